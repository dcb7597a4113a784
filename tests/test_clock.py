"""The clock: it can be turned back, never forward, and what contradicts it stops the run."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import NOW, PROJECT, Folder
from mkdocs_advisories.cli import project
from mkdocs_advisories.cli.exits import Exit, Stop
from mkdocs_advisories.cli.main import advisory
from mkdocs_advisories.clock import (
    TOLERANCE,
    Bound,
    ClockError,
    Known,
    hold_clock_against,
    instant_of_run,
)
from mkdocs_advisories.disclosure.present import present
from mkdocs_advisories.disclosure.time_hosts import ask_hosts
from mkdocs_advisories.model import format_instant
from mkdocs_advisories.source.repository import newest_commit

OFFSETS = st.timedeltas(-timedelta(days=4000), timedelta(days=4000))


def known(offset: timedelta, bound: Bound = Bound.PRESENT) -> Known:
    return Known(what="the clock of example.org", instant=NOW + offset, bound=bound)


@given(OFFSETS)
def test_another_clock_may_differ_by_two_minutes_and_no_more(offset: timedelta) -> None:
    if abs(offset) <= TOLERANCE:
        hold_clock_against([known(offset)], clock=NOW)
    else:
        with pytest.raises(ClockError):
            hold_clock_against([known(offset)], clock=NOW)


@given(OFFSETS)
def test_what_has_happened_may_lie_any_time_back_but_not_ahead(offset: timedelta) -> None:
    if offset <= TOLERANCE:
        hold_clock_against([known(offset, Bound.PAST)], clock=NOW)
    else:
        with pytest.raises(ClockError):
            hold_clock_against([known(offset, Bound.PAST)], clock=NOW)


def test_the_refusal_says_what_disagrees_by_how_much_and_what_to_do() -> None:
    with pytest.raises(ClockError) as refusal:
        hold_clock_against(
            [
                known(timedelta(hours=-26, minutes=-3)),
                Known(
                    what="the newest commit",
                    instant=NOW + timedelta(seconds=150),
                    bound=Bound.PAST,
                ),
            ],
            clock=NOW,
        )
    assert str(refusal.value) == (
        "the clock of this machine cannot be believed:\n"
        "it says 2026-06-01T12:00:00Z, which is 1 d 2 h ahead of the clock of example.org"
        " (2026-05-31T09:57:00Z)\n"
        "it says 2026-06-01T12:00:00Z, which is 2 min 30 s behind the newest commit"
        " (2026-06-01T12:02:30Z)\n"
        "Nothing is released by such a clock: set the clock (NTP), or find out which of the two is"
        " wrong, and run again."
    )


@given(OFFSETS)
def test_an_instant_that_is_asked_for_never_turns_the_clock_forward(offset: timedelta) -> None:
    asked = format_instant(NOW + offset)
    if offset <= TOLERANCE:
        instant = instant_of_run(NOW, source_date_epoch=None, earlier=asked)
        assert instant == min(NOW + offset, NOW)
    else:
        with pytest.raises(ClockError, match="they may only hold more"):
            instant_of_run(NOW, source_date_epoch=None, earlier=asked)


@pytest.mark.parametrize("text", ["", "tomorrow", "2026-04-09", "2026-04-09T20:24:12"])
def test_an_instant_that_cannot_be_read_stops_the_run(text: str) -> None:
    with pytest.raises(ClockError, match=r"^`--now` or ADVISORY_NOW: .*; write it like 2026-"):
        instant_of_run(NOW, source_date_epoch=None, earlier=text)


def commit(folder: Path, instant: datetime) -> None:
    who = {"NAME": "A", "EMAIL": "a@example.org", "DATE": instant.isoformat()}
    names = {f"GIT_{role}_{key}": value for key, value in who.items() for role in ROLES}
    clean = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    git = ["git", "-C", str(folder)]
    if not (folder / ".git").exists():
        subprocess.run([*git, "init", "--quiet"], check=True)
    subprocess.run(
        [*git, "commit", "--quiet", "--allow-empty", "--message=x"],
        check=True,
        env={**os.environ, **names, **clean},
    )


ROLES = ("AUTHOR", "COMMITTER")


def test_the_newest_commit_is_not_always_the_last_one(tmp_path: Path) -> None:
    assert newest_commit(tmp_path) is None
    commit(tmp_path, NOW)
    commit(tmp_path, NOW - timedelta(days=3))
    assert newest_commit(tmp_path) == NOW


def test_a_commit_of_no_calendar_stops_the_run_with_a_reason(tmp_path: Path) -> None:
    """Anybody who may commit can date a commit so; it is no bug of this program."""
    git = ["git", "-C", str(tmp_path), "-c", "user.name=a", "-c", "user.email=a@lantern.example"]
    subprocess.run([*git, "init", "--quiet"], check=True)
    date = os.environ | {"GIT_COMMITTER_DATE": "@900000000000 +0000"}
    commit = [*git, "commit", "--quiet", "--allow-empty", "--message", "x"]
    subprocess.run(commit, check=True, env=date)
    with pytest.raises(ClockError, match="behind the newest commit"):
        present(NOW, folder=tmp_path, hosts=(), environment={})


def test_a_clock_behind_the_newest_commit_stops_the_run(tmp_path: Path) -> None:
    commit(tmp_path, NOW)
    nothing = {"folder": tmp_path, "hosts": (), "environment": {}}
    for clock in (NOW, NOW - TOLERANCE, NOW + timedelta(days=400)):
        assert present(clock, **nothing) == clock  # type: ignore[arg-type]
    with pytest.raises(ClockError, match=r"1 h behind the newest commit \(2026-06-01T12:00:00Z\)"):
        present(NOW - timedelta(hours=1), **nothing)  # type: ignore[arg-type]


def test_a_commit_says_nothing_of_what_the_repository_runs(tmp_path: Path) -> None:
    commit(tmp_path, NOW)
    trap = tmp_path / "ran"
    for name in ("core.fsmonitor", "core.pager", "gpg.program"):
        subprocess.run(["git", "-C", str(tmp_path), "config", name, f"touch {trap}"], check=True)
    subprocess.run(["git", "-C", str(tmp_path), "config", "log.showSignature", "true"], check=True)
    assert newest_commit(tmp_path) == NOW
    assert not trap.exists()


@pytest.fixture
def time_host(request: pytest.FixtureRequest) -> Iterator[str]:
    """A host that tells the time, as far ahead as the test says; gives its URL."""

    class Answer(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self.send_response_only(404)
            self.send_header("Date", format_datetime(NOW + request.param, usegmt=True))
            self.send_header("Age", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("time_host", [timedelta(seconds=90)], indirect=True)
def test_a_host_that_agrees_lets_the_run_go_on(time_host: str, tmp_path: Path) -> None:
    dead = "http://127.0.0.1:9/"
    assert present(NOW, folder=tmp_path, hosts=[dead, time_host], environment={}) == NOW


@pytest.mark.parametrize(
    ("time_host", "words"),
    [
        (timedelta(hours=1), "1 h behind the clock of 127.0.0.1"),
        (timedelta(hours=-1), "1 h ahead of the clock of 127.0.0.1"),
        (timedelta(hours=-26), "1 d 2 h ahead of the clock of 127.0.0.1"),
    ],
    indirect=["time_host"],
)
def test_a_host_that_disagrees_stops_the_run(time_host: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(ClockError, match=words):
        present(NOW, folder=tmp_path, hosts=[time_host], environment={})


@pytest.fixture
def true_time() -> Iterator[str]:
    """A host that tells the machine's own time; gives its URL."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), SimpleHTTPRequestHandler)
    server.RequestHandlerClass.log_message = lambda *_: None  # type: ignore[attr-defined]
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


