"""What a page shows of an advisory: every string ready, so that templates only place them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from markupsafe import Markup

from mkdocs_advisories.model import Credit, Disclosed, Reference, format_instant
from mkdocs_advisories.policy import Policy
from mkdocs_advisories.render.addresses import (
    harmless,
    page_uri,
    project_uri,
    record_url,
    weakness_url,
)
from mkdocs_advisories.render.markdown import title_to_html
from mkdocs_advisories.render.severity import Rating, rate
from mkdocs_advisories.render.slugs import project_slug
from mkdocs_advisories.render.versions import PackageVersions, fixed_versions, package_versions
from mkdocs_advisories.render.words import Words, words_of
from mkdocs_advisories.render.words.terms import reference_word, role_word


@dataclass(frozen=True, kw_only=True, slots=True)
class Named:
    """An id or a name, and where it leads, if anywhere."""

    text: str
    url: str | None
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Moment:
    """An instant for machines (`iso`, UTC) and for readers (`day`, `minute`, in their zone)."""

    iso: str
    day: str
    minute: str
    text: str = ""
    year: int


@dataclass(frozen=True, kw_only=True, slots=True)
class View:
    """One advisory, ready to be placed. URLs of the site are relative to its root."""

    id: str
    uri: str
    title: Markup
    plain_title: str
    rating: Rating | None
    aliases: tuple[Named, ...]
    related: tuple[Named, ...]
    upstream: tuple[Named, ...]
    superseded_by: Named | None
    weaknesses: tuple[Named, ...]
    packages: tuple[PackageVersions, ...]
    projects: tuple[Named, ...]
    fixes: tuple[str, ...]
    references: tuple[Named, ...]
    credits: tuple[Named, ...]
    published: Moment
    modified: Moment | None
    revisions: tuple[Moment, ...]
    timeline: tuple[Moment, ...]
    withdrawn: Moment | None
    exploited: bool

    @property
    def main_alias(self) -> Named | None:
        """The CVE if there is one, else the first alias."""
        cves = (alias for alias in self.aliases if alias.text.startswith("CVE-"))
        return next(cves, self.aliases[0] if self.aliases else None)


def view(disclosed: Disclosed, *, policy: Policy, public: frozenset[str]) -> View:
    """Prepare an advisory. `public` are the ids of all disclosed ones: only those are linked to."""
    content, words = disclosed.content, words_of(policy.language)
    withdrawn = disclosed.withdrawn
    told = partial(moment, zone=policy.time_zone, words=words)
    return View(
        id=content.id,
        uri=page_uri(content.id),
        title=title_to_html(content.summary),
        plain_title=plain(content.summary),
        rating=rate(content),
        aliases=_ids(content.aliases, public),
        related=_ids(content.related, public),
        upstream=_ids(content.upstream, public),
        superseded_by=next(iter(_ids((content.superseded_by,), public)), None)
        if content.superseded_by
        else None,
        weaknesses=tuple(Named(text=one, url=weakness_url(one)) for one in content.cwe_ids),
        packages=_packages(disclosed, policy, words),
        projects=tuple(
            Named(text=name, url=project_uri(project_slug(name, policy)))
            for name in policy.projects_of(content.affected)
        ),
        fixes=fixed_versions(content.affected[:1]) or fixed_versions(content.affected),
        references=tuple(_reference(one, words) for one in content.references),
        credits=tuple(_credit(one, words) for one in content.credits),
        published=told(disclosed.published),
        modified=None if disclosed.modified == disclosed.published else told(disclosed.modified),
        revisions=tuple(told(one.date, text=one.summary) for one in disclosed.revisions),
        timeline=tuple(told(one.date, text=one.summary) for one in disclosed.timeline),
        withdrawn=told(withdrawn.date, text=withdrawn.reason) if withdrawn else None,
        exploited=content.exploited,
    )


def plain(title: str) -> str:
    """Write a title without its marks for code."""
    return title.replace("`", "")


def page_title(advisory_id: str, summary: str) -> str:
    """Give the title of an advisory's page: plain text."""
    return f"{advisory_id}: {plain(summary)}"


def _packages(disclosed: Disclosed, policy: Policy, words: Words) -> tuple[PackageVersions, ...]:
    day = policy.day_of(disclosed.published)
    return tuple(
        package_versions(
            one, maintained=policy.maintained_lines_of(one.package), day=day, words=words
        )
        for one in disclosed.content.affected
    )


def moment(instant: datetime, *, zone: ZoneInfo, words: Words, text: str = "") -> Moment:
    """Write an instant for machines and for readers in a zone."""
    local = instant.astimezone(zone)
    day = words.day(local.date())
    time = f"{local:%H:%M}"
    return Moment(
        iso=format_instant(instant),
        day=day,
        minute=words.gettext(
            "%(day)s, %(time)s %(zone)s", day=day, time=time, zone=local.tzname() or ""
        ),
        text=text,
        year=local.year,
    )


def whole_day(one: date, words: Words) -> Moment:
    """Write a day that has no hour."""
    day = words.day(one)
    return Moment(iso=one.isoformat(), day=day, minute=day, year=one.year)


def _ids(ids: Iterable[str], public: frozenset[str]) -> tuple[Named, ...]:
    """Link ids to their page here (an address without a scheme), or to their database."""
    return tuple(
        Named(text=one, url=page_uri(one) if one in public else record_url(one)) for one in ids
    )


def _reference(reference: Reference, words: Words) -> Named:
    parts = urlsplit(reference.url)
    path = parts.path.rstrip("/").rpartition("/")[2] if parts.path.strip("/") else ""
    label = f"{(parts.hostname or '').removeprefix('www.')}{parts.path.rstrip('/')}"
    return Named(
        text=label or path, url=harmless(reference.url), note=reference_word(words, reference.type)
    )


def _credit(credit: Credit, words: Words) -> Named:
    return Named(
        text=credit.name,
        url=next(iter(filter(harmless, credit.contact)), None),
        note=role_word(words, credit.type),
    )
