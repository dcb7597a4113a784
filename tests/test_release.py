"""`advisory release`: one command for the day, however often it is run."""

import fcntl
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import MKDOCS_YML
from mail_server import MailServer
from mkdocs_advisories.disclosure.deploy import Stamp
from mkdocs_advisories.disclosure.deploy.folder import FolderTarget
from mkdocs_advisories.disclosure.digest import digest_of
from mkdocs_advisories.disclosure.ledger import Event
from mkdocs_advisories.model import Notice, parse_instant
from mkdocs_advisories.policy import Policy
from release_day import AFTER, BEFORE, EMBARGO, LATE, NEW, OLD, OTHER, Day, a_mail_server, day
from sealing import new_keys, put


@pytest.fixture
def server(tmp_path: Path) -> Iterator[MailServer]:
    with a_mail_server(tmp_path) as running:
        yield running


@pytest.fixture
def today(tmp_path: Path, policy: Policy, server: MailServer) -> Iterator[Day]:
    with day(tmp_path, policy) as made:
        made.environment.update(server.environment())
        yield made


def test_a_bundle_goes_from_held_to_announced(today: Day, server: MailServer) -> None:
    before = today.release(now=BEFORE)
    assert before.code == 0, before.err
    assert "no mail is sent about that" in before.err
    assert (today.site / "advisories" / OLD / "index.html").exists()
    assert not (today.site / "advisories" / NEW).exists()
    assert today.release(now=BEFORE).out == "Nothing to do.\n"

    after = today.release(now=AFTER)
    assert after.code == 0, after.err
    assert (today.site / "advisories" / NEW / "index.html").exists()
    assert len(server.post.mails) == 1
    assert f"Announced: {NEW}, {OTHER}" in after.out
    assert {one.about["advisory"] for one in today.lines(Event.LIVE)} == {OLD, NEW, OTHER}
    again = today.release(now=AFTER)
    assert (again.code, again.out, len(server.post.mails)) == (0, "Nothing to do.\n", 1)


def as_built(today: Day) -> str:
    """Give what readers have, as the name of the output that the link leads to."""
    return (today.site).readlink().name


def test_the_first_run_of_a_site_with_old_advisories_sends_nothing(
    today: Day, server: MailServer
) -> None:
    ended = today.release(now="2024-06-03T12:00:00Z")
    assert (ended.code, server.post.mails) == (0, []), ended.err
    assert "3 advisories of long ago: no mail is sent about that" in ended.err


def test_what_was_disclosed_a_moment_ago_is_announced_without_a_ledger(
    today: Day, server: MailServer
) -> None:
    ended = today.release("--format", "json")
    told = json.loads(ended.out)
    assert (ended.code, told["announced"], told["waiting"]) == (0, [NEW, OTHER], []), ended.err
    assert [one["To"] for one in server.post.mails] == ["announce@lists.lantern.example"]


def test_a_dry_run_changes_nothing(today: Day, server: MailServer) -> None:
    ended = today.release("--dry-run")
    assert ended.code == 0, ended.err
    assert "Would deploy to folder:" in ended.err
    assert "Would send to announce@lists.lantern.example: " in ended.err
    assert (today.site.is_symlink(), server.post.mails) == (False, [])
    assert today.lines(Event.LIVE) == []
    told = json.loads(today.release("--dry-run", "--format", "json").out)
    assert [one.partition(":")[0] for one in told["notes"] if one.startswith("Would")] == [
        "Would deploy to folder",
        "Would send to announce@lists.lantern.example",
    ]


def test_a_target_has_to_be_named_and_understood(today: Day) -> None:
    for target, words in (
        ("", "a target is one of"),
        ("ftp:x", "a target is one of"),
        ("folder:www", "name it from the root"),
        ("branch:pages", "name a remote and a branch"),
        ("rsync:", "name a place"),
        ("command:'", "name a command"),
    ):
        ended = today.release(to=target)
        assert (ended.code, words in ended.err) == (2, True), (target, ended.err)


def test_the_environment_can_name_the_targets(today: Day) -> None:
    second = today.www / "mirror"
    today.environment["ADVISORY_DEPLOY_TO"] = f"folder:{today.site}\n\nfolder:{second}\n"
    command = [one for one in today.command("--no-mail") if not one.startswith("folder:")]
    command.remove("--to")
    ended = subprocess.run(command, env=today.variables(AFTER), capture_output=True, check=False)
    assert ended.returncode == 0, ended.stderr
    assert (second / "advisories.json").read_bytes() == (
        today.site / "advisories.json"
    ).read_bytes()


