"""What readers see and do on the pages, in a real browser."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
from lxml import html
from markupsafe import Markup
from mkdocs.commands.build import build
from mkdocs.config import load_config

import browser
from browser import Tab
from conftest import BODY, MKDOCS_YML, NOW, PROJECT, Folder
from mkdocs_advisories.disclosure.local_server import LocalServer
from mkdocs_advisories.embargo import disclose
from mkdocs_advisories.mkdocs.assets import assets
from mkdocs_advisories.policy import Policy
from mkdocs_advisories.render.metadata import metadata
from mkdocs_advisories.render.templating import _code
from mkdocs_advisories.render.words import languages

needs_chromium = pytest.mark.skipif(not browser.CHROMIUM, reason="needs Chromium")

SHOWN = "[...document.querySelectorAll('.adv-table tbody tr')].filter(one => one.checkVisibility())"
STATUS = "document.querySelector('.adv-index [role=status]').textContent"
FOLLOW = "document.querySelector('.adv-follow')"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example site."""
    path = tmp_path_factory.mktemp("site")
    build(load_config(str(PROJECT / "mkdocs.yml"), site_dir=str(path)))
    return path


@pytest.fixture(scope="module")
def root(site: Path) -> Iterator[str]:
    """The address under which it is served."""
    server = LocalServer(site)
    Thread(target=server.serve_forever, daemon=True).start()
    yield server.url
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def window(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tab]:
    """A tab, as wide as a desk's."""
    with browser.tab(tmp_path_factory.mktemp("profile")) as it:
        resize(it, 1280)
        yield it


@pytest.fixture(autouse=True)
def _quiet(request: pytest.FixtureRequest) -> Iterator[None]:
    """Whatever a test does, the browser complains of nothing."""
    yield
    if "window" in request.fixturenames:
        assert request.getfixturevalue("window").complaints == []


def resize(window: Tab, width: int) -> None:
    window.call(
        "Emulation.setDeviceMetricsOverride",
        width=width,
        height=900,
        deviceScaleFactor=1,
        mobile=width < 500,
    )


def choose(window: Tab, name: str, value: str) -> None:
    """Set a field of the filter as a reader does."""
    window.value(
        f"(field => {{ field.value = {value!r};"
        " field.dispatchEvent(new Event('input', {bubbles: true})) })"
        f"(document.querySelector('[name={name}]'))"
    )


def tick(window: Tab, word: str) -> None:
    window.value(f"document.querySelector('[name=severity][value={word}]').click()")


def shown(window: Tab) -> list[str]:
    """Give the ids of the advisories that are seen, in their order."""
    ids = window.value(f"{SHOWN}.map(one => one.querySelector('.adv-table__ids').innerText)")
    return [one.split()[0] for one in ids]


def chips(window: Tab) -> dict[str, int]:
    counts: dict[str, int] = window.value(
        "Object.fromEntries([...document.querySelectorAll('.adv-chip')].map(one =>"
        " [one.querySelector('input').value, +one.querySelector('[data-count]').textContent]))"
    )
    return counts


@needs_chromium
def test_the_list_narrows_by_text_project_year_and_severity_and_counts_along(
    root: str, window: Tab
) -> None:
    window.open(root)
    every = shown(window)
    assert len(every) == 64
    before = chips(window)
    assert sum(before.values()) == 64
    choose(window, "project", "Cranelift")
    some = shown(window)
    assert 0 < len(some) < 64
    assert sum(chips(window).values()) == len(some)
    assert window.value(STATUS) == f"{len(some)} of 64 advisories"
    choose(window, "project", "")
    choose(window, "year", "2023")
    year = shown(window)
    counts = chips(window)
    tick(window, "critical")
    assert len(shown(window)) == counts["critical"]
    assert chips(window) == counts, "a chip counts what its neighbours do not hide"
    tick(window, "critical")
    assert shown(window) == year
    choose(window, "year", "")
    choose(window, "text", every[7].lower())
    assert shown(window) == [every[7]]
    choose(window, "text", "nothing has these words")
    assert shown(window) == []
    window.value("document.querySelector('[data-adv-clear]').click()")
    window.wait_for(f"{SHOWN}.length === 64")
    assert chips(window) == before


