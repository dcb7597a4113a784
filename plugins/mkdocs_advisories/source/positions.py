"""Text with positions: every line and column of a problem comes from here."""

from bisect import bisect_right
from dataclasses import dataclass, field

from mkdocs_advisories.problems import Place

Path = tuple[str | int, ...]
"""Keys and indices from the root of some data: `("affected", 0, "package")`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Text:
    """The text of a file, with one kind of newline, and how to find a place in it."""

    path: str
    content: str
    _line_starts: tuple[int, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Note where each line begins."""
        starts = [0]
        starts.extend(i + 1 for i, char in enumerate(self.content) if char == "\n")
        object.__setattr__(self, "_line_starts", tuple(starts))

    def place(self, offset: int) -> Place:
        """Give the place of the character at `offset`, counted from 0."""
        line = bisect_right(self._line_starts, offset)
        return Place(path=self.path, line=line, column=offset - self._line_starts[line - 1] + 1)
