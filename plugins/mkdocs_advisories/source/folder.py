"""What lies in a folder of advisories: sources, attachments, and what does not belong there."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from mkdocs_advisories.model import Attachment
from mkdocs_advisories.problems import Place, Problem
from mkdocs_advisories.source.attachments import attachment
from mkdocs_advisories.source.sealed.naming import is_sealed

README = "README.md"
"""A note to authors at the top of the folder: never an advisory, never published."""


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
        """Give the name of a file for reports."""
        folder, place = f"{self.folder}{os.sep}", str(file)
        if not place.startswith(folder):
            return f"{self.prefix}/{file.relative_to(self.folder).as_posix()}"
        return f"{self.prefix}/{place[len(folder) :].replace(os.sep, '/')}"  # ten thousand files

    def attachments_of(self, source: Path) -> tuple[Attachment, ...]:
        """Give the attachments that lie beside a source file."""
        return tuple(self.attachments.get(source.with_suffix(""), ())) if self.attachments else ()


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
    children = list(_visible(folder))
    texts = [
        child for child in children if child.suffix == ".md" and not _is_readme(child, listing)
    ]
    sources = [text for text in texts if not is_sealed(text.name)]
    owners = {source.stem for source in sources}
    listing.sources += sources
    listing.sealed += [text for text in texts if is_sealed(text.name)]
    for child in children:
        if child.suffix == ".md":
            continue
        if child.is_symlink() or not child.is_dir():
            listing.problems.append(_stray(child, listing))
        elif child.name in owners:
            _take_attachments(child, listing)
        elif _has_sources(child):
            _visit_shelf(child, listing)
        else:
            listing.problems.append(_stray(child, listing))


def _take_attachments(folder: Path, listing: Listing) -> None:
    taken = listing.attachments.setdefault(folder, [])
    for file in _visible(folder):
        found = attachment(file, path=listing.name(file))
        if isinstance(found, Problem):
            listing.problems.append(found)
        else:
            taken.append(found)


def _visible(folder: Path) -> Iterator[Path]:
    return (child for child in sorted(folder.iterdir()) if not child.name.startswith("."))


def _has_sources(folder: Path) -> bool:
    return any(folder.rglob("*.md"))


def _is_readme(file: Path, listing: Listing) -> bool:
    return file == listing.folder / README


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
