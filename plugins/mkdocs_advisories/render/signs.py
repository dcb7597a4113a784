"""Text without signs of Markdown, which Markdown need not look at again and again.

Python-Markdown holds every text against every one of its patterns. Nearly all of them begin with a
sign that can be seen at once: where it is not, neither is a match. What comes out is the same.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
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
        "escape": ("\\",),
        "reference": ("[",),
        "link": ("[",),
        "image_link": ("![",),
        "image_reference": ("![",),
        "short_reference": ("[",),
        "short_image_ref": ("![",),
        "autolink": ("<",),
        "automail": ("<",),
        "linebreak": ("  \n",),
        "html": ("<",),
        "magic-link": ("://", "w.", "W."),
        "magic-mail": ("@",),
        "entity": ("&",),
        "em_strong": ("*", "_"),
        "delimiter": ("~",),
    }
)
"""The signs of patterns, by their names: any match has one of them."""

_BLOCKS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "hashheader": ("#",),
        "setextheader": ("\n=", "\n-"),
        "quote": (">",),
        "reference": ("]:",),
    }
)
"""The signs of what makes something of a block, likewise: each is asked about every block."""

_SLOW = ("backtick", "reference", "link", "short_reference", "magic-link", "magic-mail")
"""Patterns that take longer to fail than a look for their signs."""


class SignsExtension(Extension):
    """Lets Markdown pass over text in which there is nothing for it.

    It comes behind all extensions that bring patterns.
    """

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - Markdown's name for it
        """Put a step before that of the patterns, and a look for its sign before each slow one."""
        for name, signs in _BLOCKS.items():
            of_blocks: Any = md.parser.blockprocessors[name]
            of_blocks.RE = _Signed(of_blocks.RE, signs)
        before_patterns = 25
        md.treeprocessors.register(_PlainTexts(md), "plain-texts", before_patterns)
        for name in _SLOW:
            pattern: Pattern = md.inlinePatterns[name]
            pattern.compiled_re = _Signed(pattern.compiled_re, _SIGNS[name])  # type: ignore[assignment] # acts as one


class _PlainTexts(Treeprocessor):
    """Lets the patterns look at as little as there is for them.

    Texts without signs are marked as done: what is atomic, no pattern is held against. Patterns
    whose signs stand nowhere are left out: what others make of a text brings no signs into it.
    """

    def run(self, root: Element) -> None:
        texts: list[str] = []
        for element in root.iter():
            if element.text:
                if _SIGN.search(element.text):
                    texts.append(element.text)
                else:
                    element.text = AtomicString(element.text)
            if element.tail:
                texts.append(element.tail)
        whole = "\0".join(texts)
        inline = self.md.treeprocessors["inline"]
        inline.inlinePatterns = [  # type: ignore[attr-defined] # nothing but its places is asked for
            pattern for pattern, signs in self._signed if any(sign in whole for sign in signs)
        ]

    @cached_property
    def _signed(self) -> "list[tuple[Pattern, tuple[str, ...]]]":
        """All patterns in their order, with their signs; every text has those of unknown ones."""
        patterns = self.md.inlinePatterns
        signs = {patterns[name]: signs for name, signs in _SIGNS.items()}
        return [(one, signs.get(one, ("",))) for one in patterns]


class _Signed:
    """A pattern that looks only at texts with one of its signs."""

    def __init__(self, pattern: re.Pattern[str], signs: Iterable[str]) -> None:
        self._pattern = pattern
        self._signs = tuple(signs)

    def finditer(self, text: str, start: int = 0) -> Iterator[re.Match[str]]:
        """Find all matches from an offset on."""
        return self._pattern.finditer(text, start) if self._has_sign(text) else iter(())

    def search(self, text: str) -> re.Match[str] | None:
        """Find the first match."""
        return self._pattern.search(text) if self._has_sign(text) else None

    def match(self, text: str) -> re.Match[str] | None:
        """Find the match at the beginning."""
        return self._pattern.match(text) if self._has_sign(text) else None

    def _has_sign(self, text: str) -> bool:
        for sign in self._signs:  # noqa: SIM110 - `any` takes longer, and this is asked often
            if sign in text:
                return True
        return False
