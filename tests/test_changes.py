"""What a change of advisories means, in words."""

import json
import subprocess
from pathlib import Path

import pytest

from command import Command
from conftest import BODY, NOW, Folder
from examples import PREFIX, composed, policy_of
from mkdocs_advisories.authoring.changes import AdvisoryChange, changes
from mkdocs_advisories.authoring.changes_report import (
    changes_json,
    changes_markdown,
    changes_text,
)
from mkdocs_advisories.source.catalog import read_catalog

V61 = 'severity:\n  - {type: CVSS_V3, score: "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N"}\n'
V98 = 'severity:\n  - {type: CVSS_V3, score: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}\n'
V98_LOW = V98.replace("C:H", "C:H").replace("/A:H", "/A:H/E:P")


def affected(*spans: str, name: str = "wasmtime") -> str:
    """Write `affected` with stretches such as `0..24.0.7`."""
    events = "".join(
        f'          - {{introduced: "{start}"}}\n'
        + (f'          - {{fixed: "{end}"}}\n' if end else "")
        for start, _, end in (one.partition("..") for one in spans)
    )
    return (
        f"affected:\n  - package: {{ecosystem: crates.io, name: {name}}}\n"
        f"    ranges:\n      - type: SEMVER\n        events:\n{events}"
    )


def between(
    tmp_path: Path, before: dict[str, str], after: dict[str, str]
) -> tuple[AdvisoryChange, ...]:
    policy = policy_of("")
    catalogs = []
    for name, files in (("before", before), ("after", after)):
        for path, text in files.items():
            file = tmp_path / name / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, "utf-8")
        (tmp_path / name).mkdir(exist_ok=True)
        catalogs.append(read_catalog(tmp_path / name, prefix=PREFIX, policy=policy))
    return changes(*catalogs, now=NOW)


def texts(
    tmp_path: Path,
    before: str,
    after: str,
    *,
    body: str = BODY,
    new_body: str = BODY,
) -> list[str]:
    """Compare two versions of the sound advisory, each with some fields of its own."""
    name = "LAN-2026-0001.md"
    found = between(tmp_path, {name: composed(before, body)}, {name: composed(after, new_body)})
    return [change.text for one in found for change in one.changes]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (
            affected("0..24.0.7", "25.0.0..36.0.6"),
            affected("0..24.0.7", "25.0.0..36.0.7"),
            ["fixed version of wasmtime 36 corrected from 36.0.6 to 36.0.7"],
        ),
        (
            affected("0..0.25.1"),
            affected("0..0.26.0"),
            ["fixed version of wasmtime corrected from 0.25.1 to 0.26.0"],
        ),
        (affected("0.."), affected("0..24.0.7"), ["fixed version of wasmtime 24 named: 24.0.7"]),
        (
            affected("0..24.0.7"),
            affected("0.."),
            ["wasmtime: all versions before 24.0.7 became all versions on"],
        ),
        (
            affected("0..24.0.7"),
            affected("0..24.0.7", "25.0.0..36.0.7"),
            ["wasmtime from 25.0.0 before 36.0.7 is affected, too"],
        ),
        (
            affected("0..24.0.7", "25.0.0..36.0.7"),
            affected("0..24.0.7"),
            ["wasmtime from 25.0.0 before 36.0.7 is no longer affected"],
        ),
        (
            affected("36.0.0..36.0.7"),
            affected("36.0.2..36.0.7"),
            ["first affected version of wasmtime 36 corrected from 36.0.0 to 36.0.2"],
        ),
        (
            affected("0..1.0.0"),
            affected("0..1.0.0", name="cap-std"),
            ["package crates.io/cap-std added", "package crates.io/wasmtime removed"],
        ),
        (V61, V98, ["severity 6.1 (medium) → 9.8 (critical)"]),
        (V98, V98_LOW, ["severity vector changed, still 9.8 (critical)"]),
        (
            "embargo: 2026-05-06T12:00:00Z\n",
            "embargo: 2026-05-08T13:00:00Z\n",
            ["embargo postponed by 2 days 1 hour, to 2026-05-08T13:00:00Z"],
        ),
        (
            "embargo: 2026-05-06T12:00:00Z\n",
            "embargo: 2026-05-06T11:30:00Z\n",
            ["embargo brought forward by 30 minutes, to 2026-05-06T11:30:00Z"],
        ),
        (
            "embargo: 2026-05-06T12:00:00Z\n",
            "embargo: 2026-05-06T14:00:00+02:00\n",
            ["nothing that readers see"],
        ),
        (
            "embargo: undecided\n",
            "embargo: 2026-05-06T12:00:00Z\n",
            ["embargo decided: 2026-05-06T12:00:00Z"],
        ),
        (
            "embargo: 2026-05-06T12:00:00Z\n",
            "embargo: undecided\n",
            ["embargo undecided again, after 2026-05-06T12:00:00Z"],
        ),
        (
            "aliases: [CVE-2026-1000]\n",
            "aliases: [CVE-2026-1001]\n",
            ["alias CVE-2026-1001 added", "alias CVE-2026-1000 removed"],
        ),
        (
            "summary: Lantern is lit\n",
            "summary: Lantern is lit from afar\n",
            ["title changed from “Lantern is lit” to “Lantern is lit from afar”"],
        ),
        ("handler: mira\n", "handler: ade\n", ["handler changed from mira to ade"]),
        ("exploited: false\n", "exploited: true\n", ["exploited changed from no to yes"]),
        (
            "",
            "withdrawn: {date: 2026-05-07T12:00:00Z, reason: It was none.}\n",
            ["withdrawn as of 2026-05-07T12:00:00Z: “It was none.”"],
        ),
        (
            "",
            "revisions: [{date: 2026-05-07T12:00:00Z, summary: Said more.}]\n",
            ["revision of 2026-05-07T12:00:00Z (“Said more.”) added"],
        ),
        (
            "credits: [{name: Mira}]\n",
            "credits: [{name: Mira, type: FINDER}]\n",
            ["credit Mira (FINDER) added", "credit Mira removed"],
        ),
        (
            "exploited: false\n",
            "exploited: maybe\n",
            ["`exploited` cannot be compared: it is at fault"],
        ),
    ],
)
def test_a_field_that_changed_is_told_by_its_meaning(
    before: str, after: str, expected: list[str], tmp_path: Path
) -> None:
    assert texts(tmp_path, before, after) == expected


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        (
            BODY.replace("Blow it out.", "Blow it out.\n\nOr wait."),
            "section Workarounds reworded (+1 line)",
        ),
        (
            BODY.replace("Blow it out.", "Put it out.\nOr wait.\nOr run."),
            "section Workarounds reworded (+3 −1 lines)",
        ),
        (BODY + "\n## Details\n\nMore.\nAnd more.\n", "section Details added (+2 lines)"),
        (BODY.partition("## Workarounds")[0], "section Workarounds removed (−1 line)"),
        ("Read this.\n\n" + BODY, "text before the first section added (+1 line)"),
        (BODY + "```\n## no heading\n```\n", "section Workarounds reworded (+3 lines)"),
        (BODY.replace("\n\n", "\n\n\n"), "nothing that readers see"),
    ],
)
def test_the_body_is_told_by_sections(new: str, expected: str, tmp_path: Path) -> None:
    assert texts(tmp_path, "", "", new_body=new) == [expected]


