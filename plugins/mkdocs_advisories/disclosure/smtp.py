"""The way to a mail server (RFC 5321): encrypted, and in steps between which others may act."""

import re
import smtplib
import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

URL = "ADVISORY_SMTP_URL"
PASSWORD = "ADVISORY_SMTP_PASSWORD"  # noqa: S105 - the name of a variable

_PATIENCE = 60.0  # seconds for each answer
_PORTS = {"smtp": 587, "smtps": 465, "smtp+plain": 25}
_OWN = frozenset({"127.0.0.1", "::1", "localhost"})
_REASONS = (
    (smtplib.SMTPNotSupportedError, "it offers no encryption, or no way to log in"),
    (UnicodeError, "its name, the user or the password has a character that is not ASCII"),
    (TimeoutError, "it did not answer in time"),
)
_GO_ON, _TAKEN, _RECIPIENT = 354, 250, frozenset({250, 251})


class ServerError(ValueError):
    """The environment names no server that could be used."""


class NotSentError(Exception):
    """The server has not taken the mail: it can be sent again. `later` says that it told us so."""

    def __init__(self, message: str, *, later: bool = False) -> None:
        super().__init__(message)
        self.later = later


class UnknownError(Exception):
    """The connection ended before the server said whether it has taken the mail."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Server:
    """A mail server. Only one on this machine may be spoken to without encryption."""

    scheme: str
    host: str
    port: int
    user: str | None = None
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Session:
    """A connection on which a mail is ready to go: only its text is missing."""

    client: smtplib.SMTP

    def transmit(self, raw: bytes) -> str:
        """Send the text of the mail. Gives what the server said when it took it.

        Raises:
            NotSentError: it has refused.
            UnknownError: it has said nothing.
        """
        stuffed = re.sub(rb"(?m)^\.", b"..", raw)
        end = b"" if raw.endswith(b"\r\n") else b"\r\n"
        try:
            self.client.send(stuffed + end + b".\r\n")
            code, reply = self.client.getreply()
        except (OSError, smtplib.SMTPException) as error:
            raise UnknownError(_reason(error)) from None
        if code != _TAKEN:
            raise _refused("refused the mail", code, reply)
        return _shown(reply)


def server_of(environment: Mapping[str, str]) -> Server | None:
    """Read the server from the environment; None if it names none.

    Raises:
        ServerError: what it names cannot be used.
    """
    stated = environment.get(URL)
    if not stated:
        return None
    try:
        parts = urlsplit(stated)
        port = parts.port
    except ValueError:
        raise ServerError(f"{URL} is no address such as smtp://user@mail.example.org") from None
    if parts.scheme not in _PORTS or not parts.hostname or parts.path.strip("/"):
        raise ServerError(f"{URL} is no address such as smtp://user@mail.example.org")
    if parts.scheme == "smtp+plain" and parts.hostname not in _OWN:
        raise ServerError(f"{URL}: without encryption only a server of this machine may be used")
    password = environment.get(PASSWORD) or (unquote(parts.password) if parts.password else None)
    if parts.username and not password:
        raise ServerError(f"{URL} names a user, but there is no password: set {PASSWORD}")
    return Server(
        scheme=parts.scheme,
        host=parts.hostname,
        port=port or _PORTS[parts.scheme],
        user=unquote(parts.username) if parts.username else None,
        password=password,
    )


@contextmanager
def session(server: Server, *, sender: str, recipients: Sequence[str]) -> Iterator[Session]:
    """Go as far as the server's word that it waits for the text.

    It has to take all recipients: a mail that only some would get is not sent.

    Raises:
        NotSentError: the server cannot be reached, or refuses.
    """
    try:
        client = _connected(server)
    except (OSError, UnicodeError, smtplib.SMTPException) as error:
        raise NotSentError(f"{_name(server)} cannot be used: {_reason(error)}") from None
    try:
        try:
            _begin(client, sender, recipients)
        except (OSError, smtplib.SMTPException) as error:
            raise NotSentError(f"the connection ended early: {_reason(error)}") from None
        yield Session(client=client)
        with suppress(OSError, smtplib.SMTPException):
            client.quit()
    finally:
        client.close()


def _connected(server: Server) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if server.scheme == "smtps":
        client: smtplib.SMTP = smtplib.SMTP_SSL(
            server.host, server.port, timeout=_PATIENCE, context=context
        )
    else:
        client = smtplib.SMTP(server.host, server.port, timeout=_PATIENCE)
    try:
        if server.scheme == "smtp":
            client.starttls(context=context)
        if server.user is not None:
            client.login(server.user, server.password or "")
        client.ehlo_or_helo_if_needed()
    except BaseException:
        client.close()
        raise
    return client


def _begin(client: smtplib.SMTP, sender: str, recipients: Sequence[str]) -> None:
    code, reply = client.mail(sender)
    if code != _TAKEN:
        raise _refused(f"refused the sender {sender}", code, reply)
    for one in recipients:
        code, reply = client.rcpt(one)
        if code not in _RECIPIENT:
            raise _refused(f"refused the list {one}", code, reply)
    code, reply = client.docmd("DATA")
    if code != _GO_ON:
        raise _refused("refused to take a mail", code, reply)


def _refused(what: str, code: int, reply: bytes) -> NotSentError:
    later = 400 <= code < 500  # noqa: PLR2004 - RFC 5321, section 4.2.1: a transient failure
    ending = "; it asks to try again later" if later else ""
    return NotSentError(f"the server {what}: {code} {_shown(reply)}{ending}", later=later)


def _reason(error: Exception) -> str:
    """Say why a connection failed, without what the environment holds."""
    if isinstance(error, smtplib.SMTPResponseException):
        refused = isinstance(error, smtplib.SMTPAuthenticationError)
        before = "it refused the login: " if refused else ""
        return f"{before}{error.smtp_code} {_shown(error.smtp_error)}"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted: {error.verify_message}"
    known = next((text for kind, text in _REASONS if isinstance(error, kind)), "")
    return known or (isinstance(error, OSError) and error.strerror) or "it hung up"


def _shown(reply: bytes | str) -> str:
    """Make what a server says harmless and short."""
    text = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
    return "".join(one if one.isprintable() else " " for one in text)[:200]


def _name(server: Server) -> str:
    return f"{server.host}:{server.port}"
