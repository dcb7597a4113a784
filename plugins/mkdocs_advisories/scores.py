"""The score of a CVSS vector, and the word for it."""

from dataclasses import dataclass
from functools import lru_cache
from typing import SupportsFloat

from cvss import CVSS2, CVSS3, CVSS4

from mkdocs_advisories.model import Content, Severity, SeverityType

_NEWEST_FIRST = (SeverityType.CVSS_V4, SeverityType.CVSS_V3, SeverityType.CVSS_V2)


@dataclass(frozen=True, kw_only=True, slots=True)
class Score:
    """A base score from 0 to 10, its word in lower case, and the version of CVSS.

    `vector` has the metrics in the standard's order, without those that are not defined.
    """

    value: float
    word: str
    version: str
    vector: str


@lru_cache(maxsize=4096)
def score(severity: Severity) -> Score:
    """Score a valid vector (CVSS 3.1 section 5, CVSS 4.0 section 6, the NVD's words for CVSS 2)."""
    if severity.type is SeverityType.CVSS_V4:
        four = CVSS4(severity.score)
        return _scored(four, value=four.base_score, word=four.severity, version="4.0")
    if severity.type is SeverityType.CVSS_V3:
        three = CVSS3(severity.score)
        word, version = three.severities()[0], severity.score[5:8]
        return _scored(three, value=three.base_score, word=word, version=version)
    two = CVSS2(severity.score)
    return _scored(two, value=two.base_score, word=two.severities()[0], version="2.0")


def _scored(read: CVSS2 | CVSS3 | CVSS4, *, value: SupportsFloat, word: str, version: str) -> Score:
    vector: str = read.clean_vector()
    return Score(value=float(value), word=word.lower(), version=version, vector=vector)


def decisive(content: Content) -> Severity | None:
    """Give the vector that rates an advisory: the newest kind, or the worst of its packages'.

    None where no vector is stated.
    """
    if content.severity:
        return min(content.severity, key=lambda one: _NEWEST_FIRST.index(one.type))
    of_packages = (one for affected in content.affected for one in affected.severity)
    return max(of_packages, key=lambda one: score(one).value, default=None)
