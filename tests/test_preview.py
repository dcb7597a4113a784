"""A preview shows what is held to its author, says so everywhere, and gets nowhere else."""

import ast
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from mkdocs.config import load_config

from conftest import NOW, PROJECT, Folder
from mkdocs_advisories.disclosure.stage import (
    MARKER,
    VARIABLE,
    StageError,
    redeem,
    remove_stale_stages,
    stage,
)
from mkdocs_advisories.embargo import Permission, preview
from mkdocs_advisories.mkdocs import plugin
from mkdocs_advisories.model import Disclosed, format_instant
from mkdocs_advisories.press import gathering
from mkdocs_advisories.press.gathering import Made, Task
from mkdocs_advisories.site import PREVIEW, build_site
from mkdocs_advisories.site.sheet import Drawn, draw
from mkdocs_advisories.source.catalog import Job
from test_embargo import advisory
from test_mkdocs import Build, build_at, tree, write_canaries

if TYPE_CHECKING:
    from mkdocs_advisories.mkdocs.serving import Late

__all__ = ["build_at"]

ADVISORY = [sys.executable, "-c", "from mkdocs_advisories.cli.main import main; main()"]
PAGE = "advisories/LAN-2026-7777/"


@dataclass
class Run:
    """A preview that runs: its project, its temporary folder, its process and its address."""

    root: Path
    temporary: Path
    arguments: list[str] = field(default_factory=list)
    process: subprocess.Popen[str] | None = None
    url: str = ""

    def start(self) -> "Run":
        """Start it, and wait until it says where it is."""
        self.begin()
        assert self.process
        assert self.process.stdout
        with self.process.stdout as output:
            self.url = output.readline().strip()
        assert self.url, (self.root / "preview.log").read_text(encoding="utf-8")
        return self

    def begin(self) -> None:
        """Start it, and wait for nothing."""
        self.temporary.mkdir(exist_ok=True)
        command = [*ADVISORY, "preview", *self.arguments]
        with (self.root / "preview.log").open("a") as log:
            self.process = subprocess.Popen(
                command,
                cwd=self.root,
                env={**os.environ, "TMPDIR": str(self.temporary), "HOME": str(self.root / "home")},
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )

    def end(self, number: int) -> int:
        """Send it a signal; gives its exit code."""
        assert self.process
        self.process.send_signal(number)
        return self.process.wait(timeout=30)

    def get(self, uri: str = "", *, host: str = "") -> http.client.HTTPResponse:
        """Ask it for an address of its site, or for a path that begins with a slash."""
        parts = urlsplit(self.url)
        connection = http.client.HTTPConnection("127.0.0.1", parts.port or 0, timeout=20)
        path = uri if uri.startswith("/") else urlsplit(self.url).path + uri
        connection.request("GET", path, headers={"Host": host or parts.netloc})
        answer = connection.getresponse()
        answer.body = answer.read().decode()  # type: ignore[attr-defined]
        connection.close()
        return answer

    def text(self, uri: str = "") -> str:
        """Give the text of a page."""
        answer = self.get(uri)
        assert answer.status == 200
        text: str = answer.body  # type: ignore[attr-defined]
        return text

    def folders(self) -> list[Path]:
        """List its temporary folder."""
        return list(self.temporary.iterdir())


def write_held(checkout: Folder) -> None:
    """Write an advisory full of canaries that is held for a thousand years."""
    write_canaries(checkout, NOW.replace(year=2998))
    file = checkout.path / "LAN-2026-7777.md"
    text = file.read_text(encoding="utf-8")
    text = re.sub(r"cve_issued: .*\n", "", text)  # no policy has so long an embargo
    text = re.sub(r"(date: )2026(-06)", r"\g<1>2998\2", text)  # changes follow the disclosure
    file.write_text(text, encoding="utf-8")


