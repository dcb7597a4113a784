"""A site as its readers get it: a folder that was built, or an address on the web."""

from collections.abc import Iterator
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from typing import Protocol
from urllib.parse import quote, unquote, urlsplit

LARGEST = 256 * 1024 * 1024
"""Bytes of one file."""

PATIENCE = 20.0
"""Seconds that a host has to answer."""

_OK, _NOT_FOUND, _GONE = 200, 404, 410
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})


class UnreachableError(OSError):
    """The site does not answer as a site should. The message says what came instead."""


class Published(Protocol):
    """A site: `read` gives the bytes at an address from its root, or None if nothing is there.

    `names` gives every address where that can be known, which is in a folder only.
    """

    def read(self, uri: str) -> bytes | None:
        """Give the bytes at an address from the root (not escaped)."""

    def names(self) -> Iterator[str]:
        """Give every address."""


class SiteFolder:
    """A folder that was built."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()

    def read(self, uri: str) -> bytes | None:
        """Give the bytes of a file below the root."""
        file = (self.root / unquote(uri)).resolve()
        if uri.endswith("/") or not uri:
            file /= "index.html"
        is_there = file.is_relative_to(self.root) and file.is_file()
        return file.read_bytes() if is_there else None

    def names(self) -> Iterator[str]:
        """Give every file below the root."""
        files = (file for file in sorted(self.root.rglob("*")) if file.is_file())
        return (file.relative_to(self.root).as_posix() for file in files)


class SiteOnline:
    """A site on the web. Redirects are not followed: a provider's files are served without one."""

    def __init__(self, url: str) -> None:
        """Take the address of the root.

        Raises:
            ValueError: it is no https address (http is for this machine only).
        """
        parts = urlsplit(url)
        is_local = parts.scheme == "http" and parts.hostname in _LOCAL
        if not parts.hostname or not (parts.scheme == "https" or is_local):
            raise ValueError("the address of a site begins with https://")
        kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        self.connection = kind(parts.hostname, parts.port, timeout=PATIENCE)
        self.prefix = parts.path.rstrip("/") + "/"

    def read(self, uri: str) -> bytes | None:
        """Fetch what lies at an address.

        Raises:
            UnreachableError: the host does not answer, or not with a file.
        """
        path = self.prefix + quote(unquote(uri), safe="/%+-._~")
        try:
            self.connection.request("GET", path, headers={"Cache-Control": "no-cache"})
            answer = self.connection.getresponse()
            body = answer.read(LARGEST + 1)
        except (OSError, HTTPException) as error:
            self.connection.close()
            raise UnreachableError(f"{path}: {type(error).__name__}") from None
        if answer.status in {_NOT_FOUND, _GONE}:
            return None
        if answer.status != _OK or len(body) > LARGEST:
            self.connection.close()
            raise UnreachableError(f"{path}: the answer is {answer.status}, {len(body)} bytes")
        return body

    def names(self) -> Iterator[str]:
        """Give nothing: the web has no list of a site's files."""
        return iter(())
