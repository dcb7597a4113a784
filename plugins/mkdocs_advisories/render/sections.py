"""The body by its sections, still as Markdown, for formats that have a place for each."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from mkdocs_advisories.model import Disclosed
from mkdocs_advisories.policy import Policy
from mkdocs_advisories.render.addresses import page_uri

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_HEADING = re.compile(r" {0,3}(#{1,6})[ \t]+(.*?)(?:[ \t]+#+)?[ \t]*")
_SIGNS = ("#", "`", "~")
"""What fences and headings begin with behind their indent, as few lines do."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Section:
    """A part of a body. What stands before the first heading has an empty title."""

    title: str
    text: str


@lru_cache(maxsize=2)
def sections(details: str) -> tuple[Section, ...]:
    """Part a body at its uppermost headings; deeper ones stay in the text."""
    lines = details.split("\n")
    headings = list(_headings(lines))
    top = min((level for _, level, _ in headings), default=0)
    starts = [(at, title) for at, level, title in headings if level == top]
    ends = [at for at, _ in starts] + [len(lines)]
    parts = [Section(title="", text=_joined(lines[: ends[0]]))]
    parts += [
        Section(title=title, text=_joined(lines[at + 1 : end]))
        for (at, title), end in zip(starts, ends[1:], strict=True)
    ]
    return tuple(one for one in parts if one.title or one.text)


def section(parts: tuple[Section, ...], *beginnings: str) -> str:
    """Give the text of the first section whose title begins with one of the words, or none."""
    return next(
        (one.text for one in parts if one.title.lower().startswith(beginnings) and one.text), ""
    )


def absolute_details(disclosed: Disclosed, *, policy: Policy) -> str:
    """Give the body with the addresses of its attachments whole, for readers elsewhere."""
    details = disclosed.content.details
    if not disclosed.content.attachments:
        return details
    names = "|".join(re.escape(one.name) for one in disclosed.content.attachments)
    link = rf"(\]\(\s*<?|^ {{0,3}}\[[^\]\n]+\]:\s*<?)(?:\./)?{re.escape(disclosed.id)}/({names})"
    page = policy.site_url + page_uri(disclosed.id)
    return re.sub(link, lambda found: f"{found[1]}{page}{found[2]}", details, flags=re.MULTILINE)


def shortened(text: str, *, most: int, url: str) -> str:
    """Cut a text at a line or word so that it fits, and say where the whole of it is."""
    if len(text) <= most:
        return text
    pointer = f"…\n\nThe whole text: {url}"
    room = text[: most - len(pointer)]
    whole_lines, _, rest = room.rpartition("\n")
    cut = whole_lines if len(rest) < len(room) // 4 else room.rpartition(" ")[0] or room
    return cut.rstrip() + pointer


def _headings(lines: list[str]) -> Iterator[tuple[int, int, str]]:
    fence = ""
    for at, line in enumerate(lines):
        if not line.lstrip(" ").startswith(_SIGNS):
            continue
        mark = _FENCE.match(line)
        if mark and (not fence or mark[1].startswith(fence)):
            fence = "" if fence else mark[1]
        elif not fence and (heading := _HEADING.fullmatch(line)):
            yield at, len(heading[1]), heading[2]


def _joined(lines: list[str]) -> str:
    return "\n".join(lines).strip("\n")
