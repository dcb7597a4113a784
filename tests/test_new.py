"""`advisory new` and `advisory reserve`: ids that nobody else has, files that pass the checks."""

import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from command import Command
from conftest import PROJECT, Folder
from mkdocs_advisories.authoring.numbering import NumberingError, next_ids, numbering

PROJECTS = "      projects: [{name: Lantern, packages: [crates.io/lantern]}]\n"


@pytest.fixture
def advisory(
    checkout: Folder, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Command:
    config = checkout.path.parent / "mkdocs.yml"
    config.write_text(config.read_text("utf-8") + PROJECTS, "utf-8")
    monkeypatch.chdir(config.parent)
    return Command(config=config, capsys=capsys, monkeypatch=monkeypatch)


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        (r"LAN-\d{4}-\d{4}", "LAN-2026-0042"),
        (r"LAN-[0-9]{4}-[0-9]{4}", "LAN-2026-0042"),
        (r"^(LAN)-(20\d\d)-(\d{3,})$", "LAN-2026-042"),
        (r"LAN-20\d{2}-\d+", "LAN-2026-42"),
        (r"LAN-20[0-9]{2}-[1-9][0-9]*", "LAN-2026-42"),
        (r"LAN-[12]\d{3}-\d\d\d", "LAN-2026-042"),
    ],
)
def test_the_next_id_follows_the_highest_of_its_year(pattern: str, expected: str) -> None:
    taken = ["LAN-2026-0007", "lan-2026-41", "LAN-2025-0099", "LAN-2026-0099-x", "OTHER-2026-0088"]
    assert next_ids(pattern, taken, year=2026, count=1) == (expected,)


def test_ids_without_a_year_are_counted_through() -> None:
    assert next_ids(r"A\.B-[0-9]+", ["A.B-9", "AxB-77"], year=2026, count=2) == ("A.B-10", "A.B-11")


@pytest.mark.parametrize(
    "pattern",
    [
        "GHSA(-[23456789cfghjmpqrvwx]{4}){3}",
        ".*",
        r"[A-Z]+-\d{4}-\d{4}",
        r"LAN-\d{4}-\d{4}|OLD-\d+",
        r"LAN.\d{4}-\d{4}",
        r"(LAN-)?\d{4}-\d{4}",
        r"LAN-\d{4}-[0-9a-f]{4}",
    ],
)
def test_ids_that_are_not_counted_have_no_next_one(pattern: str) -> None:
    assert numbering(pattern) is None
    with pytest.raises(NumberingError, match="are not counted"):
        next_ids(pattern, (), year=2026, count=1)


def test_numbers_that_are_used_up_are_not_overrun() -> None:
    with pytest.raises(NumberingError, match="used up"):
        next_ids(r"LAN-\d{4}-\d{2}", ["LAN-2026-98"], year=2026, count=2)


def test_reserve_takes_the_next_ids_and_notes_who_and_when(
    advisory: Command, checkout: Folder
) -> None:
    checkout.write("2026/LAN-2026-0003")
    done = advisory("reserve", "--count", "2", "--by", "Mira\nOkafor")
    assert (done.code, done.out) == (0, "LAN-2026-0004\nLAN-2026-0005\n")
    assert advisory("reserve", "--by", "Mira").out == "LAN-2026-0006\n"
    note = checkout.path / ".reserved" / "LAN-2026-0005"
    assert note.read_text("utf-8") == "by: Mira Okafor\nsince: 2026-06-01T12:00:00Z\n"
    assert checkout.read().problems == ()


def test_two_branches_that_take_one_id_cannot_be_merged(advisory: Command) -> None:
    def git(*arguments: str) -> int:
        who = ["-c", "user.name=Mira", "-c", "user.email=mira@lantern.example"]
        done = subprocess.run(["git", *who, *arguments], capture_output=True, check=False)
        return done.returncode

    def commit() -> None:
        assert git("add", ".") == 0
        assert git("commit", "-m", "x") == 0

    (advisory.config.parent / "advisories" / "README.md").write_text("For authors.\n", "utf-8")
    git("init", "-b", "main")
    commit()
    git("switch", "-c", "one")
    assert advisory("reserve", "--by", "Mira").out == "LAN-2026-0001\n"
    commit()
    git("switch", "-c", "two", "main")
    assert advisory("new", "--handler", "Ade").code == 0
    commit()
    git("switch", "-c", "three", "one")
    assert advisory("reserve", "--by", "Ade").out == "LAN-2026-0002\n"
    commit()
    assert git("merge", "two") != 0
    git("merge", "--abort")
    assert git("merge", "one") == 0


