"""The gate. Everything that the public can see has come through `disclose`; there is no other way.

Whether an advisory is disclosed is computed from its embargo and one instant, never stored.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from mkdocs_advisories.model import Advisory, Coordination, Disclosed

_MOST_DIGITS = 11  # as many as the year 5138 needs


class ClockError(ValueError):
    """What should tell the time cannot be understood. The message says what to correct."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Disclosure:
    """What is public at one instant, newest first, and no more about the rest than may be told.

    Of the `held`, `unopened` are sealed, and there was no key to open them.
    """

    as_of: datetime
    advisories: tuple[Disclosed, ...]
    held: int
    unopened: int
    next_embargo: datetime | None


def disclose(advisories: Iterable[Advisory], *, now: datetime, unopened: int = 0) -> Disclosure:
    """Let through the advisories whose embargo ends at `now` or before (an aware instant).

    What is sealed and could not be opened is held, whatever its embargo: `unopened` counts it.

    The newest come first; those of one instant are in the order of their ids.
    """
    known = list(advisories)
    public = [
        Disclosed(content=one.content, published=one.embargo, as_of=now)
        for one in known
        if one.embargo is not None and one.is_disclosed(now)
    ]
    waiting = [one.embargo for one in known if one.embargo and not one.is_disclosed(now)]
    return Disclosure(
        as_of=now,
        advisories=tuple(sorted(public, key=lambda one: (-one.published.timestamp(), one.id))),
        held=len(known) - len(public) + unopened,
        unopened=unopened,
        next_embargo=min(waiting, default=None),
    )


def coordination_copy(advisory: Advisory, *, now: datetime) -> Coordination:
    """Let one held advisory be shared under embargo, because someone has asked for exactly that.

    This is no second way to the public. A `Coordination` is another type than `Disclosed`: what
    publishes cannot take it, and what renders it marks every file. Only `advisory export` asks, for
    advisories that are named one by one.

    Raises:
        ValueError: the advisory is disclosed, so it needs no such copy.
    """
    if advisory.is_disclosed(now):
        raise ValueError("a disclosed advisory is not shared under embargo")
    return Coordination(content=advisory.content, embargo=advisory.embargo, as_of=now)


def on_its_day(copy: Coordination) -> Disclosed:
    """Give a shared advisory as it will be disclosed, for a renderer whose result is then marked.

    It stands at the instant of its disclosure, or at that of this run while that is undecided. Only
    `site.exports.shared` calls this, which marks whatever comes out; a test holds it to that.
    """
    day = max(copy.embargo or copy.as_of, copy.as_of)
    return Disclosed(content=copy.content, published=day, as_of=day)


def instant_of_run(clock: datetime, *, source_date_epoch: str | None) -> datetime:
    """Give the one instant that a whole run goes by.

    `SOURCE_DATE_EPOCH` (seconds since 1970, for reproducible builds) may turn the clock back,
    which only holds more; it cannot turn it forward.

    Raises:
        ClockError: `SOURCE_DATE_EPOCH` is set but no such number.
    """
    if source_date_epoch is None:
        return clock
    text = source_date_epoch.strip()
    if not (text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS):
        message = "SOURCE_DATE_EPOCH is not a number of seconds since 1970: correct or unset it"
        raise ClockError(message)
    return min(clock, datetime.fromtimestamp(int(text), tz=UTC))
