"""Records of other formats, read one after the other from a file, a folder, an archive or a stream.

Every record is bounded, and no name that comes with one ever becomes a path that is written.
"""

import json
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, islice
from pathlib import Path
from typing import BinaryIO

from mkdocs_advisories.problems import Problem
from mkdocs_advisories.source.files import read_bytes

SUFFIXES = frozenset({".json", ".yaml", ".yml", ".md"})
LARGEST_RECORD = 1024 * 1024
"""Bytes of one record."""

LARGEST_LIST = 64 * 1024 * 1024
"""Bytes of one file that holds a list of records."""

MOST_RECORDS = 500_000
"""Records of one run: what is packed small may be many."""

_TOO_LARGE = f"it is larger than {LARGEST_RECORD // 1024} KiB"
_PACKINGS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
)
_DECODER = json.JSONDecoder()
_SPACE = re.compile(r"[ \t\n\r]*")


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """The text of one record, or the reason why there is none; `name` is for reports."""

    name: str
    text: str = ""
    fault: str | None = None


def records_in(source: Path) -> Iterator[Found]:
    """Give the records of a file, of an archive, or of all files below a folder by their suffix.

    Symbolic links are not followed, and names that begin with a dot are passed over.
    """
    yield from _bounded(_all_in(source), name=source.name)


def _bounded(found: Iterator[Found], *, name: str) -> Iterator[Found]:
    yield from islice(found, MOST_RECORDS)
    if next(found, None) is not None:
        yield Found(name=name, fault=f"it has more than {MOST_RECORDS} records: the rest stays out")


def _all_in(source: Path) -> Iterator[Found]:
    if source.is_dir() and not source.is_symlink():
        for file in _files(source):
            yield from _of_file(file, name=file.relative_to(source).as_posix())
    elif source.suffix.lower() == ".zip":
        yield from _of_archive(source)
    else:
        yield from _of_file(source, name=source.name)


def records_of(stream: BinaryIO, *, name: str) -> Iterator[Found]:
    """Give the records of a stream: one, or a JSON list of them."""
    yield from _bounded(_of_bytes(stream.read(LARGEST_LIST + 1), name=name), name=name)


def _files(folder: Path) -> Iterator[Path]:
    for child in sorted(folder.iterdir()):
        if child.name.startswith(".") or child.is_symlink():
            continue
        if child.is_dir():
            yield from _files(child)
        elif child.suffix.lower() in SUFFIXES:
            yield child


def _of_file(file: Path, *, name: str) -> Iterator[Found]:
    raw = read_bytes(file, path=name, largest=LARGEST_LIST)
    if isinstance(raw, Problem):
        yield Found(name=name, fault=raw.message(withhold=True))
    else:
        yield from _of_bytes(raw, name=name)


def _of_archive(file: Path) -> Iterator[Found]:
    try:
        with zipfile.ZipFile(file) as archive:
            for member in archive.infolist():
                if Path(member.filename).suffix.lower() in SUFFIXES and not member.is_dir():
                    yield from _of_member(archive, member)
    except _UNREADABLE:
        yield Found(name=file.name, fault="the archive cannot be read")


def _of_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[Found]:
    name = _printable(member.filename)
    if member.compress_type not in _PACKINGS:
        yield Found(name=name, fault="it is packed in a way that is not read")
        return
    try:
        # What the archive says of its sizes is not believed: one byte more is read.
        with archive.open(member) as stream:
            raw = stream.read(LARGEST_RECORD + 1)
    except _UNREADABLE:
        yield Found(name=name, fault="it cannot be unpacked")
        return
    if len(raw) > LARGEST_RECORD:
        yield Found(name=name, fault=_TOO_LARGE)
    else:
        yield from _of_bytes(raw, name=name)


def _printable(name: str) -> str:
    return "".join(character if character.isprintable() else "?" for character in name)[:200]


def _of_bytes(raw: bytes, *, name: str) -> Iterator[Found]:
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        yield Found(name=name, fault="it is not UTF-8")
        return
    if text.lstrip()[:1] == "[" and len(raw) <= LARGEST_LIST:
        yield from _of_list(text, name=name)
    elif len(raw) > LARGEST_RECORD:
        yield Found(name=name, fault=_TOO_LARGE)
    else:
        yield Found(name=name, text=text)


def _of_list(text: str, *, name: str) -> Iterator[Found]:
    """Give the records of a list as they are written, up to where it is no list any more."""
    position = _behind_space(text, text.index("[") + 1)
    for index in count():
        here = f"{name}[{index}]"
        if index == 0 and text[position : position + 1] == "]":
            return
        try:
            _, end = _DECODER.raw_decode(text, position)
        except RecursionError:
            yield Found(name=here, fault="it is nested too deep: what follows was not read")
            return
        except ValueError:
            yield Found(name=here, fault="it is not valid JSON, nor is what follows")
            return
        record = text[position:end]
        if len(record.encode(errors="replace")) > LARGEST_RECORD:
            yield Found(name=here, fault=_TOO_LARGE)
        else:
            yield Found(name=here, text=record)
        end = _behind_space(text, end)
        if text[end : end + 1] == "]":
            return
        if text[end : end + 1] != ",":
            yield Found(name=f"{name}[{index + 1}]", fault="it is not valid JSON")
            return
        position = _behind_space(text, end + 1)


def _behind_space(text: str, position: int) -> int:
    found = _SPACE.match(text, position)
    return found.end() if found else position
