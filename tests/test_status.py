"""`advisory status`: what waits, what it lacks, what comes next, what is overdue."""

import json
from datetime import datetime, timedelta

import pytest

from command import Command
from conftest import NOW, Folder
from mkdocs_advisories.disclosure.status_report import relative
from mkdocs_advisories.disclosure.timer import wait_for

COMPLETE = """\
aliases: [CVE-2026-1000]
handler: mira
severity:
  - {type: CVSS_V3, score: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:H/A:N"}
cwe_ids: [CWE-306]
references:
  - {type: ADVISORY, url: "https://lantern.example/security"}
"""


@pytest.fixture
def advisory(
    checkout: Folder, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Command:
    config = checkout.path.parent / "mkdocs.yml"
    return Command(config=config, capsys=capsys, monkeypatch=monkeypatch)


def states(advisory: Command, now: datetime = NOW) -> dict[str, str]:
    document = json.loads(advisory("status", "--format", "json", now=now).out)
    return {one["id"]: one["state"] for one in document["advisories"]}


def test_a_state_follows_from_the_embargo_and_the_instant(
    advisory: Command, checkout: Folder
) -> None:
    checkout.write("LAN-2026-0001", embargo="undecided")
    checkout.write("LAN-2026-0002", embargo="2026-06-03T12:00:00Z", more=COMPLETE)
    checkout.write("LAN-2026-0003", embargo="2026-06-02T12:00:00Z")
    checkout.write("LAN-2026-0004", embargo="2026-06-01T12:00:00Z")
    gone = "withdrawn: {date: 2026-06-01T11:00:00Z, reason: It was none.}\n"
    checkout.write("LAN-2026-0005", more=gone)
    assert states(advisory) == {
        "LAN-2026-0003": "due",
        "LAN-2026-0002": "held",
        "LAN-2026-0001": "held",
        "LAN-2026-0004": "disclosed",
        "LAN-2026-0005": "withdrawn",
    }
    before = states(advisory, NOW - timedelta(hours=2))
    assert before["LAN-2026-0005"] == "disclosed"
    assert before["LAN-2026-0004"] == "due"


def test_the_report_says_what_is_missing_and_when(advisory: Command, checkout: Folder) -> None:
    checkout.write("LAN-2026-0001")
    checkout.write("LAN-2026-0002", embargo="2026-06-03T16:00:00Z", more=COMPLETE)
    checkout.write("LAN-2026-0003", embargo="undecided", summary="Canary sings")
    (checkout.path / ".reserved").mkdir()
    (checkout.path / ".reserved" / "LAN-2026-0009").write_text("by: Mira\n", "utf-8")
    (checkout.path / ".reserved" / "LAN-2026-0001").write_text("by: Mira\n", "utf-8")
    done = advisory("status")
    assert done.code == 0
    lines = [line for line in done.out.splitlines() if "warning" not in line]
    assert lines == [
        "held (2)",
        "  LAN-2026-0002  2026-06-03 16:00 UTC (in 2 d 4 h)",
        "  LAN-2026-0003  undecided",
        "    lacks an embargo, a handler, a CVE id, a severity, a weakness",
        "",
        "1 disclosed, 0 withdrawn",
        "reserved, not begun: LAN-2026-0009",
        "next: LAN-2026-0002, 2026-06-03 16:00 UTC (in 2 d 4 h)",
    ]


def test_text_of_held_advisories_is_shown_on_a_terminal_only(
    advisory: Command, checkout: Folder
) -> None:
    text = checkout.write("LAN-2026-0001", embargo="undecided", summary="Canary sings").read_text()
    text = text.replace(
        'events: [{introduced: "0"}, {fixed: "1.2.3"}]', 'events: [{introduced: "0"}]'
    )
    text = text.replace("name: lantern}", "name: canary}").replace(
        "---\n##", "handler: canary\n---\n##"
    )
    (checkout.path / "LAN-2026-0001.md").write_text(text, "utf-8")
    for form in ("human", "json"):
        done = advisory("status", "--format", form)
        assert "canary" not in (done.out + done.err).lower()
        assert "a fixed version" in done.out
    advisory.as_terminal(module="status")
    shown = advisory("status").out
    assert "Canary sings" in shown
    assert "a fixed version of crates.io/canary" in shown


def test_titles_of_disclosed_ones_are_no_secret(advisory: Command, checkout: Folder) -> None:
    checkout.write("LAN-2026-0001", summary="Lantern sings")
    (one,) = json.loads(advisory("status", "--format", "json").out)["advisories"]
    assert (one["title"], one["withheld"]) == ("Lantern sings", False)


def test_an_undecided_embargo_is_overdue_once_the_policys_clock_has_run_out(
    advisory: Command, checkout: Folder
) -> None:
    issued = "cve_issued: 2026-05-29T12:00:00Z\n"
    checkout.write("LAN-2026-0001", embargo="undecided", more=issued)
    assert advisory("status", now=NOW - timedelta(seconds=1)).code == 0
    done = advisory("status")
    assert done.code == 1
    assert done.out.endswith(
        "overdue: LAN-2026-0001: by the policy's clock the embargo ended at"
        " 2026-06-01T12:00:00Z: decide it\n"
    )


@pytest.mark.parametrize(
    ("embargo", "code", "reason"),
    [
        ("2026-06-02T12:00:01Z", 0, ""),
        ("2026-06-02T12:00:00Z", 1, "ends within 24 hours"),
        ("2026-06-01T12:00:00Z", 1, "has ended"),
    ],
)
def test_errors_are_overdue_when_the_embargo_is_about_to_end(
    embargo: str, code: int, reason: str, advisory: Command, checkout: Folder
) -> None:
    checkout.write("LAN-2026-0001", embargo=embargo, more="credit: []\n")
    done = advisory("status")
    assert done.code == code
    assert reason in done.out
    assert "ADV102" in done.out
    assert "1 error" in done.out


def test_a_file_that_cannot_be_read_is_held_and_named(advisory: Command, checkout: Folder) -> None:
    (checkout.path / "LAN-2026-0001.md").write_text("no front matter\n", "utf-8")
    (checkout.path / "LAN-2026-0002.md").write_bytes(b"---\nid: \xff\n---\n")
    done = advisory("status")
    assert done.out.count("lacks front matter that can be read") == 2
    assert states(advisory) == {"LAN-2026-0001": "held", "LAN-2026-0002": "held"}


def test_next_prints_an_instant_for_timers_and_nothing_else(
    advisory: Command, checkout: Folder
) -> None:
    checkout.write("LAN-2026-0001")
    assert (advisory("status", "--next").out, advisory("status", "--next").err) == ("", "")
    checkout.write("LAN-2026-0002", embargo="2026-06-05T14:00:00+02:00")
    checkout.write("LAN-2026-0003", embargo="2026-06-09T12:00:00Z")
    assert advisory("status", "--next").out == "2026-06-05T12:00:00Z\n"


def test_instants_are_shown_in_the_policys_zone(advisory: Command, checkout: Folder) -> None:
    text = advisory.config.read_text("utf-8")
    advisory.config.write_text(f"{text}      time_zone: Europe/Berlin\n", "utf-8")
    checkout.write("LAN-2026-0002", embargo="2026-06-05T12:00:00Z")
    assert "2026-06-05 14:00 CEST (in 4 d)" in advisory("status").out


@pytest.mark.parametrize(
    ("distance", "text"),
    [
        (timedelta(days=2, hours=4, minutes=59), "in 2 d 4 h"),
        (timedelta(hours=3, minutes=5), "in 3 h 5 min"),
        (timedelta(days=2, minutes=5), "in 2 d 5 min"),
        (timedelta(seconds=59), "in less than 1 min"),
        (timedelta(0), "in less than 1 min"),
        (timedelta(minutes=-5), "5 min ago"),
    ],
)
def test_distances_are_said_in_their_two_largest_units(distance: timedelta, text: str) -> None:
    assert relative(NOW + distance, to=NOW) == text


def test_next_speaks_to_programs_and_to_systemd(advisory: Command, checkout: Folder) -> None:
    ask = ("status", "--next", "--format")
    assert json.loads(advisory(*ask, "json").out) == {"version": 1, "next": None, "seconds": None}
    assert advisory(*ask, "systemd").out == ""
    checkout.write("LAN-2026-0001", embargo="2026-06-01T14:00:00.5+02:00", summary="Canary")
    later = advisory(*ask, "json", now=NOW - timedelta(hours=1))
    assert json.loads(later.out)["seconds"] == 3601
    assert json.loads(later.out)["next"] == "2026-06-01T12:00:00.500000Z"
    assert advisory(*ask, "systemd", now=NOW).out == "2026-06-01 12:00:01 UTC\n"
    assert "LAN" not in later.out + later.err


@pytest.mark.parametrize(
    "arguments", [["--format", "systemd"], ["--wait", "5"], ["--next", "--wait", "5", "--now", "x"]]
)
def test_what_is_for_next_is_refused_without_it(arguments: list[str], advisory: Command) -> None:
    assert advisory("status", *arguments).code == 2


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The naps of the command, in a time that only they move."""
    naps: list[float] = []
    monkeypatch.setattr("mkdocs_advisories.cli.status.time.sleep", naps.append)
    monkeypatch.setattr(
        "mkdocs_advisories.cli.status.now",
        lambda *_, **__: NOW + timedelta(seconds=sum(naps)),
    )
    return naps


@pytest.mark.parametrize(
    ("minutes", "waits"), [(-16, None), (-14, 0), (0, 0), (1, 60), (299, 17_940), (301, None)]
)
def test_wait_comes_back_when_an_embargo_ends_that_is_near(
    minutes: int, waits: int | None, advisory: Command, checkout: Folder, slept: list[float]
) -> None:
    end = (NOW + timedelta(minutes=minutes)).isoformat().replace("+00:00", "Z")
    checkout.write("LAN-2026-0001", embargo=end)
    outcome = advisory("status", "--next", "--wait", "300")
    assert outcome.out == ("" if waits is None else f"{end}\n")
    assert sum(slept) == (waits or 0)
    assert max(slept, default=0) <= 30


def test_wait_goes_on_when_the_clock_was_set_back() -> None:
    times = iter([0, 50, 20, 59, 60])
    naps: list[float] = []
    wait_for(
        NOW + timedelta(seconds=60),
        clock=lambda: NOW + timedelta(seconds=next(times)),
        sleep=naps.append,
    )
    assert naps == [30, 10, 30, 1]
