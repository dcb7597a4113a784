"""Files read within bounds: regular, small, UTF-8, free of characters that deceive."""

import errno
import os
import re
import stat
from pathlib import Path

from mkdocs_advisories.problems import Edit, Fix, Place, Problem
from mkdocs_advisories.source.positions import Text

LARGEST_FILE = 256 * 1024
"""Bytes. The longest of 4,000 public advisories looked at has 40 kB."""

# C0 and C1 controls except tab and newline; line and paragraph separators; the marks that
# reorder or embed text (as in "Trojan Source", CVE-2021-42574); a byte order mark; non-characters.
DECEPTIVE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]"
)


def read_text(file: Path, *, path: str) -> Text | Problem:
    """Read a source file; `path` is how reports name it.

    Gives the text, or the problem that forbids to look at it any further.
    """
    raw = read_bytes(file, path=path, largest=LARGEST_FILE)
    return raw if isinstance(raw, Problem) else decode(raw, path=path)


def read_bytes(file: Path, *, path: str, largest: int) -> bytes | Problem:
    """Read a regular file of at most `largest` bytes, never through a symbolic link."""
    try:
        raw = _read_regular(file, largest + 1)
    except OSError as error:
        return _unreadable(path, is_link=file.is_symlink(), reason=error.strerror or "unknown")
    return raw if len(raw) <= largest else _too_large(path, largest)


def decode(raw: bytes, *, path: str) -> Text | Problem:
    """Turn bytes into text with one kind of newline, or say which character forbids it."""
    try:
        content = raw.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        before = Text(path=path, content=raw[: error.start].decode("utf-8"))
        return Problem(
            code="ADV003",
            place=before.place(len(before.content)),
            text=f"byte 0x{raw[error.start]:02x} is not UTF-8",
            remedy="save the file as UTF-8, without a byte order mark",
        )
    text = Text(path=path, content=content)
    deceptive = DECEPTIVE.search(content)
    if deceptive is None:
        return text
    if content.startswith("\ufeff"):
        return _marked(text.place(0, 1))
    return Problem(
        code="ADV004",
        place=text.place(deceptive.start(), 1),
        text=f"the character U+{ord(deceptive[0]):04X} may not stand here",
        remedy="remove it: it is invisible, and some programs stop at it or show another text",
    )


def _read_regular(file: Path, most: int) -> bytes:
    """Read so many bytes, without following a link or waiting for a pipe; only a regular file.

    No more memory is asked for than the file needs: with ten thousand of them that takes longer
    than reading.
    """
    descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, "it is not a regular file")
        raw = b""
        while part := os.read(descriptor, min(status.st_size + 1, most - len(raw))):
            raw += part
        return raw
    finally:
        os.close(descriptor)


def _marked(place: Place) -> Problem:
    return Problem(
        code="ADV004",
        place=place,
        text="a byte order mark stands before the text",
        remedy="save the file as UTF-8 without it",
        fix=Fix(text="remove it", edits=(Edit(place=place, replacement=""),)),
    )


def _unreadable(path: str, *, is_link: bool, reason: str) -> Problem:
    if is_link:
        return Problem(
            code="ADV001",
            place=Place(path=path),
            text="a symbolic link is not followed",
            remedy="put the file itself in its place: a link could publish a file from elsewhere",
        )
    return Problem(
        code="ADV001",
        place=Place(path=path),
        text=f"the file cannot be read: {reason}",
        remedy="make it a regular file that this user may read",
    )


def _too_large(path: str, largest: int) -> Problem:
    return Problem(
        code="ADV002",
        place=Place(path=path),
        text=f"the file is larger than {largest // 1024} KiB",
        remedy="shorten it, or move long listings into an attachment",
    )
