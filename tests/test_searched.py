"""What the search of the site finds: every word of new advisories, of all names and titles."""

import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html
from markupsafe import escape
from mkdocs.commands.build import build
from mkdocs.config import load_config
from mkdocs.exceptions import Abort

from conftest import MKDOCS_YML, Folder
from mkdocs_advisories.render.searched import paragraphs

MATERIAL = "{name: material, font: false}"

Built = Callable[..., dict[str, dict[str, str]]]


@pytest.fixture
def built(checkout: Folder, monkeypatch: pytest.MonkeyPatch) -> Built:
    """Build the site with some settings and a search; give what it finds by address."""
    monkeypatch.setenv("NO_MKDOCS_2_WARNING", "1")
    root = checkout.path.parent

    def make(more: str = "", *, theme: str = MATERIAL) -> dict[str, dict[str, str]]:
        text = MKDOCS_YML.replace(MATERIAL, theme) + more
        (root / "mkdocs.yml").write_text(text, encoding="utf-8")
        build(load_config(str(root / "mkdocs.yml"), site_dir=str(root / "site"), strict=True))
        index = json.loads((root / "site" / "search" / "search_index.json").read_bytes())
        return {one["location"]: one for one in index["docs"]}

    return make


def write_three(checkout: Folder) -> None:
    for number in (1, 2, 3):
        checkout.write(
            f"LAN-2026-000{number}",
            embargo=f"2026-0{number}-01T12:00:00Z",
            summary=f"Lantern {number} <goes> out",
            body=f"## Impact\n\nIt *glows* {number} &lt; 5.\n",
        )


def page(number: int) -> str:
    return f"advisories/LAN-2026-000{number}/"


def test_the_newest_are_found_by_every_word_others_by_their_names_and_the_oldest_by_the_list(
    checkout: Folder, built: Built
) -> None:
    write_three(checkout)
    found = built("      pages: {searched: 2, searched_in_full: 1}\n")
    assert [one for one in found if "LAN-" in one] == [page(3), page(2)]
    assert found[page(3)] == {
        "location": page(3),
        "title": "LAN-2026-0003: Lantern 3 &lt;goes&gt; out",
        "text": "<p>Fixed in 1.2.3.</p> <p>lantern</p> <p>Impact</p> <p>It glows 3 &lt; 5.</p>",
    }
    assert found[page(2)] == {
        "location": page(2),
        "title": "LAN-2026-0002: Lantern 2 &lt;goes&gt; out",
        "text": "<p>Fixed in 1.2.3.</p> <p>lantern</p>",
    }


@pytest.mark.parametrize(("searched", "is_said"), [(2, True), (3, False)])
def test_every_page_says_where_the_rest_is_found_if_there_is_a_rest(
    checkout: Folder, built: Built, searched: int, *, is_said: bool
) -> None:
    write_three(checkout)
    built(f"      pages: {{searched: {searched}}}\n")
    site = checkout.path.parent / "site"
    ways = {"index.html": ".", f"{page(1)}index.html": "../../", "404.html": "/"}
    for name, way in ways.items():
        link = html.parse(site / name).xpath("//*[@role='dialog']//a[@data-adv-elsewhere]")
        said = [(one.get("href"), one.text, one.getparent().text.strip()) for one in link]
        wanted = (way, "The list finds all.", "This search finds the newest 2 advisories.")
        assert said == ([wanted] if is_said else []), name


def test_one_more_changes_no_page_that_says_where_the_rest_is_found(
    checkout: Folder, built: Built
) -> None:
    write_three(checkout)
    built("      pages: {searched: 2}\n")
    file = checkout.path.parent / "site" / page(1) / "index.html"
    before = (file.read_bytes(), file.stat().st_mtime_ns)
    checkout.write("LAN-2026-0004", embargo="2026-04-01T12:00:00Z", summary="Lantern 4 goes out")
    built("      pages: {searched: 2}\n")
    assert (file.read_bytes(), file.stat().st_mtime_ns) == before
    assert b"adv-elsewhere" in before[0]


def test_a_project_is_found_by_its_packages_and_no_row_of_its_list(
    checkout: Folder, built: Built
) -> None:
    write_three(checkout)
    assert built()["projects/lantern/"]["text"] == (
        "<p>3 security advisories about lantern, and what to do about each.</p>"
        " <p>crates.io/lantern</p>"
    )


def test_the_list_is_found_without_its_filter(checkout: Folder, built: Built) -> None:
    write_three(checkout)
    assert built()[""]["text"] == (
        "<p>All of them:</p> <p>3 advisories Follow all by Atom feed</p> <p>That is all.</p>"
    )


def test_the_search_of_mkdocs_itself_finds_the_same_words(checkout: Folder, built: Built) -> None:
    write_three(checkout)
    assert built(theme="mkdocs")[page(3)] == {
        "location": page(3),
        "title": "LAN-2026-0003: Lantern 3 &lt;goes&gt; out",
        "text": "Fixed in 1.2.3. lantern Impact It glows 3 < 5.",
    }


def test_one_more_moves_one_from_found_in_full_to_found_in_short_as_a_clean_build_does(
    checkout: Folder, built: Built
) -> None:
    more = "      pages: {searched: 3, searched_in_full: 1}\n"
    write_three(checkout)
    built(more)
    checkout.write("LAN-2026-0004", embargo="2026-04-01T12:00:00Z", body="## Impact\n\nAgain.\n")
    warm = built(more)
    assert "glows" not in warm[page(3)]["text"]
    assert page(1) not in warm
    (checkout.path.parent / ".cache").rename(checkout.path.parent / "old")
    assert built(more) == warm


TEXTS = st.text("ab &<>\"'\u00e9", min_size=1).filter(lambda text: bool(text.split()))


@given(st.lists(st.tuples(st.sampled_from(["p", "li", "h2", "pre", "tr"]), TEXTS)))
def test_paragraphs_have_the_text_of_every_block_and_no_markup(
    blocks: list[tuple[str, str]],
) -> None:
    made = "".join(f'<{tag} id="x"><b>{escape(text)}</b></{tag}>\n' for tag, text in blocks)
    assert paragraphs(made) == tuple(" ".join(text.split()) for _, text in blocks)


def test_what_stands_side_by_side_or_below_is_not_joined() -> None:
    made = "<table><tr><td>a</td>\n<td>b</td></tr></table><p>c<br>d</p><hr>e"
    assert paragraphs(made) == ("a b", "c", "d", "e")


@pytest.mark.parametrize("name", ["searched", "searched_in_full"])
def test_a_number_that_makes_no_sense_is_refused(
    checkout: Folder, built: Built, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    with pytest.raises(Abort):
        built(f"      pages: {{{name}: -1}}\n")
    assert f"option `pages.{name}`: expected a number of at least 0." in caplog.text
    assert not (checkout.path.parent / "site" / "search").exists()
