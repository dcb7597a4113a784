"""Ids: the advisory's own, and those that it goes by elsewhere."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

from mkdocs_advisories.checks.case import Case, Finding
from mkdocs_advisories.checks.clock import embargo_has_an_end
from mkdocs_advisories.checks.edits import rewrite
from mkdocs_advisories.checks.known_ids import (
    expected_form,
    is_of_a_database,
    is_placeholder,
    well_formed,
    year_of,
)
from mkdocs_advisories.checks.rule import error, warning
from mkdocs_advisories.checks.unfinished import is_unfinished
from mkdocs_advisories.policy import Policy
from mkdocs_advisories.problems import Related
from mkdocs_advisories.source.draft import Card
from mkdocs_advisories.source.positions import Path

_LEADING = frozenset({"related", "upstream", "superseded_by"})
"""Fields whose ids are links to other advisories."""

_IDS = "id aliases related upstream superseded_by"
_LATEST_MONTH_OF_NEXT_YEAR = 3


@error("ADV200", reads="id embargo")
def year_not_after_embargo(case: Case) -> Iterator[Finding]:
    """The year in the advisory's own id is not later than its disclosure."""
    year, ends = year_of(case.content.id), _years(case)
    if year and ends and year > max(ends):
        yield _own_year(
            case,
            text="the id is of the year {year}, but the embargo ends in {embargo}",
            remedy="number it in the year of its disclosure, or correct the embargo",
            year=year,
        )


@warning("ADV201", reads="id embargo")
def year_near_embargo(case: Case) -> Iterator[Finding]:
    """The year in the advisory's own id is that of its disclosure, or that just before it.

    An id may be taken in December and disclosed in the next year's first months.
    """
    year, ends = year_of(case.content.id), _years(case)
    if not year or not ends or case.draft.embargo is None or year >= min(ends):
        return
    if any(embargo_has_an_end.judge(case)):
        return  # the year of the embargo is the slip, and is told of
    is_next = year + 1 == min(ends) and case.draft.embargo.month <= _LATEST_MONTH_OF_NEXT_YEAR
    if not is_next:
        yield _own_year(
            case,
            text="the id is of the year {year}, and the embargo ends in {embargo}",
            remedy="see whether the year is a slip; if the id was taken so early, leave it",
            year=year,
        )


@warning("ADV202", reads="aliases embargo revisions cve_issued", spoils=True)
def cve_not_from_the_future(case: Case) -> Iterator[Finding]:
    """A CVE id is not of a later year than anything that the file tells of."""
    told = [
        case.draft.embargo,
        case.draft.cve_issued,
        *(one.date for one in case.content.revisions),
    ]
    years = {year for one in told if one for year in _years_of(one, case.policy)}
    for index, alias in enumerate(case.content.aliases):
        year = year_of(alias) if alias.upper().startswith("CVE-") else None
        if year and years and year > max(years) and case.draft.embargo:
            yield case.finding(
                "aliases",
                index,
                text="`{id}` is of the year {year}, later than all that this file tells of",
                remedy="correct the id; if it was assigned later, add a revision that says so",
                id=alias,
                year=str(year),
            )


@error("ADV203", reads=_IDS)
def no_placeholder(case: Case) -> Iterator[Finding]:
    """An id is no placeholder."""
    for path, text in _ids(case):
        if is_placeholder(text):
            yield case.finding(
                *path,
                text="`{id}` is a placeholder, not an id",
                remedy="write the id that was assigned"
                if path[0] == "id"
                else "write the id once it is assigned; leave it out until then",
                id=text,
            )


@error("ADV204", reads=_IDS)
def known_form(case: Case) -> Iterator[Finding]:
    """An id of a well-known database has the form and the letter case that its database gives."""
    for path, text in _ids(case):
        form = expected_form(text)
        if form is None or is_placeholder(text):
            continue
        right = well_formed(text)
        same = [where for where, one in _ids(case) if one == right]
        if same:
            yield case.finding(
                *path,
                text="`{id}` is `{right}` in another spelling, which is there already",
                remedy="remove one of the two",
                related=(Related(place=case.place(*same[0]), text="here"),),
                id=text,
                right=right or "",
            )
            continue
        fix = rewrite(case, path, right, text="write it as `{right}`") if right else None
        yield case.finding(
            *path,
            text="`{id}` does not have the form of a {database} id",
            remedy="write it as `{right}`"
            if right
            else f"it reads like `{form.example}`: {form.words}",
            fix=fix if path[0] != "id" else None,
            id=text,
            database=form.name,
            right=right or "",
        )


