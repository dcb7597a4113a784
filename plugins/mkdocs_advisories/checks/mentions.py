"""A public advisory does not point at a held one."""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from html import unescape
from urllib.parse import unquote

from mkdocs_advisories.checks.case import Case, Finding
from mkdocs_advisories.checks.rule import error
from mkdocs_advisories.source.draft import Card, Draft
from mkdocs_advisories.source.nodes import Scalar, walk

_WORD = re.compile(r"[a-z0-9]+")
_ENDING = re.compile(r"-[a-z0-9]+")
_BETWEEN_WORDS = bytes(one if _WORD.fullmatch(chr(one)) else ord(" ") for one in range(256))
"""Makes a space of every byte that is in no word: all bytes of what is not ASCII are beyond it."""


@error("ADV150", reads="embargo")
def no_mention_of_held(case: Case) -> Iterator[Finding]:
    """Refuse an advisory that names a held one which is disclosed later than itself.

    It is refused while both are still held, so that the day of disclosure brings no surprise. The
    report does not say which one is meant: it may be about a public file, and the other is held.
    """
    held = case.house.held_by_name
    for name in sorted(_names_in(case.draft, held)) if held else ():
        other = held[name]
        if other.path != case.draft.path and ends_later(other, case.draft):
            yield Finding(
                place=case.place_of(name),
                text="the advisory that is named here is held for longer than this one",
                remedy="leave its id out until then, or give both the same embargo",
            )


def words_in(draft: Draft) -> frozenset[str]:
    """Give every word of a draft that could be the last one of a name."""
    text = _text_of(draft).encode("utf-8", "surrogatepass")
    return frozenset(text.translate(_BETWEEN_WORDS).decode("ascii").split())


def last_words(names: Iterable[str]) -> frozenset[str]:
    """Give the last word of each name (in lower case): without it no text can hold the name."""
    return frozenset("".join(_WORD.findall(name)[-1:]) for name in names)


def ends_later(other: Card, draft: Draft) -> bool:
    """Say whether another advisory is held for longer than a draft."""
    if other.embargo is None or draft.embargo is None:
        return draft.embargo is not None
    return other.embargo > draft.embargo


def _names_in(draft: Draft, held: Mapping[str, Card]) -> set[str]:
    """Find which names stand anywhere in a draft: as written, as read, and unescaped.

    Where a name stands alone, its last part ends a word of the text, so a look at that spares most
    names the search.
    """
    text = _text_of(draft)
    endings = {"", *_ENDING.findall(text)}
    return {name for name in held if _ending(name) in endings and stands_alone(name, text)}


@lru_cache(maxsize=100_000)
def _ending(name: str) -> str:
    """Give the last part of a name with its hyphen, or nothing if it has no such part."""
    found = re.search(r"-[a-z0-9]+\Z", name)
    return found[0] if found else ""


def _text_of(draft: Draft) -> str:
    # Only an escape can make a value read otherwise than it is written.
    nodes = walk(draft.root) if "\\" in draft.parts.yaml else ()
    scalars = (node.text for _, node in nodes if isinstance(node, Scalar))
    attachments = (one.name for one in draft.content.attachments)
    text = "\n".join([draft.parts.text.content, *scalars, *attachments]).lower()
    read = unescape(unquote(text)).lower() if "%" in text or "&" in text else ""
    return f"{text}\n{read}"


def stands_alone(name: str, text: str) -> bool:
    """Say whether an id stands in a text as a word of its own (both in lower case)."""
    start = text.find(name)
    while start >= 0:
        end = start + len(name)
        # Without a pattern: one would have to be compiled for each id.
        if not (_WORD.fullmatch(text, start - 1, start) or _WORD.match(text, end)):
            return True
        start = text.find(name, start + 1)
    return False