@pytest.fixture
def run(checkout: Folder) -> Iterator[Run]:
    root = checkout.path.parent
    checkout.write("LAN-2026-0001")
    write_held(checkout)
    checkout.write("LAN-2026-0003", embargo="undecided", summary="One without a date")
    checkout.write("LAN-2026-0004", embargo="2997-01-01T00:00:00Z", summary="One before the last")
    it = Run(root=root, temporary=root.parent / f"{root.name}-tmp")
    yield it
    if it.process:
        it.process.kill()
        it.process.wait()


def traces(run: Run) -> list[str]:
    """Name the files of the project, of its home and of its temporary folder that have a canary."""
    places = [run.root, run.temporary]
    return [
        str(file.relative_to(run.root.parent))
        for place in places
        for file in place.rglob("*")
        if file.is_file()
        and not file.is_relative_to(run.root / "advisories")
        and re.search(rb"canary|-7777", file.read_bytes() + file.name.encode(), re.IGNORECASE)
    ]


def test_a_preview_shows_everything_marked_and_leaves_nothing(run: Run) -> None:
    run.start()
    home = run.text()
    for words in ("A canary-summary", "One without a date", "One before the last"):
        assert words in home
    for uri in ("", PAGE, "advisories/LAN-2026-0001/", "404.html"):
        page = run.text(uri)
        assert f"<strong>{PREVIEW}.</strong>" in page, uri
        assert '<meta name="robots" content="noindex' in page, uri
    assert PREVIEW in run.text("feed.xml")
    assert "canary-body" in run.text(PAGE)
    (folder,) = run.folders()
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / "site" / MARKER).is_file()
    assert not (folder / "ticket").exists()
    assert not (run.root / "site").exists()
    assert run.end(signal.SIGTERM) == 0
    assert run.folders() == []
    assert traces(run) == []


def test_a_killed_preview_is_removed_by_the_next_and_a_living_one_is_not(run: Run) -> None:
    run.start()
    (old,) = run.folders()
    run.end(signal.SIGKILL)
    assert run.folders() == [old]
    first = run.start().process
    (new,) = run.folders()
    assert new != old
    other = Run(root=run.root, temporary=run.temporary).start()
    assert len(run.folders()) == 2
    assert "canary-body" in run.text(PAGE)
    assert other.end(signal.SIGINT) == 0
    assert run.folders() == [new]
    assert first
    assert run.end(signal.SIGHUP) == 0
    assert traces(run) == []


def test_the_server_knows_one_name_one_secret_and_keeps_nothing(run: Run) -> None:
    run.start()
    port = urlsplit(run.url).port
    answer = run.get(PAGE)
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow, noarchive, nosnippet"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert run.get(PAGE, host=f"localhost:{port}").status == 200
    assert run.get(PAGE, host=f"rebound.example:{port}").status == 404
    for path in (f"/{PAGE}", "/", "/wrong/", MARKER, "../ticket", "%2e%2e/ticket", "assets/"):
        assert run.get(path).status == 404, path
    listening = Path("/proc/net/tcp").read_text(encoding="ascii")
    assert re.search(rf"0100007F:{port:04X} 00000000:0000 0A", listening)
    assert f"00000000:{port:04X} 00000000:0000 0A" not in listening


def test_one_held_advisory_can_be_shown_alone(run: Run) -> None:
    run.arguments = ["LAN-2026-0003"]
    run.start()
    assert run.url.endswith("/advisories/LAN-2026-0003/")
    assert "One without a date" in run.text()
    home = run.text().replace(run.url, "")
    assert "canary" not in home
    run.end(signal.SIGINT)


def edited(run: Run, old: str, new: str, *, name: str = "LAN-2026-7777") -> None:
    """Change some words of an advisory."""
    file = run.root / "advisories" / f"{name}.md"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def seen(run: Run, words: str, *, uri: str = PAGE, status: int = 200) -> str:
    """Wait until an address says something; gives what it says."""
    end = time.monotonic() + 30
    while True:
        answer = run.get(uri)
        body: str = answer.body  # type: ignore[attr-defined]
        if words in body and answer.status == status:
            return body
        assert time.monotonic() < end, (answer.status, body, told(run))
        time.sleep(0.05)


