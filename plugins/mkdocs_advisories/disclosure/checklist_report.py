"""Checklists for people, for a private issue, for programs. No text of an advisory is in them."""

import json
from collections.abc import Iterable, Iterator

from mkdocs_advisories.disclosure.checklist import Checklist, Ticked
from mkdocs_advisories.model import format_instant


def checklists_text(lists: Iterable[Checklist]) -> str:
    """Write them for a terminal."""
    return "\n".join("".join(_text(one)) for one in lists)


def checklists_markdown(lists: Iterable[Checklist]) -> str:
    """Write them as lists of tasks."""
    return "\n".join("".join(_markdown(one)) for one in lists)


def checklists_json(lists: Iterable[Checklist]) -> str:
    """Write them as data."""
    advisories = [
        {
            "id": one.id,
            "embargo": one.embargo and format_instant(one.embargo),
            "steps": list(map(_data, one.steps)),
        }
        for one in lists
    ]
    return json.dumps({"advisories": advisories}, indent=2, ensure_ascii=False) + "\n"


def _data(one: Ticked) -> dict[str, object]:
    return {
        "step": one.step.name,
        "text": one.step.text,
        "done": one.is_done,
        "by": "hand" if one.by_hand else "computed",
    }


def _text(one: Checklist) -> Iterator[str]:
    done = sum(step.is_done for step in one.steps)
    yield f"{one.id}, embargo {_embargo(one)}: {done} of {len(one.steps)} done\n"
    for step in one.steps:
        by = f"  (by hand: --done {step.step.name})" if step.by_hand and not step.is_done else ""
        yield f"  {'✓' if step.is_done else '·'} {step.step.text}{by}\n"


def _markdown(one: Checklist) -> Iterator[str]:
    yield f"### {one.id}\n\nEmbargo: {_embargo(one)}\n\n"
    for step in one.steps:
        yield f"- [{'x' if step.is_done else ' '}] {step.step.text}\n"


def _embargo(one: Checklist) -> str:
    return format_instant(one.embargo) if one.embargo else "undecided"
