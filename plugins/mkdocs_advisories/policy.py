"""The organisation's disclosure policy, as `mkdocs.yml` states it: typed, frozen, complete."""

import re
from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from urllib.parse import quote
from zoneinfo import ZoneInfo

from mkdocs_advisories.model import Affected, Package

_NOTICE = timedelta(days=31)
_SATURDAY = 5


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
class ReleaseLine:
    """A line of releases (`24` has 24.0.0, 24.0.7 and so on) and the day of its first one.

    `until` is the first day on which it is no longer maintained, if that was set for this line.
    """

    line: str
    released: date
    until: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Maintenance:
    """For how many months each line is maintained whose last number is a multiple of `every`."""

    every: int
    months: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Maintained:
    """Which lines of a project's packages are maintained, and when.

    `packages` are those that are numbered like this, each as `ecosystem/name`.
    """

    packages: frozenset[str]
    releases: tuple[ReleaseLine, ...]
    rules: tuple[Maintenance, ...] = ()

    def on(self, day: date) -> tuple[ReleaseLine, ...]:
        """Give the lines that are released and still maintained on a day."""
        return tuple(one for one in self.releases if one.released <= day and self._lasts(one, day))

    def _lasts(self, one: ReleaseLine, day: date) -> bool:
        end = self.end_of(one)
        return end is None or day < end

    def end_of(self, one: ReleaseLine) -> date | None:
        """Give the first day on which a line is no longer maintained; None if it has no end."""
        number = int(one.line.rpartition(".")[2])
        fitting = (rule.months for rule in self.rules if number % rule.every == 0)
        months = next(fitting, None)
        return one.until or (None if months is None else _months_after(one.released, months))


@dataclass(frozen=True, kw_only=True, slots=True)
class Project:
    """A project of the organisation and its packages, each as `ecosystem/name`."""

    name: str
    url: str | None = None
    packages: frozenset[str] = frozenset()
    maintained: Maintained | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Feed:
    """The feeds. `authority` and `since` make their ids (RFC 4151) and never change.

    A feed shows the `entries` advisories changed last; the whole is in its yearly archives.
    """

    uri: str
    title: str
    subtitle: str | None
    authority: str
    since: date
    entries: int = 100

    @property
    def tag(self) -> str:
        """The common beginning of every id in the feed."""
        return f"tag:{self.authority},{self.since.isoformat()}:"

    @property
    def beginning(self) -> datetime:
        """When nothing has been disclosed yet, the feed was updated last on its first day."""
        return datetime(self.since.year, self.since.month, self.since.day, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True, slots=True)
class Clock:
    """How long an embargo lasts from the moment at which the CVE was issued.

    `by_severity` gives the hours for words of severity (in lower case); `tolerance` hours more or
    less need no reason; longer than `longest_days` no embargo should be. Nothing is published on
    `holidays` if it can be helped, nor on Saturdays and Sundays. What is disclosed has to be live
    and announced `live_within` hours after.
    """

    hours: int = 72
    by_severity: Mapping[str, int] = field(default_factory=dict)
    tolerance: int = 12
    longest_days: int = 90
    holidays: frozenset[date] = frozenset()
    live_within: int = 6

    def length(self, severity: str | None) -> timedelta:
        """Give how long an embargo lasts for a word of severity, or for an unknown one."""
        return timedelta(hours=self.by_severity.get(severity or "", self.hours))

    def is_working_day(self, day: date) -> bool:
        """Say whether people are at work on a day."""
        return day.weekday() < _SATURDAY and day not in self.holidays


