"""What a page says of itself to programs that show links to it: in chats, and in search results."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup, escape

from mkdocs_advisories.model import Disclosed, format_instant
from mkdocs_advisories.policy import Policy
from mkdocs_advisories.render.addresses import page_uri

_IN_SCRIPTS = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})
"""So that no text ends the element that it stands in (HTML, "Restrictions for contents of script
elements")."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Metadata:
    """Elements for the head of a page: Open Graph (https://ogp.me/), and JSON-LD of schema.org."""

    social: Markup
    linked_data: Markup


def metadata(disclosed: Disclosed, *, policy: Policy, title: str, description: str) -> Metadata:
    """Describe the page of an advisory, whose title and description are plain text."""
    return Metadata(
        social=_social(disclosed, policy, title, description),
        linked_data=_linked_data(disclosed, policy, title, description),
    )


def list_metadata(*, policy: Policy, uri: str, title: str, description: str) -> Metadata:
    """Describe a page about many advisories."""
    stated = {
        "og:type": "website",
        "og:site_name": policy.feed.title,
        "og:title": title,
        "og:description": description,
        "og:url": policy.site_url + uri,
    }
    return Metadata(social=_elements(stated), linked_data=Markup())


def _social(disclosed: Disclosed, policy: Policy, title: str, description: str) -> Markup:
    stated = {
        "og:type": "article",
        "og:site_name": policy.feed.title,
        "og:title": title,
        "og:description": description,
        "og:url": policy.site_url + page_uri(disclosed.id),
        "article:published_time": format_instant(disclosed.published),
        "article:modified_time": format_instant(disclosed.modified),
    }
    return _elements(stated)


def _elements(stated: Mapping[str, str]) -> Markup:
    lines = (
        f'<meta property="{escape(name)}" content="{escape(text)}">\n'
        for name, text in stated.items()
    )
    return Markup("".join(lines))  # noqa: S704 - escaped


def _linked_data(disclosed: Disclosed, policy: Policy, title: str, description: str) -> Markup:
    own, content = policy.organisation, disclosed.content
    organisation = {"@type": "Organization", "name": own.name, "url": own.url}
    packages = dict.fromkeys(one.package.name for one in content.affected)
    stated = {
        "@context": "https://schema.org",
        "@type": "TechArticle",
        "headline": title,
        "description": description,
        "url": policy.site_url + page_uri(disclosed.id),
        "identifier": [disclosed.id, *content.aliases],
        "datePublished": format_instant(disclosed.published),
        "dateModified": format_instant(disclosed.modified),
        "inLanguage": policy.language,
        "about": [{"@type": "SoftwareApplication", "name": one} for one in packages],
        "author": organisation,
        "publisher": organisation,
    }
    text = json.dumps(stated, ensure_ascii=False).translate(_IN_SCRIPTS)
    # Escaped above, for a place where HTML's own escapes mean nothing.
    return Markup(f'<script type="application/ld+json">{text}</script>\n')  # noqa: S704
