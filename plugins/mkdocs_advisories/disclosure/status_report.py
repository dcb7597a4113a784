"""The status as text for a person and as JSON for programs."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from mkdocs_advisories.disclosure.status import Standing, State, Status
from mkdocs_advisories.model import format_instant
from mkdocs_advisories.report.findings import counted

_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"))


def status_text(status: Status, *, zone: ZoneInfo, shows_held: bool) -> str:
    """Write what waits line by line, and how much is public."""
    lines = [
        line
        for state in (State.DUE, State.HELD)
        for line in _section(status, state, zone=zone, shows_held=shows_held)
    ]
    public = [f"{len(status.of(one))} {one}" for one in (State.DISCLOSED, State.WITHDRAWN)]
    lines.append(", ".join(public))
    if status.reserved:
        lines.append(f"reserved, not begun: {', '.join(status.reserved)}")
    if status.unopened:
        lines.append(f"{len(status.unopened)} sealed, not opened: there is no key")
    lines.append(f"next: {_next(status, zone)}")
    lines += [f"overdue: {one.id}: {one.overdue}" for one in status.overdue]
    return "\n".join(lines) + "\n"


def status_json(status: Status, *, shows_held: bool) -> str:
    """Write everything as one JSON document."""
    coming = status.next
    document = {
        "version": 1,
        "as_of": format_instant(status.as_of),
        "counts": {one.value: len(status.of(one)) for one in State},
        "next": None if coming is None else {"id": coming.id, "embargo": _written(coming.embargo)},
        "overdue": [{"id": one.id, "reason": one.overdue} for one in status.overdue],
        "reserved": list(status.reserved),
        "unopened": list(status.unopened),
        "advisories": [_as_data(one, shows_held=shows_held) for one in status.standings],
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def relative(instant: datetime, *, to: datetime) -> str:
    """Say how far an instant lies ahead or back, in its two largest units: `in 2 d 4 h`."""
    distance = instant - to
    seconds = int(abs(distance) / timedelta(seconds=1))
    parts = []
    for size, unit in _UNITS:
        number, seconds = divmod(seconds, size)
        parts += [f"{number} {unit}"] if number else []
    text = " ".join(parts[:2]) or "less than 1 min"
    return f"in {text}" if distance >= timedelta() else f"{text} ago"


def _section(status: Status, state: State, *, zone: ZoneInfo, shows_held: bool) -> Iterator[str]:
    standings = status.of(state)
    if not standings:
        return
    yield f"{state} ({len(standings)})"
    for one in standings:
        handler = f"  {one.handler}" if one.handler and shows_held else ""
        yield f"  {one.id}  {_when(one.embargo, status.as_of, zone)}{handler}"
        if one.title and shows_held:
            yield f"    {one.title}"
        missing = [lack.shown(withhold=not shows_held) for lack in one.lacks]
        if missing:
            yield f"    lacks {', '.join(missing)}"
        if one.codes:
            yield f"    {_problems(one)}"
    yield ""


def _problems(one: Standing) -> str:
    counts = ((one.errors, "error"), (one.warnings, "warning"))
    numbers = " and ".join(counted(number, noun) for number, noun in counts if number)
    return f"{numbers} ({', '.join(one.codes)}): see `advisory check {one.path}`"


def _next(status: Status, zone: ZoneInfo) -> str:
    coming = status.next
    if coming is None:
        return "no other embargo is known" if status.unopened else "no embargo ends"
    return f"{coming.id}, {_when(coming.embargo, status.as_of, zone)}"


def _when(embargo: datetime | None, now: datetime, zone: ZoneInfo) -> str:
    if embargo is None:
        return "undecided"
    local = embargo.astimezone(zone)
    return f"{local:%Y-%m-%d %H:%M %Z} ({relative(embargo, to=now)})"


def _written(instant: datetime | None) -> str | None:
    return None if instant is None else format_instant(instant)


def _as_data(one: Standing, *, shows_held: bool) -> dict[str, Any]:
    withhold = one.is_held and not shows_held
    return {
        "id": one.id,
        "path": one.path,
        "state": one.state.value,
        "embargo": _written(one.embargo),
        "title": None if withhold else one.title,
        "handler": None if withhold else one.handler,
        "withheld": withhold,
        "lacks": [lack.shown(withhold=withhold) for lack in one.lacks],
        "errors": one.errors,
        "warnings": one.warnings,
        "codes": list(one.codes),
    }
