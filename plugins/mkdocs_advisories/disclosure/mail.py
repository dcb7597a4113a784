"""Mails about advisories: who to, under which name, in which thread (RFC 5322, RFC 2047)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from hashlib import sha256

from mkdocs_advisories.model import Disclosed, Notice, NoticeKind, format_instant
from mkdocs_advisories.policy import Mail, Policy
from mkdocs_advisories.render.letter import Letter

_LONGEST_LINE = 78


@dataclass(frozen=True, kw_only=True, slots=True)
class Envelope:
    """What a mail has besides its text. `answers` is the Message-ID that it replies to."""

    message_id: str
    lists: tuple[str, ...]
    date: datetime
    answers: str | None = None


def prenotification_id(notice: Notice, *, policy: Policy) -> str:
    """Name a prenotification by its three facts, so that the name tells no more than they do."""
    embargo = format_instant(notice.embargo) if notice.embargo else ""
    facts = (notice.severity or "", embargo, *notice.projects)
    return _message_id(NoticeKind.PRENOTIFICATION, facts, policy)


def announcement_id(ids: Iterable[str], *, policy: Policy) -> str:
    """Name the announcement of advisories."""
    return _message_id(NoticeKind.ANNOUNCEMENT, sorted(ids), policy)


def change_id(kind: NoticeKind, advisories: Iterable[Disclosed], *, policy: Policy) -> str:
    """Name an update or withdrawal by the advisories and the last change of each."""
    facts = (f"{one.id} {len(one.revisions)} {format_instant(one.modified)}" for one in advisories)
    return _message_id(kind, sorted(facts), policy)


def written(letter: Letter, envelope: Envelope, *, policy: Policy, mail: Mail) -> EmailMessage:
    """Make the mail. Its lines are short and ASCII whatever the letter holds."""
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(policy.organisation.name, addr_spec=mail.sender)
    message["To"] = ", ".join(envelope.lists)
    if mail.reply_to:
        message["Reply-To"] = mail.reply_to
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(envelope.date)
    message["Message-ID"] = envelope.message_id
    if envelope.answers:
        message["In-Reply-To"] = envelope.answers
        message["References"] = envelope.answers
    is_plain = letter.text.isascii() and max(map(len, letter.text.split("\n"))) <= _LONGEST_LINE
    message.set_content(
        letter.text, charset="utf-8", cte="7bit" if is_plain else "quoted-printable"
    )
    return message


def _message_id(kind: NoticeKind, facts: Iterable[str], policy: Policy) -> str:
    digest = sha256("\n".join((kind.value, policy.feed.tag, *facts)).encode()).hexdigest()
    domain = policy.feed.authority.rpartition("@")[2]
    return f"<{kind.value}.{digest[:24]}@{domain}>"
