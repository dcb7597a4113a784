"""The differences between two versions of one advisory, field by field, in words."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from mkdocs_advisories.authoring.section_changes import section_changes
from mkdocs_advisories.authoring.version_changes import version_changes
from mkdocs_advisories.model import Content, Credit, Severity, format_instant
from mkdocs_advisories.render.severity import rate
from mkdocs_advisories.source.draft import Draft

_LISTS = {
    "aliases": "alias",
    "related": "related id",
    "upstream": "upstream id",
    "cwe_ids": "weakness",
}
_UNITS = (
    (timedelta(days=1), "day"),
    (timedelta(hours=1), "hour"),
    (timedelta(minutes=1), "minute"),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """One difference: the field that it is in, which may always be told, and its text."""

    field: str
    text: str


def field_changes(old: Draft, new: Draft) -> tuple[Change, ...]:
    """Say what differs. Of a field that is at fault in one version, only that."""
    found = [
        Change(field=field, text=text)
        for field, compare in _COMPARERS
        if field not in old.faulty | new.faulty
        for text in compare(old, new)
    ]
    faults = [
        Change(field=field, text=f"`{field}` cannot be compared: it is at fault")
        for field in sorted(old.faulty | new.faulty)
    ]
    return (*found, *faults)


def _summary(old: Draft, new: Draft) -> Iterator[str]:
    if old.content.summary != new.content.summary:
        yield f"title changed from “{old.content.summary}” to “{new.content.summary}”"


def _embargo(old: Draft, new: Draft) -> Iterator[str]:
    before, after = old.embargo, new.embargo
    if before == after:
        return
    if before is None and after is not None:
        yield f"embargo decided: {format_instant(after)}"
    elif after is None and before is not None:
        yield f"embargo undecided again, after {format_instant(before)}"
    elif before is not None and after is not None:
        moved = "postponed" if after > before else "brought forward"
        yield f"embargo {moved} by {_length(abs(after - before))}, to {format_instant(after)}"


def _length(distance: timedelta) -> str:
    """Write a duration in its largest units: `2 days 4 hours`."""
    parts = []
    for size, unit in _UNITS:
        number, distance = divmod(distance, size)
        parts += [f"{number} {unit}{'' if number == 1 else 's'}"] if number else []
    return " ".join(parts) or "less than a minute"


def _plain(name: str) -> Callable[[Draft, Draft], Iterator[str]]:
    """Compare one value that stands for itself."""

    def compare(old: Draft, new: Draft) -> Iterator[str]:
        before, after = _written(_value(old, name)), _written(_value(new, name))
        label = name.replace("_", " ")
        if before == after:
            return
        if not before:
            yield f"{label} stated: {after}"
        elif not after:
            yield f"{label} removed, which was {before}"
        else:
            yield f"{label} changed from {before} to {after}"

    return compare


def _value(draft: Draft, name: str) -> Any:  # noqa: ANN401 - a text, an instant, a flag
    return getattr(draft, name, None) if hasattr(draft, name) else getattr(draft.content, name)


def _written(value: Any) -> str:  # noqa: ANN401 - a text, an instant, a flag
    if isinstance(value, datetime):
        return format_instant(value)
    return ("yes" if value else "no") if isinstance(value, bool) else str(value or "")


def _listed(name: str) -> Callable[[Draft, Draft], Iterator[str]]:
    """Compare a list of ids."""

    def compare(old: Draft, new: Draft) -> Iterator[str]:
        before, after = getattr(old.content, name), getattr(new.content, name)
        yield from _in_and_out(before, after, _LISTS[name])

    return compare


def _in_and_out(old: Iterable[str], new: Iterable[str], noun: str) -> Iterator[str]:
    before, after = list(dict.fromkeys(old)), list(dict.fromkeys(new))
    yield from (f"{noun} {one} added" for one in after if one not in before)
    yield from (f"{noun} {one} removed" for one in before if one not in after)


def _severity(old: Draft, new: Draft) -> Iterator[str]:
    if _vectors(old.content) == _vectors(new.content):
        return
    before, after = _rating(old.content), _rating(new.content)
    if before == after:
        yield f"severity vector changed, still {after}"
    else:
        yield f"severity {before} → {after}"


def _vectors(content: Content) -> Sequence[Severity]:
    return [*content.severity, *(one for each in content.affected for one in each.severity)]


def _rating(content: Content) -> str:
    rating = rate(content)
    return f"{rating.score} ({rating.word})" if rating else "unstated"


def _references(old: Draft, new: Draft) -> Iterator[str]:
    def urls(draft: Draft) -> list[str]:
        return [f"{one.type} {one.url}" for one in draft.content.references]

    yield from _in_and_out(urls(old), urls(new), "reference")


def _credits(old: Draft, new: Draft) -> Iterator[str]:
    def people(draft: Draft) -> list[str]:
        return [_credited(one) for one in draft.content.credits]

    yield from _in_and_out(people(old), people(new), "credit")


def _credited(credit: Credit) -> str:
    role = f" ({credit.type})" if credit.type else ""
    return f"{credit.name}{role}"


def _dated(name: str, noun: str) -> Callable[[Draft, Draft], Iterator[str]]:
    """Compare a list of dated sentences."""

    def compare(old: Draft, new: Draft) -> Iterator[str]:
        def lines(draft: Draft) -> list[str]:
            entries = getattr(draft.content, name)
            return [f"of {format_instant(one.date)} (“{one.summary}”)" for one in entries]

        yield from _in_and_out(lines(old), lines(new), noun)

    return compare


def _withdrawn(old: Draft, new: Draft) -> Iterator[str]:
    before, after = old.content.withdrawn, new.content.withdrawn
    if before == after:
        return
    if after is None:
        yield "no longer withdrawn"
    else:
        again = "withdrawn" if before is None else "withdrawal changed: now"
        yield f"{again} as of {format_instant(after.date)}: “{after.reason}”"


def _affected(old: Draft, new: Draft) -> Iterator[str]:
    return version_changes(old.content.affected, new.content.affected)


def _body(old: Draft, new: Draft) -> Iterator[str]:
    return section_changes(old.content.details, new.content.details)


def _attachments(old: Draft, new: Draft) -> Iterator[str]:
    before = {one.name: one.content for one in old.content.attachments}
    after = {one.name: one.content for one in new.content.attachments}
    yield from _in_and_out(before, after, "attachment")
    for name, content in after.items():
        # The earlier catalog gives what is the same the path that it has now.
        if before.get(name, content) != content:
            yield f"attachment {name} changed"


_COMPARERS: tuple[tuple[str, Callable[[Draft, Draft], Iterator[str]]], ...] = (
    ("id", _plain("id")),
    ("summary", _summary),
    ("embargo", _embargo),
    ("embargo_reason", _plain("embargo_reason")),
    ("severity", _severity),
    ("affected", _affected),
    ("aliases", _listed("aliases")),
    ("withdrawn", _withdrawn),
    ("superseded_by", _plain("superseded_by")),
    ("exploited", _plain("exploited")),
    ("cwe_ids", _listed("cwe_ids")),
    ("related", _listed("related")),
    ("upstream", _listed("upstream")),
    ("cve_issued", _plain("cve_issued")),
    ("handler", _plain("handler")),
    ("references", _references),
    ("credits", _credits),
    ("revisions", _dated("revisions", "revision")),
    ("timeline", _dated("timeline", "event")),
    ("body", _body),
    ("attachments", _attachments),
)