@error("ADV205", reads="id aliases")
def one_cve(case: Case) -> Iterator[Finding]:
    """An advisory is about one vulnerability, so it has one CVE id at most."""
    names = [(("id",), case.content.id), *_list(case, "aliases")]
    cves = [(path, text) for path, text in names if re.match(r"(?i)CVE-[0-9]", text)]
    for path, text in cves[1:]:
        yield case.finding(
            *path,
            text="`{id}` is a second CVE id",
            remedy="one advisory is about one vulnerability: write one for each, or use `related`",
            related=(Related(place=case.place(*cves[0][0]), text="the first is `{first}`"),),
            id=text,
            first=cves[0][1],
        )


@warning("ADV206", reads="summary affected")
def told_once(case: Case) -> Iterator[Finding]:
    """No other file has the same summary and the very same affected versions.

    It is reported in the file that is disclosed later, or else in the later path, so that a public
    file never leads to a held one.
    """
    mine = case.draft.card
    if is_unfinished(case.content.summary):
        return
    for other in case.house.cards_by_substance.get(mine.substance, ()):
        if _age(other) < _age(mine) and not _knows(case, other):
            yield case.finding(
                "summary",
                text="another file has this summary and the same affected versions",
                remedy="merge the two, or say what differs; name it in `related` if both are meant",
                related=(Related(place=other.summary_place, text="the other one"),),
            )
            return


@warning("ADV207", reads=_IDS, trusts=_IDS)
def own_ids_are_there(case: Case) -> Iterator[Finding]:
    """An id of the organisation's own leads to one of its advisories.

    Silent where the pattern allows ids that others give as well (GitHub's), and where a sealed file
    could be the one that is meant.
    """
    for path, text in _ids(case):
        if path[0] in _LEADING and _is_own(case, text) and not _is_there(case, text):
            yield case.finding(
                *path,
                text="there is no advisory `{id}`",
                remedy="correct the id: it leads readers nowhere",
                id=text,
            )


def _is_own(case: Case, text: str) -> bool:
    is_foreign = is_of_a_database(text) or is_placeholder(text)
    return not is_foreign and case.policy.is_own_id(text)


def _is_there(case: Case, text: str) -> bool:
    house = case.house
    return house.has_sealed or text in house.stems or text.lower() in house.cards_by_name


def _age(one: Card) -> tuple[datetime, str]:
    return one.embargo or datetime.max.replace(tzinfo=UTC), one.path


def _knows(case: Case, other: Card) -> bool:
    """Say whether a file knows of another one, or has one of its ids, which ADV131 and 132 tell."""
    content = case.content
    known = (*content.named_ids(), *content.related, content.superseded_by or "")
    names = {name.lower() for name in known}
    return bool(content.withdrawn) or not other.names.isdisjoint(names)


def _own_year(case: Case, *, text: str, remedy: str, year: int) -> Finding:
    start = case.content.id.index(str(year))
    return case.finding(
        "id",
        text=text,
        remedy=remedy,
        place=case.part_place(("id",), start, len(str(year))),
        related=(Related(place=case.place("embargo"), text="the end of the embargo"),),
        year=str(year),
        embargo=str(min(_years(case))),
    )


def _years(case: Case) -> set[int]:
    embargo = case.draft.embargo
    return _years_of(embargo, case.policy) if embargo else set()


def _years_of(instant: datetime, policy: Policy) -> set[int]:
    """Give the year of an instant in UTC and in the organisation's zone: either is right."""
    return {instant.year, policy.day_of(instant).year}


def _ids(case: Case) -> Iterator[tuple[Path, str]]:
    yield ("id",), case.content.id
    for name in ("aliases", "related", "upstream"):
        yield from _list(case, name)
    if case.content.superseded_by:
        yield ("superseded_by",), case.content.superseded_by


def _list(case: Case, name: str) -> Iterator[tuple[Path, str]]:
    for index, text in enumerate(getattr(case.content, name)):
        yield (name, index), text
