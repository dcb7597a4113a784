"""Serves a folder to the browser of this machine, and to nobody else.

It listens on 127.0.0.1 only. That is not enough: other users of the machine can connect, and a page
from elsewhere can lead its own name there (DNS rebinding). So the address has a secret part, and
the name under which the server is spoken to is looked at. Nothing is logged, nothing kept.
"""

import secrets
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from os import PathLike
from pathlib import Path
from typing import Any

HOST = "127.0.0.1"
HEADERS = {
    "X-Robots-Tag": "noindex, nofollow, noarchive, nosnippet",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": "frame-ancestors 'none'",
}

_UNFIT = "This cannot be made: the terminal says why."

Turn = Callable[[str], AbstractContextManager[bool]]
"""Keeps a folder as it is while a file is opened, and says whether it is fit to be looked at.

It is given the path of the file or folder from the root, without a slash at its end.
"""


def _at_once(_: str) -> AbstractContextManager[bool]:
    return nullcontext(enter_result=True)


class LocalServer(ThreadingHTTPServer):
    """A server of one folder. Port 0 is any that is free.

    If the folder changes while it is served, `turn` says when it can be looked at.

    Raises:
        OSError: the port is taken.
    """

    daemon_threads = True

    def __init__(self, folder: Path, *, port: int = 0, turn: Turn = _at_once) -> None:
        self.secret = secrets.token_urlsafe(16)
        self.turn = turn
        super().__init__((HOST, port), partial(_Handler, directory=str(folder)))

    @property
    def url(self) -> str:
        """Where the folder is served, with the secret that opens it."""
        return f"http://{HOST}:{self.server_port}/{self.secret}/"

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: a browser that hangs up is no event, and a traceback could quote a path."""


class _Handler(SimpleHTTPRequestHandler):
    server: LocalServer
    server_version = "advisory"
    sys_version = ""

    def send_head(self) -> Any:  # noqa: ANN401 - what the base class gives
        hosts = {f"{name}:{self.server.server_port}" for name in (HOST, "localhost")}
        path = self.path.partition("?")[0]
        hidden = any(part.startswith(".") for part in path.split("/"))
        if (
            hidden
            or self.headers.get("Host") not in hosts
            or not path.startswith(f"/{self.server.secret}/")
        ):
            self.send_error(HTTPStatus.NOT_FOUND)
            return None
        place = Path(self.translate_path(self.path)).relative_to(self.directory)
        with self.server.turn(place.as_posix()) as is_fit:
            if is_fit:
                return super().send_head()
        self.send_error(HTTPStatus.SERVICE_UNAVAILABLE, explain=_UNFIT)
        return None

    def translate_path(self, path: str) -> str:
        """Find the file of an address, whose secret part is no folder."""
        return super().translate_path(path.removeprefix(f"/{self.server.secret}"))

    def list_directory(self, path: str | PathLike[str]) -> BytesIO | None:  # noqa: ARG002 - base
        """List no folder."""
        self.send_error(HTTPStatus.NOT_FOUND)
        return None

    def end_headers(self) -> None:
        """Forbid to keep, to index and to frame what is sent."""
        for name, value in HEADERS.items():
            self.send_header(name, value)
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - base class's name
        """Write no log: addresses have ids."""