def test_without_a_list_the_site_goes_out_and_it_is_said(today: Day, server: MailServer) -> None:
    (today.root / "mkdocs.yml").write_text(MKDOCS_YML, encoding="utf-8")
    ended = today.release()
    assert (ended.code, server.post.mails) == (0, []), ended.err
    assert "No list is configured (`mail.announce`): nothing is announced" in ended.err
    assert (today.site / "advisories" / NEW).exists()


def test_without_a_mail_server_the_site_goes_out_and_the_run_fails(today: Day) -> None:
    del today.environment["ADVISORY_SMTP_URL"]
    ended = today.release()
    assert (ended.code, "is not announced: there is no mail server" in ended.err) == (2, True)
    assert (today.site / "advisories" / NEW).exists()
    assert today.release("--no-mail").code == 0


def test_the_mail_waits_a_quarter_of_an_hour_for_the_site(today: Day, server: MailServer) -> None:
    elsewhere = f"folder:{today.www / 'nobody-looks-here'}"
    early = today.release(to=elsewhere, now=AFTER)
    assert (early.code, server.post.mails) == (4, []), early.err
    assert "waits for the site, until 2024-06-01T12:15:00Z at most" in early.err
    late = today.release(to=elsewhere, now=LATE)
    assert (late.code, len(server.post.mails)) == (4, 1), late.err
    assert "waits no longer, though the site is not live" in late.err
    right = today.release(now=LATE)
    assert (right.code, len(server.post.mails)) == (0, 1), right.err


def test_what_cannot_be_built_is_told_and_the_mail_does_not_wait_for_ever(
    today: Day, server: MailServer
) -> None:
    today.release(now=BEFORE)
    (today.root / "docs" / "index.md").write_text("[x](missing.md)\n<!-- advisories -->\n", "utf-8")
    early = today.release(now=AFTER)
    assert (early.code, server.post.mails) == (1, []), early.err
    assert "the site could not be built; nothing was deployed" in early.err
    assert "missing.md" in early.err
    late = today.release(now=LATE)
    assert (late.code, len(server.post.mails)) == (1, 1), late.err


def test_a_log_of_a_failed_build_shows_nothing_held(today: Day) -> None:
    words = "Of Wick burns too fast nobody outside of this house has heard before today."
    (today.root / "docs" / "index.md").write_text(f"[x](<{words}.md>)\n", "utf-8")
    ended = today.release(now=BEFORE)
    assert (ended.code, words in ended.err + ended.out) == (1, False)
    assert "what it says shows something held" in ended.err


def test_a_build_that_fails_at_something_held_is_told_by_its_codes(today: Day) -> None:
    today.folder.write("LAN-2024-0009", embargo="2025-01-01T00:00:00Z", summary="A secret hinge")
    file = today.folder.path / "LAN-2024-0009.md"
    sound = file.read_text("utf-8")
    early = "withdrawn: {date: 2024-05-30T00:00:00Z, reason: None.}\naffected:"
    for wrong, code in (("afflicted:", "ADV102"), (early, "ADV305")):
        file.write_text(sound.replace("affected:", wrong), encoding="utf-8")
        ended = today.release("--no-mail")
        assert (ended.code, today.site.is_symlink()) == (1, False)
        assert f"1 file of advisories with errors: {code}. See `advisory check`" in ended.err
        assert not any(one in ended.err + ended.out for one in ("hinge", "0009", wrong))


def test_a_site_that_shows_something_held_is_not_deployed(today: Day) -> None:
    words = "Of Wick burns too fast nobody outside of this house has heard before today."
    (today.root / "docs" / "index.md").write_text(f"{words}\n\n<!-- advisories -->\n", "utf-8")
    ended = today.release(now=BEFORE)
    assert (ended.code, today.site.is_symlink()) == (3, False), ended.err
    assert "Not proven: do not publish the new site" in ended.err
    assert words not in ended.err + ended.out
    assert today.release(now=AFTER).code == 0


