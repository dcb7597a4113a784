"""Records of other formats, read one after the other from a file, a folder, an archive or a stream.

Every record is bounded, and no name that comes with one ever becomes a path that is written.
"""

import json
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from mkdocs_advisories.problems import Problem
from mkdocs_advisories.source.files import read_bytes

SUFFIXES = frozenset({".json", ".yaml", ".yml", ".md"})
LARGEST_RECORD = 1024 * 1024
"""Bytes of one record."""

LARGEST_LIST = 64 * 1024 * 1024
"""Bytes of one file that holds a list of records."""

MOST_RECORDS = 1_000_000


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
    if source.is_dir() and not source.is_symlink():
        for file in _files(source):
            yield from _of_file(file, name=file.relative_to(source).as_posix())
    elif source.suffix.lower() == ".zip":
        yield from _of_archive(source)
    else:
        yield from _of_file(source, name=source.name)


def records_of(stream: BinaryIO, *, name: str) -> Iterator[Found]:
    """Give the records of a stream: one, or a JSON list of them."""
    yield from _of_bytes(stream.read(LARGEST_LIST + 1), name=name)


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
            for member in archive.infolist()[:MOST_RECORDS]:
                if Path(member.filename).suffix.lower() in SUFFIXES and not member.is_dir():
                    # What the archive says of its sizes is not believed: one byte more is read.
                    with archive.open(member) as stream:
                        raw = stream.read(LARGEST_RECORD + 1)
                    yield from _of_bytes(raw, name=_printable(member.filename))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, zlib.error):
        yield Found(name=file.name, fault="the archive cannot be read")


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
        yield Found(name=name, fault=f"it is larger than {LARGEST_RECORD // 1024} KiB")
    else:
        yield Found(name=name, text=text)


def _of_list(text: str, *, name: str) -> Iterator[Found]:
    try:
        records = json.loads(text)
    except (ValueError, RecursionError):
        yield Found(name=name, fault="it is not valid JSON")
        return
    for index, record in enumerate(records):
        yield Found(name=f"{name}[{index}]", text=json.dumps(record))
