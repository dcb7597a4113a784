"""The MkDocs plugin. It decides nothing: it reads the clock, asks the core, and passes on.

Advisories never lie in `docs_dir`, so MkDocs cannot publish one by itself; this plugin adds what is
disclosed as generated files. All that can fail is done before MkDocs touches the output.
"""

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from jinja2 import Environment
from mkdocs.config import Config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.plugins import BasePlugin, CombinedEvent, event_priority, get_plugin_logger
from mkdocs.structure.files import Files
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page
from mkdocs.utils.templates import TemplateContext

from mkdocs_advisories.checks import check
from mkdocs_advisories.checks.case import House
from mkdocs_advisories.clock import ClockError
from mkdocs_advisories.disclosure.ledger import LedgerError, read_ledger
from mkdocs_advisories.disclosure.present import known_of, present
from mkdocs_advisories.disclosure.stage import StageError, redeem
from mkdocs_advisories.embargo import (
    Disclosure,
    Pending,
    Permission,
    Preview,
    disclose,
    preview,
    told_ahead,
)
from mkdocs_advisories.mkdocs.discreet import discreet
from mkdocs_advisories.mkdocs.frame import Frame
from mkdocs_advisories.mkdocs.report import (
    expiry_lines,
    language_lines,
    note_lines,
    problems_text,
    summary_lines,
)
from mkdocs_advisories.mkdocs.searching import INDEX, Searching, add_entries
from mkdocs_advisories.mkdocs.serving import Find, Late
from mkdocs_advisories.mkdocs.theme_pages import OwnPage, Theme
from mkdocs_advisories.model import Advisory, Disclosed, Notice
from mkdocs_advisories.openpgp import OpenPGPError, Signer, signer_of
from mkdocs_advisories.policy import Policy
from mkdocs_advisories.press.compiled import Compiled, is_predictable
from mkdocs_advisories.press.fingerprint import fingerprint, program
from mkdocs_advisories.press.gathering import DoubtError, Gathered, Task, fitting, gather
from mkdocs_advisories.press.memory import Memory
from mkdocs_advisories.press.output import OnDemand, begin, name_of, write
from mkdocs_advisories.press.shell import Shells
from mkdocs_advisories.press.store import Store
from mkdocs_advisories.press.stored import StoredSheets
from mkdocs_advisories.press.written import Written, read_written
from mkdocs_advisories.problems import Level, errors
from mkdocs_advisories.render.csp import ActiveContentError
from mkdocs_advisories.render.templating import keep_compiled
from mkdocs_advisories.site import Site, build_site, for_preview
from mkdocs_advisories.site.sheet import Around, Drawn, around_of, draw
from mkdocs_advisories.source.catalog import Catalog, read_catalog
from mkdocs_advisories.source.configuration import (
    Configuration,
    SiteFacts,
    complaints_text,
    configure,
)
from mkdocs_advisories.source.sealed.identities import Identities, IdentityError, identities_of

if TYPE_CHECKING:  # it loads a server, and what watches files: a build needs neither
    from mkdocs.livereload import LiveReloadServer

log = get_plugin_logger("advisories")

CACHE = "ADVISORIES_CACHE"
"""The environment variable that names another folder for the cache, or says `off`."""

CACHE_FOLDER = ".cache/advisories"
SITEMAP = "sitemap.xml"
_SERVED = "served"


class _Options(Config):
    """The options have a JSON Schema of their own, by which `on_config` judges them."""


