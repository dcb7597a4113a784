"""How the site's contents become files and pages of MkDocs. All that knows its insides is here."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from html import escape
from importlib.resources import files as package_files
from pathlib import Path
from urllib.parse import urlsplit

from mkdocs.config.config_options import ExtraScriptValue
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.pages import Page as MkDocsPage
from mkdocs.structure.toc import AnchorLink, TableOfContents
from mkdocs.utils import get_relative_url

from mkdocs_advisories.mkdocs.assets import EARLY, SCRIPT, SCRIPTS, STYLE, assets
from mkdocs_advisories.render.atom import MEDIA_TYPE
from mkdocs_advisories.render.csp import ActiveContentError, with_policy
from mkdocs_advisories.render.page import Page
from mkdocs_advisories.render.words import words_of
from mkdocs_advisories.site import PREVIEW, Content, Site
from mkdocs_advisories.source.configuration import Configuration

MARKER = "<!-- advisories -->"
MISSING_MARKER = "<!-- advisories-missing -->"
_RIBBON = (
    '<div role="note" class="adv-preview"><span lang="en">'
    f"<strong>{PREVIEW}.</strong></span> {{}}</div>\n"
)
_NAMELESS = re.compile(r'(<div class="md-search" data-md-component="search" role="dialog")(?=>)')
_BUNDLE = re.compile(r'<script src="([^"]*)assets/javascripts/bundle\.[^"]*"></script>')
_BODY = re.compile(r"<body\b[^>]*>")
_NOT_INDEXED = '<meta name="robots" content="noindex, nofollow, noarchive, nosnippet">\n'
_SIDES = ["navigation", "toc"]  # Material's columns, in whose place tables and facts stand


@dataclass(frozen=True, kw_only=True, slots=True)
class Frame:
    """A site, and the settings that say where it goes."""

    site: Site
    settings: Configuration

    def prepare(self, config: MkDocsConfig) -> None:
        """Add style sheet and script, and make sure that nothing of `docs_dir` is in the way.

        Raises:
            PluginError: a file of `docs_dir` has an address that this plugin needs.
        """
        for uri in (*self.site.contents, STYLE, *SCRIPTS):
            if _is_taken(Path(config.docs_dir) / uri):
                msg = f"`{uri}` in docs_dir has the address of a file of the advisories: move it"
                raise PluginError(msg)
        if STYLE not in config.extra_css:
            config.extra_css.insert(0, STYLE)  # so that a site's own sheets have the last word
        if SCRIPT not in map(str, config.extra_javascript):
            config.extra_javascript.append(_module(SCRIPT))
        _add_overrides(config)

    def add_files(self, files: Files, config: MkDocsConfig) -> Files:
        """Add the contents as generated files, and the index page if `docs_dir` has none."""
        if files.get_file_from_path(self.settings.index) is None:
            text = f"# {config.site_name}\n\n{MARKER}\n"
            files.append(File.generated(config, self.settings.index, content=text))
        for uri, content in self.site.contents.items():
            files.append(_file(uri, content, config))
        for uri, content in assets(self.settings.policy.language):
            files.append(File.generated(config, uri, content=content))
        return files

    def page_markdown(self, markdown: str, page: MkDocsPage) -> str:
        """Give a page its date and, if it is an advisory's, title and description.

        MkDocs dates every page by the build, which would change the sitemap every day; pages
        whose date is not known go without.
        """
        ours = self._ours(page)
        if ours:
            page.update_date = self._dated(ours.modified)
            # Themes write both as they are.
            page.meta["title"] = escape(ours.title)
            page.meta["description"] = escape(ours.description)
            page.meta["hide"] = _SIDES
            if not ours.is_searched:
                page.meta["search"] = {"exclude": True}
            return ""
        if page.file.src_uri == self.settings.index:
            page.update_date = self._last_change()
            page.meta.setdefault("hide", _SIDES)
        else:
            page.update_date = ""
        return markdown

    def page_content(self, html: str, page: MkDocsPage) -> str:
        """Give the content of an advisory's page; put the list into the index page."""
        ours = self._ours(page)
        if ours:
            page.toc = _contents(ours)
            return ours.html
        if page.file.src_uri != self.settings.index:
            return html
        return (
            html.replace(MARKER, self.site.index, 1) if MARKER in html else html + self.site.index
        )

    def with_data_links(self, output: str, page: MkDocsPage) -> str:
        """Add what programs want of an advisory's page: links to its records, and what it is.

        Social cards that the site has from elsewhere stay alone.
        """
        ours = self._ours(page)
        links = "".join(
            f'<link rel="describedby" type="{one.media_type}"'
            f' href="{escape(get_relative_url(one.uri, page.url))}">\n'
            for one in (ours.data if ours else ())
        )
        about = "" if ours is None else ours.metadata.linked_data
        if ours and 'property="og:title"' not in output:
            about = ours.metadata.social + about
        return output.replace("</head>", f"{links}{about}</head>", 1)

    def with_help(self, output: str) -> str:
        """Say on the page of errors where else to look, if it is ours."""
        return output.replace(MISSING_MARKER, self.site.missing, 1)

    def mended(self, output: str) -> str:
        """Mend Material's search: a name for its dialog (WCAG 2.2, 4.1.2), and no early load."""
        name = escape(words_of(self.settings.policy.language).gettext("Search"))
        named = _NAMELESS.sub(lambda found: f'{found[1]} aria-label="{name}"', output, count=1)
        return _BUNDLE.sub(rf'<script src="\1{EARLY}"></script>\n\g<0>', named, count=1)

    def with_feed_link(self, output: str, *, from_url: str | None) -> str:
        """Add the link that feed readers look for. No `from_url`: a page without a place."""
        policy = self.settings.policy
        href = (
            urlsplit(policy.site_url).path + policy.feed.uri
            if from_url is None
            else get_relative_url(policy.feed.uri, from_url)
        )
        link = (
            f'<link rel="alternate" type="{MEDIA_TYPE}" title="{escape(policy.feed.title)}"'
            f' href="{escape(href)}">\n'
        )
        return output.replace("</head>", f"{link}</head>", 1)

    def secured(self, output: str, page: MkDocsPage | None) -> str:
        """State the policy under which nothing but the theme's own scripts runs.

        Raises:
            PluginError: what should be harmless is not; nothing is written then.
        """
        ours = self._ours(page) if page else None
        others = (self.site.index, self.site.missing)
        texts = (ours.html, escape(ours.title)) if ours else others
        try:
            return with_policy(output, texts=texts)
        except ActiveContentError as error:
            raise PluginError(f"{error}: this is a bug, please report it") from None

    def marked(self, output: str) -> str:
        """Put the ribbon on a page of a preview, and keep search engines away from it.

        Raises:
            PluginError: the page has no place for it.
        """
        if not self.site.is_preview:
            return output
        words = words_of(self.settings.policy.language)
        ribbon = _RIBBON.format(escape(words.gettext("Do not share or deploy it.")))
        with_robots = output.replace("</head>", f"{_NOT_INDEXED}</head>", 1)
        marked = _BODY.sub(lambda body: body[0] + ribbon, with_robots, count=1)
        if _NOT_INDEXED not in marked or ribbon not in marked:
            raise PluginError("a page of this theme cannot be marked as a preview")
        return marked

    def _ours(self, page: MkDocsPage) -> Page | None:
        content = self.site.contents.get(page.file.src_uri.removesuffix("index.md"))
        return content if isinstance(content, Page) else None

    def _last_change(self) -> str:
        changes = (one.modified for one in _pages(self.site.contents.values()))
        return self._dated(max(changes, default=self.settings.policy.feed.beginning))

    def _dated(self, instant: datetime) -> str:
        """Give the day for the sitemap. In a preview it may lie where MkDocs fails: after 2105."""
        day = self.settings.policy.feed.beginning if self.site.is_preview else instant
        return day.date().isoformat()


