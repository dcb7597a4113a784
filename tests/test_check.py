"""The command `advisory check`: what it says, in which form, to whom, and how it ends."""

import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from sarif import loader

from conftest import MKDOCS_YML, Folder
from examples import BODY, composed
from mkdocs_advisories import checks
from mkdocs_advisories.checks.case import Case, Finding
from mkdocs_advisories.checks.rule import Rule, warning
from mkdocs_advisories.cli.main import main
from mkdocs_advisories.problems import Edit, Fix, Place
from mkdocs_advisories.source.contract import contract
from mkdocs_advisories.source.mending import mended

FAULTY = """\
# A comment that stays.
sumary: 'Lantern can be lit from afar'   # and this one
affected:
  - package: {ecosystem: crates.io, name: lantern, purl: "pkg:cargo/lantern"}
    ranges:
      - type: SEMVER
        events: [{introduced: 0}, {fixed: "1.2.3"}]
"""
HELD = "embargo: 2999-05-06T12:00:00Z\ncve_issued: 2999-05-03T12:00:00Z\n"


pytestmark = pytest.mark.usefixtures("project")


@pytest.fixture
def project(checkout: Folder, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with one sound advisory, in which the command runs."""
    root = checkout.path.parent
    monkeypatch.chdir(root)
    for name in ("GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY", "SOURCE_DATE_EPOCH", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    write(root, "")
    return root


def write(root: Path, front: str, name: str = "LAN-2026-0001", *, body: str | None = None) -> Path:
    absent = "summary" if "sumary:" in front else ""
    text = composed(front, body, absent=absent).replace("LAN-2026-0001", name)
    file = root / "advisories" / f"{name}.md"
    file.write_text(text, encoding="utf-8")
    return file


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["check", *arguments])
    return int(ended.value.code or 0)


def test_a_sound_folder_is_fine(capsys: pytest.CaptureFixture[str]) -> None:
    assert run() == 0
    assert capsys.readouterr().out == "1 file checked: no problem\n"


def test_a_person_reads_the_lines_that_are_meant(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(project, FAULTY)
    assert run() == 1
    assert capsys.readouterr().out == (
        "error[ADV102]: unknown field `sumary`\n"
        " --> advisories/LAN-2026-0001.md:3:1\n"
        "  |\n"
        "3 | sumary: 'Lantern can be lit from afar'   # and this one\n"
        "  | ^^^^^^\n"
        "  = help: did you mean `summary`? (`advisory check --fix` can do this)\n"
        "\n"
        "error[ADV108]: affected[0].ranges[0].events[0].introduced: YAML reads `0` as a number,"
        " which loses what was written\n"
        " --> advisories/LAN-2026-0001.md:8:31\n"
        "  |\n"
        '8 |         events: [{introduced: 0}, {fixed: "1.2.3"}]\n'
        "  |                               ^\n"
        '  = help: put it in quotes: `"0"` (`advisory check --fix` can do this)\n'
        "\n"
        "2 errors in 1 of 1 file; `advisory check --fix` mends 2 of them\n"
    )


def test_wide_characters_tabs_and_long_lines_keep_the_carets_in_place(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    body = BODY.replace("A lantern", f"{'灯' * 3}\t{'x' * 120} <b>lantern</b>")
    write(project, "", body=body)
    assert run() == 1
    _, long, carets, _ = capsys.readouterr().out.split("\n")[2:6]
    assert re.fullmatch(r"\d+ \| …x{19} <b>lantern</b> can be lit from afar.", long)
    assert carets.index("^^") == long.index("<b")
    write(project, "", body=BODY.replace("A lantern", "灯é\t<b>lantern</b>"))
    assert run() == 1
    _, wide, carets, _ = capsys.readouterr().out.split("\n")[2:6]
    assert "灯é <b>lantern</b>" in wide
    # The sign takes two columns of a terminal.
    assert carets.index("^^") == wide.index("<b") + 1


def test_an_advisory_of_which_part_is_at_fault_is_still_held_against_the_rules(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A fault in one field does not hide what is wrong with another."""
    write(project, "cwe_ids: [306]\n")
    (project / "mkdocs.yml").write_text(
        MKDOCS_YML.replace("source: private", "source: public"), encoding="utf-8"
    )
    write(project, "cwe_ids: [306]\n" + HELD, "LAN-2026-0002")
    run("--ignore", "ADV2,ADV3")
    codes = re.findall(r"^error\[(ADV\d+)\]", capsys.readouterr().out, re.MULTILINE)
    assert codes.count("ADV105") == 2
    assert codes.count("ADV151") == 1


def test_json_follows_its_schema(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(project, FAULTY)
    assert run("--format", "json") == 1
    document = json.loads(capsys.readouterr().out)
    Draft202012Validator(contract("problems")).validate(document)
    assert [(one["code"], one["line"], one["column"]) for one in document["problems"]] == [
        ("ADV102", 3, 1),
        ("ADV108", 8, 31),
    ]
    assert document["problems"][1]["fix"]["edits"][0]["replacement"] == '"0"'


def test_github_is_told_in_its_own_words_with_everything_escaped(
    project: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    summary = tmp_path / "summary.md"
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    write(project, 'summary: "100%: <b>bold</b>, |piped| ::error::x"\n')
    assert run("--select", "ADV120") == 1
    line = capsys.readouterr().out.split("\n")[0]
    parsed = re.fullmatch(r"::(\w+) ([^:]*)::(.*)", line)
    assert parsed, line
    properties = dict(one.split("=", 1) for one in parsed[2].split(","))
    assert parsed[1] == "error"
    assert properties == {
        "file": "advisories/LAN-2026-0001.md",
        "line": "2",
        "col": "17",
        "endLine": "2",
        "endColumn": "18",
        "title": "ADV120 summary",
    }
    assert unquote(parsed[3]).split("\n") == [
        "summary: `<b` is HTML, and this is plain text",
        "help: write the words without tags; `&lt;` is not needed",
    ]
    table = summary.read_text(encoding="utf-8")
    assert "| ❌ ADV120 | `advisories/LAN-2026-0001.md:2:17` | summary: `&lt;b` is HTML" in table


def test_sarif_is_read_by_another_tool(project: Path, tmp_path: Path) -> None:
    file = tmp_path / "advisories.sarif"
    write(project, FAULTY)
    assert run("--format", "sarif", "--output", str(file)) == 1
    log = loader.load_sarif_file(str(file))
    records = log.get_records()
    assert [(one["Code"], one["Location"], one["Line"]) for one in records] == [
        ("ADV102", "advisories/LAN-2026-0001.md", 3),
        ("ADV108", "advisories/LAN-2026-0001.md", 8),
    ]
    results = json.loads(file.read_text(encoding="utf-8"))["runs"][0]["results"]
    prints = {one["partialFingerprints"]["problem/v1"] for one in results}
    assert len(prints) == 2
    change = results[1]["fixes"][0]["artifactChanges"][0]["replacements"][0]
    assert change["insertedContent"] == {"text": '"0"'}


def test_fixes_keep_comments_quotes_order_and_newlines_and_leave_nothing_to_fix(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write(project, FAULTY)
    before = file.read_bytes().replace(b"\n", b"\r\n")
    file.write_bytes(before)
    file.chmod(0o640)
    assert run("--fix", "--select", "ADV1") == 0
    assert capsys.readouterr().err == "2 fixes applied\n"
    after = file.read_bytes()
    assert after == before.replace(b"sumary", b"summary").replace(
        b"introduced: 0}", b'introduced: "0"}'
    )
    assert file.stat().st_mode & 0o777 == 0o640
    assert run("--fix", "--select", "ADV1") == 0
    assert file.read_bytes() == after
    assert sorted(one.name for one in file.parent.iterdir()) == ["LAN-2026-0001.md"]


def test_a_diff_shows_what_a_fix_would_do_and_does_nothing(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write(project, FAULTY)
    before = file.read_bytes()
    assert run("--diff", "--select", "ADV102") == 1
    out = capsys.readouterr().out
    assert "-sumary: 'Lantern can be lit from afar'   # and this one\n" in out
    assert "+summary: 'Lantern can be lit from afar'   # and this one\n" in out
    assert file.read_bytes() == before
    write(project, "")
    assert run("--diff") == 0


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 6), st.text("ab\n", max_size=3))))
def test_edits_that_touch_are_never_applied_together(edits: list[tuple[int, int, str]]) -> None:
    raw = "".join(chr(0x4E00 + number) for number in range(40))
    fixes = [
        Fix(
            text="",
            edits=(
                Edit(
                    place=Place(
                        path="", column=start + 1, end_line=1, end_column=start + length + 1
                    ),
                    replacement=replacement,
                ),
            ),
        )
        for start, length, replacement in edits
    ]
    text, applied = mended(raw, fixes)
    kept = [char for char in text if char not in "ab\n"]
    assert kept == [char for char in raw if char in kept]
    assert applied <= len(fixes)
    assert bool(applied) == bool(fixes)


def test_files_are_named_from_where_the_reader_stands(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write(project, FAULTY)
    monkeypatch.chdir(project.parent)
    with pytest.raises(SystemExit):
        main(["-f", f"{project.name}/mkdocs.yml", "check", "--select", "ADV102"])
    shown = capsys.readouterr().out
    assert f"--> {project.name}/advisories/LAN-2026-0001.md:3:1\n" in shown
    assert "3 | sumary: 'Lantern" in shown
    monkeypatch.chdir(project)
    monkeypatch.setenv("GITHUB_WORKSPACE", str(project.parent))
    run("--select", "ADV102", "--format", "github")
    assert f"::error file={project.name}/advisories/" in capsys.readouterr().out


def test_codes_are_selected_and_ignored_by_their_beginning(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(project, FAULTY)
    assert run("--select", "adv10", "--ignore", "ADV108") == 1
    assert re.findall(r"\[(ADV\d+)\]", capsys.readouterr().out) == ["ADV102"]
    assert run("--select", "ADV0,ADV14") == 0
    capsys.readouterr()
    assert run("--select", "E501") == 2
    assert "`E501` is no code: write `ADV102`" in capsys.readouterr().err


def test_only_the_files_that_are_asked_for_are_reported(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(project, FAULTY)
    write(project, FAULTY, "LAN-2026-0002")
    run("advisories/LAN-2026-0002.md", "--format", "json", "--select", "ADV1")
    document = json.loads(capsys.readouterr().out)
    assert {one["path"] for one in document["problems"]} == {"advisories/LAN-2026-0002.md"}
    assert document["files"] == 1
    assert run("mkdocs.yml") == 2
    assert "mkdocs.yml is not below" in capsys.readouterr().err


def test_a_clash_with_a_file_that_was_not_asked_for_is_still_found(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(project, "aliases: [CVE-2026-1000]\n", "LAN-2026-0002")
    run("advisories/LAN-2026-0002.md", "--select", "ADV132")
    out = capsys.readouterr().out
    assert "`CVE-2026-1000` also names the vulnerability of advisories/LAN-2026-0001.md" in out
    assert out.endswith("1 error in 1 of 1 file\n")


def git(root: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=A", "-c", "user.email=a@lantern.example"]
    subprocess.run(["git", "-C", root, *identity, *arguments], check=True, capture_output=True)


def test_a_change_is_held_against_what_was_there_before(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(project, f"{FAULTY}aliases: [CVE-2026-2000]\n", "LAN-2026-0002")
    file = write(project, "")
    git(project, "init", "-q", "-b", "main")
    git(project, "add", ".")
    git(project, "commit", "-qm", "One sound, one faulty")
    assert run("--changed-since", "main") == 0
    assert capsys.readouterr().out == "0 files checked: no problem\n"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("Blow it out.", "Cover it."), encoding="utf-8")
    assert run("--changed-since", "main") == 1
    out = capsys.readouterr().out
    assert "error[ADV303]: a disclosed advisory has changed, and no revision says so" in out
    assert "LAN-2026-0002" not in out
    assert run("--against", "main", "--select", "ADV102,ADV303") == 1
    assert re.findall(r"\[(ADV\d+)\]", capsys.readouterr().out) == ["ADV303", "ADV102"]
    file.unlink()
    assert run("--changed-since", "main") == 1
    assert "error[ADV300]: a disclosed advisory has been deleted" in capsys.readouterr().out
    assert run("--changed-since", "nowhere") == 2
    assert capsys.readouterr().err == "Error: there is no commit `nowhere`\n"


def test_problems_can_be_reported_without_failing(project: Path) -> None:
    write(project, FAULTY)
    assert run("--exit-zero") == 0


@pytest.fixture
def crashing() -> Iterator[Rule]:
    """A rule with a bug, among the others."""

    @warning("ADV260")
    def crash(_: Case) -> Iterator[Finding]:
        raise KeyError("the secret of the lantern")

    known = checks.rules
    checks.rules = lambda: (crash, *known())  # type: ignore[assignment]
    yield crash
    checks.rules = known


def test_a_rule_that_fails_is_our_bug_and_hides_nothing(
    project: Path, crashing: Rule, capsys: pytest.CaptureFixture[str]
) -> None:
    write(project, FAULTY)
    assert run("--exit-zero", "--select", "ADV1") == 70
    out = capsys.readouterr().out
    assert "error[ADV102]" in out
    assert (
        f"bug: rule {crashing.code} failed on advisories/LAN-2026-0001.md: KeyError in"
        " test_check.py:" in out
    )
    assert "secret of the lantern" not in out


def test_nothing_of_a_held_advisory_is_shown_but_on_a_terminal(
    project: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    write(project, FAULTY.replace("lit from afar", "CANARY") + HELD)
    for form in ("human", "json", "github", "sarif"):
        assert run("--format", form, "--strict") == 1
        out = capsys.readouterr().out
        assert "ADV102" in out
        results = out.partition('"results"')[2] if form == "sarif" else out
        for secret in ("CANARY", "sumary", "`0`", 'introduced: "0"'):
            assert secret not in results, form
    assert run("--diff") == 1
    assert "CANARY" not in capsys.readouterr().out
    assert run("--output", str(tmp_path / "report.txt")) == 1
    assert "sumary" not in (tmp_path / "report.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("plain", [False, True])
def test_on_a_terminal_there_is_colour_and_the_text(project: Path, *, plain: bool) -> None:
    write(project, FAULTY + HELD)
    environment = {**os.environ, "TERM": "xterm", **({"NO_COLOR": "1"} if plain else {})}
    environment.pop("CI", None)
    ours, theirs = pty.openpty()
    code = "from mkdocs_advisories.cli.main import main; main()"
    command = [sys.executable, "-c", code, "check", "--select", "ADV1"]
    with subprocess.Popen(command, stdout=theirs, env=environment, cwd=project) as process:
        os.close(theirs)
        shown = _read_all(ours)
        assert process.wait() == 1
    assert "sumary: 'Lantern can be lit" in shown
    assert ("\x1b[1;31m" in shown) != plain


def test_a_terminal_of_a_ci_is_a_log_all_the_same(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write(project, FAULTY + HELD)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("CI", "true")
    assert run("--select", "ADV1") == 1
    assert "Lantern can be lit" not in capsys.readouterr().out
    monkeypatch.delenv("CI")
    assert run("--select", "ADV1") == 1
    assert "Lantern can be lit" in capsys.readouterr().out


def _read_all(descriptor: int) -> str:
    """Read a terminal until the other end is closed, which Linux reports as an error."""
    pieces = []
    with open(descriptor, "rb", buffering=0) as stream:
        while True:
            try:
                piece = stream.read(65536)
            except OSError:
                break
            if not piece:
                break
            pieces.append(piece)
    return b"".join(pieces).decode("utf-8")


def test_without_a_configuration_the_way_out_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")
    assert run() == 2
    assert capsys.readouterr().err == (
        "Error: there is no mkdocs.yml: go to the folder of your site, or name the file:"
        " `advisory -f path/to/mkdocs.yml …`\n"
    )


def test_a_configuration_from_a_stranger_runs_nothing(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    extra = (
        "hooks: [!!python/object/apply:os.system ['touch owned']]\n"
        "markdown_extensions:\n"
        "  - pymdownx.emoji: {emoji_index: !!python/name:material.extensions.emoji.twemoji }\n"
    )
    (project / "mkdocs.yml").write_text(MKDOCS_YML + extra, encoding="utf-8")
    assert run() == 0
    assert not (project / "owned").exists()
    (project / "mkdocs.yml").write_text("a: [1", encoding="utf-8")
    capsys.readouterr()
    assert run() == 2
    assert capsys.readouterr().err == "Error: mkdocs.yml:1: not valid YAML: correct it\n"


def test_a_configuration_inherits_as_with_mkdocs(project: Path) -> None:
    (project / "base.yml").write_text(MKDOCS_YML, encoding="utf-8")
    (project / "mkdocs.yml").write_text("INHERIT: base.yml\nsite_name: Other\n", encoding="utf-8")
    assert run() == 0
    (project / "base.yml").write_text("INHERIT: mkdocs.yml\n", encoding="utf-8")
    assert run() == 2
