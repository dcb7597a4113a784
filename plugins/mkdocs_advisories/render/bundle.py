"""What was disclosed at one instant, on one page: which advisory is fixed in which release."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from mkdocs_advisories.policy import Policy
from mkdocs_advisories.render.addresses import bundle_uri
from mkdocs_advisories.render.listing import Line, Rows, parts
from mkdocs_advisories.render.releases import fixed_releases
from mkdocs_advisories.render.site_page import Page, page_about_many, root_of
from mkdocs_advisories.render.templating import render_page

_MOST_COLUMNS = 8
_MOST_ROWS = 100


def bundles(lines: Sequence[Line]) -> dict[datetime, list[Line]]:
    """Give what was disclosed together: two advisories or more at one instant."""
    by_instant: dict[datetime, list[Line]] = {}
    for one in lines:
        by_instant.setdefault(one.disclosed.published, []).append(one)
    return {instant: some for instant, some in by_instant.items() if len(some) > 1}


def bundle_pages(
    lines: Sequence[Line], *, policy: Policy, rows: Rows, index_uri: str
) -> Iterator[Page]:
    """Render a page for each bundle; `lines` are all advisories."""
    for instant, some in bundles(lines).items():
        uri = bundle_uri(instant)
        known = list(parts(some, uri=uri, most=policy.pages.rows))
        groups = fixed_releases([one.disclosed for one in some], policy=policy, most=_MOST_ROWS)
        columns = sum(len(one.versions) for one in groups)
        for part in known:
            root = root_of(part.uri)
            made = render_page(
                "bundle.html",
                language=policy.language,
                moment=some[0].shown.published,
                total=len(some),
                projects=list(dict.fromkeys(name for one in some for name in one.projects)),
                groups=groups,
                is_matrix=0 < columns <= _MOST_COLUMNS and len(some) <= _MOST_ROWS,
                part=part,
                older=known[1:] if part.number == 0 else (),
                rows=rows.of(part.lines, root=root),
                uri=uri,
                root=root,
                index_uri=index_uri,
            )
            changes = (one.modified for one in part.lines)
            yield page_about_many(made, uri=part.uri, policy=policy, changes=changes)
