"""What was disclosed at one instant, on one page: which advisory is fixed in which release."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from mkdocs_advisories.model import Disclosed
from mkdocs_advisories.render.addresses import bundle_uri
from mkdocs_advisories.render.listing import Lists, older, parts, placed
from mkdocs_advisories.render.outline import Outline, standing
from mkdocs_advisories.render.releases import fixed_releases
from mkdocs_advisories.render.site_page import Page, page_about_many, root_of
from mkdocs_advisories.render.templating import render_page
from mkdocs_advisories.render.view import moment, view
from mkdocs_advisories.render.words import words_of

_MOST_COLUMNS = 8
_MOST_ROWS = 100


def bundles(lines: Iterable[Outline]) -> dict[datetime, list[Outline]]:
    """Give what was disclosed together: two advisories or more at one instant."""
    by_instant: dict[datetime, list[Outline]] = {}
    for one in lines:
        by_instant.setdefault(one.published, []).append(one)
    return {instant: some for instant, some in by_instant.items() if len(some) > 1}


def bundle_pages(
    lines: Sequence[Outline],
    *,
    disclosed: Sequence[Disclosed],
    public: frozenset[str],
    lists: Lists,
) -> Iterator[Page]:
    """Render the pages of a bundle: `lines` in short, `disclosed` in full, in the same order.

    `public` are the ids of all that are disclosed.
    """
    instant, policy = lines[0].published, lists.policy
    uri = bundle_uri(instant)
    known = list(parts(lines, uri=uri, most=policy.pages.rows))
    stand = {one.id for one in standing(lines)}
    groups = fixed_releases(disclosed, standing=stand, policy=policy, most=_MOST_ROWS)
    columns = sum(len(one.versions) for one in groups)
    is_matrix = 0 < columns <= _MOST_COLUMNS and len(lines) <= _MOST_ROWS
    shown = {one.id: view(one, policy=policy, public=public) for one in disclosed if is_matrix}
    for part in known:
        root = root_of(part.uri)
        made = render_page(
            "bundle.html",
            language=policy.language,
            moment=moment(instant, zone=policy.time_zone, words=words_of(policy.language)),
            total=len(lines),
            projects=list(dict.fromkeys(name for one in lines for name in one.projects)),
            groups=groups,
            is_matrix=is_matrix,
            shown=[shown[one.id] for one in part.lines if is_matrix],
            part=part,
            older=older(known, of=part, policy=policy),
            rows="" if is_matrix else placed(lists.row_of, part.lines, root=root),
            uri=uri,
            root=root,
            index_uri=lists.index_uri,
        )
        changes = (one.modified for one in part.lines)
        yield page_about_many(made, uri=part.uri, policy=policy, changes=changes)
