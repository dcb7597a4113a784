"""The commands about sealed advisories, and that no clear text stays behind."""

import json
import logging
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from mkdocs.commands.build import build
from mkdocs.config import load_config
from mkdocs.exceptions import Abort

from conftest import Folder
from mkdocs_advisories.cli.main import main
from mkdocs_advisories.cli.private import memory
from mkdocs_advisories.source.sealed.identities import read_identities
from mkdocs_advisories.source.sealed.opening import open_sealed, read_sealed
from sealing import DUE, NAME, WORDS, git, new_keys, put

KEYS = new_keys()
ADVISORY = Path(sys.executable).parent / "advisory"
BODY = f"## Impact\n\n{WORDS}\n\n[log](LAN-2026-0001/log.txt)\n"
HELD = "2999-07-01T12:00:00Z"
pytestmark = pytest.mark.usefixtures("project")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home, a temporary folder and a shared memory of its own."""
    for name in ("home", "tmp", "run"):
        (tmp_path / name).mkdir()
    return tmp_path


@pytest.fixture
def project(checkout: Folder, home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with recipients and the key of the first."""
    root = checkout.path.parent
    monkeypatch.chdir(root)
    KEYS.write(checkout)
    (home / "home" / "key.txt").write_text(KEYS.secrets[0])
    (home / "home" / "key.txt").chmod(0o600)
    for name in ("SOURCE_DATE_EPOCH", "ADVISORY_KEY", "VISUAL", "EDITOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ADVISORY_IDENTITY", str(home / "home" / "key.txt"))
    monkeypatch.setenv("HOME", str(home / "home"))
    monkeypatch.setenv("TMPDIR", str(home / "tmp"))
    monkeypatch.setattr(tempfile, "tempdir", None)  # what it remembers of before
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(home / "run"))
    return root


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    return int(ended.value.code or 0)


def clear(checkout: Folder, embargo: str = HELD) -> Path:
    file = checkout.write(
        "2026/LAN-2026-0001", embargo=embargo, summary="A canary-summary", body=BODY
    )
    (file.with_suffix("")).mkdir()
    (file.with_suffix("") / "log.txt").write_text("canary-log")
    return file


def only_sealed(root: Path) -> Path:
    (file,) = root.rglob("*.sealed.md")
    return file


def inside(file: Path, secret: str = KEYS.secrets[1]) -> dict[str, bytes]:
    contents = open_sealed(read_sealed(file.read_bytes()), read_identities(secret))
    return {f"{contents.stem}.md": contents.source, **contents.attachments}


def canaries(*roots: Path) -> set[str]:
    """Find every file below some folders whose name or content has a word of the advisory."""
    words = re.compile(rb"canary|2026-0001|2026-0777", re.IGNORECASE)
    return {
        str(file)
        for root in roots
        for file in root.rglob("*")
        if words.search(str(file.relative_to(root)).encode())
        or (file.is_file() and words.search(file.read_bytes()))
    }


def everywhere(home: Path) -> set[str]:
    return canaries(home) | {
        name for place in filter(None, [memory()]) for name in canaries(*place.glob("advisory-*"))
    }


def script(home: Path, text: str) -> str:
    """Make an editor out of a line of Python, in which `file` is what it edits."""
    editor = home / "home" / "editor.py"
    editor.write_text(f"import sys, pathlib\nfile = pathlib.Path(sys.argv[1])\n{text}\n")
    return f"{sys.executable} {editor}"


# Seal and unseal


