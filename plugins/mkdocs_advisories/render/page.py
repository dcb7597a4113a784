"""An advisory as a page of the site."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from mkdocs_advisories.model import Disclosed
from mkdocs_advisories.policy import Policy
from mkdocs_advisories.render.checkable import checkable
from mkdocs_advisories.render.markdown import TOP_LEVEL, Heading, to_html
from mkdocs_advisories.render.metadata import Metadata, metadata
from mkdocs_advisories.render.templating import render
from mkdocs_advisories.render.view import View, plain, view

ROOT = "../../"
"""The way from an advisory's page to the root of the site."""

_SECTIONS = frozenset(
    {"advisory", "fix", "affected-versions", "timeline", "references", "changes", "facts"}
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Data:
    """The same advisory for programs: the format's name, the address and the media type."""

    name: str
    uri: str
    media_type: str = "application/json"


@dataclass(frozen=True, kw_only=True, slots=True)
class Elsewhere:
    """Where else on the site a reader may go.

    `index` is the list of all advisories, empty for the home page; `data` is this one in other
    formats; `feeds` are the narrower ones that it appears in.
    """

    index: str
    data: tuple[Data, ...] = ()
    feeds: tuple[Data, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """A page without the frame that a theme puts around it.

    `uri` is its address from the site's root, ending with a slash; `title` and `description` are
    plain text; `html` is safe; `modified` is aware.
    """

    uri: str
    title: str
    description: str
    html: str
    headings: tuple[Heading, ...]
    modified: datetime
    metadata: Metadata
    data: tuple[Data, ...] = ()


def advisory_page(
    disclosed: Disclosed,
    *,
    policy: Policy,
    public: frozenset[str],
    resolve: Callable[[str], str | None],
    elsewhere: Elsewhere,
) -> Page:
    """Render a disclosed advisory. `resolve` gives the address of an attachment by its link.

    `public` are the ids of all that are disclosed.
    """
    shown = view(disclosed, policy=policy, public=public)
    body = to_html(disclosed.content.details, resolve=resolve, taken=_SECTIONS)
    html = render(
        "advisory.html",
        advisory=shown,
        body=Markup(body.text),  # noqa: S704 - sanitised by `to_html`
        headings=[one for one in body.headings if one.level == TOP_LEVEL],
        root=ROOT,
        index_uri=elsewhere.index,
        feed_uri=policy.feed.uri,
        data=elsewhere.data,
        feeds=elsewhere.feeds,
        known=_known(disclosed, public),
        correction=policy.correction_url(disclosed.id),
    )
    title, description = page_title(disclosed), _description(shown)
    return Page(
        uri=shown.uri,
        title=title,
        description=description,
        metadata=metadata(disclosed, policy=policy, title=title, description=description),
        html=str(html),  # plain, for those who look through it
        headings=body.headings,
        modified=disclosed.modified,
        data=elsewhere.data,
    )


def page_title(disclosed: Disclosed) -> str:
    """Give the title of an advisory's page: plain text."""
    return f"{disclosed.id}: {plain(disclosed.content.summary)}"


def _known(disclosed: Disclosed, public: frozenset[str]) -> str | None:
    """Give what the version check has to know, or None where an advisory stands no more."""
    stands = not disclosed.withdrawn and disclosed.content.superseded_by not in public
    return json.dumps(checkable([disclosed])) if stands else None


def _description(shown: View) -> str:
    severity = f"{shown.rating.word.capitalize()} ({shown.rating.score}). " if shown.rating else ""
    fixed = f" Fixed in {', '.join(shown.fixes)}." if shown.fixes else ""
    withdrawn = "Withdrawn. " if shown.withdrawn else ""
    return f"{withdrawn}{severity}{shown.plain_title}.{fixed}"
