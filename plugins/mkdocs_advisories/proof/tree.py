"""The files of a tree: all of them, and nothing that leads out of it."""

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

PREVIEW_MARKER = ".advisory-preview"
"""A tree in which a file has this name shows what is held, on purpose: it is never deployed."""

LARGEST_FILE = 128 * 1024 * 1024
"""Bytes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """Something in a tree, by its path with forward slashes; `fault` says why it is not read."""

    name: str
    size: int = 0
    fault: str = ""


def entries(root: Path) -> Iterator[Entry]:
    """Give every file below a folder, in order. No link is followed.

    Raises:
        OSError: a folder cannot be read.
    """
    for path in _walk(root):
        status = path.lstat()
        name = path.relative_to(root).as_posix()
        yield Entry(name=name, size=status.st_size, fault=_fault(status))


def read(root: Path, entry: Entry) -> bytes:
    """Read a file of a tree, if it is still the regular file that was listed.

    Raises:
        OSError: it cannot be read, or has changed.
    """
    if entry.fault:
        raise OSError(entry.fault)
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
    with open(root / entry.name, "rb", opener=lambda file, _: os.open(file, flags)) as stream:
        raw = stream.read(entry.size + 1)
    if len(raw) != entry.size:
        raise OSError("it has changed while it was read")
    return raw


def tree_digest(digests: Iterable[tuple[str, str]]) -> str:
    """Give the SHA-256 of a tree, from each file's path and SHA-256 (in hexadecimal).

    It is that of the lines `<sha256>  <path>`, sorted by path as UTF-8, each with a newline.
    """
    lines = sorted((_encoded(name), digest) for name, digest in digests)
    text = b"".join(digest.encode() + b"  " + name + b"\n" for name, digest in lines)
    return sha256(text).hexdigest()


def _walk(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir(), key=lambda one: _encoded(one.name)):
        if path.is_dir() and not path.is_symlink():
            yield from _walk(path)
        else:
            yield path


def _fault(status: os.stat_result) -> str:
    if stat.S_ISLNK(status.st_mode):
        return "it is a symbolic link: put the file itself in its place"
    if not stat.S_ISREG(status.st_mode):
        return "it is no regular file"
    if status.st_size > LARGEST_FILE:
        return f"it is larger than {LARGEST_FILE // 1024 // 1024} MiB"
    return ""


def _encoded(name: str) -> bytes:
    return name.encode("utf-8", "surrogateescape")