def test_seal_leaves_one_sealed_file_and_no_clear_text(
    checkout: Folder, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = clear(checkout)
    before = source.read_bytes()
    assert run("seal", str(source)) == 0
    sealed = only_sealed(checkout.path)
    said = capsys.readouterr()
    assert said.out.strip() == str(sealed)
    assert "git add" in said.err
    assert inside(sealed) == {"LAN-2026-0001.md": before, "log.txt": b"canary-log"}
    assert everywhere(home) == set()
    assert (checkout.path / ".revisions").read_text().endswith(f"{sealed.name[:12]} 1\n")


def test_seal_warns_if_git_had_the_file_in_clear(
    checkout: Folder, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = clear(checkout)
    git(project, "init", "--quiet", ".")
    git(project, "add", "--all")
    assert run("seal", str(source)) == 0
    assert "Warning: git has had 1 of these files in clear" in capsys.readouterr().err


def test_a_notice_stands_in_the_header_only_when_asked(
    checkout: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EDITOR", "true")
    assert run("seal", "--notice", str(clear(checkout))) == 0
    sealed = only_sealed(checkout.path)
    notice = f'notice:\n  projects: ["lantern"]\n  embargo: {HELD}\n---\n'
    assert notice in sealed.read_text()
    assert run("edit", str(sealed)) == 0
    assert "revision: 1\n" in sealed.read_text()
    assert run("edit", "--no-notice", str(sealed)) == 0
    assert "notice" not in sealed.read_text()
    assert run("edit", "--notice", str(sealed)) == 0
    assert notice in sealed.read_text()


@pytest.mark.parametrize(
    ("change", "code", "text"),
    [
        (
            lambda one: one.write_text(one.read_text().replace("2999-07", "2026-05")),
            3,
            "is disclosed",
        ),
        (lambda one: one.write_text(one.read_text().replace("2999", "")), 1, "ADV109"),
        (lambda one: (one.with_suffix("") / "page.html").write_text("x"), 1, "ADV143"),
        (lambda one: (one.with_suffix("") / ".log.swp").write_text("x"), 1, "no attachment"),
        (lambda one: (one.parents[1] / ".recipients").unlink(), 1, "ADV165"),
        (lambda one: one.with_suffix("").joinpath("b.txt").write_bytes(bytes(200_000)), 1, "184"),
        (lambda one: one.rename(one.parents[2] / one.name), 2, "there is no file"),
    ],
    ids=["disclosed", "faulty", "page", "swap", "recipients", "large", "missing"],
)
def test_seal_refuses_and_changes_nothing(  # type: ignore[no-untyped-def]
    change,  # noqa: ANN001 - what is done to the file
    code: int,
    text: str,
    checkout: Folder,
    capsys: pytest.CaptureFixture[str],
) -> None:
    source = clear(checkout)
    change(source)
    kept = {one: one.read_bytes() for one in checkout.path.rglob("*") if one.is_file()}
    assert run("seal", str(source)) == code
    said = capsys.readouterr().err
    assert text in said
    assert "canary" not in said
    assert {one: one.read_bytes() for one in checkout.path.rglob("*") if one.is_file()} == kept


def test_seal_refuses_what_is_not_an_advisory_in_clear(
    checkout: Folder, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("seal", str(project / "docs" / "index.md")) == 2
    assert "does not lie in `advisories/`" in capsys.readouterr().err
    assert run("seal", str(put(checkout, KEYS))) == 2
    assert "is not an advisory in clear" in capsys.readouterr().err


def test_unseal_puts_the_file_in_clear_into_its_place(checkout: Folder) -> None:
    sealed = put(checkout, KEYS, embargo=DUE, attachments={"log.txt": b"a log"})
    copy = sealed.read_bytes()
    assert run("unseal", str(sealed)) == 0
    assert not sealed.exists()
    assert WORDS in (checkout.path / "LAN-2026-0001.md").read_text()
    assert (checkout.path / "LAN-2026-0001" / "log.txt").read_bytes() == b"a log"
    assert run("check") == 0
    sealed.write_bytes(copy)
    assert run("check", "--select", "ADV171") == 1


def test_unseal_refuses_what_is_held(
    checkout: Folder, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sealed = put(checkout, KEYS, embargo=HELD)
    assert run("unseal", str(sealed)) == 3
    assert f"is held until {HELD}" in capsys.readouterr().err
    config = (project / "mkdocs.yml").read_text()
    (project / "mkdocs.yml").write_text(config.replace("source: private", "source: public"))
    assert run("unseal", "--early", str(sealed)) == 3
    assert "the source is public" in capsys.readouterr().err
    assert sealed.exists()
    (project / "mkdocs.yml").write_text(config)
    assert run("unseal", "--early", str(sealed)) == 0
    assert "Warning" in capsys.readouterr().err
    assert (checkout.path / "LAN-2026-0001.md").exists()


def test_unseal_writes_over_nothing(checkout: Folder) -> None:
    sealed = put(checkout, KEYS, embargo=DUE)
    (checkout.path / "LAN-2026-0001").mkdir()
    assert run("unseal", str(sealed)) == 1
    assert sealed.exists()


def test_without_a_key_nothing_can_be_opened(
    checkout: Folder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    sealed = put(checkout, KEYS, embargo=DUE)
    monkeypatch.delenv("ADVISORY_IDENTITY")
    for command in (["unseal"], ["edit"]):
        assert run(*command, str(sealed)) == 2
        assert "there is no key: set ADVISORY_IDENTITY" in capsys.readouterr().err
    monkeypatch.setenv("ADVISORY_KEY", KEYS.stranger)
    assert run("unseal", str(sealed)) == 1
    assert "ADV167" in capsys.readouterr().err
    monkeypatch.setenv("ADVISORY_KEY", "canary")
    assert run("check") == 2
    assert "canary" not in capsys.readouterr().err


# Edit


def test_edit_seals_what_was_changed_and_leaves_nothing(
    checkout: Folder, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealed = put(checkout, KEYS, embargo=HELD, attachments={"old.txt": b"old"})
    editor = script(
        home,
        "assert file.stat().st_mode and (file.parent.stat().st_mode & 0o777) == 0o700\n"
        "file.write_text(file.read_text() + '\\nAlso by day.\\n')\n"
        "(file.with_suffix('') / 'old.txt').unlink()\n"
        "(file.with_suffix('') / 'new.txt').write_text('new')\n"
        "(file.parent / '.swap.swp').write_text('canary')",
    )
    monkeypatch.setenv("EDITOR", editor)
    assert run("edit", str(sealed)) == 0
    found = inside(sealed)
    assert found["LAN-2026-0001.md"].endswith(b"Also by day.\n")
    assert set(found) == {"LAN-2026-0001.md", "new.txt"}
    assert "revision: 2\n" in sealed.read_text()
    (home / "home" / "editor.py").unlink()
    assert everywhere(home) == set()


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ("pass", 0, "Unchanged"),
        ("sys.exit(3)", 4, "the editor ended with 3"),
        ("file.write_text('canary')", 1, "ADV005"),
        ("file.write_text(file.read_text().replace('embargo', 'embargo_'))", 1, "ADV102"),
        ("file.unlink()", 1, "not exactly one"),
        ("file.rename(file.with_name('LAN-2026-0002.md'))", 1, "ADV130"),
        ("(file.with_suffix('') / 'canary.html').write_text('x')", 1, "not published"),
        ("file.write_bytes(bytes([0xff, 0xfe]))", 1, "ADV003"),
    ],
)
def test_an_edit_that_fails_changes_nothing_and_leaves_nothing(  # noqa: PLR0913, PLR0917 - fixtures
    text: str,
    code: int,
    said: str,
    checkout: Folder,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    sealed = put(checkout, KEYS, embargo=HELD)
    before = sealed.read_bytes()
    monkeypatch.setenv("EDITOR", script(home, text))
    assert run("edit", str(sealed)) == code
    output = capsys.readouterr()
    assert said in output.err
    assert "canary" not in output.out + output.err
    assert sealed.read_bytes() == before
    (home / "home" / "editor.py").unlink()
    assert everywhere(home) == set()


def test_an_editor_that_is_not_there_is_told(
    checkout: Folder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    sealed = put(checkout, KEYS, embargo=HELD)
    monkeypatch.setenv("EDITOR", "no-such-editor-anywhere")
    assert run("edit", str(sealed)) == 2
    assert "no-such-editor-anywhere cannot be run" in capsys.readouterr().err
    monkeypatch.setenv("EDITOR", "vim 'unclosed")
    assert run("edit", str(sealed)) == 2


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_an_edit_that_is_ended_by_a_signal_leaves_nothing(
    number: signal.Signals, checkout: Folder, home: Path
) -> None:
    sealed = put(checkout, KEYS, embargo=HELD)
    before = sealed.read_bytes()
    started = home / "home" / "started"
    editor = script(home, f"import time\npathlib.Path({str(started)!r}).touch()\ntime.sleep(60)")
    edit = subprocess.Popen(
        [str(ADVISORY), "edit", str(sealed)],
        env={**os.environ, "EDITOR": editor},
        stdin=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    deadline = time.monotonic() + 30
    while not started.exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    if number is signal.SIGINT:  # as Ctrl-C does: to both
        os.killpg(edit.pid, number)
    else:
        edit.send_signal(number)
    assert edit.wait(30) != 0
    assert sealed.read_bytes() == before
    started.unlink()
    assert everywhere(home) == set()


def test_edit_warns_of_editors_that_keep_copies(
    checkout: Folder,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    sealed = put(checkout, KEYS, embargo=HELD)
    vim = home / "home" / "vim"
    vim.write_text("#!/bin/sh\n")
    vim.chmod(0o700)
    monkeypatch.setenv("VISUAL", str(vim))
    assert run("edit", str(sealed)) == 0
    assert "Warning: vim may keep swap, undo and viminfo files" in capsys.readouterr().err


# Recipients


def test_recipients_are_added_removed_and_rotated_and_all_is_sealed_anew(
    checkout: Folder, capsys: pytest.CaptureFixture[str]
) -> None:
    files = [
        put(checkout, KEYS, name=letter * 12, stem=f"LAN-2026-000{n}")
        for n, letter in enumerate("ab", 1)
    ]
    new = new_keys()
    assert run("recipients", "add", "Ada", new.recipients[0].key) == 0
    for file in files:
        assert inside(file, new.secrets[0])
        assert "revision: 2\n" in file.read_text()
    assert run("recipients", "remove", "Jan Novak") == 0
    for file in files:
        assert inside(file, new.secrets[0])
        with pytest.raises(Exception, match="none of your keys"):
            inside(file, KEYS.secrets[1])
    assert run("recipients", "rotate", "--replace", "Ada", new.recipients[1].key) == 0
    for file in files:
        assert inside(file, new.secrets[1])
        with pytest.raises(Exception, match="none of your keys"):
            inside(file, new.secrets[0])
    assert run("recipients", "rotate") == 0
    assert "revision: 5\n" in files[0].read_text()
    assert run("check", "--select", "ADV16,ADV17") == 0
    capsys.readouterr()
    assert run("recipients", "list", "--format", "json") == 0
    listed = json.loads(capsys.readouterr().out)
    assert [one["name"] for one in listed] == ["Mira Okafor", "Safe of the foundation", "Ada"]
    assert [one["offline"] for one in listed] == [False, True, False]


def test_recipients_refuse_what_would_lock_somebody_out(
    checkout: Folder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = put(checkout, KEYS)
    before = file.read_bytes(), (checkout.path / ".recipients").read_bytes()
    for arguments, code in (
        (("remove", "Jan Novak"), 1),
        (("remove", "Eve"), 2),
        (("add", "Eve", "canary"), 2),
        (("add", "E(offline)", KEYS.recipients[0].key), 2),
        (("add", "Eve", KEYS.recipients[0].key), 1),
        (("rotate", "--replace", "Eve", KEYS.recipients[0].key), 2),
    ):
        assert run("recipients", *arguments) == code, arguments
    monkeypatch.delenv("ADVISORY_IDENTITY")
    assert run("recipients", "rotate") == 2
    assert "needs a key" in capsys.readouterr().err
    assert (file.read_bytes(), (checkout.path / ".recipients").read_bytes()) == before


# Git


@pytest.fixture
def repository(checkout: Folder, project: Path) -> Path:
    git(project, "init", "--quiet", ".")
    (project / ".gitattributes").write_text("*.sealed.md -text -merge diff=advisory\n")
    git(project, "config", "diff.advisory.textconv", f"'{ADVISORY}' textconv")
    (project / ".gitignore").write_text("/home/\n/tmp/\n/run/\n")
    put(checkout, KEYS, embargo=HELD)
    git(project, "add", "--all")
    git(project, "commit", "--quiet", "--message", "Seal an advisory")
    return project


def test_git_diff_shows_changes_to_key_holders_only(
    repository: Path, checkout: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(checkout, KEYS, embargo=HELD, revision=2, body=f"## Impact\n\n{WORDS}, by day\n")
    shown = git(repository, "diff")
    assert f"\n-{WORDS}\n+{WORDS}, by day\n" in shown
    assert "BEGIN AGE" not in shown
    assert f"+{WORDS}" in git(repository, "show")
    monkeypatch.delenv("ADVISORY_IDENTITY")
    shown = git(repository, "diff")
    assert WORDS not in shown
    assert "\n-revision: 1\n+revision: 2\n" in shown
    monkeypatch.setenv("ADVISORY_KEY", KEYS.stranger)
    assert "none of your keys opens it" in git(repository, "show")


def test_textconv_says_what_is_wrong_and_does_not_fail(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "x.sealed.md"
    file.write_bytes(b"canary")
    assert run("textconv", str(file)) == 0
    assert capsys.readouterr().out.startswith("[not a sealed file as it must be")


def examined(capsys: pytest.CaptureFixture[str]) -> dict[str, set[str]]:
    capsys.readouterr()
    run("doctor", "--format", "json")
    found: dict[str, set[str]] = {}
    for one in json.loads(capsys.readouterr().out):
        found.setdefault(one["state"], set()).add(one["about"])
    return found


def test_doctor_is_content_with_what_is_in_order(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert examined(capsys).keys() == {"ok"}
    assert run("doctor") == 0
    said = capsys.readouterr().out
    assert "1 sealed files can be read by Mira Okafor, Jan Novak, Safe" in said
    assert "canary" not in said
    assert repository.is_dir()


def test_doctor_finds_clear_text_wherever_git_keeps_it(
    repository: Path, checkout: Folder, capsys: pytest.CaptureFixture[str]
) -> None:
    leak = repository / "notes.txt"
    leak.write_text(f"see:\n{WORDS}\n")
    git(repository, "add", "notes.txt")
    git(repository, "rm", "--quiet", "--cached", "notes.txt")
    assert examined(capsys)["problem"] == {"git objects"}  # unreachable
    git(repository, "reflog", "expire", "--expire=now", "--all")
    git(repository, "gc", "--quiet", "--prune=now")
    assert "problem" not in examined(capsys)
    git(repository, "add", "notes.txt")
    git(repository, "stash", "--quiet")
    assert examined(capsys)["problem"] == {"git objects"}
    git(repository, "stash", "drop", "--quiet")
    git(repository, "reflog", "expire", "--expire=now", "--all")
    git(repository, "gc", "--quiet", "--prune=now")
    assert "problem" not in examined(capsys)
    git(repository, "commit", "--quiet", "--allow-empty", "--message", "About lan-2026-0001")
    assert examined(capsys)["problem"] == {"git objects"}
    assert checkout.path.is_dir()


def test_doctor_finds_what_says_itself_to_be_held_without_a_key(
    repository: Path,
    checkout: Folder,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    config = (repository / "mkdocs.yml").read_text()
    (repository / "mkdocs.yml").write_text(config.replace("source: private", "source: public"))
    monkeypatch.delenv("ADVISORY_IDENTITY")
    assert "problem" not in examined(capsys)
    file = checkout.write("LAN-2026-0009", embargo="undecided")
    git(repository, "add", "--all")
    git(repository, "rm", "--quiet", "--cached", str(file))
    file.unlink()
    assert examined(capsys)["problem"] == {"git objects"}


def test_doctor_finds_the_cache_the_key_and_what_is_left(
    repository: Path, home: Path, checkout: Folder, capsys: pytest.CaptureFixture[str]
) -> None:
    git(repository, "config", "diff.advisory.cachetextconv", "true")
    git(repository, "log", "--patch", "--all")
    (home / "home" / "key.txt").chmod(0o644)
    (checkout.path / "LAN-2026-0001.md~").write_text("canary")
    put(checkout, KEYS, embargo=DUE, name="b" * 12, stem="LAN-2026-0002")
    git(repository, "config", "--unset", "diff.advisory.textconv")
    git(repository, "rm", "--quiet", ".gitattributes")
    found = examined(capsys)
    assert {"cache", "key file"} <= found["problem"]
    assert {"editor", "attributes", "diff", "sealed file"} <= found["warning"]


# Builds


@pytest.fixture
def site(project: Path) -> Path:
    logging.getLogger("mkdocs").handlers.clear()
    return project / "site"


def built(root: Path) -> None:
    build(load_config(str(root / "mkdocs.yml"), site_dir=str(root / "site"), strict=True))


def test_a_build_without_a_key_holds_and_one_with_it_releases_what_is_due(  # noqa: PLR0913, PLR0917 - fixtures
    project: Path,
    site: Path,
    checkout: Folder,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG, logger="mkdocs")
    log = {"log.txt": b"attached words"}
    put(checkout, KEYS, embargo=DUE, attachments=log)
    put(checkout, KEYS, embargo=HELD, name="b" * 12, stem="LAN-2026-0777", body="canary-held")
    monkeypatch.delenv("ADVISORY_IDENTITY")
    built(project)
    assert "2 held, 2 of them sealed and no key" in caplog.text
    assert canaries(site) == set()
    monkeypatch.setenv("ADVISORY_IDENTITY", str(home / "home" / "key.txt"))
    caplog.clear()
    built(project)
    assert "1 advisory disclosed; the newest: LAN-2026-0001" in caplog.text
    assert "1 held; the next embargo ends at 2999" in caplog.text
    pages = "".join(file.read_text() for file in site.rglob("*.html"))
    assert WORDS in pages
    assert [file.read_bytes() for file in site.rglob("log.txt")] == [b"attached words"]
    assert "canary-held" not in pages + caplog.text
    assert not re.search(
        rb"canary-held|2026-0777",
        b"".join(file.read_bytes() for file in site.rglob("*") if file.is_file()),
    )
    # What was written is remembered by its addresses, which the site tells everybody.
    manifest = project / ".cache" / "advisories" / "written.json"
    assert not re.search(rb"canary|2026-0777|attached words", manifest.read_bytes())
    outside = {name for name in everywhere(home) if not name.startswith(str(site))}
    assert outside <= {str(manifest)}


def test_a_build_stops_at_a_sealed_file_that_was_changed(
    project: Path, checkout: Folder, caplog: pytest.LogCaptureFixture
) -> None:
    file = put(checkout, KEYS, embargo=DUE)
    file.write_bytes(file.read_bytes().replace(b"revision: 1", b"revision: 2"))
    with pytest.raises(Abort):
        built(project)
    assert "ADV170" in caplog.text
    assert f"advisories/{NAME}.sealed.md" in caplog.text
    assert "canary" not in caplog.text
    assert not (project / "site").exists()


def test_doctor_finds_what_a_killed_edit_has_left(
    checkout: Folder, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    left = home / "tmp" / "advisory-edit-x"
    left.mkdir()
    assert examined(capsys)["problem"] == {"edit"}
    left.rmdir()
    assert "problem" not in examined(capsys)
    assert checkout.path.is_dir()
