"""What a page of the site is, whatever it shows."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from mkdocs_advisories.policy import Policy
from mkdocs_advisories.render.markdown import Heading
from mkdocs_advisories.render.metadata import Metadata, list_metadata
from mkdocs_advisories.render.searched import Paragraphs
from mkdocs_advisories.render.templating import Made


@dataclass(frozen=True, kw_only=True, slots=True)
class Data:
    """The same thing for programs: the format's name, the address and the media type."""

    name: str
    uri: str
    media_type: str = "application/json"


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """A page without the frame that a theme puts around it.

    `uri` is its address from the site's root, ending with a slash; `title` and `description` are
    plain text; `html` is safe; `modified` is aware. `searched` is what a search finds it by; there
    is nothing if all of it stands on other pages, so that a search need not give it again.
    """

    uri: str
    title: str
    description: str
    html: str
    headings: tuple[Heading, ...]
    modified: datetime
    metadata: Metadata
    data: tuple[Data, ...] = ()
    searched: Paragraphs = ()


def page_about_many(
    made: Made,
    *,
    uri: str,
    policy: Policy,
    changes: Iterable[datetime],
    searched: Paragraphs = (),
) -> Page:
    """Make a page about several advisories; `changes` are the last ones of each."""
    return Page(
        uri=uri,
        title=made.title,
        description=made.description,
        html=made.html,
        headings=(),
        modified=max(changes, default=policy.feed.beginning),
        metadata=list_metadata(
            policy=policy, uri=uri, title=made.title, description=made.description
        ),
        searched=searched,
    )


def root_of(uri: str) -> str:
    """Give the way from a page to the root of the site."""
    return "../" * uri.count("/")
