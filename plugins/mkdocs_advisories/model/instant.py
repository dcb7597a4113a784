"""Instants as RFC 3339 writes them, without any of its ambiguities."""

import re
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache

_INSTANT = re.compile(
    r"(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"(?P<time>T[0-9]{2}:[0-9]{2})?"
    r"(?P<seconds>:[0-9]{2}(?:\.[0-9]{1,6})?)?"
    r"(?P<zone>Z|[+-][0-9]{2}:[0-9]{2})?"
)
_WIDEST_OFFSET = timedelta(hours=14)


class InstantError(ValueError):
    """The text is no unambiguous instant. The message says why and repeats none of the text."""


def parse_instant(text: str) -> datetime:
    """Read an RFC 3339 date-time (section 5.6) with seconds and a numeric zone, as UTC.

    Narrower than the RFC where it leaves room for doubt: `-00:00` (offset unknown), `24:00`, leap
    seconds, lower-case `t` and `z`, a space for the `T` and digits of other scripts are refused.

    Raises:
        InstantError: says what is missing or wrong.
    """
    match = _INSTANT.fullmatch(text)
    if match is None:
        raise InstantError(_why_not(text))
    for part, complaint in (
        ("time", "it has a date but no time of day"),
        ("seconds", "it has no seconds"),
        ("zone", "it has no time zone"),
    ):
        if match[part] is None:
            raise InstantError(complaint)
    try:
        naive = datetime.fromisoformat(match["date"] + match["time"] + match["seconds"])
        return naive.replace(tzinfo=_offset(match["zone"])).astimezone(UTC)
    except InstantError:
        raise
    except (ValueError, OverflowError):
        raise InstantError("there is no such day or time of day") from None


@lru_cache(maxsize=1024)
def format_instant(instant: datetime) -> str:
    """Write an aware instant as RFC 3339 in UTC, with a fraction only where there is one."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _offset(zone: str) -> timezone:
    if zone == "Z":
        return UTC
    if zone == "-00:00":
        raise InstantError("the offset `-00:00` says that the zone is not known")
    hours, minutes = int(zone[1:3]), int(zone[4:6])
    offset = timedelta(hours=hours, minutes=minutes)
    if minutes > 59 or offset > _WIDEST_OFFSET:  # noqa: PLR2004 - minutes of an hour
        raise InstantError("there is no such offset from UTC")
    return timezone(-offset if zone[0] == "-" else offset)


def _why_not(text: str) -> str:
    if not text.isascii():
        return "it has other than ASCII characters"
    if re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[ t_]", text):
        return "date and time are not joined by a capital `T`"
    if re.search(r"[0-9]z$", text):
        return "the zone is not a capital `Z`"
    if text and not re.search(r"[0-9]", text):
        return "it has neither date nor time"
    if re.search(r"[A-Za-z]{2,}(/[A-Za-z_]+)?\]?$", text):
        return "it names a time zone, which is ambiguous"
    return "it is not of the form `2026-04-09T20:24:12Z`"
