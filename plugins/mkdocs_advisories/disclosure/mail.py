"""Mails about advisories: who to, under which name, in which thread (RFC 5322, RFC 2047).

With a key they are signed (PGP/MIME, RFC 3156). The text stays the same bytes in every run; only
the signature is another one.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage, MIMEPart
from email.policy import SMTP
from email.utils import format_datetime
from hashlib import sha256

from mkdocs_advisories.model import Disclosed, Notice, NoticeKind, format_instant
from mkdocs_advisories.openpgp import Signer, hash_of
from mkdocs_advisories.policy import Mail, Policy
from mkdocs_advisories.render.letter import Letter

_LONGEST_LINE = 78
_ENCODED = SMTP.clone(max_line_length=76)  # RFC 2045, section 6.7, rule 5


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


def written(
    letter: Letter,
    envelope: Envelope,
    *,
    policy: Policy,
    mail: Mail,
    signer: Signer | None = None,
) -> EmailMessage:
    """Make the mail, signed if there is someone to sign.

    Its lines are short and ASCII whatever the letter holds.

    Raises:
        OpenPGPError: there can be no signature.
    """
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
    if signer:
        _sign(message, letter.text, signer)
        return message
    is_plain = letter.text.isascii() and max(map(len, letter.text.split("\n"))) <= _LONGEST_LINE
    message.set_content(
        letter.text, charset="utf-8", cte="7bit" if is_plain else "quoted-printable"
    )
    return message


def _sign(message: EmailMessage, text: str, signer: Signer) -> None:
    """Make a mail one of two parts: the text, and the signature of its very bytes.

    On its way nothing of the text may change. So it is ASCII without spaces at the ends of lines,
    and no line begins with `From ` (RFC 3156, sections 3 and 5).
    """
    part = MIMEPart(policy=_ENCODED)
    part.set_content(text, charset="utf-8", cte="quoted-printable")
    part.set_payload(re.sub(r"(?m)^From ", "=46rom ", str(part.get_payload())))
    signature = signer.sign(part.as_bytes())
    attached = MIMEPart(policy=SMTP)
    attached["Content-Type"] = "application/pgp-signature"
    attached.add_header("Content-Disposition", "attachment", filename="signature.asc")
    attached.set_payload(signature.decode("ascii"))
    message["MIME-Version"] = "1.0"
    message["Content-Type"] = "multipart/signed"
    message.set_param("micalg", f"pgp-{hash_of(signature)}")
    message.set_param("protocol", "application/pgp-signature")
    # No line of quoted-printable begins like this.
    message.set_boundary(f"=_{sha256(message['Message-ID'].encode()).hexdigest()[:32]}")
    message.set_payload([part, attached])


def _message_id(kind: NoticeKind, facts: Iterable[str], policy: Policy) -> str:
    digest = sha256("\n".join((kind.value, policy.feed.tag, *facts)).encode()).hexdigest()
    domain = policy.feed.authority.rpartition("@")[2]
    return f"<{kind.value}.{digest[:24]}@{domain}>"
