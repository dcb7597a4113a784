"""The pages about many advisories: projects, years, what came together, and released versions."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from mkdocs_advisories.model import Notice
from mkdocs_advisories.policy import Policy
from mkdocs_advisories.render.bundle import bundle_pages, bundles
from mkdocs_advisories.render.listing import Lists
from mkdocs_advisories.render.outline import Outline, standing
from mkdocs_advisories.render.project import lines_by_project, project_pages
from mkdocs_advisories.render.release import release_pages, shelves
from mkdocs_advisories.render.releases import most_of_a_project, releases
from mkdocs_advisories.render.site_page import Page
from mkdocs_advisories.render.year import year_pages, years_of
from mkdocs_advisories.site.batch import Batch, batch_of_pages
from mkdocs_advisories.site.sheet import Excerpts
from mkdocs_advisories.site.sheets import Sheets

_AT_HAND = 256
"""Excerpts that are kept: the pages of a project quote the same advisories again and again."""

PAGE_ROOTS = frozenset({"bundles", "projects", "years"})
"""The first parts of the addresses of all of them."""


def lists_of(sheets: Sheets, *, policy: Policy, index_uri: str) -> Lists:
    """Give what all pages with lists have in common."""
    known: dict[str, Excerpts] = {}

    def excerpts_of(line: Outline) -> Excerpts:
        if line.id not in known:
            if len(known) == _AT_HAND:
                known.clear()
            known[line.id] = sheets.excerpts(line)
        return known[line.id]

    return Lists(
        policy=policy,
        index_uri=index_uri,
        row_of=lambda line: excerpts_of(line).row,
        brief_of=lambda line: excerpts_of(line).brief,
    )


def pages_about_many(
    sheets: Sheets, *, lists: Lists, upcoming: Sequence[Notice] = ()
) -> Iterator[Batch]:
    """Render all of them."""
    yield from _projects(sheets, lists, upcoming)
    years = years_of(sheets.outlines)
    for year, lines in years.items():
        make = partial(year_pages, year, lines, years=tuple(years), lists=lists)
        yield sheets.pages(f"years {year} {sorted(years)}", lines, make)
    public = frozenset(one.id for one in sheets.outlines)
    for instant, lines in bundles(sheets.outlines).items():
        stated = f"bundles {instant.isoformat()}"
        yield sheets.pages(stated, lines, partial(_bundle, sheets, lines, lists, public))


def _projects(sheets: Sheets, lists: Lists, upcoming: Sequence[Notice]) -> Iterator[Batch]:
    """Give the pages of each project, and of its versions."""
    policy = lists.policy
    stand = standing(sheets.outlines)
    names = {one.id for one in stand}
    known = _Known(
        until=_until(sheets.outlines, policy),
        most=most_of_a_project(stand, policy=policy),
    )
    for name, lines in lines_by_project(sheets.outlines, policy=policy).items():
        told = [one for one in upcoming if name in one.projects]
        own = replace(known, fallen=tuple(one.id for one in lines if one.id not in names))
        make = partial(_project, sheets, name, lines, lists=lists, known=own, told=told)
        stated = f"projects {name} {own}"
        # What is upcoming is held: it is remembered nowhere.
        yield batch_of_pages(stated, make()) if told else sheets.pages(stated, lines, make)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Known:
    """What decides about versions beside the advisories of a project.

    `until` is the day of the last release that is known, `most` how many versions have pages; the
    advisories that are `fallen` stand no more: withdrawn, or superseded.
    """

    until: date
    most: int
    fallen: tuple[str, ...] = ()


def _until(lines: Sequence[Outline], policy: Policy) -> date:
    """Give the day on which the last line was released that is known when the newest comes out."""
    newest = max((one.published for one in lines), default=None)
    if newest is None:
        return date.min
    maintained = (one.maintained.releases for one in policy.projects if one.maintained)
    days = (one.released for some in maintained for one in some)
    return max((day for day in days if day <= policy.day_of(newest)), default=date.min)


def _project(  # noqa: PLR0913 - what it is made of, and what else decides
    sheets: Sheets,
    name: str,
    lines: Sequence[Outline],
    *,
    lists: Lists,
    known: _Known,
    told: Sequence[Notice],
) -> Iterator[Page]:
    """Render the pages of a project, and of its versions."""
    policy = lists.policy
    stand = [sheets.disclosed(one) for one in lines if one.id not in known.fallen]
    versions = releases(name, stand, policy=policy, until=known.until, most=known.most)
    yield from project_pages(
        name,
        lines,
        lists=lists,
        upcoming=told,
        shelves=shelves(versions, project=name, policy=policy),
    )
    yield from release_pages(name, versions, lines, lists=lists)


def _bundle(
    sheets: Sheets, lines: Sequence[Outline], lists: Lists, public: frozenset[str]
) -> Iterator[Page]:
    return bundle_pages(
        lines,
        disclosed=[sheets.disclosed(one) for one in lines],
        public=public,
        lists=lists,
    )