def test_nothing_public_vanishes_or_goes_back(today: Day) -> None:
    today.release(now=AFTER)
    output = as_built(today)
    (today.folder.path / f"{OTHER}.md").unlink()
    today.folder.write(NEW, embargo="2024-06-01T11:59:00Z", summary="Wick burns too fast")
    ended = today.release(now=AFTER)
    assert (ended.code, as_built(today)) == (3, output), ended.err
    assert f"{OTHER} is public, and would vanish" in ended.err
    assert f"{NEW} would have been published 2024-06-01T11:59:00Z" in ended.err
    # The ledger knows as well, when neither the site nor the target can be asked.
    shutil.rmtree(today.www)
    today.www.mkdir()
    ended = today.release(now=AFTER)
    assert (ended.code, today.site.exists()) == (3, False)
    assert "advisories.json cannot be read: compared with the targets and the ledger" in ended.err


def test_a_postponed_embargo_holds_and_a_broken_one_releases(
    today: Day, server: MailServer
) -> None:
    today.release(now=BEFORE)
    for name, end in ((NEW, "2024-06-02T12:00:00Z"), (OTHER, "2024-06-01T11:30:00Z")):
        file = today.folder.path / f"{name}.md"
        file.write_text(file.read_text("utf-8").replace(EMBARGO, end), encoding="utf-8")
    ended = today.release(now="2024-06-01T11:31:00Z")
    assert ended.code == 0, ended.err
    assert f"Announced: {OTHER}" in ended.out
    assert not (today.site / "advisories" / NEW).exists()
    ended = today.release(now="2024-06-02T12:00:00Z")
    assert (ended.code, f"Announced: {NEW}" in ended.out) == (0, True), ended.err
    assert len(server.post.mails) == 2


def test_a_rollback_is_one_step_and_stays_until_something_changes(today: Day) -> None:
    assert today.release("--rollback").code == 2
    today.release("--no-mail")
    first = as_built(today)
    (today.root / "docs" / "index.md").write_text("# Worse\n\n<!-- advisories -->\n", "utf-8")
    today.commit()
    today.release("--no-mail")
    second = as_built(today)
    ended = today.release("--rollback")
    assert (ended.code, as_built(today)) == (0, first), ended.err
    stays = today.release("--no-mail")
    assert ("was rolled back" in stays.err, as_built(today)) == (True, first)
    (today.root / "docs" / "index.md").write_text("# Better\n\n<!-- advisories -->\n", "utf-8")
    today.commit()
    assert today.release("--no-mail").code == 0
    assert as_built(today) not in {first, second}
    assert len([one for one in today.site.parent.glob(".site.outputs/0*") if one.is_dir()]) == 2


def test_a_rollback_takes_away_nothing_public(today: Day) -> None:
    today.release(now=BEFORE)
    today.release(now=AFTER)
    output = as_built(today)
    ended = today.release("--rollback")
    assert (ended.code, as_built(today)) == (3, output)
    assert f"{NEW} is public, and would vanish" in ended.err


def test_an_output_that_was_changed_is_not_rolled_back_to(today: Day) -> None:
    today.release("--no-mail")
    first = today.site.resolve()
    (today.root / "docs" / "index.md").write_text("# Other\n\n<!-- advisories -->\n", "utf-8")
    today.release("--no-mail")
    (first / "index.html").write_text("changed", encoding="utf-8")
    ended = today.release("--rollback")
    assert (ended.code, "not what was proven" in ended.err) == (3, True)


def test_a_folder_that_cannot_be_switched_or_written_is_left_as_it_is(today: Day) -> None:
    today.site.mkdir()
    (today.site / "index.html").write_text("by hand", encoding="utf-8")
    ended = today.release("--no-mail")
    assert (ended.code, "is no link" in ended.err) == (4, True)
    assert (today.site / "index.html").read_text("utf-8") == "by hand"
    ended = today.release("--no-mail", to="folder:/proc/nowhere/site")
    assert (ended.code, "not deployed to folder:/proc/nowhere/site" in ended.err) == (4, True)
    shutil.rmtree(today.site)
    assert today.release("--no-mail").code == 0


def test_a_folder_that_cannot_have_the_lock_is_told(today: Day) -> None:
    (today.root / ".cache").write_text("in the way", encoding="utf-8")
    ended = today.release("--no-mail")
    assert (ended.code, "need a folder `.cache` that they can write to" in ended.err) == (4, True)


