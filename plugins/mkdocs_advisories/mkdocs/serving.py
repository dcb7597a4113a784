"""What a server makes only when somebody asks for it: all pages and files of advisories.

There are very many of them, each edit changes most of those that are about many, and of a server of
one's own hardly anybody asks for more than a few. So its builds leave them out. Whoever asks for
something while a build is at work waits for its end, as MkDocs has it for every page.
"""

import posixpath
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from threading import Condition
from typing import TYPE_CHECKING, Any

from mkdocs.exceptions import PluginError
from mkdocs.plugins import get_plugin_logger

from mkdocs_advisories.mkdocs.discreet import discreet

if TYPE_CHECKING:  # a build needs no server
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from mkdocs.livereload import LiveReloadServer

log = get_plugin_logger("advisories")

Find = Callable[[str], Callable[[], object] | None]
"""Gives what writes a file into the folder of the site, by the path of the file, or of its folder.

There is nothing for what is there already, and for what is not on the site.
"""


class Late:
    """What the last build has left out. It stands in front of a server, if there is one."""

    def __init__(self) -> None:
        self._turn = Condition()
        self._is_at_work = True
        self._find: Find | None = None
        self._failed: set[str] = set()
        self._builds = 0

    def begin(self) -> None:
        """Let everybody wait: a build begins, or has failed."""
        with self._turn:
            self._is_at_work = True
            self._builds += 1

    @property
    def is_there(self) -> bool:
        """Say whether the last build has ended well."""
        return not self._is_at_work and self._find is not None

    def clear(self) -> None:
        """Know that nothing of the last build is there any more."""
        self._find = None

    def end(self, find: Find) -> None:
        """Answer again: a build is done, but for what is found so."""
        self._find = find
        self._failed.clear()
        self.go_on()

    def go_on(self) -> None:
        """Answer again, with what there is of the last build if this one has failed."""
        with self._turn:
            self._is_at_work = False
            self._turn.notify_all()

    @contextmanager
    def turn(self, place: str) -> Iterator[bool]:
        """Write what is missing at a place, and let no build begin meanwhile.

        Says whether there is anything to be looked at.
        """
        with self._turn:
            self._turn.wait_for(lambda: not self._is_at_work)
            yield self._made(place)

    def _made(self, place: str) -> bool:
        if self._find is None or place in self._failed:
            return False
        try:
            discreet(_write)(self._find, place)
        except PluginError as error:
            self._failed.add(place)  # there may be half of it
            log.error(str(error))  # noqa: TRY400 - of the exception no more than this may be told
            return False
        return True

    def stand_before(self, server: "LiveReloadServer") -> None:
        """Write for a server of MkDocs what it is asked for, before it looks for that."""
        app = server.get_app()
        if app:
            server.set_app(partial(self._answer, app, server.mount_path))

    def _answer(
        self,
        app: "WSGIApplication",
        mount_path: str,
        environ: "WSGIEnvironment",
        start_response: "StartResponse",
    ) -> Iterable[bytes]:
        path = environ["PATH_INFO"].encode("latin-1").decode("utf-8", "ignore")
        if not path.startswith(mount_path) or path.startswith("/livereload/"):
            return app(environ, start_response)
        place = posixpath.normpath(path.removeprefix(mount_path))
        while True:
            with self.turn(place) as is_there:
                builds = self._builds
            if not is_there:
                start_response("503 Service Unavailable", [("Content-Type", "text/plain")])
                return [b"This cannot be made: the terminal says why."]
            started = _Started()
            answer = app(environ, started)
            if builds == self._builds:  # or else what was written may be gone again
                start_response(*started.with_what)
                return answer
            getattr(answer, "close", list)()


class _Started:
    """Keeps what a response was started with."""

    with_what: tuple[Any, ...] = ()

    def __call__(self, *with_what: Any) -> Callable[[bytes], object]:  # noqa: ANN401 - as it comes
        self.with_what = with_what
        return bytes


def _write(find: Find, place: str) -> None:
    write = find(place)
    if write:
        write()
