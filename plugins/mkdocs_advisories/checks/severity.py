"""Severity: stated by a vector, and by nothing that disagrees with it."""

import re
from collections.abc import Iterable, Iterator, Mapping

from mkdocs_advisories.checks.case import Case, Finding
from mkdocs_advisories.checks.rule import error, warning
from mkdocs_advisories.model import Severity
from mkdocs_advisories.problems import Related
from mkdocs_advisories.scores import score
from mkdocs_advisories.source.nodes import Scalar, walk
from mkdocs_advisories.source.positions import Path

_WORDS = {
    **{word: word for word in ("none", "low", "medium", "high", "critical")},
    "moderate": "medium",
    "important": "high",
}
_KEYS_OF_WORDS = frozenset({"severity", "cvssseverity", "baseseverity", "severityrating", "rating"})
_KEYS_OF_SCORES = frozenset({"cvssscore", "basescore", "cvss", "score"})
_FREE = ("ecosystem_specific", "database_specific")


@warning("ADV230", reads="severity affected withdrawn")
def severity_is_stated(case: Case) -> Iterator[Finding]:
    """Readers learn how severe it is, so that they know how soon to act."""
    content = case.content
    is_stated = content.severity or any(one.severity for one in content.affected)
    if not is_stated and not content.withdrawn:
        yield case.finding(
            text="no severity is stated, so the page and the feed can give none",
            remedy='add `severity`: a list of vectors, `{type: CVSS_V3, score: "CVSS:3.1/…"}`',
        )


@error("ADV231", reads="severity affected")
def stated_words_are_those_of_the_vector(case: Case) -> Iterator[Finding]:
    """A word or a number for the severity, wherever it stands, is what the vector gives."""
    for path, node in _free_data(case):
        vectors = _vectors_for(case, path)
        key = re.sub(r"[^a-z]", "", str(path[-1]).lower())
        if vectors and _disagrees(node.text, key, vectors.values()):
            yield case.finding(
                *path,
                text="severity is `{stated}` here, but the vector gives {given}",
                remedy="delete this field: word and score are worked out from the vector",
                related=tuple(
                    Related(place=case.place(*where), text="this vector gives {given}")
                    for where in vectors
                ),
                stated=node.text,
                given=" or ".join(sorted({_shown(one) for one in vectors.values()})),
            )


@warning("ADV232", reads="severity affected")
def something_is_harmed(case: Case) -> Iterator[Finding]:
    """A vector has an impact on something, or it is no vulnerability."""
    for path, one in _all_vectors(case).items():
        if score(one).value == 0:
            yield case.finding(
                *path,
                text="the vector scores 0.0: it says that nothing is harmed",
                remedy="set the impact metrics, or ask whether an advisory is needed",
            )


def _free_data(case: Case) -> Iterator[tuple[Path, Scalar]]:
    """Give every scalar of what other databases have added to packages and ranges."""
    for index, affected in enumerate(case.content.affected):
        above: list[Path] = [("affected", index)]
        above += [("affected", index, "ranges", at) for at in range(len(affected.ranges))]
        for path in ((*one, name) for one in above for name in _FREE):
            free = case.node(*path)
            for below, node in walk(free) if free else ():
                if isinstance(node, Scalar):
                    yield (*path, *below), node


def _all_vectors(case: Case) -> dict[Path, Severity]:
    content = case.content
    whole: dict[Path, Severity] = {
        ("severity", at, "score"): one for at, one in enumerate(content.severity)
    }
    of_packages: dict[Path, Severity] = {
        ("affected", index, "severity", at, "score"): one
        for index, affected in enumerate(content.affected)
        for at, one in enumerate(affected.severity)
    }
    return {**whole, **of_packages}


def _vectors_for(case: Case, path: Path) -> Mapping[Path, Severity]:
    """Give the vectors that say how severe a place in `affected` is."""
    every = _all_vectors(case)
    own = {where: one for where, one in every.items() if where[:2] == path[:2]}
    return own or {where: one for where, one in every.items() if where[0] == "severity"}


def _disagrees(text: str, key: str, vectors: Iterable[Severity]) -> bool:
    """Say whether a field states another severity than every vector; in doubt, it does not."""
    scores = [score(one) for one in vectors]
    if key in _KEYS_OF_WORDS and text.strip().lower() in _WORDS:
        return _WORDS[text.strip().lower()] not in {one.word for one in scores}
    if key in _KEYS_OF_SCORES and re.fullmatch(r"(10|[0-9])(\.[0-9])?", text):
        return float(text) not in {one.value for one in scores}
    return False


def _shown(one: Severity) -> str:
    scored = score(one)
    return f"{scored.word} ({scored.value:.1f})"
