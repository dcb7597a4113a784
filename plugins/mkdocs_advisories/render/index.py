"""All advisories as a table, newest first."""

from collections.abc import Iterable

from mkdocs_advisories.model import Disclosed
from mkdocs_advisories.policy import Policy
from mkdocs_advisories.render.templating import render
from mkdocs_advisories.render.view import view


def index(advisories: Iterable[Disclosed], *, policy: Policy, root: str) -> str:
    """Render the list of advisories in the given order.

    `root` is the way from the page on which it will stand to the root of the site.
    """
    known = tuple(advisories)
    public = frozenset(one.id for one in known)
    views = [view(one, policy=policy, public=public) for one in known]
    return render(
        "index.html", advisories=views, root=root, feed_uri=policy.feed.uri, policy=policy
    )
