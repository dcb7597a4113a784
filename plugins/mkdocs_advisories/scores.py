"""The score of a CVSS vector, and the word for it."""

from dataclasses import dataclass
from functools import lru_cache

from cvss import CVSS2, CVSS3, CVSS4

from mkdocs_advisories.model import Content, Severity, SeverityType

_NEWEST_FIRST = (SeverityType.CVSS_V4, SeverityType.CVSS_V3, SeverityType.CVSS_V2)


@dataclass(frozen=True, kw_only=True, slots=True)
class Score:
    """A base score from 0 to 10, its word in lower case, and the version of CVSS."""

    value: float
    word: str
    version: str


@lru_cache(maxsize=4096)
def score(severity: Severity) -> Score:
    """Score a valid vector (CVSS 3.1 section 5, CVSS 4.0 section 6, the NVD's words for CVSS 2)."""
    if severity.type is SeverityType.CVSS_V4:
        four = CVSS4(severity.score)
        return Score(value=float(four.base_score), word=four.severity.lower(), version="4.0")
    if severity.type is SeverityType.CVSS_V3:
        three = CVSS3(severity.score)
        word, version = three.severities()[0].lower(), severity.score[5:8]
        return Score(value=float(three.base_score), word=word, version=version)
    two = CVSS2(severity.score)
    return Score(value=float(two.base_score), word=two.severities()[0].lower(), version="2.0")


def decisive(content: Content) -> Severity | None:
    """Give the vector that rates an advisory: the newest kind, or the worst of its packages'.

    None where no vector is stated.
    """
    if content.severity:
        return min(content.severity, key=lambda one: _NEWEST_FIRST.index(one.type))
    of_packages = (one for affected in content.affected for one in affected.severity)
    return max(of_packages, key=lambda one: score(one).value, default=None)
