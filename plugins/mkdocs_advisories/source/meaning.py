"""Meaning: what a schema cannot say about one advisory, one small function a rule.

Every rule looks at one kind of node, wherever it stands, and reports it by its place. A rule never
sees a node in which the schema has found fault, so one mistake is told once.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from packageurl import PackageURL

from mkdocs_advisories.model import EventType, RangeType, parse_instant
from mkdocs_advisories.policy import Policy
from mkdocs_advisories.problems import Edit, Fix, Problem
from mkdocs_advisories.source import nodes
from mkdocs_advisories.source.files import DECEPTIVE
from mkdocs_advisories.source.markup import html_tags
from mkdocs_advisories.source.nodes import Node, Scalar, Sequence, walk
from mkdocs_advisories.source.positions import Path
from mkdocs_advisories.source.shape import dotted
from mkdocs_advisories.source.vectors import vector_fault

RESERVED_IDS = frozenset(
    {"404", "archive", "assets", "index", "feed", "readme", "search", "sitemap", "con", "prn"}
    | {"aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))}
)
"""Names of pages and folders of the site, and of devices on Windows, in lower case."""

_ODD = re.compile(rf"[<\\]|{DECEPTIVE.pattern}")
"""What front matter has in it that is not all plain text; an escape may stand for anything."""

_FIELDS_IN_ORDER: Final = {("revisions",): "revision", ("embargo_changes",): "change"}
_FIELDS_OF_IDS = ("aliases", "related", "upstream", "superseded_by")


@dataclass(frozen=True, kw_only=True, slots=True)
class Front:
    """The front matter of one file, and which of its paths the schema has found fault with.

    `written` is its text.
    """

    root: nodes.Mapping
    written: str
    faulty: frozenset[Path]
    policy: Policy

    def sound(self) -> Iterator[tuple[Path, Node]]:
        """Give every node that has no fault at it, above it or below it."""
        if not self.faulty:
            yield from walk(self.root)
            return
        above = {fault[:end] for fault in self.faulty for end in range(len(fault) + 1)}
        for path, node in walk(self.root):
            prefixes = (path[:end] for end in range(len(path) + 1))
            if path not in above and self.faulty.isdisjoint(prefixes):
                yield path, node


Rule = Callable[[Front, Path, Node], Iterator[Problem]]


def meanings(front: Front) -> list[Problem]:
    """Give what is wrong with the meaning of the sound parts of a file's front matter."""
    of_all: tuple[Rule, ...] = (plain_text,) if _ODD.search(front.written) else ()
    return [
        problem
        for path, node in front.sound()
        for rule in (*of_all, *_RULES.get(_field(path), ()))
        for problem in rule(front, path, node)
    ]


def _field(path: Path) -> str:
    """Name the field that a path leads to, or in whose list it lies."""
    for step in reversed(path):
        if isinstance(step, str):
            return step
    return ""


def plain_text(_: Front, path: Path, node: Node) -> Iterator[Problem]:
    """Text of the front matter is plain: no HTML, no character that deceives."""
    if not isinstance(node, Scalar):
        return
    for tag in html_tags(node.text) if "<" in node.text else ():
        text = "`<{tag}` is HTML, and this is plain text"
        remedy = "write the words without tags; `&lt;` is not needed"
        found = _problem("ADV120", path, node, text, remedy, tag=tag.text)
        yield replace(found, place=node.within(tag.offset, len(tag.text) + 1))
    # The text of the file has none; only quotes can hold an escape.
    for match in DECEPTIVE.finditer(node.text) if not node.plain else ():
        yield _problem(
            "ADV004",
            path,
            node,
            f"the escaped character U+{ord(match[0]):04X} may not stand here",
            "remove it: it is invisible, and some programs stop at it or show another text",
        )


