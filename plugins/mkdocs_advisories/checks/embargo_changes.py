"""Changes of an embargo are told in `embargo_changes`, each once and truly."""

from collections.abc import Iterator

from mkdocs_advisories.checks.case import Case, Finding
from mkdocs_advisories.checks.rule import error
from mkdocs_advisories.problems import Edit, Fix, Place, Related
from mkdocs_advisories.source import nodes
from mkdocs_advisories.source.draft import Draft


@error("ADV308", reads="id embargo embargo_changes")
def a_moved_embargo_is_told(case: Case) -> Iterator[Finding]:
    """Who moves the embargo of a held advisory says so beside it, where a reviewer sees it.

    A first decision, from `undecided`, moves nothing.
    """
    before = case.house.held_before.get(case.content.id)
    if before is None or "embargo_changes" in before.faulty:
        return
    told, known = case.draft.embargo_changes, before.embargo_changes
    if told[: len(known)] != known:
        yield _rewritten(case, before)
    elif before.embargo != case.draft.embargo and len(told) > len(known):
        if told[len(known)].before != before.embargo:
            yield _misremembered(case, before, len(known))
    elif before.embargo not in {None, case.draft.embargo}:
        yield case.finding(
            "embargo",
            text="the embargo of a held advisory has moved, and `embargo_changes` does not say so",
            remedy="add to `embargo_changes` when it was decided, `from: {before}`, and why",
            before=_written(before),
        )


@error("ADV309", reads="embargo embargo_changes", trusts="embargo embargo_changes")
def each_change_is_one(case: Case) -> Iterator[Finding]:
    """A change leads from one embargo to another, and was decided before the first had ended."""
    changes = case.draft.embargo_changes
    for index, one in enumerate(changes):
        following = (*changes[index + 1 :], None)[0]
        after = following.before if following else case.draft.embargo
        if one.before == after:
            yield case.finding(
                *("embargo_changes", index, "from"),
                text="the embargo was the same after this change",
                remedy="write the embargo that stood there before, or remove the change",
                related=(Related(place=_place_after(case, index), text="what came after it"),),
            )
        elif one.before and one.before <= one.date:
            yield case.finding(
                *("embargo_changes", index, "date"),
                text="this change was decided only when the embargo had ended",
                remedy="correct one of the two: what is disclosed cannot be held again",
                related=(_until_then(case, index),),
            )


def _rewritten(case: Case, before: Draft) -> Finding:
    told, known = case.draft.embargo_changes, before.embargo_changes
    index = next(at for at, one in enumerate(known) if told[at : at + 1] != (one,))
    is_gone = index >= len(told)
    return case.finding(
        *(("embargo_changes",) if is_gone else ("embargo_changes", index)),
        place=case.key_place("embargo_changes") if is_gone else None,
        text="a change of the embargo that was told here is gone"
        if is_gone
        else "this is not the change of the embargo that was told here",
        remedy="put it back as it was, and add what is new below the last",
    )


def _misremembered(case: Case, before: Draft, index: int) -> Finding:
    path = ("embargo_changes", index, "from")
    node = case.node(*path)
    fix = None
    if isinstance(node, nodes.Scalar) and _written(before):
        place = node.within(0, len(node.text))
        fix = Fix(text="write `{before}`", edits=(Edit(place=place, replacement=_written(before)),))
    return case.finding(
        *path,
        text="this is not the embargo that stood here before",
        remedy="write `{before}`",
        fix=fix,
        before=_written(before),
    )


def _written(before: Draft) -> str:
    node = before.root.entries.get("embargo")
    return node.text if isinstance(node, nodes.Scalar) else ""


def _place_after(case: Case, index: int) -> Place:
    is_last = index + 1 == len(case.draft.embargo_changes)
    return case.place(*(("embargo",) if is_last else ("embargo_changes", index + 1, "from")))


def _until_then(case: Case, index: int) -> Related:
    return Related(place=case.place("embargo_changes", index, "from"), text="it ended then")
