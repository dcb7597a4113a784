"""Which files have to do with some others, found without understanding any of them.

So a change of three files among ten thousand is checked in the time that three files take: what is
read besides are those that share an id with them or name them.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from mkdocs_advisories.problems import Problem
from mkdocs_advisories.source.files import LARGEST_FILE, read_bytes

_ID = re.compile(rb"\b(?!cwe-)[a-z]+-[0-9a-z]{4,}(?:[_-][0-9a-z]+)*")


def concerned(wanted: Iterable[Path], sources: Iterable[Path]) -> Iterator[Path]:
    """Give the sources, other than those wanted, that may share a name with one of them."""
    chosen = frozenset(wanted)
    names = frozenset(name for file in chosen for name in _names(file))
    others = (one for one in sources if one not in chosen) if names else ()
    return (one for one in others if _shares(one, names))


def _names(file: Path) -> Iterator[bytes]:
    """Give all that looks like an id in a file, and its name; nothing more if it is unreadable."""
    yield file.stem.lower().encode()
    yield from (match for match in _ID.findall(_text(file)) if re.search(rb"\d", match))


def _shares(file: Path, names: frozenset[bytes]) -> bool:
    if file.stem.lower().encode() in names:
        return True
    text = _text(file)
    return any(name in text for name in names)


def _text(file: Path) -> bytes:
    raw = read_bytes(file, path=file.name, largest=LARGEST_FILE)
    return b"" if isinstance(raw, Problem) else raw.lower()
