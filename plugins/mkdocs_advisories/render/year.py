"""A year's advisories on pages of their own, so that everything has a place that stays."""

from collections.abc import Iterable, Iterator, Sequence

from mkdocs_advisories.render.addresses import year_uri
from mkdocs_advisories.render.listing import Lists, older, parts, placed
from mkdocs_advisories.render.outline import Outline
from mkdocs_advisories.render.site_page import Page, page_about_many, root_of
from mkdocs_advisories.render.templating import render_page


def years_of(lines: Iterable[Outline]) -> dict[str, list[Outline]]:
    """Sort advisories into years, in the given order."""
    years: dict[str, list[Outline]] = {}
    for one in lines:
        years.setdefault(one.year, []).append(one)
    return years


def year_pages(
    year: str,
    lines: Sequence[Outline],
    *,
    years: Iterable[str],
    lists: Lists,
) -> Iterator[Page]:
    """Render the pages of a year: `lines` are all of it, newest first, `years` all there are."""
    uri, policy = year_uri(year), lists.policy
    known = list(parts(lines, uri=uri, most=policy.pages.rows))
    for part in known:
        root = root_of(part.uri)
        made = render_page(
            "year.html",
            language=policy.language,
            year=year,
            total=len(lines),
            part=part,
            older=older(known, of=part, policy=policy),
            rows=placed(lists.row_of, part.lines, root=root),
            years={one: year_uri(one) for one in years},
            root=root,
            index_uri=lists.index_uri,
        )
        changes = (one.modified for one in part.lines)
        yield page_about_many(made, uri=part.uri, policy=policy, changes=changes)
