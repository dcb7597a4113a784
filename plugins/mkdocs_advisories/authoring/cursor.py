"""Where in the front matter a cursor stands, read from the text before it.

While somebody types, the YAML is hardly ever whole, so this is no parser: it follows indentation,
brackets and quotes up to the cursor, and gives the path of the field that is being written.
"""

import re
from dataclasses import dataclass, field

from mkdocs_advisories.source.positions import Path

ITEM = 0
"""The step into a list: which of its items it is makes no difference to what may stand there."""

_KEY = re.compile(r"""(?P<quote>["']?)(?P<key>[A-Za-z_]\w*)(?P=quote)[ \t]*:(?=[ \t]|$)""")
_DASH = re.compile(r"-(?:[ \t]+|$)")
_COMMENT = re.compile(r"(?:^|[ \t])#.*")


@dataclass(frozen=True, kw_only=True, slots=True)
class Cursor:
    """What is being written: `path` leads to it, `prefix` is what of it is there already.

    With `at_value`, the key is known and its value is being written. Otherwise it may be a key of
    the mapping at `path`, or an item of the list there. `siblings` are keys that stand beside it.
    """

    path: Path
    prefix: str
    at_value: bool
    siblings: frozenset[str] = frozenset()


def cursor_in(before: str) -> Cursor | None:
    """Find out what is being written at the end of a text that begins with the front matter.

    Gives None outside of the front matter and in comments.
    """
    opening, _, yaml = before.partition("\n")
    if opening.rstrip() != "---" or re.search(r"^---[ \t]*$", yaml, re.MULTILINE):
        return None
    reader = _Reader()
    *lines, last = yaml.split("\n")
    for line in lines:
        reader.take(line)
    return reader.at_end_of(last)


@dataclass(kw_only=True, slots=True)
class _Bracket:
    """An open `{` or `[`: the key that is being filled, the text since the last comma."""

    is_mapping: bool
    key: str | None = None
    text: str = ""
    keys: set[str] = field(default_factory=set)

    @property
    def step(self) -> tuple[str | int, ...]:
        """What this bracket adds to the path."""
        if not self.is_mapping:
            return (ITEM,)
        return () if self.key is None else (self.key,)


@dataclass(kw_only=True, slots=True)
class _Reader:
    """Reads line by line. `blocks` are the open keys and items, each with its column."""

    blocks: list[tuple[int, str | int]] = field(default_factory=list)
    brackets: list[_Bracket] = field(default_factory=list)
    quote: str = ""

    def take(self, line: str) -> str:
        """Follow a line, and give what is left of it behind its last key or dash."""
        if self.brackets:
            self._scan(line)
            return ""
        rest = line.lstrip(" ")
        column = len(line) - len(rest)
        while dash := _DASH.match(rest):
            self._close(column + 1)
            self.blocks.append((column, ITEM))
            rest, column = rest[dash.end() :], column + dash.end()
        key = _KEY.match(rest)
        if key:
            self._close(column)
            self.blocks.append((column, key["key"]))
            rest = rest[key.end() :]
        if rest.lstrip()[:1] in ("{", "["):
            self._scan(rest)
        return rest

    def at_end_of(self, line: str) -> Cursor | None:
        """Say what is being written at the end of a line."""
        in_brackets = bool(self.brackets)
        rest = self.take(line)
        if in_brackets or self.brackets:
            return self._in_brackets()
        if _COMMENT.search(rest):
            return None
        if _KEY.match(line.lstrip(" -")):
            return Cursor(path=self._path(), prefix=rest.lstrip(), at_value=True)
        if not line.lstrip().startswith("-"):
            self._close(len(line) - len(rest.lstrip(" ")))
        return Cursor(path=self._path(), prefix=rest.lstrip(), at_value=False)

    def _path(self) -> Path:
        steps = [step for _, step in self.blocks]
        return (*steps, *(step for one in self.brackets for step in one.step))

    def _in_brackets(self) -> Cursor | None:
        if not self.brackets:
            return None
        top = self.brackets[-1]
        prefix = f"{self.quote}{top.text.lstrip()}" if self.quote else top.text.lstrip()
        return Cursor(
            path=self._path(),
            prefix=prefix,
            at_value=top.is_mapping and top.key is not None,
            siblings=frozenset(top.keys),
        )

    def _close(self, column: int) -> None:
        """Leave what is not above a key at a column; an item at the column of its list's key."""
        while self.blocks and self.blocks[-1][0] >= column:
            self.blocks.pop()

    def _scan(self, text: str) -> None:
        """Follow brackets and quotes through a line."""
        for char in text:
            if self.quote:
                self._quoted(char)
            elif char == "#" and self.brackets and self.brackets[-1].text[-1:] in ("", " "):
                return
            elif char in "{[":
                self.brackets.append(_Bracket(is_mapping=char == "{"))
            elif self.brackets:
                self._bracketed(char)

    def _quoted(self, char: str) -> None:
        if char == self.quote:
            self.quote = ""
        self.brackets[-1].text += char if self.quote else ""

    def _bracketed(self, char: str) -> None:
        top = self.brackets[-1]
        if char in "\"'" and not top.text.strip():
            self.quote, top.text = char, ""
        elif char in "}]":
            self.brackets.pop()
        elif char == ",":
            top.key, top.text = None, ""
        elif char == ":" and top.is_mapping and top.key is None:
            top.key, top.text = top.text.strip(), ""
            top.keys.add(top.key)
        else:
            top.text += char
