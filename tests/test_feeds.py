"""Every feed: bounded, complete with its archives, moved by real changes, read by real readers."""

import os
import shutil
import sqlite3
import subprocess
import threading
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import feedparser
import pytest
from lxml import etree

from conftest import Folder
from formats import built, document

NAMES = {"a": "http://www.w3.org/2005/Atom", "fh": "http://purl.org/syndication/history/1.0"}
CRITICAL = 'severity: [{type: CVSS_V3, score: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}]\n'
MEDIUM = 'severity: [{type: CVSS_V3, score: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:N/A:N"}]\n'
WITHDRAWN = "withdrawn: {date: 2026-05-30T00:00:00Z, reason: Intended after all.}\n"
REVISED = "revisions: [{date: 2026-05-20T00:00:00Z, summary: Another title.}]\n"


@pytest.fixture
def years(folder: Folder) -> Folder:
    """Five advisories of three years, in a feed that shows two."""
    for name, embargo, more in (
        ("LAN-2024-0001", "2024-03-01T00:00:00Z", WITHDRAWN),
        ("LAN-2025-0001", "2025-03-01T00:00:00Z", MEDIUM),
        ("LAN-2025-0002", "2025-04-01T00:00:00Z", CRITICAL),
        ("LAN-2026-0001", "2026-03-01T00:00:00Z", ""),
        ("LAN-2026-0002", "2026-04-01T00:00:00Z", ""),
    ):
        folder.write(name, embargo=embargo, more=more)
    policy = folder.policy
    return replace(folder, policy=replace(policy, feed=replace(policy.feed, entries=2)))


def ids(feed: bytes) -> list[str]:
    parsed = feedparser.parse(feed)
    assert not parsed.bozo, parsed.get("bozo_exception")
    return [one.id.rpartition("/")[2] for one in parsed.entries]


def link(feed: bytes, rel: str) -> str | None:
    found = etree.fromstring(feed).find(f"a:link[@rel='{rel}']", NAMES)
    return None if found is None else found.get("href")


def test_a_feed_shows_what_changed_last_and_its_archives_have_the_rest(years: Folder) -> None:
    contents = built(years)
    root = years.policy.site_url
    feed = contents["feed.xml"]
    assert ids(feed) == ["LAN-2024-0001", "LAN-2026-0002"]
    seen = set(ids(feed))
    before = link(feed, "prev-archive")
    followed = []
    while before:
        uri = before.removeprefix(root)
        archive = contents[uri]
        followed.append(uri)
        seen |= set(ids(archive))
        assert link(archive, "current") == f"{root}feed.xml"
        assert etree.fromstring(archive).find("fh:archive", NAMES) is not None
        before = link(archive, "prev-archive")
    assert followed == ["feeds/2026.xml", "feeds/2025.xml", "feeds/2024.xml"]
    assert len(seen) == 5


def archives(contents: Mapping[str, bytes]) -> dict[str, bytes]:
    return {uri: data for uri, data in contents.items() if uri.startswith("feeds/2")}


def test_the_newest_year_is_archived_only_in_full_parts(folder: Folder) -> None:
    folder.write("LAN-2025-0001", embargo="2025-03-01T00:00:00Z")
    folder.write("LAN-2026-0001")
    assert list(archives(built(folder))) == ["feeds/2025.xml"]


def test_no_archive_changes_when_new_advisories_come(years: Folder) -> None:
    seen = archives(built(years))
    assert list(seen) == ["feeds/2024.xml", "feeds/2025.xml", "feeds/2026.xml"]
    for number in range(3, 8):
        years.write(f"LAN-2026-{number:04}", embargo=f"2026-05-{number:02}T00:00:00Z")
        now = archives(built(years))
        assert {uri: now[uri] for uri in seen} == seen
        seen = now
    assert list(seen)[3:] == ["feeds/2026-2.xml", "feeds/2026-3.xml"]
    assert (
        link(seen["feeds/2026-2.xml"], "prev-archive") == f"{years.policy.site_url}feeds/2026.xml"
    )
    assert ids(seen["feeds/2026-3.xml"]) == ["LAN-2026-0006", "LAN-2026-0005"]


