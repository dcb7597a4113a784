"""Edits of front matter that keep its quotes, its comments and its order."""

import json

from mkdocs_advisories.checks.case import Case
from mkdocs_advisories.problems import Edit, Fix
from mkdocs_advisories.source.nodes import Mapping, Scalar
from mkdocs_advisories.source.positions import Path


def rewrite(case: Case, path: Path, replacement: str, *, text: str) -> Fix | None:
    """Put another text in the place of a scalar, in the quotes that it has.

    None where the scalar is written in a way that hides how its text is made (escapes, folds).
    """
    node = case.node(*path)
    if not isinstance(node, Scalar):
        return None
    place = node.place if node.plain else node.within(0, len(node.text))
    if not node.plain and place == node.place:
        return None
    plain = Scalar(place=node.place, text=replacement, plain=True)
    needs_quotes = node.plain and plain.is_number
    written = json.dumps(replacement) if needs_quotes else replacement
    return Fix(text=text, edits=(Edit(place=place, replacement=written),))


def add_field(case: Case, path: Path, *, name: str, value: str, text: str) -> Fix | None:
    """Add a field, in double quotes, behind the last one of the mapping at a path."""
    node = case.node(*path)
    if not isinstance(node, Mapping) or not node.entries:
        return None
    source, last = case.draft.parts.text, list(node.entries.values())[-1].place
    start = source.offset(node.place.line, node.place.column)
    field = f"{name}: {json.dumps(value)}"
    if source.content[start] == "{":
        at, written = source.offset(last.end_line, last.end_column), f", {field}"
    else:
        at = source.content.find("\n", source.offset(last.end_line, last.end_column))
        indent = next(iter(node.keys.values())).column - 1
        written = f"\n{' ' * indent}{field}"
    place = source.place(at)
    place = place._replace(end_line=place.line, end_column=place.column)
    return Fix(text=text, edits=(Edit(place=place, replacement=written),))
