"""A release that is killed, raced or shut out ends in one site and one mail, or asks a person."""

import shutil
import signal
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from mail_server import MailServer, certificate
from mkdocs_advisories.disclosure.ledger import Event, read_ledger
from mkdocs_advisories.policy import Policy
from release_day import AFTER, BEFORE, EMBARGO, NEW, OTHER, Day, Quiet, a_mail_server, day, git

KILLER = """
import os, signal, sys
from importlib import import_module

place, when, *arguments = sys.argv[1:]
module, _, path = place.partition(":")
owner = import_module(module)
*outer, name = path.split(".")
for one in outer:
    owner = getattr(owner, one)
real = getattr(owner, name)

def dying(*positional, **named):
    if when == "before" or when in map(str, positional):
        if when != "before":
            real(*positional, **named)
        os.kill(os.getpid(), signal.SIGKILL)
    result = real(*positional, **named)
    if when == "after":
        os.kill(os.getpid(), signal.SIGKILL)
    return result

setattr(owner, name, dying)
from mkdocs_advisories.cli.main import main
main(arguments)
"""

RELEASING = "mkdocs_advisories.cli.releasing"
FOLDER = "mkdocs_advisories.disclosure.deploy.folder"
LEDGER = "mkdocs_advisories.disclosure.ledger:Record.append"
TRANSMIT = "mkdocs_advisories.disclosure.smtp:Session.transmit"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[MailServer]:
    with a_mail_server(tmp_path) as running:
        yield running


@pytest.fixture
def today(tmp_path: Path, policy: Policy, server: MailServer) -> Iterator[Day]:
    with day(tmp_path, policy) as made:
        made.environment.update(server.environment())
        yield made


@pytest.fixture
def shared(today: Day, tmp_path: Path) -> Path:
    """A bare repository that the project has as `origin`."""
    bare = tmp_path / "shared.git"
    git(tmp_path, "init", "--quiet", "--bare", str(bare))
    git(today.root, "remote", "add", "origin", str(bare))
    git(today.root, "push", "--quiet", "--set-upstream", "origin", "main")
    return bare


