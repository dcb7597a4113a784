"""`advisory import`: what it writes, what it never overwrites, what it says."""

import io
import json
import sys
import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from command import Command
from conftest import Folder

CASES = Path(__file__).parent / "imports"


@pytest.fixture
def advisory(
    checkout: Folder, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Command:
    config = checkout.path.parent / "mkdocs.yml"
    return Command(config=config, capsys=capsys, monkeypatch=monkeypatch)


def record(name: str = "LAN-2026-0001", **more: Any) -> str:  # noqa: ANN401 - JSON
    osv = {
        "id": name,
        "modified": "2026-05-01T12:00:00Z",
        "published": "2026-05-01T12:00:00Z",
        "summary": "Lantern can be lit from afar",
        "details": "It can.",
        "affected": [{"package": {"ecosystem": "npm", "name": "lantern"}, "versions": ["1.0.0"]}],
    }
    return json.dumps({**osv, **more})


def test_a_record_becomes_a_sound_file_named_by_its_id(advisory: Command, tmp_path: Path) -> None:
    (tmp_path / "any-name.json").write_text(record(), encoding="utf-8")
    outcome = advisory("import", str(tmp_path / "any-name.json"))
    assert (outcome.code, outcome.out, outcome.err) == (
        0,
        "imported any-name.json as advisories/LAN-2026-0001.md\n",
        "1 imported, 0 refused\n",
    )
    assert advisory("check").code == 0


def test_the_rest_go_on_when_records_are_refused(advisory: Command, tmp_path: Path) -> None:
    source = tmp_path / "records"
    (source / "deep").mkdir(parents=True)
    (source / "a.json").write_text("{", encoding="utf-8")
    (source / "b.json").write_bytes(b"\xff\xfe")
    (source / "c.json").write_text(record(), encoding="utf-8")
    (source / "deep" / "d.json").write_text(record("LAN-2026-0002"), encoding="utf-8")
    (source / "e.json").write_text(record(), encoding="utf-8")
    (source / "link.json").symlink_to(source / "c.json")
    (source / "f.json").write_text('{"id": "' + "x" * 1024 * 1024 + '"}', encoding="utf-8")
    outcome = advisory("import", str(source), "--format", "json")
    said = json.loads(outcome.out)
    assert outcome.code == 1
    assert [one["path"] for one in said["imported"]] == [
        "advisories/LAN-2026-0001.md",
        "advisories/LAN-2026-0002.md",
    ]
    assert {one["source"]: one["reason"] for one in said["refused"]} == {
        "a.json": "it is not valid JSON",
        "b.json": "it is not UTF-8",
        "e.json": "another record of this run has the same id",
        "f.json": "it is larger than 1024 KiB",
    }


def test_a_list_is_read_up_to_where_it_is_none(advisory: Command, tmp_path: Path) -> None:
    twice = record("LAN-2026-0003").replace("{", '{"id": "LAN-2026-0004", ', 1)
    long = record("LAN-2026-0005", details="x" * 1024 * 1024)
    members = [record(), "7", twice, long, record("LAN-2026-0002"), "[}"]
    (tmp_path / "list.json").write_text(f" [ {' , '.join(members)} ]", encoding="utf-8")
    said = json.loads(advisory("import", str(tmp_path / "list.json"), "--format", "json").out)
    assert [one["id"] for one in said["imported"]] == ["LAN-2026-0001", "LAN-2026-0002"]
    assert {one["source"]: one["reason"] for one in said["refused"]} == {
        "list.json[1]": "it is not a mapping of fields",
        "list.json[2]": "a field stands twice in one mapping: which one counts, nobody can tell",
        "list.json[3]": "it is larger than 1024 KiB",
        "list.json[5]": "it is not valid JSON, nor is what follows",
    }


def test_a_run_has_an_end(
    advisory: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mkdocs_advisories.source.records.MOST_RECORDS", 2)
    (tmp_path / "list.json").write_text("[1, 2, 3, 4]", encoding="utf-8")
    said = json.loads(advisory("import", str(tmp_path / "list.json"), "--format", "json").out)
    assert [one["source"] for one in said["refused"]] == [
        "list.json[0]",
        "list.json[1]",
        "list.json",
    ]
    assert said["refused"][-1]["reason"] == "it has more than 2 records: the rest stays out"


def test_one_broken_member_of_an_archive_leaves_the_rest(advisory: Command, tmp_path: Path) -> None:
    file = tmp_path / "records.zip"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a.json", record())
        archive.writestr("b.json", record("LAN-2026-0002"))
        archive.writestr("c.json", "0" * 2_000_000, compress_type=zipfile.ZIP_DEFLATED)
        archive.writestr("d.json", record("LAN-2026-0004"), compress_type=zipfile.ZIP_LZMA)
        archive.writestr("../e.json", record("LAN-2026-0005"))
    raw = file.read_bytes()
    file.write_bytes(raw.replace(b"LAN-2026-0001", b"LAN-2026-0009", 1))
    said = json.loads(advisory("import", str(file), "--format", "json").out)
    assert [one["path"] for one in said["imported"]] == [
        "advisories/LAN-2026-0002.md",
        "advisories/LAN-2026-0005.md",
    ]
    assert {one["source"]: one["reason"] for one in said["refused"]} == {
        "a.json": "it cannot be unpacked",
        "c.json": "it is larger than 1024 KiB",
        "d.json": "it is packed in a way that is not read",
    }


def test_nothing_is_overwritten_unless_forced(
    advisory: Command, checkout: Folder, tmp_path: Path
) -> None:
    file = checkout.write("2026/LAN-2026-0001", summary="The one that is there")
    (tmp_path / "a.json").write_text(record(), encoding="utf-8")
    refused = advisory("import", str(tmp_path / "a.json"), "--into", str(checkout.path / "new"))
    assert refused.code == 1
    assert "advisories/2026/LAN-2026-0001.md is there already" in refused.out
    assert "The one that is there" in file.read_text(encoding="utf-8")
    assert advisory("import", str(tmp_path / "a.json"), "--force").code == 0
    assert "Lantern can be lit" in file.read_text(encoding="utf-8")


def test_a_symbolic_link_is_never_written_through(
    advisory: Command, checkout: Folder, tmp_path: Path
) -> None:
    outside = tmp_path / "outside.txt"
    outside.write_text("precious", encoding="utf-8")
    (checkout.path / "LAN-2026-0001.md").symlink_to(outside)
    (tmp_path / "a.json").write_text(record(), encoding="utf-8")
    assert advisory("import", str(tmp_path / "a.json"), "--force").code == 1
    assert outside.read_text(encoding="utf-8") == "precious"


@pytest.mark.parametrize("place", ["docs", "docs/held", "site"])
def test_no_advisory_is_written_where_it_would_be_published(
    place: str, advisory: Command, checkout: Folder, tmp_path: Path
) -> None:
    (tmp_path / "a.json").write_text(record(), encoding="utf-8")
    into = checkout.path.parent / place
    outcome = advisory("import", str(tmp_path / "a.json"), "--into", str(into))
    assert outcome.code == 3
    assert not list(into.rglob("*.md")) or place == "docs"


def test_a_held_record_does_not_come_into_a_public_source(
    advisory: Command, checkout: Folder, tmp_path: Path
) -> None:
    config = checkout.path.parent / "mkdocs.yml"
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace("source: private", "source: public"), encoding="utf-8")
    (tmp_path / "a.json").write_text(record(published="2099-01-01T00:00:00Z"), encoding="utf-8")
    outcome = advisory("import", str(tmp_path / "a.json"))
    assert outcome.code == 1
    assert "it would be held, and the source is public" in outcome.out
    assert not list(checkout.path.iterdir())


def test_the_standard_input_and_archives_are_read(
    advisory: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = f"[{record()}, {record('LAN-2026-0002')}]".encode()
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(records)))
    assert advisory("import", "-").err == "2 imported, 0 refused\n"
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr("../../LAN-2026-0003.json", record("LAN-2026-0003"))
        archive.writestr("big.json", b" " * (1024 * 1024 + 2))
        archive.writestr("notes.exe", b"")
    outcome = advisory("import", str(tmp_path / "all.zip"))
    assert outcome.code == 1
    assert outcome.out == (
        "imported ../../LAN-2026-0003.json as advisories/LAN-2026-0003.md\n"
        "refused  big.json: it is larger than 1024 KiB\n"
    )


