"""Data against a schema, by the two validators that must agree."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import PROJECT
from mkdocs_advisories.problems import Problem
from mkdocs_advisories.source import nodes
from mkdocs_advisories.source.files import read_text
from mkdocs_advisories.source.frontmatter import split
from mkdocs_advisories.source.shape import _quick_validator, _validator

SOURCES = sorted(
    [*(PROJECT / "tests" / "problems").rglob("*.md"), *(PROJECT / "advisories").rglob("GHSA-*.md")]
)


def front_matter(file: Path) -> Any:  # noqa: ANN401 - JSON
    text = read_text(file, path=file.name)
    parts = text if isinstance(text, Problem) else split(text)
    root = None if isinstance(parts, Problem) else nodes.compose(parts)[0]
    return root.value() if root else None


def has_no_fault(data: object) -> bool:
    return not list(_validator("advisory").iter_errors(data))


@pytest.mark.parametrize("file", SOURCES, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_the_quick_validator_finds_fault_where_the_thorough_one_does(file: Path) -> None:
    data = front_matter(file)
    assert _quick_validator("advisory").is_valid(data) == has_no_fault(data)


SOUND = front_matter(PROJECT / "advisories" / "2026" / "GHSA-394w-hwhg-8vgm.md")
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    # Control characters are refused before, and are blanks to one of the two only.
    st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=8),
    st.sampled_from(
        ["2026-02-30T00:00:00Z", "2026-01-01T00:00:00Z\n", "https://a b", "٣", "CVE-٢٠٢٦-1", "a\n"]
    ),
    st.just([]),
    st.just({}),
)


def paths(value: object, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(value, dict):
        return [path, *(one for key in value for one in paths(value[key], (*path, key)))]
    if isinstance(value, list):
        return [path, *(one for i, item in enumerate(value) for one in paths(item, (*path, i)))]
    return [path]


def replaced(value: Any, path: tuple[Any, ...], odd: object) -> Any:  # noqa: ANN401 - JSON
    if not path:
        return odd
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = replaced(value[path[0]], path[1:], odd)
    return copy


@given(st.sampled_from(paths(SOUND)), ODD)
def test_what_the_quick_validator_passes_has_no_fault(path: tuple[Any, ...], odd: object) -> None:
    data = replaced(SOUND, path, odd)
    assert not _quick_validator("advisory").is_valid(data) or has_no_fault(data)
