"""The pages about many advisories: projects, years, bundles, released versions, and no page."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from threading import Thread
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html
from mkdocs.commands.build import build
from mkdocs.config import load_config

import browser
from browser import Tab
from conftest import BODY, MKDOCS_YML, NOW, Folder
from mkdocs_advisories.disclosure.local_server import LocalServer
from mkdocs_advisories.embargo import disclose
from mkdocs_advisories.policy import (
    Feed,
    Maintained,
    Maintenance,
    Organisation,
    Pages,
    Policy,
    Project,
    ReleaseLine,
    Source,
)
from mkdocs_advisories.render.site_page import Page
from mkdocs_advisories.render.slugs import exact_slug, project_slug
from mkdocs_advisories.site import Site, build_site

POLICY = Policy(
    organisation=Organisation(name="Lantern Works", url="https://lantern.example/"),
    source=Source.PRIVATE,
    id_pattern=".*",
    time_zone=ZoneInfo("UTC"),
    projects=(),
    feed=Feed(
        uri="feed.xml", title="", subtitle=None, authority="lantern.example", since=date(2024, 1, 1)
    ),
    site_url="https://security.lantern.example/",
    language="en",
)
needs_chromium = pytest.mark.skipif(not browser.CHROMIUM, reason="needs Chromium")

RANGE = """\
severity: [{{type: CVSS_V3, score: "{vector}"}}]
affected:
  - package: {{ecosystem: {ecosystem}, name: {name}}}
    ranges:
      - type: {type}
        events: [{events}]
