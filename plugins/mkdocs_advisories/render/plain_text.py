"""Plain text as mails carry it: lines that every client shows whole, and tables in columns."""

import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence

WIDTH = 72
"""Characters of a line; quoted twice it still fits into the 78 of RFC 5322, section 2.1.1."""

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_AS_IT_IS = re.compile(r" {4}|\t| *\||#")
_HANGING = re.compile(r" *(?:(?:[-*+]|[0-9]{1,3}[.)]) +|> ?)?")
_MARKER = re.compile(r" *(?:(?:[-*+]|[0-9]{1,3}[.)]) |>)")
_FEW = 2  # words: a name and a long address stay together
_GAP = "  "


def fit(text: str) -> str:
    """Break lines that are too long. Code, tables and long addresses stay as they are."""
    lines: list[str] = []
    fence = ""
    for line in text.split("\n"):
        opening = _FENCE.match(line)
        if opening and (not fence or opening[1].startswith(fence)):
            fence = "" if fence else opening[1]
            lines.append(line)
        elif fence or len(line) <= WIDTH or _AS_IT_IS.match(line) or len(line.split()) <= _FEW:
            lines.append(line)
        else:
            lines += _broken(line)
    return "\n".join(one if one == "-- " else one.rstrip() for one in lines)


def reflow(markdown: str) -> str:
    """Break the paragraphs of Markdown anew of which a line is too long; the rest stays."""
    lines: list[str] = []
    paragraph: list[str] = []
    fence = ""
    for line in [*markdown.split("\n"), ""]:
        opening = _FENCE.match(line)
        is_prose = not fence and not opening and line.strip() and not _AS_IT_IS.match(line)
        if not is_prose or _MARKER.match(line):
            lines += _paragraph(paragraph)
            paragraph = []
        if is_prose:
            paragraph.append(line)
        else:
            lines.append(line)
        if opening and (not fence or opening[1].startswith(fence)):
            fence = "" if fence else opening[1]
    return "\n".join(lines[:-1])


def grid(columns: Sequence[str], rows: Mapping[str, Iterable[str]], *, mark: str) -> Iterator[str]:
    """Write rows of which each is marked in some columns, in as many blocks as the width needs."""
    head = max(map(len, rows), default=0)
    for block in _blocks(columns, WIDTH - head):
        yield _line("".ljust(head), block)
        for name, marked in rows.items():
            cells = [(mark if one in marked else "-").ljust(len(one)) for one in block]
            yield _line(name.ljust(head), cells)


def listed(facts: Mapping[str, str]) -> str:
    """Write facts with their names in a column; a long one hangs below its beginning."""
    width = max(map(len, facts), default=0) + 1
    return "\n".join(
        line for name, fact in facts.items() for line in _fact(f"{name}:".ljust(width), fact)
    )


def _fact(name: str, fact: str) -> list[str]:
    hanging = " " * (len(name) + 1)
    if " " not in fact:
        return [f"{name} {fact}"]  # such as an address, which is not to begin a line of its own
    return _wrapped(fact, first=f"{name} ", then=hanging)


def _paragraph(lines: list[str]) -> list[str]:
    if all(len(one) <= WIDTH for one in lines):
        return lines
    return _broken(" ".join([lines[0].rstrip(), *(one.strip() for one in lines[1:])]))


def _broken(line: str) -> list[str]:
    hanging = _HANGING.match(line)
    marker = hanging[0] if hanging else ""
    then = marker if ">" in marker else " " * len(marker)
    return _wrapped(line[len(marker) :], first=marker, then=then)


def _wrapped(text: str, *, first: str, then: str) -> list[str]:
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=first,
        subsequent_indent=then,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _line(head: str, cells: Iterable[str]) -> str:
    return _GAP.join((head, *cells)).rstrip()


def _blocks(columns: Sequence[str], room: int) -> Iterator[list[str]]:
    """Part columns into blocks of which each fits; a single one that does not, stands alone."""
    block: list[str] = []
    for one in columns:
        if block and sum(len(_GAP) + len(other) for other in (*block, one)) > room:
            yield block
            block = []
        block.append(one)
    if block:
        yield block
