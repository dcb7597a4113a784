"""Every feed of the site: of all advisories, each project, each severity; and the archives."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from importlib.resources import files

from mkdocs_advisories.model import Disclosed, Notice
from mkdocs_advisories.policy import Policy
from mkdocs_advisories.render.atom import MEDIA_TYPE, Channel, feed
from mkdocs_advisories.render.entry import Entry
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
from mkdocs_advisories.render.severity import AT_OR_ABOVE, WORDS, rate
from mkdocs_advisories.render.upcoming import NoticeEntry, notice_entries
from mkdocs_advisories.render.words import words_of
from mkdocs_advisories.render.words.terms import severity_or_above

Part = tuple[int, int]
"""A year, and which part of it, counted from 1."""


EntryOf = Callable[[Disclosed], Entry]
"""Makes the entry of an advisory: only of those that a document shows, and then only for it."""


Remember = Callable[[str, Sequence[Disclosed], Callable[[], bytes]], bytes]
"""Gives a document by its name and by what it is made of: remembered, or made now."""


def feed_files(
    advisories: Sequence[Disclosed],
    *,
    policy: Policy,
    entry_of: EntryOf,
    remember: Remember,
    upcoming: Sequence[Notice] = (),
) -> dict[str, bytes]:
    """Give the feeds by their addresses.

    A feed shows the advisories changed last, so that it stays small; what it may not show any more
    is in the yearly archives of the feed of all, and what is in no archive it always shows. What is
    upcoming comes first, and is in no archive.
    """
    most = policy.feed.entries
    archives = _archives(advisories, most=most)
    current = _current(advisories, archives, most=most)
    notices = notice_entries(upcoming, policy=policy)
    narrower = (
        (channel, last_changed(some, most=most), told)
        for channel, some, told in _narrower(advisories, policy, notices)
    )
    contents = {}
    for channel, some, told in (*_of_all(current, archives, policy, notices), *narrower):
        make = partial(_document, some, channel, policy, entry_of, told)
        # What is upcoming is held: it is remembered nowhere.
        contents[channel.uri] = make() if told else remember(repr(channel), some, make)
    uri = json_feed_uri(policy.feed.uri)
    shown = tuple(map(entry_of, current))
    contents[uri] = json_bytes(json_feed(shown, policy=policy, uri=uri, notices=notices))
    style = files("mkdocs_advisories.render") / "templates" / "feed.css"
    contents[style_uri(policy.feed.uri)] = style.read_bytes()
    return contents


def page_feeds(disclosed: Disclosed, *, policy: Policy) -> tuple[Data, ...]:
    """Name the feeds of the projects that an advisory is about."""
    words = words_of(policy.language)
    ours = {one.name for one in policy.projects}
    return tuple(
        Data(
            name=words.gettext("Atom feed of %(project)s", project=name),
            uri=project_feed_uri(policy.feed.uri, name),
            media_type=MEDIA_TYPE,
        )
        for name in policy.projects_of(disclosed.content.affected)
        if name in ours
    )


def _of_all(
    current: Sequence[Disclosed],
    archives: Mapping[Part, Sequence[Disclosed]],
    policy: Policy,
    notices: Sequence[NoticeEntry],
) -> Iterator[tuple[Channel, Sequence[Disclosed], Sequence[NoticeEntry]]]:
    """Give the feed of all, then its archives, of which each leads to the one before it.

    None leads to the one behind it: an archive would change when the next one comes.
    """
    title, style = policy.feed.title, style_uri(policy.feed.uri)
    words = words_of(policy.language)
    previous = None
    for (year, number), some in archives.items():
        values = {"title": title, "year": str(year), "part": str(number)}
        channel = Channel(
            uri=archive_uri(policy.feed.uri, year, part=number),
            title=words.gettext("%(title)s: %(year)s, part %(part)s", **values)
            if number > 1
            else f"{title}: {year}",
            style_uri=style,
            current=policy.feed.uri,
            previous=previous,
        )
        yield channel, some, ()
        previous = channel.uri
    channel = Channel(uri=policy.feed.uri, title=title, style_uri=style, previous=previous)
    yield channel, current, notices


def _archives(entries: Iterable[Disclosed], *, most: int) -> dict[Part, Sequence[Disclosed]]:
    """Sort entries by the year of disclosure, and each year into parts; oldest first.

    Only what no new advisory will join is archived (RFC 5005, section 4): parts that are full, and
    the rest of a year that is over. Which year is over, the newest advisory says, not the clock.
    """
    by_year: dict[int, list[Disclosed]] = {}
    for one in sorted(entries, key=lambda one: (one.published, one.id)):
        by_year.setdefault(one.published.year, []).append(one)
    newest = max(by_year, default=0)
    return {
        (year, number): some[::-1]
        for year, of_year in by_year.items()
        for number, some in enumerate(_parts(of_year, most), start=1)
        if len(some) == most or year < newest
    }


def _parts(entries: Sequence[Disclosed], most: int) -> Iterator[Sequence[Disclosed]]:
    return (entries[start : start + most] for start in range(0, len(entries), most))


def _current(
    entries: Sequence[Disclosed], archives: Mapping[Part, Sequence[Disclosed]], *, most: int
) -> tuple[Disclosed, ...]:
    """Give the entries changed last, and those which no archive has, the newest change first."""
    archived = {one.id for some in archives.values() for one in some}
    changed = {one.id for one in last_changed(entries, most=most)}
    shown = [one for one in entries if one.id in changed or one.id not in archived]
    return last_changed(shown, most=len(shown))


def _narrower(
    entries: Sequence[Disclosed], policy: Policy, notices: Sequence[NoticeEntry]
) -> Iterator[tuple[Channel, list[Disclosed], list[NoticeEntry]]]:
    """Give the feed of each project of the policy, and of each severity and what is above it."""
    style = style_uri(policy.feed.uri)
    names = [(one, set(policy.projects_of(one.content.affected))) for one in entries]
    words = [(one, rating.word) for one in entries if (rating := rate(one.content))]
    for project in policy.projects:
        channel = Channel(
            uri=project_feed_uri(policy.feed.uri, project.name),
            title=f"{policy.feed.title}: {project.name}",
            style_uri=style,
            name=f"feed/project/{_tag_part(project.name)}",
        )
        told = [one for one in notices if project.name in one.notice.projects]
        yield channel, [one for one, projects in names if project.name in projects], told
    for word in AT_OR_ABOVE:
        severity = severity_or_above(words_of(policy.language), word)
        channel = Channel(
            uri=severity_feed_uri(policy.feed.uri, word),
            title=f"{policy.feed.title}: {severity}",
            style_uri=style,
            name=f"feed/severity/{word}",
        )
        levels = WORDS[: WORDS.index(word) + 1]
        told = [one for one in notices if one.notice.severity in levels]
        yield channel, [one for one, rated in words if rated in levels], told


def _document(
    some: Sequence[Disclosed],
    channel: Channel,
    policy: Policy,
    entry_of: EntryOf,
    notices: Sequence[NoticeEntry],
) -> bytes:
    return feed(tuple(map(entry_of, some)), policy=policy, channel=channel, notices=notices)


def _tag_part(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "project"


def last_changed(advisories: Sequence[Disclosed], *, most: int) -> tuple[Disclosed, ...]:
    """Give the advisories changed last, the newest change first."""
    return tuple(sorted(advisories, key=lambda one: one.modified, reverse=True)[:most])
