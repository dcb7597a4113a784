"""A public advisory does not point at a held one."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime

from mkdocs_advisories.model import Advisory, Content
from mkdocs_advisories.policy import Policy
from mkdocs_advisories.problems import Place, Problem

_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]*[A-Za-z0-9]")


def no_mention_of_held(
    advisories: Sequence[Advisory], _: Policy, now: datetime
) -> Iterator[Problem]:
    """Refuse an advisory that names a held one which is disclosed later than itself.

    It is refused while both are still held, so that the day of disclosure brings no surprise.
    """
    held = {
        name.lower(): other
        for other in advisories
        if not other.is_disclosed(now)
        for name in other.content.named_ids()
    }
    for advisory in advisories if held else ():
        for name in _words(advisory.content):
            other = held.get(name)
            if other and other is not advisory and _ends_later(other, advisory):
                yield Problem(
                    code="ADV150",
                    place=Place(path=advisory.path),
                    text="it names an advisory that is disclosed later: the one in {other}",
                    remedy="leave that id out until then, or give both the same embargo",
                    values={"other": other.path},
                )
                break


def _ends_later(other: Advisory, advisory: Advisory) -> bool:
    if other.embargo is None or advisory.embargo is None:
        return advisory.embargo is not None
    return other.embargo > advisory.embargo


def _words(content: Content) -> Iterator[str]:
    for text in _texts(content):
        for match in _WORD.finditer(text):
            yield match[0].lower()
            yield from match[0].lower().split(".")


def _texts(content: Content) -> Iterator[str]:
    yield from (content.summary, content.details, content.superseded_by or "")
    yield from content.aliases + content.related + content.upstream
    yield from (reference.url for reference in content.references)
    yield from (revision.summary for revision in content.revisions)
    yield from (occasion.summary for occasion in content.timeline)
    yield content.withdrawn.reason if content.withdrawn else ""