"""
DUE = "2026-05-01T12:00:00Z"
HIGH = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:H/A:N"
LOW = "CVSS:3.1/AV:L/AC:H/PR:H/UI:R/S:U/C:N/I:L/A:N"


def affects(
    *events: str,
    name: str = "lantern",
    ecosystem: str = "crates.io",
    kind: str = "SEMVER",
    vector: str = HIGH,
) -> str:
    """Write what an advisory is about: versions that begin and end stretches, in turn."""
    written = ", ".join(
        f'{{{"fixed" if at % 2 else "introduced"}: "{one}"}}' for at, one in enumerate(events)
    )
    return RANGE.format(
        events=written, name=f'"{name}"', ecosystem=ecosystem, type=kind, vector=vector
    )


UNORDERED = affects("0", "1.0", ecosystem="Packagist", name="a/b", kind="ECOSYSTEM")


def write(folder: Folder, name: str, affected: str, *, embargo: str = DUE, more: str = "") -> None:
    """Write an advisory about what `affects` gives."""
    front = f"id: {name}\nsummary: Lantern can be lit from afar\nembargo: {embargo}\n"
    text = f"---\n{front}{affected}{more}---\n{BODY}"
    (folder.path / f"{name}.md").write_text(text, encoding="utf-8")


def site_of(folder: Folder, policy: Policy | None = None) -> Site:
    catalog = folder.read()
    assert catalog.problems == ()
    known = disclose(catalog.advisories, now=NOW)
    return build_site(known, policy=policy or folder.policy, index_uri="")


def page(site: Site, uri: str) -> html.HtmlElement:
    one = site.contents[uri]
    assert isinstance(one, Page)
    return html.fromstring(one.html)


def said(element: html.HtmlElement) -> str:
    return " ".join(" ".join(element.itertext()).split())


def pages(site: Site, under: str) -> list[str]:
    return [
        uri for uri, one in site.contents.items() if uri.startswith(under) and isinstance(one, Page)
    ]


# ---- Addresses ----

SAFE = set("abcdefghijklmnopqrstuvwxyz0123456789.-_")
TEXTS = st.text() | st.text("aA0.-_+~/\\ %", max_size=8) | st.text("a.", min_size=70, max_size=120)


@given(TEXTS)
def test_a_version_in_an_address_is_never_a_path(text: str) -> None:
    slug = exact_slug(text)
    assert slug
    assert set(slug) <= SAFE
    assert ".." not in slug
    assert not slug.startswith(".")
    assert not slug.endswith(".")
    assert len(slug) <= 80


@given(TEXTS, TEXTS)
def test_two_versions_never_share_an_address(one: str, other: str) -> None:
    assert (exact_slug(one) == exact_slug(other)) == (one == other)


@pytest.mark.parametrize(
    ("version", "slug"),
    [
        ("36.0.5", "36.0.5"),
        ("1.0.0-rc.1", "1.0.0-rc.1"),
        ("1.0.0+a", "1.0.0_2ba"),
        ("1.0~rc1", "1.0_7erc1"),
        ("../../x", "_2e_2e_2f._2e_2fx"),
        ("1.0RC1", "1.0_52_431"),
        ("1_0", "1_5f0"),
        ("", "_"),
    ],
)
def test_a_plain_version_is_its_own_address(version: str, slug: str) -> None:
    assert exact_slug(version) == slug


@given(st.lists(TEXTS.filter(bool), min_size=2, max_size=4, unique=True), st.integers(0, 3))
def test_two_projects_never_share_an_address(names: list[str], stated: int) -> None:
    own = tuple(Project(name=one) for one in names[:stated])
    policy = replace(POLICY, projects=own)
    slugs = [project_slug(one, policy) for one in names]
    assert len(set(slugs)) == len(slugs)
    assert all(set(one) <= SAFE - {"."} for one in slugs)


def test_a_strange_package_does_not_take_the_address_of_a_project() -> None:
    policy = replace(POLICY, projects=(Project(name="C++"), Project(name="C"), Project(name="D")))
    assert project_slug("C++", policy) == "c"
    assert project_slug("C", policy).startswith("c_")
    assert project_slug("D", policy) == "d"
    assert project_slug("d", policy).startswith("d_")
    assert project_slug("torch", policy) == "torch"
    assert project_slug("@scope/name", policy).startswith("scope-name_")


# ---- Projects ----

LINES = Maintained(
    packages=frozenset({"crates.io/lantern", "crates.io/lantern-http"}),
    releases=(
        ReleaseLine(line="1", released=date(2025, 1, 1)),
        ReleaseLine(line="2", released=date(2026, 1, 1), until=date(2026, 3, 1)),
        ReleaseLine(line="3", released=date(2030, 1, 1)),
    ),
    rules=(Maintenance(every=1, months=12),),
)


@pytest.fixture
def lined(policy: Policy) -> Policy:
    """A policy with a project whose lines are stated."""
    project = Project(
        name="Lantern",
        url="https://lantern.example/lantern",
        packages=LINES.packages,
        maintained=LINES,
    )
    return replace(policy, projects=(project, Project(name="Wick")))


def test_a_project_has_a_page_with_all_that_is_known_of_it(folder: Folder, lined: Policy) -> None:
    write(folder, "LAN-2026-0001", affects("1.0.0", "1.2.3"))
    write(folder, "LAN-2026-0002", affects("0", "9.0.0", name="torch"))
    site = site_of(folder, lined)
    assert [one for one in pages(site, "projects/") if "/versions/" not in one] == [
        "projects/lantern/",
        "projects/wick/",
        "projects/torch/",
    ]
    own = page(site, "projects/lantern/")
    assert own.xpath("//h1")[0].text_content() == "Lantern"
    assert own.xpath("//a[text()='Home page']/@href") == ["https://lantern.example/lantern"]
    assert own.xpath("//a[starts-with(text(), 'Atom')]/@href") == [
        "../../feeds/project/lantern.xml"
    ]
    assert own.xpath("//*[@class='adv-table__ids']/span[1]/text()") == ["LAN-2026-0001"]
    assert [said(one) for one in own.xpath("//table[@class='adv-versions']//tr")] == [
        "Release line First release End of life",
        "3 1 January 2030 1 January 2031",
        "2 1 January 2026 1 March 2026",
        "1 1 January 2025 1 January 2026",
    ]
    assert own.xpath("//*[@data-packages]/@data-packages") == ["crates.io/lantern"], (
        "not the other package of the policy, which only a held advisory may be about"
    )
    assert "No advisory has been published yet." in said(page(site, "projects/wick/"))


def test_the_list_and_an_advisory_lead_to_the_project(folder: Folder) -> None:
    folder.write("LAN-2026-0001")
    site = site_of(folder)
    row = html.fromstring(site.index)
    assert row.xpath("//td[contains(@class, 'project')]/a/@href") == ["projects/lantern/"]
    crumbs = page(site, "advisories/LAN-2026-0001/").xpath("//nav[@class='adv-crumbs']//li")
    assert [said(one) for one in crumbs] == ["All advisories", "Lantern", "LAN-2026-0001"]


def test_what_is_held_has_no_part_in_any_of_them(folder: Folder, lined: Policy) -> None:
    write(folder, "LAN-2026-0001", affects("1.0.0", "1.2.3"))
    before = dict(site_of(folder, lined).contents)
    held = affects("0", "7.7.7", "8.0.0", "8.8.8", name="canary")
    write(folder, "LAN-2026-0009", held, embargo="2026-07-01T12:00:00Z")
    folder.write("LAN-2026-0008", embargo="undecided", summary="Another canary")
    after = site_of(folder, lined).contents
    assert dict(after) == before


# ---- Years, and lists that do not fit on a page ----


def write_many(folder: Folder, *, count: int) -> None:
    """Write advisories of three years, so many that each is in another month."""
    for number in range(1, count):
        year, month = 2024 + number * 3 // count, number % 12 + 1
        if (year, month) <= (2026, 5):
            folder.write(
                f"LAN-{year}-{number:04}",
                embargo=f"{year}-{month:02}-{number % 28 + 1:02}T12:00:00Z",
                summary=f"Lantern number {number} can be lit",
            )


def ids_on(site: Site, uri: str) -> list[str]:
    found = page(site, uri).xpath("//tbody/tr//*[@class='adv-table__ids']/span[1]/text()")
    return [str(one) for one in found]


def test_every_advisory_is_on_the_page_of_its_year(folder: Folder) -> None:
    folder.write("LAN-2026-0001", embargo="2026-01-01T00:00:00Z")
    folder.write("LAN-2025-0001", embargo="2025-12-31T23:59:59Z")
    site = site_of(folder)
    assert ids_on(site, "years/2026/") == ["LAN-2026-0001"]
    assert ids_on(site, "years/2025/") == ["LAN-2025-0001"]
    links = html.fromstring(site.index).xpath("//nav[@class='adv-years']//a/@href")
    assert links == ["years/2026/", "years/2025/"]


def test_a_list_that_is_too_long_has_the_newest_and_pages_with_all(folder: Folder) -> None:
    write_many(folder, count=90)
    policy = replace(folder.policy, pages=Pages(rows=10))
    site = site_of(folder, policy)
    every = [uri.split("/")[1] for uri in pages(site, "advisories/")]
    index = html.fromstring(site.index)
    shown = index.xpath("//tbody/tr//*[@class='adv-table__ids']/span[1]/text()")
    assert shown == every[:10]
    assert said(index.xpath("//*[@role='status']")[0]) == (
        f"The newest 10 of {len(every)} advisories"
    )
    whole = [part for one in index.xpath("//@data-adv-older") for part in one.split()]
    assert [name for uri in whole for name in ids_on(site, uri)] == every
    assert all(len(ids_on(site, uri)) <= 10 for uri in pages(site, "years/"))
    of_project = pages(site, "projects/lantern/part-")
    assert sorted(name for uri in of_project for name in ids_on(site, uri)) == sorted(every)


def test_a_full_part_stays_when_something_new_comes(folder: Folder) -> None:
    for number in range(1, 22):
        folder.write(f"LAN-2026-{number:04}", embargo=f"2026-04-{number:02}T12:00:00Z")
    policy = replace(folder.policy, pages=Pages(rows=10))
    before = ids_on(site_of(folder, policy), "years/2026/part-1/")
    folder.write("LAN-2026-0900", embargo="2026-05-30T12:00:00Z")
    assert ids_on(site_of(folder, policy), "years/2026/part-1/") == before


# ---- Bundles ----


def test_what_came_together_is_on_one_page_with_its_releases(folder: Folder) -> None:
    write(folder, "LAN-2026-0001", affects("1.0.0", "1.2.3", "2.0.0", "2.0.1"))
    write(folder, "LAN-2026-0002", affects("2.0.0", "2.0.2"))
    folder.write("LAN-2026-0003", embargo="2026-05-02T12:00:00Z")
    site = site_of(folder)
    (uri,) = pages(site, "bundles/")
    assert uri == "bundles/2026-05-01t120000z/"
    own = page(site, uri)
    title = "High , CVSS score 7.5 Lantern can be lit from afar"
    assert own.xpath("//time/@datetime") == [DUE]
    assert [said(one) for one in own.xpath("//table//tr")] == [
        "Advisory 1.2.3 2.0.1 2.0.2",
        f"{title} LAN-2026-0001 Fixed Fixed Not affected",
        f"{title} LAN-2026-0002 Not affected Affected Fixed",
    ]
    assert own.xpath("//*[@class='adv-do']//li/code/text()") == ["1.2.3", "2.0.2"]
    for name, links in (("0001", [f"../../{uri}"]), ("0003", [])):
        one = page(site, f"advisories/LAN-2026-{name}/")
        assert one.xpath("//a[starts-with(text(), 'With ')]/@href") == links


def test_a_bundle_that_cannot_be_compared_is_a_plain_list(folder: Folder) -> None:
    for number in (1, 2):
        write(
            folder,
            f"LAN-2026-000{number}",
            UNORDERED,
        )
    own = page(site_of(folder), "bundles/2026-05-01t120000z/")
    assert ids_of(own) == ["LAN-2026-0001", "LAN-2026-0002"]
    assert not own.xpath("//*[@class='adv-do']")


def ids_of(element: html.HtmlElement) -> list[str]:
    return [str(one) for one in element.xpath("//*[@class='adv-table__ids']/span[1]/text()")]


# ---- Released versions ----


def version(site: Site, name: str, project: str = "lantern") -> str:
    return said(page(site, f"projects/{project}/versions/{exact_slug(name)}/"))


def test_a_version_says_what_is_known_of_it_and_what_to_upgrade_to(
    folder: Folder, lined: Policy
) -> None:
    write(folder, "LAN-2026-0001", affects("1.0.0", "1.2.3"))
    write(folder, "LAN-2026-0002", affects("1.1.0", "1.2.5", vector=LOW))
    write(folder, "LAN-2026-0003", affects("1.2.0", "2.0.1", name="lantern-http"))
    site = site_of(folder, lined)
    assert sorted(uri.split("/")[3] for uri in pages(site, "projects/lantern/versions/")) == [
        "1.0.0",
        "1.1.0",
        "1.2.0",
        "1.2.3",
        "1.2.5",
        "2.0.0",
        "2.0.1",
    ], "and none of line 3, whose first release is yet to come"
    text = version(site, "1.1.0")
    assert "lantern crates.io Affected by 2 advisories." in text
    assert "Upgrade to 1.2.5" in text
    assert text.index("LAN-2026-0001") < text.index("LAN-2026-0002"), "the worst comes first"
    assert "lantern-http crates.io Not affected." in text
    assert "cargo update -p lantern --precise 1.2.5" in text
    text = version(site, "1.2.0")
    assert "No known version of this release line has all fixes. Upgrade to 2.0.1" in text
    assert "Not affected." in version(site, "2.0.1")
    assert "Affected by" not in version(site, "2.0.1")


def test_packages_that_are_not_numbered_alike_are_not_mixed(folder: Folder, policy: Policy) -> None:
    packages = frozenset({"crates.io/lantern", "crates.io/wick"})
    mixed = replace(policy, projects=(Project(name="Lantern", packages=packages),))
    write(folder, "LAN-2026-0001", affects("30.0.0", "36.0.5"))
    write(folder, "LAN-2026-0002", affects("0.1.0", "0.2.0", name="wick"))
    text = version(site_of(folder, mixed), "36.0.5")
    assert "wick" not in text


def test_what_cannot_be_compared_is_said_and_never_called_safe(folder: Folder) -> None:
    write(folder, "LAN-2026-0001", affects("1.0.0", "1.2.3"))
    write(folder, "LAN-2026-0002", affects("1.0", "1.2.3.4", kind="ECOSYSTEM"))
    site = site_of(folder)
    text = version(site, "1.2.3")
    assert "Cannot be compared." in text
    assert "Not affected" not in text
    assert "LAN-2026-0002" in text
    assert "Cannot be compared with:" in version(site, "1.0.0")


def test_an_ecosystem_without_a_known_order_has_no_pages_of_versions(folder: Folder) -> None:
    write(
        folder,
        "LAN-2026-0001",
        UNORDERED,
    )
    assert not [uri for uri in pages(site_of(folder), "projects/") if "/versions/" in uri]


def test_an_advisory_that_stands_no_more_says_nothing_of_versions(folder: Folder) -> None:
    withdrawn = "withdrawn: {date: 2026-05-02T12:00:00Z, reason: It was none.}\n"
    write(folder, "LAN-2026-0001", affects("1.0.0", "1.2.3"))
    write(folder, "LAN-2026-0002", affects("1.0.0", "5.0.0"), more=withdrawn)
    site = site_of(folder)
    assert "Affected by 1 advisory." in version(site, "1.0.0")
    assert "projects/lantern/versions/5.0.0/" not in site.contents


def test_a_version_of_strangers_gets_a_harmless_address(folder: Folder) -> None:
    write(folder, "LAN-2026-0001", affects("1.0.0", "1.2.3+build.A"))
    site = site_of(folder)
    assert "projects/lantern/versions/1.2.3_2bbuild._41/" in site.contents
    link = page(site, "projects/lantern/").xpath("//a[text()='1.2.3+build.A']/@href")
    assert link == ["../../projects/lantern/versions/1.2.3_2bbuild._41/"]


@pytest.mark.parametrize(("most", "kept"), [(0, []), (2, ["3.0.1", "3.0.0"])])
def test_of_too_many_versions_the_highest_have_pages(
    folder: Folder, most: int, kept: list[str]
) -> None:
    write(folder, "LAN-2026-0001", affects("1.0.0", "1.2.3", "3.0.0", "3.0.1"))
    site = site_of(folder, replace(folder.policy, pages=Pages(versions=most)))
    found = [uri.split("/")[3] for uri in pages(site, "projects/lantern/versions/")]
    assert sorted(found, reverse=True) == kept


def test_a_version_agrees_with_the_ranges_of_every_advisory(folder: Folder) -> None:
    """Held against the advisories one by one, without the short cuts of the pages."""
    stretches = [("0", "1.2.0"), ("1.1.0", "1.3.0-rc.1"), ("1.2.0", "1.4.0"), ("1.3.0", "2.0.0")]
    for number, ends in enumerate(stretches, 1):
        write(folder, f"LAN-2026-000{number}", affects(*ends))
    site = site_of(folder)
    names = ["1.1.0", "1.2.0", "1.3.0-rc.1", "1.3.0", "1.4.0", "2.0.0"]
    for at, name in enumerate(names):
        about = [
            f"LAN-2026-000{number}"
            for number, (start, end) in enumerate(stretches, 1)
            if (start == "0" or names.index(start) <= at) and at < names.index(end)
        ]
        own = page(site, f"projects/lantern/versions/{name}/")
        listed = own.xpath("//*[@class='adv-brief']//*[@class='adv-note']/text()")
        assert sorted(map(str, listed)) == about, name


# ---- No page ----


def test_where_nothing_is_readers_are_led_on_and_told_nothing_of_what_is_held(
    folder: Folder, policy: Policy
) -> None:
    folder.write("LAN-2026-0001")
    below = replace(policy, site_url="https://lantern.example/security/")
    silent = site_of(folder, below).missing
    folder.write("LAN-2026-0009", embargo="2026-07-01T12:00:00Z")
    site = site_of(folder, below)
    assert site.missing == silent
    own = html.fromstring(site.missing)
    links = [*own.xpath("//a/@href"), *own.xpath("//form/@action")]
    assert links == [
        "/security/",
        "/security/projects/lantern/",
        "/security/feed.xml",
        "/security/",
    ]


Built = Callable[[str], Path]


@pytest.fixture
def built(checkout: Folder, monkeypatch: pytest.MonkeyPatch) -> Built:
    """Build the project with MkDocs and more options; gives the site."""
    root = checkout.path.parent
    monkeypatch.setenv("NO_MKDOCS_2_WARNING", "1")

    def make(more: str) -> Path:
        (root / "mkdocs.yml").write_text(MKDOCS_YML + more, encoding="utf-8")
        build(load_config(str(root / "mkdocs.yml"), site_dir=str(root / "site"), strict=True))
        return root / "site"

    return make


def test_the_page_of_errors_is_ours_in_every_theme(checkout: Folder, built: Built) -> None:
    checkout.write()
    assert "There is no such page" in (built("") / "404.html").read_text(encoding="utf-8")
    root = checkout.path.parent
    for theme in ("mkdocs", "readthedocs"):
        text = MKDOCS_YML.replace("{name: material, font: false}", theme).replace(
            "  - search\n", ""
        )
        (root / "mkdocs.yml").write_text(text, encoding="utf-8")
        build(load_config(str(root / "mkdocs.yml"), site_dir=str(root / "site"), strict=True))
        page = (root / "site" / "404.html").read_text(encoding="utf-8")
        assert "There is no such page" in page, theme


def test_a_site_keeps_its_own_page_of_errors(
    checkout: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_MKDOCS_2_WARNING", "1")
    checkout.write()
    own = checkout.path.parent / "overrides"
    own.mkdir()
    (own / "404.html").write_text("<html><head></head><body>Ours</body></html>", encoding="utf-8")
    text = MKDOCS_YML.replace("font: false", "font: false, custom_dir: overrides")
    root = checkout.path.parent
    (root / "mkdocs.yml").write_text(text, encoding="utf-8")
    build(load_config(str(root / "mkdocs.yml"), site_dir=str(root / "site"), strict=True))
    assert "Ours" in (root / "site" / "404.html").read_text(encoding="utf-8")


def test_the_search_finds_advisories_and_projects_and_not_their_rows_again(
    checkout: Folder, built: Built
) -> None:
    checkout.write("LAN-2026-0001")
    checkout.write("LAN-2026-0002")
    text = (built("") / "search" / "search_index.json").read_text(encoding="utf-8")
    assert "projects/lantern/" in text
    assert "years/2026/" not in text
    assert "/versions/" not in text
    assert "bundles/" not in text


# ---- In a browser ----

SHOWN = (
    "[...document.querySelectorAll('.adv-table tbody tr')].filter(one => one.checkVisibility())"
    ".map(one => one.querySelector('.adv-table__ids').innerText.split(/\\s/)[0])"
)
STATUS = "document.querySelector('[role=status]').textContent"


LONG = "{rows: 10, searched: 20, searched_in_full: 5}"


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site whose list does not fit on one page."""
    root = tmp_path_factory.mktemp("long")
    (root / "docs").mkdir()
    (root / "docs" / "index.md").write_text("# Advisories\n", encoding="utf-8")
    (root / "mkdocs.yml").write_text(MKDOCS_YML + f"      pages: {LONG}\n", encoding="utf-8")
    (root / "advisories").mkdir()
    write_many(Folder(path=root / "advisories", policy=POLICY), count=60)
    build(load_config(str(root / "mkdocs.yml"), site_dir=str(root / "site")))
    return root / "site"


