"""Every page of a site that has each kind of them can be read and worked by everybody.

axe-core judges what a program can (WCAG 2.0 to 2.2, A and AA, and best practice); real keys,
enlarged pages and forced colours show the rest.
"""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

import browser
from browser import Tab
from conftest import PROJECT
from site_gallery import EXPLOITED, PLAIN, THREE_PACKAGES, addresses, build_gallery
from site_server import served

TOOLS = PROJECT / "tests" / "page-tools" / "node_modules"
AXE = TOOLS / "axe-core" / "axe.min.js"
VNU = TOOLS / "vnu-jar" / "build" / "dist" / "vnu.jar"
needs_chromium = pytest.mark.skipif(not browser.CHROMIUM, reason="needs Chromium")
needs_axe = pytest.mark.skipif(
    not AXE.is_file(), reason="needs npm ci --ignore-scripts --prefix tests/page-tools"
)
needs_vnu = pytest.mark.skipif(
    not VNU.is_file() or shutil.which("java") is None,
    reason="needs Java, and npm ci --ignore-scripts --prefix tests/page-tools",
)

RUN_AXE = """axe.run(document, {
  runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
  resultTypes: ["violations"],
}).then(({violations}) => violations.flatMap(one =>
  one.nodes.map(node => `${one.id}: ${node.target} ${node.html.slice(0, 200)}`)))"""


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
        yield it
        assert it.complaints == []


@pytest.fixture(autouse=True)
def _plain(request: pytest.FixtureRequest) -> Iterator[None]:
    """Let no test leave its window to the next."""
    yield
    if "window" in request.fixturenames:
        window = request.getfixturevalue("window")
        window.call("Emulation.setEmulatedMedia", features=[])
        window.call("Emulation.clearDeviceMetricsOverride")


def resize(window: Tab, width: int, *, height: int = 900) -> None:
    window.call(
        "Emulation.setDeviceMetricsOverride",
        width=width,
        height=height,
        deviceScaleFactor=1,
        mobile=width < 500,
    )


def prefer(window: Tab, **features: str) -> None:
    """Say what the reader prefers, such as `color_scheme="dark"`."""
    wanted = [
        {"name": "prefers-" + name.replace("_", "-"), "value": value}
        for name, value in features.items()
    ]
    window.call("Emulation.setEmulatedMedia", features=wanted)


@needs_axe
@needs_chromium
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_nothing_on_any_page(
    site: Path, root: str, window: Tab, width: int, scheme: str
) -> None:
    axe = AXE.read_text(encoding="utf-8")
    resize(window, width)
    prefer(window, color_scheme=scheme)
    window.open("about:blank")  # Material keeps the scheme of the page before
    window.call("Storage.clearDataForOrigin", origin=root, storageTypes="local_storage")
    found = {}
    for uri in addresses(site):
        window.open(root + uri)
        assert window.value("getComputedStyle(document.body).colorScheme") == scheme
        window.value(f"{axe};1")
        if violations := window.value(RUN_AXE):
            found[uri] = violations
    assert found == {}


@needs_axe
@needs_chromium
def test_axe_would_find_something(root: str, window: Tab) -> None:
    resize(window, 1280)
    window.open(root)
    window.value(f"{AXE.read_text(encoding='utf-8')};1")
    window.value("document.querySelector('#adv-text').labels[0].remove()")
    window.value("document.querySelector('#adv-text').placeholder = ''")
    assert any(one.startswith("label: #adv-text") for one in window.value(RUN_AXE))


KEYS = {"Tab": 9, "Enter": 13, " ": 32, "ArrowDown": 40}
FOCUSED = "document.activeElement"
RING = f"""(style => style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1
  || style.boxShadow !== "none")(getComputedStyle({FOCUSED}.closest(".adv-chip") ?? {FOCUSED}))"""


def press(window: Tab, key: str, *, shift: bool = False) -> None:
    """Press a key as a keyboard does."""
    text = {"Enter": "\r", " ": " "}.get(key, "")
    for kind in ("keyDown", "keyUp"):
        window.call(
            "Input.dispatchKeyEvent",
            type=kind,
            key=key,
            code=key,
            text=text,
            windowsVirtualKeyCode=KEYS[key],
            modifiers=8 if shift else 0,
        )


def tab_to(window: Tab, selector: str) -> int:
    """Press Tab until an element has the focus, which is seen at every stop; gives the stops."""
    for stops in range(1, 60):
        press(window, "Tab")
        within = f"{FOCUSED}.closest('.adv, .adv-index')"
        if window.value(f"Boolean({within})"):
            assert window.value(RING), window.value(f"{FOCUSED}.outerHTML")
        if window.value(f"{FOCUSED}.matches({selector!r})"):
            return stops
    raise AssertionError(selector)


@needs_chromium
def test_check_and_filter_are_worked_by_keys_alone(root: str, window: Tab) -> None:
    resize(window, 1280)
    window.open(root)
    press(window, "Tab")
    assert window.value(f"{FOCUSED}.matches('.md-skip')"), "the first stop skips the navigation"
    press(window, "Enter")
    assert tab_to(window, "#adv-version") <= 8
    window.call("Input.insertText", text="lantern==1.2.1")
    press(window, "Enter")
    window.wait_for("document.querySelector('.adv-check output').textContent")
    said = window.value("document.querySelector('.adv-check output').innerText")
    assert said.startswith("Affected.")
    assert tab_to(window, ".adv-check output a") <= 3
    tab_to(window, "#adv-text")
    window.call("Input.insertText", text="lamp")
    tab_to(window, "[name=severity][value=low]")
    press(window, " ")
    window.wait_for("location.search === '?text=lamp&severity=low'")
    shown = (
        "[...document.querySelectorAll('.adv-table tbody tr')].filter(one => one.checkVisibility())"
    )
    count = window.value(f"{shown}.length")
    assert count > 0
    tab_to(window, ".adv-clear")
    press(window, "Enter")
    window.wait_for(f"location.search === '' && {shown}.length > {count}")
    assert window.value(f"{FOCUSED}.id") == "adv-text", "whoever clears goes on in the search"


