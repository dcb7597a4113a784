"""Text without signs of Markdown, which Markdown need not look at again and again.

Python-Markdown holds every text against every one of its patterns. Nearly all of them begin with a
sign that can be seen at once: where it is not, neither is a match. What comes out is the same.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor
from markdown.util import AtomicString

if TYPE_CHECKING:
    from markdown.inlinepatterns import Pattern

_SIGN = re.compile(r"[`\\\[!<&*_~@]|:/|  \n|[wW]\.")
"""What every match of an inline pattern has in it."""

_SIGNS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "backtick": ("`",),
        "reference": ("[",),
        "link": ("[",),
        "short_reference": ("[",),
        "magic-link": ("://", "w.", "W."),
        "magic-mail": ("@",),
    }
)
"""The signs of slow patterns, by their names: any match has one of them."""


class SignsExtension(Extension):
    """Lets Markdown pass over text in which there is nothing for it.

    It comes behind all extensions that bring patterns.
    """

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - Markdown's name for it
        """Put a step before that of the patterns, and a look for its sign before each slow one."""
        before_patterns = 25
        md.treeprocessors.register(_PlainTexts(md), "plain-texts", before_patterns)
        for name, signs in _SIGNS.items():
            pattern: Pattern = md.inlinePatterns[name]
            pattern.compiled_re = _Signed(pattern.compiled_re, signs)  # type: ignore[assignment] # acts as one


class _PlainTexts(Treeprocessor):
    """Marks texts without signs as done: what is atomic, no pattern is held against."""

    def run(self, root: Element) -> None:
        for element in root.iter():
            if element.text and not _SIGN.search(element.text):
                element.text = AtomicString(element.text)


class _Signed:
    """A pattern that looks only at texts with one of its signs."""

    def __init__(self, pattern: re.Pattern[str], signs: Iterable[str]) -> None:
        self._pattern = pattern
        self._signs = tuple(signs)

    def finditer(self, text: str, start: int) -> Iterator[re.Match[str]]:
        """Find all matches from an offset on."""
        for sign in self._signs:
            if sign in text:
                return self._pattern.finditer(text, start)
        return iter(())
