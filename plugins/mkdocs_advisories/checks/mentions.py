"""A public advisory does not point at a held one."""

import re
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from html import unescape
from urllib.parse import unquote

from mkdocs_advisories.model import Advisory
from mkdocs_advisories.policy import Policy
from mkdocs_advisories.problems import Problem
from mkdocs_advisories.source.catalog import Catalog


def no_mention_of_held(catalog: Catalog, _: Policy, now: datetime) -> Iterator[Problem]:
    """Refuse an advisory that names a held one which is disclosed later than itself.

    It is refused while both are still held, so that the day of disclosure brings no surprise. The
    report does not say which one is meant: it may be about a public file, and the other is held.
    """
    held = {
        name.lower(): other
        for other in catalog.advisories
        if not other.is_disclosed(now)
        for name in other.content.named_ids()
    }
    for advisory in catalog.advisories if held else ():
        for name in sorted(_names_in(advisory, catalog, list(held))):
            other = held[name]
            if other is not advisory and _ends_later(other, advisory):
                yield Problem(
                    code="ADV150",
                    place=catalog.place_of(advisory.path, name),
                    text="the advisory that is named here is held for longer than this one",
                    remedy="leave its id out until then, or give both the same embargo",
                )


def _ends_later(other: Advisory, advisory: Advisory) -> bool:
    if other.embargo is None or advisory.embargo is None:
        return advisory.embargo is not None
    return other.embargo > advisory.embargo


def _names_in(advisory: Advisory, catalog: Catalog, names: list[str]) -> set[str]:
    """Find which names stand anywhere in an advisory: as written, as read, and unescaped."""
    text = f"{catalog.texts[advisory.path].content}\n{asdict(advisory.content)}".lower()
    every = "|".join(map(re.escape, sorted(names, key=len, reverse=True)))
    pattern = re.compile(rf"(?<![a-z0-9])(?:{every})(?![a-z0-9])")
    return set(pattern.findall(text + unescape(unquote(text)).lower()))
