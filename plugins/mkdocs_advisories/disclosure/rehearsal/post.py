"""The post office of a rehearsal: takes every mail, keeps it, and passes none on."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

HOST = "127.0.0.1"


@dataclass(kw_only=True)
class Post:
    """The mails that have come, in their order; `arrived` is called before one is answered."""

    arrived: Callable[[], None] = lambda: None
    mails: list[EmailMessage] = field(default_factory=list)

    async def handle_DATA(  # noqa: N802 - the name that the server calls
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Take a mail."""
        del server, session
        self.arrived()
        self.mails.append(message_from_bytes(envelope.original_content or b"", policy=default))
        return "250 taken"


@contextmanager
def post_office(post: Post) -> Iterator[str]:
    """Run a mail server of this machine. Gives its address, for `ADVISORY_SMTP_URL`."""
    port = _free_port()
    controller = Controller(post, hostname=HOST, port=port)
    controller.start()
    try:
        yield f"smtp+plain://{HOST}:{port}"
    finally:
        controller.stop()


def _free_port() -> int:
    with socket.socket() as one:
        one.bind((HOST, 0))
        return int(one.getsockname()[1])
