"""One page rendered by MkDocs and its theme, with all that plugins do to a page."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from typing import Any

from jinja2 import Environment
from mkdocs.commands.build import _build_theme_template, get_context
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page as MkDocsPage
from mkdocs.structure.toc import AnchorLink, TableOfContents

from mkdocs_advisories.render.page import Page

SIDES = ["navigation", "toc"]
"""Material's columns, in whose place tables and facts stand."""


class OwnPage(MkDocsPage):
    """A page of ours while MkDocs renders it. It is in no navigation and no list of files."""

    def __init__(self, ours: Page, config: MkDocsConfig) -> None:
        hidden = InclusionLevel.NOT_IN_NAV
        file = File.generated(config, f"{ours.uri}index.md", content="", inclusion=hidden)
        super().__init__(None, file, config)
        self.ours = ours


@dataclass(frozen=True, kw_only=True, slots=True)
class Theme:
    """What MkDocs has gathered once all pages are read."""

    config: MkDocsConfig
    env: Environment
    nav: Navigation
    files: Files

    def rendered(self, ours: Page) -> str:
        """Render a page as MkDocs does, from its events to its template, and write nothing."""
        page = OwnPage(ours, self.config)
        with _current(page, self.config), _unsearched(self.config):
            self._populate(page)
            context = get_context(self.nav, self.files, self.config, page)
            template = self.env.get_template(page.meta.get("template", "main.html"))
            plugins = self.config.plugins
            context = plugins.on_page_context(context, page=page, config=self.config, nav=self.nav)
            output = template.render(context)
            return plugins.on_post_page(output, page=page, config=self.config)

    def write_template(self, name: str) -> None:
        """Write what MkDocs makes of a template of the theme into the folder of the site."""
        _build_theme_template(name, self.env, self.files, self.config, self.nav)

    def _populate(self, page: MkDocsPage) -> None:
        plugins, config, files = self.config.plugins, self.config, self.files
        page = plugins.on_pre_page(page, config=config, files=files)
        page.read_source(config)
        page.markdown = plugins.on_page_markdown(
            page.markdown or "", page=page, config=config, files=files
        )
        page.render(config, files)
        page.content = plugins.on_page_content(
            page.content or "", page=page, config=config, files=files
        )


def search_of(config: MkDocsConfig) -> Any:  # noqa: ANN401 - Material's plugin has no types
    """Give the plugin that makes the search index, if there is one."""
    names = ("material/search", "search")
    return next((config.plugins[one] for one in names if one in config.plugins), None)


class _NoIndex:
    """An index in which a search plugin finds a place for every page, and nothing is kept."""

    def add_entry_from_context(self, page: MkDocsPage) -> None:
        """Pass over a page, without looking into it."""


@contextmanager
def _unsearched(config: MkDocsConfig) -> Iterator[None]:
    """Let the search see no page: ours get their entries otherwise."""
    plugin = search_of(config)
    index = getattr(plugin, "search_index", None)
    if index is None:
        yield
        return
    plugin.search_index = _NoIndex()
    try:
        yield
    finally:
        plugin.search_index = index


@contextmanager
def _current(page: MkDocsPage, config: MkDocsConfig) -> Iterator[None]:
    config._current_page = page  # noqa: SLF001 - what MkDocs does, so that plugins may ask for it
    page.active = True
    try:
        yield
    finally:
        page.active = False
        config._current_page = None  # noqa: SLF001 - as above


def page_meta(page: Page) -> dict[str, Any]:
    """Give what the front matter of a page would say. Themes write title and description as is."""
    stated: dict[str, Any] = {
        "title": escape(page.title),
        "description": escape(page.description),
        "hide": SIDES,
    }
    return stated if page.searched else {**stated, "search": {"exclude": True}}


def contents_of(page: Page) -> TableOfContents:
    """Make the table of contents of a page: its title, and the sections below it."""
    title = AnchorLink(escape(page.title), "advisory", 1)
    title.children = [AnchorLink(escape(one.title), one.id, one.level) for one in page.headings]
    return TableOfContents([title])