def test_reserve_is_refused_where_another_body_gives_the_ids(advisory: Command) -> None:
    text = advisory.config.read_text("utf-8").replace("LAN-[0-9]{4}-[0-9]{4}", '"GHSA-.*"')
    advisory.config.write_text(text, "utf-8")
    done = advisory("reserve")
    assert (done.code, done.out) == (2, "")
    assert "are not counted" in done.err
    done = advisory("new")
    assert done.code == 2
    assert done.err.rstrip().endswith("name the id that was assigned with --id")
    assert advisory("new", "--id", "GHSA-2222-3333-4444").out == (
        "advisories/2026/GHSA-2222-3333-4444.md\n"
    )
    assert not (advisory.config.parent / "advisories" / ".reserved").exists()


def test_a_new_advisory_lacks_nothing_but_what_is_still_to_be_written(
    advisory: Command, checkout: Folder
) -> None:
    done = advisory("new")
    assert (done.code, done.out) == (0, "advisories/2026/LAN-2026-0001.md\n")
    assert "advisory check" in done.err
    text = Path(done.out.strip()).read_text("utf-8")
    assert text.count("TODO") == 5
    assert 'purl: "pkg:cargo/lantern"' in text
    assert checkout.read().problems == ()
    (one,) = checkout.read().advisories
    assert one.embargo is None


def test_a_skeleton_has_no_error_but_what_is_still_to_be_written(advisory: Command) -> None:
    assert advisory("new").code == 0
    done = advisory("check", "--format", "json")
    found = json.loads(done.out)["problems"]
    assert {one["code"] for one in found if one["level"] == "error"} == {"ADV268"}
    assert done.code == 1


