"""What lists and indexes go by: a few facts of each advisory, for which none needs the whole."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from mkdocs_advisories.model import Disclosed
from mkdocs_advisories.policy import Policy
from mkdocs_advisories.render.notes import Note
from mkdocs_advisories.render.severity import UNSTATED
from mkdocs_advisories.render.view import View, page_title


class About(NamedTuple):
    """A package that an advisory is about, and the project that it belongs to."""

    project: str
    ecosystem: str
    name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Outline:
    """An advisory as lists sort, count and group it.

    `summary` is as it was written; `published` and `modified` are aware, `year` is that of the
    policy's time zone. `score` is -1 where `severity` is not stated; `attachments` are names.
    `is_withdrawn` and `notes` are as of the instant of the build.
    """

    id: str
    aliases: tuple[str, ...]
    summary: str
    published: datetime
    modified: datetime
    year: str
    severity: str
    score: float
    packages: tuple[About, ...]
    attachments: tuple[str, ...] = ()
    is_withdrawn: bool = False
    superseded_by: str | None = None
    notes: tuple[Note, ...] = ()

    @property
    def projects(self) -> tuple[str, ...]:
        """The projects that the advisory is about, each once, in the order of its packages."""
        return tuple(dict.fromkeys(one.project for one in self.packages))

    @property
    def ecosystems(self) -> tuple[str, ...]:
        """The ecosystems of the packages, each once, without releases (`Debian:12`)."""
        return tuple(dict.fromkeys(one.ecosystem.partition(":")[0] for one in self.packages))

    @property
    def title(self) -> str:
        """The title of the advisory's page: plain text."""
        return page_title(self.id, self.summary)


def outline(
    disclosed: Disclosed, shown: View, *, policy: Policy, notes: tuple[Note, ...] = ()
) -> Outline:
    """Outline an advisory, of which `shown` is the view. `notes` say what its records lack."""
    content, rating = disclosed.content, shown.rating
    return Outline(
        id=content.id,
        aliases=content.aliases,
        summary=content.summary,
        published=disclosed.published,
        modified=disclosed.modified,
        year=str(shown.published.year),
        severity=rating.word if rating else UNSTATED,
        score=float(rating.score) if rating else -1.0,
        packages=tuple(
            About(project, one.package.ecosystem, one.package.name)
            for one in content.affected
            for project in policy.projects_of([one])
        ),
        attachments=tuple(one.name for one in content.attachments),
        is_withdrawn=disclosed.withdrawn is not None,
        superseded_by=content.superseded_by,
        notes=notes,
    )


def standing(lines: Iterable[Outline]) -> list[Outline]:
    """Give those that still say something: not withdrawn, nor superseded by another of these."""
    known = {one.id: one for one in lines if not one.is_withdrawn}
    return [one for one in known.values() if one.superseded_by not in known]
