"""How a house rule is written: one function, and what must be known of it."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from itertools import islice

from mkdocs_advisories.checks.case import Case, Finding, House
from mkdocs_advisories.problems import Level, Problem, bounded
from mkdocs_advisories.source.sealed.naming import is_sealed

_MOST_COUNTED = 1000
"""Findings of one rule in one file. Nobody counts further."""

Judge = Callable[[Case], Iterator[Finding]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """A house rule about one file.

    It does not look at a file in which a field that it `reads` is at fault, nor at one in which an
    earlier rule has spoiled a field that it `trusts`: what it would find follows from that. A rule
    that `spoils` says so of the fields in which it finds something.
    """

    code: str
    level: Level
    reads: frozenset[str]
    trusts: frozenset[str]
    spoils: bool
    judge: Judge

    def problems(self, case: Case, *, spoiled: Collection[str] = ()) -> list[Problem]:
        """Hold a file against the rule."""
        if not (self.reads.isdisjoint(case.draft.faulty) and self.trusts.isdisjoint(spoiled)):
            return []
        # Most rules find nothing in most files, and there are many of both.
        found = [*islice(self.judge(case), _MOST_COUNTED)]
        return [*bounded(map(self.problem, found))] if found else []

    def problem(self, finding: Finding) -> Problem:
        """Give a finding this rule's code and level."""
        return _problem(self.code, self.level, finding)


@dataclass(frozen=True, kw_only=True, slots=True)
class HouseRule:
    """A rule about all advisories together, such as about a file that is no longer there."""

    code: str
    level: Level
    judge: Callable[[House], Iterator[Finding]]

    def problem(self, finding: Finding) -> Problem:
        """Give a finding this rule's code and level."""
        return _problem(self.code, self.level, finding)


def error(code: str, *, reads: str = "", trusts: str = "") -> Callable[[Judge], Rule]:
    """Make a function a rule whose findings stop a build.

    `reads` and `trusts` name top-level fields. Time alone must never turn a sound advisory into an
    error: it would then fail on the day of its disclosure.
    """
    return _rule(code, Level.ERROR, reads=reads, trusts=trusts, spoils=True)


def warning(
    code: str, *, reads: str = "", trusts: str = "", spoils: bool = False
) -> Callable[[Judge], Rule]:
    """Make a function a rule whose findings stop nothing but a strict check."""
    return _rule(code, Level.WARNING, reads=reads, trusts=trusts, spoils=spoils)


def error_of_house(code: str) -> Callable[[Callable[[House], Iterator[Finding]]], HouseRule]:
    """Make a function a rule about all advisories together, whose findings stop a build."""
    return lambda judge: HouseRule(code=code, level=Level.ERROR, judge=judge)


def warning_of_house(code: str) -> Callable[[Callable[[House], Iterator[Finding]]], HouseRule]:
    """Make a function a rule about the whole, whose findings stop nothing but a strict check."""
    return lambda judge: HouseRule(code=code, level=Level.WARNING, judge=judge)


def _rule(
    code: str, level: Level, *, reads: str, trusts: str, spoils: bool
) -> Callable[[Judge], Rule]:
    return lambda judge: Rule(
        code=code,
        level=level,
        reads=frozenset(reads.split()),
        trusts=frozenset(trusts.split()),
        spoils=spoils,
        judge=judge,
    )


def _problem(code: str, level: Level, finding: Finding) -> Problem:
    return Problem(
        code=code,
        level=level,
        place=finding.place,
        subject=finding.subject,
        text=finding.text,
        remedy=finding.remedy,
        values=finding.values,
        related=finding.related,
        fix=None if is_sealed(finding.place.path) else finding.fix,
    )
