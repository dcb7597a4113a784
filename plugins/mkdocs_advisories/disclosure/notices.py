"""A notice from the advisories that it is about to the mail that is sent, once."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from mkdocs_advisories.disclosure.claim import ClaimedError, ClaimError, Remote
from mkdocs_advisories.disclosure.ledger import (
    Delivery,
    Event,
    Ledger,
    LedgerError,
    Record,
    new_attempt,
    opened,
)
from mkdocs_advisories.disclosure.mail import (
    Envelope,
    announcement_id,
    change_id,
    prenotification_id,
    written,
)
from mkdocs_advisories.disclosure.smtp import NotSentError, Server, Session, session
from mkdocs_advisories.model import Advisory, Disclosed, Notice, NoticeKind, format_instant
from mkdocs_advisories.openpgp import Signer
from mkdocs_advisories.policy import Mail, Policy
from mkdocs_advisories.problems import Problem
from mkdocs_advisories.render.letter import Letter, default_template, disclosure_letter
from mkdocs_advisories.render.letter import prenotification as prenotification_letter
from mkdocs_advisories.render.severity import WORDS, rate
from mkdocs_advisories.render.view import moment
from mkdocs_advisories.render.words import ENGLISH, words_of
from mkdocs_advisories.source.files import read_text


class NoticeError(ValueError):
    """There can be no such notice about these advisories. The message repeats nothing of them."""


class UndecidedError(Exception):
    """Nobody knows whether this mail was sent: a person has to find out."""


class UnrecordedError(Exception):
    """The mail was sent, and the ledger could not be told so."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """A mail that is ready, and what the ledger records of it."""

    kind: NoticeKind
    letter: Letter
    envelope: Envelope
    message: EmailMessage
    about: Mapping[str, Any]

    @property
    def text(self) -> str:
        """All that its readers can see."""
        headers = (f"{name}: {value}" for name, value in self.message.items())
        return "\n".join((*headers, "", self.letter.text))

    @property
    def words(self) -> str:
        """What people have written into it: the text, the subject, who to and from."""
        names = ("Subject", "From", "To", "Reply-To")
        return "\n".join((*(str(self.message.get(name, "")) for name in names), self.letter.text))

    @property
    def file_name(self) -> str:
        """A name that tells no more than the mail."""
        return self.envelope.message_id.strip("<>").partition("@")[0].replace(".", "-") + ".eml"


@dataclass(frozen=True, kw_only=True, slots=True)
class Desk:
    """What every notice is made with: the policy, its part about mails, a template, the instant.

    With a `signer` the mails are signed.
    """

    policy: Policy
    mail: Mail
    template: str | None
    now: datetime
    ledger: Ledger
    signer: Signer | None = None

    @property
    def announce(self) -> tuple[str, ...]:
        """The lists that are told what is disclosed."""
        return self.mail.announce


def notice_about(advisories: Sequence[Advisory], *, policy: Policy) -> Notice:
    """Make the one notice of a bundle: all its projects, its worst severity, its embargo."""
    ratings = [rating.word for one in advisories if (rating := rate(one.content))]
    return Notice(
        projects=policy.projects_of(each for one in advisories for each in one.content.affected),
        severity=min(ratings, key=WORDS.index, default=None),
        embargo=_one_embargo(one.embargo for one in advisories),
    )


def plan_prenotification(notice: Notice, desk: Desk) -> Plan:
    """Write a prenotification.

    Raises:
        NoticeError: there is nothing to give notice of, or it is too late.
        TemplateError: the template cannot be used.
    """
    if notice.embargo is None:
        raise NoticeError("the embargo is undecided: decide it, then give notice")
    if notice.embargo <= desk.now:
        raise NoticeError("the embargo has ended: there is nothing to give notice of, announce it")
    letter = prenotification_letter(notice, policy=desk.policy, template=desk.template)
    envelope = Envelope(
        message_id=prenotification_id(notice, policy=desk.policy),
        lists=desk.mail.prenotify,
        date=desk.now,
    )
    facts = {
        "projects": list(notice.projects),
        "severity": notice.severity,
        "embargo": format_instant(notice.embargo),
    }
    return _plan(NoticeKind.PRENOTIFICATION, letter, envelope, desk, facts)


def told_by(notice: Notice, *, policy: Policy, mail: Mail) -> tuple[str, ...]:
    """Give what a prenotification may say, word for word."""
    words = words_of(ENGLISH)
    zone = policy.time_zone
    when = moment(notice.embargo, zone=zone, words=words) if notice.embargo else None
    organisation = policy.organisation
    return (
        *notice.projects,
        notice.severity or "",
        *((when.iso, when.minute, when.day) if when else ()),
        organisation.name,
        organisation.url,
        policy.site_url,
        *mail.prenotify,
        mail.sender,
        mail.reply_to or "",
    )


def usual_words() -> str:
    """Give a text that any prenotification may have the words of."""
    return default_template(NoticeKind.PRENOTIFICATION)


def plan_disclosed(
    kind: NoticeKind, advisories: Sequence[Disclosed], desk: Desk, *, public: frozenset[str]
) -> Plan:
    """Write an announcement, update or withdrawal. `public` are the ids of all disclosed ones.

    Raises:
        NoticeError: there is nothing to tell, or not in one mail.
        TemplateError: the template cannot be used.
    """
    in_order = sorted(advisories, key=lambda one: one.id)
    _must_have_changed(kind, in_order)
    ids = [one.id for one in in_order]
    letter = disclosure_letter(
        kind, in_order, policy=desk.policy, public=public, template=desk.template
    )
    is_first = kind is NoticeKind.ANNOUNCEMENT
    envelope = Envelope(
        message_id=announcement_id(ids, policy=desk.policy)
        if is_first
        else change_id(kind, in_order, policy=desk.policy),
        lists=desk.announce,
        date=desk.now,
        answers=None if is_first else thread_of(ids, desk),
    )
    return _plan(kind, letter, envelope, desk, {"advisories": ids})


def thread_of(ids: Sequence[str], desk: Desk) -> str:
    """Give the Message-ID of the announcement of advisories: the recorded one, or what it would be.

    Raises:
        NoticeError: they were announced in several mails.
    """
    announced = {
        str(one.about["message_id"])
        for one in desk.ledger.of(Event.SENT)
        if one.about.get("kind") == NoticeKind.ANNOUNCEMENT.value
        and not set(ids).isdisjoint(one.names("advisories"))
    }
    if len(announced) > 1:
        raise NoticeError("they were announced in several mails: send one for each of those")
    return next(iter(announced), None) or announcement_id(ids, policy=desk.policy)


def own_template(kind: NoticeKind, *, root: Path, mail: Mail) -> str | Problem | None:
    """Read the organisation's own template of a kind; None if it has none."""
    if mail.templates is None:
        return None
    file = root / mail.templates / f"{kind.value}.txt"
    if not file.exists() and not file.is_symlink():
        return None
    text = read_text(file, path=f"{mail.templates}/{file.name}")
    return text if isinstance(text, Problem) else text.content


