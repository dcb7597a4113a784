"""Nothing of a held advisory gets into a log, a cache or a folder, whatever goes wrong."""

import gzip
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from mkdocs.exceptions import Abort

from conftest import NOW, PROJECT, Folder
from mkdocs_advisories.mkdocs import plugin
from mkdocs_advisories.mkdocs.frame import Frame
from test_mkdocs import Build, build_at  # noqa: F401 - build_at is a fixture
from test_preview import write_held
from test_problems import CASES, case_names

EARLY = NOW.replace(year=2000)
_WORD = re.compile(r"[^\s\"'\[\]{},:|`<>()#*=/;]{6,}")


def words(text: str) -> set[str]:
    return set(_WORD.findall(text.lower()))


def public_words() -> set[str]:
    """Give every word that the program itself and the project's configuration may say."""
    files = [
        *(PROJECT / "plugins").rglob("*.py"),
        *(PROJECT / "plugins").rglob("*.md"),
        *(PROJECT / "schema").glob("*.json"),
    ]
    return words("\n".join(file.read_text(encoding="utf-8") for file in files))


@pytest.mark.parametrize("name", case_names())
def test_an_error_about_a_held_file_has_no_word_of_it(
    name: str,
    checkout: Folder,
    build_at: Build,  # noqa: F811 - the fixture
    caplog: pytest.LogCaptureFixture,
) -> None:
    root = checkout.path.parent
    shutil.copytree(CASES / name, checkout.path, dirs_exist_ok=True)
    held = {
        word
        for file in checkout.path.rglob("*.md")
        for word in words(file.read_bytes().decode("utf-8", "replace"))
    }
    known = public_words() | words((root / "mkdocs.yml").read_text(encoding="utf-8"))
    try:
        build_at(EARLY)
    except Abort:
        assert "error[ADV" in caplog.text
    # Files are named, for otherwise nobody could find the fault; and when the next embargo ends.
    log = re.sub(r"advisories/\S+|the next embargo ends at \S+", "", caplog.text)
    assert words(log) & (held - known) == set()


@pytest.mark.parametrize(
    ("owner", "step"),
    [
        (plugin, "gather"),
        (plugin, "disclose"),
        (plugin, "build_site"),
        (Frame, "add_files"),
        (Frame, "page_content"),
        (Frame, "secured"),
    ],
)
def test_a_crash_says_where_and_never_what(  # noqa: PLR0913 - fixtures, and one case
    checkout: Folder,
    build_at: Build,  # noqa: F811 - the fixture
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    *,
    owner: object,
    step: str,
) -> None:
    def crash(*_: object, **__: object) -> None:
        secret = "canary"  # noqa: S105 - a word that must not be seen
        raise ValueError(secret)

    write_held(checkout)
    monkeypatch.setattr(owner, step, crash)
    with pytest.raises(Abort):
        build_at()
    said = caplog.text + "".join(capfd.readouterr())
    assert "has a bug: ValueError at\n" in said
    assert "test_redaction.py" in said
    assert "canary" not in said.replace("test_crash_says", "")


def snapshot(*places: Path) -> dict[Path, bytes]:
    """Give every file of some folders, with what is inside of compressed ones."""
    files = {
        file: file.read_bytes() for place in places for file in place.rglob("*") if file.is_file()
    }
    return {
        file: gzip.decompress(raw) if raw.startswith(b"\x1f\x8b") else raw
        for file, raw in files.items()
    }


def test_after_any_build_a_held_advisory_is_only_where_its_source_lies(checkout: Folder) -> None:
    root = checkout.path.parent
    places = {name: root.parent / f"{root.name}-{name}" for name in ("home", "tmp", "cache")}
    for place in places.values():
        place.mkdir()
    write_held(checkout)
    checkout.write("LAN-2026-0001")
    git = ["git", "-C", str(root), "-c", "user.name=A", "-c", "user.email=a@example.org"]
    subprocess.run([*git, "init", "--quiet"], check=True)
    subprocess.run([*git, "add", "."], check=True)
    subprocess.run([*git, "commit", "--quiet", "--message=x"], check=True)
    repository = snapshot(root / ".git")
    environment = {
        **os.environ,
        "HOME": str(places["home"]),
        "TMPDIR": str(places["tmp"]),
        "XDG_CACHE_HOME": str(places["cache"]),
        "NO_MKDOCS_2_WARNING": "1",
    }
    log = b""
    for fault in ("", "embrago: canary\n", "handler: [canary\n", "handler: &canary x\n"):
        if fault:
            checkout.write("LAN-2026-7776", embargo="2998-01-01T00:00:00Z", more=fault)
        command = [sys.executable, "-m", "mkdocs", "build", "--verbose"]
        ended = subprocess.run(command, cwd=root, env=environment, capture_output=True, check=False)
        assert ended.returncode == bool(fault)
        log += ended.stdout + ended.stderr
        if not fault:
            found = [file for file in snapshot(root / "site") if "7777" in file.name]
            assert found == []
    secret = re.compile(rb"canary|LAN-2026-7777", re.IGNORECASE)
    assert not secret.search(log)
    assert snapshot(root / ".git") == repository
    assert [
        file
        for file, raw in snapshot(root, *places.values()).items()
        if secret.search(raw + file.name.encode())
        and not file.is_relative_to(checkout.path)
        and not file.is_relative_to(root / ".git")
    ] == []
