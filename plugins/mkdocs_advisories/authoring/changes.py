"""What a change of advisories means: model against model, not line against line."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import PurePosixPath

from mkdocs_advisories.authoring.field_changes import Change, field_changes
from mkdocs_advisories.source.catalog import Catalog
from mkdocs_advisories.source.draft import Draft
from mkdocs_advisories.source.sealed.naming import is_sealed

_UNSEEN = Change(field="file", text="nothing that readers see")


class Kind(StrEnum):
    """What happened to a file."""

    ADDED = "added"
    REMOVED = "removed"
    RENAMED = "renamed"
    CHANGED = "changed"


@dataclass(frozen=True, kw_only=True, slots=True)
class AdvisoryChange:
    """What happened to one advisory.

    `before` is its earlier path where that was another. `is_held` says that one of the two versions
    is held: then only the names of the fields may be told, but on a terminal.
    """

    kind: Kind
    path: str
    before: str | None
    is_held: bool
    changes: tuple[Change, ...] = ()

    @property
    def id(self) -> str:
        """The advisory's id."""
        return PurePosixPath(self.path).stem


def changes(
    earlier: Catalog, later: Catalog, *, now: datetime, touched: Collection[str] | None = None
) -> tuple[AdvisoryChange, ...]:
    """Compare two states of a folder, in the order of the paths.

    With `touched`, the paths at which anything differs, `earlier` need not have what is the same in
    both, and all else of `later` is passed over.
    """
    old = {path: _names(path, earlier) for path in earlier.texts}
    new = {path: _names(path, later) for path in later.texts}
    if touched is not None:
        gone = [one for one in touched if is_source(one) and one not in new]
        old = {path: _names(path, earlier) for path in gone} | old
        new = {path: names for path, names in new.items() if path in touched or path in old}
    found = [_change(earlier, later, *pair, now) for pair in _pairs(old, new)]
    return tuple(sorted((one for one in found if one), key=lambda one: one.path))


def sealed_changes(
    touched: Collection[str], *, before: Collection[str], now: Collection[str]
) -> tuple[AdvisoryChange, ...]:
    """Tell which sealed files were added, removed or changed, by their paths: their text is held.

    `before` and `now` are the files that there were and are; what is no sealed file is passed over.
    """
    found = []
    for path in sorted(filter(is_sealed, touched)):
        is_new, is_gone = path not in before, path not in now
        kind = Kind.ADDED if is_new else Kind.REMOVED if is_gone else Kind.CHANGED
        found.append(AdvisoryChange(kind=kind, path=path, before=None, is_held=True))
    return tuple(found)


def is_source(path: str) -> bool:
    """Say whether a path is that of an advisory, by its name."""
    parts = PurePosixPath(path).parts
    return path.endswith(".md") and not any(one.startswith(".") for one in parts)


def _pairs(
    old: dict[str, frozenset[str]], new: dict[str, frozenset[str]]
) -> Iterator[tuple[str | None, str | None]]:
    """Pair the files: by path, then by id, then by a name that the vulnerability goes by."""
    for path in [one for one in new if one in old]:
        del old[path], new[path]
        yield path, path
    for path in list(new):
        origin = _origin(path, new[path], old)
        if origin:
            del old[origin], new[path]
            yield origin, path
    yield from ((path, None) for path in old)
    yield from ((None, path) for path in new)


def _names(path: str, catalog: Catalog) -> frozenset[str]:
    aliases = [one.content.aliases for one in catalog.drafts if one.path == path]
    return frozenset({PurePosixPath(path).stem, *(name for one in aliases for name in one)})


def _origin(path: str, names: frozenset[str], old: Mapping[str, frozenset[str]]) -> str | None:
    stem = PurePosixPath(path).stem
    same_id = (one for one in old if PurePosixPath(one).stem == stem)
    return next(same_id, None) or next((one for one in old if names & old[one]), None)


def _change(
    earlier: Catalog, later: Catalog, old: str | None, new: str | None, now: datetime
) -> AdvisoryChange | None:
    path = new or old or ""
    sides = ((old, earlier), (new, later))
    held = any(one and not catalog.is_public(one, now) for one, catalog in sides)
    if old is None or new is None:
        kind = Kind.ADDED if old is None else Kind.REMOVED
        return AdvisoryChange(kind=kind, path=path, before=None, is_held=held)
    if old not in earlier.texts:  # it was moved as it is
        public = later.is_public(new, now)
        return AdvisoryChange(kind=Kind.RENAMED, path=path, before=old, is_held=not public)
    found = _between(_draft(earlier, old), _draft(later, new))
    is_same = earlier.texts[old].content == later.texts[new].content
    if old == new and is_same and not found:
        return None
    return AdvisoryChange(
        kind=Kind.CHANGED if old == new else Kind.RENAMED,
        path=path,
        before=None if old == new else old,
        is_held=held,
        changes=found if found or is_same else (_UNSEEN,),
    )


def _draft(catalog: Catalog, path: str) -> Draft | None:
    return next((one for one in catalog.drafts if one.path == path), None)


def _between(old: Draft | None, new: Draft | None) -> tuple[Change, ...]:
    if old and new:
        return field_changes(old, new)
    if old is new:
        return ()
    which = "earlier" if old is None else "new"
    text = f"the front matter of the {which} version cannot be read"
    return (Change(field="front matter", text=text),)
