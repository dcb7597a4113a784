"""The clear part of a sealed file: what it is, which revision, and the notice if it was given.

There is one way to write a header, and only what is written that way is read.
"""

import json
import re
from dataclasses import dataclass
from datetime import datetime

from mkdocs_advisories.model import InstantError, Notice, format_instant, parse_instant
from mkdocs_advisories.source.sealed.naming import is_name
from mkdocs_advisories.source.sealed.refusal import RefusedError

LARGEST_HEADER = 4096
"""Characters."""

SEVERITIES = ("critical", "high", "medium", "low", "none")
_REVISION = re.compile(r"[1-9][0-9]{0,5}")
_SHORTEST = 5  # lines of a header without a notice
_REMEDY = "restore the file from git, and change it with `advisory edit`"


@dataclass(frozen=True, kw_only=True, slots=True)
class Header:
    """A header: the file's name, a number that only grows, and the notice if it was given."""

    name: str
    revision: int
    notice: Notice | None = None


def write_header(header: Header) -> str:
    """Write a header with its two fences."""
    return "".join(f"{line}\n" for line in _lines(header))


def read_header(text: str) -> Header:
    """Read a header with its two fences.

    Raises:
        RefusedError: it is not exactly what `write_header` writes.
    """
    lines = text.split("\n")[:-1]
    if len(lines) < _SHORTEST:
        raise _refused(1, "is missing, or cut short")
    _expect(lines, 0, "---")
    _expect(lines, 1, "sealed: 1")
    name, revision = _value(lines, 2, "name"), _value(lines, 3, "revision")
    if not is_name(name):
        raise _refused(3, "should read `name: ` and 12 small letters and digits")
    if not _REVISION.fullmatch(revision):
        raise _refused(4, "should read `revision: ` and a number from 1")
    header = Header(name=name, revision=int(revision), notice=_notice(lines[4:-1]))
    for number, (found, expected) in enumerate(
        zip([*lines, ""], [*_lines(header), ""], strict=False), 1
    ):
        if found != expected:
            raise _refused(number, "is not written as it must be")
    return header


def _lines(header: Header) -> list[str]:
    notice = header.notice
    told = []
    if notice:
        told = ["notice:", f"  projects: {json.dumps(notice.projects, ensure_ascii=False)}"]
        told += [f"  severity: {notice.severity}"] if notice.severity else []
        told += [f"  embargo: {format_instant(notice.embargo)}"] if notice.embargo else []
    own = ["sealed: 1", f"name: {header.name}", f"revision: {header.revision}"]
    return ["---", *own, *told, "---"]


def _notice(lines: list[str]) -> Notice | None:
    if not lines:
        return None
    if lines[0] != "notice:":
        raise _refused(5, "should be the end of the header, or read `notice:`")
    fields = dict(line.partition(": ")[::2] for line in lines[1:])
    if not fields.keys() <= {"  projects", "  severity", "  embargo"}:
        raise _refused(5, "begins a notice with more than projects, severity and embargo")
    severity = fields.get("  severity")
    if severity is not None and severity not in SEVERITIES:
        raise _refused(5, f"begins a notice whose severity is none of {', '.join(SEVERITIES)}")
    return Notice(
        projects=_projects(fields.get("  projects", "")),
        severity=severity,
        embargo=_embargo(fields.get("  embargo")),
    )


def _projects(text: str) -> tuple[str, ...]:
    try:
        projects = json.loads(text)
    except (ValueError, RecursionError):
        projects = None
    if isinstance(projects, list) and all(isinstance(one, str) for one in projects):
        return tuple(projects)
    raise _refused(5, "begins a notice whose projects are not a list of names")


def _embargo(text: str | None) -> datetime | None:
    try:
        return None if text is None else parse_instant(text)
    except InstantError:
        raise _refused(5, "begins a notice whose embargo is no instant") from None


def _expect(lines: list[str], index: int, text: str) -> None:
    if lines[index] != text:
        raise _refused(index + 1, f"should read `{text}`")


def _value(lines: list[str], index: int, field: str) -> str:
    name, separator, value = lines[index].partition(": ")
    if separator and name == field:
        return value
    raise _refused(index + 1, f"should read `{field}: …`")


def _refused(line: int, text: str) -> RefusedError:
    return RefusedError("ADV161", f"line {line} of the header {text}", remedy=_REMEDY, line=line)
