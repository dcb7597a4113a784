"""What a house rule sees, and what it says."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property, wraps
from pathlib import PurePosixPath
from typing import Any, TypeVar

from mkdocs_advisories.model import Content
from mkdocs_advisories.policy import Policy
from mkdocs_advisories.problems import Fix, Place, Related
from mkdocs_advisories.source import nodes
from mkdocs_advisories.source.catalog import Catalog
from mkdocs_advisories.source.draft import Card, Draft
from mkdocs_advisories.source.positions import Path
from mkdocs_advisories.source.sealed.naming import is_sealed
from mkdocs_advisories.source.shape import dotted


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """What a rule has found: a problem that does not know its rule's code and level yet."""

    place: Place
    text: str
    remedy: str
    subject: str = ""
    values: dict[str, str] = field(default_factory=dict)
    related: tuple[Related, ...] = ()
    fix: Fix | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Register:
    """What is known of all files: the cards of those that could be understood, and every path."""

    cards: tuple[Card, ...]
    paths: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class House:
    """The files to judge, what is known of all others, the policy, and the one instant.

    `register` tells of all files; where it is not given, those of the catalog are all. `earlier` is
    the catalog as of some commit; the rules about history are silent without it.
    """

    catalog: Catalog
    policy: Policy
    now: datetime
    earlier: Catalog | None = None
    register: Register | None = None

    def cases(self) -> Iterator["Case"]:
        """Give every file to judge that could be understood, in the order of their paths."""
        return (Case(house=self, draft=one) for one in self.catalog.drafts)

    @cached_property
    def everything(self) -> Register:
        """What is known of all files."""
        return self.register or Register(
            cards=tuple(one.card for one in self.catalog.drafts),
            paths=frozenset(self.catalog.texts),
        )

    @cached_property
    def cards_by_name(self) -> dict[str, tuple[Card, ...]]:
        """Find the cards that go by an id or alias (in lower case)."""
        return _grouped((name, one) for one in self.everything.cards for name in one.names)

    @cached_property
    def stems(self) -> frozenset[str]:
        """The names of all files without their suffixes; the id of a sound one is its stem."""
        return frozenset(PurePosixPath(one).stem for one in self.everything.paths)

    @cached_property
    def has_sealed(self) -> bool:
        """Whether there are sealed files, whose ids may be known to nobody here."""
        return any(map(is_sealed, self.everything.paths))

    @cached_property
    def cards_by_title(self) -> dict[str, tuple[Card, ...]]:
        """Find the cards of a title, the first disclosed first."""
        last = datetime.max.replace(tzinfo=UTC)
        in_order = sorted(self.everything.cards, key=lambda one: (one.embargo or last, one.path))
        return _grouped((one.title, one) for one in in_order if one.title)

    @cached_property
    def cards_by_substance(self) -> dict[bytes, tuple[Card, ...]]:
        """Find the cards of one title and the same affected versions."""
        return _grouped((one.substance, one) for one in self.everything.cards if one.substance)

    @cached_property
    def disclosed_before(self) -> dict[str, Draft]:
        """Find, by its id, what an earlier commit had that is disclosed by now."""
        drafts = self.earlier.drafts if self.earlier else ()
        return {one.content.id: one for one in drafts if one.is_disclosed(self.now)}

    @cached_property
    def held_before(self) -> dict[str, Draft]:
        """Find, by its id, what an earlier commit had that is held until after now."""
        drafts = self.earlier.drafts if self.earlier else ()
        return {
            one.content.id: one
            for one in drafts
            if "embargo" not in one.faulty and not one.is_disclosed(self.now)
        }

    @cached_property
    def held_by_name(self) -> dict[str, Card]:
        """Find the cards of what is held by the names (in lower case) that it goes by."""
        if not self.register and all(one.is_disclosed(self.now) for one in self.catalog.drafts):
            return {}  # spares the cards, which one file alone needs for nothing else
        return {
            name: one
            for name, cards in self.cards_by_name.items()
            for one in cards
            if not one.is_disclosed(self.now)
        }


_Key = TypeVar("_Key")