def test_what_is_in_no_archive_is_in_the_feed_whatever_else_has_changed(years: Folder) -> None:
    years.write("LAN-2026-0003", embargo="2026-04-02T00:00:00Z")
    for name, embargo in (("LAN-2025-0001", "2025-03-01"), ("LAN-2025-0002", "2025-04-01")):
        years.write(name, embargo=f"{embargo}T00:00:00Z", more=REVISED)
    assert ids(built(years)["feed.xml"]) == ["LAN-2024-0001", "LAN-2025-0002", "LAN-2026-0003"]


def test_each_project_and_each_severity_has_a_feed(years: Folder) -> None:
    contents = built(years)
    assert ids(contents["feeds/project/lantern.xml"]) == ["LAN-2024-0001", "LAN-2026-0002"]
    assert ids(contents["feeds/severity/critical.xml"]) == ["LAN-2025-0002"]
    assert ids(contents["feeds/severity/high.xml"]) == ["LAN-2025-0002"]
    assert ids(contents["feeds/severity/medium.xml"]) == ["LAN-2025-0002", "LAN-2025-0001"]


def test_feeds_of_different_things_have_different_ids_and_share_those_of_entries(
    years: Folder,
) -> None:
    contents = built(years)
    tag = years.policy.feed.tag
    feeds = {uri: feedparser.parse(contents[uri]) for uri in contents if uri.endswith(".xml")}
    assert {uri: one.feed.id.removeprefix(tag) for uri, one in feeds.items()} == {
        "feed.xml": "feed",
        "feeds/2024.xml": "feed",
        "feeds/2025.xml": "feed",
        "feeds/2026.xml": "feed",
        "feeds/project/lantern.xml": "feed/project/lantern",
        "feeds/severity/critical.xml": "feed/severity/critical",
        "feeds/severity/high.xml": "feed/severity/high",
        "feeds/severity/medium.xml": "feed/severity/medium",
    }


def test_a_withdrawn_entry_resurfaces_marked(folder: Folder) -> None:
    folder.write()
    folder.write("LAN-2026-0002", embargo="2026-05-02T00:00:00Z")
    assert ids(built(folder)["feed.xml"]) == ["LAN-2026-0002", "LAN-2026-0001"]
    folder.write(more=WITHDRAWN)
    contents = built(folder)
    for uri in ("feed.xml", "feeds/project/lantern.xml"):
        first = feedparser.parse(contents[uri]).entries[0]
        assert first.title == "[Withdrawn] Lantern can be lit from afar"
        assert first.updated == "2026-05-30T00:00:00+00:00"
    item = document(contents, "feed.json")["items"][0]
    assert item["title"].startswith("[Withdrawn] ")
    assert "withdrawn" in item["tags"]


def test_the_json_feed_has_the_same_entries(years: Folder) -> None:
    contents = built(years)
    feed = document(contents, "feed.json")
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["feed_url"] == "https://security.lantern.example/feed.json"
    parsed = feedparser.parse(contents["feed.xml"])
    assert [one["id"] for one in feed["items"]] == [one.id for one in parsed.entries]
    assert [one["content_html"].strip() for one in feed["items"]] == [
        one.content[0].value for one in parsed.entries
    ]
    assert feed["items"][0]["date_modified"] == "2026-05-30T00:00:00Z"


def test_a_feed_is_readable_in_a_browser(folder: Folder) -> None:
    folder.write()
    contents = built(folder)
    assert b'<?xml-stylesheet type="text/css" href="/feed.css"?>' in contents["feed.xml"][:120]
    assert b"a|entry" in contents["feed.css"]
    root = etree.fromstring(contents["feed.xml"])
    links = root.findall(".//{http://www.w3.org/1999/xhtml}a")
    assert [one.get("href") for one in links] == [
        "https://security.lantern.example/",
        "https://security.lantern.example/advisories/LAN-2026-0001/",
    ]


