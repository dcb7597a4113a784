"""Instants: one way to write each, no way to be misunderstood."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mkdocs_advisories.model import InstantError, format_instant, parse_instant

OFFSETS = st.integers(-14 * 60, 14 * 60).filter(bool).map(lambda m: timezone(timedelta(minutes=m)))
INSTANTS = st.datetimes(
    datetime(1970, 1, 2),  # noqa: DTZ001 - bounds are naive, the values are not
    datetime(2999, 1, 1),  # noqa: DTZ001
    timezones=OFFSETS,
)


@given(INSTANTS)
def test_what_is_written_with_any_offset_reads_back_as_the_same_instant_in_utc(
    instant: datetime,
) -> None:
    read = parse_instant(instant.isoformat())
    assert read == instant
    assert read.tzinfo is UTC
    assert parse_instant(format_instant(read)) == read


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("2026-05-01", "it has a date but no time of day"),
        ("2026-05-01T12:00", "it has no seconds"),
        ("2026-05-01T12:00Z", "it has no seconds"),
        ("2026-05-01T12:00:00", "it has no time zone"),
        ("2026-05-01T24:00:00Z", "there is no such day or time of day"),
        ("2026-05-01T23:59:60Z", "there is no such day or time of day"),
        ("2026-02-30T12:00:00Z", "there is no such day or time of day"),
        ("2026-05-01T12:00:00-00:00", "the offset `-00:00` says that the zone is not known"),
        ("2026-05-01T12:00:00+14:30", "there is no such offset from UTC"),
        ("2026-05-01T12:00:00+01:60", "there is no such offset from UTC"),
        ("9999-12-31T23:59:59-01:00", "there is no such day or time of day"),
        ("2026-05-01T12:00:00z", "the zone is not a capital `Z`"),
        ("2026-05-01 12:00:00Z", "date and time are not joined by a capital `T`"),
        ("2026-05-01t12:00:00Z", "date and time are not joined by a capital `T`"),
        ("next Tuesday", "it has neither date nor time"),
        ("2026-05-01T12:00:00 CEST", "it names a time zone, which is ambiguous"),
        ("2026-05-01T12:00:00[Europe/Berlin]", "it names a time zone, which is ambiguous"),
        ("2026-05-01T12:00:00,5Z", "it is not of the form `2026-04-09T20:24:12Z`"),
        ("2026-5-1T12:00:00Z", "it is not of the form `2026-04-09T20:24:12Z`"),
        ("1777636800", "it is not of the form `2026-04-09T20:24:12Z`"),
        ("２０26-05-01T12:00:00Z", "it has other than ASCII characters"),  # noqa: RUF001
        ("2026-05-01T12:00:00Z\n", "it is not of the form `2026-04-09T20:24:12Z`"),
        ("", "it is not of the form `2026-04-09T20:24:12Z`"),
    ],
)
def test_an_ambiguous_or_impossible_instant_is_refused_with_its_reason(
    text: str, complaint: str
) -> None:
    with pytest.raises(InstantError) as refusal:
        parse_instant(text)
    assert str(refusal.value) == complaint


@given(st.text(min_size=4, max_size=40))
def test_no_text_does_worse_than_be_refused_and_no_refusal_repeats_it(text: str) -> None:
    complaint = ""
    try:
        parse_instant(text)
    except InstantError as refusal:
        complaint = str(refusal)
    assert text not in complaint
