"""Where every advisory stands at one instant, what the held ones lack, and what comes next."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import PurePosixPath

from mkdocs_advisories.authoring.clock import default_embargo
from mkdocs_advisories.model import Affected, EventType, format_instant
from mkdocs_advisories.policy import Clock
from mkdocs_advisories.problems import Level, Problem
from mkdocs_advisories.scores import decisive
from mkdocs_advisories.source.catalog import Catalog
from mkdocs_advisories.source.draft import Draft
from mkdocs_advisories.source.sealed.naming import is_sealed

SOON = timedelta(hours=24)
"""An embargo that ends within this time is due: what is wrong now can hardly be mended later."""


_UNREADABLE = frozenset({"ADV001", "ADV002", "ADV003", "ADV004"})


class State(StrEnum):
    """What is true of an advisory at an instant. It is computed, never stored."""

    HELD = "held"
    DUE = "due"
    DISCLOSED = "disclosed"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, kw_only=True, slots=True)
class Lack:
    """Something that a held advisory lacks; `of` is text of the advisory, to be withheld."""

    what: str
    of: str = ""

    def shown(self, *, withhold: bool) -> str:
        """Say it with the advisory's own words or without."""
        return self.what if withhold or not self.of else f"{self.what} of {self.of}"


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class Standing:
    """Where one advisory stands. `overdue` says what should have happened, or is empty."""

    id: str
    path: str
    state: State
    embargo: datetime | None
    title: str = ""
    handler: str | None = None
    lacks: tuple[Lack, ...] = ()
    codes: tuple[str, ...] = ()
    errors: int = 0
    warnings: int = 0
    overdue: str = ""

    @property
    def is_held(self) -> bool:
        """Whether nothing of it may be shown to the public."""
        return self.state in (State.HELD, State.DUE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Status:
    """All advisories, those that wait first; `reserved` are ids without an advisory.

    `unopened` are the paths of sealed ones for which there is no key, so nothing is known of them.
    """

    as_of: datetime
    standings: tuple[Standing, ...]
    reserved: tuple[str, ...] = ()
    unopened: tuple[str, ...] = ()

    def of(self, state: State) -> tuple[Standing, ...]:
        """Give those of one state."""
        return tuple(one for one in self.standings if one.state is state)

    @property
    def overdue(self) -> tuple[Standing, ...]:
        """Those for which something should have happened."""
        return tuple(one for one in self.standings if one.overdue)

    @property
    def next(self) -> Standing | None:
        """The one whose embargo ends next."""
        waiting = [one for one in self.standings if one.embargo and one.embargo > self.as_of]
        return min(waiting, key=lambda one: (one.embargo, one.id), default=None)


def status(
    catalog: Catalog,
    problems: Iterable[Problem],
    *,
    clock: Clock,
    now: datetime,
    reserved: Iterable[str] = (),
) -> Status:
    """Work out where every file stands, by what the checks have found."""
    by_path: dict[str, list[Problem]] = {path: [] for path in catalog.texts}
    for one in problems:
        if one.place.path in by_path or _is_unreadable(one):
            by_path.setdefault(one.place.path, []).append(one)
    drafts = {one.path: one for one in catalog.drafts}
    standings = [
        _standing(
            path,
            _Case(
                draft=drafts.get(path),
                found=tuple(found),
                embargo=catalog.embargoes.get(path),
                clock=clock,
                now=now,
            ),
        )
        for path, found in by_path.items()
    ]
    ids = {one.id for one in standings}
    return Status(
        as_of=now,
        standings=tuple(sorted(standings, key=lambda one: _rank(one, now))),
        reserved=tuple(sorted(set(reserved) - ids)),
        unopened=tuple(one.path for one in catalog.unopened),
    )


def _is_unreadable(problem: Problem) -> bool:
    """Say whether a problem is that an advisory could not be read at all."""
    path = problem.place.path
    # Whatever is wrong with a sealed file of which there is no text, it could not be opened.
    return (path.endswith(".md") and problem.code in _UNREADABLE) or is_sealed(path)


def _rank(one: Standing, now: datetime) -> tuple[int, float, str]:
    """Put what waits first, the soonest first; then what is public, the newest first."""
    order = (State.DUE, State.HELD, State.DISCLOSED, State.WITHDRAWN).index(one.state)
    if one.embargo is None:
        return order, float("inf"), one.id
    distance = (one.embargo - now).total_seconds()
    return order, distance if one.is_held else -distance, one.id


@dataclass(frozen=True, kw_only=True, slots=True)
class _Case:
    """What is known of one file when its state is worked out."""

    draft: Draft | None
    found: tuple[Problem, ...]
    embargo: datetime | None
    clock: Clock
    now: datetime

    @property
    def errors(self) -> int:
        """How many problems would stop a build."""
        return sum(one.level is Level.ERROR for one in self.found)


def _standing(path: str, case: _Case) -> Standing:
    state, draft = _state(case), case.draft
    waits = state in (State.HELD, State.DUE)
    return Standing(
        id=PurePosixPath(path).stem,
        path=path,
        state=state,
        embargo=case.embargo,
        title=draft.content.summary if draft else "",
        handler=draft.handler if draft else None,
        lacks=tuple(_lacks(draft)) if waits else (),
        codes=tuple(sorted({one.code for one in case.found})),
        errors=case.errors,
        warnings=len(case.found) - case.errors,
        overdue=_overdue(case),
    )


def _state(case: _Case) -> State:
    if case.embargo is None or case.embargo > case.now + SOON:
        return State.HELD
    if case.embargo > case.now or case.errors:
        return State.DUE
    withdrawn = case.draft.content.withdrawn if case.draft else None
    return State.WITHDRAWN if withdrawn and withdrawn.date <= case.now else State.DISCLOSED


def _overdue(case: _Case) -> str:
    if case.embargo is None:
        return _undecided_for_too_long(case.draft, case)
    if not case.errors or case.embargo > case.now + SOON:
        return ""
    if case.embargo <= case.now:
        return "the embargo has ended, and errors stop the build"
    return "the embargo ends within 24 hours, and errors would stop the build"


def _undecided_for_too_long(draft: Draft | None, case: _Case) -> str:
    if draft is None or draft.cve_issued is None or "embargo" in draft.faulty:
        return ""
    severity = decisive(draft.content)
    ended = default_embargo(draft.cve_issued, severity=severity, clock=case.clock)
    if ended > case.now:
        return ""
    return f"by the policy's clock the embargo ended at {format_instant(ended)}: decide it"


def _lacks(draft: Draft | None) -> Iterator[Lack]:
    """Say what a held advisory has yet to be given; a field at fault is an error already."""
    if draft is None:
        yield Lack(what="front matter that can be read")
        return
    content = draft.content
    stated = {
        "embargo": (draft.embargo is not None, "an embargo"),
        "handler": (draft.handler is not None, "a handler"),
        "aliases": (any(one.startswith("CVE-") for one in content.aliases), "a CVE id"),
        "severity": (bool(content.severity) or _rated(content.affected), "a severity"),
        "cwe_ids": (bool(content.cwe_ids), "a weakness"),
    }
    for field, (is_there, what) in stated.items():
        if not is_there and field not in draft.faulty:
            yield Lack(what=what)
    for one in content.affected:
        if not _has_fix(one):
            yield Lack(what="a fixed version", of=f"{one.package.ecosystem}/{one.package.name}")


def _rated(affected: Iterable[Affected]) -> bool:
    return any(one.severity for one in affected)


def _has_fix(affected: Affected) -> bool:
    events = [event.type for one in affected.ranges for event in one.events]
    return EventType.FIXED in events