@pytest.fixture
def long_root(long: Path) -> Iterator[str]:
    server = LocalServer(long)
    Thread(target=server.serve_forever, daemon=True).start()
    yield server.url
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def window(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tab]:
    with browser.tab(tmp_path_factory.mktemp("profile")) as it:
        yield it
        assert it.complaints == []


def ask(window: Tab, name: str, value: str) -> None:
    window.value(
        f"(field => {{ field.value = {value!r};"
        " field.dispatchEvent(new Event('input', {bubbles: true})) })"
        f"(document.querySelector('[name={name}]'))"
    )


KINDS = (
    "",
    "projects/lantern/",
    "projects/lantern/part-1/",
    "years/2025/",
    "years/2025/part-1/",
    "projects/lantern/versions/1.2.3/",
)


@needs_chromium
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("uri", KINDS)
def test_no_page_is_wider_than_the_window_or_moves_while_it_loads(
    long_root: str, window: Tab, uri: str, width: int
) -> None:
    window.call(
        "Emulation.setDeviceMetricsOverride",
        width=width,
        height=900,
        deviceScaleFactor=1,
        mobile=width < 500,
    )
    window.open(long_root + uri)
    assert window.value("document.querySelectorAll('main h1').length") == 1
    assert window.value("document.documentElement.scrollWidth <= innerWidth")
    moved = (
        "new Promise(done => { let sum = 0; new PerformanceObserver(list => {"
        " for (const one of list.getEntries()) sum += one.value })"
        ".observe({type: 'layout-shift', buffered: true}); setTimeout(() => done(sum), 300) })"
    )
    assert window.value(moved) == 0


