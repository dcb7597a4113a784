"""What is inside of archives and compressed files, within a budget.

Nothing is written to disk, no name of an archive becomes a path, and nothing is followed.
"""

import bz2
import lzma
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Protocol

MOST_EXPANDED = 128 * 1024 * 1024
"""Bytes into which one file of the tree may unfold, all levels of all its parts together."""

_LZMA_MEMORY = 160 * 1024 * 1024  # more than `xz -9` needs
_DAMAGE = (zlib.error, lzma.LZMAError, struct.error)
_OF_A_MEMBER = 4096  # what a member of an archive costs, however small it is
_INVENTORY_HEADER_LINES = 4


class UnreadableError(Exception):
    """A file cannot be read to its end. The text says why, and repeats nothing of the file."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """Something inside of a file; `is_file` if it has a name and a kind of its own."""

    name: str
    raw: bytes
    is_file: bool = False


@dataclass(kw_only=True, slots=True)
class Budget:
    """How many bytes one file of the tree may still unfold into."""

    left: int = MOST_EXPANDED

    def take(self, count: int) -> None:
        """Spend some of it.

        Raises:
            UnreadableError: there is not so much left.
        """
        self.left -= count
        if self.left < 0:
            raise UnreadableError(f"it unfolds into more than {MOST_EXPANDED // 1024 // 1024} MiB")


class _Decompressor(Protocol):
    """What those of zlib, bz2 and lzma have in common."""

    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int = ..., /) -> bytes: ...


def gunzip(raw: bytes, budget: Budget) -> Iterator[Part]:
    """Give what a gzip file holds, all its members in one (RFC 1952, 2.2)."""
    return _one(_members(raw, lambda: zlib.decompressobj(wbits=31), budget))


def unxz(raw: bytes, budget: Budget) -> Iterator[Part]:
    """Give what an xz file holds."""
    return _one(_members(raw, lambda: lzma.LZMADecompressor(memlimit=_LZMA_MEMORY), budget))


def unbzip2(raw: bytes, budget: Budget) -> Iterator[Part]:
    """Give what a bzip2 file holds."""
    return _one(_members(raw, bz2.BZ2Decompressor, budget))


def inflate(raw: bytes, budget: Budget) -> Iterator[Part]:
    """Give what a zlib stream holds (RFC 1950)."""
    return _one(_members(raw, zlib.decompressobj, budget))


def inventory(raw: bytes, budget: Budget) -> Iterator[Part]:
    """Give what an `objects.inv` holds, which is a zlib stream after lines of text."""
    lines = raw.split(b"\n", _INVENTORY_HEADER_LINES)
    if len(lines) <= _INVENTORY_HEADER_LINES:
        raise UnreadableError("it ends too early")
    return inflate(lines[-1], budget)


def unzip(raw: bytes, budget: Budget) -> Iterator[Part]:
    """Give the files in a ZIP archive, and its folders by their names."""
    try:
        with zipfile.ZipFile(BytesIO(raw)) as archive:
            for member in archive.infolist():
                budget.take(_OF_A_MEMBER)
                yield Part(
                    name=member.filename,
                    raw=_read(archive.open(member).read, budget),
                    is_file=not member.is_dir(),
                )
    except UnreadableError:
        raise
    except RuntimeError:
        raise UnreadableError(
            "a part of it is encrypted, or packed in a way that is not known"
        ) from None
    except (zipfile.BadZipFile, ValueError, OSError, EOFError, *_DAMAGE):
        raise UnreadableError("it is damaged") from None


def untar(raw: bytes, budget: Budget) -> Iterator[Part]:
    """Give the files in a tar archive; of everything else, the name and what it points at."""
    try:
        with tarfile.open(fileobj=BytesIO(raw), mode="r:") as archive:
            for member in archive:
                budget.take(_OF_A_MEMBER)
                yield _tar_member(archive, member, budget)
    except UnreadableError:
        raise
    except (tarfile.TarError, ValueError, OSError, EOFError):
        raise UnreadableError("it is damaged") from None


def _tar_member(archive: tarfile.TarFile, member: tarfile.TarInfo, budget: Budget) -> Part:
    stream = archive.extractfile(member) if member.isreg() else None
    if stream is None:
        return Part(name=member.name, raw=member.linkname.encode("utf-8", "replace"))
    content = _read(stream.read, budget)
    if len(content) != member.size:
        raise UnreadableError("it ends too early")
    return Part(name=member.name, raw=content, is_file=True)


def decompressed(raw: bytes, budget: Budget) -> bytes:
    """Give what one zlib stream holds; what follows it is left out.

    Raises:
        UnreadableError: it is damaged, ends too early, or unfolds into too much.
    """
    return _member(raw, zlib.decompressobj(), budget)[0]


def _members(raw: bytes, make: Callable[[], _Decompressor], budget: Budget) -> Iterator[bytes]:
    """Decompress streams that follow one another. Zeros may fill up the end."""
    while raw.strip(b"\0"):
        content, raw = _member(raw, make(), budget)
        yield content


def _member(raw: bytes, decompressor: _Decompressor, budget: Budget) -> tuple[bytes, bytes]:
    try:
        content = decompressor.decompress(raw, budget.left + 1)
    except (zlib.error, lzma.LZMAError, OSError, ValueError, EOFError):
        raise UnreadableError("it is damaged") from None
    budget.take(len(content))
    if not decompressor.eof:
        raise UnreadableError("it ends too early")
    return content, decompressor.unused_data


def _one(contents: Iterator[bytes]) -> Iterator[Part]:
    yield Part(name="", raw=b"".join(contents), is_file=True)


def _read(read: Callable[[int], bytes], budget: Budget) -> bytes:
    content = read(budget.left + 1)
    budget.take(len(content))
    return content
