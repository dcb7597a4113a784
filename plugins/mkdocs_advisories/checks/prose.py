"""The body as a reader takes it in: words, and the names and versions set as code."""

import re
from functools import lru_cache

from mkdocs_advisories.source.draft import Draft

_REACH = 500
"""Characters: how far the ends of a sentence are looked for."""

_SPAN = re.compile(r"(?P<fence>`{1,2})(?P<code>[^`\n]{1,80})(?P=fence)")
_NAMING = re.compile(r"[\w@/.:,<>=~^ +-]+")
_SENTENCE_END = re.compile(r"[.!?](?=\s|$)|\n[ \t]*\n|\n(?=[ \t]*(?:[*+|-]|\d+\.)[ \t])|\n(?=#)")
_TARGET = re.compile(
    r"(?<=\])\([^()\n]*\)|\bhttps?://[^\s<>)]+|^ {0,3}\[[^\]\n]+\]:[^\n]*", re.MULTILINE
)


def bounded(pattern: str) -> re.Pattern[str]:
    """Compile a pattern of words, in any letter case, between which is a little space at most.

    Runs of space that may be parted in many ways would take hours where somebody means harm.
    """
    pattern = pattern.replace(r"\s+", r"\s{1,8}").replace(r"\s*", r"\s{0,8}")
    return re.compile(pattern, re.IGNORECASE)


def has_words(draft: Draft, *words: str) -> bool:
    """Whether any of some words (in lower case) stands in the body: a look that costs little."""
    text = _lowered(draft.parts.body)
    return any(word in text for word in words)


@lru_cache(maxsize=4)
def _lowered(body: str) -> str:
    return body.lower()


def readable(draft: Draft) -> str:
    """Give the body without blocks of code and addresses, each character at its offset.

    Of code within a line, names and versions stay (without the backticks): `wasmtime` 36.0.7.
    """
    return _readable(draft.parts.body, draft.prose)


@lru_cache(maxsize=4)
def _readable(body: str, prose: str) -> str:
    shown = list(prose)
    for match in _SPAN.finditer(body):
        start, end = match.span("code")
        if _stands_in_prose(match, body, prose) and _NAMING.fullmatch(match["code"]):
            shown[start:end] = match["code"]
    return _TARGET.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), "".join(shown))


def _stands_in_prose(match: re.Match[str], body: str, prose: str) -> bool:
    """Tell a span of code from backticks within a block of code: there the whole line is blank."""
    start = body.rfind("\n", 0, match.start()) + 1
    end = body.find("\n", match.end())
    line = prose[start : end if end >= 0 else len(prose)]
    is_code = not prose[match.start() : match.end()].strip()
    return is_code and bool(line.strip(" \t>"))


def sentence(text: str, offset: int) -> tuple[int, str]:
    """Give the sentence around an offset, and where it begins."""
    ends = [match.end() for match in _SENTENCE_END.finditer(text, max(0, offset - _REACH), offset)]
    start = ends[-1] if ends else max(0, offset - _REACH)
    closing = _SENTENCE_END.search(text, offset, offset + _REACH)
    return start, text[start : closing.start() if closing else offset + _REACH]
