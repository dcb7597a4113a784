"""Work done by several processes, whose results come back one by one."""

import atexit
import gc
import sys
import threading
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from itertools import chain, islice
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from typing import Any, TypeVar

from mkdocs_advisories.processors import processors
from mkdocs_advisories.source.catalog import workers_for

_Job = TypeVar("_Job")
_Result = TypeVar("_Result")

_YOUNG = 50_000  # new objects before the garbage collector looks; most of ours are freed at once


_IN_ADVANCE = 2
"""Shares that a process is told of ahead, so that it need not wait for us."""

_WORTH_A_FORK = 0.1
"""Seconds of work, about, that are worth another process where it is forked."""


class HandsError(RuntimeError):
    """A process has ended before its work was done."""


def spread(
    work: Callable[[_Job], _Result], jobs: Sequence[_Job], *, hands: int, at_once: int = 16
) -> Generator[_Result, None, None]:
    """Do every job, in as many processes as `hands` says, and give results as they are ready.

    Each process takes the next jobs as soon as it is free, `at_once`, so many together: large ones
    better one by one, and the largest first.

    Raises:
        HandsError: a process has died, or its work has failed there.
    """
    if hands <= 1:
        yield from map(work, jobs)
        return
    starts = iter(range(0, len(jobs), at_once))
    serve = partial(_serve, work, jobs, at_once)
    with ExitStack() as stack:
        pipes = [stack.enter_context(_hand(serve)) for _ in range(hands)]
        try:
            yield from chain.from_iterable(_answers(pipes, starts))
        except (EOFError, OSError):
            raise HandsError("a process has ended before its work was done") from None


def _answers(pipes: Iterable[Connection], starts: Iterator[int]) -> Iterator[list[Any]]:
    """Tell processes where to go on, and give what they answer."""
    due = Counter({pipe: _told(pipe, islice(starts, _IN_ADVANCE)) for pipe in pipes})
    while due := +due:
        ready: list[Any] = wait(list(due))
        for pipe in ready:
            answer = pipe.recv()
            due[pipe] += _told(pipe, islice(starts, 1)) - 1
            yield answer


def _told(pipe: Connection, starts: Iterable[int]) -> int:
    """Tell a process where to go on; give how many times."""
    return sum(1 for _ in map(pipe.send, starts))


def ahead(work: Callable[[], _Result]) -> Callable[[], _Result]:
    """Begin some work in a process of its own, and give what waits for its result.

    Where that is not safe, or the process dies, the work is done when its result is asked for.
    """
    if not can_fork():
        return work
    context = get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_serve_one, args=(theirs, work), daemon=True)
    process.start()
    theirs.close()

    def result() -> _Result:
        try:
            found: _Result = ours.recv()
        except (EOFError, OSError):
            return work()
        finally:
            ours.close()
            process.join()
        return found

    return result


def collect_rarely() -> None:
    """Let the garbage collector look only now and then: nearly all that is made has no cycles.

    At the end of the process it has nothing to look at: all memory goes back at once.
    """
    gc.set_threshold(_YOUNG)
    atexit.register(gc.freeze)


def can_fork() -> bool:
    """Say whether a fork is safe: one of a process with threads, as a server has, may hang."""
    return sys.platform == "linux" and threading.active_count() == 1


def hands_for(jobs: int, *, seconds: float) -> int:
    """Give how many processes jobs are worth that take so long each, about.

    Where no fork is safe, a process takes as long to begin as some hundred advisories.
    """
    if not can_fork():
        return workers_for(jobs)
    return max(1, min(processors(), int(jobs * seconds / _WORTH_A_FORK)))


@contextmanager
def _hand(serve: Callable[[Connection, Connection], None]) -> Iterator[Connection]:
    context = get_context("fork") if can_fork() else get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=serve, args=(theirs, ours), daemon=True)
    process.start()
    theirs.close()
    try:
        yield ours
    finally:
        ours.close()
        process.join(timeout=1)
        process.terminate()


def _serve_one(pipe: Connection, work: Callable[[], Any]) -> None:
    """Do some work in a process of its own; if it fails, the other side does it again."""
    gc.freeze()
    with suppress(Exception):
        pipe.send(work())
    pipe.close()


def _serve(
    work: Callable[[Any], Any],
    jobs: Sequence[Any],
    at_once: int,
    pipe: Connection,
    other_end: Connection,
) -> None:
    """Do what is told in a process of its own, and say nothing on the terminal.

    It ends when the other side does: so its own copy of the `other_end` is closed.
    """
    other_end.close()
    gc.freeze()
    collect_rarely()
    try:
        while True:
            start = pipe.recv()
            pipe.send([work(one) for one in jobs[start : start + at_once]])
    except Exception:  # noqa: BLE001 - its text may quote what is held; the other side goes on alone
        pipe.close()
