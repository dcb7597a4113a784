"""`advisory notify`: what each mail says, what it never says, and that it goes out once."""

import json
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from command import Command
from conftest import BODY, MKDOCS_YML, NOW, PROJECT, Folder
from mail_server import MailServer, hangs_up, mail_server
from mkdocs_advisories.disclosure.ledger import Event as LedgerEvent
from mkdocs_advisories.disclosure.ledger import Ledger, opened
from mkdocs_advisories.disclosure.notices import (
    Desk,
    notice_about,
    plan_prenotification,
    told_by,
    usual_words,
)
from mkdocs_advisories.model import Advisory, Notice, NoticeKind
from mkdocs_advisories.policy import Mail, Policy
from mkdocs_advisories.proof.letters import besides
from mkdocs_advisories.render.letter import default_template
from mkdocs_advisories.render.plain_text import WIDTH, fit, reflow
from mkdocs_advisories.source.catalog import read_catalog

MAIL = """\
      mail:
        from: security@lantern.example
        reply_to: team@lantern.example
        announce: [announce@lists.lantern.example]
        prenotify: [distros@lists.lantern.example]
        templates: mail
      projects:
        - name: Lantern
          packages: [crates.io/lantern]
"""
HIGH = """\
aliases: [CVE-2026-1000]
severity:
  - {type: CVSS_V3, score: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:H/A:N"}
credits: [{name: Zoë Müller, type: FINDER}]
"""
HELD = "2026-06-05T12:00:00Z"
REVISED = "revisions: [{date: 2026-05-03T12:00:00Z, summary: Fixed version corrected.}]\n"


@pytest.fixture(autouse=True)
def _no_server_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ADVISORY_SMTP_URL", "ADVISORY_SMTP_PASSWORD"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def advisory(
    checkout: Folder,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> Command:
    config = checkout.path.parent / "mkdocs.yml"
    config.write_text(MKDOCS_YML + MAIL, encoding="utf-8")
    out = tmp_path / "out"
    out.mkdir()
    monkeypatch.chdir(out)
    return Command(config=config, capsys=capsys, monkeypatch=monkeypatch)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MailServer]:
    if shutil.which("openssl") is None:
        pytest.skip("there is no openssl to make a certificate with")
    with mail_server(tmp_path_factory.mktemp("server")) as server:
        yield server


@pytest.fixture
def server(running: MailServer, monkeypatch: pytest.MonkeyPatch) -> MailServer:
    for name, value in running.environment().items():
        monkeypatch.setenv(name, value)
    running.post.forget()
    return running


def mail_of(advisory: Command, *arguments: str, now: datetime = NOW) -> EmailMessage:
    done = advisory("notify", *arguments, "--dry-run", now=now)
    assert done.code == 0, done
    match = re.match(r"Not sent: (\S+), for ", done.out)
    assert match
    return message_from_bytes(Path(match[1]).read_bytes(), policy=default)


def text_of(mail: EmailMessage) -> str:
    return str(mail.get_content()).replace("\r\n", "\n")


def recorded(folder: Folder) -> list[str]:
    file = folder.path / ".ledger.jsonl"
    lines = file.read_text("utf-8").splitlines() if file.exists() else []
    return [json.loads(one)["event"] for one in lines]


def test_a_notice_has_three_fields() -> None:
    assert [one.name for one in fields(Notice)] == ["projects", "severity", "embargo"]


def test_a_prenotification_tells_three_facts(advisory: Command, checkout: Folder) -> None:
    checkout.write(embargo=HELD, more=HIGH)
    mail = mail_of(advisory, "prenotification", "LAN-2026-0001")
    text = text_of(mail)
    assert mail["Subject"] == "Security release on 5 June 2026: Lantern"
    assert mail["To"] == "distros@lists.lantern.example"
    assert mail["From"] == "Lantern Works <security@lantern.example>"
    assert mail["Reply-To"] == "team@lantern.example"
    assert mail.get_content_type() == "text/plain"
    assert "5 June 2026, 12:00 UTC (2026-06-05T12:00:00Z)" in text
    assert "Severity: high" in text
    for secret in ("LAN-2026", "CVE-", "1.2.3", "lit from afar", "crates", "Zoë", "7.5"):
        assert secret not in mail.as_string()


