"""The feed: valid, stable, and moved by real changes only."""

import os
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path

import feedparser
import pytest
from lxml import etree

from conftest import NOW, Folder
from mkdocs_advisories.embargo import disclose
from mkdocs_advisories.site import build_site

ATOM = {"a": "http://www.w3.org/2005/Atom"}
RICH = """\
aliases: [CVE-2026-0001, RUSTSEC-2026-0001]
cwe_ids: [CWE-79]
severity:
  - {type: CVSS_V4, score: "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"}
  - {type: CVSS_V3, score: "CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:N/A:N"}
references:
  - {type: FIX, url: "https://example.org/pull?a=1&b=2"}
credits:
  - {name: "Mira \\"M\\" O'Kafor & Co", type: FINDER, contact: ["https://example.org/mira"]}
"""


ODD_TITLE = '"\'<\' & \\"quotes\\" in `a<T>` of Lantern 🔥"'


def feed_of(folder: Folder, *, days: int = 0) -> bytes:
    catalog = folder.read()
    assert catalog.problems == ()
    disclosure = disclose(catalog.advisories, now=NOW + timedelta(days=days))
    content = build_site(disclosure, policy=folder.policy, index_uri="").contents["feed.xml"]
    assert isinstance(content, bytes)
    return content


def entries(feed: bytes) -> list[feedparser.FeedParserDict]:
    parsed = feedparser.parse(feed)
    assert not parsed.bozo, parsed.get("bozo_exception")
    return list(parsed.entries)


def fill(folder: Folder) -> None:
    folder.write("LAN-2026-0001", more=RICH, summary=ODD_TITLE)
    folder.write("LAN-2026-0002", embargo="2026-05-02T12:00:00+02:00")
    folder.write(
        "LAN-2026-0003",
        embargo="2026-05-03T12:00:00.5Z",
        more="withdrawn: {date: 2026-05-04T00:00:00Z, reason: Intended after all.}\n",
    )
    folder.write("LAN-2026-0004", embargo="2026-07-01T00:00:00Z", summary="A canary that is held")


def test_entries_are_newest_first_with_all_that_a_reader_needs(folder: Folder) -> None:
    fill(folder)
    newest, second, oldest = entries(feed_of(folder))
    assert newest.title == "[Withdrawn] Lantern can be lit from afar"
    assert (newest.published, newest.updated) == (
        "2026-05-03T12:00:00.500000+00:00",
        "2026-05-04T00:00:00+00:00",
    )
    assert second.published == second.updated == "2026-05-02T10:00:00+00:00"
    assert oldest.id == "tag:lantern.example,2024-01-01:advisory/LAN-2026-0001"
    assert oldest.title == "'<' & \"quotes\" in a<T> of Lantern 🔥"
    assert oldest.summary == "Critical severity. Upgrade lantern to 1.2.3."
    assert {(tag.scheme.rpartition(":")[2], tag.term) for tag in oldest.tags} == {
        ("project", "Lantern"),
        ("package", "crates.io/lantern"),
        ("severity", "critical"),
        ("cvss", "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"),
        ("alias", "CVE-2026-0001"),
        ("weakness", "CWE-79"),
    }


def test_links_keep_their_attributes(folder: Folder) -> None:
    fill(folder)
    root = etree.fromstring(feed_of(folder))
    of_feed = [dict(link.attrib) for link in root.findall("a:link", ATOM)]
    assert of_feed == [
        {
            "href": "https://security.lantern.example/feed.xml",
            "rel": "self",
            "type": "application/atom+xml",
        },
        {"href": "https://security.lantern.example/", "rel": "alternate", "type": "text/html"},
    ]
    last = root.findall("a:entry", ATOM)[-1]
    assert [dict(link.attrib) for link in last.findall("a:link", ATOM)] == [
        {
            "rel": "alternate",
            "type": "text/html",
            "href": "https://security.lantern.example/advisories/LAN-2026-0001/",
        },
        {
            "rel": "related",
            "title": "example.org/pull",
            "href": "https://example.org/pull?a=1&b=2",
        },
        {
            "rel": "related",
            "title": "CVE-2026-0001",
            "href": "https://www.cve.org/CVERecord?id=CVE-2026-0001",
        },
        {
            "rel": "related",
            "title": "RUSTSEC-2026-0001",
            "href": "https://rustsec.org/advisories/RUSTSEC-2026-0001.html",
        },
    ]


def test_content_is_whole_and_its_links_are_absolute(folder: Folder) -> None:
    (folder.path / "LAN-2026-0001").mkdir()
    (folder.path / "LAN-2026-0001" / "figure.png").write_bytes(b"png")
    folder.write(body="## Impact\n\n![A lantern](LAN-2026-0001/figure.png)\n")
    (entry,) = entries(feed_of(folder))
    content = entry.content[0].value
    figure = "https://security.lantern.example/advisories/LAN-2026-0001/figure.png"
    assert f'src="{figure}"' in content
    assert "Upgrade <strong>lantern</strong>" in content


def test_the_feeds_own_updated_is_that_of_the_entry_changed_last(folder: Folder) -> None:
    fill(folder)
    parsed = feedparser.parse(feed_of(folder))
    assert parsed.feed.updated == "2026-05-04T00:00:00+00:00"
    assert parsed.feed.author == "Lantern Works"
    assert parsed.feed.language == "en"


def test_an_empty_feed_was_updated_on_its_first_day(folder: Folder) -> None:
    feed = feed_of(folder)
    assert entries(feed) == []
    assert feedparser.parse(feed).feed.updated == "2024-01-01T00:00:00+00:00"


def test_a_new_title_moves_neither_id_nor_updated_and_a_revision_moves_one(folder: Folder) -> None:
    fill(folder)
    before = {one.id: one.updated for one in entries(feed_of(folder))}
    folder.write("LAN-2026-0001", more=RICH, summary="Another title")
    assert {one.id: one.updated for one in entries(feed_of(folder))} == before
    revision = "revisions: [{date: 2026-05-20T00:00:00Z, summary: Another title.}]\n"
    folder.write("LAN-2026-0001", more=RICH + revision, summary="Another title")
    after = {one.id: one.updated for one in entries(feed_of(folder))}
    moved = {name for name in after if after[name] != before[name]}
    assert moved == {"tag:lantern.example,2024-01-01:advisory/LAN-2026-0001"}


def test_nothing_held_is_in_the_feed_until_its_instant(folder: Folder) -> None:
    fill(folder)
    assert b"canary" not in feed_of(folder)
    assert b"LAN-2026-0004" not in feed_of(folder)
    assert b"A canary that is held" in feed_of(folder, days=60)


def test_the_same_feed_has_the_same_bytes(folder: Folder) -> None:
    fill(folder)
    assert feed_of(folder) == feed_of(folder)


@pytest.mark.parametrize("filled", [True, False], ids=["filled", "empty"])
def test_jing_finds_the_feed_valid(
    folder: Folder, corpora: Path, tmp_path: Path, *, filled: bool
) -> None:
    if shutil.which("jing") is None:
        assert not os.environ.get("CI"), "CI must have jing"
        pytest.skip("jing is not installed")
    if filled:
        fill(folder)
    file = tmp_path / "feed.xml"
    file.write_bytes(feed_of(folder))
    grammar = str(corpora / "conformance" / "atom.rnc")
    result = subprocess.run(
        ["jing", "-c", grammar, str(file)], capture_output=True, text=True, check=False
    )
    assert (result.returncode, result.stdout) == (0, "")
