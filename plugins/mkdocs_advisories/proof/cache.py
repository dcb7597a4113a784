"""Which files were clean, for the next run. It may be published: it holds no word of any needle.

A file is remembered by 16 bytes that depend on its content, on how its name ends, on all needles,
on a salt and on this program's version. Only who knows every needle can tell what they say, or make
an entry; so whatever happens to the cache, it can cost time, and cannot make a file clean.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from secrets import token_bytes

_MAGIC = b"advisory proof 1"
_SALT = 16
_ENTRY = 16
_MOST_ENTRIES = 2_000_000


@dataclass(kw_only=True, slots=True, repr=False)
class Cache:
    """The clean files of runs with the same needles, and with the same salt."""

    salt: bytes = field(default_factory=lambda: token_bytes(_SALT))
    clean: frozenset[bytes] = frozenset()

    def keys(self, fingerprint: bytes) -> "Keys":
        """Give what makes entries for the needles of this run."""
        return Keys(secret=blake2b(fingerprint, key=self.salt, digest_size=32).digest())


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class Keys:
    """Makes entries. It never leaves the run, for it is made of the needles."""

    secret: bytes

    def entry(self, digest: bytes, suffix: str) -> bytes:
        """Give the entry of a file, by its SHA-256 and the ending of its name."""
        what = digest + suffix.encode("utf-8", "surrogateescape")
        return blake2b(what, key=self.secret, digest_size=_ENTRY).digest()


def load(file: Path) -> Cache:
    """Read a cache. One that is not there, or is damaged, is empty."""
    try:
        raw = file.read_bytes()
    except OSError:
        return Cache()
    start = len(_MAGIC) + _SALT
    entries = raw[start:]
    if not raw.startswith(_MAGIC) or len(entries) % _ENTRY or len(entries) > _ENTRY * _MOST_ENTRIES:
        return Cache()
    return Cache(
        salt=raw[len(_MAGIC) : start],
        clean=frozenset(entries[at : at + _ENTRY] for at in range(0, len(entries), _ENTRY)),
    )


def save(file: Path, *, salt: bytes, clean: Iterable[bytes]) -> None:
    """Write a cache, whole or not at all.

    Raises:
        OSError: it cannot be written.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_name(f"{file.name}.{os.getpid()}.new")
    unfinished.write_bytes(_MAGIC + salt + b"".join(sorted(set(clean))))
    unfinished.replace(file)
