"""A store of what was made of disclosed advisories, so that it need not be made again.

It is a cache: whatever is wrong with it costs time, never correctness. It holds plain data, each
piece with its SHA-256, in shards by the first digits of the keys; what no build used last is gone.
Nothing that is held is ever put in, and a key says nothing of a file that is held.

Shards stay open, and a process may have as few as 256 files: so there are not many. What is about
many advisories lies in some of its own, for much of that changes with one new advisory.

Of a hundred thousand records no more is in memory than where they are, and their facts. A shard
begins with a line about it. Behind that is its head, in binary: for each record its key, where its
pieces are, and its facts. All words of its records follow, then the other pieces.
"""

import json
import os
import re
import struct
import tempfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import IO, Any, NamedTuple
from weakref import finalize

from mkdocs_advisories.press.spool import Spool

_SHARDS = 64
"""How many there are of each kind."""
_MAGIC = b"mkdocs-advisories store 3 "
_LARGEST = 64 * 1024 * 1024
_NAMES = [f"{kind}-{one:02x}.store" for kind in ("sheets", "documents") for one in range(_SHARDS)]
_DAMAGED = "the cache is damaged: what cannot be read is made anew"
_HEAD = re.compile(rb"([0-9a-f]{64}) ([0-9]{1,12}) ([0-9a-f]{64})\n")
_FACTS = "facts"
_WORDS = "words"
_KEY = struct.Struct(">32sB")
"""The key of a record, and which pieces it has."""
_ROW = struct.Struct(">I32s")
"""The length of a piece, and its SHA-256."""


class Piece(NamedTuple):
    """Where a piece of data lies in a file, and its SHA-256."""

    start: int
    length: int
    digest: bytes


@dataclass(kw_only=True, slots=True, eq=False)
class Shelf:
    """A file with pieces. `words` are all those that are in its records, if they were gathered."""

    file: IO[bytes] = field(repr=False)
    words: Piece | None = None


@dataclass(kw_only=True, slots=True, eq=False)
class Record:
    """What is stored under a key: facts at hand, and pieces that are read when they are needed.

    `facts` are the bytes of that piece, or what somebody has made of them: it is kept for the next
    build of a server. `names` are those of the pieces, the facts first. `rows` has the length and
    the digest of each; they lie one behind the other from `start` on, but for the facts.
    """

    key: str
    facts: Any
    shelf: Shelf
    names: tuple[str, ...]
    rows: bytes
    start: int
    start_of_facts: int
    is_used: bool = False

    def digest(self, name: str) -> bytes:
        """Give the SHA-256 of a piece."""
        digest: bytes = _ROW.unpack_from(self.rows, self.names.index(name) * _ROW.size)[1]
        return digest

    def places(self) -> Iterator[tuple[str, Piece]]:
        """Say where each piece is."""
        start = self.start
        for name, (length, digest) in zip(self.names, _ROW.iter_unpack(self.rows), strict=True):
            if name == _FACTS:
                yield name, Piece(self.start_of_facts, length, digest)
            else:
                yield name, Piece(start, length, digest)
                start += length


