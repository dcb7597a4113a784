"""The gate: what is due goes through, what is held does not, whoever asks and however."""

import ast
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import NOW, PROJECT, Folder, found_by_rules
from mkdocs_advisories.checks.mentions import words_in
from mkdocs_advisories.clock import ClockError, instant_of_run
from mkdocs_advisories.embargo import Pending, disclose
from mkdocs_advisories.model import Advisory, Content, Disclosed, format_instant
from mkdocs_advisories.policy import Policy, Source

INSTANTS = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)).map(  # noqa: DTZ001
    lambda instant: instant.replace(tzinfo=UTC)
)


def advisory(name: str, embargo: datetime | None) -> Advisory:
    content = Content(id=name, summary="A canary", details="", affected=())
    return Advisory(content=content, embargo=embargo, path=f"{name}.md")


@given(st.lists(st.none() | INSTANTS, max_size=8), INSTANTS)
def test_exactly_those_are_disclosed_whose_embargo_is_not_after_now(
    embargoes: list[datetime | None], now: datetime
) -> None:
    known = [advisory(f"A-{number}", embargo) for number, embargo in enumerate(embargoes)]
    disclosure = disclose(known, now=now)
    due = {one.content.id for one in known if one.embargo is not None and one.embargo <= now}
    assert {one.id for one in disclosure.advisories} == due
    assert disclosure.held == len(known) - len(due)
    later = [one for one in embargoes if one is not None and one > now]
    assert disclosure.next_embargo == min(later, default=None)


@given(st.lists(INSTANTS, max_size=8), INSTANTS, INSTANTS)
def test_time_only_ever_adds(embargoes: list[datetime], one: datetime, other: datetime) -> None:
    known = [advisory(f"A-{number}", embargo) for number, embargo in enumerate(embargoes)]
    early, late = sorted((one, other))
    before = {entry.id for entry in disclose(known, now=early).advisories}
    assert before <= {entry.id for entry in disclose(known, now=late).advisories}


def test_the_instant_itself_is_due_and_the_microsecond_before_is_not() -> None:
    held = advisory("A-1", NOW)
    assert disclose([held], now=NOW - timedelta(microseconds=1)).advisories == ()
    assert [one.id for one in disclose([held], now=NOW).advisories] == ["A-1"]


@given(st.lists(st.none() | INSTANTS, max_size=8), INSTANTS, st.sets(st.integers(0, 7)))
def test_what_is_still_to_be_read_goes_through_the_gate_like_all_else(
    embargoes: list[datetime | None], now: datetime, unread: set[int]
) -> None:
    known = [advisory(f"A-{number}", embargo) for number, embargo in enumerate(embargoes)]
    read: list[str] = []

    def pending(one: Advisory, embargo: datetime) -> Pending:
        def looked() -> Advisory:
            read.append(one.content.id)
            return one

        return Pending(id=one.content.id, embargo=embargo, read=looked)

    mixed = [
        pending(one, one.embargo) if one.embargo and number in unread else one
        for number, one in enumerate(known)
    ]
    whole, disclosure = disclose(known, now=now), disclose(mixed, now=now)
    assert disclosure.ids == whole.ids == tuple(one.id for one in whole.advisories)
    assert (disclosure.held, disclosure.next_embargo) == (whole.held, whole.next_embargo)
    assert read == []
    assert tuple(disclosure.advisories) == tuple(whole.advisories)
    assert set(read) <= set(whole.ids), "what is held is not even read"
    assert disclosure.advisories[:2] == tuple(whole.advisories[:2])


@pytest.mark.parametrize(
    ("name", "embargo"),
    [("A-1", NOW + timedelta(hours=1)), ("A-1", NOW - timedelta(hours=1)), ("A-2", NOW)],
)
def test_what_is_read_must_be_what_was_known_of_it(name: str, embargo: datetime) -> None:
    other = advisory(name, embargo)
    disclosure = disclose([Pending(id="A-1", embargo=NOW, read=lambda: other)], now=NOW)
    with pytest.raises(ValueError, match=r"^an advisory is not the one that it was$"):
        disclosure.advisories[0]