def told(run: Run, words: str = "") -> str:
    """Wait until the terminal shows something; gives all that it shows."""
    end = time.monotonic() + 30
    while words not in (text := (run.root / "preview.log").read_text(encoding="utf-8")):
        assert time.monotonic() < end, text
        time.sleep(0.05)
    return text


def test_an_edit_is_seen_marked_and_stays_on_the_stage(run: Run) -> None:
    assert mkdocs(run).returncode == 0
    before = tree(run.root / ".cache")
    run.start()
    seen(run, "canary-body")
    edited(run, "canary-body", "canary-edited")
    page = seen(run, "canary-edited")
    assert f"<strong>{PREVIEW}.</strong>" in page
    assert '<meta name="robots" content="noindex' in page
    edited(run, "A canary-summary", "Another canary-summary")
    seen(run, "Another canary-summary", uri="")
    assert "Another canary-summary" in run.text("feed.xml")
    assert tree(run.root / ".cache") == before
    (folder,) = run.folders()
    assert (folder / "site" / MARKER).is_file()
    assert run.end(signal.SIGTERM) == 0
    assert run.folders() == []
    assert traces(run) == []


def test_a_page_of_docs_that_changes_is_seen_as_well_on_a_site_with_hooks(run: Run) -> None:
    (run.root / "hook.py").touch()
    with (run.root / "mkdocs.yml").open("a", encoding="utf-8") as file:
        file.write("hooks: [hook.py]\n")
    run.start()
    page = run.root / "docs" / "index.md"
    page.write_text(page.read_text("utf-8").replace("That is all.", "More is to come."), "utf-8")
    seen(run, "More is to come.", uri="")


def test_a_faulty_edit_is_told_without_a_value_and_leaves_what_was_there(run: Run) -> None:
    run.start()
    edited(run, "handler:", "canary-handler:")
    assert "unknown field `[withheld]`" in told(run, "unknown field")
    assert "canary-body" in run.text(PAGE)
    assert "canary-body" in run.text("search/search_index.json")
    edited(run, "canary-handler:", "handler:")
    edited(run, "canary-body", "canary-mended")
    seen(run, "canary-mended")
    assert "canary" not in told(run).replace("canary-handler", "")


def with_theme(run: Run, text: str) -> Path:
    """Give the theme a template of the site's own, which is watched."""
    file = run.root / "theme" / "main.html"
    file.parent.mkdir()
    file.write_text(text, encoding="utf-8")
    config = run.root / "mkdocs.yml"
    text = config.read_text(encoding="utf-8")
    assert "font: false" in text
    text = text.replace("font: false", "font: false, custom_dir: theme")
    config.write_text(f"{text}watch: [theme]\n", encoding="utf-8")
    return file


def test_of_a_build_that_fails_halfway_no_page_is_shown(run: Run) -> None:
    sound = '{% extends "base.html" %}\n'
    template = with_theme(run, sound)
    run.start()
    assert "canary-body" in run.text(PAGE)
    template.write_text(f"{sound}{{% nothing %}}\n", encoding="utf-8")
    for uri in (PAGE, "", "feed.xml"):
        assert "canary" not in seen(run, "the terminal says why", uri=uri, status=503)
    assert "unknown tag 'nothing'" in told(run)
    template.write_text(sound, encoding="utf-8")
    seen(run, "canary-body")


def test_nothing_is_served_once_the_command_was_killed(run: Run) -> None:
    run.start()
    run.end(signal.SIGKILL)

    def is_served() -> bool:
        with socket.socket() as asking:
            return asking.connect_ex(("127.0.0.1", urlsplit(run.url).port or 0)) == 0

    end = time.monotonic() + 10
    while is_served():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_a_build_ends_with_the_command_that_was_killed(run: Run) -> None:
    run.begin()
    told(run, "Building")
    end = time.monotonic() + 30
    while not children(run):
        assert time.monotonic() < end
    (child,) = children(run)
    run.end(signal.SIGKILL)
    while Path(f"/proc/{child}").exists():
        assert time.monotonic() < end
        time.sleep(0.02)
    assert run.process
    assert run.process.stdout
    with run.process.stdout as output:
        assert output.read() == ""


