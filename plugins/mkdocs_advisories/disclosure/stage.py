"""The stage of a preview: a private folder that lives as long as the preview, and its ticket.

Held advisories are written nowhere else. A process is let onto the stage only by two things that
have to fit: the folder, which must be private, fresh, marked, and hold a ticket that is torn up
when it is used; and the ticket's number, which is told to that process alone. Neither a variable in
a CI nor a folder that somebody prepares opens the gate alone, and no other folder is ever written
to.
"""

import fcntl
import json
import os
import secrets
import shutil
import stat
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from mkdocs_advisories.embargo import Permission
from mkdocs_advisories.model import format_instant, parse_instant
from mkdocs_advisories.proof.tree import PREVIEW_MARKER

MARKER = PREVIEW_MARKER
"""The file at the root of every preview's tree. A tree that has it is not to be published."""

VARIABLE = "ADVISORY_PREVIEW"
"""The environment variable that tells a build the number of its ticket."""

_PREFIX = "advisory-preview-"
_PRIVATE = 0o700
_NOTE = "A preview of embargoed advisories. Do not publish, copy or archive this folder.\n"


class StageError(ValueError):
    """This is no stage for a preview. The message says why."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Stage:
    """The folder of one preview. `lock` is an open file that keeps others from removing it."""

    folder: Path
    number: str
    lock: int

    @property
    def site_dir(self) -> Path:
        """Where the site is built."""
        return self.folder / "site"

    @property
    def work_dir(self) -> Path:
        """Where everything temporary of the build goes, so that it is deleted with the rest."""
        return self.folder / "work"


@contextmanager
def stage(*, as_of: datetime | None, only: str | None) -> Iterator[Stage]:
    """Set up a stage for one process, and delete it at the end, whatever happens in between."""
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX)).resolve()
    lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield _furnished(
            Stage(folder=folder, number=secrets.token_urlsafe(32), lock=lock), as_of, only
        )
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def remove_stale_stages() -> int:
    """Delete the folders of previews that were killed; gives how many. Those in use stay."""
    folders = Path(tempfile.gettempdir()).glob(f"{_PREFIX}*")
    return sum(_remove_if_stale(folder) for folder in folders)


def redeem(site_dir: Path, *, root: Path, environment: Mapping[str, str]) -> Permission | None:
    """Give the permission for a preview if this build was asked for one, and tear up its ticket.

    `root` is the folder of the project, which must be apart from the stage.

    Raises:
        StageError: a preview was asked for, and `site_dir` is no stage for it; or none was asked
            for, and `site_dir` is the folder of one.
    """
    number = environment.get(VARIABLE)
    if number is None:
        if (site_dir / MARKER).exists():
            raise StageError(f"`site_dir` holds a preview ({MARKER}): build into another folder")
        return None
    folder = site_dir.resolve().parent
    for place in (folder, folder / "site"):
        _must_be_private(place)
    fault = _fault(site_dir, folder=folder, root=root.resolve())
    if fault:
        raise StageError(f"{VARIABLE} is set, but {fault}: unset it, and use `advisory preview`")
    return _permission(folder, number)


def _furnished(stage: Stage, as_of: datetime | None, only: str | None) -> Stage:
    stage.site_dir.mkdir(mode=_PRIVATE)
    stage.work_dir.mkdir(mode=_PRIVATE)
    (stage.site_dir / MARKER).write_text(_NOTE, encoding="utf-8")
    ticket = {"number": stage.number, "as_of": as_of and format_instant(as_of), "only": only}
    with os.fdopen(
        os.open(stage.folder / "ticket", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w"
    ) as file:
        json.dump(ticket, file)
    return stage


def _must_be_private(folder: Path) -> None:
    try:
        status = folder.lstat()
    except OSError:
        raise StageError(f"{VARIABLE} is set, but there is no stage: unset it") from None
    private = stat.S_ISDIR(status.st_mode) and stat.S_IMODE(status.st_mode) == _PRIVATE
    if not private or status.st_uid != os.getuid():
        raise StageError(f"{VARIABLE} is set, but `site_dir` is not private: unset it")


def _fault(site_dir: Path, *, folder: Path, root: Path) -> str | None:
    if not folder.name.startswith(_PREFIX) or site_dir.name != "site":
        return "`site_dir` is no stage of a preview"
    if folder.is_relative_to(root) or root.is_relative_to(folder):
        return "the stage lies inside the project"
    if [one.name for one in site_dir.iterdir()] != [MARKER]:
        return "`site_dir` is not fresh"
    return None


def _permission(folder: Path, number: str) -> Permission:
    """Read the ticket and tear it up: it lets one process onto the stage, once."""
    ticket: dict[str, str | None] = {}
    with suppress(OSError, ValueError):
        ticket = json.loads((folder / "ticket").read_text(encoding="utf-8"))
        (folder / "ticket").unlink()
    if not secrets.compare_digest(str(ticket.get("number")).encode(), number.encode()):
        raise StageError(f"{VARIABLE} does not fit the stage: unset it, use `advisory preview`")
    as_of = ticket["as_of"]
    return Permission(
        site_dir=folder / "site",
        as_of=parse_instant(as_of) if as_of else None,
        only=ticket["only"],
    )


def _remove_if_stale(folder: Path) -> bool:
    """Delete the folder if it is ours and nobody holds its lock."""
    try:
        if folder.is_symlink() or folder.stat().st_uid != os.getuid():
            return False
        lock = os.open(folder / "lock", os.O_RDWR | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    else:
        shutil.rmtree(folder, ignore_errors=True)
        return not folder.exists()
    finally:
        os.close(lock)
