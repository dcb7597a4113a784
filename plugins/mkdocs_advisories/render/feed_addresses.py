"""Where the feeds are. The narrower ones lie beside the feed of all, in `feeds/`."""

from dataclasses import dataclass

from mkdocs_advisories.render.slugs import plain_slug

MEDIA_TYPE = "application/atom+xml"


@dataclass(frozen=True, kw_only=True, slots=True)
class Channel:
    """A feed's address, title and name, and where the rest of it is (RFC 5005).

    A current feed has `previous`, its newest archive. An archive has `current`, and the one before.
    All documents of one feed share its `name`, and so its id.
    """

    uri: str
    title: str
    style_uri: str
    name: str = "feed"
    current: str | None = None
    previous: str | None = None


def style_uri(feed_uri: str) -> str:
    """Give the address of the style that makes feeds readable in a browser."""
    return f"{_stem(feed_uri)}.css"


def json_feed_uri(feed_uri: str) -> str:
    """Give the address of the JSON feed."""
    return f"{_stem(feed_uri)}.json"


def archive_uri(feed_uri: str, year: int, *, part: int = 1) -> str:
    """Give the address of the archive of one year, or of a later part of it."""
    suffix = f"-{part}" if part > 1 else ""
    return f"{_folder(feed_uri)}feeds/{year}{suffix}.xml"


def project_feed_uri(feed_uri: str, project: str) -> str:
    """Give the address of the feed of one project."""
    return f"{_folder(feed_uri)}feeds/project/{plain_slug(project)}.xml"


def severity_feed_uri(feed_uri: str, word: str) -> str:
    """Give the address of the feed of one severity and what is above it."""
    return f"{_folder(feed_uri)}feeds/severity/{word}.xml"


def _stem(feed_uri: str) -> str:
    return feed_uri.rpartition(".")[0]


def _folder(feed_uri: str) -> str:
    folder = feed_uri.rpartition("/")[0]
    return f"{folder}/" if folder else ""