class Store:
    """A folder of shards. `fingerprint` (64 hex digits) stands for all that makes the contents.

    One that is `lent` is only read: nothing is ever saved to its folder.
    """

    def __init__(self, folder: Path | None, *, fingerprint: str, is_lent: bool = False) -> None:
        self._folder = folder
        self._is_lent = is_lent
        self._fingerprint = fingerprint
        self._records: dict[str, Record] = {}
        self._changed: set[int] = set()
        self._kinds: dict[tuple[str, ...], tuple[str, ...]] = {}
        self._files = ExitStack()
        self.notes: list[str] = []
        finalize(self, self._files.close)
        if folder is not None:
            for number, name in enumerate(_NAMES):
                self._read_shard(number, folder / name)

    def is_about(self, folder: Path | None, fingerprint: str) -> bool:
        """Say whether this is the store of a folder, and its contents are still good."""
        return (self._folder, self._fingerprint) == (folder, fingerprint)

    def begin_again(self) -> None:
        """Begin another build: what it does not use is gone after it."""
        self.notes.clear()
        for one in self._records.values():
            one.is_used = False

    def get(self, key: str) -> Record | None:
        """Give a record, which then stays in the store."""
        record = self._records.get(key)
        if record:
            record.is_used = True
        return record

    def put(self, key: str, facts: bytes, pieces: dict[str, bytes]) -> Record:
        """Store a record: its facts, and its pieces. A piece `words` is one that is looked through.

        Raises:
            OSError: there is no space left for temporary files.
        """
        spool, shelf = self._spool
        whole = {_FACTS: facts, **pieces}
        start = spool.add(whole.values())
        record = Record(
            key=key,
            facts=facts,
            shelf=shelf,
            names=self._shared(whole),
            rows=_rows(whole.values()),
            start=start + len(facts),
            start_of_facts=start,
            is_used=True,
        )
        self._records[key] = record
        self._changed.add(_shard_of(record))
        return record

    @cached_property
    def _spool(self) -> tuple[Spool, Shelf]:
        """What is new lies here until it is saved."""
        spool = Spool(self._files)
        return spool, Shelf(file=spool.file)

    def could_put(self, key: str, facts: bytes, pieces: dict[str, bytes]) -> bool:
        """Store a record if there is space left, and say whether there was."""
        try:
            self.put(key, facts, pieces)
        except OSError:
            return False
        return True

    def forget(self, key: str) -> None:
        """Take a record out."""
        record = self._records.pop(key, None)
        if record:
            self._changed.add(_shard_of(record))

    def piece(self, record: Record, name: str) -> bytes | None:
        """Give a piece of a record, or None if it is damaged: the record is given up then."""
        raw = _piece(record, name)
        if raw is None:
            record.is_used = False
            self.note(_DAMAGED)
        return raw

    def looking_for(self, words: frozenset[str]) -> Callable[[Record], bool]:
        """Give what says whether one of these words is in a record, as far as that is known.

        All words of a shelf are looked through first: few have any of them.
        """
        near: dict[Shelf, frozenset[str]] = {}

        def is_there(record: Record) -> bool:
            shelf = record.shelf
            if shelf not in near:
                all_of_it = _words(_read(shelf.file, shelf.words)) if shelf.words else None
                near[shelf] = words if all_of_it is None else words.intersection(all_of_it)
            if not near[shelf]:
                return False
            own = _words(_piece(record, _WORDS))
            return own is None or not near[shelf].isdisjoint(own)

        return is_there

    def save(self) -> None:
        """Drop what was not used, and write what has changed."""
        self._sift()
        self._write()

    def _sift(self) -> None:
        """Drop what was not used."""
        for record in self._records.values():
            if not record.is_used:
                self._changed.add(_shard_of(record))
        self._records = {key: one for key, one in self._records.items() if one.is_used}

    def _write(self) -> None:
        """Write what has changed. A failure is noted, nothing more."""
        if self._folder is None or self._is_lent or not self._changed:
            return
        shards: dict[int, dict[str, Record]] = {number: {} for number in self._changed}
        for key, record in self._records.items():
            if _shard_of(record) in shards:
                shards[_shard_of(record)][key] = record
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            for number in sorted(self._changed):
                self._write_shard(self._folder / _NAMES[number], shards[number])
            self._changed.clear()
            for file in self._folder.glob("sheets-*.store"):
                if file.name not in _NAMES:  # another version had more of them
                    file.unlink()
        except OSError as error:
            self.note(f"the cache cannot be written: {error.strerror or 'unknown reason'}")

    def _write_shard(self, file: Path, records: dict[str, Record]) -> None:
        if not records:
            file.unlink(missing_ok=True)
            return
        kinds: dict[tuple[str, ...], int] = {}
        entries: list[bytes] = []
        kept: list[bytes] = []
        words: set[str] = set()
        for key, record in sorted(records.items()):
            pieces = _all_read(record)
            own = _words(pieces[_WORDS]) if pieces and _WORDS in pieces else []
            if pieces is None or own is None:
                continue
            kind = kinds.setdefault(record.names, len(kinds))
            entries += [_KEY.pack(bytes.fromhex(key), kind), record.rows, pieces.pop(_FACTS)]
            kept += pieces.values()
            words.update(own)
        known = packed(" ".join(sorted(words)).encode())
        stated = [list(kinds), len(known), sha256(known).hexdigest()]
        head = b"".join([json.dumps(stated).encode(), b"\n", *entries])
        first = f"{self._fingerprint} {len(head)} {sha256(head).hexdigest()}\n".encode()
        handle, name = tempfile.mkstemp(dir=file.parent, prefix=".new-")
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.writelines([_MAGIC, first, head, known, *kept])
            Path(name).replace(file)
        except OSError:
            with suppress(OSError):
                Path(name).unlink()
            raise

    def _read_shard(self, number: int, file: Path) -> None:
        try:
            stream = self._files.enter_context(file.open("rb"))
        except FileNotFoundError:
            return
        except OSError as error:
            self._drop(number, f"the cache cannot be read: {error.strerror or 'unknown reason'}")
            return
        try:
            self._records |= {
                one.key: one for one in self._records_in(stream, self._fingerprint, number)
            }
        except _OtherError:
            self._drop(number, "the cache is of other versions or settings: it is made anew")
        except (
            OSError,
            ValueError,
            TypeError,
            LookupError,
            AttributeError,
            RecursionError,
            struct.error,
        ):
            self._drop(number, _DAMAGED)

    def _records_in(self, stream: IO[bytes], fingerprint: str, number: int) -> Iterator[Record]:
        first = stream.readline(256)
        match = _HEAD.fullmatch(first.removeprefix(_MAGIC))
        if not first.startswith(_MAGIC) or match is None or match[1].decode() != fingerprint:
            raise _OtherError
        head = stream.read(int(match[2]))
        if sha256(head).hexdigest() != match[3].decode():
            raise ValueError("damaged")
        begin, start = len(first), len(first) + len(head)
        at = head.index(b"\n") + 1
        kinds, length, digest = json.loads(head[:at])
        shelf = Shelf(file=stream, words=Piece(start, int(length), bytes.fromhex(digest)))
        start += length
        shared = [self._shared(one) for one in kinds]
        while at < len(head):
            key, kind = _KEY.unpack_from(head, at)
            names, at = shared[kind], at + _KEY.size
            rows = head[at : at + _ROW.size * len(names)]
            at += len(rows)
            (of_facts, _), *others = _ROW.iter_unpack(rows)
            record = Record(
                key=key.hex(),
                facts=head[at : at + of_facts],
                shelf=shelf,
                names=names,
                rows=rows,
                start=start,
                start_of_facts=begin + at,
            )
            if _shard_of(record) != number:
                raise ValueError("misplaced")
            at += of_facts
            start += sum(one for one, _ in others)
            yield record

    def _shared(self, names: Iterable[str]) -> tuple[str, ...]:
        """Give one object for equal names: nearly all records have the same ones."""
        given = tuple(names)
        return self._kinds.setdefault(given, given)

    def _drop(self, number: int, note: str) -> None:
        self._changed.add(number)
        self.note(note)

    def note(self, note: str) -> None:
        """Note what a build should say of the cache, each thing once."""
        if note not in self.notes:
            self.notes.append(note)


