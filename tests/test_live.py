"""What is live and what only seems so: the judgement, on answers that are made up."""

import hashlib
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest

from conftest import NOW, Folder
from live_site import served_files
from mkdocs_advisories.disclosure.live import Expected, Fault, Live, Part, expected, look_at
from mkdocs_advisories.disclosure.web import Answer, NoAnswer
from mkdocs_advisories.embargo import disclose

FIRST, SECOND = "LAN-2026-0001", "LAN-2026-0002"
PAGE, RECORD = f"advisories/{FIRST}/", f"osv/x_{FIRST}.json"


@dataclass
class Host:
    """A site of two advisories whose answers can be changed."""

    files: dict[str, bytes]
    awaited: tuple[Expected, ...]
    answers: dict[str, Answer | NoAnswer] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def fetch(self, uri: str) -> Answer | NoAnswer:
        """Answer as a server does."""
        self.asked.append(uri)
        if uri in self.answers:
            return self.answers[uri]
        content = self.files.get(uri)
        return Answer(status=404, content=b"nothing") if content is None else _ok(content)

    def look(self) -> Live:
        """Look at it."""
        return look_at(self.awaited, feed_uri="feed.xml", fetch=self.fetch)

    def edit(self, uri: str, old: str, new: str) -> None:
        """Change a file, which must have the words."""
        text = self.files[uri].decode()
        assert old in text
        self.files[uri] = text.replace(old, new).encode()


def _ok(content: bytes) -> Answer:
    return Answer(status=200, content=content)


@pytest.fixture
def host(folder: Folder) -> Host:
    folder.write(FIRST)
    change = "revisions: [{date: 2026-05-09T00:00:00Z, summary: Better words.}]\n"
    folder.write(SECOND, summary="A second one", more=change)
    public = disclose(folder.read().advisories, now=NOW).advisories
    awaited = expected(public, policy=folder.policy)
    return Host(files=served_files(folder), awaited=awaited)


def test_what_was_built_and_served_is_live_in_every_part(host: Host) -> None:
    live = host.look()
    assert live.is_complete
    assert live.all_findings() == ()
    assert [one.parts for one in live.observations] == [frozenset(Part)] * 2


def of_first(live: Live) -> list[tuple[str, str, str]]:
    assert all(one.is_live for one in live.observations if one.expected.id == SECOND)
    return [(one.uri, one.fault.value, one.text) for one in live.all_findings()]