def test_a_bug_in_one_step_keeps_no_mail_back(today: Day, server: MailServer) -> None:
    today.release(now=BEFORE)
    today.folder.write("LAN-2024-0004", embargo=EMBARGO, summary="Handle gets hot")
    patched = (
        "import sys; from mkdocs_advisories.cli import main;"
        " from mkdocs_advisories.cli.releasing import site;"
        " site.build = lambda *a, **k: {}['x']; main.main(sys.argv[1:])"
    )
    command = [sys.executable, "-c", patched, *today.command()[3:]]
    ended = subprocess.run(
        command, env=today.variables(LATE), capture_output=True, text=True, check=False
    )
    assert (ended.returncode, "has a bug: KeyError" in ended.stderr) == (70, True)
    assert len(server.post.mails) == 1


def test_a_log_that_cannot_be_written_stops_nothing(today: Day, server: MailServer) -> None:
    with Path("/dev/full").open("wb") as full:
        subprocess.run(today.command(), env=today.variables(AFTER), stderr=full, check=False)
    assert (today.site / "advisories" / NEW).exists()
    assert len(server.post.mails) == 1


def test_a_leftover_that_cannot_be_removed_stops_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / "index.html").write_text("new", encoding="utf-8")
    target = FolderTarget(tmp_path / "www")
    target.outputs.mkdir()
    (target.outputs / ".new-left.json").write_text("{}", encoding="utf-8")
    real = Path.unlink

    def unlink(self: Path, *, missing_ok: bool = False) -> None:
        if self.name == ".new-left.json":
            raise PermissionError
        real(self, missing_ok=missing_ok)

    monkeypatch.setattr(Path, "unlink", unlink)
    target.deploy(tree, Stamp(digest=digest_of(tree)))
    assert (target.link / "index.html").read_text("utf-8") == "new"


def test_the_rest_of_a_bundle_is_named_with_what_announces_it(
    today: Day, server: MailServer
) -> None:
    file = today.folder.path / f"{NEW}.md"
    sound = file.read_text("utf-8")
    file.write_text(sound.replace("affected:", "afflicted:"), encoding="utf-8")
    assert today.release(now=LATE).code == 1
    file.write_text(sound, encoding="utf-8")
    ended = today.release(now=LATE)
    assert f"`advisory notify announcement {NEW} --send`" in ended.err
    assert len(server.post.mails) == 1


def test_what_was_renamed_is_not_to_be_announced_while_nobody_can_read_it(
    today: Day, server: MailServer
) -> None:
    assert today.release().code == 0
    file, renamed = (today.folder.path / f"{name}.md" for name in (NEW, "LAN-2024-0005"))
    renamed.write_text(file.read_text("utf-8").replace(NEW, "LAN-2024-0005"), encoding="utf-8")
    file.unlink()
    ended = today.release()
    assert (ended.code, "advisory notify" in ended.err, len(server.post.mails)) == (3, False, 1)


def test_an_upcoming_one_that_no_key_opens_is_not_shown_beyond_its_embargo(today: Day) -> None:
    config = today.root / "mkdocs.yml"
    more = (
        "      upcoming: true\n      projects: [{name: lantern, packages: [crates.io/lantern]}]\n"
    )
    config.write_text(MKDOCS_YML + more, encoding="utf-8")
    for name in (NEW, OTHER):
        (today.folder.path / f"{name}.md").unlink()
    keys, end = new_keys(), parse_instant(EMBARGO)
    keys.write(today.folder)
    notice = Notice(projects=("lantern",), severity=None, embargo=end)
    put(today.folder, keys, embargo=EMBARGO, notice=notice, stem=NEW)
    (today.folder.path / ".gitattributes").write_text("*.sealed.md -text\n", encoding="utf-8")
    today.commit()
    shown = today.site / "index.html"
    assert today.release(now=BEFORE).code == 0
    assert "adv-upcoming" in shown.read_text("utf-8")
    ended = today.release(now=AFTER)
    assert (ended.code, "set ADVISORY_IDENTITY or ADVISORY_KEY" in ended.err) == (2, True)
    assert "adv-upcoming" not in shown.read_text("utf-8")


