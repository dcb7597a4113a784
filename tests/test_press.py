"""Fast builds give the bytes of slow ones, write only what has changed, and keep nothing held."""

import json
import os
import re
import shutil
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import UndefinedError
from markupsafe import Markup
from mkdocs.exceptions import Abort
from mkdocs.utils import get_relative_url

from conftest import BODY, NOW, Folder
from mkdocs_advisories.mkdocs import plugin
from mkdocs_advisories.mkdocs.our_files import listed_file, root_of
from mkdocs_advisories.press import hands, output, written
from mkdocs_advisories.press.facts import facts_of
from mkdocs_advisories.press.head import relative
from mkdocs_advisories.press.shell import Shell, Shells, ordinary
from mkdocs_advisories.press.store import Record, Store
from mkdocs_advisories.render.markdown import Heading
from mkdocs_advisories.render.metadata import Metadata
from mkdocs_advisories.render.page import Page
from mkdocs_advisories.site import Brief, Site, build_site
from test_mkdocs import Build, build_at, tree, write_canaries

__all__ = ["build_at"]

TABLE = "\n| a | b |\n|:--|--:|\n| 1 | 2 |\n\n```python\nprint(1)\n```\n"


def fill(checkout: Folder, count: int = 6) -> None:
    """Write advisories that differ in all that a theme may look at."""
    for number in range(1, count + 1):
        parts = (f"\n{'#' * (2 + n % 3)} Part & more\n\nText.\n" for n in range(number))
        other = f"LAN-2026-{number % count + 1:04}"
        checkout.write(
            f"LAN-2026-{number:04}",
            summary=f"'Lantern {number} & \"quotes\" <T> `a<T>`'",
            more=f"aliases: [CVE-2026-{1000 + number}]\nrelated: [{other}]\n",
            body=BODY + "".join(parts) + (TABLE if number % 2 else ""),
        )


def configure(checkout: Folder, old: str, new: str) -> None:
    file = checkout.path.parent / "mkdocs.yml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def override(checkout: Folder, text: str) -> None:
    """Give the theme a template of the site's own."""
    (checkout.path.parent / "theme").mkdir(exist_ok=True)
    (checkout.path.parent / "theme" / "main.html").write_text(text, encoding="utf-8")
    configure(checkout, "font: false", "font: false, custom_dir: theme")


def cache(checkout: Folder) -> Path:
    return checkout.path.parent / ".cache" / "advisories"


def stamps(site: Path) -> dict[str, int]:
    return {
        str(file.relative_to(site)): file.stat().st_mtime_ns
        for file in site.rglob("*")
        if file.is_file()
    }


def rewritten(site: Path, build: Callable[[], object]) -> set[str]:
    """Give the files of this program that a build has written, or taken away."""
    before = stamps(site)
    build()
    after = stamps(site)
    changed = {one for one in before.keys() | after.keys() if before.get(one) != after.get(one)}
    return {one for one in changed if not OF_MKDOCS.match(one)}


def telling_of(pages: Iterable[str], number: str) -> set[str]:
    """Give those of some files that are about one advisory."""
    return {one for one in pages if re.search(f"{number}|CVE-2026-1{number[1:]}", one)}


OF_MKDOCS = re.compile(r"(index|404)\.html$|sitemap\.xml|(about|assets|search)/")

WITH_COMPANIONS = (
    "advisories.json osv/all.json osv/crates.io/all.zip osv/crates.io/modified_id.csv"
    " osv/index.json osv/modified_id.csv"
).split()
ABOUT_ALL = {
    *WITH_COMPANIONS,
    *(f"{one}.{kind}" for one in WITH_COMPANIONS for kind in ("sha256", "sha512")),
    "bundles/2026-05-01t120000z/index.html",
    "csaf/white/changes.csv",
    "csaf/white/csaf-feed-tlp-white.json",
    "csaf/white/index.txt",
    "feed.json",
    "feed.xml",
    "ids.json",
    "projects/lantern/index.html",
    "projects/lantern/versions/1.2.3/index.html",
    "versions.json",
    "years/2026/index.html",
}
"""The files that are made of all advisories of this project."""