@needs_chromium
def test_without_scripts_a_long_list_leads_to_everything(
    long: Path, long_root: str, window: Tab
) -> None:
    window.call("Emulation.setScriptExecutionDisabled", value=True)
    found = set()
    try:
        years = [str(one) for one in html.parse(long / "index.html").xpath("//nav//a/@href")]
        for year in [one for one in years if one.startswith("years/")]:
            window.call("Page.navigate", url=long_root + year)
            window.wait_for(
                f"document.readyState === 'complete' && location.href.endsWith('{year}')"
            )
            found.update(window.value(SHOWN))
            parts = window.value(
                "[...document.querySelectorAll('.adv-years a[href*=part]')].map(one => one.href)"
            )
            for part in parts:
                window.call("Page.navigate", url=part)
                window.wait_for(f"document.readyState === 'complete' && location.href === '{part}'")
                found.update(window.value(SHOWN))
    finally:
        window.call("Emulation.setScriptExecutionDisabled", value=False)
    assert found == {one.name for one in (long / "advisories").iterdir()}


@needs_chromium
def test_a_reader_of_a_long_list_finds_what_is_on_other_pages(
    long: Path, long_root: str, window: Tab
) -> None:
    total = len(list((long / "advisories").iterdir()))
    window.open(long_root)
    newest = window.value(SHOWN)
    assert len(newest) == 10
    assert window.value(STATUS) == f"The newest 10 of {total} advisories"
    ask(window, "text", "lan-2024-0003")
    window.wait_for(f"{STATUS} === '1 of {total} advisories'")
    assert window.value(SHOWN) == ["LAN-2024-0003"]
    href = "document.querySelector('.adv-table tbody a').href"
    assert window.value(href) == f"{long_root}advisories/LAN-2024-0003/"
    ask(window, "text", "")
    window.wait_for(f"{STATUS} === '{total} advisories'")
    assert window.value(SHOWN)[:10] == newest
    ask(window, "year", "2025")
    ask(window, "sort", "oldest")
    found = window.value(SHOWN)
    assert len(found) == window.value(
        "+document.querySelector('#adv-year').selectedOptions[0].textContent.match(/\\((\\d+)/)[1]"
    )
    assert all(one.startswith("LAN-2025-") for one in found)
    dates = window.value(
        "[...document.querySelectorAll('.adv-table tbody time')].map(one => one.dateTime)"
    )
    assert dates == sorted(dates)