@needs_chromium
def test_every_alias_and_package_is_found(root: str, window: Tab) -> None:
    window.open(root)
    for words in ("CVE-2026-27572", "wasmtime-wasi-http", "Wasmtime_jll"):
        choose(window, "text", words)
        assert shown(window), words


@needs_chromium
def test_the_list_is_sorted_by_date_severity_and_project(root: str, window: Tab) -> None:
    window.open(root)
    newest = shown(window)
    choose(window, "sort", "severity")
    scores = window.value(f"{SHOWN}.map(one => +one.dataset.score)")
    assert scores == sorted(scores, reverse=True)
    assert scores[-1] == -1, "what is not rated comes last"
    assert window.value("document.querySelector('[aria-sort]').textContent") == "Severity"
    choose(window, "sort", "project")
    projects = window.value(f"{SHOWN}.map(one => one.dataset.projects.split('\\n')[0])")
    assert projects == sorted(projects, key=str.lower)
    choose(window, "sort", "oldest")
    dates = window.value(f"{SHOWN}.map(one => one.querySelector('time').dateTime)")
    assert dates == sorted(dates)
    choose(window, "sort", "")
    assert shown(window) == newest


@needs_chromium
def test_the_heads_of_the_table_are_buttons_that_sort_there_and_back(
    root: str, window: Tab
) -> None:
    window.open(root)

    def click(column: str) -> tuple[str, str | None]:
        head = f"document.querySelector('th[data-sort={column}]')"
        window.value(f"{head}.querySelector('button').click()")
        sort, direction = window.value(
            f"[document.querySelector('#adv-sort').value, {head}.getAttribute('aria-sort')]"
        )
        assert window.value("document.querySelectorAll('[aria-sort]').length") == 1
        return sort, direction

    newest = shown(window)
    assert click("severity") == ("severity", "descending")
    assert shown(window) != newest
    assert click("severity") == ("", None)
    assert click("date") == ("oldest", "ascending")
    assert shown(window)[0] == newest[-1]
    assert click("date") == ("", "descending")
    assert shown(window) == newest
    assert click("project") == ("project", "ascending")
    window.wait_for("location.search === '?sort=project'")


LONG_LIST = """(async () => {
  const list = document.querySelector(".adv-index").cloneNode(true);
  document.querySelector(".adv-index").remove();
  document.querySelector(".md-content__inner").append(list);
  const body = list.querySelector("tbody");
  const some = [...body.rows];
  for (let n = 1; n < 20; n += 1) body.append(...some.map((row) => row.cloneNode(true)));
  list.querySelectorAll("th button").forEach((one) => one.replaceWith(...one.childNodes));
  const { filter } = await import(document.querySelector("script[type=module]").src
    .replace("advisories.js", "filter.js"));
  filter(list.querySelector(".adv-filter"));
  return body.rows.length;
})()"""


@needs_chromium
def test_a_long_list_comes_into_order_in_slices_and_the_last_order_wins(
    root: str, window: Tab
) -> None:
    window.open(root)
    assert window.value(LONG_LIST) == 1280
    choose(window, "sort", "oldest")
    choose(window, "sort", "severity")
    scores = "[...document.querySelectorAll('.adv-table tbody tr')].map(one => +one.dataset.score)"
    sorted_now = f"(all => all.every((one, at) => !at || all[at - 1] >= one))({scores})"
    window.wait_for(sorted_now)
    choose(window, "sort", "")
    dates = "[...document.querySelectorAll('.adv-table tbody time')].map(one => one.dateTime)"
    window.wait_for(f"(all => all.every((one, at) => !at || all[at - 1] >= one))({dates})")


