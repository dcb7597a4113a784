"""The Atom feed (RFC 4287): one entry an advisory, whose `updated` moves on a real change only."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from feedgen.entry import FeedEntry
from feedgen.ext.base import BaseEntryExtension
from feedgen.feed import FeedGenerator
from lxml import etree
from markupsafe import Markup

from mkdocs_advisories.model import Disclosed
from mkdocs_advisories.policy import Policy
from mkdocs_advisories.render.markdown import to_html
from mkdocs_advisories.render.templating import render
from mkdocs_advisories.render.view import View, sentence_list, view

MEDIA_TYPE = "application/atom+xml"


def feed(
    advisories: Sequence[Disclosed],
    *,
    policy: Policy,
    resolve: Callable[[Disclosed, str], str | None],
) -> bytes:
    """Render the feed of the given advisories, newest first.

    `resolve` gives the absolute URL of an attachment by its link. The feed's `updated` is that of
    the entry changed last, or the first day of the feed while it is empty: never the build's time.
    """
    public = frozenset(one.id for one in advisories)
    generator = _feed(policy, advisories)
    for disclosed in advisories:
        shown = view(disclosed, policy=policy, public=public)
        generator.add_entry(_entry(disclosed, shown, policy, resolve), order="append")
    document: bytes = generator.atom_str(pretty=True)
    etree.fromstring(document, parser=etree.XMLParser(resolve_entities=False))
    return document


def entry_id(advisory_id: str, *, policy: Policy) -> str:
    """Give the permanent id of an advisory's entry: a `tag:` URI (RFC 4151)."""
    return f"{policy.feed.tag}advisory/{advisory_id}"


def _feed(policy: Policy, advisories: Sequence[Disclosed]) -> FeedGenerator:
    generator = FeedGenerator()
    generator.id(f"{policy.feed.tag}feed")
    generator.title(policy.feed.title)
    generator.subtitle(policy.feed.subtitle)
    generator.language(policy.language)
    organisation = policy.organisation
    author = {"name": organisation.name, "uri": organisation.url, "email": organisation.email}
    generator.author({key: value for key, value in author.items() if value})
    generator.link(href=policy.site_url + policy.feed.uri, rel="self", type=MEDIA_TYPE)
    generator.link(href=policy.site_url, rel="alternate", type="text/html")
    generator.generator("mkdocs-advisories")
    generator.updated(max((one.modified for one in advisories), default=policy.feed.beginning))
    return generator


def _entry(
    disclosed: Disclosed,
    shown: View,
    policy: Policy,
    resolve: Callable[[Disclosed, str], str | None],
) -> FeedEntry:
    body = to_html(disclosed.content.details, resolve=lambda link: resolve(disclosed, link))
    html = render(
        "entry.html",
        advisory=shown,
        body=Markup(body.text),  # noqa: S704 - sanitised by `to_html`
        root=policy.site_url,
    )
    entry = FeedEntry()
    entry.id(entry_id(disclosed.id, policy=policy))
    entry.title(f"[Withdrawn] {shown.plain_title}" if shown.withdrawn else shown.plain_title)
    entry.published(disclosed.published)
    entry.updated(disclosed.modified)
    entry.summary(_summary(shown))
    entry.content(html, type="html")
    entry.category(_categories(shown, policy))
    entry.register_extension("links", partial(_Links, _links(shown, policy)), atom=True, rss=False)
    return entry


def _summary(shown: View) -> str:
    severity = f"{shown.rating.word.capitalize()} severity. " if shown.rating else ""
    packages = (
        f"Upgrade {package.name} to {sentence_list(package.fixes)}."
        if package.fixes
        else f"No fixed version of {package.name} is known."
        for package in shown.packages
    )
    return ("Withdrawn. " if shown.withdrawn else "") + severity + " ".join(packages)


def _categories(shown: View, policy: Policy) -> list[dict[str, str]]:
    scheme = policy.feed.tag
    terms = [("project", one.text, one.text) for one in shown.projects]
    terms += [("package", f"{one.ecosystem}/{one.name}", one.name) for one in shown.packages]
    if shown.rating:
        word = shown.rating.word
        terms.append(("severity", word, f"{word.capitalize()} severity"))
        terms.append(
            ("cvss", shown.rating.vector, f"CVSS {shown.rating.version} {shown.rating.score}")
        )
    terms += [("alias", one.text, one.text) for one in shown.aliases if one.text.startswith("CVE-")]
    terms += [("weakness", one.text, one.text) for one in shown.weaknesses]
    terms += [("state", "withdrawn", "Withdrawn")] if shown.withdrawn else []
    return [{"scheme": scheme + kind, "term": term, "label": label} for kind, term, label in terms]


def _links(shown: View, policy: Policy) -> list[dict[str, str]]:
    page = {"rel": "alternate", "type": "text/html", "href": policy.site_url + shown.uri}
    seen = {page["href"]}
    links = [page]
    for one in (*shown.references, *(alias for alias in shown.aliases if alias.url)):
        if one.url and one.url not in seen and ":" in one.url:
            seen.add(one.url)
            links.append({"rel": "related", "title": one.text, "href": one.url})
    return links


class _Links(BaseEntryExtension):  # type: ignore[misc] # feedgen has no types
    """Writes an entry's links with all their attributes.

    feedgen 1.0 itself keeps none of them (its issue 135): in `atom_entry` the element just made
    takes the place of the dictionary that it was made from.
    """

    def __init__(self, links: Sequence[dict[str, str]]) -> None:
        self._links = links

    def extend_atom(self, entry: Any) -> Any:  # noqa: ANN401 - an lxml element
        """Put the links behind the entry's `updated`. feedgen names elements without namespace."""
        position = entry.index(entry.find("updated")) + 1
        for link in reversed(self._links):
            entry.insert(position, etree.Element("link", link))
        return entry
