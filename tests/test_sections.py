"""Pages are parted into sections for search just as Material's own parser does it."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from material.plugins.search.plugin import Parser, SearchIndex

from conftest import NOW, PROJECT
from mkdocs_advisories.embargo import disclose
from mkdocs_advisories.mkdocs.searching import Searching
from mkdocs_advisories.mkdocs.sections import is_known, sections_of
from mkdocs_advisories.policy import Policy
from mkdocs_advisories.render.page import Page
from mkdocs_advisories.site import build_site
from mkdocs_advisories.source.catalog import read_catalog

NAMES = ("p", "pre", "code", "h1", "h2", "h3", "li", "ul", "div", "span", "a", "br", "sup", "td")
ATTRIBUTES = (
    *("", "", "", ' id="a"', ' id="b&amp;c"', ' class="linenodiv"', " data-search-exclude"),
    *(' class="x > y"', ' title="data-search-exclude"', ' id="z" class="linenodiv"'),
)
tags = st.one_of(
    st.builds(
        lambda name, written: f"<{name}{written}>", *map(st.sampled_from, (NAMES, ATTRIBUTES))
    ),
    st.sampled_from(NAMES).map("</{}>".format),
)
texts = st.sampled_from(("word", " ", "\n", " \n ", "a\nb", "&amp;lt;", "&#x3c;b>", "é", "&nbsp;"))
pages = st.lists(st.one_of(tags, tags, texts), max_size=40).map("".join)


def ours(html: str) -> list[tuple[object, ...]] | str:
    try:
        sections = sections_of(html)
    except ValueError:
        return "fails"
    assert sections is not None
    return [(one.id, one.title, one.text, one.is_excluded) for one in sections]


def materials(html: str) -> list[tuple[object, ...]] | str:
    parser = Parser()
    try:
        parser.feed(html)
        parser.close()
    except ValueError:
        return "fails"
    return [(one.id, one.title, one.text, one.is_excluded()) for one in parser.data]


@pytest.fixture
def real_pages(policy: Policy) -> list[Page]:
    """Give the pages of real advisories, and those about many of them."""
    policy = replace(policy, id_pattern="GHSA-.*")
    found = read_catalog(PROJECT / "advisories", prefix="advisories", policy=policy)
    site = build_site(disclose(found.advisories, now=NOW), policy=policy, index_uri="")
    return [one for one in site.contents.values() if isinstance(one, Page)]


def test_real_pages_are_parted_as_material_does(real_pages: list[Page]) -> None:
    assert len(real_pages) >= 64
    for page in real_pages:
        assert ours(page.html) == materials(page.html), page.uri


def test_entries_are_the_same_from_a_parser_that_is_not_known(
    real_pages: list[Page], monkeypatch: pytest.MonkeyPatch
) -> None:
    searching = Searching(kind=SearchIndex, settings={})
    known = [searching.entries(one) for one in real_pages]
    monkeypatch.setattr("mkdocs_advisories.mkdocs.searching.is_known", lambda _: False)
    assert [searching.entries(one) for one in real_pages] == known


def test_the_parser_of_the_material_that_is_installed_is_the_one_that_is_known() -> None:
    assert is_known(SearchIndex)


@given(pages)
def test_any_page_of_plain_html_is_parted_as_material_does(html: str) -> None:
    assert ours(html) == materials(html)


@pytest.mark.parametrize(
    "html",
    [
        '<h2 id="a">A <a class="x" href="#a">b</a></h2><p>c</p>',
        '<div><h2 id="a">A</h2><p>b</p></div><p>after</p>',
        '<p>before</p><h1 id="t">T</h1><p></p><ul>\n<li> </li></ul>',
        "<pre><code>  a\n\n  b &lt;c&gt;\n</code></pre>",
        '<div data-search-exclude><div>no</div>yes</div><p id="h2">x</p>',
        '<p>a</p><textarea rows="1">b &lt;c&gt;</textarea><p>d</p>',
        "text at the end &am",
        "",
    ],
)
def test_a_page_is_parted_as_material_does(html: str) -> None:
    assert ours(html) == materials(html)


@pytest.mark.parametrize(
    "html",
    [
        *("<!-- a -->", "<P>a</P>", "<br/>", "a < b", "<p class=a>", "<p\tid='a'>", "</p >"),
        *("<script>1</script>", "<style>p</style>", "<textarea><b>", "<title>", "<p", "<?php ?>"),
        '<h2 id="a">A<a class="headerlink" href="#a">¶</a></h2>',
    ],
)
def test_what_is_not_plain_is_left_to_material(html: str) -> None:
    assert sections_of(html) is None