class AdvisoriesPlugin(BasePlugin[_Options]):
    """Publishes the advisories that are disclosed."""

    options: dict[str, Any]
    folder: Path
    disclosure: Disclosure | Preview
    frame: Frame
    site: Site
    nav: Navigation
    theme: Theme
    index_uri: str
    cache: Path | None
    memory: Memory | None
    store: Store
    saved: Store | None = None
    sheets: StoredSheets
    fingerprint: str = ""
    written: Written
    begun: Callable[[], object] = list
    on_demand: OnDemand | None = None
    late: Late
    unwatch: Callable[[], object] = list
    left_out: set[str]
    permission: Permission | None = None
    began: datetime | None = None
    command: str = ""

    def __init__(self) -> None:
        # MkDocs keeps the plugin from build to build while it serves.
        self.written = Written(site=Path(), fingerprint="")
        self.late = Late()
        self.compiled = Compiled("theme", stated=program())

    @property
    def is_serving(self) -> bool:
        """Say whether a server runs, or will: builds make no more than it needs at once."""
        return self.command == "serve"

    def load_config(
        self, options: dict[str, Any], config_file_path: str | None = None
    ) -> tuple[list[tuple[str, Exception]], list[tuple[str, str]]]:
        """Keep the options until the site's own are known."""
        self.options = options
        self.config = _Options()
        return [], []

    def on_startup(self, *, command: Literal["build", "gh-deploy", "serve"], dirty: bool) -> None:
        """Keep in mind which command this is: a preview is built or served, never deployed."""
        self.command = command
        self.late = Late()
        self.permission = self.began = self.on_demand = self.memory = None

    @event_priority(-50)
    @discreet
    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        """Read, check and render everything, so that nothing is written if anything is wrong."""
        self.late.begin()
        settings = _settings(self.options, config)
        language = settings.policy.language
        keep_compiled(language, Compiled(language, stated=program()))
        self.folder = _folder(settings, config)
        permission = self._permission(config)
        now = _now(settings, config, folder=self.folder)
        self.index_uri = _uri_of(settings.index, directory_urls=config.use_directory_urls)
        self.site = (
            self._previewed(settings, now, permission, config)
            if permission
            else self._disclosed(settings, now, config)
        )
        self._save()
        frame = Frame(site=self.site, settings=settings)
        frame.prepare(config)
        self.frame = frame
        return config

    def _permission(self, config: MkDocsConfig) -> Permission | None:
        """Give the permission for a preview, if that is what was asked for.

        A ticket is redeemed once; after that this process has the permission for as long as it
        serves what is on that stage.
        """
        if self.permission is None or self.permission.site_dir != Path(config.site_dir):
            self.permission = _redeemed(config, command=self.command)
        if self.permission:
            _keep_in(self.permission, config)
        return self.permission

    def _previewed(
        self, settings: Configuration, now: datetime, permission: Permission, config: MkDocsConfig
    ) -> Site:
        """Render a preview, of what builds have stored if it is disclosed. It stores nothing."""
        index_uri, policy = self.index_uri, settings.policy
        searching = Searching.of(config)
        self.cache = None
        self.fingerprint = fingerprint(policy, index_uri, searching.stated)
        self._look(Path(config.site_dir))
        self.store = self._store(_cache_folder(config, self.folder), is_lent=True)
        task = Task(policy=policy, now=now, index_uri=index_uri)

        def built(gathered: Gathered) -> Site:
            stands_at = self._stands_at(gathered.advisories, now)
            shown = preview(gathered.advisories, now=stands_at, permission=permission)
            around = around_of(shown)
            sheets = StoredSheets(
                shown,
                store=self.store,
                records=fitting(gathered.records, around, as_of=shown.as_of),
                make=self._drawing(policy, around),
                shown=for_preview,
                is_lazy=self.is_serving,
            )
            return self._rendered(shown, sheets, policy, searching)

        return self._built(settings, task, built)

    def _stands_at(self, advisories: Sequence[Advisory | Pending], now: datetime) -> datetime:
        """Give the instant at which a preview stands: while it is served, that of its beginning.

        What is undecided is dated by it, and would be another in each build. The end of an embargo
        is a new beginning.
        """
        began = self.began if self.began and self.is_serving else now
        is_over = any(one.embargo and began < one.embargo <= now for one in advisories)
        self.began = now if is_over else began
        return self.began

    def _disclosed(self, settings: Configuration, now: datetime, config: MkDocsConfig) -> Site:
        """Render what is disclosed, or take it from the store."""
        index_uri, policy = self.index_uri, settings.policy
        searching = Searching.of(config)
        signer = _signer()
        self.cache = self._cache(config)
        self.fingerprint = fingerprint(policy, index_uri, searching.stated)
        self.store = self._store(self.cache)
        self.fingerprint += signer.fingerprint if signer else ""
        self._look(Path(config.site_dir))
        task = Task(policy=policy, now=now, index_uri=index_uri)

        def built(gathered: Gathered) -> Site:
            disclosure = self._disclosure(gathered, settings, now)
            around = gathered.around or around_of(disclosure)
            sheets = StoredSheets(
                disclosure,
                store=self.store,
                records=gathered.records,
                make=self._drawing(policy, around),
                is_lazy=self.is_serving,
            )
            return self._rendered(disclosure, sheets, policy, searching, signer)

        return self._built(settings, task, built)

    def _rendered(
        self,
        disclosure: Disclosure | Preview,
        sheets: StoredSheets,
        policy: Policy,
        searching: Searching,
        signer: Signer | None = None,
    ) -> Site:
        """Render a site, and keep what it is made of for what comes after."""
        self.disclosure, self.sheets = disclosure, sheets
        return build_site(
            disclosure,
            policy=policy,
            index_uri=self.index_uri,
            signer=signer,
            sheets=sheets,
            search=searching.search,
            is_lazy=self.is_serving,
        )

    def _drawing(self, policy: Policy, around: Around) -> Callable[[Disclosed], Drawn]:
        """Give what draws an advisory that the store has not."""
        drawing = partial(draw, policy=policy, around=around, index_uri=self.index_uri)
        return self.memory.drawing(drawing, around) if self.memory else drawing

    def _save(self) -> None:
        """Save what was made. A server does so when it begins, and at its end."""
        if self.is_serving:
            if self.saved is self.store or self.permission:
                return
            self.saved = self.store
            self.site.found()  # with that, all that is about many is looked for in the store
        self.store.save()

    def on_shutdown(self) -> None:
        """Save what a server has made, if it is known what of it is still so."""
        self.unwatch()
        if self.is_serving and self.late.is_there:
            self.late.begin()
            self.saved = None
            self._save()

    def _cache(self, config: MkDocsConfig) -> Path | None:
        """Give the folder of the cache. A server has its own: all that it makes has its address."""
        folder = _cache_folder(config, self.folder)
        return folder / _SERVED if folder and self.is_serving else folder

    def _store(self, folder: Path | None, *, is_lent: bool = False) -> Store:
        """Open the store; while serving, it stays open from build to build."""
        known: Store | None = getattr(self, "store", None)
        if known and self.memory and known.is_about(folder, self.fingerprint):
            known.begin_again()
            return known
        self.memory = Memory() if self.is_serving else None
        return Store(folder, fingerprint=self.fingerprint, is_lent=is_lent)

    def _look(self, site: Path) -> None:
        """Begin to look at what the last build has left. A server's leaves nothing."""
        if self.is_serving:
            return
        if not self.written.is_about(site, self.fingerprint):
            self.written = read_written(self.cache, site=site, fingerprint=self.fingerprint)
        self.written.look()

    def _built(
        self, settings: Configuration, task: Task, built: Callable[[Gathered], Site]
    ) -> Site:
        """Build of what is stored; if anything about that is in doubt, of all, read anew."""
        gathered = self._gathered(settings, task)
        site = built(gathered)
        try:
            gathered.confirm()
        except DoubtError:
            return built(self._read_anew(settings, task))
        return site

    def _gathered(self, settings: Configuration, task: Task) -> Gathered:
        try:
            return gather(
                self.folder,
                prefix=settings.advisories_dir,
                task=task,
                store=self.store,
                identities=_identities(),
                memory=self.memory,
            )
        except (DoubtError, OSError):
            return self._read_anew(settings, task)

    def _read_anew(self, settings: Configuration, task: Task) -> Gathered:
        catalog = self._catalog(settings, task.now)
        return Gathered(
            advisories=catalog.advisories,
            records={},
            unopened=catalog.unopened,
            notices=catalog.notices,
        )

    def _catalog(self, settings: Configuration, now: datetime) -> Catalog:
        """Read everything, and stop if there is an error."""
        catalog = read_catalog(
            self.folder,
            prefix=settings.advisories_dir,
            policy=settings.policy,
            identities=_identities(),
        )
        _stop_on_problems(catalog, settings, now)
        return catalog

    def _disclosure(self, gathered: Gathered, settings: Configuration, now: datetime) -> Disclosure:
        unopened = tuple(one.notice for one in gathered.unopened if one.notice)
        sent = self._prenotified() if settings.policy.upcoming else ()
        return disclose(
            gathered.advisories,
            now=now,
            unopened=len(gathered.unopened),
            upcoming=told_ahead(
                gathered.advisories,
                sent=(*sent, *gathered.notices, *unopened),
                unopened=unopened,
                policy=settings.policy,
                now=now,
            ),
        )

    def _prenotified(self) -> tuple[Notice, ...]:
        """Read what was told ahead. A faulty ledger keeps nothing from being published."""
        try:
            return read_ledger(self.folder).prenotified()
        except LedgerError as error:
            log.info("the ledger: %s; what was prenotified is left out", error)
            return ()

    @discreet
    def on_serve(
        self, server: "LiveReloadServer", config: MkDocsConfig, builder: Callable[..., None]
    ) -> "LiveReloadServer":
        """Build again when an advisory changes, and answer for what no build makes."""
        # Loaded here: a build needs neither a server, nor what watches files.
        from mkdocs_advisories.mkdocs.watching import watch  # noqa: PLC0415 - see above

        self.unwatch = watch(server, str(self.folder))
        if self.is_serving:  # not with `--clean`: that serves what builds make
            self.late.stand_before(server)
        return server

    @event_priority(-100)
    @discreet
    def on_pre_build(self, config: MkDocsConfig) -> None:
        """Take the folders of advisories out of MkDocs' way, which empties the site now.

        What a server was asked for goes: some of it MkDocs would leave.
        """
        if not self.is_serving:
            self.begun = list
            self.written.set_aside(self.cache)
            return
        self.late.clear()
        if self.on_demand:
            self.on_demand.remove()

    @discreet
    def on_build_error(self, error: Exception) -> None:
        """Leave nothing aside, and trust nothing that was written since MkDocs emptied the site."""
        self.late.begin()
        with suppress(Exception):  # one is told already; this waits until nothing more is written
            self.begun()
        self.written.give_up()

    @event_priority(100)
    @discreet
    def _bring_back(self, files: Files, config: MkDocsConfig) -> Files:
        """Put back the folders of advisories, less what has changed; begin to write the rest."""
        if not self.is_serving:
            self.written.bring_back(self._marks())
            self.begun = begin(self.site, written=self.written)
        return files

    def _marks(self) -> dict[str, str]:
        """Give what stands for each group of files as it is now."""
        contents = self.site.contents
        batches = {name_of(one): one.mark for one in contents.batches if one.mark}
        return batches | {one.id: self.sheets.mark_of(one) for one in contents.outlines}

    @event_priority(-100)
    @discreet
    def _add(self, files: Files, config: MkDocsConfig) -> Files:
        """Add what is disclosed."""
        return self.frame.add_files(files, config)

    on_files = CombinedEvent(_bring_back, _add)

    @discreet
    def on_nav(self, nav: Navigation, config: MkDocsConfig, files: Files) -> Navigation:
        """Keep the navigation, in which there is no advisory."""
        self.nav = nav
        return nav

    @discreet
    def on_page_markdown(
        self, markdown: str, page: Page, config: MkDocsConfig, files: Files
    ) -> str:
        """Give pages their title and date."""
        return self.frame.page_markdown(markdown, page)

    @event_priority(-50)
    @discreet
    def on_page_content(self, html: str, page: Page, config: MkDocsConfig, files: Files) -> str:
        """Put advisories in place, after every plugin that expects Markdown's own output."""
        return self.frame.page_content(html, page)

    @event_priority(-100)
    @discreet
    def on_env(self, env: Environment, config: MkDocsConfig, files: Files) -> Environment:
        """Keep what MkDocs has gathered: with it the pages of advisories are made at the end."""
        self.theme = Theme(config=config, env=env, nav=self.nav, files=files)
        if is_predictable(env, known="mkdocs"):
            env.bytecode_cache = self.compiled
        if self.is_serving:
            self.left_out = config.theme.static_templates & {SITEMAP}
            config.theme.static_templates -= self.left_out
        return env

    @event_priority(-100)
    @discreet
    def on_page_context(
        self, context: TemplateContext, page: Page, config: MkDocsConfig, nav: Navigation
    ) -> TemplateContext:
        """Complete the list, after the search has looked at its page."""
        if page.content:
            page.content = self.frame.with_rows(page.content)
        return context

    @event_priority(-100)
    @discreet
    def on_post_page(self, output: str, page: Page, config: MkDocsConfig) -> str:
        """Finish a page after every other plugin: links to its data, the mark, the policy."""
        linked = self.frame.with_feed_link(
            self.frame.with_data_links(output, page), from_url=page.url
        )
        finished = self.frame.marked(self.frame.mended(linked))
        return finished if isinstance(page, OwnPage) else self.frame.secured(finished)

    @discreet
    def on_template_context(
        self, context: TemplateContext, template_name: str, config: MkDocsConfig
    ) -> TemplateContext:
        """Tell templates such as the sitemap of the pages that MkDocs does not know."""
        context["pages"] = self.frame.listed(context["pages"], config)  # type: ignore[typeddict-item] # templates only go through it
        return context

    @event_priority(-100)
    @discreet
    def on_post_template(
        self, output_content: str, template_name: str, config: MkDocsConfig
    ) -> str:
        """Finish the page of errors likewise."""
        if not template_name.endswith(".html"):
            return output_content
        helped = self.frame.with_help(output_content)
        linked = self.frame.with_feed_link(helped, from_url=None)
        return self.frame.secured(self.frame.marked(self.frame.mended(linked)))

    @event_priority(100)
    @discreet
    def _print(self, config: MkDocsConfig) -> None:
        """Print what is disclosed, before other plugins look at the finished site."""
        if self.is_serving:
            return
        shells = Shells(self.theme.rendered)
        try:
            write(
                self.site,
                shells=shells,
                written=self.written,
                sheets=self.sheets,
                begun=self.begun,
            )
        except ActiveContentError as error:
            raise PluginError(f"{error}: this is a bug, please report it") from None
        self.written.is_open = False
        if self.cache:
            self.written.save(self.cache)

    @event_priority(-100)
    @discreet
    def _finish(self, config: MkDocsConfig) -> None:
        """Add our pages to the search index, and say what was published and what waits."""
        if not self.is_serving:
            self._add_entries(config)
        self._save()  # without what was found to be damaged
        for note in self.store.notes:
            log.info(note)
        for line in summary_lines(self.disclosure, site_dir=config.site_dir):
            log.info(line)
        for line in note_lines(self.site.notes):
            log.info(line)
        for line in language_lines(self.frame.settings.policy):
            log.info(line)
        for line in expiry_lines(self.frame.settings.policy, now=self.disclosure.as_of):
            log.info(line)
        if self.is_serving:
            self.late.end(self._find(config))

    def _add_entries(self, config: MkDocsConfig) -> None:
        if Searching.of(config).kind is not None:
            add_entries(Path(config.site_dir) / INDEX, self.site.found())

    def _find(self, config: MkDocsConfig) -> Find:
        """Give what finds whatever a build leaves out while a server runs."""
        folder, site = Path(config.site_dir), self.site
        on_demand = OnDemand(site, shells=Shells(self.theme.rendered), folder=folder)
        self.on_demand = on_demand
        others: dict[str, Callable[[], object]] = {}
        if Searching.of(config).kind is not None:
            others[INDEX] = cache(lambda: add_entries(folder / INDEX, site.found()))
        if SITEMAP in self.left_out:
            write_sitemap = cache(partial(self.theme.write_template, SITEMAP))
            others |= dict.fromkeys((SITEMAP, f"{SITEMAP}.gz"), write_sitemap)
        return lambda place: others.get(place) or on_demand.find(place)

    on_post_build = CombinedEvent(_print, _finish)


