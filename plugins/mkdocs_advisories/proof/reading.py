"""Everything that can be read in a file: its bytes, its text in every way, and all inside of it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from types import MappingProxyType

from mkdocs_advisories.proof import packed, pdf, png
from mkdocs_advisories.proof.encoded import meanings, stretches
from mkdocs_advisories.proof.folding import fold, fold_binary
from mkdocs_advisories.proof.kinds import (
    PACKED,
    UNKNOWN,
    as_broken_text,
    as_text,
    claimed_kind,
    kind_of,
)
from mkdocs_advisories.proof.packed import Budget, Part, UnreadableError
from mkdocs_advisories.proof.text import readings

MOST_NESTED = 8
"""Levels of archives in archives that are opened."""

PIECE = 1 << 20
OVERLAP = 1 << 14
"""Characters of a long text that are read at a time, and of which the next piece repeats some."""

UNPACKERS: Mapping[str, Callable[[bytes, Budget], Iterator[Part]]] = MappingProxyType(
    {
        "gzip": packed.gunzip,
        "zip": packed.unzip,
        "tar": packed.untar,
        "xz": packed.unxz,
        "bzip2": packed.unbzip2,
        "zlib": packed.inflate,
        "inventory": packed.inventory,
        "png": png.texts,
        "pdf": pdf.texts,
    }
)

DECODERS = ("names", "escapes", "percent", "entities", "tags", "base64", *UNPACKERS)
"""What a reader can undo. Each one is tested on every run."""

_BEYOND_ASCII = bytes(range(128, 256))

Trail = tuple[str, ...]
"""The way to a file: its path, then its name in the archive that it is, and so on."""


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class Reading:
    """One way to read one part of a file: as it would be compared, and the text it was.

    `whole` are the bytes of a whole file, at the first reading of it.
    """

    trail: Trail
    folded: bytes
    text: str = ""
    whole: bytes = b""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Seen:
    """Digests of the stretches of base64 in a text, and of what they may stand for."""

    stretches: set[bytes] = field(default_factory=set)
    meanings: set[bytes] = field(default_factory=set)


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """A file, or a part of it, that cannot be read to its end, and why."""

    trail: Trail
    reason: str


@dataclass(kw_only=True, slots=True)
class Reader:
    """Reads one file of the tree; `faults` is what it could not read, once it is done."""

    without: frozenset[str] = frozenset()
    budget: Budget = field(default_factory=Budget)
    faults: list[Fault] = field(default_factory=list)

    def read(self, name: str, raw: bytes) -> Iterator[Reading]:
        """Give every reading of a file's content and of all that is in it."""
        yield from self._file(Part(name=name, raw=raw, is_file=True), (name,))

    def read_name(self, name: str, trail: Trail) -> Iterator[Reading]:
        """Give every reading of a file's name."""
        if "names" not in self.without:
            yield from self._text(name, trail)

    def _file(self, part: Part, trail: Trail) -> Iterator[Reading]:
        text = as_text(part.raw)
        kind = kind_of(part.raw, name=part.name, is_text=text is not None)
        if part.is_file:
            self._judge(part.name, kind, trail)
            yield Reading(trail=trail, folded=b"", whole=part.raw)
        if text is not None:
            yield from self._text(text, trail)
        else:
            yield Reading(trail=trail, folded=fold_binary(part.raw))
            yield Reading(trail=trail, folded=fold(part.raw.decode("latin-1")))
        if (broken := as_broken_text(part.raw)) is not None:
            yield from self._text(broken, trail)
        if kind in PACKED and kind not in self.without:
            yield from self._inside(kind, part, trail)
        elif text is None:
            ascii_only = part.raw.translate(None, _BEYOND_ASCII).decode("ascii")
            yield from self._text(ascii_only, trail)

    def _judge(self, name: str, kind: str, trail: Trail) -> None:
        """Note what is not what its name says, and what nobody here can read."""
        claimed = claimed_kind(name)
        if claimed not in {None, kind}:
            what = "packed" if claimed == UNKNOWN else claimed
            self._fault(trail, f"it is named like a {what} file, and is none")
        elif kind == UNKNOWN:
            self._fault(trail, "its kind is not known, so it cannot be read")

    def _inside(self, kind: str, part: Part, trail: Trail) -> Iterator[Reading]:
        """Read what an archive holds. One that was found inside of a text may be no whole one."""
        if len(trail) >= MOST_NESTED:
            self._fault(trail, f"it is nested more than {MOST_NESTED} levels deep")
            return
        try:
            for inner in UNPACKERS[kind](part.raw, self.budget):
                deeper = (*trail, inner.name or _inner_name(part.name))
                yield from self.read_name(inner.name, deeper)
                yield from self._file(inner, deeper)
        except UnreadableError as error:
            if part.is_file or self.budget.left < 0:
                self._fault(trail, f"{kind}: {error}")

    def _text(self, text: str, trail: Trail) -> Iterator[Reading]:
        seen = _Seen()
        for start in range(0, max(1, len(text)), PIECE):
            piece = text[start : start + PIECE + OVERLAP]
            for reading in readings(piece, without=self.without):
                yield Reading(trail=trail, folded=fold(reading), text=reading)
                yield from self._encoded(reading, trail, seen)
        if len(text) > PIECE:
            yield from self._encoded(text, trail, seen)

    def _encoded(self, text: str, trail: Trail, seen: _Seen) -> Iterator[Reading]:
        """Read what is written as base64: short stretches of no kind together, others alone."""
        if "base64" in self.without:
            return
        rest: list[bytes] = []
        for raw in _unseen(text, seen):
            if kind_of(raw) == UNKNOWN:
                rest += (fold_binary(raw), fold(raw.decode("utf-8", "ignore")))
            elif len(trail) < MOST_NESTED:
                yield from self._file(Part(name="", raw=raw), (*trail, "base64"))
            else:
                self._fault(trail, f"it is nested more than {MOST_NESTED} levels deep")
        if rest:
            yield Reading(trail=trail, folded=b"".join(rest))

    def _fault(self, trail: Trail, reason: str) -> None:
        fault = Fault(trail=trail, reason=reason)
        if fault not in self.faults:
            self.faults.append(fault)


def _unseen(text: str, seen: _Seen) -> Iterator[bytes]:
    """Give what stretches of base64 may stand for, but for stretches and meanings seen before."""
    for stretch in stretches(text):
        if _is_new(stretch.encode(), seen.stretches):
            yield from (raw for raw in meanings(stretch) if _is_new(raw, seen.meanings))


def _is_new(raw: bytes, seen: set[bytes]) -> bool:
    digest = sha256(raw).digest()
    is_new = digest not in seen
    seen.add(digest)
    return is_new


def _inner_name(name: str) -> str:
    """Name what a compressed file holds: `a.tar.gz` holds `a.tar`."""
    return name.rpartition("/")[2].rpartition(".")[0] or "content"
