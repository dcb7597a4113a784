"""What a server makes only when somebody asks for it.

Feeds, files for programs and the index of the search are made of many advisories: they are large,
each edit changes most of them, and hardly anybody asks a server of one's own for one. So once it
runs, builds leave them out. Whoever asks for something while a build is at work waits for its end,
as MkDocs has it for every page.
"""

import mimetypes
import posixpath
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from threading import Condition
from typing import IO, TYPE_CHECKING
from wsgiref.util import FileWrapper

from mkdocs_advisories.mkdocs.discreet import discreet

if TYPE_CHECKING:  # a build needs no server
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from mkdocs.livereload import LiveReloadServer

Writers = Mapping[str, Callable[[], object]]
"""What writes a file into the folder of the site, by the file's address there."""


class Late:
    """The files that the last build has left out. It stands in front of a server, if there is one.

    What is asked for comes from the folder of the site while no build can change it.
    """

    def __init__(self) -> None:
        self.is_serving = False
        self._turn = Condition()
        self._is_complete = False
        self._writers: dict[str, Callable[[], object]] = {}

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
            self._is_complete = False

    def end(self, writers: Writers) -> None:
        """Answer again: a build is done, but for these files."""
        with self._turn:
            self._writers = dict(writers)
            self._is_complete = True
            self._turn.notify_all()

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
            self._turn.wait_for(lambda: self._is_complete)
            write = self._writers.get(uri)
            if write is None:
                return None
            discreet(write)()
            return (root / uri).open("rb")