def test_one_notice_tells_of_a_whole_bundle(advisory: Command, checkout: Folder) -> None:
    checkout.write("LAN-2026-0001", embargo=HELD)
    checkout.write("LAN-2026-0002", embargo=HELD, more=HIGH.replace("1000", "1001"))
    mail = mail_of(advisory, "prenotification", "LAN-2026-0001", "LAN-2026-0002")
    assert text_of(mail).count("Lantern\n") == 1
    assert "Severity: high" in text_of(mail)


@pytest.mark.parametrize(
    ("slip", "kind"),
    [
        ("See LAN-2026-0001.", "an id"),
        ("It is CVE-2026-1000.", "an id"),
        ("Get 1.2.3 then.", "a version"),
        ("It is in crates.io/lantern.", "a package"),
        ("It can be done from afar, before it is lit: an afartist.", None),
        ("Beware of the Canaries.", "words of a title"),
    ],
)
def test_a_template_that_tells_more_is_refused(
    advisory: Command, checkout: Folder, slip: str, kind: str | None
) -> None:
    checkout.write(embargo=HELD, more=HIGH, summary="Lantern canaries sing")
    templates = checkout.path.parent / "mail"
    templates.mkdir()
    own = default_template(NoticeKind.PRENOTIFICATION) + slip + "\n"
    (templates / "prenotification.txt").write_text(own, "utf-8")
    done = advisory("notify", "prenotification", "LAN-2026-0001")
    if kind is None:
        assert done.code == 0
        return
    assert done.code == 3
    assert kind in done.err
    assert slip not in done.err
    assert list(Path().iterdir()) == []


def test_no_notice_of_the_example_site_is_refused(policy: Policy) -> None:
    """Whatever the title: the words of the template are those of every notice."""
    own = replace(policy, id_pattern="GHSA-.*")
    catalog = read_catalog(PROJECT / "advisories", prefix="advisories", policy=own)
    mail = Mail(sender="security@lantern.example", prenotify=("distros@lists.example",))
    assert len(catalog.advisories) > 50
    for one in catalog.advisories:
        notice = notice_about([one], policy=own)
        assert one.embargo
        before = one.embargo - timedelta(days=1)
        desk = Desk(policy=own, mail=mail, template=None, now=before, ledger=Ledger())
        told = told_by(notice, policy=own, mail=mail)

        def more(text: str, *, of: Advisory = one, told: tuple[str, ...] = told) -> object:
            return besides(text, told=told, advisories=[of.content], usual=usual_words())

        words = plan_prenotification(notice, desk).words
        assert more(words) == ()
        assert more(f"{words} See {one.content.id.lower()}.") == ("an id",)
        assert "words of a title" in str(more(words + one.content.summary))


def test_a_title_may_have_the_words_of_headers(advisory: Command, checkout: Folder) -> None:
    checkout.write(embargo=HELD, summary="Content of quoted-printable Message encodings")
    assert mail_of(advisory, "prenotification", "LAN-2026-0001")["Subject"]


def test_each_kind_needs_its_lists(advisory: Command, checkout: Folder) -> None:
    checkout.write()
    text = advisory.config.read_text("utf-8").replace("announce: [announce@lists", "x")
    lines = [one for one in text.splitlines() if not one.strip().startswith("x.lantern")]
    advisory.config.write_text("\n".join(lines), encoding="utf-8")
    done = advisory("notify", "announcement", "LAN-2026-0001")
    assert (done.code, "`mail.announce`" in done.err) == (2, True)


