"""Bodies become HTML that is safe to publish and looks as its author expects."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree, html
from markdown import Markdown

from mkdocs_advisories.render import markdown as rendering
from mkdocs_advisories.render.markdown import title_to_html, to_html


def rendered(markdown: str) -> str:
    return to_html(markdown, resolve=lambda link: f"/files/{link}").text


@pytest.mark.parametrize(
    "attack",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<svg onload=alert(1)>",
        "<details open ontoggle=alert(1)>x</details>",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](&#106;avascript:alert(1))",
        "[x](data:text/html,<script>alert(1)</script>)",
        "[x](vbscript:x)",
        "![x](javascript:alert(1))",
        "<javascript:alert(1)>",
        '<a href="javascript:alert(1)">x</a>',
        "<iframe src=https://example.org></iframe>",
        '<p style="position:fixed;inset:0">x</p>',
        '<div class="md-overlay">x</div>',
        "<style>*{display:none}</style>",
        "<base href=https://example.org/>",
        "<meta http-equiv=refresh content=0>",
        "<form action=https://example.org><button>x</button></form>",
        "<math><mtext></mtext><mglyph><style></math><img src onerror=alert(1)>",
        "```html\n<script>alert(1)</script>\n```",
        "`<script>`",
        "| a |\n|---|\n| <script>alert(1)</script> |",
    ],
)
def test_no_script_style_or_foreign_form_survives(attack: str) -> None:
    root = html.fragment_fromstring(rendered(attack), create_parent="div")
    for element in root.iter():
        assert element.tag not in {"script", "iframe", "style", "base", "meta", "form", "svg"}
        for name, value in element.attrib.items():
            assert not str(name).startswith("on")
            assert not re.match(r"\s*(javascript|data|vbscript):", str(value), re.IGNORECASE)
            assert "md-overlay" not in str(value)
            assert "position" not in str(value)


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="<>&\"'`*_[]()!#|-\n\t abcscript:/=\x08\x0b\ufffe🔥", max_size=120))
def test_any_text_renders_and_can_be_carried_by_xml(markdown: str) -> None:
    element = etree.Element("content")
    element.text = rendered(markdown)
    assert etree.fromstring(etree.tostring(element)).text is not None or not element.text


def test_character_references_bring_no_control_character_in() -> None:
    assert rendered("a&#8;b&#xB;c") == "<p>abc</p>"


def test_headings_begin_below_the_title_and_have_ids_of_their_own() -> None:
    body = to_html(
        "### Impact\n\n#### More\n\n### Impact\n\n### Timeline\n\n### !!!\n",
        resolve=lambda _: None,
        taken=frozenset({"timeline"}),
    )
    assert [(one.level, one.id, one.title) for one in body.headings] == [
        (2, "impact", "Impact"),
        (3, "more", "More"),
        (2, "impact_1", "Impact"),
        (2, "timeline_1", "Timeline"),
        (2, "section", "!!!"),
    ]
    assert '<h2 id="impact">Impact</h2>' in body.text


def test_headings_deeper_than_html_has_stay_at_its_deepest() -> None:
    levels = [one.level for one in to_html("# a\n\n###### b\n", resolve=lambda _: None).headings]
    assert levels == [2, 6]


def test_relative_links_are_resolved_and_dead_ones_lose_their_target() -> None:
    text = "[a](LAN/figure.png) ![b](LAN/figure.png) [c](#impact) [d](https://example.org/)"
    assert rendered(text) == (
        '<p><a href="/files/LAN/figure.png" rel="noopener">a</a> '
        '<img alt="b" src="/files/LAN/figure.png"> <a href="#impact" rel="noopener">c</a> '
        '<a href="https://example.org/" rel="noopener">d</a></p>'
    )
    dead = to_html("[a](x) [b](//example.org/)", resolve=lambda _: None).text
    assert dead == '<p><a rel="noopener">a</a> <a rel="noopener">b</a></p>'


def test_a_list_right_below_its_paragraph_is_a_list() -> None:
    assert rendered("Either:\n* one\n* two").count("<li>") == 2
    assert rendered("Either:\n1. one\n2. two").count("<li>") == 2
    assert rendered("```\nEither:\n* one\n```").count("<li>") == 0
    assert "2026. A year" in rendered("It was\n2026. A year").replace("\n", " ")


def test_code_is_highlighted_and_shown_as_written() -> None:
    shown = rendered("```rust\nlet v: Vec<T> = &x;\n```")
    assert html.fragment_fromstring(shown).text_content() == "let v: Vec<T> = &x;\n"
    assert '<div class="highlight">' in shown
    assert '<span class="kd">let</span>' in shown or '<span class="k">let</span>' in shown


def test_a_table_keeps_its_alignment() -> None:
    assert '<td style="text-align: right;">1</td>' in rendered("| a |\n|--:|\n| 1 |")


def test_a_title_is_text_in_which_backticks_mark_code() -> None:
    assert title_to_html("`a<b>` & <i>c</i>") == (
        "<code>a&lt;b&gt;</code> &amp; &lt;i&gt;c&lt;/i&gt;"
    )
    assert title_to_html("an odd ` stays") == "an odd ` stays"


PIECES = (
    "word ¶`code`¶``a ` b``¶*em*¶**strong**¶_x_¶~~gone~~¶snake_case¶~ ¶\\¶\\*¶*¶_¶`¶!¶1. one\n¶\x02"
    "¶[a](b)¶[ref]¶![i](x)¶![i][ref]¶[¶]¶(¶)¶\n\n[ref]: http://a.example/ 'T'\n\n¶é¶\u017f¶\u212a"
    "¶http://a.example/b?c=d¶HTTPS://A.example¶www.a.example¶wWw.a.example ¶ftp://a.b¶://¶www.¶w.¶:/"
    "¶a@b.example¶<a@b.example>¶<http://a.example>¶@¶&amp;¶&¶&#64;¶<kbd>x</kbd>¶<br>¶< ¶> ¶  \n¶\n"
    "¶\n\n¶- item\n¶> quote\n¶## H *e*\n¶| a | b |\n|---|---|\n| `x` | *z* |\n¶Title\n---\n"
    "¶Title\n===¶#¶\n# ¶##¶=\n¶\n-¶]: x¶\n[*]:\n<y>\n¶>¶\n > ¶ \n"
    "¶    code\n¶\t¶\n```\n*x*\n```\n¶\n```py\nx = 1\n```\n¶\n```nosuch\nx\n```\n"
).split("¶")


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=20).map("".join))
def test_markdown_gives_what_it_gives_where_nothing_is_passed_over(markdown: str) -> None:
    plain = Markdown(
        extensions=["pymdownx.highlight", *rendering._EXTENSIONS],
        extension_configs={"pymdownx.highlight": {"pygments_style": ()}, **rendering._OPTIONS},
        output_format="html",
    )
    assert rendering._converter().reset().convert(markdown) == plain.convert(markdown)


def test_a_block_of_code_does_not_know_of_the_one_before() -> None:
    mail = "```mime\nContent-Type: multipart/mixed; boundary=x\n\n--x\n\n--x--\n```\n"
    alone = "```mime\nA: b\n\n--x\n```\n"
    assert rendered(alone) in rendered(f"{mail}\n{alone}")


def test_code_in_a_language_that_nobody_knows_is_shown_as_text() -> None:
    assert rendered("```no-such-language\na < b\n```") == rendered("```text\na < b\n```")
