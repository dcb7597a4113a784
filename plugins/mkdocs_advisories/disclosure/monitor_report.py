"""What a watch has found: for people, as JSON, for Prometheus. Nothing that is held is in it."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import product

from mkdocs_advisories.disclosure.live import Observation, Part
from mkdocs_advisories.disclosure.monitor import Alarm, Check, Level, Watch
from mkdocs_advisories.disclosure.status_report import relative
from mkdocs_advisories.model import format_instant
from mkdocs_advisories.report.findings import counted

_PREFIX = "advisories_monitor"


def watch_text(watch: Watch) -> str:
    """Write each alarm on a line, the worst first, and what was looked at."""
    lines = [_line(one, watch.as_of) for one in watch.alarms]
    live = sum(one.is_live for one in watch.observations)
    disclosed = counted(len(watch.observations), "disclosed advisory")
    lines.append(f"{watch.site}: {disclosed}, {live} live, {watch.worst or 'fine'}")
    return "\n".join(lines) + "\n"


def _line(one: Alarm, now: datetime) -> str:
    about = f"{one.advisory}: " if one.advisory else ""
    due = ""
    if one.due:
        due = f" (due {relative(one.due, to=now)}, at {format_instant(one.due)})"
    return f"{one.level.value}: {about}{one.place}: {one.text}{due}"


def watch_json(watch: Watch) -> str:
    """Write everything as one JSON document."""
    document = {
        "version": 1,
        "site": watch.site,
        "as_of": format_instant(watch.as_of),
        "result": watch.worst or "fine",
        "alarms": [_alarm(one) for one in watch.alarms],
        "expires": {
            "security_txt": _written(watch.security_txt_ends),
            "certificate": _written(watch.certificate_ends),
        },
        "advisories": [_observation(one) for one in watch.observations],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _alarm(one: Alarm) -> dict[str, str | None]:
    return {
        "level": one.level.value,
        "check": one.check.value,
        "fault": one.fault.value,
        "advisory": one.advisory,
        "place": one.place,
        "text": one.text,
        "due": _written(one.due),
    }


def _observation(one: Observation) -> dict[str, object]:
    return {
        "id": one.expected.id,
        "published": format_instant(one.expected.published),
        "modified": format_instant(one.expected.modified),
        "live": one.is_live,
        "parts": {part.value: part in one.parts for part in Part},
    }


def _written(instant: datetime | None) -> str | None:
    return format_instant(instant) if instant else None


def watch_metrics(watch: Watch) -> str:
    """Write it in Prometheus' text format, version 0.0.4, which OpenMetrics' readers take as well.

    The series are the same in every run, but for one for each alarm about a single advisory.
    """
    return "".join(_metrics(watch))


def _metrics(watch: Watch) -> Iterator[str]:
    observations = watch.observations
    yield from _gauge("disclosed", "Advisories whose embargo has ended.", {"": len(observations)})
    live = sum(one.is_live for one in observations)
    yield from _gauge("live", "Advisories that readers find everywhere on the site.", {"": live})
    found = [(one.check, one.level) for one in watch.alarms]
    counts = {
        _labels(check=check.value, level=level.value): found.count((check, level))
        for check, level in product(Check, Level)
    }
    yield from _gauge("alarms", "What is wrong, by what was looked at and how bad it is.", counts)
    single = {
        _labels(advisory=one.advisory, check=one.check.value, level=one.level.value): 1
        for one in watch.alarms
        if one.advisory
    }
    yield from _gauge("advisory_alarm", "What is wrong with one advisory.", single)
    ends = {"security_txt": watch.security_txt_ends, "certificate": watch.certificate_ends}
    expiries = {
        _labels(what=name): int(instant.timestamp()) for name, instant in ends.items() if instant
    }
    yield from _gauge("expires_timestamp_seconds", "When something of the site expires.", expiries)
    now = {"": int(watch.as_of.timestamp())}
    yield from _gauge("checked_timestamp_seconds", "When all of this was looked at.", now)


def _gauge(name: str, help_text: str, values: Mapping[str, int]) -> Iterator[str]:
    yield f"# HELP {_PREFIX}_{name} {help_text}\n# TYPE {_PREFIX}_{name} gauge\n"
    yield from (f"{_PREFIX}_{name}{labels} {value}\n" for labels, value in values.items())


def _labels(**values: str) -> str:
    pairs = (f'{name}="{_escaped(value)}"' for name, value in values.items())
    return "{" + ",".join(pairs) + "}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
