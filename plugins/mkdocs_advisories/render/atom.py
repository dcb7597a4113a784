"""Atom feeds (RFC 4287): one entry an advisory, whose `updated` moves on a real change only."""

from collections.abc import Sequence
from copy import deepcopy
from functools import lru_cache, partial
from typing import Any
from urllib.parse import urlsplit
from xml.parsers.expat import ParserCreate

from feedgen.entry import FeedEntry
from feedgen.ext.base import BaseEntryExtension, BaseExtension
from feedgen.feed import FeedGenerator
from lxml import etree

from mkdocs_advisories.policy import Policy
from mkdocs_advisories.render.entry import Entry
from mkdocs_advisories.render.feed_addresses import MEDIA_TYPE, Channel
from mkdocs_advisories.render.upcoming import NoticeEntry
from mkdocs_advisories.render.words import Words, words_of

_DECLARATION = b"<?xml version='1.0' encoding='UTF-8'?>\n"
_XHTML = "http://www.w3.org/1999/xhtml"
_HISTORY = "http://purl.org/syndication/history/1.0"
_AT_HAND = 256
"""Elements that are kept: most entries are in more than one feed."""


def feed(
    entries: Sequence[Entry],
    *,
    policy: Policy,
    channel: Channel,
    notices: Sequence[NoticeEntry] = (),
) -> bytes:
    """Render a feed of the given entries, in their order, behind those of `notices`.

    Its `updated` is that of the entry changed last, or the first day of the feed while it is empty:
    never the build's time.
    """
    words = words_of(policy.language)
    generator = _feed(policy, entries, channel)
    for notice in notices:
        generator.add_entry(_notice(notice, policy, words), order="append")
    label = words.gettext("Read the advisory")
    for one in entries:
        element = _element(one, policy.feed.tag, policy.site_url, label)
        generator.add_entry(_Made(element), order="append")
    document: bytes = generator.atom_str(pretty=True)
    # Only whether it is well-formed is asked, so no tree is built of it.
    ParserCreate(namespace_separator=" ").Parse(document, True)  # noqa: FBT003 - expat's own
    style = urlsplit(policy.site_url).path + channel.style_uri
    instruction = f'<?xml-stylesheet type="text/css" href="{style}"?>\n'.encode()
    return _DECLARATION + instruction + document.removeprefix(_DECLARATION)


def _feed(policy: Policy, entries: Sequence[Entry], channel: Channel) -> FeedGenerator:
    generator = FeedGenerator()
    generator.id(policy.feed.tag + channel.name)
    generator.title(channel.title)
    generator.subtitle(policy.feed.subtitle)
    generator.language(policy.language)
    organisation = policy.organisation
    author = {"name": organisation.name, "uri": organisation.url, "email": organisation.email}
    generator.author({key: value for key, value in author.items() if value})
    generator.link(href=policy.site_url + channel.uri, rel="self", type=MEDIA_TYPE)
    generator.link(href=policy.site_url, rel="alternate", type="text/html")
    others = (
        ("current", channel.current),
        ("prev-archive", channel.previous),
    )
    for rel, uri in others:
        if uri:
            generator.link(href=policy.site_url + uri, rel=rel, type=MEDIA_TYPE)
    generator.generator("mkdocs-advisories")
    changes = (one.modified for one in entries)
    generator.updated(max(changes, default=policy.feed.beginning))
    is_archive = channel.current is not None
    words = words_of(policy.language)
    page = partial(_Opening, policy.site_url, words, is_archive=is_archive)
    generator.register_extension("opening", page, atom=True, rss=False)
    return generator


class _Made(FeedEntry):  # type: ignore[misc] # feedgen has no types
    """An entry of which the element is there already."""

    def __init__(self, element: Any) -> None:  # noqa: ANN401 - an lxml element
        super().__init__()
        self._element = element

    def atom_entry(self, **_: object) -> Any:  # noqa: ANN401 - as above
        """Give a copy: an element stands in one document only."""
        return deepcopy(self._element)


