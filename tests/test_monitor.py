"""`advisory monitor`: a site and its mails against what is disclosed, with a dozen faults."""

import json
import re
import shutil
import socket
import ssl
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from command import Command, Outcome
from conftest import MKDOCS_YML, NOW, Folder
from live_site import served_files
from mail_server import certificate
from mkdocs_advisories.disclosure.ledger import Event as LedgerEvent
from mkdocs_advisories.disclosure.ledger import Ledger, opened
from mkdocs_advisories.disclosure.live import Live
from mkdocs_advisories.disclosure.monitor import Level, Seen, Source, Term, watch
from mkdocs_advisories.disclosure.web import Answer, NoAnswer, keeping, patient
from mkdocs_advisories.disclosure.web import web as web_of
from mkdocs_advisories.model import format_instant
from mkdocs_advisories.policy import Policy
from mkdocs_advisories.source.configuration import Configuration, configure
from mkdocs_advisories.source.site_file import read_site_file
from sealing import new_keys, put
from web_server import Web, answers, bomb, cut_chunks, cut_off, hangs_up, leads, web_server

FIRST, SECOND, HELD = "LAN-2026-0001", "LAN-2026-0002", "LAN-2026-0003"
PAGE, RECORD = f"advisories/{FIRST}/", f"osv/x_{FIRST}.json"
PUBLISHED = datetime(2026, 5, 1, 12, tzinfo=UTC)
END = datetime(2026, 6, 9, 12, tzinfo=UTC)
"""When the embargo of the held one ends."""

OPTIONS = """\
      mail: {from: security@lantern.example, announce: [announce@lists.lantern.example]}
      security_txt:
        expires: 2027-10-01T00:00:00Z
        contact: ["https://lantern.example/report"]
"""
HOME = b"<!doctype html><html><body>All advisories</body></html>"


@pytest.fixture
def written(checkout: Folder, tmp_path: Path) -> Folder:
    """Two disclosed advisories, and one that is held."""
    (tmp_path / "mkdocs.yml").write_text(MKDOCS_YML + OPTIONS, encoding="utf-8")
    checkout.write(FIRST)
    change = "revisions: [{date: 2026-05-09T00:00:00Z, summary: Better words.}]\n"
    checkout.write(SECOND, summary="A second one", more=change)
    checkout.write(HELD, summary="Canary in the cellar", embargo="2026-06-09T12:00:00Z")
    stated = read_site_file(tmp_path / "mkdocs.yml")
    settings = configure(stated.options, site=stated.facts)
    assert isinstance(settings, Configuration)
    return Folder(path=checkout.path, policy=settings.policy)


@pytest.fixture
def web(written: Folder) -> Iterator[Web]:
    with web_server(served_files(written)) as running:
        yield running


@pytest.fixture
def alone(written: Folder, web: Web) -> Web:
    """The site with the first advisory and no other."""
    (written.path / f"{SECOND}.md").unlink()
    web.files = served_files(written)
    return web


@pytest.fixture
def awaiting(written: Folder, alone: Web) -> Folder:
    """The folder of that site."""
    del alone
    return written


