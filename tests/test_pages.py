"""What readers see and do on the pages, in a real browser."""

import gzip
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
from lxml import html
from mkdocs.commands.build import build
from mkdocs.config import load_config

import browser
from browser import Tab
from conftest import PROJECT, Folder
from mkdocs_advisories.disclosure.local_server import LocalServer
from mkdocs_advisories.mkdocs.frame import SCRIPTS, STYLE

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


def test_our_style_and_scripts_are_small_together(site: Path) -> None:
    own = [gzip.compress((site / uri).read_bytes()) for uri in (STYLE, *SCRIPTS)]
    assert sum(map(len, own)) <= 16 * 1024


def test_a_list_of_nothing_has_no_filter(checkout: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_MKDOCS_2_WARNING", "1")
    folder = checkout.path.parent
    build(load_config(str(folder / "mkdocs.yml"), site_dir=str(folder / "site")))
    page = html.fromstring((folder / "site" / "index.html").read_text(encoding="utf-8"))
    assert not page.xpath("//form[@data-adv-filter]")