def _settings(options: dict[str, Any], config: MkDocsConfig) -> Configuration:
    language = config.theme.get("language") if "language" in config.theme else None
    facts = SiteFacts(
        name=config.site_name,
        description=config.site_description,
        url=config.site_url,
        language=language or "en",
    )
    settings = configure(options, site=facts)
    if isinstance(settings, Configuration):
        return settings
    raise PluginError(complaints_text(settings))


def _folder(settings: Configuration, config: MkDocsConfig) -> Path:
    """Find the folder of advisories, which must be where MkDocs itself publishes nothing.

    Raises:
        PluginError: there is no such folder, or it touches `docs_dir` or `site_dir`.
    """
    folder = Path(config.config_file_path).parent / settings.advisories_dir
    if not folder.is_dir():
        raise PluginError(
            f"there is no folder `{settings.advisories_dir}` beside mkdocs.yml: make it, or set"
            " `advisories_dir`"
        )
    for option in ("docs_dir", "site_dir"):
        other = Path(config[option]).resolve()
        if folder.resolve().is_relative_to(other) or other.is_relative_to(folder.resolve()):
            raise PluginError(
                f"`advisories_dir` and `{option}` overlap, so what is held could be published as it"
                " lies there: keep them apart"
            )
    return folder


def _identities() -> Identities:
    try:
        return identities_of(os.environ)
    except IdentityError as error:
        raise PluginError(str(error)) from None


