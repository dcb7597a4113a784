"""The policy's release lines and its clock, day by day."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from conftest import NOW, Folder
from mkdocs_advisories.checks import check
from mkdocs_advisories.checks.case import House
from mkdocs_advisories.model import Package
from mkdocs_advisories.policy import Clock, Maintained, Maintenance, Policy, Project, ReleaseLine

PACKAGES = frozenset({"crates.io/lantern"})
TWELFTH = Maintained(
    packages=PACKAGES,
    releases=(
        ReleaseLine(line="24", released=date(2024, 8, 20)),
        ReleaseLine(line="25", released=date(2024, 9, 20)),
        ReleaseLine(line="26", released=date(2024, 12, 31), until=date(2026, 1, 1)),
    ),
    rules=(Maintenance(every=12, months=24), Maintenance(every=1, months=2)),
)


@pytest.mark.parametrize(
    ("day", "lines"),
    [
        (date(2024, 8, 19), []),
        (date(2024, 8, 20), ["24"]),
        (date(2024, 11, 19), ["24", "25"]),
        (date(2024, 11, 20), ["24"]),
        (date(2025, 12, 31), ["24", "26"]),
        (date(2026, 1, 1), ["24"]),
        (date(2026, 8, 20), []),
    ],
)
def test_a_line_is_maintained_from_its_first_release_to_its_end(
    day: date, lines: list[str]
) -> None:
    assert [one.line for one in TWELFTH.on(day)] == lines


def test_a_line_without_a_rule_has_no_end() -> None:
    endless = replace(TWELFTH, rules=())
    assert endless.end_of(endless.releases[0]) is None
    assert [one.line for one in endless.on(date(2099, 1, 1))] == ["24", "25"]


def test_months_end_on_the_last_day_of_a_shorter_month() -> None:
    line = ReleaseLine(line="1", released=date(2025, 12, 31))
    for months, end in ((2, date(2026, 2, 28)), (26, date(2028, 2, 29)), (12, date(2026, 12, 31))):
        rules = (Maintenance(every=1, months=months),)
        assert replace(TWELFTH, rules=rules).end_of(line) == end


def test_the_number_of_a_line_below_one_is_its_last() -> None:
    line = ReleaseLine(line="0.24", released=date(2025, 1, 1))
    assert TWELFTH.end_of(line) == date(2027, 1, 1)


def test_lines_are_those_of_the_packages_that_are_numbered_like_them(policy: Policy) -> None:
    project = Project(name="Lantern", packages=PACKAGES | {"npm/lantern"}, maintained=TWELFTH)
    with_lines = replace(policy, projects=(project,))
    assert with_lines.maintained_lines_of(Package(ecosystem="crates.io", name="lantern")) is TWELFTH
    assert with_lines.maintained_lines_of(Package(ecosystem="npm", name="lantern")) is None
    assert policy.maintained_lines_of(Package(ecosystem="crates.io", name="lantern")) is None


def test_an_embargo_lasts_as_long_as_its_severity_says() -> None:
    clock = Clock(by_severity={"critical": 24})
    assert clock.length("critical") == timedelta(hours=24)
    assert clock.length("high") == clock.length(None) == timedelta(hours=72)


def test_nobody_works_on_weekends_and_holidays() -> None:
    clock = Clock(holidays=frozenset({date(2026, 12, 25)}))
    days = [date(2026, 12, 21) + timedelta(days=n) for n in range(7)]
    assert [clock.is_working_day(day) for day in days] == [True] * 4 + [False] * 3


def test_the_ends_of_time_are_days_as_well(policy: Policy) -> None:
    for zone, instant in (
        ("America/New_York", datetime(1, 1, 1, tzinfo=UTC)),
        ("Asia/Tokyo", datetime(9999, 12, 31, 23, 59, tzinfo=UTC)),
    ):
        assert replace(policy, time_zone=ZoneInfo(zone)).day_of(instant) == instant.date()


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Tokyo"])
@pytest.mark.parametrize("embargo", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "undecided"])
@pytest.mark.parametrize("issued", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
def test_no_rule_fails_at_the_ends_of_time(
    folder: Folder, zone: str, embargo: str, issued: str
) -> None:
    folder.write(embargo=embargo, more=f"cve_issued: {issued}\n")
    project = Project(name="Lantern", packages=PACKAGES, maintained=TWELFTH)
    policy = replace(folder.policy, time_zone=ZoneInfo(zone), projects=(project,))
    house = House(catalog=folder.read(), policy=policy, now=NOW)
    assert check(house).crashes == ()
