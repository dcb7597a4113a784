"""An advisory as its authors keep it. The vocabulary is that of the OSV schema.

`Content` is what the public may read once the advisory is disclosed; `Advisory` adds what decides
about disclosure and what never leaves the house. Neither shows its text in a `repr`, so that no
traceback or log can.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any


class SeverityType(StrEnum):
    """The scoring systems that are understood."""

    CVSS_V2 = "CVSS_V2"
    CVSS_V3 = "CVSS_V3"
    CVSS_V4 = "CVSS_V4"


class RangeType(StrEnum):
    """How the versions of a range are ordered."""

    SEMVER = "SEMVER"
    ECOSYSTEM = "ECOSYSTEM"
    GIT = "GIT"


class EventType(StrEnum):
    """Where a range begins or ends."""

    INTRODUCED = "introduced"
    FIXED = "fixed"
    LAST_AFFECTED = "last_affected"
    LIMIT = "limit"


@dataclass(frozen=True, kw_only=True, slots=True)
class Severity:
    """A CVSS vector, valid for its type."""

    type: SeverityType
    score: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Package:
    """A package as its ecosystem names it; the purl carries no version."""

    ecosystem: str
    name: str
    purl: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """One end of a stretch of affected versions."""

    type: EventType
    version: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """A stretch of affected versions.

    From `introduced` up to before `fixed`, or through `last_affected`, or without an end where
    both are None.
    """

    introduced: str
    fixed: str | None = None
    last_affected: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Range:
    """Affected versions as events. Those of SEMVER and ECOSYSTEM ranges pair up to spans."""

    type: RangeType
    events: tuple[Event, ...]
    repo: str | None = None
    database_specific: Mapping[str, Any] | None = None

    def spans(self) -> Iterator[Span]:
        """Give the stretches of affected versions in the order of the events.

        Commits have no order that events could state, so a GIT range gives none.
        """
        if self.type is RangeType.GIT:
            return
        start: str | None = None
        for event in self.events:
            if event.type is EventType.INTRODUCED:
                start = event.version
            elif start is not None:
                yield Span(introduced=start, **{event.type.value: event.version})
                start = None
        if start is not None:
            yield Span(introduced=start)


@dataclass(frozen=True, kw_only=True, slots=True)
class Affected:
    """One package and its affected versions."""

    package: Package
    ranges: tuple[Range, ...] = ()
    versions: tuple[str, ...] = ()
    severity: tuple[Severity, ...] = ()
    ecosystem_specific: Mapping[str, Any] | None = None
    database_specific: Mapping[str, Any] | None = None

    def spans(self) -> tuple[Span, ...]:
        """Give the stretches of affected versions of all ordered ranges."""
        return tuple(span for one in self.ranges for span in one.spans())


@dataclass(frozen=True, kw_only=True, slots=True)
class Reference:
    """A page and what it is, by OSV's reference types."""

    type: str
    url: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Credit:
    """Someone who took part, by OSV's credit types."""

    name: str
    type: str | None = None
    contact: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Revision:
    """A change after disclosure."""

    date: datetime
    summary: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Occasion:
    """A date of the vulnerability's history."""

    date: datetime
    summary: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Withdrawal:
    """Since when and why an advisory no longer holds."""

    date: datetime
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class EmbargoChange:
    """That the embargo was another one before `date`; None: it was undecided. Internal."""

    date: datetime
    before: datetime | None
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Attachment:
    """A file that is published with the advisory. `name` is safe as the last part of a URL.

    Its content is that of a file, or held in memory where it lies on no disk in clear.
    """

    name: str
    content: Path | bytes = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class Content:
    """What an advisory tells the public once it is disclosed."""

    id: str
    summary: str
    details: str
    affected: tuple[Affected, ...]
    aliases: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    upstream: tuple[str, ...] = ()
    severity: tuple[Severity, ...] = ()
    cwe_ids: tuple[str, ...] = ()
    references: tuple[Reference, ...] = ()
    credits: tuple[Credit, ...] = ()
    revisions: tuple[Revision, ...] = ()
    withdrawn: Withdrawal | None = None
    superseded_by: str | None = None
    exploited: bool = False
    timeline: tuple[Occasion, ...] = ()
    attachments: tuple[Attachment, ...] = field(default=())

    def named_ids(self) -> frozenset[str]:
        """Give every id that this advisory goes by: its own and its aliases."""
        return frozenset({self.id, *self.aliases})


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class Advisory:
    """An advisory, held or not: its content and what decides when that becomes public.

    `embargo` is the instant of disclosure in UTC, or None while it is undecided. `embargo_reason`,
    `embargo_changes`, `cve_issued` and `handler` are internal and never published. `path` is the
    file, relative to the folder of advisories, with forward slashes.
    """

    content: Content
    embargo: datetime | None
    path: str
    embargo_reason: str | None = None
    embargo_changes: tuple[EmbargoChange, ...] = ()
    cve_issued: datetime | None = None
    handler: str | None = None

    def is_disclosed(self, now: datetime) -> bool:
        """Say whether the embargo has ended at `now`. Undecided means held."""
        return self.embargo is not None and self.embargo <= now