@needs_chromium
def test_an_address_with_a_filter_finds_it_too(long_root: str, window: Tab) -> None:
    window.open(f"{long_root}?text=LAN-2024-0003")
    window.wait_for(f"{SHOWN}.join() === 'LAN-2024-0003'")


@needs_chromium
def test_a_part_that_cannot_be_read_is_admitted(long_root: str, window: Tab) -> None:
    window.open(long_root)
    window.value("globalThis.fetch = async () => { throw new Error() }")
    ask(window, "text", "lan-2024-0003")
    window.wait_for(f"{STATUS}.includes('cannot be read: see their years')")


@needs_chromium
def test_the_check_of_a_project_asks_about_its_packages_alone(long_root: str, window: Tab) -> None:
    window.open(f"{long_root}projects/lantern/")
    ask(window, "version", "1.0.0")
    window.value("document.querySelector('[data-adv-check]').requestSubmit()")
    window.wait_for("document.querySelector('output').dataset.state === 'affected'")
    assert "lantern 1.0.0" in window.value("document.querySelector('output').innerText")


@needs_chromium
def test_what_the_search_leaves_out_is_found_in_the_list_by_the_same_words(
    long: Path, long_root: str, window: Tab
) -> None:
    oldest = min(one.name for one in (long / "advisories").iterdir())
    words = f"number {int(oldest[-4:])}"
    window.open(f"{long_root}advisories/{oldest}/")
    window.value("document.querySelector('[data-md-toggle=search]').click()")
    window.value("document.querySelector('.md-search__input').focus()")
    window.call("Input.insertText", text=words)
    hit = ".md-search-result__link"
    window.wait_for(f"document.querySelector('{hit}')")
    assert not window.value(f"!!document.querySelector('{hit}[href*=\"{oldest}\"]')")
    link = "document.querySelector('[data-adv-elsewhere]')"
    assert window.value(f"{link}.checkVisibility()")
    window.value(f"{link}.focus(), {link}.click()")
    window.wait_for(f"location.search === '?text={words.replace(' ', '+')}'")
    window.wait_for(f"{SHOWN}.includes({oldest!r})")
