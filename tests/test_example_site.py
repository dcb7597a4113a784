"""The example site, as its readers find it: every advisory, every link, a feed without a fault."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

import feedparser
import pytest
from lxml import html
from mkdocs.commands.build import build
from mkdocs.config import load_config

from conftest import PROJECT

BASE = "https://security.bytecodealliance.example/"
IDS = sorted(file.stem for file in (PROJECT / "advisories").rglob("GHSA-*.md"))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    site_dir = tmp_path_factory.mktemp("site")
    build(load_config(str(PROJECT / "mkdocs.yml"), site_dir=str(site_dir), strict=True))
    return site_dir


def pages(site: Path) -> Iterator[tuple[str, html.HtmlElement]]:
    """Give every page by its address."""
    for file in site.rglob("*.html"):
        name = file.relative_to(site).as_posix().removesuffix("index.html")
        yield BASE + name, html.fromstring(file.read_text(encoding="utf-8"))


def test_every_advisory_has_a_page_a_row_an_entry_and_a_place_in_the_sitemap(site: Path) -> None:
    assert len(IDS) == 64
    home = (site / "index.html").read_text(encoding="utf-8")
    sitemap = (site / "sitemap.xml").read_text(encoding="utf-8")
    feed = feedparser.parse((site / "feed.xml").read_bytes())
    assert not feed.bozo
    assert dict(feed.feed.author_detail) == {
        "name": "Bytecode Alliance",
        "href": "https://bytecodealliance.org/",
        "email": "security@bytecodealliance.org",
    }
    assert sorted(entry.id.rpartition("/")[2] for entry in feed.entries) == IDS
    for name in IDS:
        assert (site / "advisories" / name / "index.html").is_file()
        assert f'href="advisories/{name}/"' in home
        assert f"<loc>{BASE}advisories/{name}/</loc>" in sitemap


def test_every_link_within_the_site_leads_somewhere(site: Path) -> None:
    known = dict(pages(site))
    dead = []
    for address, page in known.items():
        for _, _, link, _ in page.iterlinks():
            target, anchor = urldefrag(urljoin(address, link))
            if not target.startswith(BASE) or address.endswith("404.html"):
                continue
            file = site / unquote(urlsplit(target).path).lstrip("/")
            exists = (file / "index.html").is_file() if target.endswith("/") else file.is_file()
            aimed = known.get(target)
            if not exists or (
                anchor and aimed is not None and not aimed.xpath("//*[@id=$a]", a=anchor)
            ):
                dead.append((address, link))
    assert dead == []


def test_no_page_makes_a_readers_browser_call_another_host(site: Path) -> None:
    called = [
        (address, link)
        for address, page in pages(site)
        for element, attribute, link, _ in page.iterlinks()
        if element.tag in {"script", "img", "iframe", "source", "object", "embed"}
        or (element.tag == "link" and element.get("rel") in {"stylesheet", "preconnect", "icon"})
        if attribute and urlsplit(urljoin(address, link)).netloc != urlsplit(BASE).netloc
    ]
    assert called == []


def test_every_page_has_one_title_and_no_id_twice(site: Path) -> None:
    for address, page in pages(site):
        ids = page.xpath("//@id")
        assert isinstance(ids, list)
        if not address.endswith("404.html"):
            assert len(page.xpath("//h1")) == 1, address
        assert len(ids) == len(set(map(str, ids))), address


def test_every_page_of_an_advisory_says_what_to_do(site: Path) -> None:
    for name in IDS:
        text = (site / "advisories" / name / "index.html").read_text(encoding="utf-8")
        assert '<a href="https://github.com/bytecodealliance/' in text, name
        assert re.search(r"Upgrade\s+<strong>|No fixed version of\s+<strong>", text), name
        for heading in ("What to do", "Affected versions", "Impact", "Patches", "Workarounds"):
            assert re.search(rf"<h2[^>]*>{heading}", text), (name, heading)
