"""When the next embargo ends: for timers, and for jobs that wait for it. No id comes with it."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from mkdocs_advisories.model import format_instant
from mkdocs_advisories.source.catalog import Catalog

RECENTLY = timedelta(minutes=15)
"""A job that waits takes an embargo that ended so long ago for one that ends now. Between a release
that came just too early and the beginning of the wait none can be missed."""

_SLICE = 30.0  # seconds, after which the clock is looked at again: machines sleep, clocks are set


def next_end(catalog: Catalog, *, after: datetime) -> datetime | None:
    """Give when the next embargo ends, as far as files and the notices of sealed ones say."""
    notices = (one.notice for one in catalog.unopened if one.notice)
    told = [*catalog.embargoes.values(), *(one.embargo for one in notices if one.embargo)]
    return min((one for one in told if one > after), default=None)


def silent(catalog: Catalog) -> int:
    """Count the sealed ones of which no embargo is known."""
    return sum(one.notice is None or one.notice.embargo is None for one in catalog.unopened)


def wait_for(
    end: datetime, *, clock: Callable[[], datetime], sleep: Callable[[float], None]
) -> None:
    """Come back when the instant has come, by a clock that is looked at now and then."""
    while (left := (end - clock()).total_seconds()) > 0:
        sleep(min(left, _SLICE))


def next_text(end: datetime | None) -> str:
    """Write the instant, or nothing."""
    return f"{format_instant(end)}\n" if end else ""


def next_json(end: datetime | None, *, now: datetime) -> str:
    """Write the instant and how many seconds are left until then; both null if there is none."""
    left = _whole_second(end) - now if end else None
    seconds = max(0, -(-left // timedelta(seconds=1))) if left is not None else None
    stated = {"version": 1, "next": format_instant(end) if end else None, "seconds": seconds}
    return json.dumps(stated) + "\n"


def next_calendar(end: datetime | None) -> str:
    """Write it as systemd takes it (systemd.time(7), "Calendar events"), to a whole second."""
    return f"{_whole_second(end).astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC\n" if end else ""


def _whole_second(instant: datetime) -> datetime:
    """Give the first whole second at which the instant has come."""
    rest = timedelta(microseconds=instant.microsecond)
    return instant - rest + (timedelta(seconds=1) if rest else rest)
