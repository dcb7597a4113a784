"""Which mails are due by themselves: one for each bundle, and none about what is old."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from mkdocs_advisories.disclosure.ledger import Delivery, Event, Ledger
from mkdocs_advisories.model import Disclosed, NoticeKind

LONGEST = timedelta(days=7)
"""What was disclosed longer ago is announced by people only."""

DEADLINE = timedelta(hours=6)
"""How old the first disclosure may be of which the ledger had no line beforehand."""

PATIENCE = timedelta(minutes=15)
"""How long a mail waits for the site after the embargo."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Bundle:
    """Advisories that go out together: those of one embargo, by their ids, in order."""

    embargo: datetime
    ids: tuple[str, ...]

    def waits_for_site(self, live: frozenset[str], *, now: datetime) -> bool:
        """Say whether its mail has to wait: not all of it is live, and there is still time."""
        return not live.issuperset(self.ids) and now < self.embargo + PATIENCE


@dataclass(frozen=True, kw_only=True, slots=True)
class Announcing:
    """The bundles to announce, the earliest first; those that people have to; how many are old."""

    due: tuple[Bundle, ...]
    parted: tuple[Bundle, ...]
    old: int


def announcing(advisories: Iterable[Disclosed], ledger: Ledger, *, now: datetime) -> Announcing:
    """Decide what is to be announced.

    A bundle is, if none of it was, its embargo ended within a week, and the ledger was begun before
    that. So a site with old advisories, or one that begins to use a ledger, sends no mail about
    them; only what was disclosed in the last hours is new in any case.
    """
    told = {one for line in _announcements(ledger, Event.SENT) for one in line}
    begun = min((one.time for one in ledger.lines), default=now)
    bundles = [one for one in bundles_of(advisories) if not told.issuperset(one.ids)]
    new = [one for one in bundles if _is_new(one, begun=begun, now=now)]
    return Announcing(
        due=tuple(one for one in new if told.isdisjoint(one.ids)),
        parted=tuple(one for one in new if not told.isdisjoint(one.ids)),
        old=sum(len(one.ids) for one in bundles if one not in new),
    )


def bundles_of(advisories: Iterable[Disclosed]) -> tuple[Bundle, ...]:
    """Part advisories by their embargoes, the earliest first."""
    found: dict[datetime, list[str]] = {}
    for one in advisories:
        found.setdefault(one.published, []).append(one.id)
    return tuple(Bundle(embargo=end, ids=tuple(sorted(ids))) for end, ids in sorted(found.items()))


def in_doubt(bundle: Bundle, ledger: Ledger) -> str | None:
    """Give the Message-ID of an announcement of which nobody knows whether it was sent."""
    for line in ledger.of(Event.INTENT):
        is_about = not set(bundle.ids).isdisjoint(line.names("advisories"))
        name = str(line.about["message_id"])
        if _is_announcement(line.about) and is_about and ledger.delivery(name) is Delivery.UNKNOWN:
            return name
    return None


def _is_new(bundle: Bundle, *, begun: datetime, now: datetime) -> bool:
    age = now - bundle.embargo
    return age < DEADLINE or (age < LONGEST and begun < bundle.embargo)


def _announcements(ledger: Ledger, event: Event) -> Iterator[tuple[str, ...]]:
    for line in ledger.of(event):
        if _is_announcement(line.about):
            yield line.names("advisories")


def _is_announcement(about: Mapping[str, Any]) -> bool:
    return bool(about.get("kind") == NoticeKind.ANNOUNCEMENT.value)
