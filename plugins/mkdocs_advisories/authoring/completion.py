"""What may stand where a cursor is: keys, words of the schema, and names that the house knows."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from mkdocs_advisories.authoring.cursor import ITEM, Cursor
from mkdocs_advisories.authoring.fields import choices_of, described, field_at, keys_of
from mkdocs_advisories.model import Disclosed, Package
from mkdocs_advisories.policy import Policy
from mkdocs_advisories.purls import purl_of

_PACKAGE = ("affected", ITEM, "package")
_OTHERS = frozenset({"related", "superseded_by"})


class Sort(StrEnum):
    """What kind of thing is offered, which editors show by a sign."""

    KEY = "key"
    CHOICE = "choice"
    NAME = "name"


@dataclass(frozen=True, kw_only=True, slots=True)
class Offer:
    """Something that can be put in place of what is there of the word at the cursor."""

    text: str
    insert: str
    sort: Sort
    detail: str = ""
    about: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class House:
    """What is known beside the file: the policy, and what is public already."""

    policy: Policy
    disclosed: Sequence[Disclosed] = ()


def offers(cursor: Cursor, house: House, *, present: Iterable[str] = ()) -> tuple[Offer, ...]:
    """Give all that may stand at a cursor; `present` are the top-level fields that are there.

    A client filters by what is typed already. Ids of held advisories are never offered: a text that
    names one could be public first.
    """
    field = field_at(cursor.path)
    if field is None:
        return ()
    if cursor.at_value:
        return tuple(_values(cursor, house))
    if field.get("type") == "object":
        taken = cursor.siblings | (frozenset(present) if not cursor.path else frozenset())
        return tuple(_keys(cursor, taken))
    if field.get("type") == "array":
        return tuple(_items(cursor, house))
    return tuple(_values(cursor, house))


def _keys(cursor: Cursor, taken: frozenset[str]) -> Iterator[Offer]:
    field = field_at(cursor.path) or {}
    required = frozenset(field.get("required", ()))
    for name, about in keys_of(field).items():
        if name not in taken:
            needed = "required" if name in required else ""
            yield Offer(
                text=name,
                insert=f"{name}: ",
                sort=Sort.KEY,
                detail=needed,
                about=described(about),
            )


def _items(cursor: Cursor, house: House) -> Iterator[Offer]:
    """Offer whole items where a list begins: as lines, or in brackets behind the key."""
    inner = replace(cursor, path=(*cursor.path, ITEM))
    for one in _values(inner, house):
        yield replace(one, insert=f"- {one.insert}")


def _values(cursor: Cursor, house: House) -> Iterator[Offer]:
    path, field = cursor.path, field_at(cursor.path) or {}
    if path == _PACKAGE:
        yield from map(_package, _packages(house.policy))
    elif path == (*_PACKAGE, "name"):
        yield from _names({one.name for one in _packages(house.policy)}, "a package of the policy")
    elif path == (*_PACKAGE, "purl"):
        urls = filter(None, map(purl_of, _packages(house.policy)))
        yield from _names(map(json.dumps, urls), "a package of the policy")
    elif path and path[0] in _OTHERS:
        for one in house.disclosed:
            summary = one.content.summary
            yield Offer(text=one.id, insert=one.id, sort=Sort.NAME, detail=summary)
    first = {one.ecosystem for one in _packages(house.policy)}
    choices = choices_of(field)
    for choice in sorted(choices, key=lambda one: one not in first):
        about = described(field)
        yield Offer(text=choice, insert=choice, sort=Sort.CHOICE, about=about)


def _names(names: Iterable[str], detail: str) -> Iterator[Offer]:
    for name in sorted(names):
        yield Offer(text=name, insert=name, sort=Sort.NAME, detail=detail)


def _packages(policy: Policy) -> list[Package]:
    keys = (key for project in policy.projects for key in sorted(project.packages))
    parts = (key.partition("/") for key in keys)
    return [Package(ecosystem=ecosystem, name=name) for ecosystem, _, name in parts]


def _package(package: Package) -> Offer:
    purl = purl_of(package)
    named = f", purl: {json.dumps(purl)}" if purl else ""
    name = package.name if package.name.isidentifier() else json.dumps(package.name)
    return Offer(
        text=f"{package.ecosystem}/{package.name}",
        insert=f"{{ecosystem: {package.ecosystem}, name: {name}{named}}}",
        sort=Sort.NAME,
        detail="a package of the policy",
    )
