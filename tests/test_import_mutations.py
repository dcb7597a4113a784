"""A record in which anything has the wrong type is refused, or imported: never a crash."""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mkdocs_advisories.policy import Policy
from mkdocs_advisories.source.importers import RefusedError, Wishes, import_record

CASES = Path(__file__).parent / "imports"
RECORDS = sorted(one for one in CASES.glob("*.json") if "untold" not in one.name)
STRANGE: tuple[Any, ...] = (
    None,
    7,
    1.5,
    True,
    "",
    "x\n<b>",
    [],
    {},
    [None],
    [[]],
    [7],
    {"a": [1]},
    "9" * 300,
    "a\ud800",
    "\udc00b",
    "\\ud800",
    "\U0001f600",
)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:  # noqa: ANN401 - JSON
    """Give the path of every value, and of every key."""
    if path:
        yield path
    if isinstance(value, dict):
        for key, child in value.items():
            yield from places(child, (*path, key))
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from places(child, (*path, index))


def changed(record: Any, path: tuple[Any, ...], value: Any) -> str:  # noqa: ANN401 - JSON
    mutant = copy.deepcopy(record)
    node = mutant
    for step in path[:-1]:
        node = node[step]
    node[path[-1]] = value
    return json.dumps(mutant)


@pytest.mark.parametrize("file", RECORDS, ids=lambda file: file.stem)
def test_whatever_stands_in_its_fields_a_record_never_crashes_the_import(
    file: Path, policy: Policy
) -> None:
    record = json.loads(file.read_text(encoding="utf-8"))
    kind = file.stem.partition("-")[0]
    for index, path in enumerate(places(record)):
        for value in STRANGE[index % 3 :: 3]:
            text = changed(record, path, value)
            try:
                import_record(text, kind=kind, policy=policy, wishes=Wishes())
            except RefusedError:
                continue
            except Exception as error:
                raise AssertionError((path, value)) from error
