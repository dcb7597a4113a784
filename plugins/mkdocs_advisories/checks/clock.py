"""The policy's clock: from the CVE's issue to disclosure, on a day when people are at work."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from mkdocs_advisories.checks.case import Case, Finding
from mkdocs_advisories.checks.rule import error, warning
from mkdocs_advisories.problems import Related
from mkdocs_advisories.scores import decisive, score

_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)


@error("ADV250", reads="embargo cve_issued severity affected embargo_reason embargo_changes")
def embargo_keeps_the_clock(case: Case) -> Iterator[Finding]:
    """The embargo ends when the policy says, or the file says why not."""
    embargo, issued = case.draft.embargo, case.draft.cve_issued
    if not embargo or not issued or issued > embargo or _has_reason(case):
        return
    late = embargo - issued - _usual(case)
    off = abs(late) > case.policy.clock.tolerance * _HOUR
    if off and not _is_moved_to_a_working_day(case, embargo, late):
        yield case.finding(
            "embargo",
            text="the embargo ends {hours} hours after the CVE was issued; the policy says {usual}",
            remedy="correct one of the two, or give the reason in `embargo_reason`",
            related=(Related(place=case.place("cve_issued"), text="the CVE was issued"),),
            hours=f"{(embargo - issued) / _HOUR:.0f}",
            usual=f"{_usual(case) / _HOUR:.0f}",
        )


@warning("ADV251", reads="embargo")
def embargo_ends_on_a_working_day(case: Case) -> Iterator[Finding]:
    """Nobody is asked to install a fix while they are not at work.

    What has been disclosed already cannot be moved, so it is left alone; and an end that is too far
    away is to be moved in any case.
    """
    embargo = case.draft.embargo
    day = case.policy.day_of(embargo) if embargo else None
    if not day or case.is_disclosed or any(embargo_has_an_end.judge(case)):
        return
    if not case.policy.clock.is_working_day(day):
        is_holiday = day in case.policy.clock.holidays
        yield case.finding(
            "embargo",
            text="the embargo ends on a holiday, {day}"
            if is_holiday
            else "the embargo ends on a {day}",
            remedy="move it to a working day, unless waiting is worse",
            day=str(day) if is_holiday else f"{day:%A}",
        )


@warning("ADV252", reads="id aliases embargo withdrawn")
def disclosed_has_a_cve(case: Case) -> Iterator[Finding]:
    """What is disclosed has a CVE id, by which everybody else finds it."""
    ids = case.content.named_ids()
    if case.is_disclosed and not case.content.withdrawn and not _names_cve(ids):
        place = case.draft.root.keys.get("aliases") or case.place("id")
        yield case.finding(
            place=place,
            text="the advisory is disclosed, and no alias is a CVE id",
            remedy="add the CVE id to `aliases` as soon as there is one",
        )


@warning("ADV253", reads="embargo cve_issued timeline embargo_reason embargo_changes")
def embargo_has_an_end(case: Case) -> Iterator[Finding]:
    """An embargo does not last longer than the policy's longest."""
    embargo, issued = case.draft.embargo, case.draft.cve_issued
    longest = case.policy.clock.longest_days * _DAY
    dates = [one.date for one in case.content.timeline]
    if embargo is None:
        since, until = issued or min(dates, default=case.now), case.now
        text = "the embargo has been undecided for {days} days"
    elif issued:
        since, until = issued if _has_reason(case) else embargo, embargo
        text = "the embargo ends {days} days after the CVE was issued"
    else:
        since, until = case.now, embargo
        text = "the embargo ends in {days} days"
    if until - since > longest:
        yield case.finding(
            "embargo",
            text=text,
            remedy="decide on an earlier end: fixes become known, and others find the same fault",
            days=str((until - since).days),
        )


@error("ADV254", reads="embargo cve_issued embargo_reason embargo_changes")
def cve_before_disclosure(case: Case) -> Iterator[Finding]:
    """The CVE is issued before the embargo ends, or the file says why not."""
    embargo, issued = case.draft.embargo, case.draft.cve_issued
    if embargo and issued and issued > embargo and not _has_reason(case):
        yield case.finding(
            "cve_issued",
            text="the CVE was issued only after the embargo had ended",
            remedy="correct one of the two, or give the reason in `embargo_reason`",
            related=(Related(place=case.place("embargo"), text="the end of the embargo"),),
        )


def _usual(case: Case) -> timedelta:
    vector = decisive(case.content)
    return case.policy.clock.length(score(vector).word if vector else None)


def _has_reason(case: Case) -> bool:
    """Say whether the file gives a reason: for the length, or for a change of the embargo."""
    return case.draft.embargo_reason is not None or case.node("embargo_changes") is not None


def _is_moved_to_a_working_day(case: Case, embargo: datetime, late: timedelta) -> bool:
    """Say whether the policy's day is none to work on, and the embargo ends on the nearest one."""
    clock, day = case.policy.clock, case.policy.day_of(embargo)
    try:
        meant = case.policy.day_of(embargo - late)
    except OverflowError:  # the policy's day is beyond the end of time
        return False
    step = _DAY if day > meant else -_DAY
    days = _between(meant, day, step)
    return day != meant and clock.is_working_day(day) and not any(map(clock.is_working_day, days))


def _between(start: date, end: date, step: timedelta) -> Iterator[date]:
    """Give the days from `start` to before `end`."""
    while start != end:
        yield start
        start += step


def _names_cve(ids: frozenset[str]) -> bool:
    return any(one.upper().startswith("CVE-") for one in ids)
