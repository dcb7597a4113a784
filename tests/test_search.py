"""Searching: by id, alias, package and weakness; an exact id leads straight to its advisory."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

import browser
from browser import Tab
from mkdocs_advisories.render.ids import IDS_URI
from site_gallery import EXPLOITED, PLAIN, THREE_PACKAGES, build_gallery
from site_server import served

pytestmark = pytest.mark.skipif(not browser.CHROMIUM, reason="needs Chromium")

HITS = """[...document.querySelectorAll(".md-search-result__item a")].map(one => one.href)"""


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
        size = {"width": 1280, "height": 900, "deviceScaleFactor": 1, "mobile": False}
        it.call("Emulation.setDeviceMetricsOverride", **size)
        yield it
        assert it.complaints == []


def type_into(window: Tab, selector: str, text: str) -> None:
    window.value(f"document.querySelector({selector!r}).focus()")
    window.call("Input.insertText", text=text)


def enter(window: Tab) -> None:
    for kind in ("keyDown", "keyUp"):
        window.call(
            "Input.dispatchKeyEvent", type=kind, key="Enter", text="\r", windowsVirtualKeyCode=13
        )


def search(window: Tab, text: str) -> None:
    """Type into the search of the header, as Material shows it at the press of a key."""
    for kind in ("keyDown", "keyUp"):
        window.call("Input.dispatchKeyEvent", type=kind, key="s", windowsVirtualKeyCode=83)
    window.wait_for("document.activeElement.matches('.md-search__input')")
    window.call("Input.insertText", text=text)


FOUND = {
    "LAN-2026-0001": PLAIN,
    "CVE-2026-1234": PLAIN,
    "RUSTSEC-2026-0007": PLAIN,
    "CWE-79": PLAIN,
    "lantern.example/lamp": THREE_PACKAGES,
}


@pytest.mark.parametrize("text", FOUND)
def test_the_search_of_every_page_finds_it(root: str, window: Tab, text: str) -> None:
    window.open(f"{root}policy/")
    search(window, text)
    window.wait_for(f"{HITS}.some(one => one.startsWith('{root}{FOUND[text]}'))")


EXACT = [
    ("LAN-2026-0004", EXPLOITED),
    (" lan-2026-0004 ", EXPLOITED),
    ("CVE-2026-1234", PLAIN),
    ("rustsec-2026-0007", PLAIN),
]


@pytest.mark.parametrize("case", EXACT)
@pytest.mark.parametrize("start", ["", "policy/", THREE_PACKAGES])
def test_an_exact_id_leads_straight_to_its_advisory(
    root: str, window: Tab, start: str, case: tuple[str, str]
) -> None:
    text, uri = case
    window.open(root + start)
    search(window, text)
    enter(window)
    window.wait_for(f"location.href === '{root}{uri}'")


@pytest.mark.parametrize("case", EXACT)
def test_an_exact_id_in_the_search_of_the_list_leads_there_too(
    root: str, window: Tab, case: tuple[str, str]
) -> None:
    text, uri = case
    window.open(root)
    type_into(window, "#adv-text", text)
    enter(window)
    window.wait_for(f"location.href === '{root}{uri}'")


@pytest.mark.parametrize("text", ["CVE-2026-123", "LAN-2026", "lamp", "CVE-2026-1234 x", "a-" * 60])
def test_what_is_no_id_here_stays_a_search(root: str, window: Tab, text: str) -> None:
    window.open(root)
    type_into(window, "#adv-text", text)
    enter(window)
    window.value("new Promise(done => setTimeout(done, 300))")
    assert window.value("location.pathname") == "/"


def test_an_id_that_is_not_there_opens_the_best_hit_as_material_does(
    root: str, window: Tab
) -> None:
    window.open(f"{root}policy/")
    search(window, "CVE-2026-12")
    window.wait_for(f"{HITS}.length")
    enter(window)
    window.wait_for(f"location.href.startsWith('{root}') && location.pathname !== '/policy/'")


def test_the_file_of_ids_has_every_advisory_once_and_nothing_else(site: Path) -> None:
    stated = json.loads((site / IDS_URI).read_bytes())
    assert set(stated) == {"folder", "ids"}
    pages = {one.parent.name for one in (site / stated["folder"]).glob("*/index.html")}
    assert set(stated["ids"]) == pages
    assert stated["ids"]["LAN-2026-0001"] == ["CVE-2026-1234", "RUSTSEC-2026-0007"]