def children(run: Run) -> list[str]:
    """Give the processes that it has started."""
    assert run.process
    number = run.process.pid
    return Path(f"/proc/{number}/task/{number}/children").read_text(encoding="ascii").split()


def test_unknown_addresses_are_not_found(run: Run) -> None:
    run.arguments = ["LAN-2026-0003"]
    run.start()
    for uri in (PAGE, "advisories/LAN-2026-0004/", "x", "osv/x.json", "advisories/", "feed/x.xml"):
        answer = run.get(f"{run.url}{uri}".partition(f":{urlsplit(run.url).port}")[2])
        assert answer.status == 404, uri


def test_a_theme_that_has_no_shell_is_previewed_page_by_page(run: Run) -> None:
    title = "<title>{{ page.title | string | truncate(12) }}</title>"
    with_theme(run, f'{{% extends "base.html" %}}{{% block htmltitle %}}{title}{{% endblock %}}\n')
    run.start()
    page = run.text(PAGE)
    assert "canary-body" in page
    assert "...</title>" in page
    assert f"<strong>{PREVIEW}.</strong>" in page
    edited(run, "canary-body", "canary-edited")
    seen(run, "canary-edited")


def test_a_port_that_is_taken_is_refused(run: Run) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        ended = show(run, "--port", str(taken.getsockname()[1]))
    assert ended.returncode == 2
    assert "cannot be used: Address already in use; leave `--port` out" in ended.stderr