def valid_vector(_: Front, path: Path, node: Node) -> Iterator[Problem]:
    """A CVSS vector is one, and of the version that its type says."""
    if not _is_item_of("severity", path) or not isinstance(node, nodes.Mapping):
        return
    fault = vector_fault(_text(node, "type"), _text(node, "score"))
    score = node.entries["score"]
    if fault and isinstance(score, Scalar):
        where = (*path, "score")
        found = _problem("ADV121", where, score, fault.text, fault.remedy, metric=fault.metric)
        is_part = fault.metric != score.text
        place = score.within(fault.start, len(fault.metric)) if is_part else score.place
        yield replace(found, place=place)


def one_severity_a_version(_: Front, path: Path, node: Node) -> Iterator[Problem]:
    """A list of severities has one vector of each CVSS version at most."""
    if not path or path[-1] != "severity" or not isinstance(node, Sequence):
        return
    seen: set[str] = set()
    for index, item in enumerate(node.items):
        kind = _text(item, "type")
        if kind in seen:
            remedy = "keep the one that the organisation stands for"
            text = f"a second vector of {kind}"
            yield _problem("ADV107", (*path, index), item, text, remedy)
        seen.add(kind)


def severity_in_one_place(front: Front, path: Path, node: Node) -> Iterator[Problem]:
    """Severity stands at the top or in the packages, as in OSV, never in both."""
    of_package = len(path) == len(("affected", 0, "severity")) and path[-1] == "severity"
    if of_package and "severity" in front.root.entries:
        text = "severity is stated for this package and for the whole advisory"
        yield _problem("ADV127", path, node, text, "keep one of the two")


def valid_purl(_: Front, path: Path, node: Node) -> Iterator[Problem]:
    """A package URL can be read and names no version (databases match on it)."""
    if not path or path[-1] != "purl" or not isinstance(node, Scalar):
        return
    try:
        carries_version = _carries_version(node.text)
    except ValueError:
        text, remedy = "`{purl}` is not a valid package URL", "write `pkg:type/name`"
    else:
        if not carries_version:
            yield from _unescaped(path, node)
            return
        text, remedy = "`{purl}` carries a version", "leave the version out: the ranges have it"
    yield _problem("ADV122", path, node, text, remedy, purl=node.text)


def _unescaped(path: Path, node: Scalar) -> Iterator[Problem]:
    """Find an `@` that belongs to a name: bare, it is where the version begins (the purl-spec)."""
    before, sign, after = node.text.partition("@")
    if sign and "?" not in before and "#" not in before:
        right = f"{before}%40{after}"
        place = node.within(len(before), 1)
        is_exact = place != node.place
        edits = (Edit(place=place, replacement="%40"),)
        text, remedy = "in `{purl}`, the `@` of the name is not escaped", "write `{right}`"
        found = _problem("ADV122", path, node, text, remedy, purl=node.text, right=right)
        fix = Fix(text="write `{right}`", edits=edits) if is_exact else None
        yield replace(found, place=place, fix=fix)


@lru_cache(maxsize=4096)
def _carries_version(purl: str) -> bool:
    return PackageURL.from_string(purl).version is not None


def paired_events(_: Front, path: Path, node: Node) -> Iterator[Problem]:
    """In an ordered range every stretch begins with `introduced` and ends once."""
    if not _is_item_of("ranges", path) or not isinstance(node, nodes.Mapping):
        return
    events = node.entries["events"]
    if _text(node, "type") == RangeType.GIT or not isinstance(events, Sequence):
        return
    wants_start, ends = True, set[str]()
    for index, event in enumerate(events.items):
        kind = next(iter(event.entries)) if isinstance(event, nodes.Mapping) else ""
        is_start = kind == EventType.INTRODUCED
        mixes = not is_start and bool(ends) and kind not in ends
        text = _event_fault(kind, wants_start=wants_start, mixes=mixes)
        ends |= set() if is_start else {kind}
        if text:
            remedy = (
                "write `introduced` and `fixed` (or `last_affected`) in turn, in ascending order"
            )
            yield _problem("ADV123", (*path, "events", index), event, text, remedy)
            return  # what stands behind it may be out of step for this very reason
        wants_start = not is_start