@pytest.fixture
def advisory(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Command:
    return Command(config=tmp_path / "mkdocs.yml", capsys=capsys, monkeypatch=monkeypatch)


@pytest.fixture
def monitor(advisory: Command, web: Web) -> Callable[..., Outcome]:
    def run(*arguments: str, now: datetime = NOW, timeout: str = "30") -> Outcome:
        outcome = advisory("monitor", web.url, "--timeout", timeout, *arguments, now=now)
        if now < END:
            assert not re.search(f"{HELD}|Canary|2026-06-09", outcome.out + outcome.err)
        return outcome

    return run


def alarms(outcome: Outcome) -> list[str]:
    """Give all lines but the last one, which counts."""
    return outcome.out.splitlines()[:-1]


def test_all_is_fine(monitor: Callable[..., Outcome], web: Web) -> None:
    outcome = monitor()
    assert outcome.out == f"{web.url}: 2 disclosed advisories, 2 live, fine\n"
    assert outcome.code == 0


FAULTS: dict[str, tuple[Callable[[Web], object], int, str]] = {
    "404": (
        lambda web: web.files.pop(PAGE),
        1,
        f"{PAGE}: is not there: the server answers with 404",
    ),
    "410": (
        lambda web: web.replies.update({PAGE: answers(410, b"gone")}),
        1,
        f"{PAGE}: is not there: the server answers with 410",
    ),
    "soft 404": (
        lambda web: web.files.update({PAGE: HOME}),
        1,
        f"{PAGE}: is another page, though the server answers with 200",
    ),
    "redirect to the home page": (
        lambda web: web.replies.update({PAGE: leads("/")}),
        1,
        f"{PAGE}: is another page, though the server answers with 200",
    ),
    "HTML for the feed": (
        lambda web: web.files.update({"feed.xml": HOME}),
        1,
        "feed.xml: is no feed: it is not well-formed XML",
    ),
    "HTML for the index": (
        lambda web: web.files.update({"advisories.json": HOME}),
        1,
        "advisories.json: is no index of advisories",
    ),
    "redirect elsewhere": (
        lambda web: web.replies.update({PAGE: leads("https://parking.example/")}),
        1,
        f"{PAGE}: leads to another site: parking.example",
    ),
    "redirect to another port": (
        lambda web: web.replies.update({PAGE: leads("http://127.0.0.1:1/")}),
        1,
        f"{PAGE}: leads to another site: 127.0.0.1",
    ),
    "redirect loop": (
        lambda web: web.replies.update({PAGE: leads(f"/{PAGE}")}),
        4,
        f"{PAGE}: it redirects in a circle, or too often",
    ),
    "500": (
        lambda web: web.replies.update({PAGE: answers(500, b"sorry")}),
        4,
        f"{PAGE}: the server answers with 500",
    ),
    "429": (
        lambda web: web.replies.update({PAGE: answers(429, b"slower")}),
        4,
        f"{PAGE}: the server answers with 429",
    ),
    "hang": (
        lambda web: web.replies.update({PAGE: web.hang}),
        4,
        f"{PAGE}: it did not answer in time",
    ),
    "drip": (
        lambda web: web.replies.update({PAGE: web.drip}),
        4,
        f"{PAGE}: it did not answer in time",
    ),
    "broken connection": (
        lambda web: web.replies.update({PAGE: hangs_up}),
        4,
        f"{PAGE}: the answer is cut off, or no HTTP",
    ),
    "truncated body": (
        lambda web: web.replies.update({PAGE: cut_off(web.files[PAGE])}),
        4,
        f"{PAGE}: the answer is cut off",
    ),
    "truncated chunks": (
        lambda web: web.replies.update({PAGE: cut_chunks(web.files[PAGE])}),
        4,
        f"{PAGE}: the answer is cut off, or no HTTP",
    ),
    "half a page as a whole": (
        lambda web: web.files.update({PAGE: web.files[PAGE][:-100]}),
        1,
        f"{PAGE}: is cut off: it has no end",
    ),
    "empty 200": (
        lambda web: web.files.update({PAGE: b""}),
        1,
        f"{PAGE}: is empty",
    ),
    "gzip bomb": (
        lambda web: web.replies.update({PAGE: bomb(80 * 1024 * 1024)}),
        4,
        f"{PAGE}: the answer is larger than 64 MiB",
    ),
    "no gzip": (
        lambda web: web.replies.update({PAGE: answers(200, HOME, {"Content-Encoding": "gzip"})}),
        4,
        f"{PAGE}: the answer is no valid gzip",
    ),
    "another coding": (
        lambda web: web.replies.update({PAGE: answers(200, b"x", {"Content-Encoding": "br"})}),
        4,
        f"{PAGE}: the answer is packed as br, which was not asked for",
    ),
    "another record": (
        lambda web: web.files.update({RECORD: web.files[f"osv/x_{SECOND}.json"]}),
        1,
        f"{RECORD}: is the record of another advisory",
    ),
    "a changed record": (
        lambda web: web.files.update({RECORD: web.files[RECORD].replace(b"afar", b"near")}),
        1,
        f"{RECORD}: has another hash than it should have",
    ),
    "expired security.txt": (
        lambda web: _edit(web, ".well-known/security.txt", "2027-10-01", "2026-05-31"),
        1,
        ".well-known/security.txt: has expired at 2026-05-31T00:00:00Z",
    ),
    "HTML for security.txt": (
        lambda web: web.files.update({".well-known/security.txt": HOME}),
        1,
        ".well-known/security.txt: is no security.txt with `Contact` and `Expires`",
    ),
    "no security.txt": (
        lambda web: web.files.pop(".well-known/security.txt"),
        1,
        ".well-known/security.txt: is not there: the server answers with 404",
    ),
}


def _edit(web: Web, uri: str, old: str, new: str) -> None:
    text = web.files[uri].decode()
    assert old in text
    web.files[uri] = text.replace(old, new).encode()


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_has_its_message_and_its_exit_code(
    name: str, monitor: Callable[..., Outcome], web: Web
) -> None:
    fault, code, text = FAULTS[name]
    fault(web)
    outcome = monitor(timeout="2" if name in {"hang", "drip"} else "30")
    found = alarms(outcome)
    assert [re.sub(r"^failure: (LAN-2026-0001: )?| \(due .*\)$", "", one) for one in found] == [
        text
    ]
    assert outcome.code == code


def test_an_old_site_is_an_old_revision_everywhere(
    written: Folder, monitor: Callable[..., Outcome], web: Web
) -> None:
    change = "revisions: [{date: 2026-05-20T00:00:00Z, summary: Better words.}]\n"
    written.write(FIRST, more=change)
    outcome = monitor()
    assert outcome.code == 1
    assert [one.split(": ")[2] for one in alarms(outcome)] == [
        f"advisories/{FIRST}/",
        RECORD,
        "the feed",
        "advisories.json",
    ]
    for one in alarms(outcome):
        assert "is the revision of 2026-05-01T12:00:00" in one
        assert one.endswith(
            ", not that of 2026-05-20T00:00:00Z (due 12 d 6 h ago, at 2026-05-20T06:00:00Z)"
        )
    assert web.url in outcome.out


def test_a_stale_feed_is_found(written: Folder, monitor: Callable[..., Outcome], web: Web) -> None:
    old = web.files["feed.xml"]
    written.write("LAN-2026-0004", summary="A newer one", embargo="2026-05-20T12:00:00Z")
    web.files = served_files(written) | {"feed.xml": old}
    outcome = monitor()
    assert outcome.code == 1
    assert alarms(outcome) == [
        (
            "failure: LAN-2026-0004: the feed: does not have it, nor has an archive"
            " (due 11 d 18 h ago, at 2026-05-20T18:00:00Z)"
        )
    ]


def test_an_index_that_lacks_one_or_has_one_too_many_is_found(
    monitor: Callable[..., Outcome], web: Web
) -> None:
    _edit(web, "advisories.json", f'"id":"{FIRST}"', '"id":"LAN-2026-0009"')
    outcome = monitor()
    assert outcome.code == 1
    assert [one.split(" (")[0] for one in alarms(outcome)] == [
        (
            "failure: advisories.json: lists 1 more than are disclosed here: something was"
            " published early, or has vanished from these files, or they are not the newest"
        ),
        f"failure: {FIRST}: advisories.json: does not list it",
    ]


def test_one_whose_embargo_ends_at_this_moment_is_no_stranger(
    written: Folder, monitor: Callable[..., Outcome], web: Web
) -> None:
    web.files = served_files(written, now=END)
    assert monitor(now=END - timedelta(minutes=1)).code == 0
    assert monitor(now=END - timedelta(minutes=3)).code == 1


@pytest.mark.parametrize(
    ("age", "level", "code"),
    [
        (timedelta(minutes=1), "waiting", 0),
        (timedelta(hours=2, minutes=59), "waiting", 0),
        (timedelta(hours=3), "warning", 0),
        (timedelta(hours=5, minutes=59), "warning", 0),
        (timedelta(hours=6), "failure", 1),
        (timedelta(days=30), "failure", 1),
    ],
)
def test_what_is_late_is_waited_for_then_a_warning_then_a_failure(
    age: timedelta, level: str, code: int, monitor: Callable[..., Outcome], alone: Web
) -> None:
    del alone.files[PAGE]
    outcome = monitor(now=PUBLISHED + age)
    assert [one.partition(":")[0] for one in alarms(outcome)] == [level]
    assert outcome.out.endswith(f", 0 live, {level}\n")
    assert outcome.code == code


def test_the_policy_says_how_long_it_may_take(
    monitor: Callable[..., Outcome], alone: Web, tmp_path: Path
) -> None:
    del alone.files[PAGE]
    (tmp_path / "mkdocs.yml").write_text(
        MKDOCS_YML + OPTIONS + "      clock: {live_within: 48}\n", encoding="utf-8"
    )
    outcome = monitor(now=PUBLISHED + timedelta(hours=7))
    assert (outcome.code, outcome.out.partition(":")[0]) == (0, "waiting")
    assert "(due in 1 d 17 h, at 2026-05-03T12:00:00Z)" in outcome.out


def test_a_page_that_vanishes_after_a_revision_is_late_from_its_disclosure_on(
    monitor: Callable[..., Outcome], web: Web, written: Folder
) -> None:
    change = "revisions: [{date: 2026-06-01T11:00:00Z, summary: Better words.}]\n"
    written.write(FIRST, more=change)
    web.files = served_files(written)
    del web.files[PAGE]
    assert monitor().code == 1


def test_a_revision_that_is_new_is_waited_for(
    monitor: Callable[..., Outcome], written: Folder
) -> None:
    change = "revisions: [{date: 2026-06-01T11:00:00Z, summary: Better words.}]\n"
    written.write(FIRST, more=change)
    outcome = monitor()
    assert outcome.code == 0
    assert {one.partition(":")[0] for one in alarms(outcome)} == {"waiting"}


def test_a_site_that_says_nothing_at_all_is_given_up(
    monitor: Callable[..., Outcome], web: Web, written: Folder
) -> None:
    for number in range(10, 40):
        written.write(f"LAN-2026-{number:04}")
    web.files = served_files(written)
    web.everywhere(web.hang)
    outcome = monitor(timeout="0.3")
    assert outcome.code == 4
    assert "it did not answer in time" in outcome.out
    assert "the site left too much without an answer" in outcome.out


def test_a_site_that_is_not_there_is_an_outside_failure(advisory: Command, written: Folder) -> None:
    del written
    outcome = advisory("monitor", "http://127.0.0.1:1/")
    assert outcome.code == 4
    assert "failure: feed.xml: it refuses the connection" in outcome.out


@pytest.mark.parametrize(
    "url", ["http://lantern.example/", "ftp://lantern.example/", "https://a:b@c.example/", "x"]
)
def test_only_an_address_that_cannot_be_forged_is_taken(
    url: str, advisory: Command, written: Folder
) -> None:
    del written
    assert advisory("monitor", url).code == 2


# What is known of the files.


def test_a_file_that_cannot_be_read_may_be_disclosed(
    monitor: Callable[..., Outcome], web: Web, written: Folder
) -> None:
    written.write(
        HELD, summary="Canary in the cellar", embargo="2026-06-09T12:00:00Z", more="x: 1\n"
    )
    assert monitor().code == 0
    del web.files[PAGE]
    written.write(FIRST, more="sevrity: []\n")
    outcome = monitor()
    assert outcome.code == 1
    assert "the files: not all of what may be disclosed can be read" in alarms(outcome)[0]


@pytest.mark.parametrize(
    ("ended", "levels"),
    [
        (timedelta(hours=-1), []),
        (timedelta(hours=1), [Level.WAITING]),
        (timedelta(hours=3), [Level.WARNING]),
        (timedelta(hours=6), [Level.FAILURE]),
    ],
)
def test_a_sealed_one_that_should_be_out_is_noticed_by_its_notice(
    ended: timedelta, levels: list[Level], policy: Policy
) -> None:
    seen = Seen(
        live=Live(observations=()),
        ledger=Ledger(),
        security_txt=None,
        certificate=None,
        source=Source(sealed=(NOW - ended,)),
    )
    found = watch(seen, site="https://security.lantern.example/", policy=policy, now=NOW)
    assert [one.level for one in found.alarms] == levels
    assert all("sealed, and there is no key" in one.text for one in found.alarms)


def test_what_a_release_has_opened_is_no_stranger_where_there_is_no_key(
    monitor: Callable[..., Outcome], written: Folder
) -> None:
    keys = new_keys()
    keys.write(written)
    (written.path / f"{FIRST}.md").unlink()
    put(written, keys, embargo=format_instant(PUBLISHED), stem=FIRST)
    assert "lists 1 more than are disclosed here" in alarms(monitor())[0]
    times = dict.fromkeys(("published", "modified"), format_instant(PUBLISHED))
    record(written, LedgerEvent.LIVE, at=PUBLISHED, advisory=FIRST, **times)
    assert (monitor().code, alarms(monitor())) == (0, [])


# Mails.


def record(folder: Folder, event: LedgerEvent, *, at: datetime, **about: object) -> None:
    with opened(folder.path) as ledger:
        ledger.append(event, time=at, **about)


def mail(*ids: str, attempt: str = "1") -> dict[str, object]:
    name = {"message_id": "<announcement.1@lantern.example>", "attempt": attempt}
    return {"kind": "announcement", "advisories": list(ids), **name}


BEFORE = PUBLISHED - timedelta(days=1)


def test_without_a_ledger_no_mail_is_missed(monitor: Callable[..., Outcome]) -> None:
    assert monitor().code == 0


def test_what_was_disclosed_before_the_ledger_began_is_not_missed(
    monitor: Callable[..., Outcome], written: Folder
) -> None:
    record(written, LedgerEvent.DONE, at=PUBLISHED + timedelta(hours=1), step="x", advisory=FIRST)
    assert monitor().code == 0


def test_the_mail_about_the_first_disclosure_of_all_is_missed_too(
    monitor: Callable[..., Outcome], awaiting: Folder
) -> None:
    record(awaiting, LedgerEvent.LIVE, at=PUBLISHED + timedelta(minutes=1), advisory=FIRST)
    outcome = monitor(now=PUBLISHED + timedelta(hours=7))
    assert any("does not say that the announcement was sent" in one for one in alarms(outcome))
    assert outcome.code == 1


def test_a_mail_that_was_sent_is_enough(monitor: Callable[..., Outcome], written: Folder) -> None:
    record(written, LedgerEvent.DONE, at=BEFORE, step="x", advisory=FIRST)
    record(written, LedgerEvent.INTENT, at=PUBLISHED, **mail(FIRST, SECOND))
    record(written, LedgerEvent.SENT, at=PUBLISHED, **mail(FIRST, SECOND))
    assert monitor().code == 0


@pytest.mark.parametrize(
    ("hours", "level", "code"), [(1, "waiting", 0), (4, "warning", 0), (7, "failure", 1)]
)
def test_a_mail_that_was_not_sent_is_missed(
    hours: int, level: str, code: int, monitor: Callable[..., Outcome], awaiting: Folder
) -> None:
    record(awaiting, LedgerEvent.DONE, at=BEFORE, step="x", advisory=FIRST)
    outcome = monitor(now=PUBLISHED + timedelta(hours=hours))
    assert alarms(outcome)[0].startswith(
        f"{level}: {FIRST}: the ledger: does not say that the announcement was sent (due "
    )
    assert outcome.code == code


def test_a_mail_of_which_nobody_knows_is_a_warning_at_once(
    monitor: Callable[..., Outcome], awaiting: Folder
) -> None:
    record(awaiting, LedgerEvent.INTENT, at=PUBLISHED, **mail(FIRST))
    outcome = monitor(now=PUBLISHED + timedelta(minutes=1))
    assert alarms(outcome)[0].startswith(f"warning: {FIRST}: the ledger: does not say what became")
    assert outcome.code == 0
    assert monitor(now=PUBLISHED + timedelta(hours=6)).code == 1


def test_a_ledger_that_cannot_be_read_is_a_failure(
    monitor: Callable[..., Outcome], written: Folder
) -> None:
    (written.path / ".ledger.jsonl").write_text("<<<<<<<\n", encoding="utf-8")
    outcome = monitor()
    assert outcome.code == 1
    assert alarms(outcome) == ["failure: the ledger: cannot be read: see `advisory ledger show`"]


# What expires.


def test_security_txt_that_expires_soon_is_a_warning(
    monitor: Callable[..., Outcome], web: Web
) -> None:
    _edit(web, ".well-known/security.txt", "2027-10-01", "2026-06-20")
    outcome = monitor()
    assert outcome.code == 0
    assert alarms(outcome) == ["warning: .well-known/security.txt: expires at 2026-06-20T00:00:00Z"]


@pytest.fixture
def encrypted(written: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Web]:
    if shutil.which("openssl") is None:
        pytest.skip("there is no openssl to make a certificate with")
    made, key = certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made, key)
    monkeypatch.setenv("SSL_CERT_FILE", str(made))
    with web_server(served_files(written), tls=context) as running:
        yield running