def _redeemed(config: MkDocsConfig, *, command: str) -> Permission | None:
    try:
        permission = redeem(
            Path(config.site_dir),
            root=Path(config.config_file_path).parent,
            environment=os.environ,
        )
    except StageError as error:
        raise PluginError(str(error)) from None
    if permission and command not in {"build", "serve"}:
        raise PluginError("a preview is never deployed: use `advisory preview`")
    return permission


def _keep_in(permission: Permission, config: MkDocsConfig) -> None:
    """Move other plugins' caches to the stage, for they would keep what is held."""
    for name, plugin in config.plugins.items():
        if "cache_dir" in getattr(plugin, "config", ()):  # a hook has none
            plugin.config["cache_dir"] = str(permission.site_dir.parent / "cache" / name)


def _now(settings: Configuration, config: MkDocsConfig, *, folder: Path) -> datetime:
    try:
        return present(
            datetime.now(UTC),  # noqa: TID251 - the one place where a build reads the clock
            folder=Path(config.config_file_path).parent,
            hosts=settings.clock_hosts,
            environment=os.environ,
            known=known_of(folder),
        )
    except ClockError as error:
        raise PluginError(str(error)) from None


def _cache_folder(config: MkDocsConfig, advisories: Path) -> Path | None:
    """Give the folder of the cache, or None if there is to be none.

    Raises:
        PluginError: it lies where MkDocs or this plugin looks for something else.
    """
    stated = os.environ.get(CACHE, CACHE_FOLDER)
    if stated in {"", "off"}:
        return None
    folder = (Path(config.config_file_path).parent / stated).resolve()
    for other in (advisories, Path(config.docs_dir), Path(config.site_dir)):
        if folder.is_relative_to(other.resolve()):
            raise PluginError(
                f"{CACHE} lies in `{other.name}/`: name a folder of its own, or `off`"
            )
    return folder


