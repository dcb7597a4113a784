"""Runs a program, and says what it took: time, processors and memory, of all its processes."""

import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

PATIENCE = 3600.0
"""The seconds after which a program is stopped."""
_LOOKS = (0.02, 0.2)
"""Seconds from one look at the memory to the next: at first, and at last."""
_KEPT = ("PATH", "HOME", "LANG", "LC_ALL")


class FailedError(Exception):
    """A program failed, or did not make what it should; the text says what."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Taken:
    """What a program took.

    `wall` are seconds by the clock; `cpu` are the seconds of processors of the program and all
    processes below it that have ended, in user and system mode; `memory` are bytes: the most that
    the program and all below it had at one time.
    """

    wall: float
    cpu: float
    memory: int


def measure(command: Sequence[str], *, folder: Path, log: Path) -> Taken:
    """Run a command in a folder, its output into a log.

    Raises:
        FailedError: it failed, or took more than PATIENCE.
    """
    with log.open("wb") as output:
        started = time.monotonic()
        process = begin(command, folder=folder, output=output)
        with _watched(process) as memory:
            _, status, used = os.wait4(process.pid, 0)
            wall = time.monotonic() - started
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise FailedError(f"exit code {process.returncode}: {tail(log)}")
    largest = max([memory.most, *_largest_process(used)])
    return Taken(wall=wall, cpu=used.ru_utime + used.ru_stime, memory=largest)


def begin(command: Sequence[str], *, folder: Path, output: IO[bytes]) -> "subprocess.Popen[bytes]":
    """Start a command in a folder, as the leader of a group of its own, and take what it says."""
    return subprocess.Popen(
        command,
        cwd=folder,
        env=environment(folder),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


def environment(folder: Path) -> dict[str, str]:
    """Give the variables that a measured program gets: few, so that two shells measure the same.

    Its temporary files lie beside the folder that it runs in. A server that is killed leaves them
    behind, and the next one would delete them while it is measured.
    """
    temporary = folder.absolute().with_name("temporary")
    temporary.mkdir(exist_ok=True)
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return {**kept, "TMPDIR": str(temporary), "NO_MKDOCS_2_WARNING": "1", "NO_COLOR": "1"}


@dataclass(slots=True)
class _Memory:
    most: int = 0


@contextmanager
def _watched(process: subprocess.Popen[bytes]) -> Iterator[_Memory]:
    """Look at a process's memory while it runs; stop it when it takes too long, or on Ctrl-C."""
    memory, done = _Memory(), threading.Event()

    def look() -> None:
        ends, pause = time.monotonic() + PATIENCE, _LOOKS[0]
        while not done.wait(pause):
            pause = min(2 * pause, _LOOKS[1])
            memory.most = max(memory.most, memory_now(process.pid))
            if time.monotonic() > ends:
                _stop(process)

    watcher = threading.Thread(target=look, daemon=True)
    watcher.start()
    try:
        yield memory
    except BaseException:
        _stop(process)
        raise
    finally:
        done.set()
        watcher.join()


def memory_now(process: int) -> int:
    """Give the bytes that a process and all below it have at this moment."""
    return sum(map(_share, _family(process)))


def used_now(process: int) -> float:
    """Give the seconds of processors that a process and all below it have used until now."""
    return sum(map(_used, _family(process))) / os.sysconf("SC_CLK_TCK")


def _stop(process: subprocess.Popen[bytes]) -> None:
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def _largest_process(used: resource.struct_rusage) -> list[int]:
    """Give the memory of the largest process, if the kernel knows it.

    Exact, where looking now and then may miss a peak. But a program inherits the figure of the
    process that it was started from, this one; below that it says nothing.
    """
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    unit = 1 if sys.platform == "darwin" else 1024
    return [used.ru_maxrss * unit] if used.ru_maxrss > own else []


def _family(process: int) -> list[int]:
    """Give a process and all below it."""
    try:
        threads = sorted(Path(f"/proc/{process}/task").iterdir())
        below = [int(one) for thread in threads for one in _children(thread)]
    except OSError:
        return []
    return [process, *(one for child in below for one in _family(child))]


def _children(thread: Path) -> list[str]:
    try:
        return (thread / "children").read_text().split()
    except OSError:
        return []


def _used(process: int) -> int:
    """Give the ticks that a process has used, and those of its children that have ended."""
    try:
        stat = Path(f"/proc/{process}/stat").read_text(encoding="utf-8")
    except OSError:
        return 0
    return sum(map(int, stat.rpartition(")")[2].split()[11:15]))


def _share(process: int) -> int:
    """Give the bytes that are a process's share: what several use together is divided."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(one.split()[1]) * 1024 for one in lines if one.startswith("Pss:")), 0)


def tail(log: Path) -> str:
    """Give the last lines of a log, as one."""
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return " / ".join(lines[-5:])
