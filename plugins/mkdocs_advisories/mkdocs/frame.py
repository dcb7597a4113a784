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
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page as MkDocsPage
from mkdocs.utils import get_relative_url

from mkdocs_advisories.mkdocs.assets import EARLY, SCRIPT, SCRIPTS, STYLE, assets
from mkdocs_advisories.mkdocs.our_files import (
    FilesAndOurs,
    Listed,
    ListedFile,
    listed_file,
    root_of,
)
from mkdocs_advisories.mkdocs.theme_pages import SIDES, OwnPage, contents_of, page_meta
from mkdocs_advisories.press.head import has_card, head_of
from mkdocs_advisories.render.csp import ActiveContentError, with_policy
from mkdocs_advisories.render.feed_addresses import MEDIA_TYPE
from mkdocs_advisories.render.page import Page
from mkdocs_advisories.render.templating import render
from mkdocs_advisories.render.words import words_of
from mkdocs_advisories.site import PREVIEW, Site
from mkdocs_advisories.source.configuration import Configuration

MARKER = "<!-- advisories -->"
MISSING_MARKER = "<!-- advisories-missing -->"
_ROWS = "<!-- advisories-rows -->"
_RIBBON = (
    '<div role="note" class="adv-preview"><span lang="en">'
    f"<strong>{PREVIEW}.</strong></span> {{}}</div>\n"
)
_NAMELESS = re.compile(r'(<div class="md-search" data-md-component="search" role="dialog")(?=>)')
_RESULTS = '<div class="md-search-result" data-md-component="search-result">'
_BUNDLE = re.compile(r'<script src="([^"]*)assets/javascripts/bundle\.[^"]*"></script>')
_BODY = re.compile(r"<body\b[^>]*>")
_NOT_INDEXED = '<meta name="robots" content="noindex, nofollow, noarchive, nosnippet">\n'


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
        folder = Path(config.docs_dir)
        names = {name for one in folder.iterdir() for name in (one.name, one.stem)}
        ours = () if names.isdisjoint(self.site.contents.roots) else self.site.contents
        for uri in (*ours, STYLE, *SCRIPTS):
            if uri.partition("/")[0] in names and _is_taken(folder / uri):
                msg = f"`{uri}` in docs_dir has the address of a file of the advisories: move it"
                raise PluginError(msg)
        if STYLE not in config.extra_css:
            config.extra_css.insert(0, STYLE)  # so that a site's own sheets have the last word
        if SCRIPT not in map(str, config.extra_javascript):
            config.extra_javascript.append(_module(SCRIPT))
        _add_overrides(config)

    def add_files(self, files: Files, config: MkDocsConfig) -> Files:
        """Add the page of the list, if `docs_dir` has none, and what pages load in a browser."""
        if files.get_file_from_path(self.settings.index) is None:
            text = f"# {config.site_name}\n\n{MARKER}\n"
            files.append(File.generated(config, self.settings.index, content=text))
        for uri, content in assets(self.settings.policy.language):
            files.append(File.generated(config, uri, content=content))
        return FilesAndOurs(files, self.site.contents, config)

    def page_markdown(self, markdown: str, page: MkDocsPage) -> str:
        """Give a page its date and, if it is an advisory's, title and description.

        MkDocs dates every page by the build, which would change the sitemap every day; pages
        whose date is not known go without.
        """
        ours = _ours(page)
        if ours:
            page.update_date = self._dated(ours.modified)
            page.meta.update(page_meta(ours))
            return ""
        if page.file.src_uri == self.settings.index:
            page.update_date = self._last_change()
            page.meta.setdefault("hide", SIDES)
        else:
            page.update_date = ""
        return markdown

    def page_content(self, html: str, page: MkDocsPage) -> str:
        """Give the content of an advisory's page; put the list into the index page."""
        ours = _ours(page)
        if ours:
            page.toc = contents_of(ours)
            return ours.html
        if page.file.src_uri != self.settings.index:
            return html
        rows, index = str(self.site.rows), str(self.site.index)
        index = index.replace(rows, _ROWS, 1) if rows else index
        return html.replace(MARKER, index, 1) if MARKER in html else html + index

    def with_rows(self, html: str) -> str:
        """Put the rows into the list.

        No search looks for what is in them, but it reads all that is there until its turn is over.
        """
        return html.replace(_ROWS, str(self.site.rows), 1)

    def with_data_links(self, output: str, page: MkDocsPage) -> str:
        """Add what programs want of an advisory's page: links to its records, and what it is.

        Social cards that the site has from elsewhere stay alone.
        """
        ours = _ours(page)
        head = head_of(ours, has_card=has_card(output)) if ours else ""
        return output.replace("</head>", f"{head}</head>", 1)

    def with_help(self, output: str) -> str:
        """Say on the page of errors where else to look, if it is ours."""
        return output.replace(MISSING_MARKER, self.site.missing, 1)

    def mended(self, output: str) -> str:
        """Mend Material's search: a name for its dialog (WCAG 2.2, 4.1.2), and no early load.

        If it does not find all advisories, it says where they are found.
        """
        name = escape(words_of(self.settings.policy.language).gettext("Search"))
        named = _NAMELESS.sub(lambda found: f'{found[1]} aria-label="{name}"', output, count=1)
        bundle = _BUNDLE.search(named)
        if bundle is None:
            return named
        early = f'<script src="{bundle[1]}{EARLY}"></script>\n'
        whole = named[: bundle.start()] + early + named[bundle.start() :]
        return whole.replace(_RESULTS, self._of_the_rest(root=bundle[1]) + _RESULTS, 1)

    def _of_the_rest(self, *, root: str) -> str:
        """Say that the list finds advisories which a search leaves out, if there are any.

        It does not say how many: this is in every page, which would change with each new advisory.
        """
        policy = self.settings.policy
        if len(self.site.contents.outlines) <= policy.pages.searched:
            return ""
        link = render(
            "elsewhere.html",
            language=policy.language,
            searched=policy.pages.searched,
            uri=root + self.site.index_uri,
        )
        return str(link)

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

    def secured(self, output: str) -> str:
        """State the policy under which nothing but the theme's own scripts runs.

        Raises:
            PluginError: what should be harmless is not; nothing is written then.
        """
        try:
            return with_policy(output, texts=(self.site.index, self.site.missing))
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

    def listed(self, files: Iterable[File], config: MkDocsConfig) -> Listed:
        """Give templates all pages."""
        root = root_of(config.site_url or "")

        def ours() -> Iterator[ListedFile]:
            for one in self.site.briefs():
                yield listed_file(one, root=root, dated=self._dated(one.modified))

        return Listed(files=files, ours=ours)

    def _last_change(self) -> str:
        """Give the day of the last change. A page about none has the day on which feeds begin."""
        contents, beginning = self.site.contents, self.settings.policy.feed.beginning
        last = max((one.modified for one in contents.outlines), default=beginning)
        if last < beginning:
            pages = (one for batch in contents.batches for one in batch.pages())
            last = max(last, *(one.modified for one in pages))
        return self._dated(last)

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


def _ours(page: MkDocsPage) -> Page | None:
    return page.ours if isinstance(page, OwnPage) else None
