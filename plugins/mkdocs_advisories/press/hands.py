"""Work done by several processes, whose results come back one by one."""

import gc
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

_Job = TypeVar("_Job")
_Result = TypeVar("_Result")

_YOUNG = 50_000  # new objects before the garbage collector looks; most of ours are freed at once


class HandsError(RuntimeError):
    """A process has ended before its work was done."""


def spread(
    work: Callable[[_Job], _Result], jobs: Sequence[_Job], *, hands: int
) -> Iterator[_Result]:
    """Do every job, in as many processes as `hands` says, and give results as they are ready.

    Raises:
        HandsError: a process has died, or its work has failed there.
    """
    if hands <= 1:
        yield from map(work, jobs)
        return
    # Loaded here, for small sites are made by one process.
    from multiprocessing.connection import Connection, wait  # noqa: PLC0415 - see above

    with ExitStack() as stack:
        pipes = {stack.enter_context(_hand(work, jobs[one::hands])) for one in range(hands)}
        while pipes:
            for pipe in wait(list(pipes)):
                if not isinstance(pipe, Connection):
                    continue
                try:
                    results: list[_Result] | None = pipe.recv()
                except (EOFError, OSError):
                    raise HandsError("a process has ended before its work was done") from None
                if results is None:
                    pipes.remove(pipe)
                else:
                    yield from results


def collect_rarely() -> None:
    """Let the garbage collector look only now and then: nearly all that is made has no cycles."""
    gc.set_threshold(_YOUNG)


def can_fork() -> bool:
    """Say whether a fork is safe: one of a process with threads, as a server has, may hang."""
    return sys.platform == "linux" and threading.active_count() == 1


@contextmanager
def _hand(work: Callable[[Any], Any], jobs: Sequence[Any]) -> Iterator["Connection"]:
    from multiprocessing import get_context  # noqa: PLC0415 - as above

    context = get_context("fork") if can_fork() else get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_serve, args=(theirs, work, jobs), daemon=True)
    process.start()
    theirs.close()
    try:
        yield ours
    finally:
        ours.close()
        process.join(timeout=1)
        process.terminate()


def _serve(pipe: "Connection", work: Callable[[Any], Any], jobs: Sequence[Any]) -> None:
    """Do a share of the work in a process of its own, and say nothing on the terminal."""
    gc.freeze()
    collect_rarely()
    try:
        for start in range(0, len(jobs), 16):
            pipe.send([work(one) for one in jobs[start : start + 16]])
        pipe.send(None)
    except Exception:  # noqa: BLE001 - its text may quote what is held; the other side goes on alone
        pipe.close()
