"""A folder of this machine: a link, switched in one step to a folder beside it (rename(2)).

Beside the link `site` lies `.site.outputs/` with the last two outputs. A reader who has opened a
file of the old output reads it to its end. Whatever is cut off, the link leads to a whole output.
"""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex

from mkdocs_advisories.disclosure.deploy.target import (
    DeployError,
    RefusedError,
    Stamp,
    TargetError,
    stamp_of,
)
from mkdocs_advisories.disclosure.digest import digest_of

INDEX = "advisories.json"
_NEW = ".new-"
_STAMP = ".json"
_LOCK = ".lock"


class FolderTarget:
    """A folder, by the link that readers' server follows."""

    def __init__(self, link: Path) -> None:
        """Take the path of the link.

        Raises:
            TargetError: it is not absolute.
        """
        if not link.is_absolute() or link == link.parent or ".." in link.parts:
            raise TargetError(f"folder:{link}: name it from the root, such as folder:/srv/www/site")
        self.link = link
        self.outputs = link.with_name(f".{link.name}.outputs")

    @property
    def name(self) -> str:
        """How people know it."""
        return f"folder:{self.link}"

    def index(self) -> bytes | None:
        """Give the index of the present output."""
        return _read(self.link / INDEX)

    def stamp(self) -> Stamp | None:
        """Say what the present output is."""
        present = self._present()
        return stamp_of(_read(self.outputs / f"{present}{_STAMP}")) if present else None

    def deploy(self, tree: Path, stamp: Stamp) -> None:
        """Copy a tree beside the present output, and switch the link to it."""
        with self._alone():
            self._must_be_switchable()
            if self._has_already(tree, stamp):
                return
            output = f"{self._number() + 1:06}-{stamp.digest[:12]}"
            fresh = self.outputs / f"{_NEW}{token_hex(8)}"
            try:
                self._put_beside(tree, stamp, fresh=fresh, output=output)
            except OSError as error:
                raise DeployError(f"{self.outputs}: {error.strerror or error}") from None
            finally:
                shutil.rmtree(fresh, ignore_errors=True)
            before = self._present()
            self._switch(output)
            self._prune(keep={output, *filter(None, [before])})

    def _has_already(self, tree: Path, stamp: Stamp) -> bool:
        """Say whether the present output is just that one; then only its stamp is new."""
        present, known = self._present(), self.stamp()
        if present is None or known is None or known.digest != stamp.digest:
            return False
        with suppress(OSError, RefusedError):
            _must_be(stamp, tree)
            _must_be(stamp, self.outputs / present)
            self._write_stamp(present, stamp)
            return True
        return False

    def _put_beside(self, tree: Path, stamp: Stamp, *, fresh: Path, output: str) -> None:
        """Make the new output, whole and on the disk, under its name."""
        _copy(tree, fresh)
        _must_be(stamp, fresh)
        self._write_stamp(output, stamp)
        os.sync()
        fresh.rename(self.outputs / output)

    def previous(self) -> bytes | None:
        """Give the index of the output before."""
        return _read(self.outputs / self._before() / INDEX)

    def roll_back(self) -> None:
        """Switch the link back, and remember what it led to."""
        with self._alone():
            before, now = self._before(), self.stamp()
            stamp = stamp_of(_read(self.outputs / f"{before}{_STAMP}"))
            if stamp is None:
                raise RefusedError("nothing says what the output before was")
            _must_be(stamp, self.outputs / before)
            marked = Stamp(
                digest=stamp.digest, inputs=stamp.inputs, not_again=now.name if now else None
            )
            try:
                self._write_stamp(before, marked)
            except OSError as error:
                raise DeployError(f"{self.outputs}: {error.strerror}") from None
            self._switch(before)

    def _present(self) -> str | None:
        """Name the output that the link leads to."""
        try:
            target = self.link.readlink()
        except OSError:
            return None
        return target.name if target.parent.name == self.outputs.name else None

    def _names(self) -> list[str]:
        """Name all whole outputs, the newest last."""
        try:
            found = [one.name for one in self.outputs.iterdir() if one.is_dir()]
        except OSError:
            return []
        return sorted(one for one in found if not one.startswith("."))

    def _number(self) -> int:
        numbers = (one.partition("-")[0] for one in self._names())
        return max((int(one) for one in numbers if one.isdecimal()), default=0)

    def _before(self) -> str:
        """Name the output before. A later one was rolled back from, or cut off."""
        present = self._present()
        earlier = [one for one in self._names() if present and one < present]
        if not earlier:
            raise DeployError("there is no output before the present one")
        return earlier[-1]

    def _must_be_switchable(self) -> None:
        """Refuse to switch what is no link: a folder cannot be replaced in one step."""
        if self.link.is_symlink() or not self.link.exists():
            return
        try:
            self.link.rmdir()  # only if it is empty
        except OSError:
            raise DeployError(
                f"{self.link} is no link, so it cannot be switched in one step: move it away, then"
                " run this again"
            ) from None

    def _switch(self, output: str) -> None:
        aside = self.link.with_name(f".{self.link.name}.{token_hex(8)}.link")
        try:
            aside.symlink_to(Path(self.outputs.name) / output)
            aside.replace(self.link)
            _keep_names(self.link.parent)
        except OSError as error:
            aside.unlink(missing_ok=True)
            raise DeployError(f"{self.link}: {error.strerror}") from None

    def _write_stamp(self, output: str, stamp: Stamp) -> None:
        aside = self.outputs / f"{_NEW}{token_hex(8)}{_STAMP}"
        aside.write_text(stamp.text(), encoding="utf-8")
        aside.replace(self.outputs / f"{output}{_STAMP}")

    def _prune(self, *, keep: set[str]) -> None:
        """Remove all but the last outputs, and what a run that was killed has left behind.

        The link is switched already, so what cannot be removed is left for the next time.
        """
        kept = {_LOCK, *keep, *(f"{one}{_STAMP}" for one in keep)}
        for one in self.outputs.iterdir():
            if one.name not in kept:
                _remove(one)
        for one in self.link.parent.glob(f".{self.link.name}.*.link"):
            _remove(one)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Let no other release touch the outputs. What is locked is free when its process ends."""
        try:
            if not self.outputs.is_dir():
                self.outputs.mkdir(exist_ok=True)
                self.outputs.chmod(0o755)  # a web server reads it, whatever the umask is
            lock = os.open(self.outputs / _LOCK, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o644)
        except OSError as error:
            raise DeployError(f"{self.outputs}: {error.strerror}") from None
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)


def _must_be(stamp: Stamp, tree: Path) -> None:
    """Hold a tree against its digest: only what was proven goes out."""
    try:
        found = digest_of(tree)
    except OSError as error:
        raise RefusedError(f"the output cannot be read again: {error}") from None
    if found != stamp.digest:
        raise RefusedError("the output is not what was proven: something has changed it")


def _copy(tree: Path, place: Path) -> None:
    """Copy a tree so that a web server can read it, whatever the umask is. No link is followed."""
    place.mkdir(mode=0o700)
    for folder, _, files in os.walk(tree):
        here = place / Path(folder).relative_to(tree)
        here.mkdir(exist_ok=True)
        for name in files:
            shutil.copyfile(Path(folder) / name, here / name, follow_symlinks=False)
            if not (here / name).is_symlink():  # one is refused with the whole tree
                (here / name).chmod(0o644)
        here.chmod(0o755)


def _remove(place: Path) -> None:
    if place.is_dir() and not place.is_symlink():
        shutil.rmtree(place, ignore_errors=True)
    else:
        with suppress(OSError):
            place.unlink()


def _read(file: Path) -> bytes | None:
    try:
        return file.read_bytes()
    except OSError:
        return None


def _keep_names(folder: Path) -> None:
    """Put a changed name on the disk."""
    place = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(place)
    finally:
        os.close(place)
