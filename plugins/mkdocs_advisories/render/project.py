"""A project's page: what it is, what was found in it, which of its lines are maintained."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from mkdocs_advisories.model import Notice
from mkdocs_advisories.policy import Maintained, Policy
from mkdocs_advisories.render.addresses import harmless, project_uri
from mkdocs_advisories.render.checkable import VERSIONS_URI
from mkdocs_advisories.render.feed_addresses import project_feed_uri
from mkdocs_advisories.render.lines import numbers_of
from mkdocs_advisories.render.listing import Lists, older, parts, placed
from mkdocs_advisories.render.outline import Outline
from mkdocs_advisories.render.release import Shelf
from mkdocs_advisories.render.site_page import Page, page_about_many, root_of
from mkdocs_advisories.render.slugs import project_slug
from mkdocs_advisories.render.templating import render_page
from mkdocs_advisories.render.upcoming import shown_notices
from mkdocs_advisories.render.view import Moment, whole_day
from mkdocs_advisories.render.words import Words, words_of


@dataclass(frozen=True, kw_only=True, slots=True)
class MaintainedLine:
    """A release line: its first release, and the first day on which it is not maintained."""

    line: str
    released: Moment
    until: Moment | None


@dataclass(frozen=True, kw_only=True, slots=True)
class About:
    """A project: home page, lines and feed as the policy has them, packages as advisories do."""

    name: str
    uri: str
    url: str | None
    packages: tuple[str, ...]
    lines: tuple[MaintainedLine, ...]
    feed_uri: str | None


def lines_by_project(lines: Iterable[Outline], *, policy: Policy) -> dict[str, list[Outline]]:
    """Give what each project of the policy, and every other that there is, has in it."""
    by_name: dict[str, list[Outline]] = {one.name: [] for one in policy.projects}
    for one in lines:
        for name in one.projects:
            by_name.setdefault(name, []).append(one)
    return by_name


def project_pages(
    name: str,
    lines: Sequence[Outline],
    *,
    lists: Lists,
    upcoming: Sequence[Notice],
    shelves: Sequence[Shelf],
) -> Iterator[Page]:
    """Render the pages of a project. `lines` are all that is in it, newest first.

    `shelves` are links to the pages about its versions, `upcoming` is what was told of it ahead.
    """
    policy = lists.policy
    about = _about(name, lines, policy)
    known = list(parts(lines, uri=about.uri, most=policy.pages.rows))
    for part in known:
        root = root_of(part.uri)
        made = render_page(
            "project.html",
            language=policy.language,
            about=about,
            total=len(lines),
            part=part,
            older=older(known, of=part, policy=policy),
            rows=placed(lists.row_of, part.lines, root=root),
            upcoming=shown_notices(upcoming, policy=policy),
            shelves=shelves,
            versions_uri=VERSIONS_URI,
            root=root,
            index_uri=lists.index_uri,
        )
        changes = (one.modified for one in part.lines)
        yield page_about_many(
            made,
            uri=part.uri,
            policy=policy,
            changes=changes,
            searched=() if part.number else (made.description, *about.packages),
        )


def _about(name: str, lines: Iterable[Outline], policy: Policy) -> About:
    stated = next((one for one in policy.projects if one.name == name), None)
    # Not those of the policy: it may name one that only a held advisory is about.
    packages = {
        f"{one.ecosystem}/{one.name}"
        for line in lines
        for one in line.packages
        if one.project == name
    }
    return About(
        name=name,
        uri=project_uri(project_slug(name, policy)),
        url=harmless(stated.url) if stated and stated.url else None,
        packages=tuple(sorted(packages)),
        lines=tuple(_maintained(stated.maintained, words_of(policy.language)))
        if stated and stated.maintained
        else (),
        feed_uri=project_feed_uri(policy.feed.uri, name) if stated else None,
    )


def _maintained(stated: Maintained, words: Words) -> Iterator[MaintainedLine]:
    """Give the lines, newest first. Whether one has ended is for readers to see: days pass."""
    for one in sorted(stated.releases, key=lambda one: numbers_of(one.line), reverse=True):
        end = stated.end_of(one)
        yield MaintainedLine(
            line=one.line,
            released=whole_day(one.released, words),
            until=whole_day(end, words) if end else None,
        )
