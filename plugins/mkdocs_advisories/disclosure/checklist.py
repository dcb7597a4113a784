"""The steps of a disclosure: which are done, as far as advisory and ledger can tell."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from mkdocs_advisories.disclosure.ledger import Event, Ledger
from mkdocs_advisories.model import Advisory, EventType, NoticeKind, format_instant
from mkdocs_advisories.policy import Policy, Step
from mkdocs_advisories.render.severity import WORDS, rate

NO_FIX_IN_A_LINE = "ADV240"
"""The rule that finds a maintained release line without a fix."""

USUAL = (
    Step(name="handler", text="Someone handles it"),
    Step(name="versions", text="A fixed version is stated for every package"),
    Step(name="severity", text="The severity is stated"),
    Step(name="cve", text="The CVE id is among the aliases"),
    Step(name="lines", text="Every maintained release line has a fix"),
    Step(name="embargo", text="The embargo is decided"),
    Step(name="prenotified", text="The lists were told ahead of time"),
    Step(name="releases", text="The releases are prepared, and out before the advisory"),
    Step(name="disclosed", text="The embargo has ended"),
    Step(name="live", text="The page is online"),
    Step(name="announced", text="The announcement was sent"),
    Step(name="mirrored", text="Other databases have it"),
)
"""The steps of an organisation that states none of its own."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Ticked:
    """A step of one advisory, and whether it is done. `by_hand` says that only people know."""

    step: Step
    is_done: bool
    by_hand: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Checklist:
    """The steps of one advisory, in the policy's order."""

    id: str
    embargo: datetime | None
    steps: tuple[Ticked, ...]

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to do."""
        return all(one.is_done for one in self.steps)


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """All that a step may look at. `codes` are those of the problems that were found."""

    advisory: Advisory
    codes: frozenset[str]
    ledger: Ledger
    policy: Policy
    now: datetime


def checklist(case: Case) -> Checklist:
    """Work out which steps of an advisory are done."""
    return Checklist(
        id=case.advisory.content.id,
        embargo=case.advisory.embargo,
        steps=tuple(_ticked(one, case) for one in case.policy.checklist or USUAL),
    )


def _ticked(step: Step, case: Case) -> Ticked:
    computed = COMPUTED.get(step.name)
    if computed:
        return Ticked(step=step, is_done=computed(case), by_hand=False)
    return Ticked(step=step, is_done=_is_recorded(step.name, case), by_hand=True)


def _is_recorded(step: str, case: Case) -> bool:
    """Say whether a step was ticked; that a page is online has a line of its own as well."""
    own = case.advisory.content.id
    ticks = [one for one in case.ledger.of(Event.DONE) if one.about.get("step") == step]
    if step == "live":
        ticks += case.ledger.of(Event.LIVE)
    return any(one.about.get("advisory") == own for one in ticks)


def _has_versions(case: Case) -> bool:
    affected = case.advisory.content.affected
    fixed = [
        any(event.type is EventType.FIXED for each in one.ranges for event in each.events)
        for one in affected
    ]
    return bool(fixed) and all(fixed)


def _is_prenotified(case: Case) -> bool:
    """Say whether a notice was sent that tells of this advisory: its projects, no less, its end."""
    embargo, content = case.advisory.embargo, case.advisory.content
    projects = frozenset(case.policy.projects_of(content.affected))
    rating = rate(content)
    return embargo is not None and any(
        one.about.get("kind") == NoticeKind.PRENOTIFICATION.value
        and one.about.get("embargo") == format_instant(embargo)
        and projects <= set(one.names("projects"))
        and (rating is None or _is_as_severe(one.about.get("severity"), rating.word))
        for one in case.ledger.of(Event.SENT)
    )


def _is_as_severe(told: object, word: str) -> bool:
    return told in WORDS and WORDS.index(str(told)) <= WORDS.index(word)


def _is_announced(case: Case) -> bool:
    return any(
        one.about.get("kind") == NoticeKind.ANNOUNCEMENT.value
        and case.advisory.content.id in one.names("advisories")
        for one in case.ledger.of(Event.SENT)
    )


COMPUTED: Mapping[str, Callable[[Case], bool]] = MappingProxyType(
    {
        "handler": lambda case: case.advisory.handler is not None,
        "versions": _has_versions,
        "severity": lambda case: rate(case.advisory.content) is not None,
        "cve": lambda case: any(
            one.startswith("CVE-") for one in case.advisory.content.named_ids()
        ),
        "lines": lambda case: _has_versions(case) and NO_FIX_IN_A_LINE not in case.codes,
        "embargo": lambda case: case.advisory.embargo is not None,
        "prenotified": _is_prenotified,
        "disclosed": lambda case: case.advisory.is_disclosed(case.now),
        "announced": _is_announced,
    }
)
"""The steps that nobody needs to tick, by their names."""
