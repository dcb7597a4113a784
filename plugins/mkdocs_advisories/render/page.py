"""An advisory as a page of the site."""

import json
from collections.abc import Callable
from dataclasses import dataclass

from markupsafe import Markup

from mkdocs_advisories.model import Disclosed
from mkdocs_advisories.policy import Policy
from mkdocs_advisories.render.checkable import checkable
from mkdocs_advisories.render.markdown import TOP_LEVEL, to_html
from mkdocs_advisories.render.metadata import metadata
from mkdocs_advisories.render.searched import in_full
from mkdocs_advisories.render.site_page import Data, Page
from mkdocs_advisories.render.templating import render
from mkdocs_advisories.render.view import View, page_title
from mkdocs_advisories.render.words import Words, words_of
from mkdocs_advisories.render.words.terms import severity_word

__all__ = ["Bundle", "Data", "Elsewhere", "Page", "advisory_page"]

ROOT = "../../"
"""The way from an advisory's page to the root of the site."""

_SECTIONS = frozenset(
    {"advisory", "fix", "affected-versions", "timeline", "references", "changes", "facts"}
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Bundle:
    """The page of what was disclosed together, and how many others are on it."""

    uri: str
    others: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Elsewhere:
    """Where else on the site a reader may go.

    `index` is the list of all advisories, empty for the home page; `data` is this one in other
    formats; `feeds` are the narrower ones that it appears in; `bundle` is what it came with.
    """

    index: str
    data: tuple[Data, ...] = ()
    feeds: tuple[Data, ...] = ()
    bundle: Bundle | None = None


def advisory_page(  # noqa: PLR0913 - an advisory, and all that a page says beside it
    disclosed: Disclosed,
    shown: View,
    *,
    policy: Policy,
    public: frozenset[str],
    resolve: Callable[[str], str | None],
    elsewhere: Elsewhere,
) -> Page:
    """Render a disclosed advisory, of which `shown` is the view.

    `resolve` gives the address of an attachment by its link; `public` are the ids of all that are
    disclosed.
    """
    body = to_html(disclosed.content.details, resolve=resolve, taken=_SECTIONS)
    html = render(
        "advisory.html",
        language=policy.language,
        advisory=shown,
        body=Markup(body.text),  # noqa: S704 - sanitised by `to_html`
        headings=[one for one in body.headings if one.level == TOP_LEVEL],
        root=ROOT,
        index_uri=elsewhere.index,
        feed_uri=policy.feed.uri,
        data=elsewhere.data,
        feeds=elsewhere.feeds,
        bundle=elsewhere.bundle,
        trail=[*((one.text, one.url) for one in shown.projects[:1]), (disclosed.id, shown.uri)],
        known=_known(disclosed, public),
        correction=policy.correction_url(disclosed.id),
    )
    words = words_of(policy.language)
    title = page_title(disclosed.id, disclosed.content.summary)
    description = _description(shown, words)
    return Page(
        uri=shown.uri,
        title=title,
        description=description,
        metadata=metadata(disclosed, policy=policy, title=title, description=description),
        html=str(html),  # plain, for those who look through it
        headings=body.headings,
        modified=disclosed.modified,
        data=elsewhere.data,
        searched=in_full(shown, words, body=body.text),
    )


def _known(disclosed: Disclosed, public: frozenset[str]) -> str | None:
    """Give what the version check has to know, or None where an advisory stands no more."""
    stands = not disclosed.withdrawn and disclosed.content.superseded_by not in public
    return json.dumps(checkable(disclosed)) if stands else None


def _description(shown: View, words: Words) -> str:
    parts = [words.gettext("Withdrawn.")] if shown.withdrawn else []
    if shown.rating:
        parts.append(f"{severity_word(words, shown.rating.word)} ({shown.rating.score}).")
    parts.append(f"{shown.plain_title}.")
    if shown.fixes:
        parts.append(words.gettext("Fixed in %(versions)s.", versions=", ".join(shown.fixes)))
    return " ".join(parts)
