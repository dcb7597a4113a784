"""The gate. Everything that the public can see has come through `disclose`; there is no other way.

Whether an advisory is disclosed is computed from its embargo and one instant, never stored.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from mkdocs_advisories.model import Advisory, Disclosed


@dataclass(frozen=True, kw_only=True, slots=True)
class Disclosure:
    """What is public at one instant, newest first, and no more about the rest than may be told."""

    as_of: datetime
    advisories: tuple[Disclosed, ...]
    held: int
    next_embargo: datetime | None


def disclose(advisories: Iterable[Advisory], *, now: datetime) -> Disclosure:
    """Let through the advisories whose embargo ends at `now` or before (an aware instant).

    The newest come first; those of one instant are in the order of their ids.
    """
    known = list(advisories)
    public = [
        Disclosed(content=one.content, published=one.embargo, as_of=now)
        for one in known
        if one.embargo is not None and one.is_disclosed(now)
    ]
    waiting = [one.embargo for one in known if one.embargo and not one.is_disclosed(now)]
    return Disclosure(
        as_of=now,
        advisories=tuple(sorted(public, key=lambda one: (-one.published.timestamp(), one.id))),
        held=len(known) - len(public),
        next_embargo=min(waiting, default=None),
    )
