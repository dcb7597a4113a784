"""Severity words, scores and vectors in the text are those that the data gives."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from mkdocs_advisories.checks.case import Case, Finding
from mkdocs_advisories.checks.prose import Phrase, bounded, readable, sentence
from mkdocs_advisories.checks.rule import error
from mkdocs_advisories.model import Severity
from mkdocs_advisories.problems import Place, Related
from mkdocs_advisories.scores import score
from mkdocs_advisories.source.positions import Path

_WORD = bounded(
    r"\b(?P<word>critical|high|medium|moderate|low)[- ]severity\b"
    r"|\bseverity(?:\s+(?:is|of this \w+ is|rating|level|was rated))?[\s:*_|]{1,6}"
    r"(?P<word2>critical|high|medium|moderate|low)\b"
    r"|\b(?:a|this)\s+(?P<word4>critical)\s+(?:security\s+|remote\s+)?"
    r"(?:vulnerability|flaw|issue|bug|hole)\b"
    r"|\bthe\s+(?P<word6>critical)\s+(?:security\s+)?(?:vulnerability|flaw|bug)\b"
    r"|\bth(?:is|e)\s+(?:vulnerability|flaw|issue|bug)\s+is\s+(?:considered\s+|deemed\s+)?"
    r"(?P<word7>critical|high|medium|moderate|low)(?=\s*[.,;:!](?:\s|\Z))"
    r"|\brate\s+(?:this|it)\s+(?:as\s+)?(?P<word5>critical|high|medium|moderate|low)\b"
    r"|\b(?:rated|classified|assessed)\s+(?:as\s+)?(?P<word3>critical|high|medium|moderate|low)\b"
)
_IN_PASSING = frozenset({"word4", "word6"})
"""What follows “this critical vulnerability” is about the vulnerability, not about the word."""

_SCORE = Phrase(
    pattern=bounded(
        r"\bCVSS(?:[ :]?v?[234](?:\.[01])?)?(?:\s+(?:base\s+)?(?:score|rating))?(?:\s+(?:of"
        r"|is))?\s*[:=]?\s*[*_(]*"
        r"(?P<score>10\.0|\d\.\d)\b(?!\.\d|/(?!10\b))"
    ),
    openings=("cvss",),
)
_VECTOR = re.compile(r"\bCVSS:(?:3\.[01]|4\.0)(?:/[A-Za-z]+:[A-Za-z]+)+")
_LEVEL = Phrase(
    pattern=bounded(r"\b(?:critical|high|medium|moderate|low)\b"),
    openings=("critical", "high", "medium", "moderate", "low"),
)
_DENIED = re.compile(
    r"\b(?:not|no|could|would|might|if|other|another|previous|earlier|initially|originally|before|"
    r"nvd|github|vendor|distribution\w*|some|most|depend\w*|worst|range|between|instead)\b|n['’]t\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Scored:
    """What the data gives: a vector with its score and word, and where it stands."""

    vector: str
    score: str
    word: str
    place: Place

    def is_told_by(self, words: str) -> bool:
        """Whether a word, a score or a vector of the text is this one."""
        word = words.lower().replace("moderate", "medium")
        return word in {self.word, self.score} or _metrics(words) == _metrics(self.vector)


@error("ADV276", reads="severity affected", trusts="severity")
def severity_agrees(case: Case) -> Iterator[Finding]:
    """A reader who decides by the word decides as one who decides by the score."""
    for span, words in _stated(case):
        scored = tuple(_scored(case))
        if scored and not any(one.is_told_by(words) for one in scored):
            yield _disagreement(case, span, words, scored[0])


def _stated(case: Case) -> Iterator[tuple[tuple[int, int], str]]:
    """Give what the text states beyond doubt, in words, scores and vectors, and where."""
    text = readable(case)
    for match in _WORD.finditer(text) if any(_LEVEL.matches(case)) else ():
        group = next(name for name, found in match.groupdict().items() if found)
        if not _is_doubtful(text, match, before=group in _IN_PASSING):
            yield match.span(group), match[group]
    for match in _SCORE.matches(case):
        if not _is_doubtful(text, match):
            yield match.span("score"), match["score"]
    body = case.draft.parts.body
    for match in _VECTOR.finditer(body) if "CVSS:" in body else ():
        yield match.span(), match[0]


def _is_doubtful(text: str, match: re.Match[str], *, before: bool = False) -> bool:
    """Whether the sentence may mean something else; with `before`, by the words before alone."""
    start, around = sentence(text, match.start())
    return bool(_DENIED.search(around, 0, match.start() - start if before else len(around)))


def _disagreement(case: Case, span: tuple[int, int], words: str, scored: _Scored) -> Finding:
    return case.in_body(
        span[0],
        span[1] - span[0],
        text="the text says `{words}`; the vector of the data scores {score} ({word})",
        remedy="leave it out: it is shown from the vector; or correct the vector",
        related=(Related(place=scored.place, text="this vector scores {score}"),),
        words=words,
        score=scored.score,
        word=scored.word,
    )


def _scored(case: Case) -> Iterator[_Scored]:
    for index, one in enumerate(case.content.severity):
        yield _score(case, one, ("severity", index, "score"))
    for number, affected in enumerate(case.content.affected):
        for index, one in enumerate(affected.severity):
            yield _score(case, one, ("affected", number, "severity", index, "score"))


def _score(case: Case, severity: Severity, path: Path) -> _Scored:
    scored = score(severity)
    return _Scored(
        vector=severity.score,
        score=f"{scored.value:.1f}",
        word=scored.word,
        place=case.place(*path),
    )


def _metrics(vector: str) -> frozenset[str]:
    return frozenset(vector.upper().split("/"))
