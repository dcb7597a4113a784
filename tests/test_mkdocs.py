"""Whole builds by MkDocs itself: what is public is everywhere, what is held is nowhere."""

import gzip
import hashlib
import json
import logging
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from mkdocs.commands.build import build
from mkdocs.config import load_config
from mkdocs.exceptions import Abort, ConfigurationError

from conftest import NOW, Folder
from mkdocs_advisories.mkdocs import plugin

Build = Callable[..., str]
CANARIES = """\
aliases: [CVE-2026-7777]
related: [CANARY-related]
upstream: [CANARY-upstream]
cve_issued: 2026-04-28T12:00:00Z
embargo_reason: canary-embargo-reason
handler: canary-handler
cwe_ids: [CWE-7777]
severity: [{type: CVSS_V3, score: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:H"}]
references: [{type: FIX, url: "https://example.org/canary-reference"}]
credits: [{name: canary-credit, type: FINDER, contact: ["https://example.org/canary-contact"]}]
revisions: [{date: 2026-06-03T00:00:00Z, summary: canary-revision}]
withdrawn: {date: 2026-06-04T00:00:00Z, reason: canary-reason}
superseded_by: CANARY-successor
timeline: [{date: 2026-04-01T00:00:00Z, summary: canary-timeline}]
exploited: true
"""
CANARY_BODY = "## Impact\n\ncanary-body\n\n![canary-alt](LAN-2026-7777/canary-figure.png)\n"
SHOWN = (
    "canary-summary canary-body canary-alt canary-credit canary-contact canary-reference"
    " canary-revision canary-reason canary-timeline CVE-2026-7777 CANARY-related CANARY-upstream"
    " CANARY-successor CWE-7777 canary-figure.png"
).split()


