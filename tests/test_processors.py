"""Work is shared among as many processes as there are processors for it, and not too many."""

import os
from pathlib import Path

import pytest

from mkdocs_advisories import processors
from mkdocs_advisories.processors import processors as found


@pytest.fixture
def quota(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file with the quota of a container; there is none yet."""
    monkeypatch.setattr(processors, "_QUOTA", tmp_path / "cpu.max")
    return tmp_path / "cpu.max"


@pytest.mark.parametrize(("there", "used"), [(1, 1), (2, 2), (4, 4), (64, 4)])
@pytest.mark.usefixtures("quota")
def test_each_processor_that_may_be_used_gets_a_process(
    monkeypatch: pytest.MonkeyPatch, there: int, used: int
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(there)), raising=False)
    assert found() == used


@pytest.mark.usefixtures("quota")
def test_where_the_system_does_not_say_which_may_be_used_all_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: 3)
    assert found() == 3
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert found() == 1


@pytest.mark.parametrize(
    ("stated", "used"),
    [
        ("max 100000\n", 3),
        ("200000 100000\n", 2),
        ("150000 100000\n", 2),
        ("50000 100000\n", 1),
        ("800000 100000\n", 3),
        ("100000 0\n", 3),
        ("", 3),
        ("½ 100000", 3),
    ],
)
def test_a_container_has_as_many_as_its_time_is_worth(
    quota: Path, monkeypatch: pytest.MonkeyPatch, stated: str, used: int
) -> None:
    quota.write_text(stated, encoding="utf-8")
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(3)), raising=False)
    assert found() == used
