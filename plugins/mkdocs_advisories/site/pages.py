"""The pages about many advisories: projects, years, what came together, and released versions."""

from collections.abc import Iterator, Sequence

from mkdocs_advisories.model import Notice
from mkdocs_advisories.policy import Policy
from mkdocs_advisories.render.bundle import bundle_pages
from mkdocs_advisories.render.listing import Line, Rows
from mkdocs_advisories.render.project import project_pages
from mkdocs_advisories.render.release import release_pages, shelves
from mkdocs_advisories.render.releases import releases
from mkdocs_advisories.render.site_page import Page
from mkdocs_advisories.render.year import year_pages


def pages_about_many(
    lines: Sequence[Line],
    *,
    policy: Policy,
    rows: Rows,
    index_uri: str,
    upcoming: Sequence[Notice] = (),
) -> Iterator[Page]:
    """Render all of them; `lines` are all advisories, newest first."""
    known = releases((one.disclosed for one in lines), policy=policy)
    yield from project_pages(
        lines,
        policy=policy,
        rows=rows,
        index_uri=index_uri,
        upcoming=upcoming,
        shelves={name: shelves(own, project=name, policy=policy) for name, own in known.items()},
    )
    yield from year_pages(lines, policy=policy, rows=rows, index_uri=index_uri)
    yield from bundle_pages(lines, policy=policy, rows=rows, index_uri=index_uri)
    yield from release_pages(known, lines, policy=policy, index_uri=index_uri)
