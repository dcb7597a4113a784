"""Text with positions: every line and column of a problem comes from here."""

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property

from mkdocs_advisories.problems import Place

Path = tuple[str | int, ...]
"""Keys and indices from the root of some data: `("affected", 0, "package")`."""


@dataclass(frozen=True, kw_only=True)
class Text:
    """The text of a file, with one kind of newline, and how to find a place in it."""

    path: str
    content: str

    @cached_property
    def _line_starts(self) -> tuple[int, ...]:
        return (0, *(newline.end() for newline in re.finditer("\n", self.content)))

    def place(self, offset: int, length: int = 0) -> Place:
        """Give the place of `length` characters from `offset`, which counts from 0.

        Without a length only the beginning is known.
        """
        line, column = self._at(offset)
        end = self._at(offset + length) if length else (0, 0)
        return Place(path=self.path, line=line, column=column, end_line=end[0], end_column=end[1])

    def offset(self, line: int, column: int) -> int:
        """Give the offset of a line and column, which count from 1."""
        return self._line_starts[line - 1] + column - 1

    def stretch(self, place: Place) -> str:
        """Give the characters of a place whose end is known."""
        start = self.offset(place.line, place.column)
        return self.content[start : self.offset(place.end_line, place.end_column)]

    def _at(self, offset: int) -> tuple[int, int]:
        line = bisect_right(self._line_starts, offset)
        return line, offset - self._line_starts[line - 1] + 1
