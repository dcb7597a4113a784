"""Templates as Jinja has compiled them, kept from one process to the next.

They are code, so they lie beside the compiled modules of this package, and not in the cache of
builds: that may have come from elsewhere, and nothing of it is ever executed. Who can write here
can change the program itself.
"""

import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from hashlib import sha256
from importlib.util import cache_from_source
from pathlib import Path

from jinja2 import BytecodeCache, Environment
from jinja2.bccache import Bucket
from jinja2.filters import FILTERS
from jinja2.tests import TESTS

_PACKAGE = Path(__file__).parents[1]
_PLAIN = Environment(autoescape=False)  # noqa: S701 - only compared with
_OPTIONS = (
    *("block_start_string", "block_end_string", "variable_start_string", "variable_end_string"),
    *("comment_start_string", "comment_end_string", "line_statement_prefix"),
    *("line_comment_prefix", "trim_blocks", "lstrip_blocks", "newline_sequence"),
    *("keep_trailing_newline", "optimized", "autoescape", "is_async", "sandboxed", "policies"),
)
"""What of an environment decides how a template is compiled, beside what it is extended by."""


class Compiled(BytecodeCache):
    """Compiled templates of one `kind`, by name; `stated` is all that decides beside the source."""

    def __init__(self, kind: str, *, stated: str) -> None:
        self._kind = kind
        self._stated = stated
        self._known: dict[str, bytes] = {}

    def get_cache_key(self, name: str, filename: str | None = None) -> str:
        """Name what is kept of a template: of each kind there is one at a time."""
        return sha256(f"{self._kind}\0{name}\0{filename}".encode()).hexdigest()

    def get_source_checksum(self, source: str) -> str:
        """Give what decides. Jinja compiles anew if it is not what was kept."""
        return sha256(f"{self._stated}\0{source}".encode()).hexdigest()

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give what is known."""
        known = self._known.get(bucket.key) or _read(bucket.key)
        if known:
            self._known[bucket.key] = known
            bucket.bytecode_from_string(known)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled, if this process may write it down at all."""
        self._known[bucket.key] = bucket.bytecode_to_string()
        if not sys.dont_write_bytecode:
            with suppress(OSError, NotImplementedError):
                _write(bucket.key, self._known[bucket.key])


def is_predictable(environment: Environment, *, known: str) -> bool:
    """Say whether a template always becomes the same code: nothing extends the environment.

    Jinja computes what is constant when it compiles, and asks filters and tests for that. Those of
    Jinja itself, and of the package `known`, are the same until another version is installed.
    """
    return (
        type(environment) is Environment
        and all(getattr(environment, one) == getattr(_PLAIN, one) for one in _OPTIONS)
        and all(one.startswith("jinja2.") for one in environment.extensions)
        and _is_of(environment.filters, FILTERS, known)
        and _is_of(environment.tests, TESTS, known)
    )


def _is_of(found: Mapping[str, object], usual: Mapping[str, object], known: str) -> bool:
    return all(
        one is usual.get(name) or str(one.__module__).partition(".")[0] == known
        for name, one in found.items()
    )


def _read(key: str) -> bytes | None:
    with suppress(OSError, NotImplementedError):
        return _place(key).read_bytes()
    return None


def _write(key: str, raw: bytes) -> None:
    """Write a file at once or not at all: several processes may do so."""
    place = _place(key)
    place.parent.mkdir(parents=True, exist_ok=True)
    new = place.with_suffix(f".{os.getpid()}.pyc")
    try:
        with new.open("xb") as stream:
            stream.write(raw)
        new.replace(place)
    finally:
        new.unlink(missing_ok=True)


def _place(key: str) -> Path:
    """Find where Python would put a module of that name.

    Raises:
        NotImplementedError: this Python keeps nothing.
    """
    return Path(cache_from_source(str(_PACKAGE / f"{key}.py")))
