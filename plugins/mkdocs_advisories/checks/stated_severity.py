"""Severity words, scores and vectors in the text are those that the data gives."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from cvss import CVSS2, CVSS3, CVSS4

from mkdocs_advisories.checks.case import Case, Finding
from mkdocs_advisories.checks.prose import bounded, has_words, readable, sentence
from mkdocs_advisories.checks.rule import error
from mkdocs_advisories.model import Severity, SeverityType
from mkdocs_advisories.problems import Place, Related
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

_SCORE = bounded(
    r"\bCVSS(?:[ :]?v?[234](?:\.[01])?)?(?:\s+(?:base\s+)?(?:score|rating))?(?:\s+(?:of"
    r"|is))?\s*[:=]?\s*[*_(]*"
    r"(?P<score>10\.0|\d\.\d)\b(?!\.\d|/(?!10\b))"
)
_VECTOR = re.compile(r"\bCVSS:(?:3\.[01]|4\.0)(?:/[A-Za-z]+:[A-Za-z]+)+")
_LEVELS = ("critical", "high", "medium", "moderate", "low")
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


@error("ADV276", reads="severity affected", trusts="severity")
def severity_agrees(case: Case) -> Iterator[Finding]:
    """A reader who decides by the word decides as one who decides by the score."""
    scored = tuple(_scored(case))
    if not scored:
        return
    if has_words(case.draft, *_LEVELS):
        yield from _words(case, scored)
    if not has_words(case.draft, "cvss"):
        return
    text = readable(case.draft)
    for match in _SCORE.finditer(text):
        if match["score"] not in {one.score for one in scored} and not _is_doubtful(text, match):
            yield _disagreement(case, match.span("score"), match["score"], scored[0])
    for match in _VECTOR.finditer(case.draft.parts.body):
        if _metrics(match[0]) not in {_metrics(one.vector) for one in scored}:
            yield _disagreement(case, match.span(), match[0], scored[0])


def _words(case: Case, scored: tuple[_Scored, ...]) -> Iterator[Finding]:
    text = readable(case.draft)
    for match in _WORD.finditer(text):
        group = next(name for name, found in match.groupdict().items() if found)
        word = match[group].lower().replace("moderate", "medium")
        is_doubtful = _is_doubtful(text, match, before=group in _IN_PASSING)
        if word not in {one.word for one in scored} and not is_doubtful:
            yield _disagreement(case, match.span(group), match[group], scored[0])


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
    if severity.type is SeverityType.CVSS_V4:
        four = CVSS4(severity.score)
        score, word = four.base_score, four.severity
    elif severity.type is SeverityType.CVSS_V3:
        three = CVSS3(severity.score)
        score, word = three.base_score, three.severities()[0]
    else:
        two = CVSS2(severity.score)
        score, word = two.base_score, two.severities()[0]
    return _Scored(
        vector=severity.score,
        score=f"{float(score):.1f}",
        word=word.lower(),
        place=case.place(*path),
    )


def _metrics(vector: str) -> frozenset[str]:
    return frozenset(vector.upper().split("/"))