def _grouped(pairs: Iterable[tuple[_Key, Card]]) -> dict[_Key, tuple[Card, ...]]:
    found: dict[_Key, list[Card]] = {}
    for key, one in pairs:
        found.setdefault(key, []).append(one)
    return {key: tuple(cards) for key, cards in found.items()}


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """One file before the house. `kept` is what `once` keeps for it."""

    house: House
    draft: Draft
    kept: dict[object, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def policy(self) -> Policy:
        """The organisation's policy."""
        return self.house.policy

    @property
    def now(self) -> datetime:
        """The one instant of the run (UTC)."""
        return self.house.now

    @property
    def content(self) -> Content:
        """What the advisory tells the public."""
        return self.draft.content

    @property
    def is_disclosed(self) -> bool:
        """Whether the embargo has ended."""
        return self.draft.is_disclosed(self.now)

    @property
    def before(self) -> Draft | None:
        """The same advisory at an earlier commit, if it was disclosed (which cannot be undone)."""
        return self.house.disclosed_before.get(self.content.id)

    def node(self, *path: str | int) -> nodes.Node | None:
        """Give the node of the front matter at a path, or None."""
        node: nodes.Node | None = self.draft.root
        for step in path:
            if isinstance(node, nodes.Mapping) and isinstance(step, str):
                node = node.entries.get(step)
            elif isinstance(node, nodes.Sequence) and isinstance(step, int):
                node = node.items[step] if step < len(node.items) else None
            else:
                return None
        return node

    def place(self, *path: str | int) -> Place:
        """Give the place of a value of the front matter: the nearest one above it that is there."""
        for end in range(len(path), 0, -1):
            node = self.node(*path[:end])
            if node is not None:
                return node.place
        keys = self.draft.root.keys
        return keys.get("id") or next(iter(keys.values()), Place(path=self.draft.path))

    def key_place(self, *path: str | int) -> Place:
        """Give the place of a key of the front matter, or of what is above it."""
        parent, name = self.node(*path[:-1]), path[-1]
        if isinstance(parent, nodes.Mapping) and name in parent.keys:
            return parent.keys[str(name)]
        return self.place(*path[:-1])

    def part_place(self, path: Path, start: int, length: int) -> Place:
        """Give the place of some characters within a text of the front matter."""
        node = self.node(*path)
        return node.within(start, length) if isinstance(node, nodes.Scalar) else self.place(*path)

    def body_place(self, start: int, length: int = 1) -> Place:
        """Give the place of `length` characters from an offset of the body."""
        parts = self.draft.parts
        return parts.text.place(parts.body_start + start, length)

    def place_of(self, words: str) -> Place:
        """Give the first place in the file at which some words stand, in whatever letter case."""
        text = self.draft.parts.text
        return text.place(max(0, text.content.lower().find(words.lower())), len(words))

    def finding(
        self,
        *path: str | int,
        text: str,
        remedy: str,
        place: Place | None = None,
        related: tuple[Related, ...] = (),
        fix: Fix | None = None,
        **values: str,
    ) -> Finding:
        """Say something about the field at a path; `values` fill the texts' placeholders."""
        return Finding(
            place=place or self.place(*path),
            text=text,
            remedy=remedy,
            subject=dotted(path),
            values=values,
            related=related,
            fix=fix,
        )

    def in_body(  # noqa: PLR0913 - the parts of a sentence about some words
        self,
        start: int,
        length: int,
        *,
        text: str,
        remedy: str,
        related: tuple[Related, ...] = (),
        fix: Fix | None = None,
        **values: str,
    ) -> Finding:
        """Say something about `length` characters from an offset of the body."""
        return Finding(
            place=self.body_place(start, length),
            text=text,
            remedy=remedy,
            values=values,
            related=related,
            fix=fix,
        )


_Found = TypeVar("_Found")


def once(find: Callable[[Case], _Found]) -> Callable[[Case], _Found]:
    """Make a function look once at each case for what many rules ask for."""

    @wraps(find)
    def found(case: Case) -> _Found:
        if find not in case.kept:
            case.kept[find] = find(case)
        kept: _Found = case.kept[find]
        return kept

    return found