def deliver(  # noqa: PLR0913 - the mail, its way, and the record of it
    plan: Plan,
    *,
    server: Server,
    sender: str,
    folder: Path,
    now: datetime,
    waiting: Callable[[], None] = lambda: None,
    remote: Remote | None = None,
) -> bool:
    """Send a mail unless it was sent before, and record it. Gives whether it was sent just now.

    With a `remote`, no other machine that uses it sends this mail.

    Raises:
        UndecidedError: it may have been sent before.
        LedgerError: the ledger cannot be read or written.
        NotSentError: the server has not taken it, for certain.
        UnknownError: it may have been sent just now.
        ClaimedError: another machine has begun to send it.
        UnrecordedError: it was sent, and only the record of that is missing.
    """
    message_id = plan.envelope.message_id
    with opened(folder, waiting=waiting) as record:
        state = record.ledger.delivery(message_id)
        if state is Delivery.SENT:
            return False
        if state is Delivery.UNKNOWN:
            raise UndecidedError(message_id)
        with session(server, sender=sender, recipients=plan.envelope.lists) as ready:
            _recorded(record, ready, plan, now=now, remote=remote)
    return True


def _recorded(
    record: Record, ready: Session, plan: Plan, *, now: datetime, remote: Remote | None
) -> None:
    """Send the text between a line that says so beforehand and one that says what became of it."""
    name = {"message_id": plan.envelope.message_id, "attempt": new_attempt()}
    about = {"kind": plan.kind.value, **name, **plan.about}
    record.append(Event.INTENT, time=now, **about)
    try:
        reply = _transmit(ready, plan, remote=remote)
    except (NotSentError, ClaimedError) as error:
        record.append(Event.UNSENT, time=now, **name, reason=str(error))
        raise
    try:
        record.append(Event.SENT, time=now, **about, reply=reply)
    except LedgerError as error:
        raise UnrecordedError(str(error)) from None


def _transmit(ready: Session, plan: Plan, *, remote: Remote | None) -> str:
    """Send the text, if need be after no other machine may do so any more."""
    raw, message_id = plan.message.as_bytes(), plan.envelope.message_id
    if remote is None:
        return ready.transmit(raw)
    try:
        commit = remote.claim(message_id)
    except ClaimError as error:
        raise NotSentError(str(error)) from None
    try:
        return ready.transmit(raw)
    except NotSentError:
        # What cannot be given back stops every other sender, which a person then looks at.
        with suppress(ClaimError):
            remote.give_back(message_id, commit)
        raise


def _plan(
    kind: NoticeKind, letter: Letter, envelope: Envelope, desk: Desk, about: Mapping[str, Any]
) -> Plan:
    if not envelope.lists:
        key = "prenotify" if kind is NoticeKind.PRENOTIFICATION else "announce"
        raise NoticeError(f"no list is configured for it: add `mail.{key}` to the options")
    return Plan(
        kind=kind,
        letter=letter,
        envelope=envelope,
        message=written(letter, envelope, policy=desk.policy, mail=desk.mail, signer=desk.signer),
        about={**about, "lists": list(envelope.lists)},
    )


def _must_have_changed(kind: NoticeKind, advisories: Sequence[Disclosed]) -> None:
    """Refuse to tell of a change that is not there, and to announce what does not go together."""
    if kind is NoticeKind.ANNOUNCEMENT:
        _one_embargo(one.published for one in advisories)
    elif kind is NoticeKind.UPDATE and not all(one.revisions for one in advisories):
        raise NoticeError("nothing has changed since the disclosure: add an entry to `revisions`")
    elif kind is NoticeKind.WITHDRAWAL and not all(one.withdrawn for one in advisories):
        raise NoticeError("it is not withdrawn: state `withdrawn`, with date and reason")


def _one_embargo(embargoes: Iterable[datetime | None]) -> datetime | None:
    ends = set(embargoes)
    if len(ends) != 1:
        raise NoticeError("they have different embargoes: only a bundle goes out in one mail")
    return ends.pop()
