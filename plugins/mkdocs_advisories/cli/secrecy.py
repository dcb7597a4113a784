"""What is held and what is public, at one instant, as the proof takes it."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files as package_files
from importlib.util import find_spec
from pathlib import Path

from mkdocs_advisories.cli.project import Project
from mkdocs_advisories.proof.held import Held, HeldFile, folds, folds_of_file
from mkdocs_advisories.render.markdown import to_html
from mkdocs_advisories.source.catalog import Catalog
from mkdocs_advisories.source.files import LARGEST_FILE, read_bytes
from mkdocs_advisories.source.folder import list_folder
from mkdocs_advisories.source.frontmatter import Parts, split
from mkdocs_advisories.source.positions import Text

_LARGEST_PUBLIC = 128 * 1024 * 1024
_LARGEST_ATTACHMENT = 64 * 1024 * 1024
_SUMMARY = re.compile(r"^summary:[ \t]*(.+)$", re.MULTILINE)
_THEMES = ("material", "mkdocs")
_OF_A_THEME = {".css", ".html", ".js", ".xml"}


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class Secrecy:
    """The held advisories, and what everybody may read: the sources of the disclosed ones."""

    held: tuple[Held, ...]
    public: tuple[Text, ...]
    public_files: tuple[Path, ...]

    def wider(self, trees: Iterable[Path]) -> Iterator[bytes]:
        """Give, folded, what takes longer: rendered texts, attachments, themes, public trees."""
        for text in self.public:
            yield from folds(_rendered(text))
        for file in (*self.public_files, *_theme_files(), *_files_below(trees)):
            raw = read_bytes(file, path=file.name, largest=_LARGEST_PUBLIC)
            if isinstance(raw, bytes):
                yield from folds_of_file(file.name, raw)


def secrecy(project: Project, *, now: datetime) -> Secrecy:
    """Part the files of a project in those that are held and those that are public at `now`.

    What is not public beyond doubt is held, whether it is a sound advisory or not.
    """
    catalog = project.read_catalog()
    listing = list_folder(project.folder, prefix=project.configuration.advisories_dir)
    paths = {file: listing.name(file) for file in listing.sources}
    public = [file for file, path in paths.items() if catalog.is_public(path, now)]
    taken = {
        name.lower()
        for one in catalog.advisories
        if one.is_disclosed(now)
        for name in one.content.named_ids()
    }
    return Secrecy(
        held=tuple(
            _held(file, path=path, catalog=catalog, taken=taken)
            for file, path in paths.items()
            if file not in public
        ),
        public=tuple(catalog.texts[paths[file]] for file in public if paths[file] in catalog.texts),
        public_files=tuple(file for one in public for file in _attachments(one)),
    )


def _held(file: Path, *, path: str, catalog: Catalog, taken: set[str]) -> Held:
    text = catalog.texts.get(path) or _as_it_is(file, path)
    parts = split(text)
    body = parts.body if isinstance(parts, Parts) else text.content
    sound = next((one for one in catalog.advisories if one.path == path), None)
    title = sound.content.summary if sound else _title(text)
    names = sound.content.named_ids() if sound else {file.stem}
    return Held(
        path=path,
        source=text.content,
        body=body,
        title=title,
        rendered=_rendered(text),
        ids=frozenset(name for name in names if name.lower() not in taken),
        files=tuple(_held_file(one) for one in _attachments(file)),
    )


def _as_it_is(file: Path, path: str) -> Text:
    """Read a file that is no sound advisory, as far as it can be read."""
    raw = read_bytes(file, path=path, largest=LARGEST_FILE)
    return Text(path=path, content=raw.decode("utf-8", "replace") if isinstance(raw, bytes) else "")


def _held_file(file: Path) -> HeldFile:
    raw = read_bytes(file, path=file.name, largest=_LARGEST_ATTACHMENT)
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


def _attachments(source: Path) -> Iterator[Path]:
    """Give every file in the folder beside a source, of whatever kind."""
    return _files_below([source.with_suffix("")])


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
