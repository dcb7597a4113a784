"""The site looks as its configuration says, and stays readable."""

from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
from lxml import html
from mkdocs.commands.build import build
from mkdocs.config import load_config

import browser
from browser import Tab
from conftest import MKDOCS_YML, Folder
from mkdocs_advisories.disclosure.local_server import LocalServer

needs_chromium = pytest.mark.skipif(not browser.CHROMIUM, reason="needs Chromium")

THEMED = """\
theme:
  name: material
  font: false
  logo: brand/logo.svg
  favicon: brand/logo.svg
  custom_dir: overrides
  palette:
    - {scheme: default, primary: teal, accent: amber}
extra_css: [brand/colours.css]
copyright: Lantern Works, <a href="https://lantern.example/imprint">imprint</a>
extra:
  generator: false
  social:
    - {icon: fontawesome/brands/mastodon, link: "https://social.example/@lantern"}
"""
COLOURS = """\
:is(.adv, .adv-index) { --adv-critical: light-dark(rgb(120, 0, 60), rgb(255, 170, 200)); }
"""
OVERRIDE = """\
{% extends "base.html" %}
{% block announce %}<p id="own">From the override.</p>{% endblock %}
"""
LOGO = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9v9z"/></svg>\n'
CRITICAL = """severity:
  - {type: CVSS_V3, score: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}
"""
PRIMARY = """red pink purple deep-purple indigo blue light-blue cyan teal green light-green lime
    yellow amber orange deep-orange brown grey blue-grey black white custom""".split()
CONTRAST = """
(selectors => {
  const context = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  const drawn = (...colours) => {
    for (const one of colours) { context.fillStyle = one; context.fillRect(0, 0, 1, 1); }
    const linear = one => one <= .04045 ? one / 12.92 : ((one + .055) / 1.055) ** 2.4;
    const [r, g, b] = [...context.getImageData(0, 0, 1, 1).data].map(one => linear(one / 255));
    return .2126 * r + .7152 * g + .0722 * b;
  };
  const grounds = element => element
    ? [...grounds(element.parentElement), getComputedStyle(element).backgroundColor] : ["#fff"];
  return Object.fromEntries(selectors.map(selector => {
    const element = document.querySelector(selector);
    const under = grounds(element);
    const [one, other] = [drawn(...under), drawn(...under, getComputedStyle(element).color)];
    return [selector, (Math.max(one, other) + .05) / (Math.min(one, other) + .05)];
  }));
})
"""


@pytest.fixture
def themed(checkout: Folder) -> Path:
    """A site with another palette, logo, links, footer, style sheet and template."""
    root = checkout.path.parent
    plain = "theme: {name: material, font: false}\n"
    assert plain in MKDOCS_YML
    (root / "mkdocs.yml").write_text(MKDOCS_YML.replace(plain, THEMED), encoding="utf-8")
    for name, text in {
        "overrides/main.html": OVERRIDE,
        "docs/brand/logo.svg": LOGO,
        "docs/brand/colours.css": COLOURS,
    }.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    checkout.write(more=CRITICAL)
    site = root / "site"
    build(load_config(str(root / "mkdocs.yml"), site_dir=str(site)))
    return site


@pytest.fixture
def window(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tab]:
    """A tab."""
    with browser.tab(tmp_path_factory.mktemp("profile")) as it:
        yield it


@pytest.fixture
def root(themed: Path) -> Iterator[str]:
    """The address under which the site is served."""
    server = LocalServer(themed)
    Thread(target=server.serve_forever, daemon=True).start()
    yield server.url
    server.shutdown()
    server.server_close()


def test_logo_footer_links_and_templates_of_a_site_are_on_the_pages_of_advisories(
    themed: Path,
) -> None:
    page = html.parse(themed / "advisories" / "LAN-2026-0001" / "index.html")
    assert page.xpath("//p[@id='own']/text()") == ["From the override."]
    assert set(page.xpath("//a[contains(@class, 'md-logo')]/img/@src")) == {"../../brand/logo.svg"}
    assert page.xpath("//footer//a[contains(@href, '/imprint')]/text()") == ["imprint"]
    assert page.xpath("//footer//a/@href[contains(., 'social.example')]")
    sheets = [one.rpartition("/")[2] for one in page.xpath("//link[@rel='stylesheet']/@href")]
    assert sheets.index("advisories.css") < sheets.index("colours.css"), "the site's comes last"


@needs_chromium
def test_a_site_changes_our_colours_and_no_policy_is_broken(root: str, window: Tab) -> None:
    window.open(f"{root}advisories/LAN-2026-0001/")
    colour = "getComputedStyle(document.querySelector('.adv-severity--critical')).color"
    assert window.value(colour) == "rgb(120, 0, 60)"
    assert window.complaints == []


@needs_chromium
@pytest.mark.parametrize("scheme", ["default", "slate"])
def test_links_and_buttons_can_be_read_with_every_palette(
    root: str, window: Tab, scheme: str
) -> None:
    window.open(root)
    shown = [".adv-check .md-button", ".adv-table__title a", ".adv-follow", ".adv-note"]
    shown += ["#linked a", ".adv-severity", ".adv-chip"]
    window.value(
        "document.querySelector('.md-content .md-typeset').insertAdjacentHTML('afterbegin',"
        " '<p id=linked><a href=x>Link</a></p>')"
    )
    for primary in PRIMARY:
        window.value(
            f"Object.assign(document.body.dataset, {{mdColorScheme: {scheme!r},"
            f" mdColorPrimary: {primary!r}, mdColorAccent: {primary!r}}})"
        )
        window.value("Promise.all(document.getAnimations().map(one => one.finished))")
        found = window.value(f"{CONTRAST}({shown})")
        assert min(found.values()) >= 4.5, (primary, found)
