"""All advisories as a table, newest first, and the form that narrows it in the reader's browser."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from mkdocs_advisories.model import Notice
from mkdocs_advisories.policy import Policy
from mkdocs_advisories.render.addresses import year_uri
from mkdocs_advisories.render.checkable import VERSIONS_URI
from mkdocs_advisories.render.feed_addresses import project_feed_uri, severity_feed_uri
from mkdocs_advisories.render.listing import parts
from mkdocs_advisories.render.outline import Outline
from mkdocs_advisories.render.severity import AT_OR_ABOVE, WORDS
from mkdocs_advisories.render.templating import render
from mkdocs_advisories.render.upcoming import shown_notices
from mkdocs_advisories.render.words import words_of
from mkdocs_advisories.render.words.terms import severity_word


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """One choice of a filter, for how many advisories it stands, and the feed that follows it."""

    value: str
    label: str
    count: int
    feed_uri: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Year:
    """A year as a choice of the filter, its page, and the pages that together have all of it."""

    value: str
    label: str
    count: int
    uri: str
    parts: tuple[str, ...]


def index(
    lines: Sequence[Outline],
    *,
    policy: Policy,
    root: str,
    rows: Markup,
    upcoming: Sequence[Notice] = (),
) -> str:
    """Render the list of advisories in the given order, or as many of them as one page may have.

    `rows` are those; `root` is the way from the page on which it will stand to the site's root.
    """
    return render(
        "index.html",
        language=policy.language,
        rows=rows,
        shown=min(len(lines), policy.pages.rows),
        total=len(lines),
        projects=_projects(lines, policy),
        years=_years(lines, most=policy.pages.rows),
        severities=_severities(lines, policy),
        root=root,
        feed_uri=policy.feed.uri,
        versions_uri=VERSIONS_URI,
        upcoming=shown_notices(upcoming, policy=policy),
    )


def _projects(lines: Sequence[Outline], policy: Policy) -> list[Choice]:
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


def _years(lines: Sequence[Outline], *, most: int) -> list[Year]:
    by_year: dict[str, list[Outline]] = {}
    for one in lines:
        by_year.setdefault(one.year, []).append(one)
    return [_year(name, by_year[name], most=most) for name in sorted(by_year, reverse=True)]


def _year(name: str, lines: Sequence[Outline], *, most: int) -> Year:
    uri = year_uri(name)
    pages = [one.uri for one in parts(lines, uri=uri, most=most)]
    # The first page has the newest once more, where there are others.
    whole = tuple(reversed(pages[1:])) or (uri,)
    return Year(value=name, label=name, count=len(lines), uri=uri, parts=whole)


def _severities(lines: Sequence[Outline], policy: Policy) -> list[Choice]:
    counts, words = Counter(one.severity for one in lines), words_of(policy.language)
    return [
        Choice(
            value=word,
            label=severity_word(words, word),
            count=counts[word],
            feed_uri=severity_feed_uri(policy.feed.uri, word) if word in AT_OR_ABOVE else None,
        )
        for word in WORDS
        if counts[word]
    ]
