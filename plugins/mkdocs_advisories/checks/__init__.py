"""House rules: what an organisation wants of its advisories beyond their being well formed.

A new rule is one function in a module of this folder, marked with `@error("ADV…")` or
`@warning("ADV…")`; its explanation in `explanations/`; and its examples in `tests/rules/`. It is
found by itself.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from traceback import extract_tb

from mkdocs_advisories.checks.case import House
from mkdocs_advisories.checks.rule import HouseRule, Rule
from mkdocs_advisories.problems import Level, Problem
from mkdocs_advisories.report.findings import Crash

NEVER_OFF = frozenset({"ADV150", "ADV151", "ADV291"})
"""Rules that keep the embargo: no policy can switch them off."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Checked:
    """What the rules have found, and which of them have failed (bugs of ours)."""

    problems: tuple[Problem, ...]
    crashes: tuple[Crash, ...] = ()


@cache
def rules() -> tuple[Rule | HouseRule, ...]:
    """Give all rules in the order of their codes."""
    modules = (import_module(f"{__name__}.{one.name}") for one in iter_modules(__path__))
    known = {
        value.code: value
        for module in modules
        for value in vars(module).values()
        if isinstance(value, (Rule, HouseRule))
    }
    return tuple(known[code] for code in sorted(known))


def check(house: House, *, level: Level | None = None) -> Checked:
    """Hold the files of a house against every rule that the policy has not switched off.

    With a `level`, only against the rules of that level. A rule that fails on a file is a crash of
    that rule there; all others go on.
    """
    problems: list[Problem] = []
    crashes: list[Crash] = []
    chosen = [
        one
        for one in _switched_on(house)
        if isinstance(one, Rule) and (level is None or one.level is level)
    ]
    for case in house.cases():
        spoiled: set[str] = set()
        for rule in chosen:
            try:
                found = rule.problems(case, spoiled=spoiled)
            except Exception as error:  # noqa: BLE001 - a bug in one rule must not hide the others
                crashes.append(_crash(rule.code, case.draft.path, error))
                continue
            problems += found
            if found and rule.spoils:
                spoiled |= {re.split(r"\W", one.subject)[0] for one in found}
    return Checked(problems=tuple(problems), crashes=tuple(crashes))


def check_house(house: House) -> Checked:
    """Hold all files together against the rules about them together."""
    problems: list[Problem] = []
    crashes: list[Crash] = []
    for rule in _switched_on(house):
        if isinstance(rule, HouseRule):
            try:
                problems += map(rule.problem, rule.judge(house))
            except Exception as error:  # noqa: BLE001 - as above
                crashes.append(_crash(rule.code, "", error))
    return Checked(problems=tuple(problems), crashes=tuple(crashes))


def _switched_on(house: House) -> Iterator[Rule | HouseRule]:
    off = house.policy.checks.off.keys() - NEVER_OFF
    return (one for one in rules() if one.code not in off)


def _crash(code: str, path: str, error: Exception) -> Crash:
    """Note where a rule has failed, without the error's own words: they may quote the file."""
    frame = extract_tb(error.__traceback__)[-1]
    module = frame.filename.rpartition("/")[2]
    return Crash(code=code, path=path, fault=f"{type(error).__name__} in {module}:{frame.lineno}")