FAULTS: dict[str, tuple[str, Answer | NoAnswer, str, str]] = {
    "a page that is not there": (
        PAGE,
        Answer(status=404),
        "missing",
        "is not there: the server answers with 404",
    ),
    "a home page for every address": (
        PAGE,
        _ok(b"<!doctype html><html><body>All advisories</body></html>"),
        "other",
        "is another page, though the server answers with 200",
    ),
    "a broken server": (
        PAGE,
        Answer(status=503, content=b"sorry"),
        "no-answer",
        "the server answers with 503",
    ),
    "an empty page": (PAGE, _ok(b"  \n"), "broken", "is empty"),
    "a page elsewhere": (
        PAGE,
        Answer(status=302, leads_to="https://parking.example/x"),
        "elsewhere",
        "leads to another site: parking.example",
    ),
    "silence": (PAGE, NoAnswer(why="it did not answer in time"), "no-answer", "it did not answer"),
    "a record that is a page": (RECORD, _ok(b"<html>"), "broken", "is no JSON object"),
    "a record that is a list": (RECORD, _ok(b"[]"), "broken", "is no JSON object"),
    "a record of nothing": (RECORD, _ok(b"{}"), "other", "is the record of another advisory"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_one_wrong_answer_is_one_finding(name: str, host: Host) -> None:
    uri, answer, fault, text = FAULTS[name]
    host.answers[uri] = answer
    found = of_first(host.look())
    assert [(one[0], one[1]) for one in found] == [(uri, fault)]
    assert found[0][2].startswith(text)


def test_a_page_of_another_advisory_is_not_this_one(host: Host) -> None:
    host.files[PAGE] = host.files[f"advisories/{SECOND}/"]
    assert of_first(host.look())[0][1] == "other"


def test_a_page_that_only_quotes_the_id_is_not_this_one(host: Host) -> None:
    page = f"<html><body>No page {FIRST} here</body></html>"
    host.answers[PAGE] = _ok(page.encode())
    assert of_first(host.look())[0][1] == "other"


def test_a_page_without_its_end_was_cut_off(host: Host) -> None:
    host.files[PAGE] = host.files[PAGE][:-60]
    assert of_first(host.look()) == [(PAGE, "broken", "is cut off: it has no end")]


@pytest.mark.parametrize(
    ("uri", "shown"),
    [
        (PAGE, PAGE),
        (RECORD, RECORD),
        ("feed.xml", "the feed"),
        ("advisories.json", "advisories.json"),
    ],
)
def test_an_old_revision_is_found_wherever_it_is(uri: str, shown: str, host: Host) -> None:
    host.awaited = tuple(
        replace(one, modified=datetime(2026, 5, 20, tzinfo=UTC)) if one.id == FIRST else one
        for one in host.awaited
    )
    found = [one for one in of_first(host.look()) if one[0] == shown]
    assert found == [
        (
            shown,
            "old",
            found[0][2],
        )
    ]
    assert found[0][2].endswith(", not that of 2026-05-20T00:00:00Z")
    assert "2026-05-01T12:00:00" in found[0][2]
    assert uri in host.asked


def test_another_date_of_disclosure_is_found(host: Host) -> None:
    host.awaited = tuple(
        replace(one, published=datetime(2026, 4, 30, tzinfo=UTC)) if one.id == FIRST else one
        for one in host.awaited
    )
    assert {one[1] for one in of_first(host.look())} == {"old"}


def test_a_feed_without_the_entry_is_found(host: Host) -> None:
    host.edit("feed.xml", f"advisory/{FIRST}", "advisory/LAN-2026-0009")
    assert of_first(host.look()) == [
        ("the feed", "missing", "does not have it, nor has an archive")
    ]


def test_an_index_without_the_advisory_is_found(host: Host) -> None:
    host.edit("advisories.json", f'"id":"{FIRST}"', '"id":"LAN-2026-0009"')
    live = host.look()
    assert of_first(live) == [("advisories.json", "missing", "does not list it")]
    assert live.strangers == 1


@pytest.mark.parametrize(
    ("uri", "content", "text"),
    [
        ("feed.xml", b"<html><body>", "is no feed: it is not well-formed XML"),
        ("feed.xml", b"<html/>", "is no Atom feed"),
        ("feed.xml", b"", "is empty"),
        ("advisories.json", b"<html/>", "is no index of advisories"),
        ("advisories.json", b'{"advisories": 7}', "is no index of advisories"),
        ("advisories.json", b"[" * 100_000, "is no index of advisories"),
    ],
)
def test_what_all_share_is_told_once(uri: str, content: bytes, text: str, host: Host) -> None:
    host.files[uri] = content
    live = host.look()
    assert [(one.uri, one.fault, one.text) for one in live.all_findings()] == [
        (uri, Fault.BROKEN, text)
    ]
    assert not any(one.is_live for one in live.observations)


def test_a_feed_cannot_make_the_reader_fetch_or_swell(host: Host) -> None:
    bomb = b'<!DOCTYPE feed [<!ENTITY a "aaaaaaaaaa">]><feed xmlns="http://www.w3.org/2005/Atom">'
    host.files["feed.xml"] = bomb + b"<id>&a;</id></feed>"
    assert {one.fault for one in host.look().all_findings()} == {Fault.MISSING}


def test_a_record_is_held_against_the_hash_beside_it_or_the_one_that_is_known(host: Host) -> None:
    host.edit(RECORD, "from afar", "from near")
    assert of_first(host.look()) == [(RECORD, "broken", "has another hash than it should have")]
    right = hashlib.sha256(host.files[RECORD]).hexdigest()
    host.awaited = tuple(
        replace(one, record_hash=right) if one.id == FIRST else one for one in host.awaited
    )
    host.asked.clear()
    assert host.look().is_complete
    assert f"{RECORD}.sha256" not in host.asked


def test_an_entry_is_looked_for_in_the_archives_while_it_is_missing(folder: Folder) -> None:
    for year in (2024, 2025, 2026):
        for number in range(1, 4):
            folder.write(f"LAN-{year}-{number:04}", embargo=f"{year}-05-0{number}T12:00:00Z")
    policy = replace(folder.policy, feed=replace(folder.policy.feed, entries=3))
    public = disclose(folder.read().advisories, now=NOW).advisories
    host = Host(files=served_files(folder, policy=policy), awaited=expected(public, policy=policy))
    assert host.look().is_complete
    assert "feeds/2024.xml" in host.asked
    host.awaited = tuple(one for one in host.awaited if one.id.startswith("LAN-2026"))
    host.asked.clear()
    assert host.look().strangers == 6
    assert "feeds/2025.xml" not in host.asked


def test_archives_that_lead_in_a_circle_or_elsewhere_end_the_search(host: Host) -> None:
    host.edit("feed.xml", f"advisory/{FIRST}", "advisory/LAN-2026-0009")
    self_link = 'rel="self"'
    link = 'rel="self"/><link rel="prev-archive" href="{}" title="older"'
    sound = host.files["feed.xml"].decode()

    def goes(href: str) -> bytes:
        return sound.replace(self_link, link.format(href), 1).encode()

    host.files["feed.xml"] = goes("https://security.lantern.example/feed.xml")
    assert of_first(host.look())[0][1] == "missing"
    host.files["feed.xml"] = goes("https://elsewhere.example/feeds/2025.xml")
    assert of_first(host.look())[0][1] == "missing"
    host.files["feed.xml"] = goes("https://security.lantern.example/feeds/2025.xml")
    assert [one.uri for one in host.look().findings] == ["feeds/2025.xml"]


@pytest.mark.parametrize("host_name", ["a\x1b[31m", "a\x1b31m", "b" * 500, ""])
def test_what_a_server_says_is_shown_harmless_and_short(host_name: str, host: Host) -> None:
    host.answers[PAGE] = Answer(status=302, leads_to=f"https://{host_name}/")
    text = of_first(host.look())[0][2]
    assert "\x1b" not in text
    assert len(text) < 200
