"""From sound data to the model: no decision is left here, every field has its type."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from mkdocs_advisories.model import (
    Advisory,
    Affected,
    Attachment,
    Content,
    Credit,
    EmbargoChange,
    Event,
    EventType,
    Occasion,
    Package,
    Range,
    RangeType,
    Reference,
    Revision,
    Severity,
    SeverityType,
    Withdrawal,
    parse_instant,
)

UNDECIDED = "undecided"

Data = Mapping[str, Any]


def advisory(data: Data, *, body: str, path: str, attachments: Iterable[Attachment]) -> Advisory:
    """Make an advisory from front matter in which neither shape nor meaning is at fault."""
    return Advisory(
        content=_content(data, body, tuple(attachments)),
        embargo=embargo(data["embargo"]),
        path=path,
        embargo_reason=data.get("embargo_reason"),
        embargo_changes=tuple(map(_embargo_change, data.get("embargo_changes", ()))),
        cve_issued=_instant(data.get("cve_issued")),
        handler=data.get("handler"),
    )


def embargo(text: str) -> datetime | None:
    """Read an embargo; None while it is undecided.

    Raises:
        InstantError: the text is neither an instant nor `undecided`.
    """
    return None if text == UNDECIDED else parse_instant(text)


def _embargo_change(data: Data) -> EmbargoChange:
    return EmbargoChange(
        date=parse_instant(data["date"]), before=embargo(data["from"]), reason=data["reason"]
    )


def _content(data: Data, body: str, attachments: tuple[Attachment, ...]) -> Content:
    return Content(
        id=data["id"],
        summary=data["summary"],
        details=body.strip("\n"),
        affected=tuple(map(_affected, data["affected"])),
        aliases=tuple(data.get("aliases", ())),
        related=tuple(data.get("related", ())),
        upstream=tuple(data.get("upstream", ())),
        severity=_severities(data),
        cwe_ids=tuple(data.get("cwe_ids", ())),
        references=tuple(Reference(**one) for one in data.get("references", ())),
        credits=tuple(map(_credit, data.get("credits", ()))),
        revisions=tuple(Revision(**_dated(one)) for one in data.get("revisions", ())),
        withdrawn=Withdrawal(**_dated(data["withdrawn"])) if "withdrawn" in data else None,
        superseded_by=data.get("superseded_by"),
        exploited=data.get("exploited", False),
        timeline=tuple(Occasion(**_dated(one)) for one in data.get("timeline", ())),
        attachments=attachments,
    )


def _affected(data: Data) -> Affected:
    return Affected(
        package=Package(**data["package"]),
        ranges=tuple(map(_range, data.get("ranges", ()))),
        versions=tuple(data.get("versions", ())),
        severity=_severities(data),
        ecosystem_specific=data.get("ecosystem_specific"),
        database_specific=data.get("database_specific"),
    )


def _range(data: Data) -> Range:
    return Range(
        type=RangeType(data["type"]),
        events=tuple(
            Event(type=EventType(kind), version=version)
            for event in data["events"]
            for kind, version in event.items()
        ),
        repo=data.get("repo"),
        database_specific=data.get("database_specific"),
    )


def _severities(data: Data) -> tuple[Severity, ...]:
    return tuple(
        Severity(type=SeverityType(one["type"]), score=one["score"])
        for one in data.get("severity", ())
    )


def _credit(data: Data) -> Credit:
    return Credit(name=data["name"], type=data.get("type"), contact=tuple(data.get("contact", ())))


def _dated(data: Data) -> dict[str, Any]:
    return {**data, "date": parse_instant(data["date"])}


def _instant(text: str | None) -> datetime | None:
    return None if text is None else parse_instant(text)
