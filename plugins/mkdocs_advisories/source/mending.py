"""Fixes applied to the text of a file: nothing else of it changes, not even its newlines."""

from collections.abc import Iterable

from mkdocs_advisories.problems import Edit, Fix
from mkdocs_advisories.source.positions import Text


def mended(raw: str, fixes: Iterable[Fix]) -> tuple[str, int]:
    """Apply the fixes of one file to its text; give the new text and how many were applied.

    A fix that touches what another one has changed is left for the next round: its places are no
    longer true.
    """
    text = Text(path="", content=raw)
    newline = "\r\n" if "\r\n" in raw else "\n"
    taken: list[tuple[int, int, str]] = []
    applied = 0
    for fix in fixes:
        stretches = [_stretch(edit, text, newline) for edit in fix.edits]
        if not any(_touch(one, other) for one in stretches for other in taken):
            taken += stretches
            applied += 1
    pieces, end = [], len(raw)
    for start, stop, replacement in sorted(set(taken), reverse=True):
        pieces += [raw[stop:end], replacement]
        end = start
    return "".join(reversed([*pieces, raw[:end]])), applied


def _stretch(edit: Edit, text: Text, newline: str) -> tuple[int, int, str]:
    place = edit.place
    start = text.offset(place.line, place.column)
    stop = text.offset(place.end_line, place.end_column) if place.is_span else start
    return start, stop, edit.replacement.replace("\n", newline)


def _touch(one: tuple[int, int, str], other: tuple[int, int, str]) -> bool:
    """Say whether two edits share a character or begin at one place."""
    return one[0] == other[0] or (one[0] < other[1] and other[0] < one[1])
