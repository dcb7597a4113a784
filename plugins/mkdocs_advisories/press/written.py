"""What a build has written, so that the next one writes only what has changed.

MkDocs empties the folder of the site before it builds, but for names with a dot in front. So before
that what this program wrote goes aside under such a name, and after it it comes back: that takes no
time however much it is. Every file is looked at while the rest of the build is at work, and what is
not as this program has left it is deleted. Without a list of what was written nothing goes aside.
"""

import json
import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import IO
from weakref import finalize

from mkdocs_advisories.press.hands import ahead
from mkdocs_advisories.press.spool import Spool

ASIDE = ".advisories-aside"
"""The name under which folders go aside, in the folder of the site."""

_NAME = "written.json"
_DIGITS = 64

Stamp = list[int]
"""The size of a file, and when it was written (ns)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Note:
    """The files of an advisory or a batch that were written now.

    `made_of` stands for what they are made of, `shell` for what is around the pages among them.
    `listing` has their stamps by their addresses, as JSON in one line; `roots` are the first parts
    of those.
    """

    made_of: str
    shell: str
    listing: bytes
    roots: frozenset[str]

    @classmethod
    def of(cls, *, made_of: str, shell: str, stamps: Mapping[str, Stamp]) -> "Note":
        """Note down files."""
        return cls(
            made_of=made_of,
            shell=shell,
            listing=json.dumps(stamps, separators=(",", ":")).encode(),
            roots=frozenset(uri.partition("/")[0] for uri in stamps),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """The same, noted down: the listing lies in a file, for it is long and seldom looked at."""

    made_of: str
    shell: str
    file: IO[bytes] = field(repr=False)
    start: int
    length: int

    @property
    def listing(self) -> bytes:
        """What was noted down."""
        return os.pread(self.file.fileno(), self.length, self.start)

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


@dataclass(kw_only=True, slots=True, weakref_slot=True)
class Written:
    """The groups of files in the folder of a site, by the names of advisories and batches.

    `roots` are the first parts of their addresses. While it `is_open`, a build is at work, and what
    is in the folder is not known.
    """

    site: Path
    fingerprint: str
    groups: dict[str, Group] = field(default_factory=dict)
    roots: set[str] = field(default_factory=set)
    is_open: bool = False
    _sifted: Callable[[], Sifted | None] = Sifted
    _found: Sifted | None = None
    _spool: Spool | None = None
    _files: ExitStack = field(default_factory=ExitStack)

    def __post_init__(self) -> None:
        """Close all files when nobody needs the list any more."""
        finalize(self, self._files.close)

    def is_about(self, site: Path, fingerprint: str) -> bool:
        """Say whether this is what is in a folder, written by the same program and settings."""
        return (self.site, self.fingerprint) == (site, fingerprint)

    def look(self) -> None:
        """Begin to look at all files."""
        if self.groups:
            self._sifted = ahead(partial(_sifted, self.site, self.groups, sorted(self.roots)))

    def save(self, cache: Path) -> None:
        """Write the list down. If that fails, the next build writes everything."""
        new = cache / f".new-{_NAME}"
        with suppress(OSError):
            with new.open("wb") as stream:
                stream.write(b"0" * _DIGITS + b"\n")
                digest = sha256()
                for line in self._lines():
                    digest.update(line)
                    stream.write(line)
                stream.seek(0)
                stream.write(digest.hexdigest().encode())
            new.replace(cache / _NAME)

    def _lines(self) -> Iterator[bytes]:
        names = [[name, one.made_of, one.shell] for name, one in self.groups.items()]
        stated = [self.fingerprint, _digest(self.site), sorted(self.roots), names]
        yield json.dumps(stated, separators=(",", ":")).encode()
        for one in self.groups.values():
            yield b"\n"
            yield one.listing

    def read(self, cache: Path) -> None:
        """Read the list again, if it is about this site, and nothing is wrong with it.

        Raises:
            OSError: there is none.
            ValueError, TypeError, AttributeError: it is damaged.
        """
        stream = self._files.enter_context((cache / _NAME).open("rb"))
        expected = stream.read(_DIGITS + 1).rstrip().decode()
        head = stream.readline()
        digest, start = sha256(head), stream.tell()
        places: list[tuple[int, int]] = []
        for line in stream:
            digest.update(line)
            places.append((start, len(line.rstrip(b"\n"))))
            start += len(line)
        if digest.hexdigest() != expected:
            return
        stated, place, roots, names = json.loads(head)
        if (stated, place) != (self.fingerprint, _digest(self.site)):
            return
        shells: dict[str, str] = {}  # there are few
        self.groups = {
            name: Group(
                made_of=made_of,
                shell=shells.setdefault(shell, shell),
                file=stream,
                start=start,
                length=length,
            )
            for (name, made_of, shell), (start, length) in zip(names, places, strict=True)
        }
        self.roots = {name for name in roots if _is_within(name)}

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

    def add(self, notes: Mapping[str, Note]) -> None:
        """Note down what is written now. Without space for that, it is written again next time."""
        for name, one in notes.items():
            self.roots |= one.roots
            with suppress(OSError):
                self.groups[name] = self._noted(one)

    def _noted(self, note: Note) -> Group:
        if self._spool is None:
            self._spool = Spool(self._files)
        return Group(
            made_of=note.made_of,
            shell=note.shell,
            file=self._spool.file,
            start=self._spool.add([note.listing]),
            length=len(note.listing),
        )

    def give_up(self) -> None:
        """Forget everything, if a build has failed while it was at work."""
        if self.is_open:
            shutil.rmtree(self.site / ASIDE, ignore_errors=True)
            self.groups.clear()
            self.is_open = False


def read_written(cache: Path | None, *, site: Path, fingerprint: str) -> Written:
    """Read what was written into the folder of a site; nothing, if that is not known for sure."""
    written = Written(site=site, fingerprint=fingerprint)
    if cache:
        with suppress(OSError, ValueError, TypeError, AttributeError):
            written.read(cache)
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
    try:
        if _is_as_left(site, groups, roots):
            return Sifted()
        stamps = {uri: one for group in groups.values() for uri, one in group.stamps.items()}
        strays = tuple(stray for name in roots for stray in _strays(site, name, stamps))
    except OSError:
        return None
    return Sifted(
        strays=strays,
        broken=frozenset(
            name for name, one in groups.items() if not stamps.keys().isdisjoint(one.stamps)
        ),
    )


def _is_as_left(site: Path, groups: Mapping[str, Group], roots: Iterable[str]) -> bool:
    """Say whether every file is as it was written, and no other is there: as it mostly is.

    How many files a folder has tells that there is no other, so only folders are in memory.
    """
    there: Counter[str] = Counter()
    for name in roots:
        if not _count(site, name, there):
            return False
    for group in groups.values():
        for uri, one in group.stamps.items():
            folder = uri.rpartition("/")[0]
            if not there[folder] or not _is_stamped(f"{site}/{uri}", one):
                return False
            there[folder] -= 1
    return not any(there.values())


def _count(site: Path, name: str, there: Counter[str]) -> bool:
    """Count the files of each folder from a name on. A link is none, nor is an empty folder."""
    if not os.path.lexists(site / name):
        return True
    if not (site / name).is_dir() or (site / name).is_symlink():
        there[name.rpartition("/")[0]] += 1
        return True
    folders = [name]
    while folders:
        folder, files = folders.pop(), 0
        before = len(folders)
        with os.scandir(site / folder) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    folders.append(f"{folder}/{entry.name}")
                else:
                    files += 1
        if not files and len(folders) == before:
            return False
        if files:
            there[folder] = files
    return True


def _is_stamped(file: str, expected: Stamp) -> bool:
    try:
        return _stamp(os.lstat(file)) == expected
    except (FileNotFoundError, NotADirectoryError):
        return False


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
