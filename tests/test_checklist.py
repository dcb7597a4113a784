"""`advisory checklist`: each step is worked out where it can be, and ticked where it cannot."""

import json
from datetime import UTC, datetime

import pytest

from command import Command
from conftest import MKDOCS_YML, NOW, Folder
from mkdocs_advisories.disclosure.checklist import COMPUTED, USUAL
from mkdocs_advisories.disclosure.ledger import Event, opened

HELD = "2026-06-05T12:00:00Z"
DAY = datetime(2026, 6, 5, 12, tzinfo=UTC)
COMPLETE = """\
aliases: [CVE-2026-1000]
handler: mira
severity:
  - {type: CVSS_V3, score: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:H/A:N"}
"""
ID = "LAN-2026-0001"


@pytest.fixture
def advisory(
    checkout: Folder, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Command:
    config = checkout.path.parent / "mkdocs.yml"
    return Command(config=config, capsys=capsys, monkeypatch=monkeypatch)


def done(advisory: Command, *arguments: str, now: datetime = NOW) -> list[str]:
    found = advisory("checklist", *(arguments or (ID,)), "--format", "json", now=now)
    assert found.code == 0, found
    (one,) = json.loads(found.out)["advisories"]
    return [step["step"] for step in one["steps"] if step["done"]]


def test_what_the_advisory_says_is_ticked(advisory: Command, checkout: Folder) -> None:
    checkout.write(embargo="undecided")
    assert done(advisory) == ["versions", "lines"]
    checkout.write(embargo=HELD, more=COMPLETE)
    known = ["handler", "versions", "severity", "cve", "lines", "embargo"]
    assert done(advisory) == known
    assert done(advisory, now=DAY) == [*known, "disclosed"]


def test_a_maintained_line_without_a_fix_is_left_to_do(advisory: Command, checkout: Folder) -> None:
    lines = """\
      projects:
        - name: Lantern
          packages: [crates.io/lantern]
          maintained: {releases: [{line: "1", released: 2026-01-01}]}
"""
    advisory.config.write_text(MKDOCS_YML + lines, encoding="utf-8")
    checkout.write(embargo=HELD)
    assert "lines" in done(advisory)
    checkout.write(embargo=HELD, body="## Impact\n\nIt burns.\n")
    text = (checkout.path / f"{ID}.md").read_text("utf-8").replace('"1.2.3"', '"2.0.0"')
    (checkout.path / f"{ID}.md").write_text(text, "utf-8")
    assert "lines" not in done(advisory)


@pytest.mark.parametrize(
    ("facts", "is_told"),
    [
        ({}, True),
        ({"projects": ["lantern", "Candle"]}, True),
        ({"severity": "critical"}, True),
        ({"projects": ["Candle"]}, False),
        ({"severity": "medium"}, False),
        ({"severity": None}, False),
        ({"embargo": "2026-06-04T12:00:00Z"}, False),
    ],
)
def test_a_notice_counts_if_it_told_of_this_advisory(
    advisory: Command, checkout: Folder, facts: dict[str, object], *, is_told: bool
) -> None:
    checkout.write(embargo=HELD, more=COMPLETE)
    about = {"projects": ["lantern"], "severity": "high", "embargo": HELD, **facts}
    with opened(checkout.path) as record:
        name = {"message_id": "<x@y>", "attempt": "a", "kind": "prenotification"}
        record.append(Event.SENT, time=NOW, **name, **about)
    assert ("prenotified" in done(advisory)) is is_told


def test_what_the_ledger_has_is_ticked(advisory: Command, checkout: Folder) -> None:
    checkout.write(embargo=HELD)
    with opened(checkout.path) as record:
        record.append(Event.LIVE, time=NOW, advisory=ID)
        name = {"message_id": "<x@y>", "attempt": "a", "kind": "announcement"}
        record.append(Event.INTENT, time=NOW, **name, advisories=[ID])
        assert "announced" not in done(advisory)
        record.append(Event.SENT, time=NOW, **name, advisories=[ID])
    assert {"live", "announced"} <= set(done(advisory))


def test_people_tick_what_only_they_know(advisory: Command, checkout: Folder) -> None:
    checkout.write(embargo=HELD)
    assert "releases" in done(advisory, ID, "--done", "releases")
    assert "releases" in done(advisory)
    for step in ("severity", "sung"):
        refused = advisory("checklist", ID, "--done", step)
        assert (refused.code, "releases, live, mirrored" in refused.err) == (2, True)


def test_a_public_ledger_names_nothing_that_is_held(advisory: Command, checkout: Folder) -> None:
    public = MKDOCS_YML.replace("source: private", "source: public")
    advisory.config.write_text(public, encoding="utf-8")
    checkout.write(embargo=HELD)
    assert advisory("checklist", ID, "--done", "releases").code == 3
    assert not (checkout.path / ".ledger.jsonl").exists()
    assert advisory("checklist", ID, "--done", "releases", now=DAY).code == 0


def test_a_bundle_is_all_of_one_embargo(advisory: Command, checkout: Folder) -> None:
    for name in ("LAN-2026-0002", ID):
        checkout.write(name, embargo=HELD)
    checkout.write("LAN-2026-0003", embargo="2026-06-06T12:00:00Z")
    checkout.write("LAN-2026-0004")
    bundle = advisory("checklist", "--bundle", "2026-06-05T14:00:00+02:00", "--format", "json")
    assert [one["id"] for one in json.loads(bundle.out)["advisories"]] == [ID, "LAN-2026-0002"]
    every = json.loads(advisory("checklist", "--format", "json").out)["advisories"]
    assert [one["id"] for one in every] == [ID, "LAN-2026-0002", "LAN-2026-0003"]


def test_the_steps_are_those_of_the_policy(advisory: Command, checkout: Folder) -> None:
    own = """\
      checklist:
        - {step: cve, text: A CVE id was requested}
        - {step: cake, text: There is cake}
"""
    advisory.config.write_text(MKDOCS_YML + own, encoding="utf-8")
    checkout.write(embargo=HELD, more=COMPLETE)
    assert advisory("checklist", ID).out == (
        f"{ID}, embargo {HELD}: 1 of 2 done\n"
        "  ✓ A CVE id was requested\n"
        "  · There is cake  (by hand: --done cake)\n"
    )
    assert advisory("checklist", ID, "--done", "cake", "--format", "markdown").out == (
        f"### {ID}\n\nEmbargo: {HELD}\n\n- [x] A CVE id was requested\n- [x] There is cake\n"
    )


def test_no_text_of_an_advisory_is_in_a_checklist(advisory: Command, checkout: Folder) -> None:
    checkout.write(embargo="undecided", summary="Canary sings", more=COMPLETE)
    for form in ("human", "markdown", "json"):
        text = advisory("checklist", ID, "--format", form).out
        for held in ("Canary", "CVE-", "mira", "1.2.3", "lantern"):
            assert held not in text


def test_wrong_use_is_told(advisory: Command, checkout: Folder) -> None:
    assert "no advisory is held" in advisory("checklist").err
    checkout.write(embargo=HELD)
    assert advisory("checklist", ID, "--bundle", HELD).code == 2
    assert "no time zone" in advisory("checklist", "--bundle", "2026-06-05T12:00:00").err
    assert advisory("checklist", "LAN-2026-0009").code == 2
    (checkout.path / ".ledger.jsonl").write_text("<<<<<<< HEAD\n", "utf-8")
    faulty = advisory("checklist", ID)
    assert (faulty.code, "line 1" in faulty.err) == (4, True)


def test_every_computed_step_is_a_usual_one() -> None:
    assert set(COMPUTED) < {one.name for one in USUAL}
