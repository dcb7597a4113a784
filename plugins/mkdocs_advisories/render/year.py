"""A year's advisories on pages of their own, so that everything has a place that stays."""

from collections.abc import Iterator, Sequence

from mkdocs_advisories.policy import Policy
from mkdocs_advisories.render.addresses import year_uri
from mkdocs_advisories.render.listing import Line, Rows, parts
from mkdocs_advisories.render.site_page import Page, page_about_many, root_of
from mkdocs_advisories.render.templating import render_page


def year_pages(
    lines: Sequence[Line], *, policy: Policy, rows: Rows, index_uri: str
) -> Iterator[Page]:
    """Render the pages of every year that has advisories; `lines` are all of them, newest first."""
    years = {one.year: year_uri(one.year) for one in lines}
    for year, uri in years.items():
        of_year = [one for one in lines if one.year == year]
        known = list(parts(of_year, uri=uri, most=policy.pages.rows))
        for part in known:
            root = root_of(part.uri)
            made = render_page(
                "year.html",
                language=policy.language,
                year=year,
                total=len(of_year),
                part=part,
                older=known[1:] if part.number == 0 else (),
                rows=rows.of(part.lines, root=root),
                years=years,
                root=root,
                index_uri=index_uri,
            )
            changes = (one.modified for one in part.lines)
            yield page_about_many(made, uri=part.uri, policy=policy, changes=changes)