def test_everything_that_is_known_is_filled_in(advisory: Command, checkout: Folder) -> None:
    done = advisory(
        *("new", "--path-only", "--summary", 'Lantern: "lit" from afar', "--handler", "no"),
        *("--severity", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:H/A:N", "--cwe", "CWE-306"),
        *("--cve", "CVE-2026-1000", "--cve-issued", "2026-06-01T10:00:00+02:00"),
        *("--range", "0..1.2.3", "--range", "2.0.0..", "--package", "PyPI/Lantern_Py"),
    )
    assert (done.code, done.err) == (0, "")
    assert checkout.read().problems == ()
    (one,) = checkout.read().advisories
    assert one.content.summary == 'Lantern: "lit" from afar'
    assert one.handler == "no"
    assert one.embargo is not None
    assert one.embargo.isoformat() == "2026-06-04T08:00:00+00:00"
    (affected,) = one.content.affected
    assert affected.package.purl == "pkg:pypi/lantern-py"
    assert [(span.introduced, span.fixed) for span in affected.spans()] == [
        ("0", "1.2.3"),
        ("2.0.0", None),
    ]


@pytest.mark.parametrize(
    ("arguments", "flag"),
    [
        (["--id", "../../etc/passwd"], "--id"),
        (["--id", "LAN-2026-1"], "--id"),
        (["--embargo", "2026-06-04"], "--embargo"),
        (["--cve-issued", "yesterday"], "--cve-issued"),
        (["--cve", "2026-1000"], "--cve"),
        (["--severity", "9.8"], "--severity"),
        (["--cwe", "306"], "--cwe"),
        (["--package", "lantern"], "--package"),
        (["--package", "cargo/lantern"], "--package"),
        (["--project", "Candle"], "--project"),
        (["--range", "1.0"], "--range"),
        (["--summary", "x"], "--summary"),
        (["--summary", "a <script> b"], "--summary"),
        (["--handler", "Mira\nOkafor"], "--handler"),
    ],
)
def test_a_wrong_value_names_its_option_and_leaves_nothing(
    arguments: list[str], flag: str, advisory: Command, checkout: Folder
) -> None:
    done = advisory("new", *arguments)
    assert (done.code, done.out) == (2, "")
    assert flag in done.err
    assert list(checkout.path.iterdir()) == []


def test_a_package_that_nobody_can_know_is_asked_for_by_its_option(advisory: Command) -> None:
    text = advisory.config.read_text("utf-8").replace("[crates.io/lantern]", "[npm/a, npm/b]")
    advisory.config.write_text(text, "utf-8")
    done = advisory("new")
    assert done.code == 2
    assert "--package" in done.err
    assert advisory("new", "--project", "lantern").code == 0


def test_nothing_is_ever_overwritten(advisory: Command, checkout: Folder) -> None:
    file = checkout.write("LAN-2026-0001")
    before = file.read_bytes()
    done = advisory("new", "--id", "LAN-2026-0001")
    assert done.code == 2
    assert "never overwritten" in done.err
    assert file.read_bytes() == before
    assert not (checkout.path / ".reserved").exists()


def test_a_reserved_id_waits_for_who_names_it(advisory: Command) -> None:
    assert advisory("reserve").out == "LAN-2026-0001\n"
    assert advisory("new").out.endswith("LAN-2026-0002.md\n")
    assert advisory("new", "--id", "LAN-2026-0001").out.endswith("LAN-2026-0001.md\n")


def test_files_go_where_the_others_lie(advisory: Command, checkout: Folder) -> None:
    checkout.write("LAN-2026-0001")
    assert advisory("new").out == "advisories/LAN-2026-0002.md\n"


def test_a_shelf_that_leads_elsewhere_is_not_followed(
    advisory: Command, checkout: Folder, tmp_path: Path
) -> None:
    (tmp_path / "elsewhere").mkdir()
    (checkout.path / "2026").symlink_to(tmp_path / "elsewhere")
    done = advisory("new")
    assert done.code == 2
    assert "symbolic link" in done.err
    assert list((tmp_path / "elsewhere").iterdir()) == []


EARLIER = """\
aliases: [CVE-2026-1000]
severity:
  - {type: CVSS_V3, score: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:H/A:N"}
# Not yet public at that time.
references:
  - {type: ADVISORY, url: "https://lantern.example/LAN-2026-0001"}
  - {type: WEB, url: 'https://lantern.example/manual'} # the manual
revisions:
  - date: 2026-05-02T12:00:00Z

    summary: Said more.
withdrawn:
  date: 2026-05-03T12:00:00Z
  reason: It was none.
"""


def test_a_copy_keeps_the_text_and_drops_what_was_true_of_the_earlier_one_alone(
    advisory: Command, checkout: Folder
) -> None:
    earlier = checkout.write("2026/LAN-2026-0001", more=EARLIER)
    done = advisory("new", "--from", str(earlier))
    assert (done.code, done.out) == (0, "advisories/2026/LAN-2026-0002.md\n")
    expected = (
        earlier.read_text("utf-8")
        .replace("LAN-2026-0001\nsummary", "LAN-2026-0002\nsummary")
        .replace("embargo: 2026-05-01T12:00:00Z", "embargo: undecided")
        .replace("aliases: [CVE-2026-1000]\n", "")
    )
    expected = re.sub(r"  - \{type: ADVISORY.*\n", "", expected)
    expected = re.sub(r"revisions:\n(?s:.*)It was none\.\n", "", expected)
    assert Path(done.out.strip()).read_text("utf-8") == expected
    assert checkout.read().problems == ()
    assert advisory("new", "--from", str(earlier), "--cve", "CVE-2026-1001").code == 2


@pytest.mark.parametrize("file", sorted((PROJECT / "advisories").rglob("GHSA-*.md"))[::20])
def test_a_copy_of_a_real_advisory_is_sound(file: Path, example_site: Path) -> None:
    done = subprocess.run(
        [
            *(sys.executable, "-c", "from mkdocs_advisories.cli.main import main; main()"),
            *("new", "--from", str(file), "--id", "GHSA-2222-3333-4444", "--path-only"),
        ],
        cwd=example_site,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    text = (example_site / done.stdout.strip()).read_text("utf-8")
    assert file.stem not in text.partition("\n---\n")[0]


def test_a_public_source_gets_no_held_advisory_in_clear(
    advisory: Command, checkout: Folder, tmp_path_factory: pytest.TempPathFactory
) -> None:
    text = advisory.config.read_text("utf-8").replace("source: private", "source: public")
    advisory.config.write_text(text, "utf-8")
    assert advisory("new").code == 3
    assert advisory("new", "--output", str(checkout.path.parent)).code == 3
    assert list(checkout.path.iterdir()) == []
    outside = tmp_path_factory.mktemp("outside")
    assert advisory("new", "--output", str(outside)).out == f"{outside}/LAN-2026-0001.md\n"
    assert advisory("new", "--embargo", "2026-05-01T12:00:00Z").code == 0


def test_a_person_at_a_terminal_is_asked(advisory: Command) -> None:
    leader, follower = pty.openpty()
    environment = {key: value for key, value in os.environ.items() if key != "CI"}
    with subprocess.Popen(
        [sys.executable, "-c", "from mkdocs_advisories.cli.main import main; main()", "new"],
        cwd=advisory.config.parent,
        stdin=follower,
        stderr=follower,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    ) as asked:
        os.close(follower)
        os.write(leader, b"Lantern burns\n\nCVE-2026\nCVE-2026-1000\n\n\n")
        assert asked.stdout is not None
        path = asked.stdout.read().strip()
        said = os.read(leader, 10_000).decode()
    os.close(leader)
    assert asked.returncode == 0
    assert "Summary" in said
    assert "write it in full" in said
    text = (advisory.config.parent / path).read_text("utf-8")
    assert 'aliases: [CVE-2026-1000]\nsummary: "Lantern burns"\nembargo: undecided\n' in text
