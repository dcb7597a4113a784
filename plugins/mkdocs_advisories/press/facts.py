"""What a build must know of every advisory at once: small, for there may be very many."""

import json
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import TypeVar

from mkdocs_advisories.model import Content, format_instant
from mkdocs_advisories.press.store import Record
from mkdocs_advisories.render.outline import Outline
from mkdocs_advisories.site.plain_data import outline_data, outline_from
from mkdocs_advisories.site.sheet import Around

_Value = TypeVar("_Value")


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """What is known of an advisory without a look at its pieces.

    `last` is the last of its dates, `related` are the ids that it names beside its own and its
    aliases. `links` is what its sheet says of others; `levels` and `has_title` are those of its
    page.
    """

    outline: Outline
    last: datetime
    related: tuple[str, ...]
    links: tuple[object, ...]
    levels: tuple[int, ...]
    has_title: bool

    @property
    def names(self) -> frozenset[str]:
        """The names that it goes by, in lower case."""
        return frozenset(one.lower() for one in (self.outline.id, *self.outline.aliases))


def related_ids(content: Content) -> tuple[str, ...]:
    """Give the ids that an advisory names beside its own."""
    superseded = [content.superseded_by] if content.superseded_by else []
    return (*content.related, *content.upstream, *superseded)


def links(line: Outline, related: tuple[str, ...], around: Around) -> tuple[object, ...]:
    """Give what a sheet says of others: public ids that it names, and how many came with it."""
    public = around.public.intersection((*line.aliases, *related))
    return (*sorted(public), around.others(line.published))


def is_so(facts: Facts, around: Around) -> bool:
    """Say whether what a sheet says of others is so among these."""
    return facts.links == links(facts.outline, facts.related, around)


def facts_json(facts: Facts) -> bytes:
    """Write facts down."""
    stated = [
        outline_data(facts.outline),
        format_instant(facts.last),
        facts.related,
        facts.links,
        facts.levels,
        facts.has_title,
    ]
    return json.dumps(stated, ensure_ascii=False, separators=(",", ":")).encode()


def facts_of(record: Record) -> Facts:
    """Read the facts of a record, once: it has them from then on."""
    if not isinstance(record.facts, Facts):
        record.facts = _facts_from(record.facts)
    found: Facts = record.facts
    return found


def _facts_from(raw: bytes) -> Facts:
    text = raw.decode()  # quicker than to have the encoding guessed
    outline, last, related, links, levels, has_title = json.loads(text)
    return Facts(
        outline=outline_from(outline),
        last=datetime.fromisoformat(last),
        related=_shared(tuple(related)),
        links=_shared(tuple(links)),
        levels=_shared(tuple(levels)),
        has_title=has_title,
    )


@lru_cache(maxsize=4096)
def _shared(value: _Value) -> _Value:
    """Give one object for equal values: many advisories have the same."""
    return value
