"""The sections that readers look for are there, in their order, and say something."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import pairwise

from mkdocs_advisories.checks.case import Case, Finding, once
from mkdocs_advisories.checks.rule import warning
from mkdocs_advisories.problems import Edit, Fix, Related

_HEADING = re.compile(
    r"^ {0,3}(?P<marks>#{1,6})[ \t]{1,4}(?P<title>[^\n]*)$"
    r"|^(?P<under>[^\s#>|*+-][^\n]*)\n {0,3}(?P<line>=+|-+)[ \t]*$",
    re.MULTILINE,
)
_MEANT = r"(?m)^(?:#{{1,6}}|\*\*|__|)[ \t]*{}:?(?:\*\*|__|):?[ \t]*#*$"
"""A line that is a name alone, or that has the signs of a heading or of strong text beside it."""
_LEVEL = 2
_DEEPEST = 6
_WORD = re.compile(r"\S")
_OTHER_WORDS = {
    "patches": frozenset(
        {"fix", "fixes", "fixed versions", "patched versions", "remediation", "resolution"}
        | {"solution", "solutions"}
    ),
    "workarounds": frozenset({"mitigation", "mitigations"}),
}
"""What others call the sections of GitHub's form."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Section:
    """A heading of the body, its level, its place, and what follows to the next of its level."""

    title: str
    level: int
    start: int
    marks: int
    is_empty: bool


@once
def _sections(case: Case) -> tuple[Section, ...]:
    """Find the headings of the body, which are not looked for in its code."""
    body = case.draft.parts.body
    found = list(_HEADING.finditer(case.draft.prose))
    ends = _ends(found, len(body))
    return tuple(
        Section(
            title=_title(body, one),
            level=_level(one),
            start=one.start("title") if one["marks"] else one.start("under"),
            marks=one.start("marks"),
            is_empty=not _WORD.search(body, one.end(), end),
        )
        for one, end in zip(found, ends, strict=True)
    )


@warning("ADV270")
def every_section_is_there(case: Case) -> Iterator[Finding]:
    """A reader finds what they need in every advisory, or reads that there is none."""
    found = {one.title.lower(): one for one in _sections(case)}
    wanted = {name.lower(): name for name in case.policy.checks.sections}
    others = [title for title in found if title not in wanted]
    for lower, name in wanted.items():
        if lower in found:
            continue
        near = get_close_matches(lower, others, n=1, cutoff=0.8)
        near = near or [title for title in others if title in _OTHER_WORDS.get(lower, ())][:1]
        yield _misnamed(case, found[near[0]], name) if near else _missing(case, name)


@warning("ADV271")
def sections_stand_in_order(case: Case) -> Iterator[Finding]:
    """Readers of many advisories know where to look."""
    order = [name.lower() for name in case.policy.checks.sections]
    known = [one for one in _sections(case) if one.title.lower() in order]
    for index, one in enumerate(known):
        same = next((other for other in known[:index] if _is_named_like(other, one)), None)
        if same:
            yield _about(
                case,
                one,
                text="a section of this name is there already",
                remedy="put all of it into one section: programs read the first and leave the rest",
                related=(_there(case, same, "the other one"),),
            )
            return
    for before, one in pairwise(known):
        if order.index(one.title.lower()) < order.index(before.title.lower()):
            yield _about(
                case,
                one,
                text="this section stands behind “{other}”",
                remedy=f"put them in the order {', '.join(case.policy.checks.sections)}",
                related=(_there(case, before, "which belongs behind it"),),
                other=before.title,
            )
            return


@warning("ADV272")
def no_section_is_empty(case: Case) -> Iterator[Finding]:
    """A heading with nothing below it is a question that was not answered."""
    for one in _sections(case):
        if one.is_empty:
            text, remedy = "nothing stands below this heading", "say it, or that there is none"
            yield _about(case, one, text=text, remedy=remedy)


