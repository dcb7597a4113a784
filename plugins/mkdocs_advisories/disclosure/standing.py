"""What is public already, by `advisories.json` or the ledger, and what a new site owes to that."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from mkdocs_advisories.disclosure.ledger import Event, Ledger
from mkdocs_advisories.model import Disclosed, InstantError, format_instant, parse_instant


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """One advisory as readers have it."""

    published: datetime
    modified: datetime


Standing = Mapping[str, Shown]
"""Advisories by their ids."""


def shown_by(index: bytes | None) -> Standing | None:
    """Read an index; None if it is none."""
    try:
        stated = json.loads(index or b"")["advisories"]
        return {str(one["id"]): _shown(one) for one in stated}
    except (ValueError, KeyError, TypeError, InstantError, RecursionError):
        return None


def recorded_by(ledger: Ledger) -> Standing:
    """Give what was seen live, the newest of each."""
    found: dict[str, Shown] = {}
    for line in ledger.of(Event.LIVE):
        try:
            own = {str(line.about["advisory"]): _shown(line.about)}
        except (KeyError, InstantError):
            continue  # ticked by hand: it names no revision
        found = dict(together((found, own)))
    return found


def standing_of(advisories: Iterable[Disclosed]) -> Standing:
    """Give how the advisories of a disclosure stand."""
    return {one.id: Shown(published=one.published, modified=one.modified) for one in advisories}


def together(all_of: Iterable[Standing]) -> Standing:
    """Take the newest that any of them knows."""
    found: dict[str, Shown] = {}
    for standing in all_of:
        for name, one in standing.items():
            known = found.get(name)
            if known is None or one.modified > known.modified:
                found[name] = one
    return found


def owed(before: Standing, after: Standing) -> Iterator[str]:
    """Say what of that which is public would vanish, or go back, with a new site.

    All ids in what is said are public.
    """
    for name, old in sorted(before.items()):
        new = after.get(name)
        if new is None:
            yield f"{name} is public, and would vanish: an advisory is withdrawn, not removed"
        elif new.published != old.published:
            yield (
                f"{name} would have been published {format_instant(new.published)}, and not"
                f" {format_instant(old.published)}: that does not change any more"
            )
        elif new.modified < old.modified:
            yield (
                f"{name} would go back from the revision of {format_instant(old.modified)} to that"
                f" of {format_instant(new.modified)}"
            )


def _shown(stated: Mapping[str, object]) -> Shown:
    return Shown(
        published=parse_instant(str(stated["published"])),
        modified=parse_instant(str(stated["modified"])),
    )