def test_an_id_can_be_given_to_one_record_only(advisory: Command, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(f"[{record()}, {record('LAN-2026-0002')}]", encoding="utf-8")
    assert advisory("import", str(tmp_path / "a.json"), "--id", "LAN-2026-0009").code == 2
    (tmp_path / "b.json").write_text(record("GHSA-2222-3333-4444"), encoding="utf-8")
    words = ("--id", "LAN-2026-0009", "--as-alias", "--embargo", "undecided")
    outcome = advisory("import", str(tmp_path / "b.json"), *words)
    assert outcome.out == "imported b.json as advisories/LAN-2026-0009.md\n"
    assert advisory("import", str(tmp_path / "b.json"), "--as-alias").code == 2
    assert advisory("import", str(tmp_path / "b.json"), "--embargo", "tomorrow").code == 2


def test_what_is_left_out_is_named_and_nothing_is_quoted(advisory: Command, tmp_path: Path) -> None:
    canary = "canary-7f3a"
    text = record("OTHER-1", summary="", references=[{"type": "WEB", "url": f"ftp://{canary}"}])
    (tmp_path / "a.json").write_text(text, encoding="utf-8")
    outcome = advisory("import", str(tmp_path / "a.json"))
    assert outcome.out == (
        "imported a.json as advisories/OTHER-1.md\n"
        "  not placed, see the note in the body: references[0].url\n"
        "  the record has no title; one was made of the package and the id\n"
        "  the id does not match `id_pattern` (LAN-[0-9]{4}-[0-9]{4}): give the advisory an id with"
        " `--id`, or widen the pattern\n"
    )
    assert canary not in outcome.out + outcome.err
