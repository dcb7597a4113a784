"""`advisory export`: records of what is disclosed, and marked copies of what is held."""

import ast
import json
import stat
from datetime import timedelta
from pathlib import Path

import pytest

from command import Command
from conftest import NOW, PROJECT, Folder
from mkdocs_advisories.embargo import coordination_copy
from mkdocs_advisories.model import Coordination, Disclosed
from mkdocs_advisories.site.exports import EXPORTS
from osv_schema import errors
from test_csaf import OPTIONAL, python_validator
from test_cve import validate

CANARY = "a canary in the lantern"


@pytest.fixture
def advisory(
    checkout: Folder, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Command:
    checkout.write("LAN-2026-0001", more="aliases: [CVE-2026-1000]\n")
    held = "aliases: [CVE-2026-2000]\n"
    checkout.write("LAN-2026-0002", embargo="2026-07-01T12:00:00Z", summary=CANARY, more=held)
    checkout.write("LAN-2026-0003", embargo="undecided", more="aliases: [CVE-2026-3000]\n")
    config = checkout.path.parent / "mkdocs.yml"
    return Command(config=config, capsys=capsys, monkeypatch=monkeypatch)


def export(advisory: Command, out: Path, *words: str) -> int:
    formats = [word for kind in EXPORTS for word in ("--format", kind)]
    return advisory("export", *formats, "--out", str(out), *words).code


def files(out: Path) -> dict[str, str]:
    found = (file for file in sorted(out.rglob("*")) if file.is_file())
    return {file.relative_to(out).as_posix(): file.read_text(encoding="utf-8") for file in found}


def test_all_that_is_disclosed_is_written_and_nothing_else(
    advisory: Command, tmp_path: Path
) -> None:
    assert export(advisory, tmp_path / "out") == 0
    written = files(tmp_path / "out")
    assert sorted(written) == [
        "csaf/lan-2026-0001.json",
        "cve/CVE-2026-1000.json",
        "ghsa/LAN-2026-0001.json",
        "openvex/LAN-2026-0001.json",
        "osv/x_LAN-2026-0001.json",
        "rustsec/LAN-2026-0001-lantern.md",
    ]
    assert not any(word in text for text in written.values() for word in (CANARY, "0002", "3000"))


@pytest.mark.parametrize("name", ["LAN-2026-0002", "lan-2026-0002", "CVE-2026-2000"])
def test_a_held_one_is_refused_by_whatever_name(
    name: str, advisory: Command, tmp_path: Path
) -> None:
    outcome = advisory(
        "export", name, "LAN-2026-0001", "--format", "osv", "--out", str(tmp_path / "out")
    )
    assert outcome.code == 3
    assert CANARY not in outcome.out + outcome.err
    assert not (tmp_path / "out").exists()


def test_it_is_written_like_any_other_on_its_day(advisory: Command, tmp_path: Path) -> None:
    words = ("LAN-2026-0002", "--format", "osv", "--out", str(tmp_path / "out"))
    assert advisory("export", *words, now=NOW + timedelta(days=60)).code == 0
    assert "embargo" not in files(tmp_path / "out")["osv/x_LAN-2026-0002.json"]


@pytest.mark.parametrize("name", ["LAN-2026-0002", "LAN-2026-0003"])
def test_every_file_of_a_coordination_copy_is_marked(
    name: str, advisory: Command, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    assert export(advisory, out, name, "--include-held") == 0
    written = files(out)
    assert len(written) == len(EXPORTS)
    for place, text in written.items():
        assert place.partition("/")[2].startswith("EMBARGOED-")
        assert "TLP:AMBER. Under embargo until" in text
        assert stat.S_IMODE((out / place).stat().st_mode) == 0o600
    number = name[-4:]
    head = json.loads(written[f"csaf/EMBARGOED-lan-2026-{number}.json"])["document"]
    assert head["distribution"]["tlp"]["label"] == "AMBER"
    assert (head["tracking"]["status"], head["tracking"]["version"]) == ("draft", "0")


def test_a_disclosed_one_beside_it_is_not_marked(advisory: Command, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert export(advisory, out, "LAN-2026-0001", "LAN-2026-0002", "--include-held") == 0
    plain = [text for place, text in files(out).items() if "EMBARGOED" not in place]
    assert len(plain) == len(EXPORTS)
    assert not any("AMBER" in text for text in plain)


@pytest.mark.parametrize("place", ["site", "site/export", "docs", "docs/a/b"])
def test_no_copy_is_written_where_it_would_be_published(
    place: str, advisory: Command, checkout: Folder
) -> None:
    out = checkout.path.parent / place
    assert export(advisory, out, "LAN-2026-0002", "--include-held") == 3
    assert not list(out.rglob("*EMBARGOED*"))


def test_a_link_into_the_site_is_seen_through(
    advisory: Command, checkout: Folder, tmp_path: Path
) -> None:
    (checkout.path.parent / "site").mkdir()
    (tmp_path / "elsewhere").symlink_to(checkout.path.parent / "site")
    assert export(advisory, tmp_path / "elsewhere" / "x", "LAN-2026-0002", "--include-held") == 3


def test_copies_are_of_advisories_that_are_named(advisory: Command, tmp_path: Path) -> None:
    assert export(advisory, tmp_path / "out", "--include-held") == 2
    assert export(advisory, tmp_path / "out", "LAN-2026-0404") == 2
    assert not (tmp_path / "out").exists()


def test_an_advisory_that_names_a_held_one_is_not_handed_on(
    advisory: Command, checkout: Folder, tmp_path: Path
) -> None:
    checkout.write("LAN-2026-0004", body="Like LAN-2026-0002.\n")
    assert export(advisory, tmp_path / "out") == 3
    assert not (tmp_path / "out").exists()


def test_nothing_is_overwritten_unless_forced(advisory: Command, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert export(advisory, out) == 0
    assert export(advisory, out) == 2
    assert export(advisory, out, "--force") == 0


def callers(name: str) -> set[str]:
    """Name the modules that call a function."""
    return {
        file.relative_to(PROJECT / "plugins" / "mkdocs_advisories").as_posix()
        for file in (PROJECT / "plugins").rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name
    }


def test_only_the_command_asks_for_copies_and_only_what_marks_them_renders_them() -> None:
    assert callers("coordination_copy") == {"cli/export.py"}
    assert callers("on_its_day") == {"site/exports.py"}
    assert callers("shared") == {"cli/export.py"}


def test_the_permission_to_share_is_not_the_permission_to_publish(folder: Folder) -> None:
    folder.write(embargo="2026-07-01T12:00:00Z")
    (held,) = folder.read().advisories
    copy = coordination_copy(held, now=NOW)
    assert not isinstance(copy, Disclosed)
    assert CANARY not in repr(copy)
    with pytest.raises(ValueError, match="is not shared under embargo"):
        coordination_copy(held, now=NOW + timedelta(days=60))
    assert Coordination.__mro__ == (Coordination, object)


@pytest.mark.parametrize("name", ["LAN-2026-0002", "LAN-2026-0003"])
def test_others_tools_find_a_copy_valid(name: str, advisory: Command, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert export(advisory, out, name, "--include-held") == 0
    (record,) = (out / "osv").iterdir()
    found = errors(json.loads(record.read_text(encoding="utf-8")))
    assert found == []
    (cve,) = (out / "cve").iterdir()
    validate(json.loads(cve.read_text(encoding="utf-8")))
    assert python_validator(out / "csaf") <= OPTIONAL
