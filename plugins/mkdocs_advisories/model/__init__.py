"""The words of the domain as frozen types. This room imports nothing but the standard library."""

from mkdocs_advisories.model.advisory import (
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
    Span,
    Withdrawal,
)
from mkdocs_advisories.model.coordination import Coordination
from mkdocs_advisories.model.disclosed import Disclosed
from mkdocs_advisories.model.instant import InstantError, format_instant, parse_instant
from mkdocs_advisories.model.notice import Notice, NoticeKind

__all__ = [
    "Advisory",
    "Affected",
    "Attachment",
    "Content",
    "Coordination",
    "Credit",
    "Disclosed",
    "EmbargoChange",
    "Event",
    "EventType",
    "InstantError",
    "Notice",
    "NoticeKind",
    "Occasion",
    "Package",
    "Range",
    "RangeType",
    "Reference",
    "Revision",
    "Severity",
    "SeverityType",
    "Span",
    "Withdrawal",
    "format_instant",
    "parse_instant",
]
