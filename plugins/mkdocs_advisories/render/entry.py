"""An advisory as an entry of a feed: the same words in every kind of feed, made once."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from markupsafe import Markup

from mkdocs_advisories.model import Disclosed
from mkdocs_advisories.policy import Policy
from mkdocs_advisories.render.markdown import to_html
from mkdocs_advisories.render.templating import render
from mkdocs_advisories.render.versions import PackageVersions
from mkdocs_advisories.render.view import View
from mkdocs_advisories.render.words import Words, words_of
from mkdocs_advisories.render.words.terms import severity_label

Resolve = Callable[[Disclosed, str], str | None]


class Category(NamedTuple):
    """What an entry is about: a `kind` of terms, one of them, and what readers call it."""

    kind: str
    term: str
    label: str


class Related(NamedTuple):
    """A page elsewhere about the same."""

    title: str
    url: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """An entry: its permanent id, what it says in short, and the whole as safe HTML.

    `uri` is the address of the advisory's page, from the site's root.
    """

    id: str
    uri: str
    title: str
    summary: str
    html: Markup
    published: datetime
    modified: datetime
    categories: tuple[Category, ...]
    related: tuple[Related, ...]


def entry(disclosed: Disclosed, shown: View, *, policy: Policy, html: Markup) -> Entry:
    """Make an entry of an advisory, of which `shown` is the view and `html` the text."""
    words = words_of(policy.language)
    return Entry(
        id=entry_id(disclosed.id, policy=policy),
        uri=shown.uri,
        title=_title(shown, words),
        summary=_summary(shown, words),
        html=html,
        published=disclosed.published,
        modified=disclosed.modified,
        categories=tuple(_categories(shown, words)),
        related=tuple(_related(shown, policy)),
    )


def entry_html(disclosed: Disclosed, shown: View, *, policy: Policy, resolve: Resolve) -> Markup:
    """Render the text of an entry; `resolve` gives an attachment's absolute URL by its link."""
    body = to_html(disclosed.content.details, resolve=lambda link: resolve(disclosed, link))
    return render(
        "entry.html",
        language=policy.language,
        advisory=shown,
        body=Markup(body.text),  # noqa: S704 - sanitised by `to_html`
        root=policy.site_url,
    )


def entry_id(advisory_id: str, *, policy: Policy) -> str:
    """Give the permanent id of an advisory's entry: a `tag:` URI (RFC 4151)."""
    return f"{policy.feed.tag}advisory/{advisory_id}"


def _categories(shown: View, words: Words) -> Iterator[Category]:
    yield from (Category("project", one.text, one.text) for one in shown.projects)
    for package in shown.packages:
        yield Category("package", f"{package.ecosystem}/{package.name}", package.name)
    if shown.rating:
        word = shown.rating.word
        yield Category("severity", word, severity_label(words, word))
        scored = f"CVSS {shown.rating.version} {shown.rating.score}"
        yield Category("cvss", shown.rating.vector, scored)
    cves = (one.text for one in shown.aliases if one.text.startswith("CVE-"))
    yield from (Category("alias", one, one) for one in cves)
    yield from (Category("weakness", one.text, one.text) for one in shown.weaknesses)
    if shown.withdrawn:
        yield Category("state", "withdrawn", words.gettext("Withdrawn"))


def _related(shown: View, policy: Policy) -> Iterator[Related]:
    seen = {policy.site_url + shown.uri}
    for one in (*shown.references, *(alias for alias in shown.aliases if alias.url)):
        if one.url and one.url not in seen and ":" in one.url:
            seen.add(one.url)
            yield Related(one.text, one.url)


def _title(shown: View, words: Words) -> str:
    title = shown.plain_title
    return words.gettext("[Withdrawn] %(title)s", title=title) if shown.withdrawn else title


def _summary(shown: View, words: Words) -> str:
    parts = [words.gettext("Withdrawn.")] if shown.withdrawn else []
    if shown.rating:
        parts.append(f"{severity_label(words, shown.rating.word)}.")
    parts += [_what_to_do(package, words) for package in shown.packages]
    return " ".join(parts)


def _what_to_do(package: PackageVersions, words: Words) -> str:
    if not package.fixes:
        return words.gettext("No fixed version of %(package)s is known.", package=package.name)
    versions = words.either_plain(package.fixes)
    return words.gettext(
        "Upgrade %(package)s to %(versions)s.", package=package.name, versions=versions
    )
