"""A server sees an edit at once where the kernel tells of it, and soon where it does not."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from mkdocs.livereload import LiveReloadServer
from watchdog.events import FileModifiedEvent, FileOpenedEvent, FileSystemEvent
from watchdog.events import FileSystemEventHandler as Handler
from watchdog.observers import Observer

from mkdocs_advisories.mkdocs import watching


@pytest.fixture
def server(tmp_path: Path) -> Iterator[LiveReloadServer]:
    it = LiveReloadServer(lambda: None, "127.0.0.1", 0, str(tmp_path))
    yield it
    it.server_close()


@pytest.fixture
def watch(server: LiveReloadServer, tmp_path: Path) -> Iterator[Callable[[], None]]:
    """Give what begins to watch the folder."""

    def begin() -> None:
        stack.callback(watching.watch(server, str(tmp_path)))

    with ExitStack() as stack:
        yield begin
    for one in threading.enumerate()[1:]:
        one.join(timeout=10)
    assert threading.enumerate() == [threading.main_thread()]


def sees(server: LiveReloadServer, *, within: float) -> bool:
    """Say whether the server wants to build within so many seconds; then it has."""
    end = time.monotonic() + within
    while not server._want_rebuild and time.monotonic() < end:
        time.sleep(0.01)
    found, server._want_rebuild = server._want_rebuild, False
    return found


@pytest.mark.parametrize("place", ["a.md", "2026/a.md"])
def test_an_edit_is_seen_once(
    server: LiveReloadServer,
    watch: Callable[[], None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    place: str,
) -> None:
    monkeypatch.setattr(watching, "_NO_NEWS", 60.0)  # however slow the machine is
    file = tmp_path / place
    file.parent.mkdir(exist_ok=True)
    file.write_text("one", encoding="utf-8")
    of_mkdocs = server.observer
    watch()
    assert server.observer is of_mkdocs
    file.write_text("two", encoding="utf-8")
    assert sees(server, within=5)
    while sees(server, within=0.5):  # the kernel tells of it several times
        pass
    assert not sees(server, within=watching._SELDOM + 1)


def test_a_file_that_is_only_read_is_no_edit(
    server: LiveReloadServer, watch: Callable[[], None], tmp_path: Path
) -> None:
    (tmp_path / "a.md").write_text("one", encoding="utf-8")
    watch()
    (tmp_path / "a.md").read_text(encoding="utf-8")
    assert not sees(server, within=1)


def deaf(_: Handler, event: FileSystemEvent) -> None:
    """Hear nothing."""


def no_more(*_: object, **__: object) -> None:
    raise OSError("inotify watch limit reached")


@pytest.mark.parametrize(
    "silence",
    [(watching._Telling, "on_any_event", deaf), (Observer, "start", no_more)],
    ids=["it says nothing", "it refuses"],
)
def test_where_the_kernel_does_not_tell_files_are_looked_at(
    server: LiveReloadServer,
    watch: Callable[[], None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    silence: tuple[type, str, Callable[..., None]],
) -> None:
    monkeypatch.setattr(*silence)
    watch()
    (tmp_path / "a.md").write_text("one", encoding="utf-8")
    assert sees(server, within=10)


class Noting(Handler):
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[FileSystemEvent] = []

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Keep it."""
        self.told.append(event)


def test_what_the_kernel_has_told_of_is_no_news_for_a_while(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = [100.0]
    monkeypatch.setattr(watching, "monotonic", lambda: now[0])
    handler = Noting()
    telling = watching._Telling(handler)
    looking = watching._Looking(handler, telling)
    edit, other = FileModifiedEvent("a.md"), FileModifiedEvent("b.md")
    telling.dispatch(FileOpenedEvent("a.md"))
    looking.dispatch(edit)
    telling.dispatch(edit)
    looking.dispatch(edit)
    looking.dispatch(other)
    assert handler.told == [edit, edit, other]
    now[0] += watching._NO_NEWS
    looking.dispatch(edit)
    assert handler.told == [edit, edit, other, edit]