def killed(today: Day, place: str, when: str, *more: str, root: Path | None = None) -> None:
    command = today.command(*more, root=root)
    at = command.index("-f")
    ended = subprocess.run(
        [sys.executable, "-c", KILLER, place, when, *command[at:]],
        env=today.variables(AFTER),
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == -signal.SIGKILL, ended.stderr


@pytest.mark.parametrize(
    ("place", "when"),
    [
        (f"{RELEASING}.site:build", "before"),
        (f"{RELEASING}.site:build", "after"),
        (f"{RELEASING}.site:proven", "after"),
        (f"{FOLDER}:_must_be", "before"),
        (f"{FOLDER}:FolderTarget._put_beside", "after"),
        (f"{FOLDER}:FolderTarget._switch", "after"),
        (f"{FOLDER}:FolderTarget._prune", "after"),
        (LEDGER, "before"),
        (LEDGER, "live"),
        (f"{RELEASING}.readers:_record", "after"),
        (f"{RELEASING}.mails:deliver", "before"),
        (f"{RELEASING}.mails:deliver", "after"),
    ],
)
def test_a_run_that_is_killed_is_ended_by_the_next(
    today: Day, server: MailServer, place: str, when: str
) -> None:
    assert today.release("--no-mail", now=BEFORE).code == 0
    killed(today, place, when)
    assert (today.site / "advisories.json").exists()
    ended = today.release()
    assert ended.code == 0, ended.err
    assert (today.site / "advisories" / NEW / "index.html").exists()
    assert len(server.post.mails) == 1
    assert len(today.lines(Event.LIVE)) == 3
    kept = [one.name for one in today.www.glob(".site.outputs/*") if one.is_dir()]
    assert (len(kept), list(today.www.glob(".site.*.link"))) == (2, [])


@pytest.mark.parametrize(("place", "when"), [(LEDGER, "intent"), (TRANSMIT, "before")])
def test_killed_before_the_mail_a_person_decides(
    today: Day, server: MailServer, place: str, when: str
) -> None:
    killed(today, place, when)
    ended = today.release()
    assert (ended.code, "it is not known whether this mail was sent" in ended.err) == (3, True)
    assert (today.site / "advisories" / NEW).exists()
    message_id = str(today.lines(Event.INTENT)[0].about["message_id"])
    resolve(today, message_id, "unsent")
    assert (today.release().code, len(server.post.mails)) == (0, 1)


def test_killed_after_the_mail_a_person_decides(today: Day, server: MailServer) -> None:
    killed(today, TRANSMIT, "after")
    assert (today.release().code, len(server.post.mails)) == (3, 1)
    resolve(today, str(today.lines(Event.INTENT)[0].about["message_id"]), "sent")
    assert (today.release().out, len(server.post.mails)) == ("Nothing to do.\n", 1)


def resolve(today: Day, message_id: str, outcome: str, *, root: Path | None = None) -> None:
    file = (root or today.root) / "mkdocs.yml"
    command = [sys.executable, "-m", "mkdocs_advisories.cli", "-f", str(file)]
    command += ["ledger", "resolve", message_id, outcome]
    subprocess.run(command, check=True, capture_output=True, env=today.variables(AFTER))


@contextmanager
def archive(folder: Path) -> Iterator[tuple[str, Path]]:
    """Serve an archive of mails over TLS. Gives its address and its certificate."""
    made, key = certificate(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made, key)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"https://localhost:{server.server_port}/", made
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_the_archive_of_the_list_knows_what_was_sent(
    today: Day, server: MailServer, tmp_path: Path
) -> None:
    place = tmp_path / "archive"
    place.mkdir()
    with archive(place) as (url, trusted):
        options = today.root / "mkdocs.yml"
        lists = "announce: [announce@lists.lantern.example]"
        own = f'{lists}, archive: "{url}{{message_id}}.html"'
        options.write_text(options.read_text("utf-8").replace(lists, own), encoding="utf-8")
        bundle = tmp_path / "trusted.pem"
        bundle.write_bytes(server.certificate.read_bytes() + trusted.read_bytes())
        today.environment["SSL_CERT_FILE"] = str(bundle)
        killed(today, TRANSMIT, "after")
        message_id = str(today.lines(Event.INTENT)[0].about["message_id"]).strip("<>")
        ended = today.release()
        assert (ended.code, "does not have this mail" in ended.err) == (3, True), ended.err
        (place / f"{message_id}.html").write_text("Not found, sorry", encoding="utf-8")
        assert today.release().code == 3
        subject = str(server.post.mails[0]["Subject"])
        # The newest subjects of the list, of which an older one is the same, are not the mail.
        (place / f"{message_id}.html").write_text(f"<li>{subject}</li>", encoding="utf-8")
        assert today.release().code == 3
        page = f"<h1>{subject}</h1>{server.post.mails[0].get_content()}"
        (place / f"{message_id}.html").write_text(page, encoding="utf-8")
        ended = today.release()
    assert (ended.code, len(server.post.mails)) == (0, 1), ended.err
    assert today.lines(Event.SENT)[0].about["archive"].startswith(url)


def test_of_four_racing_worktrees_one_sends(
    today: Day, server: MailServer, shared: Path, tmp_path: Path
) -> None:
    trees = [tmp_path / f"tree{number}" for number in range(4)]
    for one in trees:
        git(today.root, "worktree", "add", "--quiet", "--detach", str(one))
    runs = [
        subprocess.Popen(
            today.command("--claim", "origin", "--branch", "main", "--wait", "60", root=one),
            env=today.variables(AFTER),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for one in trees
    ]
    said = [one.communicate(timeout=250) for one in runs]
    assert [one.returncode for one in runs] == [0] * 4, said
    assert len(server.post.mails) == 1
    pushed = git(shared, "show", "main:advisories/.ledger.jsonl")
    assert pushed.count('"event": "sent"') == 1
    assert (today.site / "advisories" / NEW).exists()


def test_a_fresh_machine_stops_where_another_one_died_with_the_claim(
    today: Day, server: MailServer, shared: Path, tmp_path: Path
) -> None:
    del shared
    killed(today, TRANSMIT, "after", "--claim", "origin")
    fresh = tmp_path / "fresh"
    git(tmp_path, "clone", "--quiet", str(tmp_path / "shared.git"), str(fresh))
    ended = today.release("--claim", "origin", root=fresh)
    assert (ended.code, len(server.post.mails)) == (3, 1), ended.err
    assert "another machine has begun to send this mail" in ended.err
    # Its ledger is gone with it. A person has found the mail in the archive of the list.
    message_id = ended.err.partition("ledger resolve '")[2].partition("'")[0]
    resolve(today, message_id, "sent", root=fresh)
    ended = today.release("--claim", "origin", root=fresh)
    assert (ended.code, len(server.post.mails)) == (0, 1), ended.err
    (sent,) = today.lines(Event.SENT, root=fresh)
    assert (sent.about["advisories"], sent.about["by"]) == ([NEW, OTHER], "hand")


def test_a_claim_that_nobody_used_is_removed_as_the_error_says(
    today: Day, server: MailServer, shared: Path, tmp_path: Path
) -> None:
    killed(today, TRANSMIT, "before", "--claim", "origin")
    fresh = tmp_path / "fresh"
    git(tmp_path, "clone", "--quiet", str(shared), str(fresh))
    ended = today.release("--claim", "origin", root=fresh)
    ref = ended.err.partition("git push REMOTE :")[2].split()[0]
    git(fresh, "push", "--quiet", "origin", f":{ref}")
    ended = today.release("--claim", "origin", root=fresh)
    assert (ended.code, len(server.post.mails)) == (0, 1), ended.err


def test_the_ledger_is_pushed_alone_and_leaves_nothing_to_commit(today: Day, shared: Path) -> None:
    (today.root / "notes.txt").write_text("not finished", encoding="utf-8")
    ended = today.release("--push")
    assert ended.code == 0, ended.err
    assert git(shared, "diff", "--name-only", "main~1", "main") == "advisories/.ledger.jsonl"
    assert git(today.root, "status", "--porcelain") == "?? notes.txt"
    assert git(today.root, "rev-parse", "HEAD") == git(shared, "rev-parse", "main")
    assert today.release("--push").code == 0


def test_a_shared_ledger_that_cannot_be_read_is_told_from_that_of_this_machine(
    today: Day, server: MailServer, shared: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    git(tmp_path, "clone", "--quiet", str(shared), str(other))
    (other / "advisories" / ".ledger.jsonl").write_text("<<<<<<< HEAD\n", encoding="utf-8")
    git(other, "add", "--all")
    git(other, "commit", "--quiet", "--message", "A bad merge")
    git(other, "push", "--quiet", "origin", "HEAD:main")
    ended = today.release("--claim", "origin")
    assert (ended.code, server.post.mails) == (3, []), ended.err
    assert "the ledger: that of main at origin: line 1 is none of its lines" in ended.err


def test_what_git_says_is_told_by_the_line_that_says_why(today: Day, shared: Path) -> None:
    git(today.root, "remote", "set-url", "origin", str(shared) + "-gone")
    ended = today.release("--no-mail", "--push")
    assert ended.code == 4
    assert "git ls-remote failed: fatal: " in ended.err


def test_a_branch_that_has_diverged_gets_the_lines_and_nothing_else(
    today: Day, shared: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    git(tmp_path, "clone", "--quiet", str(shared), str(other))
    line = '{"event": "done", "time": "2024-05-01T00:00:00Z", "advisory": "x", "step": "live"}\n'
    (other / "advisories" / ".ledger.jsonl").write_text(line, encoding="utf-8")
    git(other, "add", "--all")
    git(other, "commit", "--quiet", "--message", "Tick")
    git(other, "push", "--quiet")
    (today.root / "own.txt").write_text("not pushed", encoding="utf-8")
    today.commit()
    ended = today.release("--push")
    assert ended.code == 0, ended.err
    there = git(shared, "show", "main:advisories/.ledger.jsonl")
    assert ('"event": "done"' in there, there.count('"event": "live"')) == (True, 3)
    assert "own.txt" not in git(shared, "ls-tree", "--name-only", "main")
    git(today.root, "commit", "--quiet", "--message", "The ledger")
    git(today.root, "pull", "--quiet", "--no-rebase", "--no-edit")
    assert git(today.root, "status", "--porcelain") == ""


def test_a_push_that_is_refused_is_made_by_the_next_run(
    today: Day, server: MailServer, shared: Path
) -> None:
    hook = shared / "hooks" / "pre-receive"
    hook.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    hook.chmod(0o755)
    ended = today.release("--push")
    assert (ended.code, "the ledger could not be pushed" in ended.err) == (4, True), ended.err
    assert len(server.post.mails) == 1
    hook.unlink()
    ended = today.release("--push")
    assert (ended.code, len(server.post.mails)) == (0, 1), ended.err
    assert '"event": "sent"' in git(shared, "show", "main:advisories/.ledger.jsonl")
    git(today.root, "remote", "set-url", "origin", str(shared) + ".gone")
    ended = today.release("--push")
    assert (ended.code, "could not be fetched" in ended.err) == (4, True), ended.err


def test_a_full_disk_leaves_the_old_site_and_the_next_run_goes_on(
    today: Day, tmp_path: Path
) -> None:
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=7m", "tmpfs", str(small)],
        capture_output=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip("no file system can be mounted here")
    try:
        link = small / "site"
        filler = small / "filler"
        filler.write_bytes(bytes(6 * 1024 * 1024))
        ended = today.release("--no-mail", to=f"folder:{link}")
        assert (ended.code, "No space left on device" in ended.err) == (4, True), ended.err
        assert (link.exists(), list(small.glob(".site.outputs/.new-*"))) == (False, [])
        filler.unlink()
        today.site.symlink_to(link)
        ended = today.release("--no-mail", to=f"folder:{link}")
        assert ended.code == 0, ended.err
    finally:
        subprocess.run(["umount", "--lazy", str(small)], check=True)


def test_readers_get_the_pages_of_a_branch(today: Day, shared: Path, tmp_path: Path) -> None:
    def check_out() -> None:
        shutil.rmtree(today.site, ignore_errors=True)
        git(tmp_path, "clone", "--quiet", "--branch", "pages", str(shared), str(today.site))

    target = "branch:origin/pages"
    ended = today.release("--no-mail", "--wait", "0", to=target, now=BEFORE)
    assert (ended.code, "does not show all" in ended.err) == (4, True)
    check_out()
    assert today.release("--no-mail", to=target, now=BEFORE).code == 0
    assert (today.site / ".nojekyll").exists()
    assert today.release("--no-mail", to=target, now=BEFORE).out == "Nothing to do.\n"
    assert git(shared, "rev-list", "--count", "pages") == "1"
    today.release("--no-mail", "--wait", "0", to=target)
    check_out()
    assert (today.site / "advisories" / OTHER / "index.html").exists()
    assert git(shared, "rev-list", "--count", "pages") == "2"
    assert git(today.root, "status", "--porcelain") == "?? advisories/.ledger.jsonl"
    ended = today.release("--rollback", to=target)
    assert (ended.code, f"{NEW} is public, and would vanish" in ended.err) == (3, True)
    (today.root / "docs" / "index.md").write_text("# New\n\n<!-- advisories -->\n", "utf-8")
    today.commit()
    today.release("--no-mail", "--wait", "0", to=target)
    assert today.release("--rollback", to=target).code == 0
    assert git(shared, "rev-parse", "pages^{tree}") == git(shared, "rev-parse", "pages~2^{tree}")
    lines = [one.event for one in read_ledger(today.root / "advisories").lines]
    assert (lines, EMBARGO[:4]) == ([Event.LIVE] * 3, "2024")
