"""While a site is served, a build gives what one from nothing gives, and reads what has changed."""

import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Literal, cast
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import pytest
from mkdocs.config import load_config
from mkdocs.exceptions import Abort

from conftest import BODY, NOW, Folder
from mkdocs_advisories.press import gathering, output
from mkdocs_advisories.press.shell import Shells
from mkdocs_advisories.source.catalog import Job
from test_mkdocs import Build, build_at, tree

if TYPE_CHECKING:
    from mkdocs.livereload import LiveReloadServer

__all__ = ["build_at"]

LATER = NOW + timedelta(days=2)
HELD = "2026-08-01T00:00:00Z"


@pytest.fixture
def serving(checkout: Folder) -> Iterator[Callable[[], None]]:
    """Give what begins to serve; the plugin stays as it is from build to build."""

    def begin(command: Literal["build", "serve"] = "serve") -> None:
        config = load_config(str(checkout.path.parent / "mkdocs.yml"))
        config.plugins.on_startup(command=command, dirty=False)

    yield begin
    begin("build")


@dataclass
class Server:
    """What MkDocs gives to plugins when it begins to serve: it answers with what is in a folder."""

    root: str
    mount_path: str = "/lantern/"
    app: WSGIApplication | None = None
    look: WSGIApplication | None = None
    begin: Callable[[], object] = list

    def get_app(self) -> WSGIApplication:
        return self.app or self.look or self._file

    def set_app(self, app: WSGIApplication) -> None:
        self.app = app

    observer: object = None

    def watch(self, path: str) -> None:
        """Look at nothing: builds are begun by tests."""

    def get(self, uri: str, *, mount_path: str = "") -> bytes | None:
        """Ask for a file of the site; gives its content, or None if there is none."""
        told: list[str] = []

        def start(status: str, _: object, __: object = None) -> Callable[[bytes], object]:
            told.append(status)
            return bytes

        path = f"{mount_path or self.mount_path}{uri}"
        answer = self.get_app()({"PATH_INFO": path}, cast("StartResponse", start))
        content = b"".join(answer)
        getattr(answer, "close", list)()  # as servers do
        return content if told == ["200 OK"] else None

    def _file(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        uri = environ["PATH_INFO"].removeprefix(self.mount_path)
        file = Path(self.root) / (f"{uri}index.html" if uri.endswith("/") else uri)
        start_response("200 OK" if file.is_file() else "404 Not Found", [])
        return [file.read_bytes()] if file.is_file() else []


@pytest.fixture
def begun(checkout: Folder, build_at: Build, serving: Callable[..., None]) -> Callable[[], Server]:
    """Give what begins to serve, has built once, and gives the server."""

    def begin() -> Server:
        root = checkout.path.parent
        serving()
        build_at()
        config = load_config(str(root / "mkdocs.yml"), site_dir=str(root / "site"))
        server = Server(root=str(root / "site"))

        def on_serve() -> None:
            of_mkdocs = cast("LiveReloadServer", server)
            config.plugins.on_serve(of_mkdocs, config=config, builder=lambda: None)

        server.begin = on_serve
        server.begin()
        return server

    return begin


def write(checkout: Folder, number: int, **fields: str) -> None:
    """Write an advisory that nothing came with."""
    embargo = f"2026-04-0{number}T12:00:00Z"
    alias = f"aliases: [CVE-2026-100{number}]\n"
    checkout.write(f"LAN-2026-000{number}", embargo=embargo, more=alias, **fields)


def edits(checkout: Folder) -> Iterator[str]:
    """Make one change after another; gives what each is about."""
    for number in range(1, 5):
        write(checkout, number)
    checkout.write("LAN-2026-0090", embargo=HELD)
    yield "the beginning"
    write(checkout, 2, summary="Another title")
    yield "a title"
    checkout.write("LAN-2026-0090", embargo=HELD, summary="Held, with another title")
    yield "a held one"
    write(checkout, 5, body=f"{BODY}\nSee LAN-2026-0002.\n")
    yield "a new one"
    (checkout.path / "LAN-2026-0003.md").unlink()
    yield "one that is gone"
    checkout.write("LAN-2026-0001", embargo=HELD)
    yield "one that is held again"
    checkout.write("LAN-2026-0090", embargo="2026-05-01T12:00:00Z")
    yield "a held one that is disclosed"
    write(checkout, 4, body=f"{BODY}\nSee `LAN-2026-0002`.\n")
    yield "words"


def test_only_what_has_changed_is_read_again(
    checkout: Folder,
    build_at: Build,
    serving: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read: list[str] = []
    raw = gathering._raw

    def noted(job: Job) -> bytes:
        read.append(job.path.rpartition("/")[2])
        return raw(job)

    monkeypatch.setattr(gathering, "_raw", noted)
    serving()
    seen = {}
    for about in edits(checkout):
        read.clear()
        build_at()
        seen[about] = set(read)
    assert seen.pop("the beginning") == {
        *(f"LAN-2026-000{number}.md" for number in range(1, 5)),
        "LAN-2026-0090.md",
    }
    assert seen == {
        "a title": {"LAN-2026-0002.md"},
        "a held one": {"LAN-2026-0090.md"},
        "a new one": {"LAN-2026-0005.md"},
        "one that is gone": set(),
        "one that is held again": {"LAN-2026-0001.md"},
        "a held one that is disclosed": {"LAN-2026-0090.md"},
        "words": {"LAN-2026-0004.md"},
    }


def test_an_embargo_that_ends_while_serving_ends_at_its_instant(
    checkout: Folder, build_at: Build, begun: Callable[[], Server]
) -> None:
    embargo = NOW + timedelta(days=1)
    checkout.write("LAN-2026-0001")
    checkout.write("LAN-2026-0002", embargo=embargo.isoformat().replace("+00:00", "Z"))
    page = "advisories/LAN-2026-0002/"
    server = begun()
    assert server.get(page) is None
    build_at(embargo - timedelta(microseconds=1))
    assert server.get(page) is None
    build_at(embargo)
    assert server.get(page)
    assert server.get("osv/all.json")
    build_at(NOW)
    assert server.get(page) is None
    site = Path(server.root)
    assert not [one for one, raw in tree(site).items() if b"0002" in raw or "0002" in one]


@pytest.mark.parametrize("fault", ["public", "held", "telling"])
def test_a_fault_is_reported_until_it_is_corrected(
    checkout: Folder,
    build_at: Build,
    serving: Callable[..., None],
    caplog: pytest.LogCaptureFixture,
    fault: str,
) -> None:
    checkout.write("LAN-2026-0001")
    checkout.write("LAN-2026-0002", embargo=HELD)
    serving()
    build_at()
    name = "LAN-2026-0002" if fault == "held" else "LAN-2026-0001"
    text = (checkout.path / f"{name}.md").read_text(encoding="utf-8")
    harm = {"public": "<b>x</b>", "held": "<b>x</b>", "telling": "See LAN-2026-0002."}[fault]
    (checkout.path / f"{name}.md").write_text(f"{text}\n{harm}\n", encoding="utf-8")
    for _ in range(2):
        with pytest.raises(Abort):
            build_at()
        assert "Nothing was written: correct these and build again." in caplog.text
    (checkout.path / f"{name}.md").write_text(text, encoding="utf-8")
    build_at()
    assert "Documentation built" in caplog.text


def test_another_held_name_that_ends_like_the_one_before_is_looked_for(
    checkout: Folder, build_at: Build, serving: Callable[..., None]
) -> None:
    def hold(alias: str) -> None:
        checkout.write("LAN-2026-0002", embargo=HELD, more=f"aliases: [{alias}]\n")

    checkout.write("LAN-2026-0001", body=f"{BODY}\nUnlike CVE-2026-7001, it is harmless.\n")
    hold("CVE-2025-7001")
    serving()
    build_at()
    hold("CVE-2026-7001")
    with pytest.raises(Abort):
        build_at()


def test_a_server_leaves_the_cache_of_builds_as_it_is(
    checkout: Folder, build_at: Build, serving: Callable[..., None]
) -> None:
    checkout.write("LAN-2026-0001")
    build_at()
    cache = checkout.path.parent / ".cache" / "advisories"
    before = {file.name: file.read_bytes() for file in cache.glob("*.*")}
    assert before
    serving()
    build_at(site_dir="served")
    assert {file.name: file.read_bytes() for file in cache.glob("*.*")} == before
    assert list((cache / "served").glob("*.store"))
    assert not (cache / "served" / "written.json").exists()


LATE = ("feed.xml", "feed.json", "versions.json", "osv/all.json", "osv/all.json.sha256")


@pytest.fixture
def expected(
    checkout: Folder, build_at: Build, monkeypatch: pytest.MonkeyPatch
) -> dict[str, dict[str, bytes]]:
    """Give what builds from nothing make after each edit; no advisory is left."""
    made = {}
    with monkeypatch.context() as patch:
        patch.setenv("ADVISORIES_CACHE", "off")
        for place, about in enumerate(edits(checkout)):
            build_at(site_dir=f"from-nothing-{place}")
            made[about] = tree(checkout.path.parent / f"from-nothing-{place}")
    for file in checkout.path.glob("*.md"):
        file.unlink()
    return {
        about: {uri: raw for uri, raw in files.items() if not uri.endswith("!")}
        for about, files in made.items()
    }


@pytest.mark.parametrize("asked_after", ["every edit", "words"])
def test_a_server_answers_what_a_build_from_nothing_gives(
    checkout: Folder,
    build_at: Build,
    expected: dict[str, dict[str, bytes]],
    begun: Callable[[], Server],
    asked_after: str,
) -> None:
    server = begun()
    for about in edits(checkout):
        build_at()
        assert not [
            uri for uri in tree(Path(server.root)) if uri.rstrip("!") not in expected[about]
        ]
        if asked_after in {"every edit", about}:
            given = {uri: server.get(uri) for uri in expected[about]}
            packed = "sitemap.xml.gz"  # has the time of the build
            assert [one for one in given if given[one] != expected[about][one]] in ([], [packed])


def test_nothing_is_made_before_somebody_asks_for_it(
    checkout: Folder, build_at: Build, begun: Callable[[], Server]
) -> None:
    write(checkout, 1)
    write(checkout, 2)
    server = begun()
    site = Path(server.root)
    late = (*LATE, "sitemap.xml", "advisories", "projects", "years")
    assert not [uri for uri in late if (site / uri).exists()]
    write(checkout, 1, summary="Another title")
    build_at()
    assert b"Another title" in (server.get("advisories/LAN-2026-0001/") or b"")
    assert not (site / "advisories" / "LAN-2026-0002").exists()
    assert b"Another title" in (server.get("osv/all.json") or b"")
    assert server.get("osv/all.json.sha256")
    assert b"LAN-2026-0002/" in (server.get("sitemap.xml") or b"")
    assert not (site / "feed.xml").exists()
    assert server.get("osv/all.json", mount_path="/elsewhere/") is None
    assert server.get("advisories/LAN-2026-0003/") is None


def test_what_is_asked_for_when_a_build_begins_is_made_again_after_it(
    checkout: Folder, build_at: Build, begun: Callable[[], Server]
) -> None:
    write(checkout, 1)
    server = begun()
    looked: list[bool] = []
    look = server._file

    def late(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if not looked:
            build_at()
        looked.append(True)
        return look(environ, start_response)

    server.app = None
    server.look = late
    server.begin()
    assert server.get("advisories/LAN-2026-0001/")
    assert looked == [True, True]


def test_of_what_cannot_be_made_only_the_terminal_says_why(
    checkout: Folder,
    build_at: Build,
    begun: Callable[[], Server],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(*_: object) -> str:
        raise ValueError("a secret")

    write(checkout, 1)
    server = begun()
    monkeypatch.setattr(Shells, "printed", fail)
    assert server.get("advisories/LAN-2026-0001/") is None
    assert "has a bug: ValueError at" in caplog.text
    assert "a secret" not in caplog.text
    monkeypatch.undo()
    assert server.get("advisories/LAN-2026-0001/") is None  # there may be half of it
    build_at()
    assert server.get("advisories/LAN-2026-0001/")


def test_of_a_file_for_which_there_is_no_space_nothing_is_left(
    checkout: Folder, begun: Callable[[], Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    def half(folder: Path, name: str, *_: object) -> None:
        (folder / name).write_bytes(b"half")
        raise OSError("no space")

    write(checkout, 1)
    server = begun()
    monkeypatch.setattr(output, "_put", half)
    assert server.get("feed.xml") is None
    assert not (Path(server.root) / "feed.xml").exists()


def test_a_server_that_builds_all_stands_aside(
    checkout: Folder, build_at: Build, serving: Callable[..., None]
) -> None:
    write(checkout, 1)
    serving("build")  # as MkDocs says it for `mkdocs serve --clean`
    build_at()
    root = checkout.path.parent
    config = load_config(str(root / "mkdocs.yml"), site_dir=str(root / "site"))
    server = Server(root=str(root / "site"))
    config.plugins.on_serve(cast("LiveReloadServer", server), config=config, builder=lambda: None)
    assert server.app is None
    assert server.get("feed.xml")


def test_whoever_asks_while_a_build_has_failed_waits_for_one_that_has_not(
    checkout: Folder, build_at: Build, begun: Callable[[], Server]
) -> None:
    write(checkout, 1)
    server = begun()
    write(checkout, 1, body="<b>x</b>")
    with pytest.raises(Abort):
        build_at()
    answers: list[bytes | None] = []
    asking = threading.Thread(target=lambda: answers.append(server.get("osv/all.json")))
    asking.start()
    asking.join(timeout=0.2)
    assert asking.is_alive()
    write(checkout, 1, summary="Corrected")
    build_at()
    asking.join(timeout=20)
    assert b"Corrected" in (answers[0] or b"")


def test_what_a_server_has_made_is_saved_when_it_ends(
    checkout: Folder, build_at: Build, begun: Callable[[], Server]
) -> None:
    def saved() -> dict[str, bytes]:
        folder = checkout.path.parent / ".cache" / "advisories" / "served"
        return {file.name: file.read_bytes() for file in folder.glob("*.store")}

    write(checkout, 1)
    begun()
    before = saved()
    write(checkout, 2)
    checkout.write("LAN-2026-0090", embargo=HELD, summary="Not yet told")
    build_at()
    assert saved() == before
    config = load_config(str(checkout.path.parent / "mkdocs.yml"))
    config.plugins.on_shutdown()
    after = saved()
    assert after != before
    assert not [name for name, raw in after.items() if b"0090" in raw or b"Not yet" in raw]