@needs_chromium
def test_the_address_holds_the_state_and_brings_it_back(root: str, window: Tab) -> None:
    window.open(f"{root}?kept=1#advisories")
    choose(window, "text", "heap")
    choose(window, "project", "Wasmtime")
    tick(window, "medium")
    tick(window, "low")
    choose(window, "sort", "severity")
    state = "?kept=1&text=heap&project=Wasmtime&severity=medium,low&sort=severity#advisories"
    window.wait_for(f"location.search + location.hash === '{state}'")
    before = shown(window)
    window.open(root)
    window.open(root + state)
    assert shown(window) == before
    window.value("document.querySelector('.adv-filter [type=reset]').click()")
    window.wait_for("location.search === '?kept=1'")


@needs_chromium
def test_a_row_on_a_phone_says_first_how_severe_then_what_then_where(
    root: str, window: Tab
) -> None:
    resize(window, 390)
    window.open(root)
    tops = window.value(
        "['severity', 'title', 'project'].map(one => document"
        ".querySelector(`.adv-table tbody .adv-table__${one}`).getBoundingClientRect().top)"
    )
    resize(window, 1280)
    assert tops == sorted(set(tops))


@needs_chromium
def test_a_state_that_does_not_exist_is_passed_over(root: str, window: Tab) -> None:
    window.open(f"{root}?project=nobody&year=%3Cb%3E&sort=constructor&severity=,x")
    assert len(shown(window)) == 64


FOLLOWED = [
    # project, severities, feed, what the link says
    ("", [], "feed.xml", "Follow all by Atom feed"),
    ("Lucet", [], "feeds/project/lucet.xml", "Follow Lucet by Atom feed"),
    ("Lucet", ["low"], "feeds/project/lucet.xml", "Follow Lucet by Atom feed"),
    ("", ["critical"], "feeds/severity/critical.xml", "Follow critical by Atom feed"),
    ("", ["critical", "high"], "feeds/severity/high.xml", "Follow high or above by Atom feed"),
    ("", ["medium"], "feeds/severity/medium.xml", "Follow medium or above by Atom feed"),
    ("", ["critical", "low"], "feed.xml", "Follow all by Atom feed"),
]


@needs_chromium
@pytest.mark.parametrize("case", FOLLOWED)
def test_follow_leads_to_the_narrowest_feed_that_has_everything_shown(
    site: Path, root: str, window: Tab, case: tuple[str, list[str], str, str]
) -> None:
    project, severities, feed, label = case
    window.open(root)
    choose(window, "project", project)
    for word in severities:
        tick(window, word)
    assert window.value(f"{FOLLOW}.href") == root + feed
    assert window.value(f"{FOLLOW}.textContent") == label
    text = (site / feed).read_text(encoding="utf-8")
    assert all(one in text for one in shown(window))


@needs_chromium
def test_without_scripts_the_list_is_whole_and_offers_no_dead_control(
    root: str, window: Tab
) -> None:
    window.call("Emulation.setScriptExecutionDisabled", value=True)
    try:
        window.call("Page.navigate", url=root)
        window.wait_for(
            "document.readyState === 'complete' && document.querySelector('.adv-table')"
        )
        assert len(shown(window)) == 64
        assert not window.value("document.querySelector('.adv-filter').checkVisibility()")
        assert window.value(f"{FOLLOW}.href") == f"{root}feed.xml"
    finally:
        window.call("Emulation.setScriptExecutionDisabled", value=False)


@needs_chromium
def test_the_filter_is_worked_by_the_keyboard_alone(root: str, window: Tab) -> None:
    window.open(root)
    window.value("document.querySelector('#adv-text').focus()")
    reached = []
    for _ in range(6):
        press(window, "Tab")
        reached.append(window.value("document.activeElement.name + document.activeElement.value"))
    assert reached[:5] == ["project", "year", "sort", "severitycritical", "severityhigh"]
    press(window, " ")
    window.wait_for("location.search === '?severity=medium'")


def press(window: Tab, key: str) -> None:
    code, text = (32, " ") if key == " " else (9, "")
    for kind in ("keyDown", "keyUp"):
        window.call(
            "Input.dispatchKeyEvent", type=kind, key=key, text=text, windowsVirtualKeyCode=code
        )


