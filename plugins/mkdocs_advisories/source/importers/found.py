"""What a reader of another format has found in a record."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Json = Any
Record = Mapping[str, Json]


class RefusedError(ValueError):
    """The record cannot become an advisory. The message says why, for a person."""


@dataclass(kw_only=True, slots=True)
class Found:
    """Fields in the vocabulary of the front matter, a body, and everything that fits neither.

    Nothing here is checked yet: `settle` does that for every format alike. `left` is what the
    format of the house has no place for, by where it stood; `remarks` says what was read otherwise
    than it was written.
    """

    front: dict[str, Json]
    body: str = ""
    left: dict[str, Json] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)

    def leave(self, path: str, value: Json) -> None:
        """Keep something for the note in the body, unless there is nothing in it."""
        if value in (None, "", [], {}):
            return
        name, number = path, 1
        while name in self.left and self.left[name] != value:
            number += 1
            name = f"{path} ({number})"
        self.left[name] = value

    def leave_rest(self, record: Record, *, known: frozenset[str], prefix: str = "") -> None:
        """Leave every field of a record that the reader does not know."""
        for key, value in record.items():
            if key not in known:
                self.leave(f"{prefix}{key}", value)


def mapping(value: Json, name: str) -> Record:
    """Take a value as a mapping.

    Raises:
        RefusedError: it is none.
    """
    if not isinstance(value, Mapping):
        raise RefusedError(f"`{name}` is not a mapping of fields")
    return value


def entries(record: Record, name: str) -> list[Record]:
    """Give the mappings in a list of the record; nothing where it is missing.

    Raises:
        RefusedError: there is something else in its place.
    """
    value = record.get(name) or []
    if not isinstance(value, list) or not all(isinstance(one, Mapping) for one in value):
        raise RefusedError(f"`{name}` is not a list of mappings")
    return value


def words(record: Record, name: str) -> list[str]:
    """Give the texts in a list of the record; nothing where it is missing.

    Raises:
        RefusedError: there is something else in its place.
    """
    value = record.get(name) or []
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise RefusedError(f"`{name}` is not a list of texts")
    return list(dict.fromkeys(value))


def text(record: Record, name: str) -> str:
    """Give a text of the record, empty where it is missing.

    Raises:
        RefusedError: there is something else in its place.
    """
    value = record.get(name)
    if value is not None and not isinstance(value, str):
        raise RefusedError(f"`{name}` is not a text")
    return value or ""
