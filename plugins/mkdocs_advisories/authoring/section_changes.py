"""The body, before and after: section by section, with how many lines came and went."""

import re
from collections.abc import Iterator
from difflib import SequenceMatcher

from mkdocs_advisories.source.body import without_code

_HEADING = re.compile(r"^##[ \t]+(?P<title>[^\n]+?)[ \t#]*$", re.MULTILINE)


def section_changes(old: str, new: str) -> Iterator[str]:
    """Say which sections were added, removed or reworded."""
    before, after = _sections(old), _sections(new)
    for title, lines in after.items():
        if title not in before:
            yield f"{title} added ({_counted(len(lines), '+')})"
        elif lines != before[title]:
            yield f"{title} reworded ({_difference(before[title], lines)})"
    for title, lines in before.items():
        if title not in after:
            yield f"{title} removed ({_counted(len(lines), '−')})"


def _sections(body: str) -> dict[str, list[str]]:
    """Part a body at its headings, but not at those in code; blank lines do not count."""
    headings = list(_HEADING.finditer(without_code(body)))
    starts = [0, *(one.start() for one in headings)]
    ends = [*starts[1:], len(body)]
    titles = ["text before the first section"]
    titles += [f"section {body[one.start('title') : one.end('title')]}" for one in headings]
    found: dict[str, list[str]] = {}
    for title, start, end in zip(titles, starts, ends, strict=True):
        lines = [line.rstrip() for line in body[start:end].split("\n") if line.strip()]
        if lines:
            found[title] = [*found.get(title, ()), *lines[title.startswith("section") :]]
    return found


def _difference(old: list[str], new: list[str]) -> str:
    come = gone = 0
    for kind, start, end, to_start, to_end in SequenceMatcher(None, old, new).get_opcodes():
        if kind != "equal":
            gone += end - start
            come += to_end - to_start
    parts = [f"{sign}{number}" for sign, number in (("+", come), ("−", gone)) if number]
    return f"{' '.join(parts)} {'line' if come + gone == 1 else 'lines'}"


def _counted(number: int, sign: str) -> str:
    return f"{sign}{number} {'line' if number == 1 else 'lines'}"
