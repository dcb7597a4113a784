"""A folder that only this user can read, in memory if the system has that, and gone afterwards."""

import os
import shutil
import signal
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import click

PREFIX = "advisory-edit-"
_MEMORY = (Path("/dev/shm"),)  # noqa: S108 - shared memory, in which the folder is this user's own


class TerminatedError(BaseException):
    """The system asked to end. It passes every handler of errors, so that all is cleaned up."""


@contextmanager
def private_folder() -> Iterator[Path]:
    """Make a folder with mode 0700, and remove it in the end, whatever ends it but a kill."""
    handlers = {one: signal.signal(one, _terminate) for one in (signal.SIGTERM, signal.SIGHUP)}
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=memory()))
    try:
        yield folder
    finally:
        for number in (*handlers, signal.SIGINT):
            handlers.setdefault(number, signal.signal(number, signal.SIG_IGN))
        shutil.rmtree(folder, ignore_errors=True)
        if folder.exists():
            click.echo(
                f"Warning: {folder} has clear text and cannot be removed: rm -r it", err=True
            )
        for number, handler in handlers.items():
            signal.signal(number, handler)


def memory() -> Path | None:
    """Give a file system that is held in memory, or None where there is none to write to."""
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    places = (*_MEMORY, *((Path(runtime),) if runtime else ()))
    return next((one for one in places if one.is_dir() and os.access(one, os.W_OK | os.X_OK)), None)


def left_over() -> tuple[Path, ...]:
    """Find folders that an edit which was killed has left behind."""
    places = {Path(tempfile.gettempdir()), *filter(None, [memory()])}
    return tuple(
        folder
        for place in sorted(places)
        for folder in sorted(place.glob(f"{PREFIX}*"))
        if folder.lstat().st_uid == os.getuid() and stat.S_ISDIR(folder.lstat().st_mode)
    )


def _terminate(number: int, _: FrameType | None) -> None:
    raise TerminatedError(number)
