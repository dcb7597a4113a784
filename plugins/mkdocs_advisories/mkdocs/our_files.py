"""How MkDocs and its templates find what is published without knowing it one by one.

In MkDocs every file costs time in each of its loops. So its list of files leaves ours out, but
finds one when a link of `docs_dir` leads there; and templates get pages of ours as they go along.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files, InclusionLevel

from mkdocs_advisories.mkdocs.theme_pages import OwnPage
from mkdocs_advisories.render.page import Page
from mkdocs_advisories.site import Brief, Content


class FilesAndOurs(Files):
    """Files that know ours when they are asked for one, and are as quick as without them."""

    def __init__(
        self, files: Iterable[File], contents: Mapping[str, Content], config: MkDocsConfig
    ) -> None:
        super().__init__(list(files))
        self._contents = contents
        self._of_config = config
        self._asked: dict[str, File] = {}

    def get_file_from_path(self, path: str) -> File | None:
        """Give the file of an address in `docs_dir`: one that lies there, or one of ours."""
        found = super().get_file_from_path(path)
        return found or self._ours(path.replace("\\", "/"))

    def _ours(self, uri: str) -> File | None:
        content = self._contents.get(uri.removesuffix("index.md") if uri.endswith(".md") else uri)
        if content is None:
            return None
        if uri not in self._asked:
            self._asked[uri] = _file(uri, content, self._of_config)
        return self._asked[uri]


def _file(uri: str, content: Content, config: MkDocsConfig) -> File:
    if isinstance(content, Page):
        return OwnPage(content, config).file
    file = File.generated(config, uri, content=b"", inclusion=InclusionLevel.INCLUDED)
    file.dest_uri = uri  # MkDocs would make a page of Markdown
    return file


@dataclass(frozen=True, kw_only=True, slots=True)
class ListedPage:
    """What a template may know of a page that it lists, as MkDocs documents it."""

    title: str
    url: str
    abs_url: str
    canonical_url: str
    update_date: str
    edit_url: None = None
    is_homepage: bool = False
    is_link: bool = False
    is_page: bool = True
    is_section: bool = False
    meta: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class ListedFile:
    """A file of a page that a template lists."""

    page: ListedPage
    src_uri: str
    dest_uri: str
    url: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """The pages that templates go through: those of MkDocs, then ours, made as they are needed."""

    files: Iterable[File]
    ours: Callable[[], Iterator[ListedFile]]

    def __iter__(self) -> Iterator[File | ListedFile]:
        """Give every page."""
        yield from self.files
        yield from self.ours()


def root_of(site_url: str) -> str:
    """Give what stands before the address of every page, as MkDocs joins them."""
    return urljoin(site_url, "x").removesuffix("x")


def listed_file(page: Brief, *, root: str, dated: str) -> ListedFile:
    """Describe a page of ours for templates; `root` is the URL of the site, from `root_of`."""
    url = quote(page.uri)
    return ListedFile(
        page=ListedPage(
            title=page.title,
            url=url,
            abs_url=_path_of(root) + url,
            canonical_url=root + url,
            update_date=dated,
        ),
        src_uri=f"{page.uri}index.md",
        dest_uri=f"{page.uri}index.html",
        url=url,
    )


@cache
def _path_of(root: str) -> str:
    return urlsplit(root).path