@lru_cache(maxsize=_AT_HAND)
def _element(one: Entry, scheme: str, site_url: str, label: str) -> Any:  # noqa: ANN401 - as above
    """Make the element of an entry, which is the same in every feed."""
    entry = FeedEntry()
    entry.id(one.id)
    entry.title(one.title)
    entry.published(one.published)
    entry.updated(one.modified)
    entry.summary(one.summary)
    entry.content(one.html, type="html")
    entry.category(_categories(one, scheme))
    links = partial(_Links, _links(one, site_url), label)
    entry.register_extension("links", links, atom=True, rss=False)
    return entry.atom_entry()


def _notice(one: NoticeEntry, policy: Policy, words: Words) -> FeedEntry:
    entry = FeedEntry()
    entry.id(one.id)
    entry.title(one.title)
    entry.updated(one.embargo)
    entry.summary(one.summary)
    entry.content(one.html, type="html")
    terms = [("project", name) for name in one.notice.projects]
    terms += [("severity", one.notice.severity)] if one.notice.severity else []
    terms.append(("state", "upcoming"))
    entry.category([{"scheme": policy.feed.tag + kind, "term": term} for kind, term in terms])
    page = {"rel": "alternate", "type": "text/html", "href": policy.site_url}
    links = partial(_Links, [page], label=words.gettext("All advisories"))
    entry.register_extension("links", links, atom=True, rss=False)
    return entry


def _categories(one: Entry, scheme: str) -> list[dict[str, str]]:
    return [
        {"scheme": scheme + kind, "term": term, "label": label}
        for kind, term, label in one.categories
    ]


def _links(one: Entry, site_url: str) -> list[dict[str, str]]:
    page = {"rel": "alternate", "type": "text/html", "href": site_url + one.uri}
    others = ({"rel": "related", "title": title, "href": url} for title, url in one.related)
    return [page, *others]


class _Links(BaseEntryExtension):  # type: ignore[misc] # feedgen has no types
    """Writes an entry's links with all their attributes, and one that a browser can follow.

    feedgen 1.0 itself keeps none of them (its issue 135): in `atom_entry` the element just made
    takes the place of the dictionary that it was made from.
    """

    def __init__(self, links: Sequence[dict[str, str]], label: str) -> None:
        self._links = links
        self._label = label

    def extend_atom(self, entry: Any) -> Any:  # noqa: ANN401 - an lxml element
        """Put the links behind the entry's `updated`. feedgen names elements without namespace."""
        position = entry.index(entry.find("updated")) + 1
        for link in reversed(self._links):
            entry.insert(position, etree.Element("link", link))
        entry.append(_paragraph("", self._links[0]["href"], self._label))
        return entry


class _Opening(BaseExtension):  # type: ignore[misc] # feedgen has no types
    """Tells a person in a browser what the document is, and a reader whether it is an archive."""

    def __init__(self, site_url: str, words: Words, *, is_archive: bool) -> None:
        self._site_url = site_url
        self._words = words
        self._is_archive = is_archive

    def extend_atom(self, feed: Any) -> Any:  # noqa: ANN401 - an lxml element
        """Put both behind what describes the feed."""
        say = self._words
        text = (
            say.gettext("This is an archive of a feed. It does not change any more.")
            if self._is_archive
            else say.gettext("This is a feed: copy its address into a feed reader to follow it.")
        )
        label = say.gettext("All advisories as pages")
        feed.append(_paragraph(f"{text} ", self._site_url, label))
        if self._is_archive:
            feed.append(etree.Element(f"{{{_HISTORY}}}archive", nsmap={"fh": _HISTORY}))
        return feed


def _paragraph(text: str, href: str, label: str) -> Any:  # noqa: ANN401 - an lxml element
    """Write a paragraph of XHTML, which a browser shows as one in the middle of a feed."""
    paragraph = etree.Element(f"{{{_XHTML}}}p", nsmap={"h": _XHTML})
    paragraph.text = text
    link = etree.SubElement(paragraph, f"{{{_XHTML}}}a", {"href": href})
    link.text = label
    return paragraph
