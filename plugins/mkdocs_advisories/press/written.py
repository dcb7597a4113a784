"""What a build has written, so that the next one writes only what has changed.

MkDocs empties the folder of the site before it builds, but for names with a dot in front. So before
that the folders of advisories go aside under such a name, and after it they come back: that takes
no time however much is in them. Then every file in them is looked at, and what is not as this
program has left it is deleted. Without a list of what was written nothing goes aside.
"""

import json
import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

ASIDE = ".advisories-aside"
"""The name under which folders go aside, in the folder of the site."""

_NAME = "written.json"

Stamp = list[int]
"""The size of a file, and when it was written (ns)."""


@dataclass(kw_only=True, slots=True)
class Group:
    """The files of an advisory or a batch by their addresses.

    `made_of` stands for what they are made of, `shell` for what is around the pages among them.
    """

    made_of: str
    shell: str
    stamps: dict[str, Stamp]


@dataclass(kw_only=True, slots=True)
class Written:
    """The groups of files in the folder of a site, by the names of advisories and batches.

    While it `is_open`, a build is at work, and what is in the folder is not known.
    """

    site: Path
    fingerprint: str
    groups: dict[str, Group] = field(default_factory=dict)
    is_open: bool = False
    _roots: tuple[str, ...] = ()

    def is_about(self, site: Path, fingerprint: str) -> bool:
        """Say whether this is what is in a folder, written by the same program and settings."""
        return (self.site, self.fingerprint) == (site, fingerprint)

    def save(self, cache: Path) -> None:
        """Write the list down. If that fails, the next build writes everything."""
        groups = {name: [one.made_of, one.shell, one.stamps] for name, one in self.groups.items()}
        text = json.dumps([self.fingerprint, _digest(self.site), groups], separators=(",", ":"))
        new = cache / f".new-{_NAME}"
        with suppress(OSError):
            new.write_text(f"{sha256(text.encode()).hexdigest()}\n{text}", encoding="utf-8")
            new.replace(cache / _NAME)

    def set_aside(self) -> None:
        """Put the folders out of MkDocs' way."""
        addresses = (uri for one in self.groups.values() for uri in one.stamps)
        self._roots = tuple(sorted({uri.partition("/")[0] for uri in addresses}))
        aside = self.site / ASIDE
        shutil.rmtree(aside, ignore_errors=True)
        self.is_open = True
        if not self._roots:
            return
        try:
            aside.mkdir()
            for name in self._roots:
                (self.site / name).rename(aside / name)
        except OSError:
            shutil.rmtree(aside, ignore_errors=True)
            self.groups.clear()

    def bring_back(self, marks: Mapping[str, str]) -> None:
        """Put the folders back, less what has changed: `marks` stand for what groups are now."""
        self.groups = {
            name: one for name, one in self.groups.items() if marks.get(name) == one.made_of
        }
        aside = self.site / ASIDE
        with suppress(OSError):
            for name in self._roots:
                (aside / name).rename(self.site / name)
        shutil.rmtree(aside, ignore_errors=True)
        self._sift()

    def give_up(self) -> None:
        """Forget everything, if a build has failed while it was at work."""
        if self.is_open:
            shutil.rmtree(self.site / ASIDE, ignore_errors=True)
            self.groups.clear()
            self.is_open = False

    def _sift(self) -> None:
        """Delete what is not as it was written, and forget groups that are not complete."""
        stamps = {uri: one for group in self.groups.values() for uri, one in group.stamps.items()}
        for name in self._roots:
            _sift_root(self.site / name, stamps)
        self.groups = {
            name: one for name, one in self.groups.items() if stamps.keys().isdisjoint(one.stamps)
        }


def read_written(cache: Path | None, *, site: Path, fingerprint: str) -> Written:
    """Read what was written into the folder of a site; nothing, if that is not known for sure.

    The list on the disk is taken away: if this build fails, nobody knows what is there.
    """
    written = Written(site=site, fingerprint=fingerprint)
    if cache is None:
        return written
    file = cache / _NAME
    try:
        digest, _, text = file.read_text(encoding="utf-8").partition("\n")
        file.unlink()
        if sha256(text.encode()).hexdigest() != digest:
            return written
        stated, place, groups = json.loads(text)
        if (stated, place) == (fingerprint, _digest(site)):
            written.groups = {
                name: Group(made_of=made_of, shell=shell, stamps=stamps)
                for name, (made_of, shell, stamps) in groups.items()
            }
    except (OSError, ValueError, TypeError, AttributeError):
        written.groups = {}
    return written


def stamp(file: Path) -> Stamp:
    """Stamp a file that was just written."""
    return _stamp(file.stat())


def _stamp(status: os.stat_result) -> Stamp:
    return [status.st_size, status.st_mtime_ns]


def _sift_root(place: Path, stamps: dict[str, Stamp]) -> None:
    """Sift a folder of the site, or one of its files."""
    if place.is_symlink():
        place.unlink()
    elif place.is_file():
        if stamps.get(place.name) == stamp(place):
            del stamps[place.name]
        else:
            place.unlink()
    else:
        _sift(place, f"{place.name}/", stamps)


def _sift(folder: Path | str, prefix: str, stamps: dict[str, Stamp]) -> bool:
    """Keep the files below a folder that are as they were written, and take them off the list.

    Says whether something is left; a folder without anything is deleted.
    """
    is_left = False
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                uri = prefix + entry.name
                if entry.is_dir(follow_symlinks=False):
                    is_left |= _sift(entry.path, f"{uri}/", stamps)
                elif stamps.get(uri) == _stamp(entry.stat(follow_symlinks=False)):
                    del stamps[uri]
                    is_left = True
                else:
                    Path(entry.path).unlink()
        if not is_left:
            Path(folder).rmdir()
    except OSError:
        return True
    return is_left


def _digest(site: Path) -> str:
    return sha256(str(site.resolve()).encode("utf-8", "surrogateescape")).hexdigest()
