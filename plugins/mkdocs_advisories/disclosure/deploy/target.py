"""A place that a site is deployed to, as every kind of it is used."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol

_LONGEST = 300


class DeployError(Exception):
    """The site could not be deployed; what readers get is as whole as before. Says why."""


class RefusedError(Exception):
    """This must not be deployed. The message says why."""


class TargetError(ValueError):
    """There is no such target. The message says what is wrong with how it is named."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Stamp:
    """What was deployed: the digest of the tree, and that of all it was made of, if known.

    `not_again` is the one of these that was rolled back from: it waits for a change.
    """

    digest: str
    inputs: str | None = None
    not_again: str | None = None

    def text(self) -> str:
        """Write it as JSON."""
        return json.dumps(asdict(self)) + "\n"

    @property
    def name(self) -> str:
        """What this output is known by: what it was made of, or what it is."""
        return self.inputs or self.digest


def stamp_of(text: bytes | str | None) -> Stamp | None:
    """Read what `Stamp.text` has written; None if it is nothing of the kind."""
    try:
        stated = json.loads(text or "")
        return Stamp(
            digest=str(stated["digest"]),
            inputs=_text(stated.get("inputs")),
            not_again=_text(stated.get("not_again")),
        )
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


class Target(Protocol):
    """Where a site goes. A step that fails leaves a whole site: the old or the new one."""

    @property
    def name(self) -> str:
        """How people know it."""

    def index(self) -> bytes | None:
        """Give `advisories.json` of what is deployed now; None if nothing is.

        Raises:
            DeployError: it cannot be asked.
        """

    def stamp(self) -> Stamp | None:
        """Say what is deployed now, as far as that is known."""

    def deploy(self, tree: Path, stamp: Stamp) -> None:
        """Put a tree in the place of what is there.

        Raises:
            DeployError: it is not deployed.
            RefusedError: the tree is not what the stamp says.
        """

    def previous(self) -> bytes | None:
        """Give `advisories.json` of the output before the present one.

        Raises:
            DeployError: there is none.
        """

    def roll_back(self) -> None:
        """Put the output before the present one in its place.

        Raises:
            DeployError: it cannot be done.
            RefusedError: that output is not what it was.
        """


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and len(value) <= _LONGEST else None