def show(run: Run, *arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [*ADVISORY, "preview", *arguments]
    return subprocess.run(command, cwd=run.root, capture_output=True, text=True, check=False)


def test_a_preview_of_nothing_or_of_no_instant_is_refused(run: Run) -> None:
    for arguments, words in (
        (["LAN-2026-9999"], "there is no sound advisory of this id: see `advisory check`"),
        (["--as-of", "tomorrow"], "--as-of: it has neither date nor time"),
        (["--port", "70000"], "70000"),
    ):
        ended = show(run, *arguments)
        assert ended.returncode == 2, ended.stderr
        assert words in ended.stderr


def test_a_preview_that_cannot_be_built_says_why_without_a_value_and_is_deleted(run: Run) -> None:
    run.temporary.mkdir()
    (run.root / "advisories" / "LAN-2026-7777.md").write_text(
        "---\nid: LAN-2026-7777\nembargo: 2998-01-01T00:00:00Z\ncanary: canary\n---\n", "utf-8"
    )
    command = [*ADVISORY, "preview"]
    environment = {**os.environ, "TMPDIR": str(run.temporary)}
    ended = subprocess.run(
        command, cwd=run.root, env=environment, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 1
    assert "unknown field `[withheld]`" in ended.stderr
    assert "canary" not in ended.stderr + ended.stdout
    assert run.folders() == []


def mkdocs(run: Run, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "mkdocs", "build", *arguments]
    own = {**os.environ, "NO_MKDOCS_2_WARNING": "1", **environment}
    return subprocess.run(
        command, cwd=run.root, env=own, capture_output=True, text=True, check=False
    )


def test_the_variable_alone_opens_nothing(run: Run) -> None:
    for arguments in ([], ["--site-dir", "out"], ["--site-dir", str(run.temporary / "site")]):
        ended = mkdocs(run, *arguments, ADVISORY_PREVIEW="x")
        assert ended.returncode == 1
        assert f"{VARIABLE} is set, but" in ended.stderr
        assert traces(run) == []


def test_the_folder_of_a_preview_is_no_place_for_a_site(run: Run) -> None:
    with stage(as_of=None, only=None) as place:
        ended = mkdocs(run, "--site-dir", str(place.site_dir))
        assert ended.returncode == 1
        assert f"`site_dir` holds a preview ({MARKER})" in ended.stderr


def test_a_ticket_lets_one_build_in_once(tmp_path: Path) -> None:
    with stage(as_of=NOW, only="A") as place:
        mine = {VARIABLE: place.number}
        permission = redeem(place.site_dir, root=tmp_path, environment=mine)
        assert permission == Permission(site_dir=place.site_dir, as_of=NOW, only="A")
        with pytest.raises(StageError, match="does not fit the stage"):
            redeem(place.site_dir, root=tmp_path, environment=mine)


def test_a_wrong_number_tears_the_ticket_up(tmp_path: Path) -> None:
    with stage(as_of=None, only=None) as place:
        for number in ("wrong", place.number):
            with pytest.raises(StageError, match="does not fit the stage"):
                redeem(place.site_dir, root=tmp_path, environment={VARIABLE: number})


def test_a_stage_that_others_can_read_or_that_is_not_fresh_is_refused(tmp_path: Path) -> None:
    def refused(words: str, *, root: Path = tmp_path) -> None:
        with pytest.raises(StageError, match=words):
            redeem(place.site_dir, root=root, environment={VARIABLE: place.number})

    with stage(as_of=None, only=None) as place:
        (place.site_dir / "index.html").touch()
        refused("not fresh")
        (place.site_dir / "index.html").unlink()
        (place.site_dir / MARKER).unlink()
        refused("not fresh")
        (place.site_dir / MARKER).touch()
        refused("inside the project", root=place.folder.parent)
        place.site_dir.chmod(0o755)
        refused("not private")
        place.site_dir.chmod(0o700)
        place.folder.chmod(0o750)
        refused("not private")
        place.folder.chmod(0o700)
        assert redeem(place.site_dir, root=tmp_path, environment={VARIABLE: place.number})


def test_only_stale_stages_are_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    (tmp_path / "advisory-preview-other").mkdir()
    (tmp_path / "advisory-preview-stale").mkdir()
    (tmp_path / "advisory-preview-stale" / "lock").touch()
    (tmp_path / "advisory-preview-link").symlink_to(PROJECT)
    with stage(as_of=None, only=None) as place:
        assert remove_stale_stages() == 1
        assert place.folder.exists()
    assert {one.name for one in tmp_path.iterdir()} == {
        "advisory-preview-other",
        "advisory-preview-link",
    }


def test_a_preview_dates_the_undecided_by_itself_and_marks_each(folder: Folder) -> None:
    held = [advisory("A", None), advisory("B", NOW.replace(year=2050)), advisory("C", NOW)]
    whole = Permission(site_dir=Path("site"))
    shown = preview(held, now=NOW, permission=whole)
    assert shown.as_of == NOW.replace(year=2050)
    assert [(one.id, one.is_preview) for one in shown.advisories] == [
        ("A", True),
        ("B", True),
        ("C", True),
    ]
    at = preview(held, now=NOW, permission=Permission(site_dir=Path("site"), as_of=NOW))
    assert [one.id for one in at.advisories] == ["C"]
    alone = preview(held, now=NOW, permission=Permission(site_dir=Path("site"), only="A"))
    assert [one.id for one in alone.advisories] == ["A", "C"]
    site = build_site(shown, policy=folder.policy, index_uri="")
    assert site.is_preview
    assert "canary" not in repr(shown)


def test_only_the_stage_gives_permission_and_only_the_plugin_uses_it() -> None:
    makers, users = set(), set()
    for file in (PROJECT / "plugins").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                makers |= {file.name} if node.func.id == "Permission" else set()
                users |= {file.name} if node.func.id in {"preview", "redeem"} else set()
    assert (makers, users) == ({"stage.py"}, {"plugin.py"})


def test_an_ordinary_build_has_no_trace_of_previews(run: Run) -> None:
    ended = mkdocs(run)
    assert ended.returncode == 0, ended.stderr
    files = tree(run.root / "site")
    assert MARKER not in files
    assert not any(PREVIEW.encode() in raw for raw in files.values())
    assert json.loads(files["search/search_index.json"])["docs"]
    assert traces(run) == []


@pytest.fixture
def previewed(
    checkout: Folder, build_at: Build, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., dict[str, bytes]]:
    """Give what builds a preview of a held advisory beside others, and gives its files."""
    config = load_config(str(checkout.path.parent / "mkdocs.yml"))
    config.plugins.on_startup(command="build", dirty=False)
    for number in range(1, 5):
        checkout.write(
            f"LAN-2026-000{number}",
            embargo=f"2026-04-0{number}T12:00:00Z",
            more=f"aliases: [CVE-2026-100{number}]\nrelated: [CVE-2026-1001]\n" * (number > 1),
        )
    write_canaries(checkout, NOW + timedelta(days=9))
    day = (NOW + timedelta(days=3)).isoformat().replace("+00:00", "Z")
    revised = f"revisions: [{{date: {day}, summary: Told anew.}}]\n"
    checkout.write("LAN-2026-0005", more=revised)

    def build(as_of: datetime | None = None, only: str | None = None) -> dict[str, bytes]:
        with stage(as_of=as_of, only=only) as place, monkeypatch.context() as patch:
            patch.setenv(VARIABLE, place.number)
            build_at(site_dir=str(place.site_dir))
            return tree(place.site_dir)

    return build


def cached(checkout: Folder) -> dict[str, bytes]:
    cache = checkout.path.parent / ".cache"
    return {str(file): file.read_bytes() for file in cache.rglob("*") if file.is_file()}


PREVIEWS = [
    {},
    {"only": "LAN-2026-7777"},
    {"as_of": NOW + timedelta(days=2)},
    {"as_of": NOW + timedelta(days=4)},
    {"as_of": datetime.fromisoformat("2026-04-02T12:00:00Z")},
]


@pytest.mark.parametrize("asked", PREVIEWS)
def test_a_preview_of_what_builds_have_stored_is_one_from_nothing_and_stores_nothing(
    checkout: Folder,
    build_at: Build,
    previewed: Callable[..., dict[str, bytes]],
    monkeypatch: pytest.MonkeyPatch,
    asked: dict[str, object],
) -> None:
    build_at()
    before = cached(checkout)
    assert before
    files = previewed(**asked)
    assert cached(checkout) == before
    assert not [
        name for name, raw in before.items() if re.search(rb"(?i)canary|LAN-2026-7777", raw)
    ]
    monkeypatch.setenv("ADVISORIES_CACHE", "off")
    assert previewed(**asked) == files


def test_a_preview_without_a_cache_makes_none(
    checkout: Folder, previewed: Callable[..., dict[str, bytes]]
) -> None:
    previewed()
    assert not (checkout.path.parent / ".cache").exists()


def test_of_what_is_disclosed_nothing_is_made_again_for_a_preview(
    build_at: Build,
    previewed: Callable[..., dict[str, bytes]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    build_at()
    made: list[str] = []

    def noted(task: Task, job: Job) -> Made:
        made.append(job.file.stem)
        return make(task, job)

    make = gathering.make
    monkeypatch.setattr(gathering, "make", noted)
    previewed()
    assert made == ["LAN-2026-0005", "LAN-2026-7777"]


def test_every_page_of_a_preview_from_the_store_is_marked(
    build_at: Build, previewed: Callable[..., dict[str, bytes]]
) -> None:
    build_at()
    files = previewed()
    pages = {name: raw.decode() for name, raw in files.items() if name.endswith(".html")}
    assert len(pages) > 10
    assert not [name for name, page in pages.items() if f"<strong>{PREVIEW}." not in page]
    ours = [one for one in pages if one not in {"index.html", "404.html", "about/index.html"}]
    assert not [name for name in ours if f"<title>{PREVIEW}: " not in pages[name]]
    feeds = [files[one].decode() for one in ("feed.xml", "csaf/white/csaf-feed-tlp-white.json")]
    feeds.append(json.loads(files["feed.json"])["title"])
    assert not [one for one in feeds if "PREVIEW" not in one]


def test_a_preview_has_the_records_of_all_that_it_shows(
    build_at: Build, previewed: Callable[..., dict[str, bytes]]
) -> None:
    build_at()
    files = previewed().keys()
    for number in ("7777", "0005", "0001"):
        assert f"advisories/LAN-2026-{number}/index.html" in files
        assert f"osv/x_LAN-2026-{number}.json" in files
        assert f"csaf/white/2026/lan-2026-{number}.json" in files


@pytest.mark.parametrize("asked", PREVIEWS)
def test_what_is_asked_for_is_what_a_build_of_the_whole_preview_makes(
    checkout: Folder,
    build_at: Build,
    previewed: Callable[..., dict[str, bytes]],
    monkeypatch: pytest.MonkeyPatch,
    asked: dict[str, Any],
) -> None:
    build_at()
    before = cached(checkout)
    whole = previewed(**asked)
    config = load_config(str(checkout.path.parent / "mkdocs.yml"))
    config.plugins.on_startup(command="serve", dirty=False)
    late: Late = config.plugins["advisories"].late  # type: ignore[attr-defined]
    only, as_of = asked.get("only"), asked.get("as_of")
    with stage(as_of=as_of, only=only) as place, monkeypatch.context() as patch:
        patch.setenv(VARIABLE, place.number)
        for _ in range(2):  # the ticket is torn up, the permission stays
            build_at(site_dir=str(place.site_dir))
            assert not (place.site_dir / "advisories").exists()
            made = {}
            for uri in whole.keys() - {
                "sitemap.xml.gz",
                "sitemap.xml.gz!",
            }:  # it says when it was made
                with late.turn(uri) as is_fit:
                    assert is_fit, uri
                    made[uri] = (place.site_dir / uri).read_bytes()
            with late.turn("sitemap.xml.gz"):
                assert tree(place.site_dir)["sitemap.xml.gz!"] == whole["sitemap.xml.gz!"]
            assert made == {uri: whole[uri] for uri in made}
            assert tree(place.site_dir).keys() == whole.keys()
    config.plugins.on_startup(command="build", dirty=False)
    assert cached(checkout) == before


def test_while_a_preview_is_served_only_what_has_changed_is_drawn_again(
    checkout: Folder, build_at: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[str] = []

    def noted(one: Disclosed, **more: Any) -> Drawn:  # noqa: ANN401 - whatever it takes
        drawn.append(one.id)
        return draw(one, **more)

    def build(now: datetime) -> list[str]:
        drawn.clear()
        build_at(now, site_dir=str(place.site_dir))
        return sorted(drawn)

    held = ["LAN-2026-0002", "LAN-2026-0003", "LAN-2026-0004"]
    checkout.write("LAN-2026-0001")
    checkout.write("LAN-2026-0002", embargo="undecided")
    checkout.write("LAN-2026-0003", embargo="undecided")
    checkout.write("LAN-2026-0004", embargo="undecided", more="related: [LAN-2026-0005]\n")
    build_at()
    config = load_config(str(checkout.path.parent / "mkdocs.yml"))
    config.plugins.on_startup(command="serve", dirty=False)
    with stage(as_of=None, only=None) as place, monkeypatch.context() as patch:
        patch.setenv(VARIABLE, place.number)
        patch.setattr(plugin, "draw", noted)
        assert build(NOW) == held
        assert build(NOW + timedelta(minutes=1)) == []
        checkout.write("LAN-2026-0003", embargo="undecided", summary="Another title")
        assert build(NOW + timedelta(minutes=2)) == ["LAN-2026-0003"]
        checkout.write("LAN-2026-0005", embargo=format_instant(NOW + timedelta(minutes=-9)))
        assert build(NOW + timedelta(minutes=3)) == ["LAN-2026-0004"]
        checkout.write("LAN-2026-0005", embargo=format_instant(NOW + timedelta(minutes=4)))
        assert build(NOW + timedelta(minutes=5)) == held  # they are dated anew
    config.plugins.on_startup(command="build", dirty=False)