@needs_chromium
@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_is_wider_than_the_window_and_every_control_has_a_name(
    root: str, window: Tab, width: int
) -> None:
    resize(window, width)
    window.open(root)
    assert window.value("document.documentElement.scrollWidth <= innerWidth")
    stacked = window.value("getComputedStyle(document.querySelector('.adv-table tr')).display")
    assert (stacked == "flex") == (width == 390)
    nameless = (
        "[...document.querySelectorAll('.adv-filter :is(input, select, button)')].filter(one =>"
        " !(one.labels?.[0]?.textContent || one.textContent).trim()).length"
    )
    assert window.value(nameless) == 0
    resize(window, 1280)


@needs_chromium
def test_the_page_does_not_move_while_it_loads(root: str, window: Tab) -> None:
    window.open(root)
    moved = (
        "new Promise(done => { let sum = 0; new PerformanceObserver(list => {"
        " for (const one of list.getEntries()) sum += one.value })"
        ".observe({type: 'layout-shift', buffered: true}); setTimeout(() => done(sum), 300) })"
    )
    assert window.value(moved) == 0


def test_the_search_dialog_of_every_page_has_a_name(site: Path) -> None:
    for file in site.rglob("*.html"):
        page = html.fromstring(file.read_text(encoding="utf-8"))
        assert page.xpath("//*[@role='dialog']/@aria-label") == ["Search"], file


@pytest.mark.parametrize("language", languages())
def test_our_style_and_scripts_are_small_together(language: str) -> None:
    served = [gzip.compress(content) for _, content in assets(language)]
    assert sum(map(len, served)) <= 16 * 1024