@pytest.fixture
def build_at(
    checkout: Folder, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> Build:
    """Build the project as of an instant; gives everything that was logged."""

    class Clock(datetime):
        instant = NOW

        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
            assert tz is UTC
            return cls.instant

    def build_it(now: datetime = NOW, *, site_dir: str = "site") -> str:
        Clock.instant = now
        monkeypatch.setattr(plugin, "datetime", Clock)
        caplog.clear()
        with caplog.at_level(logging.DEBUG, logger="mkdocs"):
            config = load_config(
                str(checkout.path.parent / "mkdocs.yml"),
                site_dir=str(checkout.path.parent / site_dir),
                strict=True,
            )
            build(config)
        return caplog.text

    return build_it


def day(embargo: datetime, after: int) -> str:
    return (embargo + timedelta(days=after)).date().isoformat()


def write_canaries(checkout: Folder, embargo: datetime) -> None:
    checkout.write(
        "LAN-2026-7777",
        embargo=embargo.isoformat(),
        summary="A canary-summary",
        more=CANARIES.replace("2026-06-03", day(embargo, 2)).replace("2026-06-04", day(embargo, 3)),
        body=CANARY_BODY,
    )
    (checkout.path / "LAN-2026-7777").mkdir()
    (checkout.path / "LAN-2026-7777" / "canary-figure.png").write_bytes(b"canary-pixels")


def tree(site: Path) -> dict[str, bytes]:
    """Give every file of a site by its name, with what is inside of compressed ones."""
    files = {
        str(file.relative_to(site)): file.read_bytes() for file in site.rglob("*") if file.is_file()
    }
    files |= {
        f"{name}!": gzip.decompress(raw) for name, raw in files.items() if name.endswith(".gz")
    }
    return files


def leaks(site: Path) -> list[str]:
    secret = re.compile(rb"canary|7777", re.IGNORECASE)
    return [
        name
        for name, raw in tree(site).items()
        if secret.search(name.encode()) or secret.search(raw)
    ]


def test_what_is_held_is_nowhere_and_after_its_instant_it_is_everywhere(
    checkout: Folder, build_at: Build
) -> None:
    site = checkout.path.parent / "site"
    checkout.write("LAN-2026-0001")
    write_canaries(checkout, NOW + timedelta(hours=1))
    log = build_at(NOW + timedelta(minutes=59))
    assert leaks(site) == []
    assert not re.search("canary|7777", log, re.IGNORECASE)
    assert "1 held; the next embargo ends at 2026-06-01T13:00:00Z" in log

    build_at(NOW + timedelta(days=5))
    page = (site / "advisories" / "LAN-2026-7777" / "index.html").read_text(encoding="utf-8")
    assert [word for word in SHOWN if word not in page] == []
    for name in ("index.html", "feed.xml", "search/search_index.json"):
        assert "canary-summary" in (site / name).read_text(encoding="utf-8"), name
    assert "LAN-2026-7777" in tree(site)["sitemap.xml.gz!"].decode()
    figure = site / "advisories" / "LAN-2026-7777" / "canary-figure.png"
    assert figure.read_bytes() == b"canary-pixels"


def test_what_is_internal_is_never_published(checkout: Folder, build_at: Build) -> None:
    write_canaries(checkout, NOW)
    build_at(NOW + timedelta(days=5))
    for raw in tree(checkout.path.parent / "site").values():
        assert b"canary-handler" not in raw
        assert b"canary-embargo-reason" not in raw
        assert b"2026-04-28" not in raw
        assert b"28 April 2026" not in raw


def test_a_problem_stops_the_build_and_leaves_the_last_site_untouched(
    checkout: Folder, build_at: Build
) -> None:
    site = checkout.path.parent / "site"
    checkout.write("LAN-2026-0001")
    build_at()
    before = tree(site)
    checkout.write("LAN-2026-0002", more="embrago: 2026-05-01T00:00:00Z\n", summary="Oh")
    with pytest.raises(Abort) as stop:
        build_at()
    assert stop.value.code == 1
    assert tree(site) == before


def test_the_report_names_every_fault_and_quotes_only_what_is_public(
    checkout: Folder, build_at: Build, caplog: pytest.LogCaptureFixture
) -> None:
    checkout.write("LAN-2026-0001", more="embrago: public-text\n")
    checkout.write(
        "LAN-2026-0002",
        embargo="2026-07-01T00:00:00Z",
        more="canary: canary\nhandler: 1.10\nrelated: [canary canary]\nseverity: []\n",
        body="<canary>x</canary> [x](canary.md)",
    )
    checkout.write("LAN-2026-0003", embargo="canary", summary='"canary')
    with pytest.raises(Abort):
        build_at()
    assert "canary" not in caplog.text
    assert "unknown field `embrago`" in caplog.text
    assert "unknown field `[withheld]`" in caplog.text
    assert "8 problems in 3 files of advisories" in caplog.text
    assert "Nothing was written: correct these and build again." in caplog.text
    places = re.findall(r"--> advisories/(\S+)", caplog.text)
    assert (
        places
        == [
            "LAN-2026-0001.md:10:1",
            "LAN-2026-0002.md:10:1",
            "LAN-2026-0002.md:11:10",
            "LAN-2026-0002.md:12:11",
            "LAN-2026-0002.md:13:11",
            "LAN-2026-0002.md:15:1",
            "LAN-2026-0002.md:15:24",
            "LAN-2026-0003.md:9:32",
        ][: len(places)]
    )


def test_without_the_plugin_no_advisory_is_published(checkout: Folder, build_at: Build) -> None:
    checkout.write("LAN-2026-0001", summary="Canary-summary")
    settings = checkout.path.parent / "mkdocs.yml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text[: text.index("  - advisories:")], encoding="utf-8")
    build_at()
    site = checkout.path.parent / "site"
    assert not (site / "feed.xml").exists()
    assert [name for name, raw in tree(site).items() if b"LAN-2026" in raw or b"anary" in raw] == []


def test_two_builds_give_the_same_bytes_whatever_the_day(checkout: Folder, build_at: Build) -> None:
    checkout.write("LAN-2026-0001")
    checkout.write("LAN-2026-0002", embargo="undecided")
    build_at(site_dir="one")
    build_at(NOW + timedelta(days=400), site_dir="other")
    root = checkout.path.parent
    assert tree(root / "one") == tree(root / "other")


def test_pages_are_dated_by_their_advisories_and_not_by_the_build(
    checkout: Folder, build_at: Build
) -> None:
    (checkout.path.parent / "docs" / "about.md").write_text("# About\n", encoding="utf-8")
    checkout.write("LAN-2026-0001", embargo="2026-05-01T23:30:00-02:00")
    build_at()
    sitemap = (checkout.path.parent / "site" / "sitemap.xml").read_text(encoding="utf-8")
    found = re.findall(r"<loc>(.*?)</loc>\s*(?:<lastmod>(.*?)</lastmod>)?", sitemap)
    base = "https://security.lantern.example/"
    assert dict(found) == {
        base: "2026-05-02",
        f"{base}about/": "",
        f"{base}advisories/LAN-2026-0001/": "2026-05-02",
        f"{base}projects/lantern/": "2026-05-02",
        f"{base}projects/lantern/versions/1.2.3/": "2024-01-01",
        f"{base}years/2026/": "2026-05-02",
    }


def test_the_list_stands_at_its_marker_and_every_page_leads_to_the_feed(
    checkout: Folder, build_at: Build
) -> None:
    checkout.write("LAN-2026-0001")
    build_at()
    site = checkout.path.parent / "site"
    home = (site / "index.html").read_text(encoding="utf-8")
    order = [home.index(part) for part in ("All of them:", "LAN-2026-0001", "That is all.")]
    assert order == sorted(order)
    for name, href in (
        ("index.html", "feed.xml"),
        ("advisories/LAN-2026-0001/index.html", "../../feed.xml"),
        ("404.html", "/feed.xml"),
    ):
        page = (site / name).read_text(encoding="utf-8")
        assert (
            page.count(
                '<link rel="alternate" type="application/atom+xml" title="Lantern advisories"'
                f' href="{href}">'
            )
            == 1
        ), name


def test_without_a_marker_the_list_stands_below_what_the_page_says(
    checkout: Folder, build_at: Build
) -> None:
    checkout.write("LAN-2026-0001")
    home = checkout.path.parent / "docs" / "index.md"
    home.write_text("# All that we know\n\nEvery *one* of them.\n", encoding="utf-8")
    build_at()
    page = (checkout.path.parent / "site" / "index.html").read_text(encoding="utf-8")
    assert '<h1 id="all-that-we-know">All that we know</h1>' in page
    order = [page.index(part) for part in ("Every <em>one</em> of them.", "LAN-2026-0001")]
    assert order == sorted(order)


def test_a_search_finds_the_page_of_the_list_but_no_row_of_it(
    checkout: Folder, build_at: Build
) -> None:
    checkout.write("LAN-2026-0001")
    build_at()
    site = checkout.path.parent / "site"
    page = (site / "index.html").read_text(encoding="utf-8")
    assert page.count('<tr data-severity="') == 1
    found = json.loads((site / "search" / "search_index.json").read_text(encoding="utf-8"))
    (home,) = [one for one in found["docs"] if one["location"] == ""]
    assert "1 advisory" in home["text"]
    assert "LAN-2026-0001" not in home["text"]


@pytest.mark.parametrize("index", ["index.md", "security.md", "a/list.md"])
def test_the_index_page_is_made_where_there_is_none(
    checkout: Folder, build_at: Build, index: str
) -> None:
    root = checkout.path.parent
    if index == "index.md":
        (root / "docs" / "index.md").unlink()
        (root / "docs" / "about.md").write_text("# About\n", encoding="utf-8")
    with (root / "mkdocs.yml").open("a", encoding="utf-8") as stream:
        stream.write(f"      index: {index}\n")
    checkout.write("LAN-2026-0001")
    build_at()
    uri = index.removesuffix("index.md").removesuffix(".md")
    page = (root / "site" / uri / "index.html").read_text(encoding="utf-8")
    up = "../" * len(Path(uri).parts)
    assert f'href="{up}advisories/LAN-2026-0001/"' in page
    crumb = (root / "site/advisories/LAN-2026-0001/index.html").read_text(encoding="utf-8")
    assert f'href="../../{uri + "/" if uri else ""}"' in crumb


def test_titles_are_escaped_wherever_a_theme_writes_them(checkout: Folder, build_at: Build) -> None:
    checkout.write(summary="'Quotes & <T> \"in\" `a<T>` of Lantern'")
    build_at()
    root = checkout.path.parent / "site"
    page = (root / "advisories/LAN-2026-0001/index.html").read_text(encoding="utf-8")
    title = "Quotes &amp; &lt;T&gt; &quot;in&quot; a&lt;T&gt; of Lantern"
    assert f"<title>LAN-2026-0001: {title} - Lantern advisories</title>" in page
    assert "<T>" not in page
    index = json.loads((root / "search/search_index.json").read_text(encoding="utf-8"))
    assert not any("<T>" in entry["title"] + entry["text"] for entry in index["docs"])


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("source: private", "sorce: private", "option `sorce`: unknown field `sorce`"),
        ("source: private", "sorce: private", "did you mean `source`?"),
        ("source: private", "source: secret", "option `source`: `secret` is not one of"),
        ("since: 2024-01-01", "since: 2024", "option `feed.since`: YAML reads `2024` as a number"),
        ("since: 2024-01-01", 'since: "2024-13-01"', "option `feed.since`: `2024-13-01` does not"),
        ("id_pattern: LAN", "id_pattern: (LAN", "option `id_pattern`: `(LAN-"),
        ("source: private", "source: private\n      time_zone: Mars", "option `time_zone`: `Mars`"),
        ("authority: lantern.example, ", "", "the field `authority` is missing"),
        ("site_url: https://security.lantern.example/\n", "", "option `site_url`: every link"),
        (
            "source: private",
            "source: private\n      advisories_dir: elsewhere",
            "no folder",
        ),
        ("source: private", "source: private\n      advisories_dir: docs", "`docs_dir` overlap"),
    ],
)
def test_a_wrong_option_is_named_with_its_remedy(  # noqa: PLR0913 - three of them are one case
    checkout: Folder,
    build_at: Build,
    caplog: pytest.LogCaptureFixture,
    *,
    old: str,
    new: str,
    complaint: str,
) -> None:
    settings = checkout.path.parent / "mkdocs.yml"
    text = settings.read_text(encoding="utf-8")
    assert old in text
    settings.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises((Abort, ConfigurationError)):
        build_at()
    assert complaint in caplog.text
    assert not (checkout.path.parent / "site").exists()


