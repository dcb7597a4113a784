"""The body as a reader takes it in: words, and the names and versions set as code."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from mkdocs_advisories.checks.case import Case, once
from mkdocs_advisories.source.body import blank

_REACH = 500
"""Characters: how far the ends of a sentence are looked for."""

_SPAN = re.compile(r"(?P<fence>`{1,2})(?P<code>[^`\n]{1,80})(?P=fence)")
_NAMING = re.compile(r"[\w@/.:,<>=~^ +-]+")
_SENTENCE_END = re.compile(r"[.!?](?=\s|$)|\n[ \t]*\n|\n(?=[ \t]*(?:[*+|-]|\d+\.)[ \t])|\n(?=#)")
_TARGETS = {
    "](": re.compile(r"\((?<=\]\()[^()\n]*\)"),
    "http": re.compile(r"http(?<=\bhttp)s?://[^\s<>)]+"),
    "]:": re.compile(r"^ {0,3}\[[^\]\n]+\]:[^\n]*", re.MULTILINE),
}
"""By what all that is looked for has in it."""


def bounded(pattern: str) -> re.Pattern[str]:
    """Compile a pattern of words, in any letter case, between which is a little space at most.

    Runs of space that may be parted in many ways would take hours where somebody means harm.
    """
    pattern = pattern.replace(r"\s+", r"\s{1,8}").replace(r"\s*", r"\s{0,8}")
    return re.compile(pattern, re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Phrase:
    """Words that are looked for: a pattern, and what every match of it begins with.

    To find plain words is many times faster than to try a pattern everywhere. `openings` are such
    words (or their beginnings, in small letters); without one of `needs`, nothing is looked for.
    """

    pattern: re.Pattern[str]
    openings: tuple[str, ...]
    needs: tuple[str, ...] = ("",)

    def matches(self, case: Case) -> Iterator[re.Match[str]]:
        """Find what `finditer` finds in the readable body."""
        text, lowered = readable(case), _lowered(case)
        if not any(word in lowered for word in self.needs):
            return
        end = 0
        for start in sorted({at for word in self.openings for at in _occurrences(word, lowered)}):
            match = self.pattern.match(text, start) if start >= end else None
            if match:
                end = match.end()
                yield match


def _occurrences(word: str, text: str) -> Iterator[int]:
    at = text.find(word)
    while at >= 0:
        yield at
        at = text.find(word, at + 1)


def has_words(case: Case, *words: str) -> bool:
    """Whether any of some words (in small letters) stands in the readable body, even in a part."""
    text = _lowered(case)
    return any(word in text for word in words)


@once
def readable(case: Case) -> str:
    """Give the body without blocks of code and addresses, each character at its offset.

    Of code within a line, names and versions stay (without the backticks): `wasmtime` 36.0.7.
    """
    body, prose = case.draft.parts.body, case.draft.prose
    shown, done = [], 0
    for match in _SPAN.finditer(body):
        start, end = match.span("code")
        if _stands_in_prose(match, body, prose) and _NAMING.fullmatch(match["code"]):
            shown += [prose[done:start], match["code"]]
            done = end
    text = "".join([*shown, prose[done:]])
    for sign, target in _TARGETS.items():
        if sign in text:
            text = target.sub(lambda match: blank(match[0]), text)
    return text


@once
def _lowered(case: Case) -> str:
    """Give the readable body in small letters, each at its offset: `İ` would be two."""
    text = readable(case)
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(small if len(small := one.lower()) == 1 else one for one in text)


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
