"""What a page costs a reader: bytes until it is shown, movement, calls to other hosts."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

import browser
from browser import Tab
from conftest import PROJECT
from mkdocs_advisories.mkdocs.assets import slim_style
from site_gallery import PLAIN, addresses, build_gallery
from site_server import served

needs_chromium = pytest.mark.skipif(not browser.CHROMIUM, reason="needs Chromium")
MOST = 80 * 1024
STILL = 0.0005
"""What is shown as 0.00."""
LOADS = 4
"""A busy machine pauses within a page that it reads, and what is there moves when the rest comes.
What moves by the page's own fault does so each time."""

LOADED = """["navigation", "resource"].flatMap(kind => performance.getEntriesByType(kind))
  .map(one => [one.name, one.transferSize])"""
MOVED = """new Promise(done => {
  let sum = 0;
  const add = list => { for (const one of list) sum += one.value };
  const observer = new PerformanceObserver(list => add(list.getEntries()));
  observer.observe({type: "layout-shift", buffered: true});
  setTimeout(() => { add(observer.takeRecords()); done(sum) }, 100);
})"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NO_MKDOCS_2_WARNING", "1")
        return build_gallery(tmp_path_factory.mktemp("gallery"))


@pytest.fixture(scope="module")
def root(site: Path) -> Iterator[str]:
    with served(site) as url:
        yield url


@pytest.fixture(scope="module")
def window(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tab]:
    with browser.tab(tmp_path_factory.mktemp("profile")) as it:
        it.call("Network.enable")
        it.call("Network.setCacheDisabled", cacheDisabled=True)
        yield it
        assert it.complaints == []


def resize(window: Tab, width: int) -> None:
    window.call(
        "Emulation.setDeviceMetricsOverride",
        width=width,
        height=900,
        deviceScaleFactor=1,
        mobile=width < 500,
    )


@needs_chromium
@pytest.mark.parametrize("width", [390, 1280])
def test_every_page_is_light_still_and_calls_no_other_host(
    site: Path, root: str, window: Tab, width: int
) -> None:
    """A first view, compressed by gzip as most hosts do. Icons of browsers are not counted."""
    resize(window, width)
    for uri in addresses(site):
        window.open(root + uri)
        loaded: list[list[Any]] = window.value(LOADED)
        assert {urlsplit(name).netloc for name, _ in loaded} == {urlsplit(root).netloc}, uri
        assert len(loaded) > 5, uri
        assert sum(size for _, size in loaded) <= MOST, (uri, loaded)
        moved = [window.value(MOVED)]
        while moved[-1] >= STILL and len(moved) < LOADS:
            window.open(root + uri)
            moved.append(window.value(MOVED))
        assert min(moved) < STILL, (uri, moved)
        assert not any(name.endswith("sitemap.xml") for name, _ in loaded)
    assert window.value("getComputedStyle(document.documentElement).scrollbarGutter") == "stable"


@needs_chromium
def test_a_page_would_be_seen_to_move(root: str, window: Tab) -> None:
    window.open(root + PLAIN)
    window.value(
        "document.querySelector('.adv').prepend(Object.assign(document.createElement('p'),"
        " {textContent: 'x'.repeat(2000)})); new Promise(done => setTimeout(done, 200))"
    )
    assert window.value(MOVED) > STILL


@needs_chromium
def test_the_index_of_the_search_comes_when_somebody_searches(root: str, window: Tab) -> None:
    window.open(root + PLAIN)
    asked = f"{LOADED}.some(one => one[0].endsWith('search_index.json'))"
    assert not window.value(asked)
    window.value("document.querySelector('[data-md-toggle=search]').click()")
    window.wait_for(asked)
    for address in (f"{root}?q=lantern", f"{root}{PLAIN}?h=lantern"):
        window.open(address)
        window.wait_for(asked)
    window.wait_for("document.querySelector('.adv mark')")


def test_a_style_keeps_its_meaning() -> None:
    style = (
        "/* one */\na b,\n.c > d { color: red; margin: 0 1px; }\n"
        "@media (x: y) {\n  .e :is(f, g) { h: i }\n}\n"
    )
    slim = "a b,\n.c > d{color:red;margin:0 1px;}@media (x:y){.e :is(f,g){h:i}}\n"
    assert slim_style(style) == slim
    source = (PROJECT / "plugins/mkdocs_advisories/mkdocs/theme/advisories.css").read_text("utf-8")
    texts = re.findall(r'"[^"\n]*"', re.sub(r"/\*.*?\*/", "", source, flags=re.DOTALL))
    assert texts
    assert not [one for one in texts if slim_style(one) != f"{one}\n"]
