"""An earlier advisory as the pattern of a new one: its text, less what was true of it alone."""

import re
from collections.abc import Iterable, Iterator

from mkdocs_advisories.source import nodes
from mkdocs_advisories.source.draft import Draft
from mkdocs_advisories.source.parse import UNDECIDED

NOT_COPIED = frozenset(
    """aliases cve_issued embargo_changes embargo_reason exploited revisions superseded_by timeline
    withdrawn""".split()
)


def retold(draft: Draft, *, identifier: str, embargo: str = UNDECIDED) -> str:
    """Write an advisory anew under another id: comments, quotes and order stay as they were.

    What belongs to the earlier one alone is left out: aliases, revisions, withdrawal, dates, and
    references that name it.
    """
    lines = draft.parts.text.content.split("\n")
    gone = {number for start, end in _gone(draft, lines) for number in range(start, end)}
    kept = (line for number, line in enumerate(lines, start=1) if number not in gone)
    given = {"id": identifier, "embargo": embargo}
    return "\n".join(_with(kept, given))


def _gone(draft: Draft, lines: list[str]) -> Iterator[tuple[int, int]]:
    """Give the lines to leave out: first, and behind the last."""
    for name, place in draft.root.keys.items():
        if name in NOT_COPIED:
            yield place.line, _end_of_field(place.line, lines)
    references = draft.root.entries.get("references")
    if not isinstance(references, nodes.Sequence):
        return
    own = [one for one in references.items if _names(one, draft.content.named_ids())]
    if len(own) == len(references.items):
        start = draft.root.keys["references"].line
        yield start, _end_of_field(start, lines)
        return
    for one in own:
        if lines[one.place.line - 1].lstrip().startswith("- "):
            yield one.place.line, one.place.end_line + 1


def _end_of_field(line: int, lines: list[str]) -> int:
    """Find the line at which the next field, a comment or the end of the front matter begins."""
    following = enumerate(lines[line:], start=line + 1)
    return next(number for number, text in following if not _continues(text))


def _continues(line: str) -> bool:
    """Say whether a line belongs to the field above it: only keys and comments begin at once."""
    return line.rstrip() != "---" and (not line or line[0] in " \t]}-")


def _names(reference: nodes.Node, names: Iterable[str]) -> bool:
    url = reference.entries.get("url") if isinstance(reference, nodes.Mapping) else None
    text = url.text.lower() if isinstance(url, nodes.Scalar) else ""
    return any(name.lower() in text for name in names)


def _with(lines: Iterable[str], given: dict[str, str]) -> Iterator[str]:
    """Put the new values behind their keys, which stand at the beginning of a line once."""
    left = dict(given)
    for line in lines:
        key = re.match(r"(id|embargo):", line)
        value = left.pop(key[1], None) if key else None
        yield line if key is None or value is None else f"{key[1]}: {value}"