def by_the_theme_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let MkDocs render every page, as it does its own."""
    monkeypatch.setenv("ADVISORIES_CACHE", "off")
    monkeypatch.setattr(Shells, "of", lambda *_: None)


BLOCK = (
    '{{% extends "base.html" %}}{{% block hero %}}{{% if page %}}{}{{% endif %}}{{% endblock %}}'
)
OVERRIDES = {
    "none": None,
    "blocks": (
        '{% extends "base.html" %}{% block extrahead %}{% if page %}'
        '<meta name="x" content="{{ page.title }}">'
        '<meta property="og:title" content="{{ page.title | striptags | e }}">{% endif %}'
        "{% endblock %}{% block announce %}{% if page %}"
        "{{ page.meta.title }} {{ page.canonical_url }}{% endif %}{% endblock %}"
    ),
    "odd": BLOCK.format("{{ page.title | string | truncate(12) }}"),
    "by length": BLOCK.format("{{ 'long' if page.content | length > 7000 }}"),
    "headings twice": BLOCK.format(
        "{% for one in page.toc %}{% for it in one.children %}{{ it.title }}{{ it.level }}"
        "{% endfor %}{% endfor %}"
    ),
    "neighbour": BLOCK.format('<a href="{{ "advisories/LAN-2026-0002/" | url }}">x</a>'),
}


PLACES = {
    "none": None,
    "one project is another": BLOCK.format("{{ 'Only here.' if 'projects/lamp/' in page.url }}"),
    "link to a project": BLOCK.format('<a href="{{ "projects/lamp/" | url }}">Lamp</a>'),
    "parts of the address": BLOCK.format("{{ page.url.split('/')[1] }} {{ page.canonical_url }}"),
    "address in capitals": BLOCK.format("{{ page.url | upper }}"),
    "script about the page": BLOCK.format('<script>let title = "{{ page.title | e }}"</script>'),
    "date of the page": BLOCK.format("{{ page.update_date }}"),
}


def assert_same_as_by_the_theme_alone(
    checkout: Folder, build_at: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    build_at(site_dir="fast")
    by_the_theme_alone(monkeypatch)
    build_at(site_dir="slow")
    root = checkout.path.parent
    fast, slow = tree(root / "fast"), tree(root / "slow")
    assert fast.keys() == slow.keys()
    assert [one for one in slow if fast[one] != slow[one]] == []
    assert not [one for one, raw in fast.items() if b"advisoryprobe" in raw]


@pytest.mark.parametrize("name", OVERRIDES)
def test_every_byte_is_what_the_theme_makes_of_each_page_alone(
    checkout: Folder, build_at: Build, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    fill(checkout)
    text = OVERRIDES[name]
    if text:
        override(checkout, text)
    features = (
        "font: false, features: [navigation.instant, navigation.tabs, navigation.path, toc.follow]"
        ", palette: {scheme: slate, primary: red}"
    )
    configure(checkout, "font: false", features)
    assert_same_as_by_the_theme_alone(checkout, build_at, monkeypatch)


@pytest.mark.parametrize("name", PLACES)
def test_every_byte_is_right_in_the_folders_of_all_projects(
    checkout: Folder, build_at: Build, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    for number, project in enumerate(("lantern", "lamp", "search", "wick"), 1):
        file = checkout.write(f"LAN-2026-{number:04}", embargo=f"2026-05-0{number}T12:00:00Z")
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace("name: lantern", f"name: {project}"), encoding="utf-8")
    page = checkout.path.parent / "docs" / "projects" / "about.md"
    page.parent.mkdir(parents=True)
    page.write_text("# About lamps\n", encoding="utf-8")
    line = PLACES[name]
    if line:
        override(checkout, line)
    assert_same_as_by_the_theme_alone(checkout, build_at, monkeypatch)
    site = checkout.path.parent / "fast"
    assert len([*site.glob("projects/*/versions/*/index.html")]) == 4


def test_the_search_of_mkdocs_finds_each_page_once_and_no_probe(
    checkout: Folder, build_at: Build
) -> None:
    fill(checkout)
    configure(checkout, "{name: material, font: false}", "mkdocs")
    build_at()
    index = json.loads(tree(checkout.path.parent / "site")["search/search_index.json"])
    found = [one["location"] for one in index["docs"]]
    assert len(found) == len(set(found))
    assert "advisories/LAN-2026-0001/" in found
    assert not [one for one in found if "advisoryprobe" in one]


LIST_PAGES = {
    "with headings": "# All\n\nOur *words*.\n\n## One\n\n<!-- advisories -->\n\n## Two\n\nX.\n",
    "without a title": "Words.\n\n<!-- advisories -->\n",
    "with what is not plain": "# All\n\n<svg><title>x</title></svg> &lt;\n\n<!-- advisories -->\n",
    "excluded": "---\nsearch: {exclude: true}\n---\n# All\n\n<!-- advisories -->\n",
    "boosted": "---\nsearch: {boost: 2}\ntags: [a]\n---\n# All\n\n<!-- advisories -->\n",
}


@pytest.mark.parametrize("name", LIST_PAGES)
def test_a_search_finds_in_the_page_of_the_list_what_its_plugin_finds_there(
    checkout: Folder, build_at: Build, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    fill(checkout)
    root = checkout.path.parent
    (root / "docs" / "index.md").write_text(LIST_PAGES[name], encoding="utf-8")
    build_at(site_dir="fast")

    def without_rows(*some: Any, **more: Any) -> Site:  # noqa: ANN401 - whatever it takes
        return replace(build_site(*some, **more), rows="")

    monkeypatch.setattr(plugin, "build_site", without_rows)
    build_at(site_dir="slow")
    assert tree(root / "fast") == tree(root / "slow")


class FakeTheme:
    """Puts a page between two lines, and keeps in mind which pages it was asked for."""

    def __init__(self, line: Callable[[Page], str] = lambda _: "") -> None:
        self.line = line
        self.asked: list[str] = []

    def rendered(self, page: Page) -> str:
        self.asked.append("probe" if "advisoryprobe" in page.title else page.uri)
        links = "".join(f'<a href="#{one.id}">{escape(one.title)}</a>' for one in page.headings)
        return (
            f"<html><head><title>{escape(page.title)}</title></head><body>"
            f"{self.line(page)} {page.uri} {links} {page.html}</body></html>"
        )

    def check(self, *pages: Page) -> list[str]:
        """Print pages, see that they are right, and give those that the theme was asked for."""
        shells = Shells(self.rendered)
        printed = [shells.printed(one) for one in pages]
        asked = self.asked.copy()
        assert printed == [ordinary(one, self.rendered) for one in pages]
        return asked


def page_at(uri: str, *, text: str = "Text.", headings: int = 0) -> Page:
    return Page(
        uri=uri,
        title=f"Title of {uri}",
        description="About it",
        html=f"<h1>Title</h1><p>{text}</p>",
        headings=tuple(Heading(id=f"h-{n}", title=f"Part {n}", level=2) for n in range(headings)),
        modified=datetime(2026, 5, 1, tzinfo=UTC),
        metadata=Metadata(social=Markup(), linked_data=Markup()),
    )


RELEASES = tuple(
    page_at(f"projects/{project}/versions/{version}/")
    for project in ("lamp", "wick", "lantern")
    for version in ("v1", "v2", "v3")
)


def test_pages_whose_addresses_differ_in_names_share_a_shell_that_is_tried_in_each_folder() -> None:
    lamp = RELEASES[0].uri
    assert FakeTheme().check(*RELEASES) == ["probe", lamp, "probe", "probe"]


def test_a_project_that_the_theme_treats_in_another_way_has_a_shell_of_its_own() -> None:
    theme = FakeTheme(lambda page: "Only here." if "/wick/" in page.uri else "")
    lamp, wick = RELEASES[0].uri, RELEASES[3].uri
    assert theme.check(*RELEASES) == ["probe", lamp, "probe", "probe", wick, "probe"]


def test_a_project_that_may_be_named_in_the_shell_of_all_has_a_shell_of_its_own() -> None:
    theme = FakeTheme(lambda _: "wick")
    lamp, wick = RELEASES[0].uri, RELEASES[3].uri
    assert theme.check(*RELEASES) == ["probe", lamp, "probe", wick, "probe"]


def test_a_page_that_may_be_named_in_its_shell_is_printed_by_the_theme_and_proves_nothing() -> None:
    theme = FakeTheme(lambda page: "first" + ("!" if "long" in page.html else ""))
    pages = [page_at("years/first/"), page_at("years/second/", text="long"), page_at("years/last/")]
    assert theme.check(*pages) == ["probe", "years/first/", *["years/second/"] * 2, "years/last/"]


def test_pages_with_the_same_number_of_headings_are_compared_once() -> None:
    pages = [page_at(f"advisories/X-{n}{m}/", headings=n) for n in (3, 5) for m in (1, 2, 3)]
    asked = FakeTheme().check(*pages)
    assert asked == [*["probe"] * 3, "advisories/X-31/", "advisories/X-51/"]


def test_a_theme_that_counts_headings_is_asked_for_each_number_of_them() -> None:
    theme = FakeTheme(lambda page: str(len(page.headings)))
    pages = [page_at(f"advisories/X-{n}{m}/", headings=n) for n in (3, 5) for m in (1, 2, 3)]
    asked = theme.check(*pages)
    assert asked == [*["probe"] * 3, "advisories/X-31/", "probe", "advisories/X-51/"]


def test_cached_uncached_serial_and_parallel_builds_give_the_same_bytes(
    checkout: Folder, build_at: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(checkout, 8)
    checkout.write("LAN-2026-0099", embargo="2999-01-01T00:00:00Z")
    root = checkout.path.parent
    build_at(site_dir="first")
    build_at(site_dir="cached")
    monkeypatch.setenv("ADVISORIES_CACHE", "off")
    build_at(site_dir="uncached")
    monkeypatch.setattr(hands, "_WORTH_A_FORK", 0.001)
    monkeypatch.setattr(hands, "processors", lambda: 3)
    build_at(site_dir="parallel")
    monkeypatch.setenv("ADVISORIES_CACHE", ".cache/other")
    build_at(site_dir="stored")
    expected = tree(root / "first")
    for name in ("cached", "uncached", "parallel", "stored"):
        assert tree(root / name) == expected, name


def test_a_build_writes_what_has_changed_and_nothing_else(
    checkout: Folder, build_at: Build
) -> None:
    fill(checkout, 4)
    site = checkout.path.parent / "site"
    build_at()
    assert rewritten(site, build_at) == set()
    checkout.write("LAN-2026-0002", summary="Another title", more="aliases: [CVE-2026-1002]\n")
    changed = rewritten(site, build_at)
    assert changed == ABOUT_ALL | telling_of(stamps(site), "0002")
    pages = {one for one in stamps(site) if one.endswith(".html") and not OF_MKDOCS.match(one)}
    configure(checkout, "font: false", "font: false, palette: {primary: red}")
    assert rewritten(site, build_at) == pages
    override(checkout, '{% extends "base.html" %}{% block announce %}Hello{% endblock %}')
    assert rewritten(site, build_at) == pages
    configure(checkout, "name: Lantern Works,", "name: Lanterns,")
    assert rewritten(site, build_at) > pages
    (checkout.path / "LAN-2026-0004.md").unlink()
    gone = rewritten(site, build_at)
    assert not [one for one in stamps(site) if "0004" in one]
    assert "advisories/LAN-2026-0004/index.html" in gone
    assert not (site / "advisories" / "LAN-2026-0004").exists()
    assert sorted(one.name for one in site.glob(".*")) == [".well-known"]


def test_what_others_have_done_to_the_site_is_put_right(checkout: Folder, build_at: Build) -> None:
    fill(checkout, 3)
    site = checkout.path.parent / "site"
    build_at()
    expected = tree(site)
    (site / "osv" / "stray.json").write_text("x", encoding="utf-8")
    (site / "advisories" / "LAN-2026-0001" / "more").mkdir()
    (site / "advisories" / "LAN-2026-0001" / "more" / "x").write_text("x", encoding="utf-8")
    (site / "advisories" / "LAN-2026-0002" / "index.html").write_text("x", encoding="utf-8")
    (site / "osv" / "x_LAN-2026-0003.json").unlink()
    (site / "projects" / "lantern" / "versions" / "1.2.3" / "index.html").write_text("x")
    (site / "years" / "2026" / "index.html").unlink()
    (site / "years" / "2026" / "index.html").symlink_to(site / "index.html")
    (site / "feed.xml").write_text("x", encoding="utf-8")
    (site / "versions.json").unlink()
    (site / "versions.json").mkdir()
    (site / "bundles" / "empty").mkdir()
    build_at()
    assert tree(site) == expected
    assert not (site / "bundles" / "empty").exists()
    assert not (site / "versions.json").is_symlink()


def test_a_page_that_nobody_may_look_at_is_written_anew(
    checkout: Folder, build_at: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(checkout, 2)
    site = checkout.path.parent / "site"
    build_at()
    expected = tree(site)

    def refused(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(written, "_is_stamped", refused)
    before = stamps(site)
    build_at()
    assert stamps(site)["osv/all.json"] != before["osv/all.json"]
    assert tree(site) == expected


def test_a_record_that_is_damaged_is_read_from_its_file_if_that_is_still_the_same(
    checkout: Folder,
    build_at: Build,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    fill(checkout, 4)
    build_at()
    (checkout.path / "LAN-2026-0002.md").unlink()  # so that the lists are made anew
    piece = Store.piece
    is_changed = False

    def damaged(store: Store, record: Record, name: str) -> bytes | None:
        if name != "source":
            return piece(store, record, name)
        if is_changed:
            file = checkout.path / f"{facts_of(record).outline.id}.md"
            file.write_text(f"{file.read_text()}\nMore.\n", encoding="utf-8")
        return None

    monkeypatch.setattr(Store, "piece", damaged)
    build_at(site_dir="other")
    with monkeypatch.context() as without:
        without.setenv("ADVISORIES_CACHE", "off")
        build_at(site_dir="expected")
    assert tree(checkout.path.parent / "other") == tree(checkout.path.parent / "expected")
    (checkout.path / "LAN-2026-0003.md").unlink()
    is_changed = True
    with pytest.raises(Abort):
        build_at()
    assert "a file of an advisory was changed while the site was built: build again" in caplog.text


def test_what_changes_from_day_to_day_is_remembered_nowhere(
    checkout: Folder, build_at: Build
) -> None:
    fill(checkout, 2)
    later = "timeline: [{date: 2026-08-01T00:00:00Z, summary: canary-later}]\n"
    checkout.write("LAN-2026-0007", more=later)
    build_at()
    known = b"".join(seen(one) for one in cache(checkout).glob("*.store"))
    assert b"LAN-2026-0001" in known
    assert b"LAN-2026-0007" not in known
    assert b"LAN-2026-0007" in tree(checkout.path.parent / "site")["projects/lantern/index.html"]


@pytest.mark.parametrize("harm", ["cut", "flipped", "foreign", "text", "folder", "unwritable"])
def test_a_cache_that_is_no_good_is_a_note_and_a_right_build(
    checkout: Folder, build_at: Build, harm: str
) -> None:
    fill(checkout, 3)
    site = checkout.path.parent / "site"
    build_at()
    expected = tree(site)
    for file in [*cache(checkout).iterdir()]:
        raw = file.read_bytes()
        if harm == "cut":
            file.write_bytes(raw[: len(raw) // 2])
        elif harm == "flipped":
            file.write_bytes(raw[:-9] + bytes([raw[-9] ^ 1]) + raw[-8:])
        elif harm == "foreign":
            file.write_bytes(re.sub(rb"(store \d) [0-9a-f]{64}", rb"\1 " + b"0" * 64, raw))
        elif harm == "text":
            file.write_text("no cache", encoding="utf-8")
        elif harm == "folder":
            file.unlink()
            file.mkdir()
    if harm == "unwritable":
        for file in cache(checkout).iterdir():
            file.unlink()
        cache(checkout).rmdir()
        cache(checkout).write_text("in the way", encoding="utf-8")
    log = build_at(site_dir="other")
    assert tree(checkout.path.parent / "other") == expected
    assert "the cache " in log
    build_at()
    assert tree(site) == expected


def held_words(folder: Path) -> list[str]:
    secret = re.compile(rb"canary|-7777|-0077", re.IGNORECASE)
    return [str(one) for one in folder.rglob("*") if one.is_file() and secret.search(seen(one))]


def seen(file: Path) -> bytes:
    """Give all that can be read out of a file of the cache, its compressed pieces as well."""
    raw = file.read_bytes()
    found = [file.name.encode(), raw]
    for start in (one.start() for one in re.finditer(rb"\x78\x01", raw)):
        try:
            found.append(zlib.decompressobj().decompress(raw[start:]))
        except zlib.error:
            continue
    return b"\n".join(found)


def test_nothing_held_is_in_the_cache_and_what_is_held_again_leaves_it(
    checkout: Folder, build_at: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkout.write("LAN-2026-0001")
    embargo = NOW + timedelta(hours=1)
    write_canaries(checkout, embargo)
    checkout.write(
        "LAN-2026-0077",
        more="timeline: [{date: 2026-08-01T00:00:00Z, summary: canary-future}]\n",
    )
    monkeypatch.setattr(hands, "_WORTH_A_FORK", 0.001)
    monkeypatch.setattr(hands, "processors", lambda: 2)
    site = checkout.path.parent / "site"
    build_at(NOW)
    assert b"LAN-2026-0001" in b"".join(seen(one) for one in cache(checkout).iterdir())
    manifest = cache(checkout) / "written.json"
    assert b"-7777" not in manifest.read_bytes()
    manifest.unlink()  # it names what is public, such as LAN-2026-0077
    assert held_words(cache(checkout)) == []
    assert "advisories/LAN-2026-0077/index.html" in tree(site)
    later = NOW + timedelta(days=5)
    build_at(later)
    known = b"".join(seen(one) for one in cache(checkout).iterdir())
    assert b"canary-summary" in known
    assert b"canary-handler" not in known
    assert b"canary-embargo-reason" not in known
    assert b"2026-04-28" not in known
    assert b"canary-future" not in known
    for name in ("index.html", "feed.xml", "search/search_index.json", "sitemap.xml"):
        assert b"LAN-2026-7777" in tree(site)[name], name
    build_at(NOW)
    assert not [one for one, raw in tree(site).items() if b"7777" in raw or "7777" in one]
    (cache(checkout) / "written.json").unlink()
    assert held_words(cache(checkout)) == []


def test_a_name_that_is_held_is_found_in_what_the_cache_calls_sound(
    checkout: Folder, build_at: Build, caplog: pytest.LogCaptureFixture
) -> None:
    checkout.write("LAN-2026-0001", body=f"{BODY}\nSee LAN-2026-0002.\n")
    build_at()
    checkout.write("LAN-2026-0002", embargo="2999-01-01T00:00:00Z")
    with pytest.raises(Abort):
        build_at()
    assert "the advisory that is named here is held for longer than this one" in caplog.text


def test_a_link_follows_the_disclosure_of_what_it_leads_to(
    checkout: Folder, build_at: Build
) -> None:
    checkout.write("LAN-2026-0001", more="related: [LAN-2026-0002]\n")
    site = checkout.path.parent / "site"
    build_at()
    page = "advisories/LAN-2026-0001/index.html"
    assert b'href="../../advisories/LAN-2026-0002/"' not in tree(site)[page]
    checkout.write("LAN-2026-0002")
    build_at()
    assert b'href="../../advisories/LAN-2026-0002/"' in tree(site)[page]
    (checkout.path / "LAN-2026-0002.md").unlink()
    build_at()
    assert b'href="../../advisories/LAN-2026-0002/"' not in tree(site)[page]


def test_a_process_that_dies_costs_time_and_nothing_else(
    checkout: Folder, build_at: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(checkout, 6)
    build_at()
    expected = tree(checkout.path.parent / "site")
    monkeypatch.setattr(hands, "_WORTH_A_FORK", 0.001)
    monkeypatch.setattr(hands, "processors", lambda: 2)
    monkeypatch.setattr(hands, "_serve", lambda *_: os._exit(1))
    monkeypatch.setenv("ADVISORIES_CACHE", "off")
    assert "a process has died" in build_at(site_dir="other")
    assert tree(checkout.path.parent / "other") == expected


@pytest.mark.parametrize("is_dying", [False, True])
def test_what_needs_no_theme_is_written_beside_and_again_if_that_process_dies(
    checkout: Folder, build_at: Build, monkeypatch: pytest.MonkeyPatch, *, is_dying: bool
) -> None:
    fill(checkout, 6)
    build_at()
    expected = tree(checkout.path.parent / "site")
    begun: list[Callable[[], object]] = []

    def ahead(work: Callable[[], object]) -> Callable[[], object]:
        begun.append(work)
        return hands.ahead(work)

    monkeypatch.setattr(hands, "_WORTH_A_FORK", 0.00001)
    monkeypatch.setattr(hands, "processors", lambda: 2)
    monkeypatch.setattr(output, "ahead", ahead)
    if is_dying:
        monkeypatch.setattr(hands, "_serve_one", lambda *_: os._exit(1))
    monkeypatch.setenv("ADVISORIES_CACHE", "off")
    build_at(site_dir="other")
    assert len(begun) == 1
    assert tree(checkout.path.parent / "other") == expected


def test_a_build_that_the_theme_stops_leaves_nothing_that_the_next_one_trusts(
    checkout: Folder, build_at: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hands, "_WORTH_A_FORK", 0.00001)
    monkeypatch.setattr(hands, "processors", lambda: 2)
    root = checkout.path.parent
    settings = (root / "mkdocs.yml").read_text(encoding="utf-8")
    assert "font: false" in settings
    themed = settings.replace("font: false", "font: false, custom_dir: overrides")
    (root / "mkdocs.yml").write_text(themed, encoding="utf-8")
    override = root / "overrides" / "main.html"
    override.parent.mkdir()
    override.write_text('{% extends "base.html" %}', encoding="utf-8")
    fill(checkout, 3)
    build_at()
    broken = "{% block announce %}{{ nobody.knows.this }}{% endblock %}"
    override.write_text('{% extends "base.html" %}' + broken, encoding="utf-8")
    checkout.write("LAN-2026-0009")
    with pytest.raises(UndefinedError):
        build_at()
    assert not (cache(checkout) / "written.json").exists()
    override.write_text('{% extends "base.html" %}', encoding="utf-8")
    build_at()
    monkeypatch.setenv("ADVISORIES_CACHE", "off")
    build_at(site_dir="anew")
    assert tree(root / "site") == tree(root / "anew")


@pytest.mark.parametrize("by", ["the build", "another process", "another process that dies"])
def test_what_is_held_is_judged_before_anything_is_written(
    checkout: Folder,
    build_at: Build,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    by: str,
) -> None:
    fill(checkout, 2)
    root = checkout.path.parent
    build_at()
    expected = tree(root / "site")
    fill(checkout, 3)
    two_ids = "aliases: [CVE-2026-7001, CVE-2026-7002]\n"
    checkout.write("LAN-2026-0090", embargo="2999-01-01T00:00:00Z", more=two_ids)
    known = {one.name: one.read_bytes() for one in cache(checkout).iterdir()}
    if by != "the build":
        monkeypatch.setattr(hands, "_WORTH_A_FORK", 0.0001)
        monkeypatch.setattr(hands, "processors", lambda: 2)
    if by == "another process that dies":
        monkeypatch.setattr(hands, "_serve_one", lambda *_: os._exit(1))
    with pytest.raises(Abort):
        build_at()
    assert "error[ADV205]" in caplog.text
    assert "7002" not in caplog.text
    assert tree(root / "site") == expected
    assert {one.name: one.read_bytes() for one in cache(checkout).iterdir()} == known


def test_a_list_of_what_was_written_leads_to_nothing_outside_the_site(
    checkout: Folder, build_at: Build
) -> None:
    fill(checkout, 2)
    root = checkout.path.parent
    site, outside = root / "site", root / "precious.txt"
    build_at()
    expected = tree(site)
    outside.write_text("precious", encoding="utf-8")
    manifest = cache(checkout) / "written.json"
    head, *listings = manifest.read_text(encoding="utf-8").partition("\n")[2].split("\n")
    stated, place, roots, names = json.loads(head)
    names.append(["/gone", "mark", "shell"])
    listings.append(json.dumps({"../precious.txt": [8, 0], str(outside): [8, 0]}))
    text = "\n".join([json.dumps([stated, place, [*roots, "..", "/"], names]), *listings])
    digest = sha256(text.encode()).hexdigest()
    manifest.write_text(f"{digest}\n{text}", encoding="utf-8")
    build_at()
    assert outside.read_text(encoding="utf-8") == "precious"
    assert tree(site) == expected


def test_a_link_in_the_site_is_taken_away_and_not_followed(
    checkout: Folder, build_at: Build
) -> None:
    fill(checkout, 3)
    root = checkout.path.parent
    site, outside = root / "site", root / "precious"
    build_at()
    (site / "osv").rename(outside)
    (site / "osv").symlink_to(outside)
    before = stamps(outside)
    (checkout.path / "LAN-2026-0003.md").unlink()
    build_at()
    assert stamps(outside) == before
    assert not (site / "osv").is_symlink()
    build_at(site_dir="expected")
    assert tree(site) == tree(root / "expected")


def test_a_look_that_dies_is_taken_again(
    checkout: Folder, build_at: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(checkout, 2)
    site = checkout.path.parent / "site"
    build_at()
    expected = tree(site)
    (site / "osv" / "stray.json").write_text("x", encoding="utf-8")
    monkeypatch.setattr(hands, "_serve_one", lambda *_: os._exit(1))
    build_at()
    assert tree(site) == expected


def test_without_space_for_temporary_files_a_build_is_right(
    checkout: Folder, build_at: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(checkout, 3)
    build_at()
    expected = tree(checkout.path.parent / "site")
    shutil.rmtree(cache(checkout))
    put = Store.put

    def full(store: Store, key: str, facts: bytes, pieces: dict[str, bytes]) -> object:
        if "document" in pieces:
            raise OSError(28, "No space left on device")
        return put(store, key, facts, pieces)

    monkeypatch.setattr(Store, "put", full)
    build_at(site_dir="other")
    assert tree(checkout.path.parent / "other") == expected


def test_a_page_of_the_docs_may_link_to_an_advisory_and_its_records(
    checkout: Folder, build_at: Build, caplog: pytest.LogCaptureFixture
) -> None:
    checkout.write("LAN-2026-0001")
    about = checkout.path.parent / "docs" / "about.md"
    configure(checkout, "plugins:", "validation: {links: {unrecognized_links: warn}}\nplugins:")
    links = "[a](advisories/LAN-2026-0001/index.md#fix) [b](osv/x_LAN-2026-0001.json)"
    about.write_text(f"# About\n\n{links}\n", encoding="utf-8")
    build_at()
    page = (checkout.path.parent / "site/about/index.html").read_text(encoding="utf-8")
    assert 'href="../advisories/LAN-2026-0001/#fix"' in page
    assert 'href="../osv/x_LAN-2026-0001.json"' in page
    about.write_text("# About\n\n[a](advisories/LAN-2026-0009/index.md)\n", encoding="utf-8")
    with pytest.raises(Abort, match="strict mode"):
        build_at()
    assert "LAN-2026-0009" in caplog.text


@pytest.mark.parametrize("place", ["docs/cache", "advisories", "site/cache"])
def test_the_cache_is_not_put_where_it_would_be_published(
    build_at: Build, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, place: str
) -> None:
    monkeypatch.setenv("ADVISORIES_CACHE", place)
    with pytest.raises(Abort):
        build_at()
    assert "name a folder of its own" in caplog.text


def test_what_few_builds_need_is_not_loaded_with_the_plugin() -> None:
    rules = "from mkdocs_advisories.checks import rules; rules()"
    loaded = f"import sys, mkdocs_advisories.mkdocs.plugin; {rules}; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)
    rare = set(
        "feedgen http.client jsonschema mkdocs.livereload smtplib ssl tarfile"
        " mkdocs_advisories.source.sealed.opening".split()
    )
    assert rare.intersection(run.stdout.split()) == set()


_SEGMENT = st.text("ab.-", min_size=1, max_size=3).filter(lambda one: one.strip("."))


@given(
    st.lists(_SEGMENT, min_size=1, max_size=4).map("/".join),
    st.lists(_SEGMENT, min_size=1, max_size=3).map(lambda parts: "/".join(parts) + "/"),
)
def test_ways_from_a_page_are_those_of_mkdocs(uri: str, page: str) -> None:
    assert relative(uri, page) == get_relative_url(uri, page)


@given(st.lists(_SEGMENT, min_size=1, max_size=3).map(lambda parts: "/".join(parts) + "/"))
def test_templates_get_the_addresses_that_mkdocs_would_give_them(uri: str) -> None:
    for site_url in ("https://lantern.example/", "https://lantern.example/security/", ""):
        listed = listed_file(
            Brief(uri=uri, title="x", modified=NOW), root=root_of(site_url), dated="2026-05-01"
        )
        canonical = urljoin(site_url, uri)
        assert listed.page.canonical_url == canonical
        assert listed.page.abs_url == urlsplit(canonical).path


@pytest.mark.parametrize(
    ("part", "is_named"),
    [
        ("lamp", True),
        ("9.9.9", True),
        ("LAN-2026-0001", False),
        *((number, False) for number in ("1.6.1", "9.8.1", "1.2.3", "0.0.1")),
    ],
)
def test_numbers_of_programs_pictures_and_hosts_name_no_page(part: str, *, is_named: bool) -> None:
    text = (
        '<meta name="generator" content="mkdocs-1.6.1, mkdocs-material-9.8.1">'
        '<svg><path d="m1.2.3z"/></svg><a href="http://127.0.0.1:8000/projects/lamp/">Lamps</a>'
        '<a href="../versions/9.9.9/">x</a>'
    )
    shell = Shell(pieces=(text,), has_card=False, has_one_policy=True)
    assert shell.names(part) is is_named
