"""An advisory as an entry of a feed: the same words in every kind of feed, made once."""

from collections.abc import Callable
from dataclasses import dataclass

from markupsafe import Markup

from mkdocs_advisories.model import Disclosed
from mkdocs_advisories.policy import Policy
from mkdocs_advisories.render.markdown import to_html
from mkdocs_advisories.render.templating import render
from mkdocs_advisories.render.view import View, sentence_list, view

WITHDRAWN = "[Withdrawn] "

Resolve = Callable[[Disclosed, str], str | None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """An entry: its permanent id, what it says in short, and the whole as safe HTML."""

    disclosed: Disclosed
    shown: View
    id: str
    title: str
    summary: str
    html: Markup


def entry(
    disclosed: Disclosed,
    *,
    policy: Policy,
    public: frozenset[str],
    resolve: Resolve,
    html: Markup | None = None,
) -> Entry:
    """Make an entry. `resolve` gives the absolute URL of an attachment by its link.

    `html` is its text if that was made before.
    """
    shown = view(disclosed, policy=policy, public=public)
    return Entry(
        disclosed=disclosed,
        shown=shown,
        id=entry_id(disclosed.id, policy=policy),
        title=f"{WITHDRAWN if shown.withdrawn else ''}{shown.plain_title}",
        summary=_summary(shown),
        html=_html(disclosed, shown, policy, resolve) if html is None else html,
    )


def _html(disclosed: Disclosed, shown: View, policy: Policy, resolve: Resolve) -> Markup:
    body = to_html(disclosed.content.details, resolve=lambda link: resolve(disclosed, link))
    return render(
        "entry.html",
        advisory=shown,
        body=Markup(body.text),  # noqa: S704 - sanitised by `to_html`
        root=policy.site_url,
    )


def entry_id(advisory_id: str, *, policy: Policy) -> str:
    """Give the permanent id of an advisory's entry: a `tag:` URI (RFC 4151)."""
    return f"{policy.feed.tag}advisory/{advisory_id}"


def _summary(shown: View) -> str:
    severity = f"{shown.rating.word.capitalize()} severity. " if shown.rating else ""
    packages = (
        f"Upgrade {package.name} to {sentence_list(package.fixes)}."
        if package.fixes
        else f"No fixed version of {package.name} is known."
        for package in shown.packages
    )
    return ("Withdrawn. " if shown.withdrawn else "") + severity + " ".join(packages)
