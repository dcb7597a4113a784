"""Files checked in several processes give the report that one process gives."""

import os
from pathlib import Path

import pytest

from conftest import NOW, Folder
from examples import composed
from mkdocs_advisories.checks.shards import Examination, examine
from mkdocs_advisories.source import catalog


def examined(folder: Folder, **options: object) -> Examination:
    return examine(
        folder.path,
        prefix="advisories",
        policy=folder.policy,
        now=NOW,
        **options,  # type: ignore[arg-type]
    )


def fill(folder: Folder) -> None:
    """Write files that share ids, aliases and titles, that name held ones, and that are broken."""
    for number in range(1, 9):
        name = f"LAN-2026-{number:04}"
        front = f"aliases: [CVE-2026-{1000 + number // 2}]\n"
        front += "embargo: 2999-01-01T00:00:00Z\n" if number == 8 else ""
        body = f"## Impact\n\nAs in LAN-2026-{number % 8 + 1:04}.\n"
        text = composed(front, body).replace("LAN-2026-0001", name, 1)
        (folder.path / f"{name}.md").write_text(text, encoding="utf-8")
    (folder.path / "LAN-2026-0099.md").write_text("---\nid: [\n---\n", encoding="utf-8")
    (folder.path / "LAN-2026-0098.md").write_bytes(b"\xff")


def test_several_processes_find_what_one_finds(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(folder)
    alone = examined(folder)
    monkeypatch.setattr(catalog, "_WORTH_A_WORKER", 3)
    monkeypatch.setattr(catalog, "processors", lambda: 3)
    assert catalog.workers_for(10) == 3
    together = examined(folder)
    assert together == alone
    codes = {one.code for one in alone.problems}
    assert codes >= {"ADV003", "ADV007", "ADV132", "ADV150"}
    assert together.crashes == ()


def test_a_few_files_bring_along_those_that_have_to_do_with_them(folder: Folder) -> None:
    fill(folder)
    path = "advisories/LAN-2026-0003.md"
    whole = examined(folder)
    part = examined(folder, only=lambda name: name == path)
    assert path in part.paths
    assert len(part.paths) < len(whole.paths)

    def about(one: Examination) -> list[object]:
        return [problem for problem in one.problems if problem.place.path == path]

    assert about(part) == about(whole) != []


def test_a_process_that_dies_is_no_clean_report(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(folder)
    monkeypatch.setattr(catalog, "_WORTH_A_WORKER", 3)
    monkeypatch.setattr(catalog, "processors", lambda: 2)
    monkeypatch.setattr("mkdocs_advisories.checks.shards._serve", _die)
    with pytest.raises(EOFError):
        examined(folder)


def _die(*_: object) -> None:
    os._exit(1)


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path, folder: Folder) -> None:
    with pytest.raises(FileNotFoundError):
        examine(tmp_path / "nowhere", prefix="x", policy=folder.policy, now=NOW)
