"""What is held and what is public, at one instant, as the proof takes it."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files as package_files
from importlib.util import find_spec
from pathlib import Path

from mkdocs_advisories.cli.project import Project
from mkdocs_advisories.model import Affected
from mkdocs_advisories.proof.held import Held, HeldFile, folds, folds_of_file
from mkdocs_advisories.proof.text import tags
from mkdocs_advisories.render.commands import upgrade_commands
from mkdocs_advisories.render.markdown import to_html
from mkdocs_advisories.render.versions import fixed_versions
from mkdocs_advisories.source.catalog import Catalog
from mkdocs_advisories.source.draft import Draft
from mkdocs_advisories.source.files import LARGEST_FILE, read_bytes
from mkdocs_advisories.source.folder import Listing, list_folder
from mkdocs_advisories.source.frontmatter import Parts, split
from mkdocs_advisories.source.positions import Text

_LARGEST_PUBLIC = 128 * 1024 * 1024
_LARGEST_ATTACHMENT = 64 * 1024 * 1024
_SUMMARY = re.compile(r"^summary:[ \t]*(.+)$", re.MULTILINE)
_THEMES = ("material", "mkdocs")
_OF_A_THEME = {".css", ".html", ".js", ".xml"}


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class Secrecy:
    """The held advisories, and what everybody may read: the sources of the disclosed ones.

    `affected` are the packages of the disclosed ones. Pages give commands that upgrade them, which
    a held advisory about the same package may give as well.
    `unopened` names the sealed files for which there is no key, `refused` those that are not as
    they must be: of neither is known what to look for.
    """

    held: tuple[Held, ...]
    public: tuple[Text, ...]
    public_files: tuple[Path | HeldFile, ...]
    affected: tuple[Affected, ...]
    unopened: tuple[str, ...]
    refused: tuple[str, ...]

    def wider(self, trees: Iterable[Path]) -> Iterator[bytes]:
        """Give, folded, what takes longer: texts as they are rendered, commands, files, trees."""
        for text in self.public:
            rendered = _rendered(text)
            # In both forms: needles are made of words alone, and an index of a search has them so.
            for form in (rendered, tags(rendered)):
                yield from folds(form)
        for command in self._commands():
            yield from folds(command)
        for file in (*self.public_files, *_theme_files(), *_files_below(trees)):
            one = file if isinstance(file, HeldFile) else _file(file, largest=_LARGEST_PUBLIC)
            yield from folds_of_file(one.name, one.raw)

    def _commands(self) -> Iterator[str]:
        """Give the commands with which pages tell readers to upgrade."""
        for one in self.affected:
            package = one.package
            yield from upgrade_commands(package.ecosystem, package.name, fixed_versions([one]))


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class _Source:
    """One advisory, in clear or opened, however much of it could be understood.

    `stem` is the name of a file in clear, which is an id. `file` is None for one that was sealed.
    """

    path: str
    text: Text
    draft: Draft | None
    stem: str | None = None
    file: Path | None = None

    def names(self) -> frozenset[str]:
        """Give every id that it goes by."""
        known = self.draft.content.named_ids() if self.draft else frozenset()
        return known | ({self.stem} if self.stem else frozenset())

    def attachments(self) -> Iterator[Path | HeldFile]:
        """Give what is attached: all in the folder beside a file, of whatever kind."""
        if self.file:
            yield from _files_below([self.file.with_suffix("")])
        for one in self.draft.content.attachments if self.draft and not self.file else ():
            if isinstance(one.content, bytes):
                yield HeldFile(name=one.name, raw=one.content)


def secrecy(project: Project, *, now: datetime) -> Secrecy:
    """Part the files of a project in those that are held and those that are public at `now`.

    What is not public beyond doubt is held, whether it is a sound advisory or not.
    """
    catalog = project.read_catalog()
    listing = list_folder(project.folder, prefix=project.configuration.advisories_dir)
    sources = [*_in_clear(listing, catalog), *_opened(listing, catalog)]
    public = [one for one in sources if catalog.is_public(one.path, now)]
    held = [one for one in sources if not catalog.is_public(one.path, now)]
    disclosed = [one.content for one in catalog.advisories if one.is_disclosed(now)]
    taken = {name.lower() for one in disclosed for name in one.named_ids()}
    unopened = tuple(one.path for one in catalog.unopened)
    known = {*unopened, *(one.path for one in sources)}
    return Secrecy(
        held=tuple(_held(one, taken) for one in held),
        public=tuple(one.text for one in public if one.path in catalog.texts),
        public_files=tuple(file for one in public for file in one.attachments()),
        affected=tuple(affected for one in disclosed for affected in one.affected),
        unopened=unopened,
        refused=tuple(path for path in map(listing.name, listing.sealed) if path not in known),
    )


def _in_clear(listing: Listing, catalog: Catalog) -> Iterator[_Source]:
    drafts = {one.path: one for one in catalog.drafts}
    for file in listing.sources:
        path = listing.name(file)
        text = catalog.texts.get(path) or _as_it_is(file, path)
        yield _Source(path=path, text=text, draft=drafts.get(path), stem=file.stem, file=file)


def _opened(listing: Listing, catalog: Catalog) -> Iterator[_Source]:
    """Give the sealed ones that could be opened and read; what is attached is in memory only."""
    drafts = {one.path: one for one in catalog.drafts}
    for path in map(listing.name, listing.sealed):
        if path in drafts and path in catalog.texts:
            yield _Source(path=path, text=catalog.texts[path], draft=drafts[path])


def _held(source: _Source, taken: set[str]) -> Held:
    parts = split(source.text)
    text = source.text.content
    return Held(
        path=source.path,
        source=text,
        body=parts.body if isinstance(parts, Parts) else text,
        title=(source.draft.content.summary if source.draft else "") or _title(source.text),
        rendered=_rendered(source.text),
        ids=frozenset(name for name in source.names() if name.lower() not in taken),
        files=tuple(
            one if isinstance(one, HeldFile) else _file(one, largest=_LARGEST_ATTACHMENT)
            for one in source.attachments()
        ),
    )


def _as_it_is(file: Path, path: str) -> Text:
    """Read a file that is no sound advisory, as far as it can be read."""
    raw = read_bytes(file, path=path, largest=LARGEST_FILE)
    return Text(path=path, content=raw.decode("utf-8", "replace") if isinstance(raw, bytes) else "")


def _file(file: Path, *, largest: int) -> HeldFile:
    """Read a file; one that is too large, or cannot be read, is as an empty one."""
    raw = read_bytes(file, path=file.name, largest=largest)
    return HeldFile(name=file.name, raw=raw if isinstance(raw, bytes) else b"")


def _title(text: Text) -> str:
    match = _SUMMARY.search(text.content)
    return match[1] if match else ""


def _rendered(text: Text) -> str:
    """Render a body as HTML, whatever its links lead to; empty where it cannot be rendered."""
    parts = split(text)
    if not isinstance(parts, Parts):
        return ""
    try:
        return to_html(parts.body, resolve=str).text
    except (RecursionError, ValueError):
        return ""


def _files_below(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        found = sorted(path.rglob("*")) if path.is_dir() else [path]
        yield from (one for one in found if one.is_file() and not one.is_symlink())


def _theme_files() -> Iterator[Path]:
    """Give the templates and scripts that come with this package, and with themes if installed."""
    own = Path(str(package_files("mkdocs_advisories")))
    specs = (find_spec(name) for name in _THEMES)
    folders = (Path(one) for spec in specs if spec for one in spec.submodule_search_locations or ())
    for file in _files_below([own, *folders]):
        if file.suffix in _OF_A_THEME:
            yield file
