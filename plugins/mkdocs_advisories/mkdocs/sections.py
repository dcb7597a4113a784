"""Pages parted into sections for search: what Material's parser makes of ours, and much faster.

That parser is made for any HTML and is asked for whatever is not as plain as ours. It keeps state
by the names of elements, not by the elements; so does this one, for their results are the same.
"""

import inspect
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from html import escape, unescape
from math import inf
from typing import Any

_MATERIAL = "material.plugins.search.plugin"
_EQUAL = "f8d1fbf133e6752929573b5b3872bd4cb266368c8e78589f571878def33de7fc"
"""The SHA-256 of Material's parser that this one is known to equal; any other is asked itself."""

_TAG = re.compile(
    r'</([a-z][a-z0-9]*)>|<([a-z][a-z0-9]*)((?:[ \n]+[a-z][a-z0-9-]*(?:="[^"]*")?)*)[ \n]*>'
)
_ATTRIBUTE = re.compile(r'([a-z][a-z0-9-]*)(?:="([^"]*)")?')
_VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_UNNAMED = "hx"
_LEADING = _HEADINGS | {"pre", _UNNAMED}
"""Elements that change where text belongs, or how it is taken."""

_KEPT = frozenset({"p", "code", "pre", "li", "ol", "ul", "sub", "sup"})
_UNLIKE = frozenset("iframe noembed noframes noscript object plaintext script style xmp".split())
"""Elements in which the text is not read as HTML, or that are never searched."""

_OF_TEXT = frozenset({"textarea", "title"})
"""Elements in which some parsers see no tags."""

_EXCLUDED = "data-search-exclude"


@dataclass(kw_only=True, slots=True)
class Section:
    """A heading and the text below it, in pieces of HTML."""

    tag: str = _UNNAMED
    id: str | None = None
    depth: float = 0
    is_excluded: bool = False
    title: list[str] = field(default_factory=list)
    text: list[str] = field(default_factory=list)


def is_known(index: type[Any]) -> bool:
    """Say whether a search plugin's index is Material's, with the parser that this one equals."""
    return (index.__module__, index.__name__) == (_MATERIAL, "SearchIndex") and _is_equal()


@cache
def _is_equal() -> bool:
    module = sys.modules[_MATERIAL]
    parts = (
        module.Element,
        module.Section,
        module.Parser,
        module.SearchIndex.add_entry_from_context,
    )
    try:
        source = "".join(map(inspect.getsource, parts))
    except OSError:
        return False
    return sha256(source.encode()).hexdigest() == _EQUAL


def sections_of(html: str) -> Sequence[Section] | None:
    """Part the HTML of a page, or give None if it is not as plain as ours is."""
    tokens = _TAG.split(html)
    texts, ends, starts = tokens[::4], tokens[1::4], tokens[2::4]
    if "<" in "".join(texts) or "headerlink" in html or not _UNLIKE.isdisjoint(starts):
        return None
    following = zip(starts, [*ends[1:], ""], strict=False)
    if [one for one, end in following if one in _OF_TEXT and one != end]:
        return None
    parting = _Parting()
    for text, end, start, attributes in zip(texts, ends, starts, tokens[3::4], strict=False):
        if text:
            parting.take(unescape(text) if "&" in text else text)
        if end:
            parting.close(end)
        else:
            parting.open(start, attributes)
    if texts[-1]:
        parting.take(unescape(texts[-1]))
    return parting.sections


class _Parting:
    """How far a page is parted: the elements that are open, and those that are skipped."""

    def __init__(self) -> None:
        self.sections: list[Section] = []
        self._section: Section | None = None
        self._pieces: list[str] = []
        self._open: list[str] = []
        self._skipped: set[str] = set()
        self._is_verbatim = False

    def open(self, tag: str, written: str) -> None:
        """Take the start of an element."""
        if tag in _VOID:
            return
        self._open.append(tag)
        if self._section is None or tag in _LEADING:
            self._lead(tag, written)
        if written and _is_skipped(written):
            self._skipped.add(tag)
        elif tag in _KEPT and not (self._skipped and self._is_skipping()):
            self._pieces.append(f"<{tag}>")

    def close(self, tag: str) -> None:
        """Take the end of an element. One that is not open, or not innermost, is passed over."""
        if not self._open or self._open[-1] != tag:
            return
        section = self._section or self._begin(Section())
        if section.depth > len(self._open):
            self._leave(section)
        self._open.pop()
        if tag in _LEADING:
            self._turn()
        if tag in self._skipped:
            self._skipped.remove(tag)
        elif tag in _KEPT and not (self._skipped and self._is_skipping()):
            _end(self._pieces, tag)

    def take(self, text: str) -> None:
        """Take the text between two tags."""
        if self._skipped and self._is_skipping():
            return
        section, is_space = self._section or self._begin(Section()), text.isspace()
        pieces = self._pieces
        if not self._is_verbatim:
            text = " " if is_space else text.replace("\n", " ")
        if not is_space or pieces is section.title:
            pieces.append(escape(text, quote=False))
        elif self._is_verbatim or not pieces or not pieces[-1].isspace():
            pieces.append(text)

    def _lead(self, tag: str, written: str) -> None:
        """Begin a section at a heading, if that can be linked to. The first one has no id."""
        attributes = dict(_attributes(written)) if tag in _HEADINGS else {}
        if "id" in attributes:
            if tag != "h1" and not self.sections:
                self.sections.append(Section(depth=len(self._open)))
            self._begin(
                Section(
                    tag=tag,
                    depth=len(self._open),
                    id=attributes["id"] if self.sections else None,
                    is_excluded=_EXCLUDED in attributes,
                )
            )
        elif self._section is None:
            self._begin(Section())
        self._turn()

    def _begin(self, section: Section) -> Section:
        self.sections.append(section)
        self._section = section
        self._turn()
        return section

    def _leave(self, section: Section) -> None:
        """Go back to an outer section where the element ends in which this one's heading was."""
        depth = len(self._open)
        outer = next((one for one in reversed(self.sections) if one.depth <= depth), None)
        if outer:
            section.depth = inf
            self._section = outer
            self._turn()

    def _turn(self) -> None:
        """Look anew where text belongs, and whether it is verbatim: few elements change that."""
        section = self._section
        if section:
            self._pieces = section.title if section.tag in self._open else section.text
        self._is_verbatim = "pre" in self._open

    def _is_skipping(self) -> bool:
        return not self._skipped.isdisjoint(self._open)


def _attributes(written: str) -> Iterator[tuple[str, str]]:
    return ((name, unescape(value)) for name, value in _ATTRIBUTE.findall(written))


def _is_skipped(written: str) -> bool:
    if _EXCLUDED not in written and "linenodiv" not in written:
        return False
    attributes = dict(_attributes(written))
    return _EXCLUDED in attributes or attributes.get("class") == "linenodiv"


def _end(pieces: list[str], tag: str) -> None:
    """End an element, or take it away if nothing but space follows the first of its name."""
    first = pieces.index(f"<{tag}>")
    if all(one.isspace() for one in pieces[first + 1 :]):
        del pieces[first:]
    else:
        pieces.append(f"</{tag}>")