def test_the_newest_come_first_and_those_of_one_instant_by_id() -> None:
    known = [advisory("B", NOW), advisory("A", NOW), advisory("C", NOW + timedelta(hours=1))]
    disclosed = disclose(known, now=NOW + timedelta(days=1)).advisories
    assert [one.id for one in disclosed] == ["C", "A", "B"]


def test_a_disclosed_advisory_cannot_be_made_early() -> None:
    content = advisory("A-1", NOW).content
    with pytest.raises(ValueError, match="cannot be disclosed before its embargo ends"):
        Disclosed(content=content, published=NOW, as_of=NOW - timedelta(seconds=1))


def test_only_the_gate_makes_disclosed_advisories() -> None:
    makers = {
        file.name
        for file in (PROJECT / "plugins").rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        if node.func.id == "Disclosed"
    }
    assert makers == {"embargo.py"}


def test_the_public_type_has_no_field_for_what_is_internal() -> None:
    fields = set(Disclosed.__dataclass_fields__) | set(Content.__dataclass_fields__)
    assert fields.isdisjoint({"handler", "cve_issued", "embargo", "embargo_reason"})


def test_neither_type_shows_its_text_in_a_traceback() -> None:
    held = advisory("A-1", NOW)
    shown = repr(held) + repr(held.content) + repr(disclose([held], now=NOW).advisories[0])
    assert "canary" not in shown
    assert "A-1" not in shown


def test_revisions_and_a_withdrawal_count_once_their_date_has_come(folder: Folder) -> None:
    folder.write(
        more="revisions:\n"
        "  - {date: 2026-05-02T00:00:00Z, summary: Added the CVE.}\n"
        "  - {date: 2026-07-01T00:00:00Z, summary: Of the future.}\n"
        "withdrawn: {date: 2026-08-01T00:00:00Z, reason: Intended.}\n"
    )
    known = folder.read().advisories
    now = disclose(known, now=NOW).advisories[0]
    assert [one.summary for one in now.revisions] == ["Added the CVE."]
    assert now.withdrawn is None
    assert format_instant(now.modified) == "2026-05-02T00:00:00Z"
    later = disclose(known, now=NOW + timedelta(days=90)).advisories[0]
    assert later.withdrawn is not None
    assert format_instant(later.modified) == "2026-08-01T00:00:00Z"


def test_modified_is_never_before_disclosure(folder: Folder) -> None:
    folder.write(more="revisions: [{date: 2026-04-01T00:00:00Z, summary: Too early.}]\n")
    assert disclose(folder.read().advisories, now=NOW).advisories[0].modified == datetime(
        2026, 5, 1, 12, tzinfo=UTC
    )


def test_undecided_is_held_for_ever(folder: Folder) -> None:
    folder.write(embargo="undecided")
    disclosure = disclose(folder.read().advisories, now=datetime(9999, 1, 1, tzinfo=UTC))
    assert (disclosure.held, disclosure.next_embargo, disclosure.advisories) == (1, None, ())


@pytest.mark.parametrize("epoch", ["4102444800", str(int(NOW.timestamp())), "99999999999"])
def test_source_date_epoch_cannot_turn_the_clock_forward(epoch: str) -> None:
    assert instant_of_run(NOW, source_date_epoch=epoch) == NOW


def test_source_date_epoch_can_turn_the_clock_back() -> None:
    assert instant_of_run(NOW, source_date_epoch="0") == datetime(1970, 1, 1, tzinfo=UTC)
    assert instant_of_run(NOW, source_date_epoch=None) == NOW


@pytest.mark.parametrize("epoch", ["", "tomorrow", "-1", "1e9", "999999999999", "١"])  # noqa: RUF001
def test_an_unreadable_source_date_epoch_stops_the_run(epoch: str) -> None:
    with pytest.raises(ClockError) as refusal:
        instant_of_run(NOW, source_date_epoch=epoch)
    assert str(refusal.value) == (
        "SOURCE_DATE_EPOCH is not a number of seconds since 1970: correct or unset it"
    )


