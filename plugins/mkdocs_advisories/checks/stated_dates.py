"""Dates that the text names exist, fall on the day of the week it says, and fit the embargo."""

import re
from collections.abc import Iterator
from datetime import UTC, date, timedelta

from mkdocs_advisories.checks.case import Case, Finding, once
from mkdocs_advisories.checks.prose import has_words, readable, sentence
from mkdocs_advisories.checks.rule import error
from mkdocs_advisories.problems import Related

_MONTHS = (
    "january february march april may june july august september october november december".split()
)
_DAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
_MONTH = "|".join(f"{one[:3]}(?:{one[3:]})?" if one != "may" else one for one in _MONTHS)
_DAY = "|".join(f"{one[:3]}(?:{one[3:]})?" for one in _DAYS)
DATE = re.compile(
    rf"(?:\b(?P<weekday>{_DAY}|tues|thurs?)\.?,?\s+(?:the\s+)?)?"
    r"(?:"
    rf"\b(?P<month>{_MONTH}|sept)\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>\d{{4}})\b"
    rf"|\b(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?\.?\s+(?:of\s+)?(?P<month2>{_MONTH}|sept)\.?,?\s+(?P<year2>\d{{4}})\b"
    r"|(?<![\w.:/-])(?P<year3>(?:19|20)\d{2})-(?P<month3>\d{2})-(?P<day3>\d{2})(?![\w-]|\.\d)"
    r")",
    re.IGNORECASE,
)
_YEAR = re.compile(r"[0-9]{4}")
_DISCLOSED = re.compile(
    r"\b(?:(?:publicly\s+)?disclosed|made public|embargo(?:\s+\w+){0,3}\s+(?:ends?|ended"
    r"|expires?|expired|lifts?|lifted|until))"
    r"(?:\s+(?:on|at|is|until))?\s*$",
    re.IGNORECASE,
)


@error("ADV277")
def dates_exist(case: Case) -> Iterator[Finding]:
    """A day is in the calendar, and falls on the day of the week that stands before it."""
    for match in _dates(case):
        day, weekday = _date(match), match["weekday"]
        if day is None:
            yield case.in_body(
                match.start(),
                len(match[0]),
                text="there is no such day as `{words}`",
                remedy="correct the date",
                words=match[0],
            )
        elif weekday and _DAYS[day.weekday()][:3] != weekday[:3].lower():
            yield case.in_body(
                match.start("weekday"),
                len(weekday),
                text=f"`{{words}}` is a {_DAYS[day.weekday()].capitalize()}",
                remedy="correct the day of the week or the date",
                words=" ".join(match[0].split())[len(weekday) :].lstrip(",. "),
            )


@error("ADV278", reads="embargo", trusts="embargo")
def disclosure_is_on_the_day_of_the_embargo(case: Case) -> Iterator[Finding]:
    """The text and the embargo name one day of disclosure, in whatever time zone."""
    text, embargo = readable(case), case.draft.embargo
    for match in _dates(case) if embargo and _tells_of_disclosure(case) else ():
        day = _date(match)
        start, around = sentence(text, match.start())
        before = around[: max(0, match.start() - start)]
        if day is None or embargo is None or not _DISCLOSED.search(before):
            continue
        if abs(day - embargo.astimezone(UTC).date()) > timedelta(days=1):
            related = Related(place=case.place("embargo"), text="the embargo ends on another day")
            yield case.in_body(
                match.start(),
                len(match[0]),
                text="the text has `{words}` as the day of disclosure; the embargo has another",
                remedy="correct the text or the embargo; best leave the date out: it is shown",
                related=(related,),
                words=match[0],
            )


@once
def _dates(case: Case) -> tuple[re.Match[str], ...]:
    text = readable(case)
    return tuple(DATE.finditer(text)) if _YEAR.search(text) else ()


def _tells_of_disclosure(case: Case) -> bool:
    return has_words(case, "disclosed", "public", "embargo")


def _date(match: re.Match[str]) -> date | None:
    """Read a match of `DATE`; None if there is no such day."""
    year = match["year"] or match["year2"] or match["year3"]
    month = match["month"] or match["month2"] or match["month3"]
    day = match["day"] or match["day2"] or match["day3"]
    number = int(month) if month.isdigit() else _month(month)
    try:
        return date(int(year), number, int(day))
    except ValueError:
        return None


def _month(word: str) -> int:
    return next(i for i, one in enumerate(_MONTHS, start=1) if one[:3] == word[:3].lower())
