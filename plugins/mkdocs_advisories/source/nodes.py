"""YAML as a tree with positions, in which every scalar keeps the text that was written.

Only the events of libyaml's parser are used: nothing is constructed, no alias is expanded, and the
depth is known before anything recurses.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import yaml

from mkdocs_advisories.problems import Place, Problem
from mkdocs_advisories.source.frontmatter import Parts
from mkdocs_advisories.source.positions import Path

DEEPEST = 12
MOST_NODES = 20_000
_RESOLVER = yaml.resolver.Resolver()
_BEGIN_NUMBERS = frozenset("+-.0123456789")
_NUMBERS = frozenset({"tag:yaml.org,2002:int", "tag:yaml.org,2002:float"})
_PLAIN_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}


class Scalar(NamedTuple):
    """A leaf: its text, and whether it stood there without quotes."""

    place: Place
    text: str
    plain: bool

    @property
    def is_number(self) -> bool:
        """Whether a YAML 1.1 or 1.2 reader would take it for a number."""
        may_be = self.plain and self.text[:1] in _BEGIN_NUMBERS
        return may_be and _implicit_tag(self.text) in _NUMBERS

    def within(self, offset: int, length: int = 1) -> Place:
        """Give the place of some characters of the text, if the text stands on one line.

        Escapes and folded lines make the text differ from what is written; then it is the place of
        the whole.
        """
        place, quotes = self.place, 0 if self.plain else 2
        written = place.end_column - place.column - quotes
        if place.line != place.end_line or written != len(self.text):
            return place
        column = place.column + quotes // 2 + offset
        return place._replace(column=column, end_column=column + length)

    def value(self) -> object:
        """Give the JSON value: text, unless it is a plain number, true, false or null."""
        if not self.plain:
            return self.text
        if self.is_number:
            return yaml.load(self.text, Loader=yaml.CSafeLoader)
        return _PLAIN_WORDS.get(self.text, self.text)


@dataclass(frozen=True, kw_only=True, slots=True)
class Sequence:
    """A list of nodes."""

    place: Place
    items: tuple["Node", ...]

    def value(self) -> object:
        """Give the JSON value."""
        return [item.value() for item in self.items]


@dataclass(frozen=True, kw_only=True, slots=True)
class Mapping:
    """Nodes by key, in the order of the file, with the place of each key."""

    place: Place
    entries: dict[str, "Node"]
    keys: dict[str, Place]

    def value(self) -> dict[str, Any]:
        """Give the JSON value."""
        return {key: node.value() for key, node in self.entries.items()}


Node = Scalar | Sequence | Mapping


def _implicit_tag(text: str) -> str:
    tag: str = _RESOLVER.resolve(yaml.ScalarNode, text, (True, False))  # type: ignore[no-untyped-call]
    return tag


def walk(node: Node, path: Path = ()) -> Iterator[tuple[Path, Node]]:
    """Give every node with its path, parents first."""
    waiting = [(path, node)]
    while waiting:
        path, node = waiting.pop()
        yield path, node
        if isinstance(node, Mapping):
            entries = reversed(node.entries.items())
            waiting += [((*path, key), child) for key, child in entries]
        elif isinstance(node, Sequence):
            items = reversed(tuple(enumerate(node.items)))
            waiting += [((*path, index), child) for index, child in items]


def find(root: Node, path: Path) -> Node:
    """Give the node at a path that is known to exist."""
    for step in path:
        if isinstance(root, Mapping) and isinstance(step, str):
            root = root.entries[step]
        elif isinstance(root, Sequence) and isinstance(step, int):
            root = root.items[step]
    return root


def compose(parts: Parts) -> tuple[Node | None, tuple[Problem, ...]]:
    """Read the front matter as a tree.

    Gives the tree, or None where it could not be read to its end, and the problems on the way. A
    tree that comes with problems is good for finding more of them, not for anything else.
    """
    builder = _Builder(parts=parts)
    try:
        for event in yaml.parse(parts.yaml, Loader=yaml.CSafeLoader):
            if taker := _TAKERS.get(type(event)):
                taker(builder, event)
    except yaml.MarkedYAMLError as error:
        builder.syntax(error)
        return None, tuple(builder.problems)
    except _TooMuchError:
        return None, tuple(builder.problems)
    return builder.root, tuple(builder.problems)


class _TooMuchError(Exception):
    """The front matter is beyond all bounds: reading on would only cost."""


@dataclass(kw_only=True, slots=True)
class _Open:
    """A collection that is not closed yet."""

    place: Place
    is_mapping: bool
    in_brackets: bool
    children: list[Node] = field(default_factory=list)
    entries: dict[str, Node] = field(default_factory=dict)
    keys: dict[str, Place] = field(default_factory=dict)
    key: Scalar | None = None


@dataclass(kw_only=True, slots=True)
class _Builder:
    """Puts a tree together from parser events."""

    parts: Parts
    problems: list[Problem] = field(default_factory=list)
    open: list[_Open] = field(default_factory=list)
    root: Node | None = None
    nodes: int = 0

    def scalar(self, event: yaml.ScalarEvent) -> None:
        self._look_at(event)
        self._add(Scalar(self._place(event), event.value, not event.style))

    def alias(self, event: yaml.AliasEvent) -> None:
        self._look_at(event)
        self._add(Scalar(place=self._place(event), text="", plain=False))

    def opening(self, event: yaml.CollectionStartEvent) -> None:
        self._look_at(event)
        if len(self.open) >= DEEPEST:
            self._give_up(event, f"nested deeper than {DEEPEST} levels")
        is_mapping = isinstance(event, yaml.MappingStartEvent)
        in_brackets = bool(event.flow_style)
        self.open.append(
            _Open(place=self._place(event), is_mapping=is_mapping, in_brackets=in_brackets)
        )

    def closing(self, event: yaml.CollectionEndEvent) -> None:
        done = self.open.pop()
        place = self._extent(done, event)
        if done.is_mapping:
            self._add(Mapping(place=place, entries=done.entries, keys=done.keys))
        else:
            self._add(Sequence(place=place, items=tuple(done.children)))

    def syntax(self, error: yaml.MarkedYAMLError) -> None:
        place = self._at(_telling_mark(error))
        line = self.parts.text.content.split("\n")[place.line - 1]
        if place.column <= len(line):
            place = place._replace(end_line=place.line, end_column=place.column + 1)
        if line[place.column - 1 : place.column] == "\t":
            self._report("ADV007", place, "YAML takes no tab here", "indent by spaces")
            return
        remedy = next(
            (one for words, one in _YAML_REMEDIES.items() if words in str(error.problem)),
            _YAML_REMEDY,
        )
        self._report("ADV007", place, f"not valid YAML: {error.problem}", remedy)

    def _look_at(self, event: yaml.NodeEvent) -> None:
        """Refuse what stands for another value, and more than front matter can need."""
        if event.anchor or getattr(event, "tag", None):
            self._refuse_indirection(event)
        self.nodes += 1
        if self.nodes > MOST_NODES:
            self._give_up(event, f"more than {MOST_NODES} values")

    def _refuse_indirection(self, event: yaml.NodeEvent) -> None:
        is_alias = isinstance(event, yaml.AliasEvent)
        what = "an alias" if is_alias else "an anchor" if event.anchor else "a tag"
        remedy = "write the value itself: front matter has no anchors, aliases or tags"
        self._report("ADV009", self._place(event), f"{what} may not stand here", remedy)

    def _give_up(self, event: yaml.Event, what: str) -> None:
        remedy = "flatten it: no field needs that much"
        self._report("ADV010", self._place(event), f"the front matter is {what}", remedy)
        raise _TooMuchError

    def _extent(self, done: _Open, event: yaml.Event) -> Place:
        """Give the whole place of a collection: to its bracket, else to its last child."""
        path, line, column, _, _ = done.place
        if done.in_brackets:
            end: Any = event.end_mark
            return Place(path, line, column, end.line + 2, end.column + 1)
        children = done.children or [*done.entries.values()]
        last = children[-1].place if children else done.place
        return Place(path, line, column, last.end_line, last.end_column)

    def _add(self, node: Node) -> None:
        if not self.open:
            self._set_root(node)
            return
        inner = self.open[-1]
        if not inner.is_mapping:
            inner.children.append(node)
        elif inner.key is None:
            self._set_key(inner, node)
        else:
            self._set_value(inner, node)

    def _set_root(self, node: Node) -> None:
        if self.root is not None:
            remedy = "keep one document: a line `...` or a second `---` starts another"
            self._report("ADV007", node.place, "a second YAML document begins here", remedy)
            return
        self.root = node

    def _set_key(self, mapping: _Open, node: Node) -> None:
        if not isinstance(node, Scalar):
            self._report("ADV007", node.place, "a key must be a single word", _YAML_REMEDY)
            node = Scalar(place=node.place, text="", plain=False)
        mapping.key = node

    def _set_value(self, mapping: _Open, node: Node) -> None:
        key, mapping.key = mapping.key, None
        if key is None:
            return
        if key.text in mapping.entries:
            remedy = f"keep one of the two; the first is on line {mapping.keys[key.text].line}"
            self._report("ADV008", key.place, "the key `{key}` stands twice", remedy, key=key.text)
            return
        mapping.entries[key.text] = node
        mapping.keys[key.text] = key.place

    def _report(self, code: str, place: Place, text: str, remedy: str, **values: str) -> None:
        self.problems.append(
            Problem(code=code, place=place, text=text, remedy=remedy, values=values)
        )

    def _place(self, event: yaml.Event) -> Place:
        start: Any = event.start_mark
        end: Any = event.end_mark
        path = self.parts.text.path
        return Place(path, start.line + 2, start.column + 1, end.line + 2, end.column + 1)

    def _at(self, mark: Any) -> Place:  # noqa: ANN401 - libyaml's or PyYAML's own kind of mark
        """Give the place of a mark, which counts from 0 and from the line below the fence."""
        return Place(path=self.parts.text.path, line=mark.line + 2, column=mark.column + 1)


_TAKERS: dict[type[yaml.Event], Callable[[_Builder, Any], None]] = {
    yaml.ScalarEvent: _Builder.scalar,
    yaml.AliasEvent: _Builder.alias,
    yaml.MappingStartEvent: _Builder.opening,
    yaml.SequenceStartEvent: _Builder.opening,
    yaml.MappingEndEvent: _Builder.closing,
    yaml.SequenceEndEvent: _Builder.closing,
}


def _telling_mark(error: yaml.MarkedYAMLError) -> Any:  # noqa: ANN401 - either kind of mark
    """Choose where to point: at what was never closed, rather than at the line that shows it."""
    problem, context = error.problem_mark, error.context_mark
    if (
        problem
        and context
        and problem.line > context.line
        and _UNCLOSED.search(error.problem or "")
    ):
        return context
    return problem or context


_UNCLOSED = re.compile(
    r"unexpected end of stream|expected ',' or|unexpected document indicator"
    r"|could not find expected ':'"
)
_YAML_REMEDY = (
    "put text that has `: `, ` #` or begins with a sign into double quotes; indent by spaces"
)
_YAML_REMEDIES = {
    "expected ',' or": (
        "close what is opened here: each `{`, `[` and quotation mark has its other; and put a comma"
        " between two values"
    ),
    "expected '-' indicator": "write `- ` before each entry of a list, at the same indent",
    "could not find expected ':'": "write `field: value`, with a space behind the colon",
    "expected <document start>": "remove the line `...` or `---` above: there is one document",
    "expected key": (
        'close each quotation mark above, and write `\\"` for one inside quotes; or indent this'
        " line as those beside it"
    ),
    "unexpected end of stream": "close the quotation mark that opens here",
    "mapping values are not allowed": (
        "put the text of this line into double quotes: it has `: ` in it; or correct the indent"
    ),
}
"""By words of the parser's message."""
