"""One release of a project at a time. The lock ends with its process, so none is ever stale.

A program that carries files for a release may inherit it, and then holds it to its own end.
"""

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

_BETWEEN = 0.2  # seconds


class BusyError(Exception):
    """Another process did not end in time."""


@contextmanager
def alone(file: Path, *, patience: float, waiting: Callable[[], None]) -> Iterator[None]:
    """Hold the lock of a file meanwhile. `waiting` is called if that takes waiting.

    Raises:
        BusyError: another process holds it for longer than `patience` seconds.
        OSError: there can be no such file.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    lock = os.open(file, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o644)
    try:
        _taken(lock, patience=patience, waiting=waiting)
        os.set_inheritable(lock, True)  # noqa: FBT003 - positional only
        yield
    finally:
        os.close(lock)


def _taken(lock: int, *, patience: float, waiting: Callable[[], None]) -> None:
    end, has_said = time.monotonic() + patience, False
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if not has_said:
                waiting()
                has_said = True
            if time.monotonic() > end:
                raise BusyError from None
            time.sleep(_BETWEEN)
        else:
            return
