"""What lies in a folder of advisories: sources, attachments, and what does not belong there."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from mkdocs_advisories.model import Attachment
from mkdocs_advisories.problems import Place, Problem
from mkdocs_advisories.source.attachments import attachment
from mkdocs_advisories.source.sealed.naming import is_sealed

README = "README.md"
"""A note to authors at the top of the folder: never an advisory, never published."""

_SUFFIX = ".md"


@dataclass(kw_only=True, slots=True)
class Listing:
    """The files below a folder. Reports name them as `prefix/<path in the folder>`."""

    folder: Path
    prefix: str
    sources: list[Path] = field(default_factory=list)
    sealed: list[Path] = field(default_factory=list)
    attachments: dict[Path, list[Attachment]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def name(self, file: Path) -> str:
        """Give the name of a file of this folder for reports."""
        # By its text: to part a path takes long, and there may be very many.
        start = len(str(self.folder)) + 1 if self.folder.parts else 0
        return f"{self.prefix}/{str(file)[start:]}"

    def attachments_of(self, source: Path) -> tuple[Attachment, ...]:
        """Give the attachments that lie beside a source file."""
        if not self.attachments:
            return ()
        return tuple(self.attachments.get(source.with_suffix(""), ()))


def list_folder(folder: Path, *, prefix: str) -> Listing:
    """List a folder and all below it. Names that begin with a dot are passed over.

    A folder beside `<its name>.md` holds attachments; any other is a shelf (`advisories/2026/`).

    Raises:
        FileNotFoundError: there is no such folder.
    """
    listing = Listing(folder=folder, prefix=prefix)
    _visit_shelf(folder, listing)
    return listing


def _visit_shelf(folder: Path, listing: Listing) -> None:
    others: list[tuple[str, Path]] = []
    owners: set[str] = set()
    for name, child in _visible(folder):
        if not name.endswith(_SUFFIX):
            others.append((name, child))
        elif is_sealed(name):
            listing.sealed.append(child)
        elif name != README or folder != listing.folder:
            listing.sources.append(child)
            owners.add(name.removesuffix(_SUFFIX))
    for name, child in others:
        if child.is_symlink() or not child.is_dir():
            listing.problems.append(_stray(child, listing))
        elif name in owners:
            _take_attachments(child, listing)
        elif _has_sources(child):
            _visit_shelf(child, listing)
        else:
            listing.problems.append(_stray(child, listing))


def _take_attachments(folder: Path, listing: Listing) -> None:
    taken = listing.attachments.setdefault(folder, [])
    for _, file in _visible(folder):
        found = attachment(file, path=listing.name(file))
        if isinstance(found, Problem):
            listing.problems.append(found)
        else:
            taken.append(found)


def _visible(folder: Path) -> Iterator[tuple[str, Path]]:
    """Give what is in a folder, by its names and in their order: there may be very much."""
    children = sorted((child.name, child) for child in folder.iterdir())
    return (one for one in children if not one[0].startswith("."))


def _has_sources(folder: Path) -> bool:
    return any(folder.rglob("*.md"))


def _stray(file: Path, listing: Listing) -> Problem:
    place = Place(path=listing.name(file))
    if file.is_symlink():
        text, remedy = "a symbolic link is not followed", "put the files themselves in its place"
        return Problem(code="ADV001", place=place, text=text, remedy=remedy)
    return Problem(
        code="ADV011",
        place=place,
        text="this is neither an advisory nor an attachment of one",
        remedy=(
            "an advisory is `<id>.md`, and its attachments lie in the folder `<id>/` beside it;"
            " move this elsewhere"
        ),
    )