def test_json_does_not_tell_when_the_next_embargo_ends(today: Day) -> None:
    ended = today.release("--format", "json", now=BEFORE)
    assert (ended.code, EMBARGO in ended.out + ended.err) == (0, False)


def test_a_refused_login_keeps_the_site_and_the_next_run_goes_on(
    today: Day, server: MailServer
) -> None:
    today.environment.update(server.environment(password="wrong"))  # noqa: S106 - on purpose
    ended = today.release()
    assert (ended.code, "it refused the login" in ended.err) == (4, True), ended.err
    assert (today.site / "advisories" / NEW).exists()
    today.environment.update(server.environment())
    assert (today.release().code, len(server.post.mails)) == (0, 1)


def test_the_first_disclosure_is_announced_even_if_the_mail_server_is_away_for_hours(
    today: Day, server: MailServer
) -> None:
    today.environment["ADVISORY_SMTP_URL"] = "smtp+plain://127.0.0.1:9"
    assert today.release().code == 4
    ended = today.release(now="2024-06-01T19:10:00Z")
    assert (ended.code, "not sent: 127.0.0.1:9 cannot be used" in ended.err) == (4, True)
    today.environment.update(server.environment())
    ended = today.release(now="2024-06-01T23:00:00Z")
    assert (ended.code, len(server.post.mails)) == (0, 1), ended.err


def test_a_connection_that_drops_after_the_text_stops_for_a_person(
    today: Day, server: MailServer
) -> None:
    server.post.drops = True
    ended = today.release()
    assert (ended.code, "look into the archive of the list" in ended.err) == (4, True), ended.err
    server.post.drops = False
    ended = today.release()
    assert (ended.code, "not known whether this mail was sent" in ended.err) == (3, True)
    assert len(server.post.mails) == 1


def test_a_ledger_that_cannot_be_read_stops_all(today: Day, server: MailServer) -> None:
    (today.root / "advisories" / ".ledger.jsonl").write_text("<<<<<<< HEAD\n", encoding="utf-8")
    ended = today.release()
    assert (ended.code, "remove the marks of git" in ended.err) == (3, True)
    assert "the ledger: line 1 is none of its lines: mend .ledger.jsonl" in ended.err
    assert (today.site.is_symlink(), server.post.mails) == (False, [])


def test_a_command_of_ones_own_gets_the_folder_and_no_secret(today: Day, tmp_path: Path) -> None:
    script, place = tmp_path / "deploy", tmp_path / "there"
    script.write_text(f'#!/bin/sh\nset -e\ncp -R "$ADVISORY_SITE" {place}\nenv >{place}/env\n')
    script.chmod(0o755)
    ended = today.release("--no-mail", to=f"command:{script}")
    assert (ended.code, "does not show all that is disclosed" in ended.err) == (4, True), ended.err
    assert (place / "advisories" / NEW / "index.html").exists()
    assert "ADVISORY_SMTP" not in (place / "env").read_text("utf-8")
    for command, words in (("false", "false ended with 1"), ("./no", "./no cannot be run")):
        ended = today.release("--no-mail", to=f"command:{command}")
        assert (ended.code, words in ended.err) == (4, True), ended.err


def test_ten_at_once_are_as_one(today: Day, server: MailServer) -> None:
    runs = [
        subprocess.Popen(
            today.command("--wait", "120"),
            env=today.variables(AFTER),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(10)
    ]
    said = [one.communicate(timeout=200) for one in runs]
    assert [one.returncode for one in runs] == [0] * 10, said
    assert [out for out, _ in said].count("Nothing to do.\n") == 9
    assert len(server.post.mails) == 1


def test_what_a_killed_run_has_left_is_removed(today: Day) -> None:
    left = today.root / ".cache" / "advisory-release-work-x" / "site"
    left.mkdir(parents=True)
    assert today.release("--no-mail").code == 0
    assert list((today.root / ".cache").glob("advisory-release-work-*")) == []


def test_a_lock_that_is_held_ends_the_run_and_a_stale_one_does_not(today: Day) -> None:
    lock = today.root / ".cache" / "advisory-release.lock"
    lock.parent.mkdir()
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        ended = today.release("--no-mail", "--wait", "0")
        assert (ended.code, "another release is running" in ended.err) == (4, True)
    assert today.release("--no-mail").code == 0
