"""An advisory as a page of the site."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from mkdocs_advisories.model import Disclosed
from mkdocs_advisories.policy import Policy
from mkdocs_advisories.render.markdown import TOP_LEVEL, Heading, to_html
from mkdocs_advisories.render.templating import render
from mkdocs_advisories.render.view import View, view

ROOT = "../../"
"""The way from an advisory's page to the root of the site."""

_SECTIONS = frozenset(
    {"advisory", "fix", "affected-versions", "timeline", "references", "changes", "facts"}
)


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


def advisory_page(
    disclosed: Disclosed,
    *,
    policy: Policy,
    public: frozenset[str],
    index_uri: str,
    resolve: Callable[[str], str | None],
) -> Page:
    """Render a disclosed advisory. `resolve` gives the address of an attachment by its link."""
    shown = view(disclosed, policy=policy, public=public)
    body = to_html(disclosed.content.details, resolve=resolve, taken=_SECTIONS)
    html = render(
        "advisory.html",
        advisory=shown,
        body=Markup(body.text),  # noqa: S704 - sanitised by `to_html`
        headings=[one for one in body.headings if one.level == TOP_LEVEL],
        root=ROOT,
        index_uri=index_uri,
        feed_uri=policy.feed.uri,
    )
    return Page(
        uri=shown.uri,
        title=f"{disclosed.id}: {shown.plain_title}",
        description=_description(shown),
        html=html,
        headings=body.headings,
        modified=disclosed.modified,
    )


def _description(shown: View) -> str:
    severity = f"{shown.rating.word.capitalize()} ({shown.rating.score}). " if shown.rating else ""
    fixed = f" Fixed in {', '.join(shown.fixes)}." if shown.fixes else ""
    withdrawn = "Withdrawn. " if shown.withdrawn else ""
    return f"{withdrawn}{severity}{shown.plain_title}.{fixed}"