def test_files_that_came_went_and_moved(tmp_path: Path) -> None:
    one = composed("", None)
    two = composed("id: LAN-2026-0002\naliases: [CVE-2026-2000]\n", None)
    found = between(
        tmp_path,
        {"LAN-2026-0001.md": one, "LAN-2026-0002.md": two, "LAN-2026-0003.md": "gone\n"},
        {
            "2026/LAN-2026-0001.md": one,
            "LAN-2026-0005.md": two.replace("LAN-2026-0002", "LAN-2026-0005"),
            "LAN-2026-0004.md": "come\n",
        },
    )
    assert [(one.kind, one.path, one.before) for one in found] == [
        ("renamed", "advisories/2026/LAN-2026-0001.md", "advisories/LAN-2026-0001.md"),
        ("removed", "advisories/LAN-2026-0003.md", None),
        ("added", "advisories/LAN-2026-0004.md", None),
        ("renamed", "advisories/LAN-2026-0005.md", "advisories/LAN-2026-0002.md"),
    ]
    assert [change.text for change in found[3].changes] == [
        "id changed from LAN-2026-0002 to LAN-2026-0005"
    ]


def test_what_did_not_change_is_not_told(tmp_path: Path) -> None:
    files = {"LAN-2026-0001.md": composed("", None)}
    assert between(tmp_path, files, files) == ()
    assert changes_text((), shows_held=False) == "no advisory changed\n"


HELD = "embargo: 2026-07-01T12:00:00Z\n"


@pytest.mark.parametrize(
    ("before", "after"), [(HELD, HELD), (HELD, ""), ("", HELD), ("embargo: undecided\n", "")]
)
@pytest.mark.parametrize("write", [changes_text, changes_markdown, changes_json])
def test_of_a_held_version_only_the_fields_are_told(
    before: str, after: str, write: object, tmp_path: Path
) -> None:
    found = between(
        tmp_path,
        {"LAN-2026-0001.md": composed(f"{before}summary: The canary sings\n", None)},
        {"LAN-2026-0001.md": composed(f"{after}summary: No canary sings\nhandler: canary\n", None)},
    )
    assert callable(write)
    text = write(found, shows_held=False)
    assert "canary" not in text
    assert "summary" in text
    assert "handler" in text
    assert "canary" in write(found, shows_held=True)


