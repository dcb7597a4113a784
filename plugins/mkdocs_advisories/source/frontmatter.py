"""The two halves of an advisory file: front matter and body."""

import re
from dataclasses import dataclass

from mkdocs_advisories.problems import Problem
from mkdocs_advisories.source.positions import Text

_FENCE = re.compile(r"^---[ \t]*$", re.MULTILINE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Parts:
    """The halves as stretches of one text; the body begins at `body_start`."""

    text: Text
    yaml_start: int
    yaml_end: int
    body_start: int

    @property
    def yaml(self) -> str:
        """The front matter between the two fences."""
        return self.text.content[self.yaml_start : self.yaml_end]

    @property
    def body(self) -> str:
        """The Markdown after the closing fence."""
        return self.text.content[self.body_start :]


def split(text: Text) -> Parts | Problem:
    """Part a file at its fences. The first line must be `---`: nothing may stand before it."""
    opening = _FENCE.match(text.content)
    if opening is None:
        return Problem(
            code="ADV005",
            place=text.place(0),
            text="the file does not begin with front matter",
            remedy="begin the first line with `---`; no blank line or space before it",
        )
    closing = _FENCE.search(text.content, opening.end())
    if closing is None:
        return Problem(
            code="ADV006",
            place=text.place(0, opening.end()),
            text="the front matter that begins here is not closed",
            remedy="end it with a line that is `---` and nothing else",
        )
    return Parts(
        text=text,
        yaml_start=opening.end() + 1,
        yaml_end=closing.start(),
        body_start=closing.end() + 1,
    )
