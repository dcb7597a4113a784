"""Lets a server of MkDocs see an edit at once, though there are very many files.

MkDocs looks at every file twice a second. Of ten thousand that takes a sixth of a processor, and an
edit is seen half a second late. The kernel tells of an edit at once and for nothing, but not on
every file system: not of what another machine writes. So files are looked at as well, but seldom,
and what the kernel has told of is no news then.
"""

from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver
from watchdog.observers.polling import PollingObserver

if TYPE_CHECKING:
    from mkdocs.livereload import LiveReloadServer

_KINDS = frozenset({"created", "deleted", "modified", "moved"})
"""What is an edit: the kernel also tells of files that are only read."""

_SELDOM, _OFTEN = 2.0, 0.5
"""Seconds from one look at all files to the next, where the kernel tells of edits and where not."""

_NO_NEWS = 2 * _SELDOM
"""Seconds after which a change that the kernel has told of is not found any more by looking."""


def watch(server: "LiveReloadServer", folder: str) -> Callable[[], None]:
    """Watch a folder and all below it for a server; gives what ends that."""
    of_mkdocs, both = server.observer, _Both()
    server.observer = both  # type: ignore[assignment] # of it, MkDocs needs no more than this
    try:
        server.watch(folder)
    finally:
        server.observer = of_mkdocs
    return both.stop


class _Both:
    """Takes the place of MkDocs' observer, which looks at files, while a folder is handed over."""

    def __init__(self) -> None:
        self._running: list[BaseObserver] = []

    def schedule(
        self, handler: FileSystemEventHandler, path: str, *, recursive: bool = False
    ) -> None:
        """Begin to watch a folder, and tell MkDocs' handler."""
        telling = _Telling(handler)
        kernel = Observer()
        kernel.schedule(telling, path, recursive=recursive)
        pause = _SELDOM
        try:
            self._start(kernel)
        except OSError:  # it watches as many folders already as it may
            kernel.stop()
            pause = _OFTEN
        looking = PollingObserver(timeout=pause)
        looking.schedule(_Looking(handler, telling), path, recursive=recursive)
        self._start(looking)

    def _start(self, observer: BaseObserver) -> None:
        observer.start()
        self._running.append(observer)

    def stop(self) -> None:
        """Watch no more."""
        for one in self._running:
            one.stop()
            one.join()


class _Telling(FileSystemEventHandler):
    """Passes on what the kernel tells, and notes of which files it was."""

    def __init__(self, handler: FileSystemEventHandler) -> None:
        self._handler = handler
        self._told: dict[bytes | str, float] = {}

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Pass on an edit."""
        if event.event_type in _KINDS:
            self._told |= dict.fromkeys((event.src_path, event.dest_path), monotonic())
            self._handler.dispatch(event)

    def is_news(self, event: FileSystemEvent) -> bool:
        """Say whether an edit was not told of."""
        return monotonic() - self._told.get(event.src_path, -_NO_NEWS) >= _NO_NEWS


class _Looking(FileSystemEventHandler):
    """Passes on what is found by looking, if it is news."""

    def __init__(self, handler: FileSystemEventHandler, telling: _Telling) -> None:
        self._handler = handler
        self._telling = telling

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Pass on an edit."""
        if self._telling.is_news(event):
            self._handler.dispatch(event)
