"""The meaning of a change as text for a terminal, as Markdown for a comment, and as JSON."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from mkdocs_advisories.authoring.changes import AdvisoryChange
from mkdocs_advisories.report.findings import counted

_MARKUP = str.maketrans(
    {
        **{sign: f"\\{sign}" for sign in "\\`*_[]#|~!"},
        **{sign: f"&#{ord(sign)};" for sign in "&<>@"},
    }
)


def changes_text(changes: Sequence[AdvisoryChange], *, shows_held: bool) -> str:
    """Write each advisory with its changes, a line each."""
    blocks = [
        "\n".join([_headline(one), *(f"  {line}" for line in told(one, shows_held=shows_held))])
        for one in changes
    ]
    return "\n".join([*blocks, _total(changes)]) + "\n"


def changes_markdown(changes: Sequence[AdvisoryChange], *, shows_held: bool) -> str:
    """Write a list for the comment of a pull request. Nothing in it is markup or calls anybody."""
    lines = ["### Advisories", "", f"{_total(changes)}."]
    for one in changes:
        lines += ["", f"**{_escaped(_headline(one))}**", ""]
        lines += [f"- {_escaped(line)}" for line in told(one, shows_held=shows_held)]
    return "\n".join(lines) + "\n"


def changes_json(changes: Iterable[AdvisoryChange], *, shows_held: bool) -> str:
    """Write everything as one JSON document."""
    document = {
        "version": 1,
        "advisories": [_as_data(one, shows_held=shows_held) for one in changes],
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def told(change: AdvisoryChange, *, shows_held: bool) -> list[str]:
    """Say what changed; of a held advisory only which fields, unless it may be shown."""
    if not change.is_held or shows_held:
        return [one.text for one in change.changes]
    fields = dict.fromkeys(f"`{one.field}`" for one in change.changes)
    return [f"held; changed: {', '.join(fields)}"] if fields else ["held"]


def _headline(change: AdvisoryChange) -> str:
    origin = f" from {change.before}" if change.before else ""
    return f"{change.id} {change.kind}{origin} ({change.path})"


def _total(changes: Sequence[AdvisoryChange]) -> str:
    return f"{counted(len(changes), 'advisory')} changed" if changes else "no advisory changed"


def _escaped(text: str) -> str:
    return " ".join(text.translate(_MARKUP).split())


def _as_data(change: AdvisoryChange, *, shows_held: bool) -> dict[str, Any]:
    withhold = change.is_held and not shows_held
    return {
        "id": change.id,
        "path": change.path,
        "before": change.before,
        "kind": change.kind.value,
        "withheld": withhold,
        "changes": [
            {"field": one.field, "text": None if withhold else one.text} for one in change.changes
        ],
    }
