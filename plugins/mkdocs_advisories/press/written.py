"""What a build has written, so that the next one writes only what has changed.

MkDocs empties the folder of the site before it builds, but for names with a dot in front. So before
that what this program wrote goes aside under such a name, and after it it comes back: that takes no
time however much it is. Every file is looked at while the rest of the build is at work, and what is
not as this program has left it is deleted. Without a list of what was written nothing goes aside.
"""

import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from pathlib import Path

from mkdocs_advisories.press.hands import ahead

ASIDE = ".advisories-aside"
"""The name under which folders go aside, in the folder of the site."""

_NAME = "written.json"

Stamp = list[int]
"""The size of a file, and when it was written (ns)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """The files of an advisory or a batch.

    `made_of` stands for what they are made of, `shell` for what is around the pages among them.
    `listing` has their stamps by their addresses, as JSON: it is seldom looked into.
    """

    made_of: str
    shell: str
    listing: str

    @classmethod
    def of(cls, *, made_of: str, shell: str, stamps: Mapping[str, Stamp]) -> "Group":
        """Note down files."""
        listing = json.dumps(stamps, separators=(",", ":"))
        return cls(made_of=made_of, shell=shell, listing=listing)

    @property
    def stamps(self) -> dict[str, Stamp]:
        """The stamps of the files by their addresses."""
        stamps: dict[str, Stamp] = json.loads(self.listing)
        return stamps


@dataclass(frozen=True, kw_only=True, slots=True)
class Sifted:
    """How the files of groups were found: `strays` are to go, folders last and with a slash.

    `broken` are the names of groups that lack a file, or have another in its place.
    """

    strays: tuple[str, ...] = ()
    broken: frozenset[str] = frozenset()


@dataclass(kw_only=True, slots=True)
class Written:
    """The groups of files in the folder of a site, by the names of advisories and batches.

    `roots` are the first parts of their addresses. While it `is_open`, a build is at work, and what
    is in the folder is not known. Where nobody else can write, `is_ours` saves looking at files.
    """

    site: Path
    fingerprint: str
    groups: dict[str, Group] = field(default_factory=dict)
    roots: set[str] = field(default_factory=set)
    is_open: bool = False
    is_ours: bool = False
    _sifted: Callable[[], Sifted | None] = Sifted
    _found: Sifted | None = None

    def is_about(self, site: Path, fingerprint: str) -> bool:
        """Say whether this is what is in a folder, written by the same program and settings."""
        return (self.site, self.fingerprint) == (site, fingerprint)

    def look(self) -> None:
        """Begin to look at all files."""
        if self.groups and not self.is_ours:
            self._sifted = ahead(partial(_sifted, self.site, self.groups, sorted(self.roots)))

    def save(self, cache: Path) -> None:
        """Write the list down. If that fails, the next build writes everything."""
        names = [[name, one.made_of, one.shell] for name, one in self.groups.items()]
        stated = [self.fingerprint, _digest(self.site), sorted(self.roots), names]
        head = json.dumps(stated, separators=(",", ":"))
        text = "\n".join([head, *(one.listing for one in self.groups.values())])
        new = cache / f".new-{_NAME}"
        with suppress(OSError):
            new.write_text(f"{sha256(text.encode()).hexdigest()}\n{text}", encoding="utf-8")
            new.replace(cache / _NAME)

    def set_aside(self, cache: Path | None) -> None:
        """Put everything out of MkDocs' way.

        The list in the cache is taken away: if this build fails, nobody knows what is there.
        """
        if cache:
            with suppress(OSError):
                (cache / _NAME).unlink()
        self._found, self._sifted = self._sifted(), Sifted
        aside = self.site / ASIDE
        shutil.rmtree(aside, ignore_errors=True)
        self.is_open = True
        if self._found is None:
            self.groups.clear()
        if not self.groups:
            return
        try:
            aside.mkdir()
            for name in self.roots:
                with suppress(FileNotFoundError):
                    (self.site / name).rename(aside / name)
        except OSError:
            shutil.rmtree(aside, ignore_errors=True)
            self.groups.clear()

    def bring_back(self, marks: Mapping[str, str]) -> None:
        """Put everything back, less what has changed: `marks` stand for what groups are now."""
        aside, found = self.site / ASIDE, self._found or Sifted()
        with suppress(OSError):
            for one in list(aside.iterdir()):
                one.rename(self.site / one.name)
        shutil.rmtree(aside, ignore_errors=True)
        _delete(self.site, found.strays)  # first: there may be links among them
        gone = [one for name, one in self.groups.items() if marks.get(name) != one.made_of]
        _delete(self.site, (uri for one in gone for uri in one.stamps))
        self.groups = {
            name: one
            for name, one in self.groups.items()
            if marks.get(name) == one.made_of and name not in found.broken
        }

    def add(self, groups: Mapping[str, Group]) -> None:
        """Note down groups that are written now."""
        self.groups |= groups
        for one in groups.values():
            self.roots.update(uri.partition("/")[0] for uri in one.stamps)

    def give_up(self) -> None:
        """Forget everything, if a build has failed while it was at work."""
        if self.is_open:
            shutil.rmtree(self.site / ASIDE, ignore_errors=True)
            self.groups.clear()
            self.is_open = False


def read_written(cache: Path | None, *, site: Path, fingerprint: str) -> Written:
    """Read what was written into the folder of a site; nothing, if that is not known for sure."""
    written = Written(site=site, fingerprint=fingerprint)
    if cache is None:
        return written
    try:
        digest, _, text = (cache / _NAME).read_text(encoding="utf-8").partition("\n")
        if sha256(text.encode()).hexdigest() != digest:
            return written
        head, *listings = text.split("\n")
        stated, place, roots, names = json.loads(head)
        if (stated, place) == (fingerprint, _digest(site)):
            written.groups = {
                name: Group(made_of=made_of, shell=shell, listing=listing)
                for (name, made_of, shell), listing in zip(names, listings, strict=True)
            }
            written.roots = {name for name in roots if _is_within(name)}
    except (OSError, ValueError, TypeError, AttributeError):
        written.groups = {}
    return written


def stamp(file: Path) -> Stamp:
    """Stamp a file that was just written."""
    return _stamp(file.stat())


def _stamp(status: os.stat_result) -> Stamp:
    return [status.st_size, status.st_mtime_ns]


def _sifted(site: Path, groups: Mapping[str, Group], roots: Iterable[str]) -> Sifted | None:
    """Look at every file below some names, and compare it with what was noted down.

    Gives nothing if there is something that cannot be looked at: then nothing is trusted.
    """
    stamps = {uri: one for group in groups.values() for uri, one in group.stamps.items()}
    try:
        strays = tuple(stray for name in roots for stray in _strays(site, name, stamps))
    except OSError:
        return None
    return Sifted(
        strays=strays,
        broken=frozenset(
            name for name, one in groups.items() if not stamps.keys().isdisjoint(one.stamps)
        ),
    )


def _strays(site: Path, name: str, stamps: dict[str, Stamp]) -> Iterator[str]:
    """Find what is not as it was written, and take all else off the list."""
    place = site / name
    if place.is_dir() and not place.is_symlink():
        yield from _strays_below(str(place), f"{name}/", stamps)
    elif place.is_file() and not place.is_symlink() and stamps.get(name) == stamp(place):
        del stamps[name]
    elif os.path.lexists(place):
        yield name


def _strays_below(folder: str, prefix: str, stamps: dict[str, Stamp]) -> Iterator[str]:
    is_left = False
    folders: list[str] = []
    with os.scandir(folder) as entries:
        for entry in entries:
            uri = prefix + entry.name
            if entry.is_dir(follow_symlinks=False):
                folders.append(entry.name)
            elif stamps.get(uri) == _stamp(entry.stat(follow_symlinks=False)):
                del stamps[uri]
                is_left = True
            else:
                yield uri
    for name in folders:
        found = list(_strays_below(f"{folder}/{name}", f"{prefix}{name}/", stamps))
        is_left |= f"{prefix}{name}/" not in found
        yield from found
    if not is_left:
        yield prefix


def _delete(site: Path, addresses: Iterable[str]) -> None:
    """Delete files, and folders in which nothing is left."""
    for uri in filter(_is_within, addresses):
        place = site / uri
        with suppress(OSError):
            if uri.endswith("/"):
                place.rmdir()
            else:
                place.unlink()
                while (place := place.parent) != site:
                    place.rmdir()


def _is_within(uri: str) -> bool:
    """Say whether an address leads to nothing outside the site, whoever has written it down."""
    return not uri.startswith("/") and {"", ".", ".."}.isdisjoint(uri.rstrip("/").split("/"))


def _digest(site: Path) -> str:
    return sha256(str(site.resolve()).encode("utf-8", "surrogateescape")).hexdigest()