@dataclass(frozen=True, kw_only=True, slots=True)
class Checks:
    """What the organisation asks of its advisories. `off` gives the reason for each code.

    `proof_of_concept` are the words of headings that are refused; `consent` asks for the consent of
    everyone who is credited.
    """

    off: Mapping[str, str] = field(default_factory=dict)
    title_length: int = 120
    sections: tuple[str, ...] = ("Impact", "Patches", "Workarounds")
    proof_of_concept: tuple[str, ...] = ("proof of concept", "proof-of-concept", "poc", "exploit")
    consent: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Publisher:
    """How the organisation presents itself in CSAF documents and CVE records.

    `category` is one of CSAF 2.0, section 3.2.1.8.1; `namespace` is a URL under its control,
    by default that of its home page; `cve_org_id` is its UUID in the CVE program, if it is a CNA.
    """

    namespace: str | None = None
    category: str = "vendor"
    contact_details: str | None = None
    issuing_authority: str | None = None
    cve_org_id: str | None = None
    cve_short_name: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class SecurityTxt:
    """What security.txt says (RFC 9116). `expires` is stated, never worked out from a clock."""

    expires: datetime
    contact: tuple[str, ...]
    policy: str | None = None
    encryption: str | None = None
    acknowledgments: str | None = None
    hiring: str | None = None
    languages: tuple[str, ...] = ()

    def ends_soon(self, now: datetime) -> bool:
        """Say whether it expires within a month, or has."""
        return self.expires <= now + _NOTICE


@dataclass(frozen=True, kw_only=True, slots=True)
class Mail:
    """Who sends notices, and which lists get them: addresses. What is secret is not in here.

    `templates` is a folder of own templates, relative to `mkdocs.yml`; `archive` the address of a
    mail in the archive of the list, with `{message_id}` or `{message_id_hash}`.
    """

    sender: str
    announce: tuple[str, ...] = ()
    prenotify: tuple[str, ...] = ()
    reply_to: str | None = None
    templates: str | None = None
    archive: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """A step of a disclosure: its name in the ledger, and what it says."""

    name: str
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Pages:
    """How much is shown: `rows` of a list on a page, and `versions` of a project with a page.

    The search of the site finds the newest `searched` advisories, and the newest
    `searched_in_full` by every word of their text.
    """

    rows: int = 1000
    versions: int = 200
    searched: int = 10_000
    searched_in_full: int = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Policy:
    """All that an organisation decides. `site_url` ends with a slash.

    `corrections` is where readers suggest one; `{id}` in it stands for the advisory's id.
    With `upcoming`, the site tells of disclosures to come once their prenotification was sent.
    """

    organisation: Organisation
    source: Source
    id_pattern: str
    time_zone: ZoneInfo
    projects: tuple[Project, ...]
    feed: Feed
    site_url: str
    language: str
    clock: Clock = field(default_factory=Clock)
    checks: Checks = field(default_factory=Checks)
    publisher: Publisher = Publisher()
    security_txt: SecurityTxt | None = None
    mail: Mail | None = None
    checklist: tuple[Step, ...] = ()
    corrections: str | None = None
    pages: Pages = Pages()
    upcoming: bool = False

    def correction_url(self, advisory_id: str) -> str | None:
        """Give the address at which to suggest a correction of an advisory, or None."""
        return self.corrections and self.corrections.replace("{id}", quote(advisory_id, safe=""))

    @property
    def namespace(self) -> str:
        """The URL that names the organisation as a publisher."""
        return self.publisher.namespace or self.organisation.url

    def is_own_id(self, text: str) -> bool:
        """Say whether the whole text is an id that this organisation gives."""
        return re.fullmatch(self.id_pattern, text) is not None

    def day_of(self, instant: datetime) -> date:
        """Give the day of an instant in the organisation's zone; in UTC at the ends of time."""
        try:
            return instant.astimezone(self.time_zone).date()
        except OverflowError:
            return instant.date()

    def projects_of(self, affected: Iterable[Affected]) -> tuple[str, ...]:
        """Name the projects that packages belong to, each once, in the order of the packages.

        A package of no project stands for itself.
        """
        return tuple(dict.fromkeys(self._project_of(one.package) for one in affected))

    def maintained_lines_of(self, package: Package) -> Maintained | None:
        """Give the release lines of a package, if the policy states them."""
        key = f"{package.ecosystem}/{package.name}"
        every = (one.maintained for one in self.projects)
        return next((one for one in every if one and key in one.packages), None)

    def project_url(self, name: str) -> str | None:
        """Give the home page of a project, or None."""
        return next((one.url for one in self.projects if one.name == name), None)

    def _project_of(self, package: Package) -> str:
        key = f"{package.ecosystem}/{package.name}"
        return next((one.name for one in self.projects if key in one.packages), package.name)


def _months_after(day: date, months: int) -> date:
    """Count months on from a day; the 31st becomes the last day of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
