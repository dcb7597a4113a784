"""A live site as its readers get it over HTTP: every answer bounded in time and size.

Certificates are verified, another host is never followed to, and what a server says is made
harmless before it is shown. A broken connection is tried a second time, so that one lost packet is
no alarm. A host that stays silent is not waited for again and again.
"""

import socket
import ssl
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from queue import Empty, SimpleQueue
from threading import Lock, Timer
from typing import Any
from urllib.parse import SplitResult, quote, unquote, urljoin, urlsplit

LARGEST = 64 * 1024 * 1024
"""Bytes of one answer, unpacked."""

PATIENCE = 10.0
"""Seconds in which one answer has to be complete."""

WORKERS = 8
"""Answers that are waited for at once."""

MOST_SILENCES = 2 * WORKERS
"""After so many addresses without an answer, a site is not asked for more."""

_SILENCE = "it did not answer in time"
_TRIES = 2
_MOST_REDIRECTS = 3
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
_PORTS = {"https": 443, "http": 80}
_PIECE = 64 * 1024
_HEADERS = {"Cache-Control": "no-cache", "Accept-Encoding": "identity", "User-Agent": "advisory"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """A complete answer. `leads_to` is the address of a redirect that is not followed."""

    status: int
    content: bytes = b""
    leads_to: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class NoAnswer:
    """There was no complete answer; `why` says what came instead."""

    why: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Certificate:
    """From when to when the certificate of the site holds."""

    begins: datetime
    ends: datetime


Fetch = Callable[[str], Answer | NoAnswer]
"""Gives what lies at an address from the root of the site."""


class _BrokenError(Exception):
    """The answer is none that could be used. The message says why."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Web:
    """A site on the web. `patience` are the seconds for one answer, `largest` its bytes.

    `idle` are open connections that wait for their next use, where they are kept: see `keeping`.
    """

    root: SplitResult
    patience: float = PATIENCE
    largest: int = LARGEST
    idle: SimpleQueue[HTTPConnection] | None = field(default=None, repr=False)

    def fetch(self, uri: str) -> Answer | NoAnswer:
        """Fetch what lies at an address from the root; redirects on this site are followed."""
        path = self.root.path.rstrip("/") + "/" + quote(unquote(uri), safe="/%+-._~")
        for _ in range(_MOST_REDIRECTS + 1):
            answer = self._tried(path)
            if isinstance(answer, NoAnswer) or answer.leads_to is None:
                return answer
            target = self._target(path, answer.leads_to)
            if target is None:
                return answer
            path = target
        return NoAnswer(why="it redirects in a circle, or too often")

    def certificate(self) -> Certificate | None:
        """Give the dates of the certificate; None if there is none, or no connection."""
        if self.root.scheme != "https":
            return None
        connection = HTTPSConnection(str(self.root.hostname), self.root.port, timeout=self.patience)
        try:
            connection.connect()
            stated: Mapping[str, Any] = connection.sock.getpeercert() or {}
            return Certificate(begins=_day(stated["notBefore"]), ends=_day(stated["notAfter"]))
        except (OSError, HTTPException, KeyError, ValueError):
            return None
        finally:
            connection.close()

    def _target(self, path: str, leads_to: str) -> str | None:
        """Give the path that a redirect leads to; None if it leads to another host."""
        try:
            target = urlsplit(urljoin(f"{self.root.scheme}://{self.root.netloc}{path}", leads_to))
            return (target.path or "/") if _origin(target) == _origin(self.root) else None
        except ValueError:
            return None

    def _tried(self, path: str) -> Answer | NoAnswer:
        answer: Answer | NoAnswer = NoAnswer(why="")
        for number in range(_TRIES):
            answer = self._once(path, self._connection(is_new=number > 0))
            if isinstance(answer, Answer) or answer.why == _SILENCE:
                break
        return answer

    def _connection(self, *, is_new: bool) -> HTTPConnection:
        """Give a connection that is open already, or one that is not open yet."""
        if self.idle is not None and not is_new:
            with suppress(Empty):
                return self.idle.get_nowait()
        kind = HTTPSConnection if self.root.scheme == "https" else HTTPConnection
        return kind(str(self.root.hostname), self.root.port, timeout=self.patience)

    def _once(self, path: str, connection: HTTPConnection) -> Answer | NoAnswer:
        end = time.monotonic() + self.patience
        try:
            if connection.sock is None:
                connection.connect()
            with _hung_up(connection.sock, after=self.patience):
                answer = _asked(connection, path, largest=self.largest)
        except _BrokenError as error:
            reason = str(error)
        except (OSError, HTTPException, ValueError) as error:
            reason = _reason(error)
        else:
            # What was cut off by ourselves may look like a whole answer.
            if time.monotonic() <= end:
                self._keep(connection)
                return answer
            reason = _SILENCE
        connection.close()
        return NoAnswer(why=_SILENCE if time.monotonic() > end else reason)

    def _keep(self, connection: HTTPConnection) -> None:
        """Keep a connection for the next use; one that the server has closed is closed."""
        if self.idle is not None and connection.sock is not None:
            self.idle.put(connection)
        else:
            connection.close()


@contextmanager
def keeping(site: Web) -> Iterator[Web]:
    """Use connections to a site again while this lasts: fewer of them, and no wait for each."""
    idle: SimpleQueue[HTTPConnection] = SimpleQueue()
    try:
        yield replace(site, idle=idle)
    finally:
        with suppress(Empty):
            while True:
                idle.get_nowait().close()


def web(url: str, *, patience: float = PATIENCE, largest: int = LARGEST) -> Web:
    """Take the address of the root of a site.

    Raises:
        ValueError: it is no https address (http is for this machine only).
    """
    parts = urlsplit(url)
    is_local = parts.scheme == "http" and parts.hostname in _LOCAL
    if not parts.hostname or not (parts.scheme == "https" or is_local) or parts.username:
        raise ValueError("the address of a site begins with https:// and has no user")
    _ = parts.port  # a ValueError of its own if it is none
    return Web(root=parts, patience=patience, largest=largest)


def fetch_all(uris: Iterable[str], fetch: Fetch) -> dict[str, Answer | NoAnswer]:
    """Fetch many addresses, some at a time."""
    asked = list(dict.fromkeys(uris))
    with ThreadPoolExecutor(max_workers=WORKERS) as pool:
        return dict(zip(asked, pool.map(fetch, asked), strict=True))


def patient(fetch: Fetch, *, most: int = MOST_SILENCES) -> Fetch:
    """Stop asking a site that has left so many addresses without an answer."""
    failures, lock = 0, Lock()

    def asked(uri: str) -> Answer | NoAnswer:
        nonlocal failures
        if failures >= most:
            return NoAnswer(why="was not asked for: the site left too much without an answer")
        answer = fetch(uri)
        if isinstance(answer, NoAnswer):
            with lock:
                failures += 1
        return answer

    return asked


def shown(text: str) -> str:
    """Make what a server says harmless and short."""
    return "".join(one if one.isprintable() else " " for one in text)[:120]


@contextmanager
def _hung_up(connection: socket.socket, *, after: float) -> Iterator[None]:
    """Hang up after some seconds, however slowly the other side goes on to speak."""

    def hang_up() -> None:
        with suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)

    timer = Timer(after, hang_up)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _asked(connection: HTTPConnection, path: str, *, largest: int) -> Answer:
    connection.request("GET", path, headers=_HEADERS)
    response = connection.getresponse()
    leads_to = response.getheader("Location") if response.status in _REDIRECTS else None
    content = b"" if leads_to else _unpacked(response, largest=largest)
    response.close()  # which lets the connection be used again
    if leads_to:
        connection.close()  # with what is left of the answer
    return Answer(status=response.status, content=content, leads_to=leads_to)


def _unpacked(response: HTTPResponse, *, largest: int) -> bytes:
    """Read the body until its end. A server that packs it unasked is understood (RFC 9110, 8.4)."""
    coding = (response.getheader("Content-Encoding") or "identity").strip().lower()
    if coding not in {"identity", "gzip", "x-gzip"}:
        raise _BrokenError(f"the answer is packed as {shown(coding)}, which was not asked for")
    unpack = None if coding == "identity" else zlib.decompressobj(wbits=31)
    content = bytearray()
    while piece := response.read1(_PIECE):
        try:
            content += piece if unpack is None else unpack.decompress(piece, largest + 1)
        except zlib.error:
            raise _BrokenError("the answer is no valid gzip") from None
        if len(content) > largest:
            raise _BrokenError(f"the answer is larger than {largest // 1024 // 1024} MiB")
    if response.length or (unpack is not None and not unpack.eof):
        raise _BrokenError("the answer is cut off")
    return bytes(content)


def _reason(error: Exception) -> str:
    """Say why there was no answer."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted: {error.verify_message}"
    known = (
        (TimeoutError, _SILENCE),
        (ssl.SSLError, "there is no encrypted connection to it"),
        (socket.gaierror, "its name cannot be found"),
        (ConnectionRefusedError, "it refuses the connection"),
        (HTTPException, "the answer is cut off, or no HTTP"),
        (OSError, "the connection broke"),
    )
    return next((text for kind, text in known if isinstance(error, kind)), "it has no valid answer")


def _origin(parts: SplitResult) -> tuple[str, str | None, int | None]:
    return parts.scheme, parts.hostname, parts.port or _PORTS.get(parts.scheme)


def _day(text: str) -> datetime:
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(text), tz=UTC)
