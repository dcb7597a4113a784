"""Atom feeds (RFC 4287): one entry an advisory, whose `updated` moves on a real change only."""

from collections.abc import Iterable, Sequence
from copy import deepcopy
from datetime import datetime
from functools import lru_cache, partial
from typing import Any
from urllib.parse import urlsplit
from xml.parsers.expat import ParserCreate

from feedgen.entry import FeedEntry
from feedgen.ext.base import BaseExtension
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
    label = words.gettext("Read the advisory")
    elements = (
        *(_notice(one, policy, words) for one in notices),
        *(_entry(one, policy.feed.tag, policy.site_url, label) for one in entries),
    )
    for element in elements:
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
    """An entry of which the element is there already.

    feedgen 1.0 itself would lose the attributes of its links (its issue 135), and make an entry
    anew for each feed that has it.
    """

    def __init__(self, element: Any) -> None:  # noqa: ANN401 - an lxml element
        super().__init__()
        self._element = element

    def atom_entry(self, **_: object) -> Any:  # noqa: ANN401 - as above
        """Give a copy: an element stands in one document only."""
        return deepcopy(self._element)


@lru_cache(maxsize=_AT_HAND)
def _entry(one: Entry, scheme: str, site_url: str, label: str) -> Any:  # noqa: ANN401 - as above
    """Make the element of an entry, which is the same in every feed."""
    page = {"rel": "alternate", "type": "text/html", "href": site_url + one.uri}
    others = ({"rel": "related", "title": title, "href": url} for title, url in one.related)
    entry = _opened(one.id, one.title, one.modified, links=[page, *others])
    _describe(entry, one.summary, one.html)
    for kind, term, words in one.categories:
        category = {"term": term, "scheme": scheme + kind, "label": words}
        etree.SubElement(entry, "category", category)
    etree.SubElement(entry, "published").text = one.published.isoformat()
    entry.append(_paragraph("", page["href"], label))
    return entry


def _notice(one: NoticeEntry, policy: Policy, words: Words) -> Any:  # noqa: ANN401 - as above
    page = {"rel": "alternate", "type": "text/html", "href": policy.site_url}
    entry = _opened(one.id, one.title, one.embargo, links=[page])
    _describe(entry, one.summary, one.html)
    terms = [("project", name) for name in one.notice.projects]
    terms += [("severity", one.notice.severity)] if one.notice.severity else []
    for kind, term in (*terms, ("state", "upcoming")):
        etree.SubElement(entry, "category", {"term": term, "scheme": policy.feed.tag + kind})
    entry.append(_paragraph("", page["href"], words.gettext("All advisories")))
    return entry


def _opened(name: str, title: str, updated: datetime, *, links: Iterable[dict[str, str]]) -> Any:  # noqa: ANN401 - as above
    """Begin an element, as feedgen does: it names them without namespace."""
    entry = etree.Element("entry")
    etree.SubElement(entry, "id").text = name
    etree.SubElement(entry, "title").text = title
    etree.SubElement(entry, "updated").text = updated.isoformat()
    for link in links:
        etree.SubElement(entry, "link", link)
    return entry


def _describe(entry: Any, summary: str, html: str) -> None:  # noqa: ANN401 - as above
    # Without a text an element is written in one tag, with an empty one in two.
    etree.SubElement(entry, "content", {"type": "html"}).text = html or None
    etree.SubElement(entry, "summary").text = summary or None


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