@needs_chromium
def test_an_advisory_is_worked_by_keys_alone(root: str, window: Tab) -> None:
    resize(window, 1280)
    window.open(root + PLAIN)
    for selector in (".adv-crumbs a", "[data-adv-copy]", "#adv-version", ".adv-facts a"):
        tab_to(window, selector)


@needs_chromium
@pytest.mark.parametrize("width", [320, 640])
def test_enlarged_pages_need_no_scrolling_to_the_side(
    site: Path, root: str, window: Tab, width: int
) -> None:
    """At 200 % a window of 1280 pixels has 640 of CSS left, at 400 % it has 320 (WCAG 1.4.10)."""
    resize(window, width)
    wide = {}
    for uri in addresses(site):
        window.open(root + uri)
        if (over := window.value("document.documentElement.scrollWidth - innerWidth")) > 0:
            wide[uri] = over
    assert wide == {}


@needs_chromium
def test_nothing_of_ours_moves(site: Path, root: str, window: Tab) -> None:
    """Nor does anything by Material for who asks for less of it, but for what takes no time."""
    prefer(window, reduced_motion="reduce")
    resize(window, 1280)
    own = ".adv, .adv *, .adv-index, .adv-index *"
    for uri in addresses(site):
        window.open(root + uri)
        moving = window.value(
            f"[...document.querySelectorAll({own!r})].filter(one => (style =>"
            " style.animationName !== 'none' || parseFloat(style.transitionDuration) > .01)"
            "(getComputedStyle(one))).map(one => one.outerHTML.slice(0, 100))"
        )
        assert moving == [], uri


@needs_chromium
def test_forced_colours_leave_edges_and_words(root: str, window: Tab) -> None:
    window.call(
        "Emulation.setEmulatedMedia", features=[{"name": "forced-colors", "value": "active"}]
    )
    resize(window, 1280)
    window.open(root)
    for selector in (".adv-severity", ".adv-chip", "#adv-text", "#adv-version", ".adv-follow"):
        edge = f"getComputedStyle(document.querySelector({selector!r})).borderTopWidth"
        assert window.value(edge) != "0px", selector
    window.open(root + EXPLOITED)
    colour = "getComputedStyle(document.querySelector('.adv-banner')).borderLeftColor"
    assert window.value(colour) == window.value("getComputedStyle(document.body).color")


@needs_chromium
@pytest.mark.parametrize("uri", [PLAIN, THREE_PACKAGES, ""])
def test_a_screen_reader_hears_a_name_for_everything_that_works(
    root: str, window: Tab, uri: str
) -> None:
    resize(window, 1280)
    window.open(root + uri)
    spoken = window.call("Accessibility.getFullAXTree")["nodes"]
    working = {"button", "link", "textbox", "searchbox", "combobox", "checkbox", "table"}
    names = [
        (one["role"]["value"], one.get("name", {}).get("value", ""))
        for one in spoken
        if not one["ignored"] and one["role"]["value"] in working
    ]
    assert [role for role, name in names if not name.strip()] == []
    copies = [name for _, name in names if name.startswith("Copy ")]
    assert len(set(copies)) == len(copies), "each of them says what it copies"
    assert copies or not uri


OF_THE_THEME = {
    # What the validator says, and where; why it stays.
    ("Attribute “autocomplete” is only allowed", 'class="md-toggle"'): "Material's switches",
    ("Attribute “autocomplete” is only allowed", 'class="md-option"'): "Material's schemes",
    ("The value of the “for” attribute of the “label”", 'for="__toc"'): "Material's hidden column",
    ("violates Content Security Policy", ""): "the validator does not know where files are served",
}


@needs_vnu
def test_the_validator_of_html_finds_nothing_of_ours(site: Path) -> None:
    command = ["java", "-Xss8m", "-jar", str(VNU), "--format", "json", "--exit-zero-always"]
    done = subprocess.run(
        [*command, "--skip-non-html", str(site)], capture_output=True, text=True, check=True
    )
    messages = json.loads(done.stderr)["messages"]
    assert any("md-toggle" in one.get("extract", "") for one in messages), "it has read the pages"
    ours = [
        (one["url"].rpartition("/site/")[2], one["message"], one.get("extract", ""))
        for one in messages
        if not any(
            said in one["message"] and where in one.get("extract", "")
            for said, where in OF_THE_THEME
        )
    ]
    assert ours == []


@needs_chromium
@pytest.mark.parametrize("width", [390, 1280])
def test_a_feed_in_a_browser_is_written_as_large_as_a_page(
    root: str, window: Tab, width: int
) -> None:
    """Phones lay XML out as wide as a desk, then shrink it."""
    resize(window, width)
    window.open(f"{root}feed.xml")
    size = "parseFloat(getComputedStyle(document.querySelector('entry > summary')).fontSize)"
    assert window.value(f"{size} * visualViewport.scale") >= 15
    assert window.value("document.documentElement.scrollWidth <= innerWidth")
    window.complaints.clear()  # this site has no icon where browsers look for one
