"""The clock: the one instant that a run goes by, and whether the machine's clock can be believed.

A clock that is behind holds more than it should; one that is ahead publishes early. Nothing here
reads a clock, a repository or the network: what those said comes in as arguments.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum

from mkdocs_advisories.model import InstantError, format_instant, parse_instant

TOLERANCE = timedelta(minutes=2)
"""How far clocks may lie apart before one of them is wrong."""

_MOST_DIGITS = 11  # as many as the year 5138 needs
_REMEDY = "set the clock (NTP), or find out which of the two is wrong, and run again"


class ClockError(ValueError):
    """What should tell the time cannot be understood or believed. The message says what to do."""


class Bound(Enum):
    """What a known instant says about the present."""

    PAST = "past"
    """It lies in the past: something that has happened already."""

    PRESENT = "present"
    """It is the present, as another clock has it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """An instant that is known from elsewhere. `what` names the source, for the report."""

    what: str
    instant: datetime
    bound: Bound


def instant_of_run(
    clock: datetime, *, source_date_epoch: str | None, earlier: str | None = None
) -> datetime:
    """Give the one instant that a whole run goes by.

    `SOURCE_DATE_EPOCH` (seconds since 1970, for reproducible builds) and `earlier` (an instant as
    in an advisory, from `ADVISORY_NOW` or `--now`) may turn the clock back, which only holds more.
    Neither can turn it forward.

    Raises:
        ClockError: one of the two is set but cannot be read, or `earlier` lies in the future.
    """
    instants = [clock]
    if source_date_epoch is not None:
        instants.append(_epoch(source_date_epoch))
    if earlier is not None:
        instants.append(_earlier(earlier, clock))
    return min(instants)


def hold_clock_against(known: Iterable[Known], *, clock: datetime) -> None:
    """Stop unless the machine's clock agrees with everything that is known.

    Raises:
        ClockError: it is behind, or differs, by more than `TOLERANCE`: says from what and how far.
    """
    complaints = [text for one in known if (text := _complaint(one, clock))]
    if complaints:
        raise ClockError(
            "\n".join(["the clock of this machine cannot be believed:", *complaints])
            + f"\nNothing is released by such a clock: {_REMEDY}."
        )


def _epoch(text: str) -> datetime:
    digits = text.strip()
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= _MOST_DIGITS):
        message = "SOURCE_DATE_EPOCH is not a number of seconds since 1970: correct or unset it"
        raise ClockError(message)
    return datetime.fromtimestamp(int(digits), tz=UTC)


def _earlier(text: str, clock: datetime) -> datetime:
    try:
        instant = parse_instant(text.strip())
    except InstantError as error:
        raise ClockError(
            f"`--now` or ADVISORY_NOW: {error}; write it like 2026-04-09T20:24:12Z"
        ) from None
    if instant > clock + TOLERANCE:
        raise ClockError(
            f"`--now` or ADVISORY_NOW is {_apart(instant - clock)} ahead of the clock, and they may"
            " only hold more: leave them out; to see what is held, use `advisory preview`"
        )
    return instant


def _complaint(known: Known, clock: datetime) -> str | None:
    behind = known.instant - clock
    if behind > TOLERANCE:
        side = "behind"
    elif known.bound is Bound.PRESENT and -behind > TOLERANCE:
        side = "ahead of"
    else:
        return None
    return (
        f"it says {_written(clock)}, which is {_apart(behind)} {side} {known.what}"
        f" ({_written(known.instant)})"
    )


def _written(instant: datetime) -> str:
    return format_instant(instant.replace(microsecond=0))


def _apart(difference: timedelta) -> str:
    """Write a difference in its two largest units: `1 d 2 h`, `3 min 5 s`."""
    seconds = abs(int(difference.total_seconds()))
    parts = []
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")):
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count} {unit}")
    return " ".join(parts[:2]) or "0 s"
