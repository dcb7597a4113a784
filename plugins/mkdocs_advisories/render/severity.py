"""Severity in words and numbers, worked out from the vectors."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from cvss import constants2, constants3, constants4

from mkdocs_advisories.model import Content, Severity, SeverityType
from mkdocs_advisories.scores import decisive, score

UNSTATED = "unstated"
WORDS = ("critical", "high", "medium", "low", "none", UNSTATED)
"""The levels, most severe first: CVSS 3.1 section 5, CVSS 4.0 section 6, the NVD's for CVSS 2."""
AT_OR_ABOVE = ("critical", "high", "medium")
"""The levels that have a feed of their own: of what is as severe as that, or more."""

_SEVERE = {"H": 3, "C": 3, "M": 2, "L": 1, "P": 1, "N": 0}
_IMPACTS = frozenset({"C", "I", "A", "VC", "VI", "VA", "SC", "SI", "SA"})
_BASE = {
    SeverityType.CVSS_V2: ("AV", "AC", "Au", "C", "I", "A"),
    SeverityType.CVSS_V3: ("AV", "AC", "PR", "UI", "S", "C", "I", "A"),
    SeverityType.CVSS_V4: ("AV", "AC", "AT", "PR", "UI", "VC", "VI", "VA", "SC", "SI", "SA"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Metric:
    """One metric of a vector in words; `weight` is 0 to 3 for an impact, None for the others."""

    name: str
    value: str
    weight: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Rating:
    """How severe: a word of `WORDS`, the base score with one decimal, and what it comes from."""

    word: str
    score: str
    version: str
    vector: str
    metrics: tuple[Metric, ...]
    calculator: str


def rate(content: Content) -> Rating | None:
    """Rate an advisory by its newest kind of vector, or the worst of its packages'.

    Gives None where no vector is stated: no word is better than a guess.
    """
    severity = decisive(content)
    return None if severity is None else _rating(severity)


@lru_cache(maxsize=1024)
def _rating(severity: Severity) -> Rating:
    scored = score(severity)
    return Rating(
        word=scored.word,
        score=f"{scored.value:.1f}",
        version=scored.version,
        vector=severity.score,
        metrics=tuple(_metrics(severity)),
        calculator=_calculator(severity.score, scored.version),
    )


def _metrics(severity: Severity) -> list[Metric]:
    names, values = _wording(severity.type)
    stated = dict(pair.split(":") for pair in severity.score.split("/") if pair.count(":") == 1)
    return [
        Metric(
            name=names[key],
            value=values[key][stated[key]],
            weight=_SEVERE[stated[key]] if key in _IMPACTS else None,
        )
        for key in _BASE[severity.type]
    ]


def _wording(kind: SeverityType) -> tuple[Mapping[str, str], Mapping[str, Mapping[str, str]]]:
    constants = {
        SeverityType.CVSS_V2: constants2,
        SeverityType.CVSS_V3: constants3,
        SeverityType.CVSS_V4: constants4,
    }[kind]
    return constants.METRICS_ABBREVIATIONS, constants.METRICS_VALUE_NAMES


def _calculator(vector: str, version: str) -> str:
    if version == "2.0":
        return f"https://nvd.nist.gov/vuln-metrics/cvss/v2-calculator?vector=({vector})"
    return f"https://www.first.org/cvss/calculator/{version}#{vector}"
