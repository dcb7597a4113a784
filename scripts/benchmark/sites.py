"""The builds that are measured: this project's, its floor, and those of its peers.

Each peer gets the public advisories with the same text, and makes a page of each, index pages and a
feed. Where one cannot make a part of that, `makes` says so.
"""

import json
import shutil
import sys
from abc import abstractmethod
from collections import defaultdict
from collections.abc import Iterable, Iterator
from importlib.metadata import version
from pathlib import Path

from benchmark import bare
from benchmark.corpus import Advisory, Corpus, write
from benchmark.measure import FailedError
from benchmark.subject import Step, Subject
from benchmark.tools import PEERS, Tool, eleventy, from_python, hugo, jekyll, npm_folder, ours

COLD, ONE_MORE, NO_CHANGE = "cold", "one more", "no change"
RECENT = 20


class Site(Subject):
    """A generator of sites: built from nothing, then with one advisory more."""

    arguments: tuple[str, ...] = ("build", "--quiet")
    pages: str
    """Which files of a site are pages of advisories."""
    feed: str | None

    def steps(self, folder: Path, corpus: Corpus) -> Iterator[Step]:
        """Lay out the project, have it built, add an advisory, have it built."""
        command = (*self.tool().command, *self.arguments)
        self.lay(folder)
        self.add_all(folder, corpus)
        yield Step(name=COLD, command=command, folder=folder)
        self.check(folder, count=corpus.public_count)
        self.add_one_more(folder, corpus)
        yield Step(name=ONE_MORE, command=command, folder=folder)
        self.check(folder, count=corpus.public_count + 1, newest=corpus.one_more())

    @abstractmethod
    def lay(self, folder: Path) -> None:
        """Write into the folder what does not depend on the advisories."""

    @abstractmethod
    def add(self, folder: Path, one: Advisory) -> None:
        """Write an advisory into the project."""

    def add_all(self, folder: Path, corpus: Corpus) -> None:
        """Write all advisories into the project."""
        for one in corpus.public:
            self.add(folder, one)

    def add_one_more(self, folder: Path, corpus: Corpus) -> None:
        """Write one that is newer than all others."""
        self.add(folder, corpus.one_more())

    def check(self, folder: Path, *, count: int, newest: Advisory | None = None) -> None:
        """See that there are as many pages as there should be, and that the newest is in the feed.

        Raises:
            FailedError: that is not so.
        """
        site = folder / "site"
        pages = list(site.glob(self.pages))
        if len(pages) != count:
            raise FailedError(f"the site has {len(pages)} pages of advisories, not {count}")
        if newest is None:
            return
        page = next((one for one in pages if newest.id.lower() in str(one).lower()), None)
        if not page or newest.title not in page.read_text(encoding="utf-8"):
            raise FailedError(f"the page of {newest.id} is not there, or empty")
        if not (site / "index.html").exists():
            raise FailedError("there is no index page")
        if self.feed and newest.title not in (site / self.feed).read_text(encoding="utf-8"):
            raise FailedError(f"the feed does not have {newest.id}")


class Ours(Site):
    """This project."""

    name, title = "ours", "mkdocs-advisories"
    makes = "page each, index, search, feeds, and OSV, CSAF, CVE and other records of each"
    pages, feed = "advisories/HW-*/index.html", "feed.xml"

    def tool(self) -> Tool:
        """MkDocs of this environment, which has the plugin."""
        return ours("mkdocs")

    def steps(self, folder: Path, corpus: Corpus) -> Iterator[Step]:
        """Build once more at the end, with nothing changed."""
        yield from super().steps(folder, corpus)
        command = (*self.tool().command, *self.arguments)
        yield Step(name=NO_CHANGE, command=command, folder=folder)
        self.check(folder, count=corpus.public_count + 1, newest=corpus.one_more())

    def lay(self, folder: Path) -> None:
        """Write what a site needs; what a build keeps for the next one is not there."""
        Corpus(count=0).write(folder)

    def add_all(self, folder: Path, corpus: Corpus) -> None:
        """Write the held ones, too: only this project can be trusted with them."""
        for one in corpus:
            self.add(folder, one)

    def add(self, folder: Path, one: Advisory) -> None:
        """Write a file."""
        write(folder, one)

    def check(self, folder: Path, *, count: int, newest: Advisory | None = None) -> None:
        """See to what all have to make, and that each has its records."""
        super().check(folder, count=count, newest=newest)
        records = len(list((folder / "site" / "osv").glob("*HW-*.json")))
        if records != count:
            raise FailedError(f"the site has {records} OSV records, not {count}")


