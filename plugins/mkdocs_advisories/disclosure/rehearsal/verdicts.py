"""What a rehearsal has to show, worked out from what was seen."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

from mkdocs_advisories.disclosure.ledger import Event, Ledger
from mkdocs_advisories.disclosure.rehearsal.bundle import Rehearsed
from mkdocs_advisories.disclosure.rehearsal.copy import ANNOUNCE, PRENOTIFY
from mkdocs_advisories.model import NoticeKind


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """One thing that has to hold, and whether it did."""

    text: str
    holds: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """What was seen of a rehearsal.

    `early` are the files of the site before the embargo that named one of the three; `at_mail` says
    of each page whether it was online when the announcement came; `exits` are the exit codes of the
    steps by their names; `again` says that the last release changed nothing of the site.
    """

    bundle: tuple[Rehearsed, ...]
    mails: tuple[EmailMessage, ...]
    early: tuple[str, ...]
    at_mail: Mapping[str, bool]
    ledger: Ledger
    shared: Ledger
    exits: Mapping[str, int]
    again: bool


def verdicts(seen: Seen) -> tuple[Verdict, ...]:
    """Judge a rehearsal."""
    ahead = [one for one in seen.mails if PRENOTIFY in str(one["To"])]
    announced = [one for one in seen.mails if ANNOUNCE in str(one["To"])]
    ids = {one.id for one in seen.bundle}
    return (
        Verdict(
            text="one prenotification, which names none of the three",
            holds=len(ahead) == 1 and not _named(ahead[0], seen.bundle),
        ),
        Verdict(text="nothing of them on the site before the embargo", holds=not seen.early),
        Verdict(
            text="the pages online before the mail",
            holds=bool(seen.at_mail) and all(seen.at_mail.values()),
        ),
        Verdict(
            text="one announcement, which names all three",
            holds=len(announced) == 1 and _named(announced[0], seen.bundle) >= ids,
        ),
        Verdict(text="a second release changes nothing and mails nothing", holds=seen.again),
        Verdict(text="the ledger complete, here", holds=_is_complete(seen.ledger, ids)),
        Verdict(text="and in the shared repository", holds=_is_complete(seen.shared, ids)),
        Verdict(text="the monitor content", holds=seen.exits.get("monitor") == 0),
    )


def named_in(folder: Path, bundle: Sequence[Rehearsed]) -> tuple[str, ...]:
    """Give the files of a site that name one of the three, by their paths or in their bytes."""
    words = [word.encode() for one in bundle for word in (one.id, one.title)]
    files = (one for one in sorted(folder.resolve().rglob("*")) if one.is_file())
    return tuple(
        str(one.relative_to(folder.resolve()))
        for one in files
        if any(word in one.read_bytes() or word.decode() in str(one) for word in words)
    )


def _named(mail: EmailMessage, bundle: Iterable[Rehearsed]) -> set[str]:
    """Give the ids of those that a mail tells of, by id, title or version."""
    text = f"{mail['Subject']}\n{mail.get_content()}"
    return {
        one.id for one in bundle if any(word in text for word in (one.id, one.title, *one.fixes))
    }


def _is_complete(ledger: Ledger, ids: set[str]) -> bool:
    return set(_live(ledger)) >= ids and all(
        len(_sent(ledger, kind)) == 1
        for kind in (NoticeKind.PRENOTIFICATION, NoticeKind.ANNOUNCEMENT)
    )


def _live(ledger: Ledger) -> Iterator[str]:
    return (str(one.about.get("advisory")) for one in ledger.of(Event.LIVE))


def _sent(ledger: Ledger, kind: NoticeKind) -> list[str]:
    sent = (one for one in ledger.of(Event.SENT) if one.about.get("kind") == kind.value)
    return [str(one.about["message_id"]) for one in sent]
