"""Work is done by several processes as by one."""

import multiprocessing
import os
import signal
import time
from contextlib import closing
from multiprocessing.connection import Connection

import pytest

from mkdocs_advisories.press.hands import HandsError, spread

pytestmark = pytest.mark.skipif("sys.platform != 'linux'", reason="needs a fork")


def _squared(number: int) -> int:
    return number * number


def _slow_first(number: int) -> int:
    if number == 0:
        time.sleep(0.5)
    return number


def _begun_and_killed(_: Connection) -> None:
    for __ in spread(_squared, range(1000), hands=2, at_once=1):
        os.kill(os.getpid(), signal.SIGKILL)


def _failing(number: int) -> int:
    if number == 7:
        raise ValueError(number)
    return number


@pytest.mark.parametrize("hands", [1, 2, 5])
@pytest.mark.parametrize("at_once", [1, 3, 100])
@pytest.mark.parametrize("count", [0, 1, 2, 10, 31])
def test_every_job_is_done_once(hands: int, at_once: int, count: int) -> None:
    done = spread(_squared, range(count), hands=hands, at_once=at_once)
    assert sorted(done) == [number * number for number in range(count)]


def test_who_is_free_takes_the_next_job() -> None:
    done = list(spread(_slow_first, range(20), hands=2, at_once=1))
    # The first process is told of two jobs ahead, and all else is done by the other one.
    assert done[-2:] == [0, 1]
    assert sorted(done) == list(range(20))


def test_what_fails_is_said_once_and_its_text_stays_there() -> None:
    with pytest.raises(HandsError, match=r"^a process has ended before its work was done$"):
        list(spread(_failing, range(20), hands=2, at_once=1))


def test_whoever_wants_no_more_ends_the_processes() -> None:
    before = set(multiprocessing.active_children())
    with closing(spread(_squared, range(1000), hands=2, at_once=1)) as done:
        assert next(done) in {0, 4}
        begun = set(multiprocessing.active_children()) - before
        assert len(begun) == 2
    assert {one.exitcode for one in begun} == {0}


def test_processes_end_with_the_one_that_has_begun_them() -> None:
    ours, theirs = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context("fork").Process(target=_begun_and_killed, args=(theirs,))
    process.start()
    theirs.close()
    process.join(timeout=10)
    assert process.exitcode == -signal.SIGKILL
    assert ours.poll(timeout=10)  # nobody has the other end any more
    with pytest.raises(EOFError):
        ours.recv()
