"""HTML in source text: what is allowed, what is refused, what only looks like it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

ALLOWED_ELEMENTS = frozenset({"br", "details", "kbd", "sub", "summary", "sup", "var", "wbr"})
"""Elements that an author may write in the body; Markdown has signs for the rest."""

_HTML_ELEMENTS = frozenset(
    """a abbr acronym address animate applet area article aside audio b base bdi bdo bgsound big
    blink blockquote body br button canvas caption center cite code col colgroup data datalist
    dd del details dfn dialog dir div dl dt em embed fieldset figcaption figure font footer
    form frame frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html i iframe image img input
    ins kbd keygen label legend li link main map mark marquee math menu meta meter nav noframes
    noscript object ol optgroup option output p param picture plaintext portal pre progress q
    rp rt ruby s samp script search section select slot small source span strike strong style
    sub summary sup svg table tbody td template textarea tfoot th thead time title tr track tt
    u ul var video wbr xmp""".split()
)
_TAG = re.compile(
    r"(?<!\\)<(?:(?P<other>[!?])|/?(?P<name>[A-Za-z][A-Za-z0-9-]*)(?![A-Za-z0-9]*[:@.+]))"
    r"(?P<rest>[^<>\n]*>)?"
)

_BARE = re.compile(r"\s*(?:open\s*)?/?>", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Tag:
    """A tag at an offset of some text; `known` if it is an element of HTML, SVG or MathML.

    `is_bare` says that it has no attributes but `open`.
    """

    offset: int
    text: str
    known: bool
    is_bare: bool


def html_tags(text: str) -> Iterator[Tag]:
    """Find the tags of known elements, comments and declarations, allowed or not."""
    return (tag for tag in _tags(text) if tag.known)


def refused_tags(prose: str) -> Iterator[Tag]:
    """Find what a Markdown body may not have: tags that are not allowed, and unknown ones.

    Those Markdown would pass on and every browser would hide (`Vec<T>` outside backticks). An
    allowed tag with attributes is not allowed, but for `<details open>`.
    """
    return (
        tag for tag in _tags(prose) if tag.text.lower() not in ALLOWED_ELEMENTS or not tag.is_bare
    )


def _tags(text: str) -> Iterator[Tag]:
    """Find tags. One that closes what another has opened goes with that one."""
    opened = set()
    for match in _TAG.finditer(text):
        name = match["name"] or match["other"]
        closes = match[0].startswith("</")
        known = bool(match["other"]) or name.lower() in _HTML_ELEMENTS
        if (known or match["rest"] is not None) and not (closes and name.lower() in opened):
            opened.add(name.lower())
            bare = bool(_BARE.fullmatch(match["rest"] or ""))
            yield Tag(offset=match.start(), text=name, known=known, is_bare=bare)
