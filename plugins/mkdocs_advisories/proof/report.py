"""What the proof found out: data, of which every output is a view. No text is in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

WITHHELD = "[withheld]"


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """A file that shows something of a held advisory.

    `file` is its path, `inside` the way to the part of it, `advisory` the path of the source.
    """

    file: str
    inside: tuple[str, ...]
    sha256: str
    advisory: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Unread:
    """A file that cannot be read to its end. `allowed` is the reason why it may be, if it may."""

    file: str
    inside: tuple[str, ...]
    sha256: str
    reason: str
    allowed: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """The outcome of a run. `missed` are seeds and held advisories that were not found.

    `held` are those that were looked for. `unopened` are sealed and there was no key, so whoever
    has built the tree without one knew as little of them; `refused` are sealed and at fault.
    """

    files: int
    size: int
    cached: int
    digest: str
    held: int
    windows: int
    is_preview: bool
    seeds: int
    unopened: Sequence[str] = ()
    refused: Sequence[str] = ()
    missed: Sequence[str] = ()
    unprovable: Sequence[str] = ()
    found: Sequence[Found] = ()
    unread: Sequence[Unread] = ()
    unused: Sequence[str] = ()

    @property
    def is_clean(self) -> bool:
        """Say whether it is proven that nothing held is in the tree."""
        refused = any(one.allowed is None for one in self.unread)
        unsure = self.missed or self.unprovable or self.refused
        return not (self.is_preview or unsure or self.found or refused)


def shown(file: str, inside: Sequence[str]) -> str:
    """Write the way to a part of a file: `a.zip!/b.html`."""
    return "!/".join((file, *inside))


def as_data(report: Report) -> Mapping[str, Any]:
    """Write a report as data for JSON. See `manual/proof.md` for what it means."""
    return {
        "version": 1,
        "clean": report.is_clean,
        "preview": report.is_preview,
        "files": report.files,
        "bytes": report.size,
        "cached": report.cached,
        "digest": report.digest,
        "held": report.held,
        "unopened": list(report.unopened),
        "refused": list(report.refused),
        "windows": report.windows,
        "seeds": {"planted": report.seeds, "missed": list(report.missed)},
        "unprovable": list(report.unprovable),
        "found": [
            {
                "file": one.file,
                "inside": list(one.inside),
                "sha256": one.sha256,
                "advisory": one.advisory,
            }
            for one in report.found
        ],
        "unread": [
            {
                "file": one.file,
                "inside": list(one.inside),
                "sha256": one.sha256,
                "reason": one.reason,
                "allowed": one.allowed,
            }
            for one in report.unread
        ],
        "unused_allowances": list(report.unused),
    }