def _signer() -> Signer | None:
    """Read the key for signatures, if the environment names one.

    Raises:
        PluginError: it cannot be read, or cannot sign.
    """
    try:
        return signer_of(os.environ)
    except OpenPGPError as error:
        raise PluginError(str(error)) from None


def _stop_on_problems(catalog: Catalog, settings: Configuration, now: datetime) -> None:
    """Refuse to build with an error. Warnings are the business of `advisory check`.

    So a fault in a rule that only warns cannot keep an advisory from being published on time.

    Raises:
        PluginError: there is an error, or a check itself has failed.
    """
    house = House(catalog=catalog, policy=settings.policy, now=now)
    checked = check(house, level=Level.ERROR)
    found = errors([*catalog.problems, *checked.problems])
    if found or checked.crashes:
        raise PluginError(
            problems_text(
                found,
                crashes=checked.crashes,
                is_public=lambda path: catalog.is_public(path, now),
            )
        )


def _uri_of(page: str, *, directory_urls: bool) -> str:
    """Give the address of a page of `docs_dir` from the site's root; empty for the home page."""
    stem = page.removesuffix(".md")
    if stem.rpartition("/")[2] == "index":
        return stem.removesuffix("index")
    return f"{stem}/" if directory_urls else f"{stem}.html"