def test_a_list_of_nothing_has_no_filter(checkout: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_MKDOCS_2_WARNING", "1")
    folder = checkout.path.parent
    build(load_config(str(folder / "mkdocs.yml"), site_dir=str(folder / "site")))
    page = html.fromstring((folder / "site" / "index.html").read_text(encoding="utf-8"))
    assert not page.xpath("//form[@data-adv-filter]")


LINED = """
      corrections: https://lantern.example/new?title={id}
      projects:
        - name: Lantern
          packages: [crates.io/lantern]
          maintained:
            releases:
              - {line: "1.0", released: 2025-01-01, until: 2025-06-01}
              - {line: "1.1", released: 2025-06-01}
              - {line: "1.2", released: 2026-01-01}
              - {line: "1.3", released: 2026-04-01}
"""
MORE = """\
affected:
  - package: {ecosystem: crates.io, name: lantern}
    ranges:
      - type: SEMVER
        events:
          - {introduced: 1.0.3}
          - {fixed: 1.1.4}
          - {introduced: 1.2.0}
          - {fixed: 1.2.3}
aliases: [CVE-2026-1234]
"""
TITLE = "Lantern & co: 1 < 2"


@pytest.fixture(scope="module")
def lantern(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site with one advisory about a package whose lines are known."""
    root = tmp_path_factory.mktemp("lantern")
    (root / "docs").mkdir()
    (root / "docs" / "index.md").write_text("# Advisories\n", encoding="utf-8")
    (root / "mkdocs.yml").write_text(MKDOCS_YML + LINED.removeprefix("\n"), encoding="utf-8")
    (root / "advisories").mkdir()
    front = f'id: LAN-2026-0001\nsummary: "{TITLE}"\nembargo: 2026-05-01T12:00:00Z\n{MORE}'
    text = f"---\n{front}---\n{BODY}"
    (root / "advisories" / "LAN-2026-0001.md").write_text(text, encoding="utf-8")
    build(load_config(str(root / "mkdocs.yml"), site_dir=str(root / "site")))
    return root / "site"


@pytest.fixture
def lantern_root(lantern: Path) -> Iterator[str]:
    server = LocalServer(lantern)
    Thread(target=server.serve_forever, daemon=True).start()
    yield server.url
    server.shutdown()
    server.server_close()


def page_of(site: Path) -> html.HtmlElement:
    file = site / "advisories" / "LAN-2026-0001" / "index.html"
    return html.fromstring(file.read_text(encoding="utf-8"))


def text_of(elements: object) -> list[str]:
    assert isinstance(elements, list)
    return [" ".join(" ".join(one.itertext()).split()) for one in elements]


def test_a_page_tells_every_release_line_what_to_do(lantern: Path) -> None:
    assert text_of(page_of(lantern).xpath("//table[contains(@class, 'lines')]//tr")) == [
        "Release line Affected Fixed in",
        "1.3 Not affected Nothing to do",
        "1.2 < 1.2.3 1.2.3",
        "1.1 < 1.1.4 1.1.4",
        "1.0 >= 1.0.3 End of life, no fix : move to 1.1.4",
        "Before 1.0.3 Not affected Nothing to do",
    ]


def test_a_page_has_the_commands_and_the_way_to_correct_it(lantern: Path) -> None:
    page = page_of(lantern)
    assert text_of(page.xpath("//*[@class='adv-command']/code")) == [
        "cargo update -p lantern --precise 1.1.4",
        "cargo update -p lantern --precise 1.2.3",
    ]
    assert page.xpath("//a[text()='Suggest a correction']/@href") == [
        "https://lantern.example/new?title=LAN-2026-0001"
    ]


def test_a_page_describes_itself_to_programs(lantern: Path) -> None:
    page = page_of(lantern)
    found = page.xpath("//script[@type='application/ld+json']/text()")
    assert isinstance(found, list)
    (text,) = found
    stated = json.loads(str(text))
    assert stated["headline"] == f"LAN-2026-0001: {TITLE}"
    assert stated["identifier"] == ["LAN-2026-0001", "CVE-2026-1234"]
    assert stated["datePublished"] == "2026-05-01T12:00:00Z"
    assert page.xpath("//meta[@property='og:title']/@content") == [f"LAN-2026-0001: {TITLE}"]
    assert page.xpath("//meta[@property='og:url']/@content") == [
        "https://security.lantern.example/advisories/LAN-2026-0001/"
    ]


def test_no_text_of_an_advisory_ends_the_element_that_describes_it(
    folder: Folder, policy: Policy
) -> None:
    folder.write()
    (disclosed,) = disclose(folder.read().advisories, now=NOW).advisories
    hostile = "</script><script>ran(1)</script><!--"
    made = metadata(disclosed, policy=policy, title=hostile, description='"><b>')
    assert made.linked_data.count("<") == 2
    assert made.social.count("<") == made.social.count("<meta ")
    text = made.linked_data.partition(">")[2].removesuffix("</script>\n")
    assert json.loads(text)["headline"] == hostile


@needs_chromium
def test_a_command_is_copied_as_it_stands(lantern_root: str, window: Tab) -> None:
    window.open(f"{lantern_root}advisories/LAN-2026-0001/")
    window.value(
        "navigator.clipboard.writeText = async text => { globalThis.copied = text };"
        " document.querySelector('[data-adv-copy]').click()"
    )
    window.wait_for("document.querySelector('[data-adv-copy]').innerText.startsWith('Copied')")
    assert window.value("copied") == "cargo update -p lantern --precise 1.1.4"


@needs_chromium
def test_on_paper_there_are_no_controls(lantern_root: str, window: Tab) -> None:
    window.call("Emulation.setEmulatedMedia", media="print")
    window.open(f"{lantern_root}advisories/LAN-2026-0001/")
    controls = "[...document.querySelectorAll('.adv :is(button, input, textarea)')]"
    assert window.value(f"{controls}.length")
    assert not window.value(f"{controls}.some(one => one.checkVisibility())")
    window.call("Emulation.setEmulatedMedia", media="")


def test_code_is_escaped_whatever_markup_has_the_same_letters() -> None:
    assert _code(Markup("<b>")) == "<code><b></code>"
    assert _code("<b>") == "<code>&lt;b&gt;</code>"
    assert _code(Markup("<b>")) == "<code><b></code>"