def ascending_revisions(_: Front, path: Path, node: Node) -> Iterator[Problem]:
    """Revisions, and changes of the embargo, stand in the order in which they were made."""
    if path not in _FIELDS_IN_ORDER or not isinstance(node, Sequence):
        return
    dates = [parse_instant(_text(item, "date")) for item in node.items]
    for index in range(1, len(dates)):
        if dates[index] <= dates[index - 1]:
            item = node.items[index]
            text = f"this {_FIELDS_IN_ORDER[path]} is not later than the one before it"
            yield _problem("ADV124", (*path, index), item, text, "put the newest last")


def own_id(front: Front, path: Path, node: Node) -> Iterator[Problem]:
    """The id is one that the organisation gives, and no name that the site needs."""
    if path != ("id",) or not isinstance(node, Scalar):
        return
    stem = node.text.lower().partition(".")[0]
    if stem in RESERVED_IDS:
        text, remedy = "the id `{id}` is reserved", "use the id that was assigned"
    elif not front.policy.is_own_id(node.text):
        text = "`{id}` is not an id of this organisation"
        remedy = f"it must match `{front.policy.id_pattern}` (`id_pattern` in mkdocs.yml)"
    else:
        return
    yield _problem("ADV125", path, node, text, remedy, id=node.text)


def no_self_reference(front: Front, path: Path, node: Node) -> Iterator[Problem]:
    """An advisory is not its own alias, relative, origin or successor; an alias is no relative."""
    if not path or path[0] not in _FIELDS_OF_IDS or not isinstance(node, Scalar):
        return
    own = {_text(front.root.entries["id"], "")} if "id" in front.root.entries else set()
    if path[0] != "aliases":
        own |= {item.text for item in _items(front.root.entries.get("aliases"))}
    if node.text.lower() in {name.lower() for name in own}:
        text = f"`{{id}}` is this very advisory, so it does not belong into `{path[0]}`"
        yield _problem("ADV126", path, node, text, "remove it, or name the other one", id=node.text)


_RULES: Mapping[str, tuple[Rule, ...]] = MappingProxyType(
    {
        "severity": (valid_vector, one_severity_a_version, severity_in_one_place),
        "purl": (valid_purl,),
        "ranges": (paired_events,),
        **dict.fromkeys(("revisions", "embargo_changes"), (ascending_revisions,)),
        "id": (own_id,),
        **dict.fromkeys(_FIELDS_OF_IDS, (no_self_reference,)),
    }
)
"""By the field that a rule looks at; `plain_text` looks at every field."""


def _event_fault(kind: str, *, wants_start: bool, mixes: bool) -> str | None:
    is_start = kind == EventType.INTRODUCED
    if is_start and not wants_start:
        return "`introduced` follows `introduced`: where does the first stretch end?"
    if not is_start and wants_start:
        return "this ends a stretch that no `introduced` has begun"
    if kind == EventType.LIMIT:
        return "`limit` belongs into GIT ranges only"
    return "`fixed` and `last_affected` do not mix in one range" if mixes else None


def _is_item_of(field: str, path: Path) -> bool:
    return len(path) > 1 and path[-2] == field and isinstance(path[-1], int)


def _items(node: Node | None) -> Iterator[Scalar]:
    items = node.items if isinstance(node, Sequence) else ()
    return (item for item in items if isinstance(item, Scalar))


def _text(node: Node, key: str) -> str:
    child = node.entries[key] if isinstance(node, nodes.Mapping) else node
    return child.text if isinstance(child, Scalar) else ""


def _problem(code: str, path: Path, node: Node, text: str, remedy: str, **values: str) -> Problem:
    return Problem(
        code=code, place=node.place, subject=dotted(path), text=text, remedy=remedy, values=values
    )
