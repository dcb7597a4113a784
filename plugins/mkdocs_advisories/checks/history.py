"""What was disclosed stays: found again under its name, changed only in the open.

The rules are silent unless an earlier commit is known. What is held may change as it likes.
"""

import re
from collections.abc import Iterator
from dataclasses import fields
from datetime import timedelta
from filecmp import cmp
from itertools import chain
from pathlib import Path

from mkdocs_advisories.checks.case import Case, Finding, House
from mkdocs_advisories.checks.rule import error, error_of_house
from mkdocs_advisories.model import Attachment, Content, format_instant
from mkdocs_advisories.problems import Edit, Fix, Place, Related
from mkdocs_advisories.source import nodes
from mkdocs_advisories.source.draft import Card, Draft

_AHEAD = timedelta(days=1)
_APART = frozenset({"revisions", "withdrawn", "details", "attachments"})
"""Fields that are compared in a way of their own."""


@error_of_house("ADV300")
def nothing_disclosed_is_deleted(house: House) -> Iterator[Finding]:
    """A page that was there stays there: links and programs count on it."""
    for draft in _gone(house):
        if _successor(house, draft) is None:
            yield Finding(
                place=Place(path=draft.path),
                text="a disclosed advisory has been deleted",
                remedy="put the file back; if it is wrong, add `withdrawn` with the reason",
            )


@error_of_house("ADV301")
def nothing_disclosed_is_renamed(house: House) -> Iterator[Finding]:
    """The id of a disclosed advisory is its address and the identity of its feed entry."""
    for draft in _gone(house):
        successor = _successor(house, draft)
        if successor is not None:
            yield Finding(
                place=successor.id_place,
                subject="id",
                text="the disclosed advisory `{before}` has got another id",
                remedy="put the old id back; other ids belong into `aliases`",
                values={"before": draft.content.id},
            )


@error("ADV302", reads="id embargo")
def the_embargo_of_the_disclosed_is_fixed(case: Case) -> Iterator[Finding]:
    """The embargo is when an advisory was published: that has happened."""
    before = case.before
    if before is None or before.embargo == case.draft.embargo:
        return
    written = before.root.entries.get("embargo")
    node = case.node("embargo")
    fix = None
    if isinstance(written, nodes.Scalar) and isinstance(node, nodes.Scalar):
        place = node.within(0, len(node.text))
        fix = Fix(text="put `{before}` back", edits=(Edit(place=place, replacement=written.text),))
    yield case.finding(
        "embargo",
        text="the embargo of a disclosed advisory has changed",
        remedy="put `{before}` back: that is when it was published",
        fix=fix,
        before=written.text if isinstance(written, nodes.Scalar) else "",
    )


@error("ADV303")
def a_change_is_told(case: Case) -> Iterator[Finding]:
    """Whoever has read an advisory learns that it has changed: `modified` comes from revisions.

    Whitespace does not count, and a withdrawal has a date of its own.
    """
    before = case.before
    if before is None or before.faulty or case.draft.faulty or _is_told(case, before):
        return
    changed = _first_change(before.content, case.content)
    if changed:
        yield case.finding(
            *(() if changed == "details" else (changed,)),
            place=_place_of_change(case, before, changed),
            text="a disclosed advisory has changed, and no revision says so",
            remedy="add to `revisions` when and what was changed, newest last",
        )


@error("ADV304", reads="id revisions")
def revisions_stay(case: Case) -> Iterator[Finding]:
    """Revisions are what readers were told. They are added to, never edited, removed or moved."""
    before = case.before
    now = case.content.revisions
    for index, revision in enumerate(before.content.revisions if before else ()):
        if index >= len(now):
            yield case.finding(
                "revisions",
                place=case.key_place("revisions"),
                text="the revision of {date} is gone",
                remedy="put it back: readers were told of it",
                date=format_instant(revision.date),
            )
            return
        if now[index] != revision:
            yield case.finding(
                "revisions",
                index,
                text="this revision is not the one of {date} that stood here",
                remedy="put that one back as it was, and add what is new below the last",
                date=format_instant(revision.date),
            )
            return


@error("ADV305", reads="embargo revisions withdrawn")
def revisions_follow_disclosure(case: Case) -> Iterator[Finding]:
    """A revision is a change after disclosure; a new one was made at some time until now."""
    embargo, withdrawn = case.draft.embargo, case.content.withdrawn
    if embargo and withdrawn and withdrawn.date <= embargo:
        yield case.finding(
            "withdrawn",
            "date",
            text="this withdrawal is not later than the disclosure itself",
            remedy="correct its date; what was never disclosed can be deleted",
            related=(Related(place=case.place("embargo"), text="the disclosure"),),
        )
    for index, one in enumerate(case.content.revisions if embargo else ()):
        if embargo and one.date <= embargo:
            yield case.finding(
                "revisions",
                index,
                "date",
                text="this revision is not later than the disclosure itself",
                remedy="until then no reader has seen anything: leave it out, or correct its date",
                related=(Related(place=case.place("embargo"), text="the disclosure"),),
            )
        elif one.date > case.now + _AHEAD and case.before and index >= _count(case.before):
            yield case.finding(
                "revisions",
                index,
                "date",
                text="this revision lies in the future",
                remedy="give it the instant of the change",
            )


