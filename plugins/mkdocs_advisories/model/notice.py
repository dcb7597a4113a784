"""What may be told of held advisories before their time, and what is told afterwards."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, kw_only=True, slots=True)
class Notice:
    """What was told ahead of time: which projects, how severe, and when. There is no more to it."""

    projects: tuple[str, ...]
    severity: str | None
    embargo: datetime | None


class NoticeKind(StrEnum):
    """A mail about advisories: one before their disclosure, and three after it."""

    PRENOTIFICATION = "prenotification"
    ANNOUNCEMENT = "announcement"
    UPDATE = "update"
    WITHDRAWAL = "withdrawal"
