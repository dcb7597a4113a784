"""Dates of other formats as the instants of this one."""

import re

from mkdocs_advisories.model import InstantError, format_instant, parse_instant

_LONG_FRACTION = re.compile(r"(\.[0-9]{6})[0-9]+")


def instant(text: str, *, naive_is_utc: bool = False) -> str | None:
    """Give an instant in the form of the front matter, or None if the text is none.

    A fraction is cut after microseconds. `naive_is_utc` is for formats that say so themselves: the
    CVE format reads a date-time without an offset as UTC.
    """
    written = _LONG_FRACTION.sub(r"\1", text.strip())
    if naive_is_utc and re.fullmatch(r"[0-9-]{10}T[0-9:.]{5,15}", written):
        written += ":00Z" if written.count(":") == 1 else "Z"
    try:
        return format_instant(parse_instant(written))
    except InstantError:
        return None


def noon(day: str) -> str | None:
    """Give noon (UTC) of a day without an hour, as the RustSec database's own export does."""
    return instant(f"{day}T12:00:00Z")