def with_source(policy: Policy, source: Source) -> Policy:
    return Policy(
        **{name: getattr(policy, name) for name in Policy.__dataclass_fields__ if name != "source"},
        source=source,
    )


def test_a_held_advisory_in_clear_in_a_public_source_is_a_problem(folder: Folder) -> None:
    folder.write(embargo="2026-07-01T00:00:00Z")
    folder.write("LAN-2026-0002")
    public = with_source(folder.policy, Source.PUBLIC)
    found = found_by_rules(folder.read(), policy=public)
    assert [(one.code, str(one.place)) for one in found] == [
        ("ADV151", "advisories/LAN-2026-0001.md:4:10")
    ]
    assert found_by_rules(folder.read(), policy=folder.policy) == []


@pytest.mark.parametrize(
    "where",
    [
        {"more": "related: [LAN-2026-0002]\n"},
        {"more": "superseded_by: LAN-2026-0002\n"},
        {"more": 'credits: [{name: A, contact: ["https://a.example/LAN%2D2026-0002"]}]\n'},
        {"body": "## Impact\n\nsee:LAN-2026-0002.\n"},
        {"body": "## Impact\n\nLAN&#45;2026-0002_\n"},
        {"summary": '"Like \\x4cAN-2026-0002"'},
        {"more": 'references: [{type: WEB, url: "https://example.org/lan-2026-0002.html"}]\n'},
        {"more": "timeline: [{date: 2026-01-01T00:00:00Z, summary: See CVE-2026-7777.}]\n"},
        {"summary": "The like of LAN-2026-0002"},
        {"body": "## Impact\n\nSee LAN-2026-0002.\n"},
    ],
)
def test_an_advisory_may_not_name_one_that_is_held_for_longer(
    folder: Folder, where: dict[str, str]
) -> None:
    folder.write("LAN-2026-0002", embargo="2026-07-01T00:00:00Z", more="aliases: [CVE-2026-7777]\n")
    folder.write("LAN-2026-0001", **where)
    catalog = folder.read()
    assert [one.code for one in found_by_rules(catalog, policy=folder.policy)] == ["ADV150"]
    both_public = NOW + timedelta(days=60)
    assert found_by_rules(catalog, policy=folder.policy, now=both_public) == []


def test_two_held_for_the_same_time_may_name_each_other(folder: Folder) -> None:
    folder.write("LAN-2026-0001", embargo="undecided", more="related: [LAN-2026-0002]\n")
    folder.write("LAN-2026-0002", embargo="undecided", more="related: [LAN-2026-0001]\n")
    assert found_by_rules(folder.read(), policy=folder.policy) == []


def test_a_file_with_two_embargoes_is_public_by_neither(folder: Folder) -> None:
    folder.write(more="embargo: 2026-07-01T00:00:00Z\n")
    catalog = folder.read()
    assert [one.code for one in catalog.problems] == ["ADV008"]
    assert catalog.advisories == ()
    assert not catalog.is_public("advisories/LAN-2026-0001.md", NOW)


def test_a_broken_file_may_be_quoted_only_after_its_embargo(folder: Folder) -> None:
    folder.write(embargo="2026-07-01T00:00:00Z", summary="Oh")
    catalog = folder.read()
    path = "advisories/LAN-2026-0001.md"
    assert [one.place.path for one in catalog.problems] == [path]
    assert not catalog.is_public(path, NOW)
    assert catalog.is_public(path, NOW + timedelta(days=60))
    assert not catalog.is_public(str(Path("advisories/unknown.md")), NOW)


def test_the_words_of_an_advisory_are_runs_of_letters_and_digits_in_small_letters(
    folder: Folder,
) -> None:
    folder.write(body="## Impact\n\nÜberLAN-7_B, x\u212ay\U0001f525z; %4Cate &#66;yte.\n")
    (draft,) = folder.read().drafts
    words = words_in(draft)
    assert words >= {"impact", "berlan", "7", "b", "xky", "z", "4cate", "66", "yte", "late", "byte"}
    assert all(one.isascii() and one.isalnum() and one == one.lower() for one in words)