@warning("ADV273")
def sections_are_of_one_level(case: Case) -> Iterator[Finding]:
    """Programs that part the text at its headings find the same level in every advisory."""
    order = [name.lower() for name in case.policy.checks.sections]
    for one in _sections(case):
        if one.title.lower() in order and one.level != _LEVEL:
            place = case.body_place(one.marks, one.level) if one.marks >= 0 else None
            fix = Fix(
                text="make it a heading of the second level",
                edits=(Edit(place=place, replacement="#" * _LEVEL),) if place else (),
            )
            yield _about(
                case,
                one,
                text=f"this heading is of level {one.level}",
                remedy="write `## {title}`",
                fix=fix if place else None,
                title=one.title,
            )


@warning("ADV274")
def no_proof_of_concept(case: Case) -> Iterator[Finding]:
    """How to attack is not told on the day on which the first readers learn of the fix."""
    words = case.policy.checks.proof_of_concept
    pattern = re.compile(rf"\b(?:{'|'.join(map(re.escape, words))})\b", re.IGNORECASE)
    for one in _sections(case):
        if words and pattern.search(one.title):
            yield _about(
                case,
                one,
                text="a section seems to tell how to attack",
                remedy="leave it out, or add it by a revision when users have had time to upgrade",
            )


def _is_named_like(other: Section, one: Section) -> bool:
    return other.title.lower() == one.title.lower()


def _about(  # noqa: PLR0913 - the parts of a sentence about a heading
    case: Case,
    one: Section,
    *,
    text: str,
    remedy: str,
    related: tuple[Related, ...] = (),
    fix: Fix | None = None,
    **values: str,
) -> Finding:
    return case.in_body(
        one.start,
        max(1, len(one.title)),
        text=text,
        remedy=remedy,
        related=related,
        fix=fix,
        **values,
    )


def _misnamed(case: Case, one: Section, name: str) -> Finding:
    edit = Edit(place=case.body_place(one.start, len(one.title)), replacement=name)
    return _about(
        case,
        one,
        text=f"this section is named “{name}” in all advisories",
        remedy=f"write `## {name}`",
        fix=Fix(text=f"name it “{name}”", edits=(edit,)),
    )


def _missing(case: Case, name: str) -> Finding:
    """Tell of a section that is missing, or of the line that seems meant as its heading."""
    meant = re.search(_MEANT.format(re.escape(name)), case.draft.prose, re.IGNORECASE)
    if meant is None:
        return case.in_body(
            0,
            0,
            text=f"the section “{name}” is missing",
            remedy=f"write `## {name}`; if there is nothing to say, say that",
        )
    edit = Edit(place=case.body_place(meant.start(), len(meant[0])), replacement=f"## {name}")
    return case.in_body(
        meant.start(),
        len(meant[0]),
        text=f"this line is no heading, so the section “{name}” is missing",
        remedy=f"write `## {name}` on a line of its own",
        fix=Fix(text="make it a heading", edits=(edit,)),
    )


def _there(case: Case, one: Section, text: str) -> Related:
    return Related(place=case.body_place(one.start, len(one.title)), text=text)


def _title(body: str, heading: re.Match[str]) -> str:
    name = "title" if heading["marks"] else "under"
    return body[heading.start(name) : heading.end(name)].rstrip("# \t").strip()


def _level(heading: re.Match[str]) -> int:
    if heading["marks"]:
        return len(heading["marks"])
    return 1 if heading["line"].startswith("=") else 2


def _ends(headings: list[re.Match[str]], end: int) -> list[int]:
    """Give, for each heading, where the next of its level or above begins."""
    next_of = dict.fromkeys(range(1, _DEEPEST + 1), end)
    ends = []
    for one in reversed(headings):
        level = _level(one)
        ends.append(next_of[level])
        next_of |= dict.fromkeys(range(level, _DEEPEST + 1), one.start())
    return ends[::-1]