class _OtherError(Exception):
    """A shard was written by something else."""


def packed(raw: bytes) -> bytes:
    """Compress a piece."""
    return zlib.compress(raw, 1)


def unpacked(raw: bytes) -> bytes:
    """Expand a piece again, up to a bound.

    Raises:
        ValueError: it is damaged, or too large.
    """
    machine = zlib.decompressobj()
    try:
        found = machine.decompress(raw, _LARGEST)
    except zlib.error:
        raise ValueError("damaged") from None
    if not machine.eof:
        raise ValueError("too large")
    return found


def _rows(pieces: Iterable[bytes]) -> bytes:
    return b"".join(_ROW.pack(len(raw), sha256(raw).digest()) for raw in pieces)


def _all_read(record: Record) -> dict[str, bytes] | None:
    """Read every piece of a record, or give None if one is damaged."""
    found: dict[str, bytes] = {}
    for name, place in record.places():
        raw = _read(record.shelf.file, place)
        if raw is None:
            return None
        found[name] = raw
    return found


def _piece(record: Record, name: str) -> bytes | None:
    """Read a piece of a record, or give None if it is damaged, or not there."""
    places = (place for found, place in record.places() if found == name)
    return next((_read(record.shelf.file, one) for one in places), None)


def _read(file: IO[bytes], piece: Piece) -> bytes | None:
    try:
        raw = os.pread(file.fileno(), piece.length, piece.start)
    except (OSError, ValueError):
        return None
    return raw if sha256(raw).digest() == piece.digest else None


def _words(raw: bytes | None) -> list[str] | None:
    """Give the words of a piece, or None if they cannot be read."""
    try:
        return None if raw is None else unpacked(raw).decode().split(" ")
    except ValueError:
        return None


def _shard_of(record: Record) -> int:
    """Give the number of the shard of a record: those that are of one advisory have words."""
    place = int(record.key[:2], 16) % _SHARDS
    return place if _WORDS in record.names else _SHARDS + place
