"""A public advisory does not point at a held one."""

import re
from collections.abc import Iterator
from datetime import datetime

from mkdocs_advisories.model import Advisory, Content
from mkdocs_advisories.policy import Policy
from mkdocs_advisories.problems import Problem
from mkdocs_advisories.source.catalog import Catalog

_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]*[A-Za-z0-9]")


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
        for name in sorted(_words(advisory.content) & held.keys()):
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


def _words(content: Content) -> set[str]:
    found = {match[0].lower() for text in _texts(content) for match in _WORD.finditer(text)}
    return found | {part for word in found for part in word.split(".")}


def _texts(content: Content) -> Iterator[str]:
    yield from (content.summary, content.details, content.superseded_by or "")
    yield from content.aliases + content.related + content.upstream
    yield from (reference.url for reference in content.references)
    yield from (revision.summary for revision in content.revisions)
    yield from (occasion.summary for occasion in content.timeline)
    yield content.withdrawn.reason if content.withdrawn else ""
