"""What a server makes only when somebody asks for it.

Feeds, files for programs and the index of the search are made of many advisories: they are large,
each edit changes most of them, and hardly anybody asks a server of one's own for one. So once it
runs, builds leave them out. Whoever asks for something while a build is at work waits for its end,
as MkDocs has it for every page.
"""

import mimetypes
import posixpath
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from http import HTTPStatus
from pathlib import Path
from threading import Condition
from typing import IO, TYPE_CHECKING
from wsgiref.util import FileWrapper

from mkdocs.exceptions import PluginError
from mkdocs.plugins import get_plugin_logger

from mkdocs_advisories.mkdocs.discreet import discreet

if TYPE_CHECKING:  # a build needs no server
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from mkdocs.livereload import LiveReloadServer

log = get_plugin_logger("advisories")

Find = Callable[[str], Callable[[], object] | None]
"""Gives what writes a file into the folder of the site, by the file's address there."""


class Late:
    """The files that the last build has left out. It stands in front of a server, if there is one.

    What is asked for comes from the folder of the site while no build can change it.
    """

    def __init__(self) -> None:
        self.is_serving = False
        self._turn = Condition()
        self._is_at_work = True
        self._find: Find | None = None

    def stand_before(self, server: "LiveReloadServer") -> None:
        """Answer for a server what it cannot find yet."""
        app = server.get_app()
        if app:
            answer = partial(self._answer, app, Path(server.root), server.mount_path)
            server.set_app(answer)
            self.is_serving = True

    def begin(self) -> None:
        """Let everybody wait: a build begins, or has failed."""
        with self._turn:
            self._is_at_work = True

    def clear(self) -> None:
        """Know that nothing of the last build is there any more."""
        self._find = None

    def end(self, find: Find) -> None:
        """Answer again: a build is done, but for what is found so."""
        with self._turn:
            self._find = find
            self._is_at_work = False
            self._turn.notify_all()

    def give_up(self) -> None:
        """Answer again, though a build has failed: what the last one has made, if it is there."""
        with self._turn:
            self._is_at_work = False
            self._turn.notify_all()

    @contextmanager
    def turn(self, place: str) -> Iterator[HTTPStatus]:
        """Write what is missing at a place, and keep builds from changing anything meanwhile."""
        with self._turn:
            self._turn.wait_for(lambda: not self._is_at_work)
            yield self._made(place)

    def _made(self, place: str) -> HTTPStatus:
        if self._find is None:
            return HTTPStatus.SERVICE_UNAVAILABLE
        try:
            discreet(self._write)(place)
        except PluginError as error:
            log.error(str(error))  # noqa: TRY400 - of the exception no more than this may be told
            return HTTPStatus.INTERNAL_SERVER_ERROR
        return HTTPStatus.OK

    def _write(self, place: str) -> bool:
        write = self._find and self._find(place)
        if write:
            write()
        return write is not None

    def _answer(
        self,
        app: "WSGIApplication",
        root: Path,
        mount_path: str,
        environ: "WSGIEnvironment",
        start_response: "StartResponse",
    ) -> Iterable[bytes]:
        path = environ["PATH_INFO"].encode("latin-1").decode("utf-8", "ignore")
        uri = posixpath.normpath(path.removeprefix(mount_path))
        file = self._opened(root, uri) if path.startswith(mount_path) else None
        if file is None:
            return app(environ, start_response)
        kind = mimetypes.guess_type(uri)[0] or "application/octet-stream"
        length = str(file.seek(0, 2))
        file.seek(0)
        start_response("200 OK", [("Content-Type", kind), ("Content-Length", length)])
        return FileWrapper(file)

    def _opened(self, root: Path, uri: str) -> IO[bytes] | None:
        """Write a file if it is one of those, and open it: so it stays whole whatever happens."""
        with self._turn:
            self._turn.wait_for(lambda: not self._is_at_work)
            return (root / uri).open("rb") if discreet(self._write)(uri) else None
