"""Every feed of the site: of all advisories, each project, each severity; and the archives."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from importlib.resources import files

from mkdocs_advisories.model import Notice
from mkdocs_advisories.policy import Policy
from mkdocs_advisories.render.entry import Entry
from mkdocs_advisories.render.feed_addresses import (
    Channel,
    archive_uri,
    json_feed_uri,
    project_feed_uri,
    severity_feed_uri,
    style_uri,
)
from mkdocs_advisories.render.json_document import json_bytes
from mkdocs_advisories.render.json_feed import json_feed
from mkdocs_advisories.render.outline import Outline
from mkdocs_advisories.render.severity import AT_OR_ABOVE, UNSTATED, WORDS
from mkdocs_advisories.render.upcoming import NoticeEntry, notice_entries
from mkdocs_advisories.render.words import words_of
from mkdocs_advisories.render.words.terms import severity_or_above
from mkdocs_advisories.site.batch import Batch, batch_of_file
from mkdocs_advisories.site.sheets import Sheets

Part = tuple[int, int]
"""A year, and which part of it, counted from 1."""


EntryOf = Callable[[Outline], Entry]
"""Makes the entry of an advisory: only of those that a document shows, and then only for it."""


def feed_roots(policy: Policy) -> frozenset[str]:
    """Give the first parts of the addresses of all feeds."""
    uri = policy.feed.uri
    known = (uri, json_feed_uri(uri), style_uri(uri), archive_uri(uri, policy.feed.beginning.year))
    return frozenset(one.partition("/")[0] for one in known)


def feed_files(
    sheets: Sheets,
    *,
    policy: Policy,
    entry_of: EntryOf,
    upcoming: Sequence[Notice] = (),
) -> Iterator[Batch]:
    """Give the feeds.

    A feed shows the advisories changed last, so that it stays small; what it may not show any more
    is in the yearly archives of the feed of all, and what is in no archive it always shows. What is
    upcoming comes first, and is in no archive.
    """
    lines, most = sheets.outlines, policy.feed.entries
    archives = _archives(lines, most=most)
    current = _current(lines, archives, most=most)
    notices = notice_entries(upcoming, policy=policy)
    narrower = (
        (channel, last_changed(some, most=most), told)
        for channel, some, told in _narrower(lines, policy, notices)
    )
    for channel, some, told in (*_of_all(current, archives, policy, notices), *narrower):
        make = partial(_atom, some, channel, policy, entry_of, told)
        yield _document(sheets, channel.uri, repr(channel), some, make, has_told=bool(told))
    uri = json_feed_uri(policy.feed.uri)
    make = partial(_json, current, uri, policy, entry_of, notices)
    name = f"{uri} {policy.feed.title}"
    yield _document(sheets, uri, name, current, make, has_told=bool(notices))
    style = files("mkdocs_advisories.render") / "templates" / "feed.css"
    yield batch_of_file(style_uri(policy.feed.uri), style.read_bytes())


def _document(  # noqa: PLR0913 - what it is made of, and how
    sheets: Sheets,
    uri: str,
    name: str,
    some: Sequence[Outline],
    make: Callable[[], bytes],
    *,
    has_told: bool,
) -> Batch:
    if has_told:  # what is upcoming is held: it is remembered nowhere
        return batch_of_file(uri, make(), is_noted=False)
    load = sheets.kept(name, some, make)
    return Batch(
        name=uri,
        made_of=some,
        mark=sheets.mark(name, some),
        files=(uri,),
        contents=lambda: {uri: load()},
    )


def _atom(
    some: Sequence[Outline],
    channel: Channel,
    policy: Policy,
    entry_of: EntryOf,
    notices: Sequence[NoticeEntry],
) -> bytes:
    # Its libraries take long to load, and mostly no feed is made anew.
    from mkdocs_advisories.render.atom import feed  # noqa: PLC0415 - see above

    return feed(tuple(map(entry_of, some)), policy=policy, channel=channel, notices=notices)


def _json(
    some: Sequence[Outline],
    uri: str,
    policy: Policy,
    entry_of: EntryOf,
    notices: Sequence[NoticeEntry],
) -> bytes:
    entries = tuple(map(entry_of, some))
    return json_bytes(json_feed(entries, policy=policy, uri=uri, notices=notices))


def _of_all(
    current: Sequence[Outline],
    archives: Mapping[Part, Sequence[Outline]],
    policy: Policy,
    notices: Sequence[NoticeEntry],
) -> Iterator[tuple[Channel, Sequence[Outline], Sequence[NoticeEntry]]]:
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


def _archives(entries: Iterable[Outline], *, most: int) -> dict[Part, Sequence[Outline]]:
    """Sort entries by the year of disclosure, and each year into parts; oldest first.

    Only what no new advisory will join is archived (RFC 5005, section 4): parts that are full, and
    the rest of a year that is over. Which year is over, the newest advisory says, not the clock.
    """
    by_year: dict[int, list[Outline]] = {}
    for one in sorted(entries, key=lambda one: (one.published, one.id)):
        by_year.setdefault(one.published.year, []).append(one)
    newest = max(by_year, default=0)
    return {
        (year, number): some[::-1]
        for year, of_year in by_year.items()
        for number, some in enumerate(_parts(of_year, most), start=1)
        if len(some) == most or year < newest
    }


def _parts(entries: Sequence[Outline], most: int) -> Iterator[Sequence[Outline]]:
    return (entries[start : start + most] for start in range(0, len(entries), most))


def _current(
    entries: Sequence[Outline], archives: Mapping[Part, Sequence[Outline]], *, most: int
) -> tuple[Outline, ...]:
    """Give the entries changed last, and those which no archive has, the newest change first."""
    archived = {one.id for some in archives.values() for one in some}
    changed = {one.id for one in last_changed(entries, most=most)}
    shown = [one for one in entries if one.id in changed or one.id not in archived]
    return last_changed(shown, most=len(shown))


def _narrower(
    entries: Sequence[Outline], policy: Policy, notices: Sequence[NoticeEntry]
) -> Iterator[tuple[Channel, list[Outline], list[NoticeEntry]]]:
    """Give the feed of each project of the policy, and of each severity and what is above it."""
    style = style_uri(policy.feed.uri)
    names = [(one, set(one.projects)) for one in entries]
    words = [(one, one.severity) for one in entries if one.severity != UNSTATED]
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


def _tag_part(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "project"


def last_changed(advisories: Sequence[Outline], *, most: int) -> tuple[Outline, ...]:
    """Give the advisories changed last, the newest change first."""
    return tuple(sorted(advisories, key=lambda one: one.modified, reverse=True)[:most])
