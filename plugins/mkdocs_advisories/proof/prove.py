"""The proof itself: needles made, seeds planted, every file examined, the outcome judged."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path, PurePosixPath

from mkdocs_advisories.proof.bench import Bench, Progress, Result, examine_all
from mkdocs_advisories.proof.cache import Cache
from mkdocs_advisories.proof.examine import CLEAN, examine_name
from mkdocs_advisories.proof.folding import fold
from mkdocs_advisories.proof.held import Haystack, Held, haystack
from mkdocs_advisories.proof.needles import still_told
from mkdocs_advisories.proof.reading import Trail
from mkdocs_advisories.proof.report import WITHHELD, Found, Report, Unread
from mkdocs_advisories.proof.seeds import SEEDS, phrase
from mkdocs_advisories.proof.tree import PREVIEW_MARKER, Entry, entries, tree_digest

ITS_NEEDLES = "the needles of {path}"
"""How an advisory is named whose own text was not found by its own needles."""


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class Request:
    """What to prove, and with what.

    `public` are texts that anybody may read. `wider` gives more of them, folded, which take longer
    to make: they are asked for only when something was found. `without` are decoders that are
    switched off, to see that the proof notices. `allowed` are reasons by SHA-256. `unopened` and
    `refused` name sealed files whose text is not known: for want of a key, or because of a fault.
    """

    root: Path
    held: Sequence[Held]
    unopened: Sequence[str] = ()
    refused: Sequence[str] = ()
    public: Sequence[str] = ()
    wider: Callable[[], Iterable[bytes]] = tuple
    allowed: Mapping[str, str] = field(default_factory=dict)
    cache: Cache = field(default_factory=Cache)
    without: frozenset[str] = frozenset()
    processes: int = 1


def prove(request: Request, *, progress: Progress) -> tuple[Report, frozenset[bytes]]:
    """Examine a tree. Gives the report, and the entries of what was clean, for the cache.

    Raises:
        OSError: a folder of the tree cannot be read.
        BrokenProcessPool: a process was killed, for example for want of memory.
    """
    listed = tuple(entries(request.root))
    if any(PurePosixPath(one.name).name == PREVIEW_MARKER for one in listed):
        return _preview(request, listed), frozenset()
    bench = _bench(request)
    results, missed = examine_all(bench, listed, processes=request.processes, progress=progress)
    results = _judged_again(bench, results, request)
    missed += _unfound(bench.haystack, request.held)
    report = _Judge(request=request, haystack=bench.haystack).report(listed, results, missed)
    clean = (one.mark for one in results if one.mark and one.content == CLEAN)
    # A reader that has lost an ability calls nothing clean for others.
    return report, frozenset() if missed else frozenset(clean)


def _bench(request: Request) -> Bench:
    phrases = {seed: phrase() for seed in SEEDS}
    looked_for = haystack(request.held, public=request.public, seeds=phrases.values())
    return Bench(
        root=request.root,
        haystack=looked_for,
        keys=request.cache.keys(_means(request.without) + looked_for.fingerprint),
        known=request.cache.clean,
        phrases=phrases,
        without=request.without,
    )


def _means(without: frozenset[str]) -> bytes:
    """Give a digest of this program and of what it may use: others may find other things."""
    own = sorted(Path(__file__).parent.glob("*.py"))
    parts = [*(one.read_bytes() for one in own), *(name.encode() for name in sorted(without))]
    return sha256(b"".join(sha256(part).digest() for part in parts)).digest()


def _preview(request: Request, listed: Sequence[Entry]) -> Report:
    return Report(
        files=len(listed),
        size=sum(one.size for one in listed),
        cached=0,
        digest="",
        held=len(request.held),
        unopened=tuple(request.unopened),
        windows=0,
        is_preview=True,
        seeds=0,
    )


def _unfound(looked_for: Haystack, held: Sequence[Held]) -> Iterator[str]:
    """Name the held advisories that would not be found if all of their text were in a file."""
    for owner, one in enumerate(held):
        found = {who for who, _ in looked_for.needles.find(fold(one.source))}
        if owner not in found and owner not in looked_for.unprovable:
            yield ITS_NEEDLES.format(path=one.path)


def _judged_again(bench: Bench, results: Sequence[Result], request: Request) -> list[Result]:
    """Take back what was found, as far as more that is public tells the same.

    Fewer needles find no more than all of them did: so no file has to be read again for it.
    """
    if not any(one.is_leak for one in results):
        return list(results)
    finds = frozenset(find for one in results for find in one.finds())
    left = still_told(bench.haystack.needles, finds, public=request.wider())
    return [one.of(left) if one.is_leak else one for one in results]


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class _Judge:
    """Makes the report, in which no name stands that itself shows something held."""

    request: Request
    haystack: Haystack

    def report(
        self, listed: Sequence[Entry], results: Sequence[Result], missed: Iterable[str]
    ) -> Report:
        digests = {one.digest for one in results}
        return Report(
            files=len(listed),
            size=sum(one.size for one in listed),
            cached=sum(one.is_cached for one in results),
            digest=tree_digest((one.name, one.digest) for one in results),
            held=len(self.request.held),
            unopened=tuple(self.request.unopened),
            refused=tuple(self.request.refused),
            windows=sum(
                count
                for owner, count in self.haystack.needles.count().items()
                if owner < self.haystack.held
            ),
            is_preview=False,
            seeds=len(SEEDS),
            missed=tuple(missed),
            unprovable=tuple(self._path(owner) for owner in self.haystack.unprovable),
            found=tuple(found for one in results for found in self._found(one)),
            unread=tuple(unread for one in results for unread in self._unread(one)),
            unused=tuple(one for one in self.request.allowed if one not in digests),
        )

    def _found(self, result: Result) -> Iterator[Found]:
        ways = dict.fromkeys(sorted(leak.owner for leak in result.named), ())
        leaks = [(leak.trail[1:], leak.owner) for leak in result.content.leaks]
        for inside, owner in dict.fromkeys(
            [*((way, owner) for owner, way in ways.items()), *leaks]
        ):
            yield Found(
                file=self._shown(result.name),
                inside=self._shown_trail(inside),
                sha256=result.digest,
                advisory=self._path(owner),
            )

    def _unread(self, result: Result) -> Iterator[Unread]:
        for fault in result.content.faults:
            yield Unread(
                file=self._shown(result.name),
                inside=self._shown_trail(fault.trail[1:]),
                sha256=result.digest,
                reason=fault.reason,
                allowed=self.request.allowed.get(result.digest),
            )

    def _path(self, owner: int) -> str:
        return self.request.held[owner].path

    def _shown(self, name: str) -> str:
        """Show a path as far as nothing of it is held, and as a terminal can show it."""
        path = PurePosixPath(name)
        while self._shows_held(str(path)):
            path = path.parent
        shown = str(path) if str(path) == name else str(path / WITHHELD)
        return "".join(one if one.isprintable() else ascii(one)[1:-1] for one in shown)

    def _shown_trail(self, trail: Trail) -> Trail:
        return tuple(map(self._shown, trail))

    def _shows_held(self, name: str) -> bool:
        owners = examine_name(name, haystack=self.haystack)
        return any(owner < self.haystack.held for owner in owners)