class Empty(Subject):
    """The floor: what MkDocs and its theme take for a single page."""

    name, title = "empty", "MkDocs + Material, empty site"
    makes = "one page, search: the floor"

    def tool(self) -> Tool:
        """MkDocs of this environment."""
        return ours("mkdocs")

    def steps(
        self,
        folder: Path,
        corpus: Corpus,  # noqa: ARG002 - the floor is the same for all
    ) -> Iterator[Step]:
        """Build it once; there is nothing to add."""
        _material(folder, plugins="  - search\n")
        _text(folder / "docs" / "index.md", "# Security advisories\n")
        yield Step(name=COLD, command=(*self.tool().command, "build", "--quiet"), folder=folder)
        if not (folder / "site" / "index.html").exists():
            raise FailedError("there is no page")


class Bare(Site):
    """The floor of what this project stands on."""

    name, title = "bare", "PyYAML + Python-Markdown alone"
    makes = "page each without a theme, a list of 20: the floor of a build"
    pages, feed = "advisories/HW-*/index.html", None
    arguments = ()

    def tool(self) -> Tool:
        """A program of a few lines, with the libraries of this environment."""
        return Tool(command=(sys.executable, str(Path(bare.__file__))), version=version("markdown"))

    def lay(self, folder: Path) -> None:
        """Make the folder of the advisories: there is no configuration."""
        (folder / "advisories").mkdir()

    def add(self, folder: Path, one: Advisory) -> None:
        """Write a file as for this project."""
        write(folder, one)


class Blog(Site):
    """What one would do without this project: a blog."""

    name, title = "blog", "Material blog + mkdocs-rss-plugin"
    makes = "page each, index pages by year and ecosystem, search, RSS and JSON feed"
    pages, feed = "blog/hw-*/index.html", "feed_rss_created.xml"
    largest = 1_000

    def tool(self) -> Tool:
        """MkDocs of the peers' environment, of the same version as ours."""
        return from_python("mkdocs-material", "mkdocs")

    def lay(self, folder: Path) -> None:
        """Write the configuration and templates."""
        blog = "  - search\n  - blog: {post_url_format: '{slug}', pagination_per_page: 20}\n"
        _material(folder, plugins=blog + _rss("blog/posts/.*"))
        _text(folder / "docs" / "blog" / "index.md", "# Security advisories\n")
        _text(folder / "docs" / "index.md", "# Security advisories\n")

    def add(self, folder: Path, one: Advisory) -> None:
        """Write a post."""
        front = f"date: {_date(one)}\nslug: {one.id.lower()}\ncategories: [{_category(one)}]\n"
        file = folder / "docs" / "blog" / "posts" / f"{one.id.lower()}.md"
        _text(file, f"---\n{front}---\n{_heading(one)}\n<!-- more -->\n\n{one.body}")


class Pages(Site):
    """What one would do without a blog."""

    name, title = "pages", "MkDocs + Material, plain pages + mkdocs-rss-plugin"
    makes = "page each, index page for each year, search, RSS and JSON feed"
    pages = "advisories/hw-*/index.html"
    feed: str | None = "feed_rss_created.xml"
    largest = 1_000

    def tool(self) -> Tool:
        """MkDocs of the peers' environment, of the same version as ours."""
        return from_python("mkdocs-material", "mkdocs")

    def lay(self, folder: Path) -> None:
        """Write the configuration."""
        _material(
            folder,
            plugins="  - search\n" + _rss("advisories/.*"),
            features="  features: [navigation.prune]\n",
        )

    def add_all(self, folder: Path, corpus: Corpus) -> None:
        """Write the pages, and index pages of them."""
        super().add_all(folder, corpus)
        _index(folder / "docs", corpus.public)

    def add(self, folder: Path, one: Advisory) -> None:
        """Write a page."""
        file = folder / "docs" / "advisories" / f"{one.id.lower()}.md"
        _text(file, f"---\ndate: {_date(one)[:10]}\n---\n{_heading(one)}\n{one.body}")

    def add_one_more(self, folder: Path, corpus: Corpus) -> None:
        """Write a page, and the index pages anew."""
        super().add_one_more(folder, corpus)
        _index(folder / "docs", [*corpus.public, corpus.one_more()])


class Zensical(Pages):
    """The successor of Material, of the same people."""

    name, title = "zensical", "Zensical"
    makes = "page each, index page for each year, search; it has no feed"
    feed = None
    arguments = ("build",)

    def tool(self) -> Tool:
        """Zensical of the peers' environment."""
        return from_python("zensical", "zensical")

    def lay(self, folder: Path) -> None:
        """Write the configuration, which can be that of MkDocs."""
        _material(folder, plugins="", features="  features: [navigation.prune]\n")


class Hugo(Site):
    """The fastest generator that is widely used."""

    name, title = "hugo", "Hugo"
    makes = "page each, index pages of 20, pages of ecosystems, RSS"
    pages, feed = "advisories/hw-*/index.html", "index.xml"
    arguments = ("--quiet", "--destination", "site")
    largest = 10_000

    def tool(self) -> Tool:
        """Hugo."""
        return hugo()

    def lay(self, folder: Path) -> None:
        """Write the configuration and templates."""
        shutil.copytree(PEERS / "hugo", folder, dirs_exist_ok=True)

    def add(self, folder: Path, one: Advisory) -> None:
        """Write a page."""
        front = (
            f"title: {json.dumps(one.title)}\ndate: {_date(one)}\ncategories: [{_category(one)}]"
        )
        file = folder / "content" / "advisories" / f"{one.id.lower()}.md"
        _text(file, f"---\n{front}\n---\n{_heading(one)}\n{one.body}")


