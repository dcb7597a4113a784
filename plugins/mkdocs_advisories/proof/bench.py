"""Where files are examined: in this process, or in several that each have all that it takes."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace
from hashlib import sha256
from multiprocessing import get_context
from pathlib import Path, PurePosixPath

from mkdocs_advisories.proof.cache import Keys
from mkdocs_advisories.proof.examine import CLEAN, Examined, Leak, examine, examine_name, name_leaks
from mkdocs_advisories.proof.held import Haystack
from mkdocs_advisories.proof.needles import Find
from mkdocs_advisories.proof.reading import Fault
from mkdocs_advisories.proof.seeds import planted
from mkdocs_advisories.proof.tree import Entry, read

WORTH_A_PROCESS = 16 * 1024 * 1024
"""Bytes of a tree, from which on it is examined by several processes."""

_BATCH = 2 * 1024 * 1024

Progress = Callable[[int, int], None]
"""Is told how many files are done, and how many there are."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """A file of the tree after it was examined.

    `named` is what its path shows of held advisories; `mark` is its entry in the cache.
    """

    name: str
    digest: str = ""
    mark: bytes = b""
    named: tuple[Leak, ...] = ()
    content: Examined = CLEAN
    is_cached: bool = False

    @property
    def is_leak(self) -> bool:
        """Say whether it shows something of a held advisory."""
        return bool(self.named or self.content.leaks)

    def finds(self) -> Iterator[Find]:
        """Give all by which it shows something, but for whole files."""
        return (find for one in (*self.named, *self.content.leaks) for find in one.finds)

    def of(self, finds: frozenset[Find]) -> "Result":
        """Keep, of what it shows, what is a leak by some finds, and whole files."""
        return self._with(lambda leak: [leak] if leak.of(finds) else [])

    def sharing(self, known: dict[Find, Find]) -> "Result":
        """Take what others show as well from them: there is much that many files show."""
        if not self.is_leak:
            return self
        return self._with(
            lambda leak: [
                replace(leak, finds=tuple(known.setdefault(one, one) for one in leak.finds))
            ]
        )

    def _with(self, change: Callable[[Leak], list[Leak]]) -> "Result":
        named, leaks = (
            tuple(new for leak in some for new in change(leak))
            for some in (self.named, self.content.leaks)
        )
        return replace(self, named=named, content=replace(self.content, leaks=leaks))


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class Bench:
    """All that it takes to examine the files of a tree. `phrases` are the seeds' texts."""

    root: Path
    haystack: Haystack
    keys: Keys
    known: frozenset[bytes]
    phrases: Mapping[str, str]
    without: frozenset[str]

    def missed(self) -> list[str]:
        """Plant every seed, and name those that are not found."""
        # The owners that follow those of held advisories are the seeds, in their order.
        first = self.haystack.held
        return [
            seed
            for owner, (seed, text) in enumerate(self.phrases.items(), first)
            if owner not in self._owners(*planted(seed, text))
        ]

    def examine(self, entry: Entry) -> Result:
        """Examine a file; of its content nothing, if the cache knows that it is clean."""
        named = name_leaks(entry.name, haystack=self.haystack, without=self.without)
        try:
            raw = read(self.root, entry)
        except OSError as error:
            fault = Fault(trail=(entry.name,), reason=error.strerror or str(error))
            return Result(name=entry.name, named=named, content=Examined(faults=(fault,)))
        digest = sha256(raw)
        mark = self.keys.entry(digest.digest(), PurePosixPath(entry.name).suffix)
        known = mark in self.known
        return Result(
            name=entry.name,
            digest=digest.hexdigest(),
            mark=mark,
            named=named,
            content=CLEAN if known else self._content(entry.name, raw),
            is_cached=known,
        )

    def _owners(self, name: str, raw: bytes) -> frozenset[int]:
        named = examine_name(name, haystack=self.haystack, without=self.without)
        return named | {leak.owner for leak in self._content(name, raw).leaks}

    def _content(self, name: str, raw: bytes) -> Examined:
        return examine(name, raw, haystack=self.haystack, without=self.without)


def examine_all(
    bench: Bench, entries: Sequence[Entry], *, processes: int, progress: Progress
) -> tuple[list[Result], list[str]]:
    """Examine files. Gives the results in the order of the entries, and the seeds that are missed.

    The seeds are planted in every process that examines files.
    """
    if processes < 2 or sum(one.size for one in entries) < WORTH_A_PROCESS:  # noqa: PLR2004 - more than one
        results, missed = _in_turn(bench, entries, progress), bench.missed()
    else:
        results, missed = _in_parallel(bench, entries, processes, progress)
    order = {one.name: at for at, one in enumerate(entries)}
    return sorted(results, key=lambda one: order[one.name]), list(dict.fromkeys(missed))


def _in_turn(bench: Bench, entries: Sequence[Entry], progress: Progress) -> list[Result]:
    results = []
    for entry in entries:
        results.append(bench.examine(entry))
        progress(len(results), len(entries))
    return results


def _in_parallel(
    bench: Bench, entries: Sequence[Entry], processes: int, progress: Progress
) -> tuple[list[Result], list[str]]:
    results: list[Result] = []
    missed: list[str] = []
    known: dict[Find, Find] = {}
    # Spawned, not forked: a fork would copy the locks of whatever threads there are.
    with ProcessPoolExecutor(
        processes, mp_context=get_context("spawn"), initializer=_set_up, initargs=(bench,)
    ) as pool:
        for future in as_completed([pool.submit(_batch, one) for one in _batches(entries)]):
            found, lost = future.result()
            results += (one.sharing(known) for one in found)
            missed += lost
            progress(len(results), len(entries))
    return results, missed


def _batches(entries: Sequence[Entry]) -> Iterator[list[Entry]]:
    """Part the files into batches of about one size, the largest files first."""
    batch: list[Entry] = []
    size = 0
    for entry in sorted(entries, key=lambda one: -one.size):
        batch.append(entry)
        size += entry.size + 4096
        if size >= _BATCH:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


_BENCHES: list[tuple[Bench, list[str]]] = []
"""In a process that was started to examine files: its one bench, and the seeds that it misses."""


def _set_up(bench: Bench) -> None:
    _BENCHES[:] = [(bench, bench.missed())]


def _batch(entries: Sequence[Entry]) -> tuple[list[Result], list[str]]:
    ((bench, missed),) = _BENCHES
    known: dict[Find, Find] = {}
    return [bench.examine(one).sharing(known) for one in entries], missed
