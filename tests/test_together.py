"""Sealed advisories, formats, the clock and the proof together: what one holds, all hold."""

import gzip
import io
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from conftest import PROJECT, Folder
from mkdocs_advisories.cli.main import main
from mkdocs_advisories.model import Notice
from sealing import NAME, WORDS, git, new_keys, put

KEYS = new_keys()
FAR = "2999-01-01T00:00:00Z"
BODY = f"""\
## Impact

{WORDS}, and whoever reads them here reads them before their time.
A second paragraph tells of brass lanterns that nobody may see burning yet.
"""
ATTACHED = b"ward one, ward two, ward four, and the last ward is never turned\n"


def run(folder: Folder, *arguments: str) -> int:
    """Run `advisory` for a project."""
    with pytest.raises(SystemExit) as ended:
        main(["--config-file", str(folder.path.parent / "mkdocs.yml"), *arguments])
    return int(ended.value.code or 0)


@pytest.fixture
def project(checkout: Folder, monkeypatch: pytest.MonkeyPatch) -> Folder:
    """A project with a sealed advisory, the key to it, and a site in which it is not."""
    for name in ("SOURCE_DATE_EPOCH", "ADVISORY_NOW", "ADVISORY_IDENTITY"):
        monkeypatch.delenv(name, raising=False)
    KEYS.write(checkout)
    put(checkout, KEYS, embargo=FAR, body=BODY, attachments={"brass-wards.txt": ATTACHED})
    monkeypatch.setenv("ADVISORY_KEY", KEYS.secrets[0])
    site = checkout.path.parent / "site"
    site.mkdir()
    (site / "index.html").write_text("<p>A page about the harbour.</p>", encoding="utf-8")
    return checkout


SEALED_LEAKS = {
    "the body": ("a.html", "<p>whoever reads <b>them here</b> reads them before their time</p>"),
    "the id": ("a.html", "lan_2026_0001"),
    "an attachment": ("a.txt", ATTACHED.decode()),
    "a part of an attachment": ("a.txt", "two, ward four, and the last ward is never turned"),
    "the name of an attachment": ("a.html", '<a href="brass%2Dwards.txt">'),
}


@pytest.mark.parametrize("leak", SEALED_LEAKS)
def test_with_the_key_the_proof_looks_for_what_is_sealed(
    project: Folder, capsys: pytest.CaptureFixture[str], leak: str
) -> None:
    site = project.path.parent / "site"
    assert run(project, "prove", str(site)) == 0
    assert "1 held," in capsys.readouterr().out
    name, text = SEALED_LEAKS[leak]
    (site / name).write_text(text, encoding="utf-8")
    assert run(project, "prove", str(site)) == 3
    said = capsys.readouterr().out
    assert f"leak: {name} shows something of advisories/{NAME}.sealed.md\n" in said
    assert not re.search("canary|ward|2026-0001", said.replace(str(site), ""))


def test_what_was_sealed_and_is_disclosed_is_no_leak(project: Folder) -> None:
    put(project, KEYS, embargo="2020-01-01T00:00:00Z", body=BODY, attachments={"w.txt": ATTACHED})
    site = project.path.parent / "site"
    (site / "a.html").write_text(f"LAN-2026-0001 {BODY} {ATTACHED.decode()}", encoding="utf-8")
    project.write("LAN-2026-0002", embargo=FAR, body=BODY + "\nBut this is held, and told nowhere.")
    assert run(project, "prove", str(site)) == 0