class Eleventy(Site):
    """A fast generator in JavaScript."""

    name, title = "eleventy", "Eleventy"
    makes = "page each, index pages of 20, Atom"
    pages, feed = "advisories/hw-*/index.html", "feed.xml"
    arguments = ("--quiet",)
    largest = 10_000

    def tool(self) -> Tool:
        """Eleventy."""
        return eleventy()

    def lay(self, folder: Path) -> None:
        """Write the configuration and templates."""
        unwanted = shutil.ignore_patterns("node_modules", "package*.json", ".npmrc")
        shutil.copytree(PEERS / "eleventy", folder, dirs_exist_ok=True, ignore=unwanted)
        (folder / "node_modules").symlink_to(npm_folder() / "node_modules")
        _text(
            folder / "content" / "advisories" / "advisories.json",
            '{"layout": "advisory.njk", "tags": "advisories"}\n',
        )

    def add(self, folder: Path, one: Advisory) -> None:
        """Write a page."""
        front = f"title: {json.dumps(one.title)}\ndate: {_date(one)}"
        file = folder / "content" / "advisories" / f"{one.id.lower()}.md"
        _text(file, f"---\n{front}\n---\n{_heading(one)}\n{one.body}")


class Jekyll(Site):
    """The generator of GitHub's pages."""

    name, title = "jekyll", "Jekyll"
    makes = "page each, index pages of 20, Atom"
    pages, feed = "advisories/hw-*/index.html", "feed.xml"
    largest = 1_000

    def tool(self) -> Tool:
        """Jekyll."""
        return jekyll()

    def lay(self, folder: Path) -> None:
        """Write the configuration and templates."""
        shutil.copytree(PEERS / "jekyll", folder, dirs_exist_ok=True)

    def add(self, folder: Path, one: Advisory) -> None:
        """Write a post."""
        front = f"layout: advisory\ntitle: {json.dumps(one.title)}\ndate: {_date(one)}"
        file = folder / "_posts" / f"{_date(one)[:10]}-{one.id.lower()}.md"
        _text(file, f"---\n{front}\n---\n{_heading(one)}\n{one.body}")


SITES: tuple[Subject, ...] = (
    Ours(),
    Empty(),
    Bare(),
    Hugo(),
    Eleventy(),
    Jekyll(),
    Zensical(),
    Pages(),
    Blog(),
)


def _material(folder: Path, *, plugins: str, features: str = "") -> None:
    text = (PEERS / "material.yml").read_text(encoding="utf-8") + features
    text += "markdown_extensions: [tables, fenced_code, pymdownx.highlight, pymdownx.superfences]\n"
    _text(folder / "mkdocs.yml", text + (f"plugins:\n{plugins}" if plugins else ""))


def _rss(match: str) -> str:
    return (
        f"  - rss:\n      match_path: {match}\n      length: {RECENT}\n      use_git: false\n"
        "      date_from_meta: {as_creation: date, as_update: date}\n"
    )


def _index(docs: Path, advisories: Iterable[Advisory]) -> None:
    """Write a page of the newest, and one for each year."""
    newest = sorted(advisories, key=_date, reverse=True)
    years = defaultdict(list)
    for one in newest:
        years[_date(one)[:4]].append(f"- [{one.title}](advisories/{one.id.lower()}.md)\n")
    recent = [f"- [{one.title}](advisories/{one.id.lower()}.md)\n" for one in newest[:RECENT]]
    _text(docs / "index.md", "# Security advisories\n\n" + "".join(recent))
    for year, lines in years.items():
        _text(docs / f"{year}.md", f"# Advisories of {year}\n\n" + "".join(lines))


def _heading(one: Advisory) -> str:
    """Give what each page begins with: its title, and what the fields say."""
    affected = " or ".join(
        f"from {each.introduced}" + (f" before {each.fixed}" if one.package.is_fixed else "")
        for each in one.package.stretches
    )
    return (
        f"# {one.title}\n\n| | |\n|---|---|\n| Id | {one.id} |\n"
        f"| Aliases | {', '.join(one.aliases)} |\n"
        f"| Package | `{one.package.name}`, {one.package.ecosystem.name} |\n"
        f"| Affected | {affected} |\n| Severity | {one.vector} |\n"
    )


def _date(one: Advisory) -> str:
    if one.disclosed is None:
        raise ValueError(f"{one.id} is held: no peer may get it")
    return one.disclosed.isoformat()


def _category(one: Advisory) -> str:
    return one.package.ecosystem.name.lower()


def _text(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
