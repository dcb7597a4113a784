"""What a search looks through: a few short paragraphs of every advisory, and the text of new ones.

A browser builds the index of a search from nothing for every reader who opens it, and that takes
longer with every word (`manual/pages.md` has figures). So what is generated for each page alike,
as its headings and links, is left out, and there is one entry for an advisory, not one a section.
"""

import re
from dataclasses import dataclass
from html import unescape

from mkdocs_advisories.render.view import View
from mkdocs_advisories.render.words import Words
from mkdocs_advisories.render.words.terms import severity_word

Paragraphs = tuple[str, ...]
"""Plain text."""

_END = re.compile(r"</(?:p|li|h[1-6]|pre|tr|dt|dd|blockquote|summary|figcaption)>|<[bh]r\b[^>]*>")
_TAG = re.compile(r"<[^>]*>")


@dataclass(frozen=True, kw_only=True, slots=True)
class Searched:
    """An entry of a search: the page it leads to, and what it is found by."""

    uri: str
    title: str
    paragraphs: Paragraphs


def in_short(shown: View, words: Words) -> Paragraphs:
    """Give what every advisory is found by beside its id and title."""
    fixes = ", ".join(shown.fixes)
    texts = (
        words.gettext("Withdrawn.") if shown.withdrawn else "",
        f"{severity_word(words, shown.rating.word)} {shown.rating.score}" if shown.rating else "",
        words.gettext("Fixed in %(versions)s.", versions=fixes) if fixes else "",
        " ".join(dict.fromkeys(one.name for one in shown.packages)),
        " ".join(one.text for one in (*shown.aliases, *shown.related, *shown.upstream)),
        " ".join(one.text for one in shown.weaknesses),
    )
    return tuple(filter(None, texts))


def paragraphs(html: str) -> Paragraphs:
    """Give the text of safe HTML by its paragraphs, items and rows."""
    texts = unescape(_TAG.sub("", _END.sub("\0", html))).split("\0")
    return tuple(filter(None, (" ".join(one.split()) for one in texts)))


def in_full(shown: View, words: Words, *, body: str) -> Paragraphs:
    """Give all that an advisory is found by: `body` is its text, as safe HTML."""
    thanked = tuple(one.text for one in shown.credits)
    return (*in_short(shown, words), *paragraphs(body), *thanked)