def test_jing_finds_every_feed_valid(years: Folder, corpora: Path, tmp_path: Path) -> None:
    if shutil.which("jing") is None:
        assert not os.environ.get("CI"), "CI must have jing"
        pytest.skip("jing is not installed")
    contents = built(years)
    files = []
    for number, uri in enumerate(uri for uri in contents if uri.endswith(".xml")):
        files.append(tmp_path / f"{number}.xml")
        files[-1].write_bytes(contents[uri])
    assert len(files) == 8
    command = ["jing", "-c", str(corpora / "conformance" / "atom.rnc"), *map(str, files)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stdout) == (0, "")


class _Quiet(SimpleHTTPRequestHandler):
    """Serves files without a word."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A folder that is served, and its address."""
    folder = tmp_path / "served"
    folder.mkdir()
    handler = partial(_Quiet, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield folder, f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def publish(folder: Folder, served: tuple[Path, str]) -> None:
    file = served[0] / "feed.xml"
    before = file.stat().st_mtime if file.exists() else 0
    file.write_bytes(built(folder)["feed.xml"])
    # Readers ask for what is newer, and count in seconds.
    os.utime(file, (before + 10, before + 10))


def test_newsboat_shows_a_title_edit_a_revision_and_a_withdrawal_as_they_are(
    folder: Folder, served: tuple[Path, str], tmp_path: Path
) -> None:
    if shutil.which("newsboat") is None:
        pytest.skip("newsboat is not installed")
    (tmp_path / "urls").write_text(f"{served[1]}feed.xml\n", encoding="utf-8")
    (tmp_path / "config").write_text("", encoding="utf-8")

    def reload() -> list[tuple[str, int]]:
        publish(folder, served)
        command = ["newsboat", "-u", str(tmp_path / "urls"), "-c", str(tmp_path / "cache.db")]
        command += ["-C", str(tmp_path / "config"), "-x", "reload"]
        environment = {**os.environ, "HOME": str(tmp_path)}
        subprocess.run(command, check=True, capture_output=True, env=environment)
        with sqlite3.connect(tmp_path / "cache.db") as cache:
            query = "select title, pubDate from rss_item order by guid"
            rows = [(str(title), int(date)) for title, date in cache.execute(query)]
        cache.close()
        return rows

    folder.write()
    folder.write("LAN-2026-0002")
    first = reload()
    assert len(first) == 2
    folder.write(summary="Another title")
    second = reload()
    assert [date for _, date in second] == [date for _, date in first]
    assert second[0][0] == "Another title"
    folder.write(summary="Another title", more=WITHDRAWN)
    third = reload()
    assert len(third) == 2
    assert third[0][0] == "[Withdrawn] Another title"


def test_rss2email_mails_each_entry_once_and_none_for_a_title(
    folder: Folder, served: tuple[Path, str], tmp_path: Path
) -> None:
    if shutil.which("r2e") is None:
        pytest.skip("rss2email is not installed")
    maildir = tmp_path / "mail"
    config, data = tmp_path / "r2e.cfg", tmp_path / "r2e.json"
    config.write_text(
        "[DEFAULT]\nemail-protocol = maildir\n"
        f"maildir-path = {maildir}\nmaildir-mailbox = advisories\n"
        "from = r2e@lantern.example\nto = reader@lantern.example\nverbose = error\n",
        encoding="utf-8",
    )

    def r2e(*words: str) -> None:
        command = ["r2e", "-c", str(config), "-d", str(data), *words]
        subprocess.run(command, check=True, capture_output=True)

    def mails() -> int:
        return len([one for one in (maildir / "advisories").rglob("*") if one.is_file()])

    for part in ("cur", "new", "tmp"):
        (maildir / "advisories" / part).mkdir(parents=True)
    folder.write()
    folder.write("LAN-2026-0002")
    publish(folder, served)
    r2e("add", "advisories", f"{served[1]}feed.xml")
    r2e("run")
    assert mails() == 2
    folder.write(summary="Another title")
    publish(folder, served)
    r2e("run")
    assert mails() == 2
    folder.write("LAN-2026-0003", embargo="2026-05-05T00:00:00Z")
    publish(folder, served)
    r2e("run")
    assert mails() == 3
