"""Every feed of the site: of all advisories, each project, each severity; and the archives."""

import re
from collections.abc import Iterable, Iterator, Sequence
from importlib.resources import files

from mkdocs_advisories.model import Disclosed
from mkdocs_advisories.policy import Policy
from mkdocs_advisories.render.atom import MEDIA_TYPE, Channel, feed
from mkdocs_advisories.render.entry import Entry, Resolve, entry, last_changed
from mkdocs_advisories.render.feed_addresses import (
    archive_uri,
    json_feed_uri,
    project_feed_uri,
    severity_feed_uri,
    style_uri,
)
from mkdocs_advisories.render.json_document import json_bytes
from mkdocs_advisories.render.json_feed import json_feed
from mkdocs_advisories.render.page import Data
from mkdocs_advisories.render.severity import AT_OR_ABOVE, WORDS


def feed_files(
    advisories: Sequence[Disclosed], *, policy: Policy, resolve: Resolve
) -> dict[str, bytes]:
    """Give the feeds by their addresses.

    A feed shows the advisories changed last, so that it stays small; what it may not show any more
    is in the yearly archives of the feed of all.
    """
    public = frozenset(one.id for one in advisories)
    entries = [entry(one, policy=policy, public=public, resolve=resolve) for one in advisories]
    current = last_changed(entries, most=policy.feed.entries)
    contents = dict(_of_all(entries, current, policy))
    uri = json_feed_uri(policy.feed.uri)
    contents[uri] = json_bytes(json_feed(current, policy=policy, uri=uri))
    for channel, some in _narrower(entries, policy):
        shown = last_changed(some, most=policy.feed.entries)
        contents[channel.uri] = feed(shown, policy=policy, channel=channel)
    style = files("mkdocs_advisories.render") / "templates" / "feed.css"
    contents[style_uri(policy.feed.uri)] = style.read_bytes()
    return contents


def page_feeds(disclosed: Disclosed, *, policy: Policy) -> tuple[Data, ...]:
    """Name the feeds of the projects that an advisory is about."""
    ours = {one.name for one in policy.projects}
    return tuple(
        Data(
            name=f"Atom feed of {name}",
            uri=project_feed_uri(policy.feed.uri, name),
            media_type=MEDIA_TYPE,
        )
        for name in policy.projects_of(disclosed.content.affected)
        if name in ours
    )


def _of_all(
    entries: Sequence[Entry], current: Sequence[Entry], policy: Policy
) -> Iterator[tuple[str, bytes]]:
    """Give the feed of all and its archives: the years whose entries it does not all show."""
    archived = _archives(entries, current)
    years = sorted(archived)
    uris = [archive_uri(policy.feed.uri, year) for year in years]
    title, style = policy.feed.title, style_uri(policy.feed.uri)
    channel = Channel(
        uri=policy.feed.uri,
        title=title,
        style_uri=style,
        previous=uris[-1] if uris else None,
    )
    yield channel.uri, feed(current, policy=policy, channel=channel)
    neighbours = zip(years, uris, [None, *uris], [*uris[1:], None], strict=False)
    for year, uri, before, after in neighbours:
        channel = Channel(
            uri=uri,
            title=f"{title}: {year}",
            style_uri=style,
            current=policy.feed.uri,
            previous=before,
            next=after,
        )
        yield uri, feed(archived[year], policy=policy, channel=channel)


def _archives(entries: Sequence[Entry], current: Sequence[Entry]) -> dict[int, list[Entry]]:
    """Sort entries by the year of disclosure: each year that is over, and the newest if it is full.

    Which year is over, the newest advisory says, not the clock.
    """
    by_year: dict[int, list[Entry]] = {}
    for one in entries:
        by_year.setdefault(one.disclosed.published.year, []).append(one)
    shown = {one.id for one in current}
    newest = max(by_year, default=0)
    if all(one.id in shown for one in by_year.get(newest, ())):
        by_year.pop(newest, None)
    return by_year


def _narrower(entries: Sequence[Entry], policy: Policy) -> Iterator[tuple[Channel, list[Entry]]]:
    """Give the feed of each project of the policy, and of each severity and what is above it."""
    style = style_uri(policy.feed.uri)
    for project in policy.projects:
        channel = Channel(
            uri=project_feed_uri(policy.feed.uri, project.name),
            title=f"{policy.feed.title}: {project.name}",
            style_uri=style,
            name=f"feed/project/{_tag_part(project.name)}",
        )
        names = ((one, {it.text for it in one.shown.projects}) for one in entries)
        yield channel, [one for one, projects in names if project.name in projects]
    for word in AT_OR_ABOVE:
        above = "" if word == WORDS[0] else " or above"
        channel = Channel(
            uri=severity_feed_uri(policy.feed.uri, word),
            title=f"{policy.feed.title}: {word}{above}",
            style_uri=style,
            name=f"feed/severity/{word}",
        )
        yield channel, list(_at_or_above(entries, word))


def _at_or_above(entries: Iterable[Entry], word: str) -> Iterator[Entry]:
    levels = WORDS[: WORDS.index(word) + 1]
    for one in entries:
        if one.shown.rating and one.shown.rating.word in levels:
            yield one


def _tag_part(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "project"
