"""The organisation's disclosure policy, as `mkdocs.yml` states it: typed, frozen, complete."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from mkdocs_advisories.model import Affected, Package


class Source(StrEnum):
    """Who can read the repository in which advisories wait for their embargo."""

    PRIVATE = "private"
    PUBLIC = "public"


@dataclass(frozen=True, kw_only=True, slots=True)
class Organisation:
    """Whose advisories these are, and how to reach its security team."""

    name: str
    url: str
    email: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Project:
    """A project of the organisation and its packages, each as `ecosystem/name`."""

    name: str
    url: str | None = None
    packages: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True, slots=True)
class Feed:
    """The Atom feed. `authority` and `since` make its ids (RFC 4151) and never change."""

    uri: str
    title: str
    subtitle: str | None
    authority: str
    since: date

    @property
    def tag(self) -> str:
        """The common beginning of every id in the feed."""
        return f"tag:{self.authority},{self.since.isoformat()}:"

    @property
    def beginning(self) -> datetime:
        """When nothing has been disclosed yet, the feed was updated last on its first day."""
        return datetime(self.since.year, self.since.month, self.since.day, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True, slots=True)
class Checks:
    """What the organisation asks of its advisories. `off` gives the reason for each code."""

    off: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Policy:
    """All that an organisation decides. `site_url` ends with a slash."""

    organisation: Organisation
    source: Source
    id_pattern: str
    time_zone: ZoneInfo
    projects: tuple[Project, ...]
    feed: Feed
    site_url: str
    language: str
    checks: Checks = field(default_factory=Checks)

    def is_own_id(self, text: str) -> bool:
        """Say whether the whole text is an id that this organisation gives."""
        return re.fullmatch(self.id_pattern, text) is not None

    def projects_of(self, affected: Iterable[Affected]) -> tuple[str, ...]:
        """Name the projects that packages belong to, each once, in the order of the packages.

        A package of no project stands for itself.
        """
        return tuple(dict.fromkeys(self._project_of(one.package) for one in affected))

    def project_url(self, name: str) -> str | None:
        """Give the home page of a project, or None."""
        return next((one.url for one in self.projects if one.name == name), None)

    def _project_of(self, package: Package) -> str:
        key = f"{package.ecosystem}/{package.name}"
        return next((one.name for one in self.projects if key in one.packages), package.name)
