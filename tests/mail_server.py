"""A real mail server on this machine, with TLS and logins, and faults that it can be given."""

import asyncio
import socket
import ssl
import subprocess
from asyncio import WriteTransport
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from threading import Event, Thread

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

USER, PASSWORD = "herald", "open sesame"


@dataclass
class Post:
    """What the server does with mails: it keeps them, or answers as it was told to."""

    raw: list[bytes] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)
    at_rcpt: str | None = None
    at_data: str | None = None
    drops: bool = False
    hangs: bool = False
    on_data: Callable[[], None] = lambda: None
    in_data: Event = field(default_factory=Event)
    released: Event = field(default_factory=Event)

    def fail(self, *, at_rcpt: str | None = None, at_data: str | None = None) -> None:
        """Answer so from now on; without words, take mails."""
        self.at_rcpt, self.at_data = at_rcpt, at_data

    def forget(self) -> None:
        """Be as new."""
        self.raw.clear()
        self.recipients.clear()
        self.fail()
        self.on_data = lambda: None
        self.drops = self.hangs = False
        self.in_data.clear()
        self.released.clear()

    @property
    def mails(self) -> list[EmailMessage]:
        """The mails as a reader's program takes them."""
        return [message_from_bytes(one, policy=default) for one in self.raw]

    async def handle_RCPT(  # noqa: N802 - the name that the server calls
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take a recipient, or answer as told."""
        del server, session, options
        if self.at_rcpt:
            return self.at_rcpt
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - the name that the server calls
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Take a mail, or fail as told."""
        del session
        self.on_data()
        self.in_data.set()
        if self.at_data:
            return self.at_data
        if self.hangs:
            while not self.released.is_set():  # noqa: ASYNC110 - set from another thread
                await asyncio.sleep(0.02)
        self.raw.append(envelope.original_content or b"")
        self.recipients.append(list(envelope.rcpt_tos))
        if self.drops and isinstance(server.transport, WriteTransport):
            server.transport.abort()
        return "250 taken"


@dataclass(frozen=True)
class MailServer:
    """Where it listens, whom it trusts, what it has."""

    port: int
    certificate: Path
    post: Post
    scheme: str = "smtp"

    def environment(self, *, password: str = PASSWORD) -> dict[str, str]:
        """Give what makes a client use it."""
        return {
            "ADVISORY_SMTP_URL": f"{self.scheme}://{USER}@localhost:{self.port}",
            "ADVISORY_SMTP_PASSWORD": password,
            "SSL_CERT_FILE": str(self.certificate),
        }


def _login(
    server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object
) -> AuthResult:
    del server, session, envelope, mechanism
    right = isinstance(data, LoginPassword) and data.password == PASSWORD.encode()
    return AuthResult(success=right, handled=False)


def certificate(folder: Path) -> tuple[Path, Path]:
    """Make a certificate for `localhost`, and its key."""
    made, key = folder / "certificate.pem", folder / "key.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    command += ["-nodes", "-days", "2", "-subj", "/CN=localhost"]
    command += ["-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(made)]
    subprocess.run(command, check=True, capture_output=True)
    return made, key


def free_port() -> int:
    """Give a port that nobody listens at."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def mail_server(folder: Path, *, from_the_beginning: bool = False) -> Iterator[MailServer]:
    """Run a server that wants encryption and a login: STARTTLS, or TLS from the beginning."""
    made, key = certificate(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made, key)
    post, port = Post(), free_port()
    controller = Controller(
        post,
        hostname="127.0.0.1",
        port=port,
        tls_context=None if from_the_beginning else context,
        ssl_context=context if from_the_beginning else None,
        require_starttls=not from_the_beginning,
        # Of encryption from the beginning it does not know that it is there.
        auth_required=not from_the_beginning,
        auth_require_tls=not from_the_beginning,
        authenticator=_login,
    )
    controller.start()
    try:
        scheme = "smtps" if from_the_beginning else "smtp"
        yield MailServer(port=port, certificate=made, post=post, scheme=scheme)
    finally:
        post.released.set()
        controller.stop()


@contextmanager
def hangs_up(*, after: bytes) -> Iterator[int]:
    """Run a server without encryption that hangs up when it has read some words. Gives the port."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = Thread(target=_talk, args=(listening, after), daemon=True)
        thread.start()
        yield int(listening.getsockname()[1])
        thread.join(timeout=10)


def _talk(listening: socket.socket, after: bytes) -> None:
    connection, _ = listening.accept()
    with connection, connection.makefile("rwb") as stream:
        stream.write(b"220 here\r\n")
        stream.flush()
        in_text = False
        for line in stream:
            if in_text and line != b".\r\n":
                continue
            if line.upper().startswith(after):
                return
            in_text = line.upper().startswith(b"DATA")
            stream.write(b"354 go on\r\n" if in_text else b"250 OK\r\n")
            stream.flush()