def test_without_a_key_the_proof_says_what_it_has_not_looked_for(
    project: Folder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("ADVISORY_KEY")
    site = str(project.path.parent / "site")
    assert run(project, "prove", site) == 0
    said = capsys.readouterr().out
    path = f"advisories/{NAME}.sealed.md"
    assert f"not looked for: {path}: it is sealed, and there is no key\n" in said
    assert "Proven, but for what is sealed: nothing else that is held is in" in said
    assert "1 sealed and not opened;" in said
    assert run(project, "prove", site, "--format", "json") == 0
    data = json.loads(capsys.readouterr().out)
    schema = (PROJECT / "schema" / "proof.schema.json").read_text(encoding="utf-8")
    Draft202012Validator(json.loads(schema)).validate(data)
    assert (data["held"], data["unopened"], data["refused"]) == (0, [path], [])


@pytest.mark.parametrize("has_key", [True, False])
def test_nothing_is_proven_if_a_sealed_file_is_at_fault(
    project: Folder,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    has_key: bool,  # noqa: FBT001 - a parameter of a test
) -> None:
    if not has_key:
        monkeypatch.delenv("ADVISORY_KEY")
    file = project.path / f"{NAME}.sealed.md"
    file.write_bytes(file.read_bytes().replace(b"revision: 1", b"revision: x"))
    assert run(project, "prove", str(project.path.parent / "site")) == 3
    said = capsys.readouterr().out
    assert f"unprovable: advisories/{NAME}.sealed.md: it cannot be opened or understood" in said


def test_nothing_is_proven_if_what_was_sealed_cannot_be_understood(
    project: Folder, capsys: pytest.CaptureFixture[str]
) -> None:
    put(project, KEYS, embargo="2020-01-01\nid: [", body=BODY)
    assert run(project, "prove", str(project.path.parent / "site")) == 3
    assert "it cannot be opened or understood" in capsys.readouterr().out


def test_the_key_of_somebody_else_proves_nothing(
    project: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ADVISORY_KEY", KEYS.stranger)
    assert run(project, "prove", str(project.path.parent / "site")) == 3


def test_aliases_of_a_held_file_with_a_fault_are_looked_for(project: Folder) -> None:
    project.write(
        "LAN-2026-0009", embargo=FAR, body=BODY, more="aliases: [CVE-2026-4711]\nodd: 1\n"
    )
    site = project.path.parent / "site"
    assert run(project, "prove", str(site)) == 0
    (site / "a.html").write_text("CVE-2026-4711", encoding="utf-8")
    assert run(project, "prove", str(site)) == 3


# Commands that meet what they cannot open


def test_without_a_key_every_command_says_what_it_has_not_seen(
    project: Folder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("ADVISORY_KEY")
    project.write("LAN-2020-0001", embargo="2020-01-01T00:00:00Z")
    assert run(project, "status") == 0
    out = capsys.readouterr().out
    assert "1 sealed, not opened: there is no key\nnext: no other embargo is known\n" in out
    assert run(project, "status", "--format", "json") == 0
    assert json.loads(capsys.readouterr().out)["unopened"] == [f"advisories/{NAME}.sealed.md"]
    assert run(project, "status", "--next") == 0
    assert capsys.readouterr() == ("", "1 sealed, not opened: there is no key\n")
    assert run(project, "check") == 0
    assert "1 sealed file not opened: there is no key" in capsys.readouterr().err
    assert run(project, "checklist") == 0
    assert capsys.readouterr() == ("", "1 sealed, not opened: there is no key\n")
    out = str(project.path.parent / "out")
    assert run(project, "export", "--format", "osv", "--out", out) == 0
    assert capsys.readouterr().err == "1 sealed ones are held: there is no key\n"


def test_the_next_embargo_may_be_that_of_a_notice(
    project: Folder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    embargo = datetime(2999, 1, 1, tzinfo=UTC)
    notice = Notice(projects=("Lantern",), severity=None, embargo=embargo)
    put(project, KEYS, embargo=FAR, body=BODY, notice=notice)
    monkeypatch.delenv("ADVISORY_KEY")
    assert run(project, "status", "--next") == 0
    assert capsys.readouterr() == ("2999-01-01T00:00:00Z\n", "")


def test_the_status_shows_what_the_key_does_not_open(
    project: Folder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ADVISORY_KEY", KEYS.stranger)
    run(project, "status")
    assert "1 error (ADV167)" in capsys.readouterr().out


@pytest.mark.parametrize("has_key", [True, False])
def test_diff_tells_what_became_of_sealed_files(
    project: Folder,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    has_key: bool,  # noqa: FBT001 - a parameter of a test
) -> None:
    root = project.path.parent
    put(project, KEYS, embargo=FAR, body=BODY, name="b" * 12, stem="LAN-2026-0002")
    git(root, "init", "--quiet")
    git(root, "add", "advisories")
    git(root, "commit", "--quiet", "--message", "one")
    put(project, KEYS, embargo=FAR, body=BODY, revision=2)
    put(project, KEYS, embargo=FAR, body=BODY, name="c" * 12, stem="LAN-2026-0003")
    (project.path / f"{'b' * 12}.sealed.md").unlink()
    if not has_key:
        monkeypatch.delenv("ADVISORY_KEY")
    assert run(project, "diff", "HEAD") == 0
    assert capsys.readouterr().out.splitlines() == [
        f"{'b' * 12}.sealed removed (advisories/{'b' * 12}.sealed.md)",
        "  held",
        f"{'c' * 12}.sealed added (advisories/{'c' * 12}.sealed.md)",
        "  held",
        f"{NAME}.sealed changed (advisories/{NAME}.sealed.md)",
        "  held",
        "3 advisories changed",
    ]


# The clock


@pytest.mark.parametrize(
    "arguments", [("prove",), ("export", "--format", "osv", "--out", "x"), ("unseal", "FILE")]
)
def test_what_releases_asks_the_named_hosts_for_the_time(
    project: Folder,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
) -> None:
    """A host that cannot be asked stops it, so a clock that is ahead does."""
    config = project.path.parent / "mkdocs.yml"
    text = config.read_text(encoding="utf-8")
    added = re.sub(r"( *)(source: \w+)", r"\1\2\n\1clock_hosts: ['https://127.0.0.1:9/']", text)
    assert added != text
    config.write_text(added, encoding="utf-8")
    monkeypatch.chdir(project.path.parent)
    file = f"advisories/{NAME}.sealed.md"
    assert run(project, *(file if one == "FILE" else one for one in arguments)) == 3
    assert "`clock_hosts`" in capsys.readouterr().err
    assert not Path("x").exists()


COMMANDS = (
    ("check",),
    ("status",),
    ("prove",),
    ("export", "--format", "osv", "--out", "x"),
)


@pytest.mark.parametrize("arguments", COMMANDS)
def test_now_turns_the_clock_back_and_never_forward(
    project: Folder,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
) -> None:
    monkeypatch.chdir(project.path.parent)
    assert run(project, *arguments, "--now", "2999-06-01T00:00:00Z") == 3
    assert "ahead of the clock" in capsys.readouterr().err
    assert run(project, *arguments, "--now", "2026-01-01T00:00:00Z") != 3
    assert run(project, *arguments, "--now", "yesterday") == 3


# The whole site


def canary(name: str) -> str:
    """Give a word of no other place, long enough for the proof to need no other."""
    return f"quokka-{name}-quokka"


INTERNAL = f"""\
handler: {canary("handler")}
embargo_reason: {canary("reason")} of the embargo.
embargo_changes:
  - {{date: 2019-01-02T00:00:00Z, from: undecided, reason: {canary("change")} was told.}}
cve_issued: 2019-01-01T07:08:09Z
"""
AHEAD = f"""\
withdrawn: {{date: 2998-02-01T00:00:00Z, reason: {canary("withdrawal")} will come.}}
revisions:
  - {{date: 2020-02-01T00:00:00Z, summary: A revision that may be seen.}}
  - {{date: 2998-01-01T00:00:00Z, summary: {canary("revision")} will come.}}
timeline:
  - {{date: 2019-05-01T00:00:00Z, summary: An event that may be seen.}}
  - {{date: 2998-01-01T00:00:00Z, summary: {canary("event")} will come.}}
credits:
  - {{name: Mira Okafor, type: FINDER, consent: true}}
"""
OF_THE_HELD = f"""\
aliases: [CVE-2026-4747, GHSA-2345-6789-cfgh]
related: [CVE-2026-4748]
cwe_ids: [CWE-787]
references:
  - {{type: FIX, url: "https://lantern.example/{canary("reference")}"}}
credits:
  - {{name: {canary("credit")}, type: FINDER, consent: true}}
timeline:
  - {{date: 2019-05-01T00:00:00Z, summary: {canary("told")} already.}}
"""


@pytest.fixture
def full_project(checkout: Folder, monkeypatch: pytest.MonkeyPatch) -> Folder:
    """One disclosed, with things that are still to come; one held in clear; one sealed."""
    for name in ("SOURCE_DATE_EPOCH", "ADVISORY_NOW", "ADVISORY_IDENTITY", "ADVISORY_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NO_MKDOCS_2_WARNING", "1")
    config = checkout.path.parent / "mkdocs.yml"
    projects = (
        "      projects:\n"
        "        - {name: Lantern, packages: [crates.io/lantern]}\n"
        "        - {name: Quiet harbour, packages: [npm/quokka-package]}\n"
    )
    config.write_text(config.read_text(encoding="utf-8") + projects, encoding="utf-8")
    KEYS.write(checkout)
    public = BODY.replace(WORDS, "What anybody may read")
    checkout.write(
        "2020/LAN-2020-0001",
        embargo="2020-01-01T00:00:00Z",
        more="aliases: [CVE-2020-9999]\n" + INTERNAL + AHEAD,
        body=public.replace("brass", "copper").replace("Impact", "Impact of it"),
    )
    words = f"## Impact\n\n{canary('body')}: the dam breaks if two keepers sleep.\n\n{BODY}"
    file = checkout.write(
        "2026/LAN-2026-0007",
        embargo="2999-01-01T00:00:00Z",
        summary=f"The {canary('title')} of it",
        more=OF_THE_HELD + INTERNAL,
        body=words.replace("## Impact\n\n" + WORDS, "And"),
    )
    text = file.read_text(encoding="utf-8").replace(
        "{ecosystem: crates.io, name: lantern}", "{ecosystem: npm, name: quokka-package}"
    )
    file.write_text(text, encoding="utf-8")
    file.with_suffix("").mkdir()
    (file.with_suffix("") / f"{canary('file')}.txt").write_text(canary("attached"))
    held = f"## Impact\n\n{WORDS} {canary('sealed')}, whoever would like to know of them.\n"
    put(checkout, KEYS, embargo=FAR, body=held, attachments={"s.txt": canary("inside").encode()})
    return checkout


HUSHED = re.compile(
    rb"quokka|LAN.2026|CVE-2026-474|2345-6789-cfgh|canary|" + WORDS.encode()
    + rb"|299[89]-|07:08:09|consent|handler|embargo_",
    re.IGNORECASE,
)  # fmt: skip


def layers(name: str, raw: bytes) -> Iterator[tuple[str, bytes]]:
    """Give a file and what is in it, if it is an archive."""
    yield name, name.encode() + b"\n" + raw
    if name.endswith(".gz"):
        yield name, gzip.decompress(raw)
    if name.endswith(".zip"):
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            for one in archive.namelist():
                yield from layers(f"{name}!/{one}", archive.read(one))


def shown(site: Path) -> set[tuple[str, str]]:
    """Give each file of a site that says something which it should not, and that."""
    return {
        (name, found[0].decode())
        for file in site.rglob("*")
        if file.is_file() and file.suffix not in {".js", ".css", ".map"}
        for name, raw in layers(file.relative_to(site).as_posix(), file.read_bytes())
        if (found := HUSHED.search(raw)) and name != "advisories.schema.json"
    }


def mkdocs(root: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run MkDocs as its users do."""
    command = [sys.executable, "-m", "mkdocs", *arguments]
    return subprocess.run(command, cwd=root, check=False, capture_output=True, text=True)


@pytest.mark.parametrize("has_key", [False, True])
def test_no_file_of_the_site_tells_what_is_held_internal_or_to_come(
    full_project: Folder,
    monkeypatch: pytest.MonkeyPatch,
    has_key: bool,  # noqa: FBT001 - a parameter of a test
) -> None:
    if has_key:
        monkeypatch.setenv("ADVISORY_KEY", KEYS.secrets[0])
    root = full_project.path.parent
    done = mkdocs(root, "build", "--strict")
    assert done.returncode == 0, done.stderr
    site = root / "site"
    assert shown(site) == set()
    assert not HUSHED.search(done.stdout.encode() + re.sub(rb"299[89]-", b"", done.stderr.encode()))
    (file,) = site.rglob("LAN-2020-0001/index.html")
    page = file.read_text(encoding="utf-8")
    assert "A revision that may be seen." in page
    assert "An event that may be seen." in page
    assert run(full_project, "prove", str(site)) == 0
    assert {one.name for one in (site / "osv").iterdir() if one.is_dir()} == {"crates.io"}


def test_the_test_finds_what_the_site_would_tell(full_project: Folder) -> None:
    """With the held one public, each canary is in the site, but for what is internal."""
    file = full_project.path / "2026" / "LAN-2026-0007.md"
    text = file.read_text(encoding="utf-8").replace("embargo: 2999", "embargo: 2026")
    text = re.sub(r"embargo_changes:\n.*\n|cve_issued.*\n|embargo_reason.*\n", "", text)
    file.write_text(text, encoding="utf-8")
    assert mkdocs(full_project.path.parent, "build").returncode == 0
    site = full_project.path.parent / "site"
    everything = b"".join(
        raw
        for one in site.rglob("*")
        if one.is_file()
        for _, raw in layers(one.relative_to(site).as_posix(), one.read_bytes())
    ).decode("utf-8", "replace")
    told = set(re.findall(r"quokka-([a-z]+)-quokka", everything))
    assert told == {"body", "title", "reference", "credit", "told", "file", "attached"}


# Copies for coordination


def test_a_copy_of_what_is_sealed_does_not_come_to_lie_in_a_public_source(
    project: Folder, tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    config = project.path.parent / "mkdocs.yml"
    text = config.read_text(encoding="utf-8").replace("source: private", "source: public")
    config.write_text(text, encoding="utf-8")
    wanted = ("export", "LAN-2026-0001", "--format", "osv", "--include-held", "--out")
    inside, outside = project.path.parent / "records", tmp_path_factory.mktemp("cna")
    assert run(project, *wanted, str(inside)) == 3
    assert "a source that is public" in capsys.readouterr().err
    assert not inside.exists()
    assert run(project, *wanted, str(outside)) == 0
    (copy,) = outside.rglob("*.json")
    assert copy.name.startswith("EMBARGOED-")


@pytest.mark.parametrize("kind", ["osv", "csaf", "cve", "rustsec"])
@pytest.mark.parametrize("embargo", ["undecided", "2999-01-01T20:00:00Z"])
def test_a_copy_that_is_imported_again_is_held(
    checkout: Folder, tmp_path_factory: pytest.TempPathFactory, embargo: str, kind: str
) -> None:
    """A record has a day where an embargo has an instant, and today's where there is none."""
    file = checkout.write(embargo=embargo, more="aliases: [CVE-2026-4711]\n")
    out = tmp_path_factory.mktemp("cna")
    wanted = ("export", "LAN-2026-0001", "--format", kind, "--include-held", "--out", str(out))
    assert run(checkout, *wanted) == 0
    file.unlink()
    (copy,) = (one for one in out.rglob("*") if one.is_file())
    assert run(checkout, "import", str(copy), "--from", kind, "--id", "LAN-2026-0001") == 0
    (again,) = checkout.read().advisories
    assert again.embargo is None or again.embargo >= datetime(2999, 1, 1, 20, tzinfo=UTC)
