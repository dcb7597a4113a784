"""A released version's page: "what is known about 36.0.5?"."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from mkdocs_advisories.policy import Policy
from mkdocs_advisories.render.addresses import project_uri, version_uri
from mkdocs_advisories.render.commands import upgrade_commands
from mkdocs_advisories.render.listing import Excerpt, Lists, placed
from mkdocs_advisories.render.outline import Outline
from mkdocs_advisories.render.releases import Releases, Verdict
from mkdocs_advisories.render.site_page import Page, page_about_many, root_of
from mkdocs_advisories.render.slugs import exact_slug, project_slug
from mkdocs_advisories.render.templating import render_page

MOST_LISTED = 100
"""Advisories that a page about a version names; of the others it says how many there are."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownVerdict:
    """One package at one version, ready to be placed: the worst advisories come first.

    `affected` and `unknown` are items of lists, as many as are `_shown` of those that there are.
    """

    name: str
    ecosystem: str
    count: int
    affected: Markup
    affected_shown: int
    unknown: Markup
    unknown_shown: int
    unknown_count: int
    upgrade: str | None
    in_line: bool | None
    commands: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """A version, and where its page is."""

    version: str
    uri: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Shelf:
    """Links to the pages about versions of packages that are numbered alike, highest first."""

    packages: tuple[str, ...]
    links: tuple[Link, ...]


def release_pages(
    name: str,
    known: Releases,
    lines: Iterable[Outline],
    *,
    lists: Lists,
) -> Iterator[Page]:
    """Render a page for each version of a project; `lines` are all advisories that are in it."""
    by_id = {one.id: one for one in lines}
    policy = lists.policy
    slug = project_slug(name, policy)
    for release in known.releases:
        uri = version_uri(slug, exact_slug(release.version))
        root = root_of(uri)
        verdicts = [_shown(one, by_id, lists.brief_of, root) for one in release.verdicts]
        made = render_page(
            "release.html",
            language=policy.language,
            project=name,
            version=release.version,
            verdicts=verdicts,
            is_affected=any(one.count for one in verdicts),
            is_certain=not any(one.unknown_count for one in verdicts),
            root=root,
            project_uri=project_uri(slug),
            index_uri=lists.index_uri,
        )
        changes = (
            one.modified
            for verdict in release.verdicts
            for one in (*verdict.affected, *verdict.unknown)
        )
        yield page_about_many(made, uri=uri, policy=policy, changes=changes)


def shelves(known: Releases, *, project: str, policy: Policy) -> tuple[Shelf, ...]:
    """Give the links to the pages about a project's versions."""
    slug = project_slug(project, policy)
    return tuple(
        Shelf(
            packages=tuple(f"{it.ecosystem}/{it.name}" for it in one.packages),
            links=tuple(
                Link(version=version, uri=version_uri(slug, exact_slug(version)))
                for version in one.versions
            ),
        )
        for one in known.numbered
    )


def _shown(
    verdict: Verdict, by_id: Mapping[str, Outline], brief_of: Excerpt, root: str
) -> ShownVerdict:
    package, fix = verdict.package, verdict.upgrade
    affected = _worst(by_id[one.id] for one in verdict.affected)
    unknown = _worst(by_id[one.id] for one in verdict.unknown)
    return ShownVerdict(
        name=package.name,
        ecosystem=package.ecosystem,
        count=len(verdict.affected),
        affected=placed(brief_of, affected, root=root),
        affected_shown=len(affected),
        unknown=placed(brief_of, unknown, root=root),
        unknown_shown=len(unknown),
        unknown_count=len(verdict.unknown),
        upgrade=fix,
        in_line=verdict.in_line,
        commands=upgrade_commands(package.ecosystem, package.name, [fix] if fix else []),
    )


def _worst(lines: Iterable[Outline]) -> Sequence[Outline]:
    newest = sorted(lines, key=lambda one: one.published, reverse=True)
    return sorted(newest, key=lambda one: -one.score)[:MOST_LISTED]
