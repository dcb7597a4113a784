"""Two machines that share a repository: only one of them sends a mail."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Timer

import pytest

from conftest import MKDOCS_YML, Folder
from mail_server import MailServer, mail_server
from mkdocs_advisories.disclosure.claim import ClaimedError, ClaimError, Remote, ref_of
from mkdocs_advisories.disclosure.git import Git
from mkdocs_advisories.disclosure.ledger import Event, read_ledger

MAIL = "<announcement.1@lantern.example>"
LISTS = """\
      mail: {from: security@lantern.example, announce: [announce@lists.lantern.example]}
"""


def git(folder: Path, *arguments: str) -> str:
    command = ["git", "-C", str(folder), "-c", "user.name=x", "-c", "user.email=x@y", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    bare = tmp_path / "shared.git"
    git(tmp_path, "init", "--quiet", "--bare", str(bare))
    return bare


@pytest.fixture
def machines(checkout: Folder, tmp_path: Path, shared: Path) -> list[Path]:
    """Two copies of a project, each a repository with the shared one as `origin`."""
    checkout.write("LAN-2024-0001", embargo="2024-05-01T12:00:00Z")
    (tmp_path / "mkdocs.yml").write_text(MKDOCS_YML + LISTS, encoding="utf-8")
    copies = [tmp_path / "one", tmp_path / "two"]
    for copy in copies:
        copy.mkdir()
        shutil.copy(tmp_path / "mkdocs.yml", copy)
        for name in ("advisories", "docs"):
            shutil.copytree(tmp_path / name, copy / name)
        git(copy, "init", "--quiet")
        git(copy, "remote", "add", "origin", str(shared))
    return copies


@pytest.fixture
def server(tmp_path: Path) -> Iterator[MailServer]:
    if shutil.which("openssl") is None:
        pytest.skip("there is no openssl to make a certificate with")
    with mail_server(tmp_path) as running:
        yield running


def sender(machine: Path, server: MailServer) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "mkdocs_advisories.cli", "-f", str(machine / "mkdocs.yml")]
    command += ["notify", "announcement", "LAN-2024-0001", "--send", "--claim", "origin"]
    environment = {**os.environ, **server.environment()}
    pipe = subprocess.PIPE
    return subprocess.Popen(command, env=environment, stdout=pipe, stderr=pipe, text=True)


def test_a_mail_can_be_claimed_once(machines: list[Path], shared: Path) -> None:
    one, two = (Remote(folder=machine, name="origin") for machine in machines)
    commit = one.claim(MAIL)
    for other in (one, two):
        with pytest.raises(ClaimedError, match=ref_of(MAIL)):
            other.claim(MAIL)
    assert git(shared, "rev-parse", ref_of(MAIL)).strip() == commit
    assert git(shared, "ls-tree", "-r", commit) == ""
    two.claim("<other@lantern.example>")
    with pytest.raises(ClaimError):
        two.give_back(MAIL, "0" * 40)
    one.give_back(MAIL, commit)
    two.claim(MAIL)


def test_a_ref_that_another_machine_is_making_at_that_moment_is_its(
    machines: list[Path], shared: Path
) -> None:
    one, two = (Remote(folder=machine, name="origin") for machine in machines)
    commit = one.claim("<another.mail@lantern.example>")
    making = shared / f"{ref_of(MAIL)}.lock"
    making.write_bytes(b"")

    def finish() -> None:
        making.unlink()
        git(shared, "update-ref", ref_of(MAIL), commit)

    later = Timer(1.0, finish)
    later.start()
    with pytest.raises(ClaimedError, match=ref_of(MAIL)):
        two.claim(MAIL)
    later.join()


def test_a_ref_that_stays_locked_is_an_error(
    machines: list[Path], shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mkdocs_advisories.disclosure.claim._PAUSES", (0.01,))
    making = shared / f"{ref_of(MAIL)}.lock"
    making.parent.mkdir(parents=True)
    making.write_bytes(b"")
    with pytest.raises(ClaimError, match="git cannot push to origin"):
        Remote(folder=machines[0], name="origin").claim(MAIL)


def test_a_branch_is_fetched_while_another_worktree_is_writing_what_follows_it(
    machines: list[Path],
) -> None:
    folder = machines[0]
    git(folder, "commit", "--quiet", "--allow-empty", "-m", "x")
    git(folder, "push", "--quiet", "origin", "HEAD:main")
    git(folder, "fetch", "--quiet", "origin")
    git(folder, "commit", "--quiet", "--allow-empty", "-m", "y")
    git(folder, "push", "--quiet", str(folder.parent / "shared.git"), "HEAD:main")
    (folder / ".git" / "refs" / "remotes" / "origin" / "main.lock").write_bytes(b"")
    tip = git(folder, "rev-parse", "HEAD").strip()
    assert Git(folder=folder).fetched("origin", "main") == tip


def test_without_the_shared_repository_nothing_is_claimed(
    machines: list[Path], tmp_path: Path
) -> None:
    for name in ("nowhere", "--exec=touch x", str(tmp_path)):
        with pytest.raises(ClaimError):
            Remote(folder=machines[0], name=name).claim(MAIL)
    alone = tmp_path / "alone"
    alone.mkdir()
    with pytest.raises(ClaimError, match="no commit"):
        Remote(folder=alone, name="origin").claim(MAIL)


def test_of_two_machines_one_sends(machines: list[Path], server: MailServer) -> None:
    racers = [sender(machine, server) for machine in machines]
    said = [one.communicate(timeout=120) for one in racers]
    assert sorted(one.returncode for one in racers) == [0, 3], said
    assert len(server.post.raw) == 1
    late = next(err for one, (_, err) in zip(racers, said, strict=True) if one.returncode)
    assert "another machine has begun to send this mail" in late
    events = [[one.event for one in read_ledger(each / "advisories").lines] for each in machines]
    assert sorted(events) == [[Event.INTENT, Event.SENT], [Event.INTENT, Event.UNSENT]]


def test_what_the_server_refuses_another_machine_may_send(
    machines: list[Path], server: MailServer
) -> None:
    server.post.fail(at_data="451 busy")
    with sender(machines[0], server) as first:
        first.communicate(timeout=60)
    assert first.returncode == 4
    server.post.fail()
    with sender(machines[1], server) as second:
        assert second.communicate(timeout=60)[0].startswith("Sent: ")
    assert len(server.post.raw) == 1


def test_without_a_way_to_claim_nothing_is_sent(
    machines: list[Path], server: MailServer, shared: Path
) -> None:
    shutil.rmtree(shared)
    with sender(machines[0], server) as run:
        _, said = run.communicate(timeout=60)
    assert (run.returncode, "cannot push to origin" in said) == (4, True)
    assert server.post.raw == []
