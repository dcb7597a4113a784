"""The body as HTML that is safe to publish, wherever it came from."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any
from urllib.parse import urlsplit

import nh3
from lxml import html
from markdown import Markdown
from markdown.extensions.toc import slugify, unique
from markupsafe import Markup

from mkdocs_advisories.render.characters import carried
from mkdocs_advisories.render.highlighting import HighlightingExtension
from mkdocs_advisories.render.signs import SignsExtension

TOP_LEVEL = 2
"""The heading level of a body's sections; the page's title is the level above."""

_DEEPEST_LEVEL = 6
_EXTENSIONS = (
    "tables",
    "sane_lists",
    "pymdownx.superfences",
    "pymdownx.magiclink",
    "pymdownx.tilde",
)
_OPTIONS: Mapping[str, Mapping[str, Any]] = {
    "pymdownx.superfences": {"custom_fences": [], "disable_indented_code_blocks": False},
    "pymdownx.tilde": {"subscript": False},
}
_TAGS = frozenset(
    """a blockquote br code dd del details div dl dt em h2 h3 h4 h5 h6 hr img kbd li ol p pre span
    strong sub summary sup table tbody td th thead tr ul var wbr""".split()
)
_ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "title"},
    "details": {"open"},
    "ol": {"start"},
    "th": {"style"},
    "td": {"style"},
    "div": {"class"},
    "span": {"class"},
    "code": {"class"},
    "pre": {"class"},
    **{f"h{level}": {"id"} for level in range(TOP_LEVEL, _DEEPEST_LEVEL + 1)},
}
_LINKS = {"a": "href", "img": "src"}
_HIGHLIGHTING = re.compile(r"(highlight|language-[a-z0-9+-]+|[a-z][a-z0-9]{0,2})")
_ALIGNMENT = re.compile(r"text-align: (left|right|center);")
_FENCE = re.compile(r" *(`{3,}|~{3,})")
_ITEM = re.compile(r" {0,3}(?:[*+-]|1\.)\s+\S")
_TEXT = re.compile(r" {0,3}(?![*+-] |[0-9]+[.)] |[#>|]|```|~~~)\S")


@dataclass(frozen=True, kw_only=True, slots=True)
class Heading:
    """A section of a body."""

    id: str
    title: str
    level: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Html:
    """A body as sanitised HTML, and its headings in order."""

    text: str
    headings: tuple[Heading, ...]


def to_html(
    markdown: str, *, resolve: Callable[[str], str | None], taken: frozenset[str] = frozenset()
) -> Html:
    """Render a body.

    `resolve` gives the URL for a relative link, or None if it leads nowhere: the link is then
    dropped and its text stays. `taken` are ids of the page around it.

    Raises:
        RecursionError: the text is nested deeper than the renderer can follow.
    """
    anywhere = _anywhere(markdown)
    if anywhere and taken.isdisjoint(one.id for one in anywhere.headings):
        return anywhere
    return _to_html(markdown, resolve, taken)


@lru_cache(maxsize=2)
def _anywhere(markdown: str) -> Html | None:
    """Render a body once for its page and its entry in feeds; None if it has relative links."""
    relative: list[str] = []
    made = _to_html(markdown, relative.append, frozenset())
    return None if relative else made


def _to_html(markdown: str, resolve: Callable[[str], str | None], taken: frozenset[str]) -> Html:
    root = html.fragment_fromstring(_converted(markdown), create_parent="div")
    headings = tuple(_headings(root, set(taken)))
    _resolve_links(root, resolve)
    before, root.text = root.text or "", None
    text = html.tostring(root, encoding="unicode").removeprefix("<div>").removesuffix("</div>")
    # Character references can bring in what cannot be carried.
    return Html(text=carried(_cleaner().clean(before + text)), headings=headings)


def title_to_html(title: str) -> Markup:
    """Write a title as HTML: text, with backticks as code."""
    parts = re.split(r"`([^`]+)`", title)
    return Markup().join(
        Markup("<code>{}</code>").format(part) if index % 2 else part
        for index, part in enumerate(parts)
    )


@lru_cache(maxsize=2)
def _converted(markdown: str) -> str:
    converted: str = _converter().reset().convert(_lists_parted(markdown))
    return converted


@cache
def _converter() -> Markdown:
    # No colours: the theme has them, and Pygments would work through its own at each block.
    highlighting = HighlightingExtension(pygments_style=())
    converter = Markdown(
        extensions=[highlighting, *_EXTENSIONS, SignsExtension()],
        extension_configs=_OPTIONS,
        output_format="html",
    )
    # Each element is looked up in it several times.
    converter.block_level_elements = frozenset(converter.block_level_elements)  # type: ignore[assignment] # a list, and long
    return converter


def _lists_parted(markdown: str) -> str:
    """Put a blank line before a list that follows its paragraph at once, as GitHub reads it."""
    lines: list[str] = []
    fence = ""
    for line in markdown.split("\n"):
        opening = _FENCE.match(line)
        if opening and (not fence or opening[1].startswith(fence)):
            fence = "" if fence else opening[1]
        elif not fence and _ITEM.match(line) and lines and _TEXT.match(lines[-1]):
            lines.append("")
        lines.append(line)
    return "\n".join(lines)


def _headings(root: html.HtmlElement, taken: set[str]) -> Iterator[Heading]:
    """Give every heading an id, and shift them all so that the uppermost is `TOP_LEVEL`."""
    found = list(root.iter("h1", "h2", "h3", "h4", "h5", "h6"))
    levels = [int(str(heading.tag)[1]) for heading in found]
    shift = TOP_LEVEL - min(levels, default=TOP_LEVEL)
    for heading, written in zip(found, levels, strict=True):
        level = min(written + shift, _DEEPEST_LEVEL)
        title = " ".join(heading.text_content().split())
        anchor = unique(_slug(title) or "section", taken)
        heading.tag = f"h{level}"
        heading.set("id", anchor)
        yield Heading(id=anchor, title=title, level=level)


@lru_cache(maxsize=256)
def _slug(title: str) -> str:
    """Make an id of a title: most advisories have the same ones."""
    return slugify(title, "-")


def _resolve_links(root: html.HtmlElement, resolve: Callable[[str], str | None]) -> None:
    """Resolve the relative links of all attributes for links that are left in the end."""
    for element in list(root.iter(*_LINKS)):
        attribute = _LINKS[str(element.tag)]
        link = element.get(attribute)
        if link is None or link.startswith("#") or urlsplit(link).scheme:
            continue
        target = resolve(link)
        if target is None:
            del element.attrib[attribute]
        else:
            element.set(attribute, target)


@cache
def _cleaner() -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=set(_TAGS),
        attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()},
        attribute_filter=_filter,
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener",
    )


@lru_cache(maxsize=1024)
def _filter(tag: str, name: str, value: str) -> str | None:
    if name == "class":
        return " ".join(one for one in value.split() if _HIGHLIGHTING.fullmatch(one)) or None
    if name == "style":
        return value if _ALIGNMENT.fullmatch(value) else None
    if tag == "img" and name == "src" and urlsplit(value).scheme == "mailto":
        return None
    return value