@pytest.mark.parametrize("url", ["smtp://bücher:ö@localhost:1", "smtp://mail..example:1"])
def test_names_that_no_server_has_are_told(
    advisory: Command, checkout: Folder, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    checkout.write()
    monkeypatch.setenv("ADVISORY_SMTP_URL", url)
    done = advisory("notify", "announcement", "LAN-2026-0001", "--send")
    assert (done.code, "cannot be used" in done.err) == (4, True)


def test_a_password_may_not_have_every_character(
    advisory: Command, checkout: Folder, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkout.write()
    monkeypatch.setenv("ADVISORY_SMTP_PASSWORD", "öffne dich")
    done = advisory("notify", "announcement", "LAN-2026-0001", "--send")
    assert done.code == 4
    assert "öffne" not in done.err
    assert server.post.raw == []


def test_text_of_any_held_advisory_stops_a_mail(advisory: Command, checkout: Folder) -> None:
    words = "The wick burns on when the lamp is closed by a draught from the cellar below"
    checkout.write("LAN-2026-0001")
    checkout.write("LAN-2026-0002", embargo=HELD, body=f"## Impact\n\n{words}.\n")
    templates = checkout.path.parent / "mail"
    templates.mkdir()
    own = default_template(NoticeKind.ANNOUNCEMENT) + words + "\n"
    (templates / "announcement.txt").write_text(own, "utf-8")
    done = advisory("notify", "announcement", "LAN-2026-0001")
    assert done.code == 3
    assert "held advisory" in done.err
    assert "wick" not in done.err


def test_an_announcement_waits_for_the_embargo(advisory: Command, checkout: Folder) -> None:
    checkout.write(embargo=HELD, more=HIGH)
    for kind in ("announcement", "update", "withdrawal"):
        done = advisory("notify", kind, "LAN-2026-0001")
        assert done.code == 3
        assert "lit" not in done.err
    assert list(Path().iterdir()) == []
    day = datetime(2026, 6, 5, 12, tzinfo=UTC)
    assert mail_of(advisory, "announcement", "LAN-2026-0001", now=day)["Date"]


def test_an_announcement_says_what_the_page_says(advisory: Command, checkout: Folder) -> None:
    checkout.write(more=HIGH)
    mail = mail_of(advisory, "announcement", "LAN-2026-0001")
    text = text_of(mail)
    assert mail["Subject"] == "LAN-2026-0001: Lantern can be lit from afar"
    for part in (
        "https://security.lantern.example/advisories/LAN-2026-0001/",
        "high (7.5, CVSS 3.1)",
        "CVE-2026-1000",
        "crates.io/lantern < 1.2.3",
        "Zoë Müller",
        "Blow it out.",
    ):
        assert part in text
    assert "               1.2.3\nLAN-2026-0001  fixed\n" in text


def test_a_bundle_is_one_mail_with_one_table(advisory: Command, checkout: Folder) -> None:
    checkout.write("LAN-2026-0001")
    file = checkout.write("LAN-2026-0002", body=BODY.replace("1.2.3", "1.10.0 and 2.0.1"))
    wider = '{introduced: "0"}, {fixed: "1.10.0"}, {introduced: "2.0.0"}, {fixed: "2.0.1"}'
    text = file.read_text("utf-8").replace('{introduced: "0"}, {fixed: "1.2.3"}', wider)
    file.write_text(text, "utf-8")
    mail = mail_of(advisory, "announcement", "LAN-2026-0002", "LAN-2026-0001")
    assert mail["Subject"] == "2 security advisories: Lantern"
    assert (
        "Fixed releases of Lantern:\n\n"
        "               1.2.3  1.10.0  2.0.1\n"
        "LAN-2026-0001  fixed  -       -\n"
        "LAN-2026-0002  -      fixed   fixed\n"
    ) in text_of(mail)
    page = "https://security.lantern.example/bundles/2026-05-01t120000z/"
    assert f"All of them on one page:\n{page}\n" in text_of(mail)
    assert "bundles/" not in text_of(mail_of(advisory, "announcement", "LAN-2026-0001"))
    other = mail_of(advisory, "announcement", "LAN-2026-0001", "LAN-2026-0002")
    assert other["Message-ID"] == mail["Message-ID"]


def test_advisories_of_two_embargoes_are_no_bundle(advisory: Command, checkout: Folder) -> None:
    checkout.write("LAN-2026-0001")
    checkout.write("LAN-2026-0002", embargo="2026-05-02T12:00:00Z")
    done = advisory("notify", "announcement", "LAN-2026-0001", "LAN-2026-0002")
    assert done.code == 2
    assert "different embargoes" in done.err


def test_an_update_and_a_withdrawal_answer_the_announcement(
    advisory: Command, checkout: Folder
) -> None:
    gone = "withdrawn: {date: 2026-05-04T12:00:00Z, reason: It was none.}\n"
    checkout.write(more=REVISED + gone)
    first = mail_of(advisory, "announcement", "LAN-2026-0001")
    update = mail_of(advisory, "update", "LAN-2026-0001")
    withdrawal = mail_of(advisory, "withdrawal", "LAN-2026-0001")
    assert "In-Reply-To" not in first
    for one in (update, withdrawal):
        assert one["In-Reply-To"] == one["References"] == first["Message-ID"]
    assert len({one["Message-ID"] for one in (first, update, withdrawal)}) == 3
    assert "It was none." in text_of(withdrawal)


def test_there_is_no_mail_of_a_change_that_is_not_there(
    advisory: Command, checkout: Folder
) -> None:
    checkout.write()
    for kind, word in (("update", "revisions"), ("withdrawal", "withdrawn")):
        done = advisory("notify", kind, "LAN-2026-0001")
        assert (done.code, word in done.err) == (2, True)


def test_every_revision_is_another_mail(advisory: Command, checkout: Folder) -> None:
    checkout.write(more=REVISED)
    one = mail_of(advisory, "update", "LAN-2026-0001")["Message-ID"]
    again = ", {date: 2026-05-05T12:00:00Z, summary: Corrected again.}]"
    checkout.write(more=REVISED.replace("]", again))
    two = mail_of(advisory, "update", "LAN-2026-0001")
    assert two["Message-ID"] != one
    assert "Corrected again." in text_of(two)


@pytest.mark.parametrize("kind", ["prenotification", "announcement"])
def test_any_client_reads_the_lines(advisory: Command, checkout: Folder, kind: str) -> None:
    long = "Ein Licht für Zoë, " * 30
    embargo = HELD if kind == "prenotification" else "2026-05-01T12:00:00Z"
    checkout.write(
        embargo=embargo,
        more=HIGH,
        summary="Lantern läßt sich aus der Ferne anzünden – und niemand merkt es, bis es heiß wird",
        body=f"## Impact\n\n{long}\n\n    {'x' * 1200}\n\n.\n\nFrom afar.\n",
    )
    name = "LAN-2026-0001"
    mail = mail_of(advisory, kind, name)
    (file,) = Path().iterdir()
    raw = file.read_bytes()
    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 78
    assert b"\n" not in raw.replace(b"\r\n", b"")
    if kind == "announcement":
        assert mail["Subject"].startswith("LAN-2026-0001: Lantern läßt sich aus der Ferne")
        assert "x" * 1200 in text_of(mail)
        assert mail.get_content_charset() == "utf-8"


def test_lines_are_broken_but_code_and_tables_are_not() -> None:
    long = "word " * 30
    code = f"```\n{long}\n```"
    assert fit(code) == code.replace(long, long.rstrip())
    assert fit(f"| {long}|") == f"| {long}|"
    broken = fit(f"* {long}").split("\n")
    assert max(map(len, broken)) <= WIDTH
    assert all(one.startswith("  word") for one in broken[1:])


def test_a_paragraph_with_a_long_line_is_broken_anew() -> None:
    long = " ".join(["word"] * 20)
    text = f"# {long}\n\n{long}\nshort\nend\n\n- {long}\n  more\n- two\nshort\n"
    broken = reflow(text).split("\n")
    assert broken[0] == f"# {long}"
    prose = broken[2 : broken.index("", 2)]
    assert " ".join(prose) == f"{long} short end"
    assert max(map(len, prose)) <= WIDTH
    assert reflow(f"```\n{long}\nx\n```") == f"```\n{long}\nx\n```"
    assert broken[-3:] == ["- two", "short", ""]


@given(st.text(st.sampled_from("ab -#`>|1.\n"), max_size=400))
def test_breaking_lines_loses_no_word(text: str) -> None:
    assert reflow(text).replace(">", " ").split() == text.replace(">", " ").split()
    assert fit(fit(text)) == fit(text)


@pytest.mark.parametrize(
    ("template", "why"),
    [
        ("Hello", "Subject"),
        ("Subject: x\n\n", "no text"),
        ("Subject: {{ id }}\n\nx", "'id' is undefined"),
        ("Subject: x\n\n{{ organisation.__class__.__mro__ }}", "unsafe"),
        ("Subject: x\n\n{% for", "line 3"),
        ("Subject: x\n\n{{ 1 / 0 }}", "ZeroDivisionError"),
        ("Subject: x\n\n{% include 'mkdocs.yml' %}", "it cannot be filled"),
    ],
)
def test_a_faulty_template_is_told(
    advisory: Command, checkout: Folder, template: str, why: str
) -> None:
    checkout.write(embargo=HELD, more=HIGH)
    (checkout.path.parent / "mail").mkdir()
    (checkout.path.parent / "mail" / "prenotification.txt").write_text(template, "utf-8")
    done = advisory("notify", "prenotification", "LAN-2026-0001")
    assert done.code == 2
    assert why in done.err
    assert "prenotification.txt" in done.err


def test_wrong_use_is_told(advisory: Command, checkout: Folder) -> None:
    checkout.write(embargo=HELD)
    notify = ("notify", "prenotification", "LAN-2026-0001")
    assert "exclude" in advisory(*notify, "--send", "--dry-run").err
    assert "ADVISORY_SMTP_URL" in advisory(*notify, "--send").err
    assert "--claim is for --send" in advisory(*notify, "--claim", "origin").err
    assert "no advisory LAN-2026-0009" in advisory("notify", "update", "LAN-2026-0009").err
    late = advisory(*notify, now=datetime(2026, 6, 6, tzinfo=UTC))
    assert (late.code, "has ended" in late.err) == (2, True)
    checkout.write(embargo="undecided")
    assert "undecided" in advisory(*notify).err
    advisory.config.write_text(MKDOCS_YML, encoding="utf-8")
    none = advisory(*notify)
    assert (none.code, "no list is configured" in none.err) == (2, True)
    assert list(Path().iterdir()) == []


@pytest.mark.parametrize(
    "url",
    [
        "mail.example.org",
        "http://x",
        "smtp+plain://mail.example.org",
        "smtp://user@x",
        "smtp://x:y",
    ],
)
def test_a_server_that_cannot_be_used_is_told(
    advisory: Command, checkout: Folder, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    checkout.write()
    monkeypatch.setenv("ADVISORY_SMTP_URL", url)
    done = advisory("notify", "announcement", "LAN-2026-0001", "--send")
    assert (done.code, "ADVISORY_SMTP_URL" in done.err) == (2, True)


def test_a_mail_is_sent_once(advisory: Command, checkout: Folder, server: MailServer) -> None:
    checkout.write(more=HIGH)
    notify = ("notify", "announcement", "LAN-2026-0001", "--send")
    first, again = advisory(*notify), advisory(*notify)
    assert (first.code, again.code) == (0, 0)
    assert again.out.startswith("Sent before, not again: <announcement.")
    (mail,) = server.post.mails
    assert server.post.recipients == [["announce@lists.lantern.example"]]
    assert mail["Message-ID"] in first.out
    assert "Zoë Müller" in text_of(mail)
    assert recorded(checkout) == ["intent", "sent"]
    assert "not recorded" not in advisory("ledger", "show").out


@pytest.mark.usefixtures("server")
def test_the_ledger_names_no_held_advisory(advisory: Command, checkout: Folder) -> None:
    checkout.write(embargo=HELD, more=HIGH)
    assert advisory("notify", "prenotification", "LAN-2026-0001", "--send").code == 0
    text = (checkout.path / ".ledger.jsonl").read_text("utf-8")
    assert "LAN-" not in text
    assert json.loads(text.splitlines()[1])["projects"] == ["Lantern"]


def test_an_update_answers_the_mail_of_its_bundle(
    advisory: Command, checkout: Folder, server: MailServer
) -> None:
    checkout.write("LAN-2026-0001", more=REVISED)
    checkout.write("LAN-2026-0002")
    bundle = ("LAN-2026-0001", "LAN-2026-0002")
    assert advisory("notify", "announcement", *bundle, "--send").code == 0
    assert advisory("notify", "update", "LAN-2026-0001", "--send").code == 0
    first, update = server.post.mails
    assert update["In-Reply-To"] == first["Message-ID"]


@pytest.mark.parametrize(
    ("faults", "word"),
    [
        ({"at_rcpt": "450 greylisted, come back"}, "try again later"),
        ({"at_rcpt": "550 no such list"}, "refused the list announce@"),
        ({"at_data": "451 busy"}, "451 busy"),
        ({"at_data": "554 spam"}, "554 spam"),
    ],
)
def test_what_the_server_refuses_can_be_sent_later(
    advisory: Command,
    checkout: Folder,
    server: MailServer,
    faults: dict[str, str],
    word: str,
) -> None:
    checkout.write()
    server.post.fail(**faults)
    notify = ("notify", "announcement", "LAN-2026-0001", "--send")
    done = advisory(*notify)
    assert done.code == 4
    assert word in done.err
    assert recorded(checkout) == (["intent", "unsent"] if "at_data" in faults else [])
    server.post.fail()
    assert advisory(*notify).code == 0
    assert len(server.post.raw) == 1


@pytest.mark.usefixtures("server")
def test_a_refused_login_is_told(
    advisory: Command, checkout: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkout.write()
    monkeypatch.setenv("ADVISORY_SMTP_PASSWORD", "open barley")
    done = advisory("notify", "announcement", "LAN-2026-0001", "--send")
    assert done.code == 4
    assert "refused the login" in done.err
    assert "barley" not in done.err
    assert recorded(checkout) == []


def test_a_certificate_that_nobody_knows_is_refused(
    advisory: Command, checkout: Folder, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkout.write()
    monkeypatch.delenv("SSL_CERT_FILE")
    done = advisory("notify", "announcement", "LAN-2026-0001", "--send")
    assert (done.code, "certificate is not trusted" in done.err) == (4, True)
    assert server.post.raw == []


@pytest.mark.parametrize("after", [b"EHLO", b"MAIL", b"RCPT", b"DATA"])
def test_a_connection_that_ends_before_the_text_leaves_nothing(
    advisory: Command, checkout: Folder, monkeypatch: pytest.MonkeyPatch, after: bytes
) -> None:
    checkout.write()
    with hangs_up(after=after) as port:
        monkeypatch.setenv("ADVISORY_SMTP_URL", f"smtp+plain://127.0.0.1:{port}")
        done = advisory("notify", "announcement", "LAN-2026-0001", "--send")
    assert (done.code, "Run this again" in done.err) == (4, True)
    assert recorded(checkout) == []


@pytest.mark.parametrize(
    ("after", "ending"), [(b".", (4, ["intent"])), (b"QUIT", (0, ["intent", "sent"]))]
)
def test_a_connection_that_ends_before_or_after_the_servers_word(
    advisory: Command,
    checkout: Folder,
    monkeypatch: pytest.MonkeyPatch,
    after: bytes,
    ending: tuple[int, list[str]],
) -> None:
    checkout.write()
    with hangs_up(after=after) as port:
        monkeypatch.setenv("ADVISORY_SMTP_URL", f"smtp+plain://127.0.0.1:{port}")
        done = advisory("notify", "announcement", "LAN-2026-0001", "--send")
    assert (done.code, recorded(checkout)) == ending


def test_a_clock_behind_the_ledger_is_not_believed(
    advisory: Command, checkout: Folder, server: MailServer
) -> None:
    checkout.write("LAN-2024-0001", embargo="2024-05-01T12:00:00Z")
    with opened(checkout.path) as record:
        record.append(LedgerEvent.LIVE, time=datetime(2099, 1, 1, tzinfo=UTC), advisory="x")
    with sender(advisory, server) as run:
        _, said = run.communicate(timeout=60)
    assert (run.returncode, "the last line of the ledger" in said) == (3, True)
    assert server.post.raw == []


def test_when_nobody_knows_a_person_decides(
    advisory: Command, checkout: Folder, server: MailServer
) -> None:
    checkout.write()
    server.post.drops = True
    notify = ("notify", "announcement", "LAN-2026-0001", "--send")
    cut = advisory(*notify)
    assert (cut.code, "advisory ledger resolve" in cut.err) == (4, True)
    server.post.drops = False
    assert advisory(*notify).code == 3
    assert advisory("ledger", "show").code == 3
    match = re.search(r"<announcement[^>]+>", cut.err)
    assert match
    assert advisory("ledger", "resolve", match[0], "sent").code == 0
    assert advisory(*notify).out.startswith("Sent before")
    assert len(server.post.raw) == 1
    assert advisory("ledger", "resolve", match[0], "sent").code == 2


def test_what_a_person_calls_unsent_is_sent_again(
    advisory: Command, checkout: Folder, server: MailServer
) -> None:
    checkout.write()
    server.post.drops = True
    notify = ("notify", "announcement", "LAN-2026-0001", "--send")
    match = re.search(r"<announcement[^>]+>", advisory(*notify).err)
    assert match
    server.post.drops = False
    assert advisory("ledger", "resolve", match[0], "unsent").code == 0
    assert advisory(*notify).out.startswith("Sent: ")
    assert recorded(checkout) == ["intent", "unsent", "intent", "sent"]


def test_a_mail_that_the_ledger_was_not_told_of_is_not_sent_again(
    advisory: Command, checkout: Folder, server: MailServer
) -> None:
    checkout.write()
    ledger = checkout.path / ".ledger.jsonl"
    before = resource.getrlimit(resource.RLIMIT_FSIZE)

    def fill_the_disk() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (ledger.stat().st_size, before[1]))

    server.post.on_data = fill_the_disk
    notify = ("notify", "announcement", "LAN-2026-0001", "--send")
    try:
        done = advisory(*notify)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert done.code == 4
    assert "sent, but the ledger could not be told" in done.err
    assert recorded(checkout) == ["intent"]
    assert advisory(*notify).code == 3
    assert len(server.post.raw) == 1


def sender(advisory: Command, server: MailServer) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "mkdocs_advisories.cli", "-f", str(advisory.config)]
    return subprocess.Popen(
        [*command, "notify", "announcement", "LAN-2024-0001", "--send"],
        env={**os.environ, **server.environment()},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_sender_that_was_killed_is_not_taken_for_one_that_failed(
    advisory: Command, checkout: Folder, server: MailServer
) -> None:
    checkout.write("LAN-2024-0001", embargo="2024-05-01T12:00:00Z")
    server.post.hangs = True
    with sender(advisory, server) as killed:
        assert server.post.in_data.wait(60)
        killed.send_signal(signal.SIGKILL)
    assert recorded(checkout) == ["intent"]
    server.post.hangs = False
    server.post.released.set()
    with sender(advisory, server) as next_one:
        _, said = next_one.communicate(timeout=60)
    assert next_one.returncode == 3
    assert "not known whether this mail was sent" in said
    assert len(server.post.raw) <= 1


def test_four_senders_send_one_mail(
    advisory: Command, checkout: Folder, server: MailServer
) -> None:
    checkout.write("LAN-2024-0001", embargo="2024-05-01T12:00:00Z")
    racers = [sender(advisory, server) for _ in range(4)]
    said = [one.communicate(timeout=120) for one in racers]
    assert [one.returncode for one in racers] == [0] * 4, said
    assert len(server.post.raw) == 1
    assert sum(out.startswith("Sent: ") for out, _ in said) == 1
    assert recorded(checkout) == ["intent", "sent"]


def test_at_a_terminal_the_mail_is_shown_and_sent_on_a_yes(
    advisory: Command,
    checkout: Folder,
    server: MailServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    checkout.write()
    advisory.as_terminal(module="notify")
    monkeypatch.setattr("mkdocs_advisories.cli.notify.may_ask", lambda: True)
    answers = iter([False, True])
    monkeypatch.setattr("click.confirm", lambda *_, **__: next(answers))
    shown = advisory("notify", "announcement", "LAN-2026-0001")
    assert "Subject: LAN-2026-0001: Lantern can be lit from afar" in shown.out
    assert server.post.raw == []
    assert advisory("notify", "announcement", "LAN-2026-0001").code == 0
    assert len(server.post.raw) == 1
