"""Affected versions by release line, and the commands that leave them behind."""

from datetime import date

import pytest

from mkdocs_advisories.model import Affected, Event, EventType, Package, Range, RangeType
from mkdocs_advisories.policy import Maintained, Maintenance, ReleaseLine
from mkdocs_advisories.render.commands import upgrade_commands
from mkdocs_advisories.render.lines import LineRow, State, line_rows, lowest_affected
from mkdocs_advisories.render.words import words_of

DAY = date(2026, 5, 1)
WORDS = words_of("en")
LINES = Maintained(
    packages=frozenset({"crates.io/lantern"}),
    releases=(
        *(ReleaseLine(line=str(20 + one), released=date(2025, 1 + one, 20)) for one in range(8)),
        ReleaseLine(line="28", released=date(2026, 4, 20)),
        ReleaseLine(line="29", released=date(2026, 5, 20)),
    ),
    rules=(Maintenance(every=12, months=24), Maintenance(every=1, months=2)),
)


def affected(*stretches: str, ecosystem: str = "crates.io", versions: str = "") -> Affected:
    """Make a package from stretches: `0-1.2.3` is fixed in 1.2.3, `2-=2.4` affected through 2.4."""
    events = []
    for one in stretches:
        start, _, end = one.partition("-")
        events.append(Event(type=EventType.INTRODUCED, version=start))
        if end:
            kind = EventType.LAST_AFFECTED if end.startswith("=") else EventType.FIXED
            events.append(Event(type=kind, version=end.removeprefix("=")))
    kind_of_range = RangeType.SEMVER if ecosystem == "crates.io" else RangeType.ECOSYSTEM
    return Affected(
        package=Package(ecosystem=ecosystem, name="lantern"),
        ranges=(Range(type=kind_of_range, events=tuple(events)),) if events else (),
        versions=tuple(versions.split()),
    )


def rows(*stretches: str, versions: str = "") -> list[LineRow]:
    return line_rows(
        affected(*stretches, versions=versions), maintained=LINES, day=DAY, words=WORDS
    )


def told(*stretches: str, versions: str = "") -> list[str]:
    """Write rows as a reader would say them aloud."""
    return [
        " ".join(
            filter(
                None,
                (
                    f"{one.line}..{one.last}:" if one.last else f"{one.line or 'others'}:",
                    one.affected,
                    f"({one.state})",
                    one.fixed or "",
                    one.move_to and f"-> {one.move_to}",
                ),
            )
        )
        for one in rows(*stretches, versions=versions)
    ]


def test_a_line_is_fixed_unaffected_or_at_its_end() -> None:
    assert told("22.0.0-24.0.7", "25.0.0-27.0.2") == [
        "28: (not affected)",
        "27: < 27.0.2 (fixed) 27.0.2",
        "25..26: all versions (end of life) -> 27.0.2",
        "24: < 24.0.7 (fixed) 24.0.7",
        "22..23: all versions (end of life) -> 24.0.7",
        "20..21: (not affected)",
    ]


def test_a_maintained_line_without_a_fix_is_not_called_ended() -> None:
    assert told("28.0.0")[0] == "28: all versions (no fix)"
    assert told("24.0.0-25.0.0")[1:] == [
        "24: all versions (no fix) -> 25.0.0",
        "20..23: (not affected)",
    ]


def test_a_fix_that_is_affected_again_is_no_way_out() -> None:
    assert (
        told("24.0.0-=24.0.9", "25.0.1-27.0.4", "27.0.4-28.0.1")[0] == "28: < 28.0.1 (fixed) 28.0.1"
    )
    assert "24: <= 24.0.9 (no fix) -> 28.0.1" in told(
        "24.0.0-=24.0.9", "25.0.1-27.0.4", "27.0.4-28.0.1"
    )


def test_what_reaches_beyond_the_lines_is_told_too() -> None:
    assert told("0-28.0.3")[-1] == "others: < 28.0.3 (fixed) 28.0.3"
    assert told("5.0.0-=6.0.0")[-1] == "others: >= 5.0.0, <= 6.0.0 (no fix)"


def test_a_line_that_was_not_out_on_the_day_is_no_row() -> None:
    assert all(one.line != "29" for one in rows("20.0.0"))


def test_a_fix_that_begins_a_line_leaves_it_unaffected() -> None:
    assert told("27.0.0-28.0.0")[0] == "28: (not affected)"


def test_versions_named_one_by_one_are_told_once() -> None:
    assert told("24.0.0-24.0.3", versions="24.0.0 24.0.1 24.0.2") == told("24.0.0-24.0.3")
    assert "24: >= 24.0.1, <= 24.0.1 (no fix)" in told(versions="24.0.1")


def test_where_lines_or_the_order_are_not_known_there_are_no_rows() -> None:
    assert not line_rows(affected("1.0.0-2.0.0"), maintained=None, day=DAY, words=WORDS)
    assert not line_rows(affected("1-2", ecosystem="Julia"), maintained=LINES, day=DAY, words=WORDS)
    assert not line_rows(affected("one-two"), maintained=LINES, day=DAY, words=WORDS)


@pytest.mark.parametrize(
    ("stretches", "ecosystem", "lowest"),
    [
        (["2.0.0-2.1.0", "1.0.0-1.1.0"], "crates.io", "1.0.0"),
        (["1.5-1.6"], "PyPI", "1.5"),
        (["0-1.1.0", "2.0.0-2.1.0"], "crates.io", None),
        (["1.0.0-x"], "crates.io", None),
        (["1.0.0-1.1.0"], "Julia", None),
        ([], "crates.io", None),
    ],
)
def test_below_the_lowest_start_nothing_is_affected(
    stretches: list[str], ecosystem: str, lowest: str | None
) -> None:
    assert lowest_affected(affected(*stretches, ecosystem=ecosystem)) == lowest


@pytest.mark.parametrize(
    ("ecosystem", "name", "command"),
    [
        ("crates.io", "lantern", "cargo update -p lantern --precise 1.2.3"),
        ("PyPI", "lantern", "pip install lantern==1.2.3"),
        ("npm", "@works/lantern", "npm install @works/lantern@1.2.3"),
        ("Go", "lantern.example/v2", "go get lantern.example/v2@v1.2.3"),
    ],
)
def test_a_command_is_that_of_the_ecosystem(ecosystem: str, name: str, command: str) -> None:
    assert upgrade_commands(ecosystem, name, ["1.2.3"]) == (command,)


@pytest.mark.parametrize(
    ("name", "fix"),
    [
        ("a; rm -rf ~", "1.0.0"),
        ("--config=x", "1.0.0"),
        ("a", "1.0.0 && x"),
        ("a", "--index-url=https://evil.example"),
        ("a\nb", "1.0.0"),
        ("$(x)", "1.0.0"),
        ("../a", "1.0.0"),
    ],
)
@pytest.mark.parametrize("ecosystem", ["crates.io", "PyPI", "npm", "Go"])
def test_nothing_that_a_shell_would_read_becomes_a_command(
    ecosystem: str, name: str, fix: str
) -> None:
    assert upgrade_commands(ecosystem, name, [fix]) == ()


def test_an_ecosystem_without_a_known_command_has_none() -> None:
    assert upgrade_commands("Julia", "lantern", ["1.0.0"]) == ()


def test_the_states_are_those_that_the_page_asks_for() -> None:
    assert [*State] == ["fixed", "no fix", "end of life", "not affected"]