@pytest.mark.skipif(not shutil.which("faketime"), reason="needs faketime")
@pytest.mark.parametrize("offset", ["-1h", "+1h", "+26h"])
def test_a_build_with_a_clock_that_was_moved_writes_nothing(
    checkout: Folder, true_time: str, offset: str
) -> None:
    root = checkout.path.parent
    due_soon = datetime.now(UTC) + timedelta(minutes=30)
    checkout.write(embargo=due_soon.isoformat(timespec="seconds"))
    with (root / "mkdocs.yml").open("a", encoding="utf-8") as options:
        options.write(f"      clock_hosts: ['{true_time}']\n")
    build = [sys.executable, "-m", "mkdocs", "build"]
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    moved = ["faketime", "-f", offset, *build]
    ended = subprocess.run(
        moved, cwd=root, env=environment, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 1
    assert "the clock of this machine cannot be believed" in ended.stderr
    assert not (root / "site").exists()
    subprocess.run([*build, "--quiet"], cwd=root, env=environment, check=True)
    assert "LAN-2026-0001" not in (root / "site" / "index.html").read_text(encoding="utf-8")


def test_hosts_of_which_none_answers_stop_the_run() -> None:
    with pytest.raises(ClockError, match="none of the hosts in `clock_hosts` has told the time"):
        ask_hosts(["http://127.0.0.1:9/", "http://127.0.0.1:9/x"])


def test_the_command_line_stops_with_the_exit_code_of_an_embargo(tmp_path: Path) -> None:
    commit(tmp_path, datetime.now(UTC) + timedelta(hours=1))
    with advisory.make_context("advisory", ["check"]) as context:
        context.obj = tmp_path / "mkdocs.yml"
        with pytest.raises(Stop) as stop:
            project.now()
        assert stop.value.exit_code == Exit.EMBARGO
        with pytest.raises(Stop) as stop:
            project.now("2999-01-01T00:00:00Z")
        assert stop.value.exit_code == Exit.EMBARGO


def test_the_clock_is_read_in_two_places_only() -> None:
    readers = {
        file.name
        for file in (PROJECT / "plugins").rglob("*.py")
        if "datetime.now(" in file.read_text(encoding="utf-8")
    }
    assert readers == {"project.py", "plugin.py"}
