"""What decides how something is rendered, in one digest: our code, libraries, and the policy."""

import json
import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from mkdocs_advisories.policy import Policy

_LIBRARIES = (
    "cvss feedgen jinja2 jsonschema jsonschema-rs lxml markdown markupsafe mkdocs mkdocs-material"
    " nh3 packageurl-python packaging pygments pymdown-extensions pyyaml semver tzdata"
).split()
_NOT_OURS = frozenset({".pyc"})
"""Suffixes of what Python makes of our code."""


def fingerprint(policy: Policy, *more: str) -> str:
    """Give a digest (64 hex digits) of all that decides, `more` included."""
    return _digest([program(), _plain(policy), *more])


@cache
def program() -> str:
    """Give a digest (64 hex digits) of our code and the libraries that it uses."""
    return _digest([_code(), _libraries()])


def _digest(stated: list[Any]) -> str:
    return sha256(json.dumps(stated, ensure_ascii=True).encode()).hexdigest()


def _code() -> str:
    """Digest the files of this package: they change between versions, and while it is developed."""
    root = Path(__file__).parents[1]
    digest = sha256()
    files = (Path(folder, name) for folder, _, names in os.walk(root) for name in names)
    for file in sorted(one for one in files if one.suffix not in _NOT_OURS):
        digest.update(f"{file.relative_to(root)}\0".encode())
        digest.update(sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def _libraries() -> list[str]:
    return [sys.version, *(f"{one} {_version(one)}" for one in _LIBRARIES)]


def _version(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        return "none"


def _plain(value: object) -> object:
    """Write a value of the policy so that equal ones are written alike."""
    if is_dataclass(value):
        return [type(value).__name__, *(_plain(getattr(value, one.name)) for one in fields(value))]
    if isinstance(value, Mapping):
        return sorted([str(key), _plain(child)] for key, child in value.items())
    if isinstance(value, (set, frozenset)):
        return sorted(json.dumps(_plain(one)) for one in value)
    if isinstance(value, Iterable) and not isinstance(value, str):
        return [_plain(one) for one in value]
    return repr(value)