@pytest.mark.parametrize(
    "name", ["feed.xml", "advisories/LAN-2026-0001/index.md", "advisories/LAN-2026-0001.md"]
)
def test_a_file_of_the_docs_in_the_way_is_an_error(
    checkout: Folder, build_at: Build, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    checkout.write("LAN-2026-0001")
    file = checkout.path.parent / "docs" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("mine", encoding="utf-8")
    with pytest.raises(Abort):
        build_at()
    assert "in docs_dir has the address of a file of the advisories: move it" in caplog.text


def test_an_unreadable_source_date_epoch_stops_the_build(
    build_at: Build, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "soon")
    with pytest.raises(Abort):
        build_at()
    assert "SOURCE_DATE_EPOCH is not a number of seconds since 1970" in caplog.text


def test_source_date_epoch_holds_what_was_not_yet_due_then(
    checkout: Folder, build_at: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkout.write("LAN-2026-0001")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1")
    assert "1 held" in build_at()
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "4102444800")
    checkout.write("LAN-2026-0002", embargo="2026-07-01T00:00:00Z")
    assert "1 held" in build_at()


def digest(site: Path) -> str:
    parts = (name.encode() + raw for name, raw in sorted(tree(site).items()))
    return hashlib.sha256(b"".join(parts)).hexdigest()


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Kolkata"])
def test_the_machines_own_zone_and_order_of_hashing_change_nothing(
    checkout: Folder, zone: str, request: pytest.FixtureRequest
) -> None:
    checkout.write("LAN-2026-0001", more="aliases: [CVE-2026-0001, RUSTSEC-2026-0001]\n")
    checkout.write("LAN-2026-0002", embargo="2999-01-01T00:00:00Z")
    root = checkout.path.parent
    command = [sys.executable, "-W", "error", "-m", "mkdocs", "build", "--strict", "--quiet"]
    subprocess.run(command, cwd=root, check=True, env={"TZ": zone, "NO_MKDOCS_2_WARNING": "1"})
    found = digest(root / "site")
    config: pytest.Config = request.config
    known = config.stash.setdefault(DIGEST, found)
    assert found == known


DIGEST = pytest.StashKey[str]()


def free_address() -> str:
    """Find a port that nothing listens on. MkDocs cannot say which one it was given."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        host, port = probe.getsockname()
    return f"{host}:{port}"


@pytest.fixture
def server(checkout: Folder) -> Iterator[tuple[str, Path]]:
    """MkDocs' own server with live reload, on a port that is free, and its log."""
    checkout.write("LAN-2026-0001")
    write_canaries(checkout, datetime.now(UTC) + timedelta(hours=1))
    log = checkout.path.parent / "serve.log"
    command = [sys.executable, "-m", "mkdocs", "serve", "--verbose", "--dev-addr", free_address()]
    with log.open("wb") as stream:
        process = subprocess.Popen(
            command, cwd=checkout.path.parent, stdout=stream, stderr=subprocess.STDOUT
        )
        try:
            yield wait_for(log, r"Serving on (http://\S+)"), log
        finally:
            process.terminate()
            process.wait(timeout=20)


def wait_for(log: Path, pattern: str, *, seconds: float = 60) -> str:
    """Wait until the log has a line; gives what its group holds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        match = re.search(pattern, log.read_text(encoding="utf-8"))
        if match:
            return match[1]
        time.sleep(0.1)
    raise AssertionError(log.read_text(encoding="utf-8"))


def fetch(url: str) -> str:
    with urllib.request.urlopen(url, timeout=20) as answer:  # noqa: S310 - of this test's own server
        text: str = answer.read().decode()
    return text


def test_a_preview_shows_no_held_advisory(server: tuple[str, Path]) -> None:
    url, log = server
    for uri in ("", "feed.xml", "search/search_index.json", "sitemap.xml"):
        assert not re.search("canary|7777", fetch(url + uri), re.IGNORECASE)
    assert "LAN-2026-0001" in fetch(url)
    with pytest.raises(urllib.error.HTTPError, match="404"):
        fetch(f"{url}advisories/LAN-2026-7777/")
    assert not re.search("canary", log.read_text(encoding="utf-8"), re.IGNORECASE)


def test_records_lie_at_their_addresses_as_they_are(checkout: Folder, build_at: Build) -> None:
    """MkDocs would leave out names with a dot in front, and make a page of Markdown."""
    checkout.write(more="aliases: [CVE-2026-0001]\n")
    build_at()
    site = checkout.path.parent / "site"
    for name in (
        ".well-known/csaf/provider-metadata.json",
        "csaf/white/2026/lan-2026-0001.json",
        "csaf/white/2026/lan-2026-0001.json.sha512",
        "cve/CVE-2026-0001.json",
        "feeds/severity/high.xml",
        "osv/crates.io/all.zip",
        "osv/x_LAN-2026-0001.json",
    ):
        assert (site / name).is_file(), name
    mirror = site / "rustsec" / "lantern" / "LAN-2026-0001.md"
    assert mirror.read_text(encoding="utf-8").startswith("```toml\n[advisory]\n")
    assert [one.name for one in mirror.parent.iterdir() if one.is_dir()] == []


def test_a_page_leads_to_its_records(checkout: Folder, build_at: Build) -> None:
    checkout.write(more="aliases: [CVE-2026-0001]\n")
    build_at()
    page = checkout.path.parent / "site" / "advisories" / "LAN-2026-0001" / "index.html"
    text = page.read_text(encoding="utf-8")
    described = re.findall(r'<link rel="describedby" type="([^"]+)" href="([^"]+)">', text)
    assert described == [
        ("application/json", "../../osv/x_LAN-2026-0001.json"),
        ("application/json", "../../csaf/white/2026/lan-2026-0001.json"),
        ("application/json", "../../cve/CVE-2026-0001.json"),
        ("application/json", "../../openvex/LAN-2026-0001.json"),
    ]
    for _, href in described:
        assert text.count(f'href="{href}"') == 2, "in the head, and in the side column"
        assert (page.parent / href).resolve().is_file()


def test_what_a_format_cannot_carry_is_in_the_log(checkout: Folder, build_at: Build) -> None:
    vector = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"
    checkout.write(more=f'severity: [{{type: CVSS_V4, score: "{vector}"}}]\n')
    expected = (
        "CSAF: CSAF 2.0 has no field for CVSS 4: the vector stands in a note"
        " (1 advisory: LAN-2026-0001)"
    )
    assert expected in build_at()
