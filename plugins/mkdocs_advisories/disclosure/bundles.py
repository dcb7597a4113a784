"""Which mails are due by themselves: one for each bundle, and none about what is old."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from mkdocs_advisories.disclosure.ledger import Delivery, Event, Ledger, Line
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

    A bundle is, if none of it was, its embargo ended within a week, and the ledger has known of it
    from the start. So a site with old advisories, or one that begins to use a ledger, sends no mail
    about them; only what was disclosed in the last hours is new in any case.
    """
    told = {one for line in _announcements(ledger, Event.SENT) for one in line}
    beginnings = beginnings_of(ledger)
    bundles = [one for one in bundles_of(advisories) if not told.issuperset(one.ids)]
    new = [one for one in bundles if _is_new(one, beginnings, now=now)]
    return Announcing(
        due=tuple(one for one in new if told.isdisjoint(one.ids)),
        parted=tuple(one for one in new if not told.isdisjoint(one.ids)),
        old=sum(len(one.ids) for one in bundles if one not in new),
    )


def unannounced(bundle: Bundle, ledger: Ledger) -> tuple[str, ...]:
    """Give the ids of a bundle that no mail was sent about."""
    told = {one for line in _announcements(ledger, Event.SENT) for one in line}
    return tuple(one for one in bundle.ids if one not in told)


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


@dataclass(frozen=True, kw_only=True, slots=True)
class Beginnings:
    """When a ledger was begun, and when it has seen each advisory first."""

    begun: datetime | None
    seen: Mapping[str, datetime]

    def knew(self, advisory_id: str, *, embargo: datetime) -> bool:
        """Say whether the ledger is older than a disclosure, or has seen it while it was new.

        The first disclosure of all has no older line. It is to be announced all the same, if the
        mail server is away for so long that it is not new any more.
        """
        if self.begun is not None and self.begun < embargo:
            return True
        seen = self.seen.get(advisory_id)
        return seen is not None and seen - embargo < DEADLINE


def beginnings_of(ledger: Ledger) -> Beginnings:
    """Find out how far back a ledger goes."""
    seen: dict[str, datetime] = {}
    for line in sorted(ledger.lines, key=lambda one: one.time):
        for name in _seen_by(line):
            seen.setdefault(name, line.time)
    return Beginnings(begun=min((one.time for one in ledger.lines), default=None), seen=seen)


def _seen_by(line: Line) -> tuple[str, ...]:
    """Name what a line has live, or about to be announced."""
    if line.event is Event.LIVE:
        return (str(line.about.get("advisory")),)
    is_begun = line.event is Event.INTENT and _is_announcement(line.about)
    return line.names("advisories") if is_begun else ()


def _is_new(bundle: Bundle, beginnings: Beginnings, *, now: datetime) -> bool:
    age = now - bundle.embargo
    return age < DEADLINE or (
        age < LONGEST and any(beginnings.knew(one, embargo=bundle.embargo) for one in bundle.ids)
    )


def _announcements(ledger: Ledger, event: Event) -> Iterator[tuple[str, ...]]:
    for line in ledger.of(event):
        if _is_announcement(line.about):
            yield line.names("advisories")


def _is_announcement(about: Mapping[str, Any]) -> bool:
    return bool(about.get("kind") == NoticeKind.ANNOUNCEMENT.value)