def test_a_certificate_is_verified_and_its_end_is_told(
    encrypted: Web, advisory: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"https://localhost:{encrypted.port}/"
    outcome = advisory("monitor", url, "--format", "json")
    assert outcome.code == 0
    assert json.loads(outcome.out)["expires"]["certificate"] is not None
    # Its own time, since the certificate has two days of it: a day and 23 hours later it is old.
    later = datetime.now(UTC) + timedelta(hours=47)
    assert "warning: the certificate: expires at" in advisory("monitor", url, now=later).out
    outcome = advisory("monitor", f"https://127.0.0.1:{encrypted.port}/")
    assert outcome.code == 4
    assert "feed.xml: its certificate is not trusted: " in outcome.out
    monkeypatch.delenv("SSL_CERT_FILE")
    outcome = advisory("monitor", url)
    assert outcome.code == 4
    assert "its certificate is not trusted: self-signed certificate" in outcome.out


def test_a_site_without_encryption_behind_https_is_an_outside_failure(
    web: Web, advisory: Command
) -> None:
    outcome = advisory("monitor", f"https://127.0.0.1:{web.port}/", "--timeout", "1")
    assert outcome.code == 4
    assert "there is no encrypted connection to it" in outcome.out


# Reports.


def test_json_has_everything(monitor: Callable[..., Outcome], web: Web) -> None:
    del web.files[PAGE]
    outcome = monitor("--format", "json")
    assert outcome.code == 1
    document = json.loads(outcome.out)
    assert (document["version"], document["result"], document["site"]) == (1, "failure", web.url)
    assert document["alarms"] == [
        {
            "level": "failure",
            "check": "page",
            "fault": "missing",
            "advisory": FIRST,
            "place": PAGE,
            "text": "is not there: the server answers with 404",
            "due": "2026-05-01T18:00:00Z",
        }
    ]
    parts = {one["id"]: (one["live"], one["parts"]) for one in document["advisories"]}
    whole = {"page": True, "feed": True, "index": True, "record": True}
    assert parts == {FIRST: (False, {**whole, "page": False}), SECOND: (True, whole)}
    assert document["expires"]["security_txt"] == "2027-10-01T00:00:00Z"


SAMPLE = re.compile(
    r'(?P<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(?P<labels>\{(?:[a-zA-Z_]\w*="(?:[^"\\\n]|\\["\\n])*",?)+\})?'
    r" (?P<value>-?[0-9]+(?:\.[0-9]+)?)"
)


def samples(text: str) -> dict[str, int]:
    """Read Prometheus' text format as strictly as it is described."""
    assert text.endswith("\n")
    found: dict[str, int] = {}
    described: list[str] = []
    lines = iter(text.splitlines())
    for line in lines:
        if line.startswith("# HELP "):
            name = line.split()[2]
            assert next(lines) == f"# TYPE {name} gauge"
            assert name not in described
            described.append(name)
            continue
        match = SAMPLE.fullmatch(line)
        assert match, line
        assert match["name"] == described[-1]
        series = match["name"] + (match["labels"] or "")
        assert series not in found
        found[series] = int(match["value"])
    return found


def test_prometheus_can_read_it(monitor: Callable[..., Outcome], web: Web) -> None:
    sound = samples(monitor("--format", "prometheus").out)
    assert sound["advisories_monitor_disclosed"] == 2
    assert sound["advisories_monitor_live"] == 2
    assert sound["advisories_monitor_checked_timestamp_seconds"] == NOW.timestamp()
    assert sum(one for name, one in sound.items() if "alarm" in name) == 0
    del web.files[PAGE]
    outcome = monitor("--format", "prometheus")
    faulty = samples(outcome.out)
    assert outcome.code == 1
    assert faulty["advisories_monitor_live"] == 1
    assert faulty['advisories_monitor_alarms{check="page",level="failure"}'] == 1
    single = f'advisories_monitor_advisory_alarm{{advisory="{FIRST}",check="page",level="failure"}}'
    assert faulty.keys() - sound.keys() == {single}


def test_another_reader_of_prometheus_agrees(monitor: Callable[..., Outcome]) -> None:
    parser = pytest.importorskip("prometheus_client.parser")
    families = list(parser.text_string_to_metric_families(monitor("--format", "prometheus").out))
    assert {one.type for one in families} == {"gauge"}
    assert len(families) == 6


# The parts alone.


@pytest.mark.parametrize(
    ("minutes", "level"),
    [(-1, Level.WAITING), (0, Level.WAITING), (30, Level.WARNING), (60, Level.FAILURE)],
)
def test_a_term_has_two_halves(minutes: int, level: Level) -> None:
    term = Term(within=timedelta(hours=1), now=NOW)
    assert term.level(NOW - timedelta(minutes=minutes)) is level


def test_a_redirect_on_the_site_is_followed(web: Web) -> None:
    web.replies["old/"] = leads(f"/{PAGE}")
    answer = web_of(web.url).fetch("old/")
    assert isinstance(answer, Answer)
    assert answer.content == web.files[PAGE]


def test_a_site_below_a_path_is_asked_there(web: Web) -> None:
    web.files = {f"below/{uri}": content for uri, content in web.files.items()}
    answer = web_of(f"{web.url}below").fetch("feed.xml")
    assert isinstance(answer, Answer)
    assert answer.status == 200


def test_after_too_much_silence_nothing_more_is_asked() -> None:
    asked = []

    def silent(uri: str) -> NoAnswer:
        asked.append(uri)
        return NoAnswer(why="it did not answer in time")

    fetch = patient(silent, most=2)
    whys = [one.why for one in map(fetch, "abc") if isinstance(one, NoAnswer)]
    assert asked == ["a", "b"]
    assert whys[-1] == "was not asked for: the site left too much without an answer"


def test_connections_are_used_again_and_a_stale_one_is_replaced(web: Web) -> None:
    with keeping(web_of(web.url)) as site:
        uris = [PAGE, RECORD, "feed.xml", "nowhere", "advisories.json"]
        statuses = [one.status for one in map(site.fetch, uris) if isinstance(one, Answer)]
        assert statuses == [200, 200, 200, 404, 200]
        assert web.connections == 1
        web.replies[PAGE] = hangs_up
        assert isinstance(site.fetch(PAGE), NoAnswer)
        del web.replies[PAGE]
        assert isinstance(site.fetch(RECORD), Answer)
        assert site.idle is not None
        kept = site.idle.get_nowait()
        kept.sock.shutdown(socket.SHUT_RDWR)
        site.idle.put(kept)
        assert isinstance(site.fetch(RECORD), Answer)