def test_the_reports(tmp_path: Path) -> None:
    name = "LAN-2026-0001.md"
    title = "summary: Lantern *calls* @mira | `x` &lt;b&gt;\n"
    found = between(
        tmp_path, {name: composed("", None)}, {name: composed(title + "handler: ade\n", None)}
    )
    assert changes_text(found, shows_held=False) == (
        "LAN-2026-0001 changed (advisories/LAN-2026-0001.md)\n"
        "  title changed from “Lantern can be lit from afar” to"
        " “Lantern *calls* @mira | `x` &lt;b&gt;”\n"
        "  handler changed from mira to ade\n"
        "1 advisory changed\n"
    )
    markdown = changes_markdown(found, shows_held=False)
    assert r"“Lantern \*calls\* &#64;mira \| \`x\` &#38;lt;b&#38;gt;”" in markdown
    document = json.loads(changes_json(found, shows_held=False))
    assert [one["field"] for one in document["advisories"][0]["changes"]] == ["summary", "handler"]


@pytest.fixture
def repository(
    checkout: Folder, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Command:
    """The command in a repository whose first commit, `main`, has four advisories."""
    advisory = Command(
        config=checkout.path.parent / "mkdocs.yml", capsys=capsys, monkeypatch=monkeypatch
    )
    for number in (1, 2, 3):
        checkout.write(f"LAN-2026-000{number}")
    checkout.write("LAN-2026-0004", embargo="2026-07-01T12:00:00Z", summary="Canary sings")
    (checkout.path / "LAN-2026-0001").mkdir()
    (checkout.path / "LAN-2026-0001" / "a.txt").write_text("one\n", "utf-8")
    (checkout.path / "README.md").write_text("For authors.\n", "utf-8")
    git(checkout.path, "init", "-q", "-b", "main")
    git(checkout.path, "add", ".")
    git(checkout.path, "commit", "-qm", "x")
    return advisory


def git(folder: Path, *arguments: str) -> None:
    who = ["-c", "user.name=Mira", "-c", "user.email=mira@lantern.example"]
    subprocess.run(["git", *who, "-C", str(folder), *arguments], check=True)


def test_nothing_changed_since_the_commit(repository: Command) -> None:
    assert repository("diff", "main").out == "no advisory changed\n"


def test_changes_since_a_commit_are_told_saved_or_committed(
    repository: Command, checkout: Folder
) -> None:
    file = checkout.path / "LAN-2026-0001.md"
    file.write_text(file.read_text("utf-8").replace("1.2.3", "1.2.4"), "utf-8")
    (checkout.path / "2026").mkdir()
    (checkout.path / "LAN-2026-0002.md").rename(checkout.path / "2026" / "LAN-2026-0002.md")
    (checkout.path / "LAN-2026-0003.md").unlink()
    (checkout.path / "README.md").unlink()
    checkout.write("LAN-2026-0005")
    expected = (
        "LAN-2026-0002 renamed from advisories/LAN-2026-0002.md"
        " (advisories/2026/LAN-2026-0002.md)\n"
        "LAN-2026-0001 changed (advisories/LAN-2026-0001.md)\n"
        "  fixed version of lantern 1 corrected from 1.2.3 to 1.2.4\n"
        "  section Patches reworded (+1 −1 lines)\n"
        "LAN-2026-0003 removed (advisories/LAN-2026-0003.md)\n"
        "LAN-2026-0005 added (advisories/LAN-2026-0005.md)\n"
        "4 advisories changed\n"
    )
    assert repository("diff", "main").out == expected
    git(checkout.path, "switch", "-qc", "change")
    git(checkout.path, "add", ".")
    git(checkout.path, "commit", "-qm", "x")
    assert repository("diff", "main").out == expected


def test_attachments_that_came_or_changed_are_told(repository: Command, checkout: Folder) -> None:
    attached = checkout.path / "LAN-2026-0001"
    (attached / "a.txt").write_text("two\n", "utf-8")
    (attached / "b.txt").write_text("new\n", "utf-8")
    assert repository("diff", "main").out == (
        "LAN-2026-0001 changed (advisories/LAN-2026-0001.md)\n"
        "  attachment b.txt added\n"
        "  attachment a.txt changed\n"
        "1 advisory changed\n"
    )


@pytest.mark.parametrize("form", ["human", "markdown", "json"])
def test_a_held_advisory_keeps_its_words_but_on_a_terminal(
    form: str, repository: Command, checkout: Folder
) -> None:
    checkout.write("LAN-2026-0004", embargo="2026-07-02T12:00:00Z", summary="No canary sings")
    checkout.write("LAN-2026-0006", embargo="undecided", summary="Canary flies")
    done = repository("diff", "main", "--format", form)
    assert done.code == 0
    assert "canary" not in (done.out + done.err).lower()
    assert "summary" in done.out
    repository.as_terminal(module="diff")
    assert "No canary sings" in repository("diff", "main", "--format", form).out


@pytest.mark.parametrize("ref", ["nowhere", "--upload-pack=touch x", "-p"])
def test_a_ref_that_is_none_is_said_so(ref: str, repository: Command) -> None:
    done = repository("diff", "--", ref)
    assert (done.code, done.out) == (2, "")
    assert "there is no commit" in done.err
