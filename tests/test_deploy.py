"""Deploying while readers read: whatever a feed names is there, and no page is half."""

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from hashlib import sha256
from http.client import HTTPConnection
from json import dumps
from pathlib import Path
from socket import create_connection
from threading import Event, Thread

import pytest

from mail_server import free_port
from mkdocs_advisories.disclosure.deploy import Stamp, Target, target_of
from mkdocs_advisories.disclosure.deploy.order import go_last
from mkdocs_advisories.disclosure.digest import digest_of
from mkdocs_advisories.disclosure.standing import Shown, owed, shown_by, together
from mkdocs_advisories.model import parse_instant

ROUNDS = 50
FIRST = parse_instant("2024-01-01T00:00:00Z")
LATER = parse_instant("2024-02-01T00:00:00Z")
NGINX = """\
daemon off; master_process off; pid {folder}/pid; error_log {folder}/error.log;
events {{}}
http {{
  access_log off; client_body_temp_path {folder}/a; proxy_temp_path {folder}/b;
  fastcgi_temp_path {folder}/c; uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;
  server {{ listen 127.0.0.1:{port}; root {root}; }}
}}
"""


@contextmanager
def nginx(folder: Path, root: Path) -> Iterator[int]:
    """Serve a folder as a real web server does. Gives the port."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if program is None:
        pytest.skip("there is no nginx")
    port = free_port()
    file = folder / "nginx.conf"
    file.write_text(NGINX.format(folder=folder, port=port, root=root), encoding="utf-8")
    folder.chmod(0o755)
    with subprocess.Popen([program, "-c", str(file)], stderr=subprocess.DEVNULL) as running:
        try:
            for _ in range(200):
                with suppress(OSError), create_connection(("127.0.0.1", port), timeout=5):
                    break
                time.sleep(0.05)
            yield port
        finally:
            running.terminate()


def tree(folder: Path, number: int) -> Path:
    """Make a site with `number` advisories, each page with its own hash at its end."""
    shutil.rmtree(folder, ignore_errors=True)
    for one in range(1, number + 1):
        page = folder / "advisories" / f"A-{one}" / "index.html"
        page.parent.mkdir(parents=True)
        text = f"{one} at {number} " * 8000
        page.write_text(f"{text}|{sha256(text.encode()).hexdigest()}", encoding="utf-8")
    names = [f"advisories/A-{one}/" for one in range(1, number + 1)]
    (folder / "feed.xml").write_text("\n".join(names) + "\nend", encoding="utf-8")
    index = {
        "$schema": "https://x.example/advisories.schema.json",
        "advisories": [
            {
                "id": name,
                "published": "2024-01-01T00:00:00Z",
                "modified": "2024-01-01T00:00:00Z",
                "urls": {"page": f"https://x.example/{name}"},
            }
            for name in names
        ],
    }
    (folder / "advisories.json").write_text(dumps(index), encoding="utf-8")
    return folder


class Reader(Thread):
    """Polls the feed and reads all that it names, as long as it is not told to stop."""

    def __init__(self, port: int, stop: Event) -> None:
        super().__init__(daemon=True)
        self.port, self.stop, self.reads, self.faults = port, stop, 0, list[str]()

    def run(self) -> None:
        """Read, and keep what is wrong."""
        while not self.stop.is_set():
            feed = self.get("/feed.xml")
            if not feed.endswith("\nend"):
                self.faults.append("half a feed")
            for name in feed.split("\n")[-4:-1]:
                text, _, digest = self.get(f"/{name}").rpartition("|")
                if sha256(text.encode()).hexdigest() != digest:
                    self.faults.append(f"half a page: {name}")
            self.reads += 1

    def get(self, path: str) -> str:
        """Fetch a page."""
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=20)) as client:
            client.request("GET", path)
            answer = client.getresponse()
            content = answer.read().decode()
        if answer.status != 200:
            self.faults.append(f"{path}: {answer.status}")
        return content


def deploy(target: Target, folder: Path) -> None:
    target.deploy(folder, Stamp(digest=digest_of(folder)))


@pytest.mark.parametrize("kind", ["folder", "rsync"])
def test_readers_find_every_page_that_the_feed_names_while_it_is_deployed(
    kind: str, tmp_path: Path
) -> None:
    if kind == "rsync" and shutil.which("rsync") is None:
        pytest.skip("there is no rsync")
    root = tmp_path / "www" / "site"
    root.parent.mkdir()
    target = target_of(
        f"{kind}:{root}",
        root=tmp_path,
        memory=lambda _: None,
        environment={"PATH": "/usr/bin:/bin"},
    )
    deploy(target, tree(tmp_path / "tree", 1))
    stop = Event()
    with nginx(tmp_path, root) as port:
        readers = [Reader(port, stop) for _ in range(3)]
        for one in readers:
            one.start()
        for number in range(2, ROUNDS + 2):
            deploy(target, tree(tmp_path / "tree", number))
        stop.set()
        for one in readers:
            one.join(timeout=30)
    assert [one.faults for one in readers] == [[], [], []]
    assert all(one.reads for one in readers)
    assert (root / "advisories" / f"A-{ROUNDS + 1}" / "index.html").exists()


def test_rsync_removes_what_is_gone_and_keeps_times_out_of_it(tmp_path: Path) -> None:
    if shutil.which("rsync") is None:
        pytest.skip("there is no rsync")
    place = tmp_path / "place"
    target = target_of(
        f"rsync:{place}",
        root=tmp_path,
        memory=lambda _: None,
        environment={"PATH": "/usr/bin:/bin"},
    )
    assert target.index() is None
    deploy(target, tree(tmp_path / "tree", 3))
    page = place / "advisories" / "A-1" / "index.html"
    deploy(target, tree(tmp_path / "tree", 2))
    assert not (place / "advisories" / "A-3").exists()
    assert shown_by(target.index()) is not None
    before = page.stat().st_ino
    deploy(target, tree(tmp_path / "tree", 2))
    assert page.stat().st_ino == before


def test_what_leads_elsewhere_goes_last() -> None:
    urls = {"page": "https://x.example/s/advisories/A/", "osv": "https://x.example/s/osv/A.json"}
    one = {"id": "A", "published": "2024-01-01T00:00:00Z", "modified": "2024-01-01T00:00:00Z"}
    index = {
        "$schema": "https://x.example/s/advisories.schema.json",
        "advisories": [{**one, "urls": urls}],
    }
    first = ["advisories/A/index.html", "advisories/A/patch.txt", "assets/a.css"]
    first += ["osv/A.json", "osv/A.json.sha256"]
    last = ["index.html", "feed.xml", "feed.json", "advisories.json", "advisories.json.asc"]
    last += ["versions.json", "sitemap.xml.gz", "search/search_index.json", "osv/all.json"]
    assert list(go_last([*last, *first], index=dumps(index).encode())) == last


def test_what_is_public_is_owed() -> None:
    old = {"A": Shown(published=FIRST, modified=LATER), "B": Shown(published=FIRST, modified=FIRST)}
    assert list(owed(old, old)) == []
    newer = together([old, {"A": Shown(published=FIRST, modified=FIRST)}])
    assert newer == old
    back = {"A": Shown(published=FIRST, modified=FIRST), "B": old["B"]}
    assert "would go back" in "".join(owed(old, back))
    assert "would vanish" in "".join(owed(old, {"A": old["A"]}))
    moved = {**old, "B": Shown(published=LATER, modified=LATER)}
    assert "does not change any more" in "".join(owed(old, moved))


def test_no_index_is_taken_for_one_that_is_none() -> None:
    for text in (None, b"", b"<html>", b"[]", b'{"advisories": [{"id": "A"}]}', b"\xff"):
        assert shown_by(text) is None
