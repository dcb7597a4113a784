"""Many files checked in several processes, each of which reads and judges its share.

What a file is made of stays in the process that has read it; only cards and problems travel. So the
work is shared in full, and one process gives the same report as several.
"""

import gc
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from mkdocs_advisories.checks import Checked, check, check_house
from mkdocs_advisories.checks.case import House, Register
from mkdocs_advisories.policy import Policy
from mkdocs_advisories.problems import Problem, in_order
from mkdocs_advisories.report.findings import Crash
from mkdocs_advisories.source.catalog import (
    Catalog,
    Entry,
    Job,
    Outline,
    catalog_of,
    clashes,
    jobs_of,
    outline,
    read,
    read_sealed_entries,
    without_collector,
    workers_for,
)
from mkdocs_advisories.source.folder import list_folder
from mkdocs_advisories.source.sealed.identities import Identities

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

_NOTHING = catalog_of(())


@dataclass(frozen=True, kw_only=True, slots=True)
class Examination:
    """What is wrong in a folder, and of which files that may be told in full.

    `embargoes` gives, for each file in which it could be read beyond doubt, when its embargo ends.
    `unopened` are the sealed files of which only the outside was checked, for want of a key.
    """

    problems: tuple[Problem, ...]
    crashes: tuple[Crash, ...]
    paths: frozenset[str]
    embargoes: Mapping[str, datetime]
    unopened: frozenset[str] = frozenset()

    def is_public(self, path: str, now: datetime) -> bool:
        """Say whether what a file says may be shown at `now`. In doubt, it may not."""
        embargo = self.embargoes.get(path)
        return embargo is not None and embargo <= now


def examine(  # noqa: PLR0913 - what a check depends on
    folder: Path,
    *,
    prefix: str,
    policy: Policy,
    now: datetime,
    earlier: Catalog | None = None,
    only: Callable[[str], bool] | None = None,
    identities: Identities | None = None,
) -> Examination:
    """Read a folder and hold it against every rule; `only`, `identities` as in `read_catalog`.

    Sealed files are opened in this process alone.

    Raises:
        FileNotFoundError: there is no such folder.
    """
    listing = list_folder(folder, prefix=prefix)
    jobs = jobs_of(listing, policy=policy, only=only)
    sealed = read_sealed_entries(listing, policy=policy, identities=identities)
    with _shards(jobs) as shards:
        shards.append(_Opened(sealed.opened))
        outlines = [one for shard in shards for one in shard.read()]
        register = Register(
            cards=tuple(one.card for one in outlines if one.card),
            paths=frozenset([*(one.path for one in outlines), *map(listing.name, listing.sealed)]),
        )
        house = House(catalog=_NOTHING, policy=policy, now=now, earlier=earlier, register=register)
        for shard in shards:
            shard.ask(house)
        checked = [check_house(house), *(shard.judge() for shard in shards)]
    own = (problem for one in outlines for problem in one.problems)
    found = (problem for one in checked for problem in one.problems)
    return Examination(
        problems=in_order([*listing.problems, *sealed.problems, *own, *clashes(outlines), *found]),
        crashes=tuple(crash for one in checked for crash in one.crashes),
        paths=register.paths,
        embargoes={one.path: one.embargo for one in outlines if one.embargo},
        unopened=frozenset(one.path for one in sealed.unopened),
    )


@contextmanager
def _shards(jobs: list[Job]) -> Iterator[list["_Here | _Elsewhere"]]:
    """Share the files out, and end the processes when all is done."""
    workers = workers_for(len(jobs))
    with ExitStack() as stack:
        if workers == 1:
            yield [_Here(jobs)]
            return
        stack.enter_context(without_collector())
        yield [stack.enter_context(_elsewhere(jobs[one::workers])) for one in range(workers)]


class _Here:
    """A share of the files that is read and judged in this process."""

    def __init__(self, jobs: Iterable[Job]) -> None:
        self._jobs = jobs
        self._entries: list[Entry] = []
        self._house: House | None = None

    def read(self) -> list[Outline]:
        """Read the files, and tell what others need to know of them."""
        self._entries = [read(one) for one in self._jobs]
        return [outline(one) for one in self._entries]

    def ask(self, house: House) -> None:
        """Take what is known of all files."""
        self._house = house

    def judge(self) -> Checked:
        """Hold the files against the rules about one file."""
        if self._house is None:
            raise RuntimeError("a share is judged after it was read")
        drafts = tuple(entry.draft for entry in self._entries if entry.draft)
        return check(replace(self._house, catalog=replace(_NOTHING, drafts=drafts)))


class _Opened(_Here):
    """The sealed files, which were read when they were opened."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        super().__init__(())
        self._entries = list(entries)

    def read(self) -> list[Outline]:
        """Tell what others need to know of the files."""
        return [outline(one) for one in self._entries]


class _Elsewhere:
    """A share of the files at the other end of a pipe."""

    def __init__(self, pipe: "Connection") -> None:
        self._pipe = pipe

    def read(self) -> list[Outline]:
        """Wait until the files are read, and take what others need to know of them."""
        outlines: list[Outline] = self._pipe.recv()
        return outlines

    def ask(self, house: House) -> None:
        """Send what is known of all files."""
        self._pipe.send(house)

    def judge(self) -> Checked:
        """Wait for the judgement."""
        checked: Checked = self._pipe.recv()
        return checked


@contextmanager
def _elsewhere(jobs: list[Job]) -> Iterator[_Elsewhere]:
    # A fork has all modules loaded; but one of a process with threads, as a server has, may hang.
    can_fork = sys.platform == "linux" and threading.active_count() == 1
    # Loaded here, for most folders are checked by one process.
    from multiprocessing import get_context  # noqa: PLC0415 - see above

    context = get_context("fork") if can_fork else get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, jobs), daemon=True)
    process.start()
    theirs.close()
    try:
        yield _Elsewhere(ours)
    finally:
        ours.close()
        process.join(timeout=1)
        process.terminate()


def _serve(pipe: "Connection", jobs: list[Job]) -> None:
    """Read and judge a share in a process of its own."""
    gc.disable()
    share = _Here(jobs)
    pipe.send(share.read())
    share.ask(pipe.recv())
    pipe.send(share.judge())
