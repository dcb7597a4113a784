"""Search entries of pages that MkDocs does not know, made by the search plugin of the site."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from html import escape
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.contrib.search import SearchPlugin
from mkdocs.contrib.search.search_index import SearchIndex
from mkdocs.structure.toc import TableOfContents

from mkdocs_advisories.mkdocs.theme_pages import search_of
from mkdocs_advisories.render.searched import Searched
from mkdocs_advisories.site.finding import Search

INDEX = "search/search_index.json"

_END = b"]}"


@dataclass(frozen=True, kw_only=True, slots=True)
class SearchedPage:
    """What search plugins look at."""

    title: str
    url: str
    content: str
    meta: dict[str, Any]
    toc: TableOfContents = field(default_factory=partial(TableOfContents, []))


@dataclass(frozen=True, kw_only=True, slots=True)
class Searching:
    """The kind of index that the site's search plugin makes, and its settings.

    `kind` is None where there is no search.
    """

    kind: type[Any] | None
    settings: dict[str, Any]

    @classmethod
    def of(cls, config: MkDocsConfig) -> "Searching":
        """Find the search plugin. It has taken in its settings in `on_config`."""
        plugin = search_of(config)
        is_on = plugin is not None and plugin.config.get("enabled", True)
        index = getattr(plugin, "search_index", None)
        if index is None and isinstance(plugin, SearchPlugin):
            index = SearchIndex(**plugin.config)  # as it makes its own, when the build begins
        if not is_on or index is None:
            return cls(kind=None, settings={})
        return cls(kind=type(index), settings=dict(index.config))

    @property
    def stated(self) -> str:
        """Write down what decides about entries."""
        if self.kind is None:
            return ""
        # Material's plugin parts Chinese words with this library, where it is installed.
        parts_words = getattr(sys.modules[self.kind.__module__], "jieba", None) is not None
        settings = json.dumps(self.settings, sort_keys=True, default=str)
        return f"{self.kind.__module__}.{self.kind.__qualname__} {parts_words} {settings}"

    @property
    def search(self) -> Search | None:
        """What makes entries; None where there is no search."""
        return self.entries if self.kind else None

    def entries(self, searched: Iterable[Searched]) -> bytes:
        """Give entries as JSON, without brackets around them."""
        if self.kind is None:
            return b""
        index = self.kind(**self.settings)
        for one in searched:
            index.add_entry_from_context(_page(one))
        made = index.entries if hasattr(index, "entries") else index._entries  # noqa: SLF001 - MkDocs' own
        return json.dumps(made, separators=(",", ":"), default=str)[1:-1].encode()


def _page(searched: Searched) -> SearchedPage:
    title = escape(searched.title)
    return SearchedPage(
        title=title,
        url=searched.uri,
        content="".join(f"<p>{escape(one)}</p>\n" for one in searched.paragraphs),
        meta={"title": title},
    )


def add_entries(file: Path, found: Iterable[Callable[[], bytes]]) -> bool:
    """Put entries behind those that the index has already, without reading it.

    `found` give them in parts, as JSON without brackets.

    Says whether the file is an index that this can be done to.
    """
    try:
        with file.open("r+b") as stream:
            start = stream.seek(-len(_END) - 1, 2)
            before = stream.read()
            if before[1:] != _END:
                return False
            stream.seek(start + 1)
            stream.writelines(_joined(found, is_first=before[:1] == b"["))
            stream.write(_END)
    except OSError:
        return False
    return True


def _joined(found: Iterable[Callable[[], bytes]], *, is_first: bool) -> Iterator[bytes]:
    for load in found:
        if part := load():
            yield part if is_first else b"," + part
            is_first = False
