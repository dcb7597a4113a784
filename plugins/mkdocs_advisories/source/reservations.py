"""Ids that are taken before there is an advisory: one small file an id, in `.reserved/`.

Whoever takes an id adds the file of its name. If two branches take the same one, both add the same
file with different content, which git refuses to merge: so no number is given twice, and nobody
needs a server to ask. The file stays when the advisory has come. Listings of advisories pass over
the folder, because its name begins with a dot.
"""

import re
from datetime import datetime
from pathlib import Path

from mkdocs_advisories.model import format_instant

FOLDER = ".reserved"
MOST = 100
"""How many ids may be taken at once."""

_ID = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,98}[A-Za-z0-9])?")


def is_file_name(identifier: str) -> bool:
    """Say whether an id can be the name of a file and of a page, and no path."""
    return _ID.fullmatch(identifier) is not None


def reserved_ids(folder: Path) -> frozenset[str]:
    """Give the ids that are reserved in a folder of advisories."""
    place = folder / FOLDER
    if place.is_symlink() or not place.is_dir():
        return frozenset()
    return frozenset(one.name for one in place.iterdir() if is_file_name(one.name))


def reserve(folder: Path, identifier: str, *, by: str, now: datetime) -> Path:
    """Take an id: who and when is noted in its file.

    Raises:
        FileExistsError: it is taken already.
        OSError: the file cannot be written.
    """
    if not is_file_name(identifier):
        raise ValueError("an id is letters, digits, `.`, `_` and `-`")
    place = folder / FOLDER
    if place.is_symlink():
        raise NotADirectoryError("the folder of reservations is a symbolic link")
    place.mkdir(exist_ok=True)
    file = place / identifier
    line = re.sub(r"\s+", " ", "".join(c if c.isprintable() else " " for c in by)).strip()
    with file.open("x", encoding="utf-8") as stream:
        stream.write(f"by: {line}\nsince: {format_instant(now)}\n")
    return file
