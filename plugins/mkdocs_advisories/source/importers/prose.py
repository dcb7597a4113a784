"""Someone else's Markdown as a body of this house: what the rules refuse is made harmless text.

Nothing is taken away but characters that deceive. HTML becomes the text of its tags, and a link
that leads nowhere becomes its own words, so a reader sees what the record says.
"""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from mkdocs_advisories.problems import Problem
from mkdocs_advisories.source.body import body_problems
from mkdocs_advisories.source.files import DECEPTIVE
from mkdocs_advisories.source.frontmatter import split
from mkdocs_advisories.source.importers.found import RefusedError
from mkdocs_advisories.source.positions import Text

NOTE_TITLE = "## Imported: not placed"
_FRONT = "---\n---\n"
_FRONT_LINES = 2
_ROUNDS = 8
_LONGEST_BLOCK = 15_000


def clean(text: str) -> str:
    """Give a text with one kind of newline and without characters that deceive."""
    return DECEPTIVE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def one_line(text: str) -> str:
    """Give a text as one line."""
    return " ".join(clean(text.replace("\u2028", " ").replace("\u2029", " ")).split())


def harmless(markdown: str, *, advisory_id: str) -> tuple[str, list[str]]:
    """Give a body that keeps the rules, and a remark for each kind of change.

    Raises:
        RefusedError: the body is nested too deep, or has a paragraph that is too long.
    """
    cleaned = clean(markdown).strip("\n")
    remarks = (
        ["characters that deceive were removed from the text"]
        if (DECEPTIVE.search(markdown.replace("\r\n", "\n")))
        else []
    )
    seen: set[str] = set()
    for _ in range(_ROUNDS):
        problems = _problems(cleaned, advisory_id)
        if not problems:
            return cleaned, [*remarks, *(_REMARKS[code] for code in sorted(seen))]
        seen |= {one.code for one in problems}
        cleaned = _mended(cleaned, problems)
    raise RefusedError("the text has HTML or links that cannot be made harmless")


_REMARKS = {
    "ADV140": "HTML in the text is now shown as text",
    "ADV141": "links that lead nowhere, or are of a kind that is refused, are now text",
}


def _problems(body: str, advisory_id: str) -> list[Problem]:
    parts = split(Text(path="", content=_FRONT + body))
    if isinstance(parts, Problem):
        raise RefusedError("the text cannot be read as a body")
    found = body_problems(parts, advisory_id=advisory_id, attachments=frozenset())
    for one in found:
        if one.code not in _REMARKS:
            raise RefusedError(f"the text has {one.message(withhold=True)}")
    return found


def _mended(body: str, problems: Iterable[Problem]) -> str:
    """Mend from the end to the beginning, so that offsets stay true."""
    starts = [0, *(match.end() for match in re.finditer("\n", body))]
    spots = {
        (starts[one.place.line - 1 - _FRONT_LINES] + one.place.column - 1, one.code)
        for one in problems
    }
    for offset, code in sorted(spots, reverse=True):
        body = _escaped(body, offset) if code == "ADV140" else _unlinked(body, offset)
    return body


def _escaped(body: str, offset: int) -> str:
    return body[:offset] + body[offset:].replace("<", "&lt;", 1)


def _unlinked(body: str, offset: int) -> str:
    """Break the link whose target begins at an offset: inline, definition or `<scheme:…>`."""
    before, after = body[:offset], body[offset:]
    inline = re.search(r"\]\(\s*<?$", before)
    if inline:
        return f"{before[: inline.start() + 1]} {before[inline.start() + 1 :]}{after}"
    line = before.rfind("\n") + 1
    if re.fullmatch(r" {0,3}\[[^\]\n]+\]:\s*<?", before[line:]):
        return f"{before[:line]}\\{before[line:].lstrip()}{after}"
    return f"{before[:-1]}&lt;{after}"


def note(left: Mapping[str, Any], *, source: str) -> str:
    """Write what could not be placed as a section that a reader sees.

    Raises:
        RefusedError: a single text of it is longer than a body may have in one piece.
    """
    if not left:
        return ""
    intro = f"This advisory was imported from {source}. The record also says:"
    blocks = [_block(path, value) for path, value in left.items()]
    return "\n\n".join([NOTE_TITLE, intro, *blocks])


def _block(path: str, value: Any) -> str:  # noqa: ANN401 - JSON
    text = json.dumps({path: value}, indent=2, ensure_ascii=False)
    text = DECEPTIVE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
    lines, length = [], 0
    for line in text.split("\n"):
        length += len(line) + 1
        if length > _LONGEST_BLOCK:
            # A blank line between two values changes nothing in JSON, and bounds a paragraph.
            lines.append("")
            length = len(line)
        lines.append(line)
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", text)), default=0))
    return "\n".join([f"{fence}json", *lines, fence])
