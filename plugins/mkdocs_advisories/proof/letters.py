"""The proof for a single text, such as a mail: what of held advisories is in it.

What is told of a find is its kind, never its words.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from mkdocs_advisories.model import Content
from mkdocs_advisories.proof.examine import examine
from mkdocs_advisories.proof.held import Held, haystack

_WORD = re.compile(r"[^\W\d_]{5,}")  # shorter ones are of every text
_OF_EVERY_NOTICE = frozenset(
    """advisories advisory affected announce announced embargo fixed fixes issue issues patch
    patched patches please publish published release released releases security severity update
    updates upgrade users version versions vulnerabilities vulnerability""".split()
)
"""Words that a notice may have, although titles have them as well: they tell nothing."""


def leaks(text: str, held: Sequence[Held], *, public: Iterable[str]) -> tuple[str, ...]:
    """Name the held advisories (by their paths) of which something is in a text."""
    looked_for = haystack(held, public=public)
    found = examine("mail.txt", text.encode(), haystack=looked_for, without=frozenset())
    return tuple(sorted({held[leak.owner].path for leak in found.leaks}))


def besides(
    text: str, *, told: Iterable[str], advisories: Iterable[Content], usual: str
) -> tuple[str, ...]:
    """Say what a text tells of advisories beside what may be told.

    `told` is what may stand in it, word for word; `usual` is a text whose words tell nothing.
    """
    rest = text
    for one in sorted(filter(None, told), key=len, reverse=True):
        rest = re.sub(rf"(?<![\w/]){re.escape(one)}(?![\w/])", " ", rest, flags=re.IGNORECASE)
    known = frozenset(map(str.lower, _WORD.findall(usual))) | _OF_EVERY_NOTICE
    words = frozenset(map(str.lower, _WORD.findall(rest))) - known
    return tuple(dict.fromkeys(kind for one in advisories for kind in _kinds(one, rest, words)))


def _kinds(content: Content, rest: str, words: frozenset[str]) -> Iterator[str]:
    if any(_stands(one, rest) for one in content.named_ids()):
        yield "an id"
    if any(_stands(one, rest) for one in _versions(content)):
        yield "a version"
    if any(one.package.name.lower() in words for one in content.affected) or any(
        _stands(f"{one.package.ecosystem}/{one.package.name}", rest) for one in content.affected
    ):
        yield "a package"
    if words & frozenset(map(str.lower, _WORD.findall(content.summary))):
        yield "words of a title"


def _versions(content: Content) -> Iterator[str]:
    for one in content.affected:
        yield from one.versions
        for event in (event for each in one.ranges for event in each.events):
            if event.version != "0":
                yield event.version


def _stands(word: str, text: str) -> bool:
    """Say whether a word stands in a text, and not only as a part of another."""
    pattern = rf"(?<![\w.-])v?{re.escape(word)}(?![\w-]|\.\w)"
    return re.search(pattern, text, re.IGNORECASE) is not None
