"""A store of what was made of disclosed advisories, so that it need not be made again.

It is a cache: whatever is wrong with it costs time, never correctness. It holds plain data, each
piece with its SHA-256, in shards by the first digits of the keys; what no build used last is gone.
Nothing that is held is ever put in, and a key says nothing of a file that is held.
"""

import json
import os
import re
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from errno import ENOSPC
from hashlib import sha256
from pathlib import Path
from typing import IO, Any, NamedTuple
from weakref import finalize

_SHARDS = 256
_MAGIC = b"mkdocs-advisories store 1 "
_LARGEST = 64 * 1024 * 1024
_NAME = "sheets-{:02x}.store"
_DAMAGED = "the cache is damaged: what cannot be read is made anew"
_HEAD = re.compile(rb"([0-9a-f]{64}) ([0-9]{1,12}) ([0-9a-f]{64})\n")


class Piece(NamedTuple):
    """Where a piece of data lies in a file, and its SHA-256 (hex)."""

    start: int
    length: int
    digest: str


@dataclass(kw_only=True, slots=True)
class Record:
    """What is stored under a key: facts at hand, and pieces that are read when they are needed.

    `outline` is what was made of the facts; it is kept for the next build of a server.
    """

    facts: Any
    pieces: dict[str, Piece]
    file: IO[bytes] = field(repr=False)
    is_used: bool = False
    outline: Any = None


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
        self._spool: IO[bytes] | None = None
        self._files = ExitStack()
        self.notes: list[str] = []
        finalize(self, self._files.close)
        if folder is not None:
            for number in range(_SHARDS):
                self._read_shard(number, folder / _NAME.format(number))

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

    def put(self, key: str, facts: object, pieces: dict[str, bytes]) -> Record:
        """Store a record: facts as plain data, and its pieces.

        Raises:
            OSError: there is no space left for temporary files.
        """
        if self._spool is None:
            # It lives as long as the store. A fork must not find anything in a buffer.
            spool = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115
            self._spool = self._files.enter_context(spool)
        placed: dict[str, Piece] = {}
        for name, raw in pieces.items():
            start = self._spool.seek(0, os.SEEK_END)
            if self._spool.write(raw) != len(raw):
                raise OSError(ENOSPC, os.strerror(ENOSPC))
            placed[name] = Piece(start, len(raw), sha256(raw).hexdigest())
        record = Record(facts=facts, pieces=placed, file=self._spool, is_used=True)
        self._records[key] = record
        self._changed.add(_shard_of(key))
        return record

    def could_put(self, key: str, facts: object, pieces: dict[str, bytes]) -> bool:
        """Store a record if there is space left, and say whether there was."""
        try:
            self.put(key, facts, pieces)
        except OSError:
            return False
        return True

    def forget(self, key: str) -> None:
        """Take a record out."""
        if self._records.pop(key, None):
            self._changed.add(_shard_of(key))

    def piece(self, record: Record, name: str) -> bytes | None:
        """Give a piece of a record, or None if it is damaged: the record is given up then."""
        raw = _read(record, name)
        if raw is None:
            record.is_used = False
            self.note(_DAMAGED)
        return raw

    def save(self) -> None:
        """Drop what was not used, and write what has changed."""
        self.sift()
        self.write()

    def sift(self) -> None:
        """Drop what was not used."""
        for key, record in self._records.items():
            if not record.is_used:
                self._changed.add(_shard_of(key))
        self._records = {key: one for key, one in self._records.items() if one.is_used}

    def write(self) -> None:
        """Write what has changed. A failure is noted, nothing more."""
        if self._folder is None or self._is_lent or not self._changed:
            return
        shards: dict[int, dict[str, Record]] = {number: {} for number in self._changed}
        for key, record in self._records.items():
            if _shard_of(key) in shards:
                shards[_shard_of(key)][key] = record
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            for number in sorted(self._changed):
                self._write_shard(self._folder / _NAME.format(number), shards[number])
            self._changed.clear()
        except OSError as error:
            self.note(f"the cache cannot be written: {error.strerror or 'unknown reason'}")

    def _write_shard(self, file: Path, records: dict[str, Record]) -> None:
        if not records:
            file.unlink(missing_ok=True)
            return
        heads: dict[str, list[object]] = {}
        kept: list[bytes] = []
        position = 0
        for key, record in sorted(records.items()):
            placed: dict[str, Piece] = {}
            for name, piece in record.pieces.items():
                raw = _read(record, name)
                if raw is None:
                    break
                placed[name] = Piece(position, len(raw), piece.digest)
                kept.append(raw)
                position += len(raw)
            else:
                heads[key] = [record.facts, placed]
        head = json.dumps(heads, ensure_ascii=False, separators=(",", ":")).encode()
        first = f"{self._fingerprint} {len(head)} {sha256(head).hexdigest()}\n".encode()
        handle, name = tempfile.mkstemp(dir=file.parent, prefix=".new-")
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.writelines([_MAGIC, first, head, *kept])
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
            self._records |= dict(_records_in(stream, self._fingerprint, number))
        except _OtherError:
            self._drop(number, "the cache is of other versions or settings: it is made anew")
        except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
            self._drop(number, _DAMAGED)

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


def _read(record: Record, name: str) -> bytes | None:
    start, length, digest = record.pieces[name]
    try:
        raw = os.pread(record.file.fileno(), length, start)
    except (OSError, ValueError):
        return None
    return raw if sha256(raw).hexdigest() == digest else None


def _shard_of(key: str) -> int:
    return int(key[:2], 16) % _SHARDS


def _records_in(stream: IO[bytes], fingerprint: str, number: int) -> Iterator[tuple[str, Record]]:
    first = stream.readline(256)
    match = _HEAD.fullmatch(first.removeprefix(_MAGIC))
    if not first.startswith(_MAGIC) or match is None or match[1].decode() != fingerprint:
        raise _OtherError
    head = stream.read(int(match[2]))
    if sha256(head).hexdigest() != match[3].decode():
        raise ValueError("damaged")
    start = stream.tell()
    for key, (facts, pieces) in json.loads(head).items():
        if _shard_of(key) != number:
            raise ValueError("misplaced")
        placed = {
            name: Piece(start + int(at), int(length), str(digest))
            for name, (at, length, digest) in pieces.items()
        }
        yield key, Record(facts=facts, pieces=placed, file=stream)