@error("ADV306", reads="id withdrawn")
def what_is_withdrawn_stays_so(case: Case) -> Iterator[Finding]:
    """Programs have dropped a withdrawn advisory; its return would be seen by none of them."""
    before = case.before.content.withdrawn if case.before else None
    now = case.content.withdrawn
    if before and (now is None or now.date != before.date):
        yield case.finding(
            "withdrawn",
            *(("date",) if now else ()),
            place=case.place("withdrawn", "date") if now else case.place("id"),
            text="the date of the withdrawal has changed"
            if now
            else "the withdrawal of this advisory is gone",
            remedy="put it back ({date}); what holds after all needs an advisory of its own",
            date=format_instant(before.date),
        )


@error("ADV307", reads="id superseded_by")
def what_is_superseded_stays_so(case: Case) -> Iterator[Finding]:
    """Readers were sent to another advisory, and are still sent somewhere."""
    before = case.before.content.superseded_by if case.before else None
    if before and case.content.superseded_by is None:
        yield case.finding(
            "superseded_by",
            place=case.place("id"),
            text="this advisory is no longer superseded by `{before}`",
            remedy="put `superseded_by: {before}` back, or name the one that takes its place now",
            before=before,
        )


def _count(before: Draft) -> int:
    return len(before.content.revisions)


def _gone(house: House) -> Iterator[Draft]:
    """Give what was disclosed and is there no more. A file that is broken is there."""
    there = {one.id for one in house.everything.cards}
    for name, draft in house.disclosed_before.items():
        if name not in there and draft.path not in house.everything.paths:
            yield draft


def _successor(house: House, gone: Draft) -> Card | None:
    """Find what an advisory that is gone has become: one with its names, or title and text."""
    own = gone.card
    named = (one for name in sorted(own.names) for one in house.cards_by_name.get(name, ()))
    alike = (one for one in house.everything.cards if own.wording and one.wording == own.wording)
    return next(chain(named, alike), None)


def _is_told(case: Case, before: Draft) -> bool:
    """Whether a revision or the withdrawal was added. A list that was cut is another mistake."""
    was, now = before.content, case.content
    is_longer = len(now.revisions) > len(was.revisions)
    is_cut = now.revisions[: len(was.revisions)] != was.revisions
    return is_longer or is_cut or (was.withdrawn is None and now.withdrawn is not None)


def _first_change(before: Content, now: Content) -> str | None:
    """Name the first field that readers see differently."""
    for one in fields(Content):
        if one.name not in _APART and getattr(before, one.name) != getattr(now, one.name):
            return one.name
    if _words(before.details) != _words(now.details):
        return "details"
    reasons = [one.withdrawn.reason if one.withdrawn else None for one in (before, now)]
    if reasons[0] != reasons[1]:
        return "withdrawn"
    return "attachments" if _attached_otherwise(before.attachments, now.attachments) else None


def _attached_otherwise(before: tuple[Attachment, ...], now: tuple[Attachment, ...]) -> bool:
    present = {one.name: one for one in now}
    return present.keys() != {one.name for one in before} or any(
        not _is_same(one.content, present[one.name].content) for one in before
    )


def _is_same(before: Path | bytes, now: Path | bytes) -> bool:
    """Compare two attachments. One that is no file has changed, or is known no more."""
    if before == now:
        return True
    if isinstance(before, Path) and isinstance(now, Path):
        return before.is_file() and cmp(before, now, shallow=False)
    return _bytes(before) == _bytes(now)


def _bytes(content: Path | bytes) -> bytes | None:
    if isinstance(content, bytes):
        return content
    return content.read_bytes() if content.is_file() else None


def _place_of_change(case: Case, before: Draft, changed: str) -> Place:
    if changed != "details":
        return case.key_place(changed)
    was, now = before.parts.body, case.draft.parts.body
    same = next((i for i, (a, b) in enumerate(zip(was, now, strict=False)) if a != b), -1)
    start = same if same >= 0 else min(len(was), max(0, len(now) - 1))
    line = now.rfind("\n", 0, start) + 1
    end = now.find("\n", start)
    return case.body_place(line, max(1, (end if end >= 0 else len(now)) - line))


def _words(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()
