"""All advisories as a table, newest first, and the form that narrows it in the reader's browser."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mkdocs_advisories.model import Disclosed
from mkdocs_advisories.policy import Policy
from mkdocs_advisories.render.checkable import VERSIONS_URI
from mkdocs_advisories.render.feed_addresses import project_feed_uri, severity_feed_uri
from mkdocs_advisories.render.severity import AT_OR_ABOVE, UNSTATED, WORDS
from mkdocs_advisories.render.templating import render
from mkdocs_advisories.render.view import View, view


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """One choice of a filter, for how many advisories it stands, and the feed that follows it."""

    value: str
    label: str
    count: int
    feed_uri: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """An advisory's line in the table, and what a reader may search, filter and sort it by."""

    shown: View
    severity: str
    score: float
    projects: tuple[str, ...]
    year: str
    words: str


def index(advisories: Iterable[Disclosed], *, policy: Policy, root: str) -> str:
    """Render the list of advisories in the given order.

    `root` is the way from the page on which it will stand to the root of the site.
    """
    known = tuple(advisories)
    public = frozenset(one.id for one in known)
    lines = [_line(view(one, policy=policy, public=public)) for one in known]
    return render(
        "index.html",
        lines=lines,
        projects=_projects(lines, policy),
        years=_years(lines),
        severities=_severities(lines, policy),
        root=root,
        feed_uri=policy.feed.uri,
        versions_uri=VERSIONS_URI,
    )


def _line(shown: View) -> Line:
    unseen = (*(one.text for one in shown.aliases), *(one.name for one in shown.packages))
    return Line(
        shown=shown,
        severity=shown.rating.word if shown.rating else UNSTATED,
        score=float(shown.rating.score) if shown.rating else -1.0,
        projects=tuple(one.text for one in shown.projects),
        year=shown.published.day.rpartition(" ")[2],
        words=" ".join(dict.fromkeys(unseen)),
    )


def _projects(lines: Sequence[Line], policy: Policy) -> list[Choice]:
    """Offer every project that a line is about; those of the policy have a feed."""
    counts = Counter(name for one in lines for name in one.projects)
    ours = {one.name for one in policy.projects}
    return [
        Choice(
            value=name,
            label=name,
            count=counts[name],
            feed_uri=project_feed_uri(policy.feed.uri, name) if name in ours else None,
        )
        for name in sorted(counts, key=lambda name: (name.lower(), name))
    ]


def _years(lines: Sequence[Line]) -> list[Choice]:
    counts = Counter(one.year for one in lines)
    return [Choice(value=one, label=one, count=counts[one]) for one in sorted(counts, reverse=True)]


def _severities(lines: Sequence[Line], policy: Policy) -> list[Choice]:
    counts = Counter(one.severity for one in lines)
    return [
        Choice(
            value=word,
            label="Not rated" if word == UNSTATED else word.capitalize(),
            count=counts[word],
            feed_uri=severity_feed_uri(policy.feed.uri, word) if word in AT_OR_ABOVE else None,
        )
        for word in WORDS
        if counts[word]
    ]