def _add_overrides(config: MkDocsConfig) -> None:
    """Let our page of errors take the place of the theme's, but not of the site's own."""
    theme = config.theme
    if any((Path(folder) / "main.html").is_file() for folder in theme.dirs):
        own = str(package_files("mkdocs_advisories.mkdocs") / "overrides")
        if own not in theme.dirs:
            theme.dirs.insert(1 if theme.custom_dir else 0, own)


def _module(uri: str) -> ExtraScriptValue:
    """Make a script a module: it runs after the page is read, and may import others."""
    script = ExtraScriptValue(uri)
    script.type = "module"
    return script


def _is_taken(place: Path) -> bool:
    """Say whether a file or folder is there, or a page that MkDocs would put there."""
    pages = place.parent.glob(f"{place.name}.*") if not place.suffix else ()
    return place.exists() or any(page.stem == place.name for page in pages)


def _pages(contents: Iterable[Content]) -> Iterator[Page]:
    return (one for one in contents if isinstance(one, Page))


def _file(uri: str, content: Content, config: MkDocsConfig) -> File:
    if isinstance(content, Page):
        hidden = InclusionLevel.NOT_IN_NAV
        return File.generated(config, f"{uri}index.md", content="", inclusion=hidden)
    if isinstance(content, bytes):
        # MkDocs leaves out names with a dot in front, and makes pages of Markdown.
        source = f"{uri}.source" if uri.endswith(".md") else uri
        included = InclusionLevel.INCLUDED
        file = File.generated(config, source, content=content, inclusion=included)
        file.dest_uri = uri
        return file
    return File.generated(config, uri, abs_src_path=str(content))


def _contents(page: Page) -> TableOfContents:
    """Make the table of contents of a page: its title, and the sections below it."""
    title = AnchorLink(escape(page.title), "advisory", 1)
    title.children = [AnchorLink(escape(one.title), one.id, one.level) for one in page.headings]
    return TableOfContents([title])
