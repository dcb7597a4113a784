"""Versions that the text names agree with those of the data.

Only what is beyond doubt is told: a version that follows words such as “fixed in” or “versions
before”, in a sentence that denies nothing and speaks of no other vulnerability. A version that
merely occurs, in an example or a log, says nothing about what is affected.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from mkdocs_advisories.checks.case import Case, Finding, once
from mkdocs_advisories.checks.ordering import is_affected
from mkdocs_advisories.checks.prose import Phrase, bounded, readable, sentence
from mkdocs_advisories.checks.rule import error, warning
from mkdocs_advisories.model import Affected, EventType
from mkdocs_advisories.problems import Related
from mkdocs_advisories.source import nodes
from mkdocs_advisories.source.positions import Path

_V = (
    r"(?<![\w.])v?\d+(?:\.\d+){1,4}(?:[-+][0-9A-Za-z]+(?:[.+-][0-9A-Za-z]+)*|(?:(?:a|b|rc|\.?dev"
    r"|\.?post)\d+)+)?(?![\w-]|\.[\dx*]|\+)"
)
_FILL = (
    r"(?:(?:the|both|either|all|of|these|following|new|upcoming|latest|patch|point|stable"
    r"|security)\s+){0,4}(?:(?:versions?|releases?|v\.?)\s*:?\s+)?"
)
_NAME = (
    r"(?:(?!(?:and|or|before|after|until|than|to|from|with|by|commit|which|that|is|are|was"
    r"|not)\b)[A-Za-z@][\w@/.-]*\s+){0,3}?"
)
_GAP = (
    r"(?:\s*,\s*(?:and|or)\s+|\s*,\s*|\s+and\s+|\s+or\s+|\s*/\s*|\s*&\s*"
    r"|\s*:?\s*\n{1,3}[ \t]{0,8}[*+-][ \t]{1,4})"
)
_LIST = (
    rf"(?:\s*:?\s*\n{{1,3}}[ \t]{{0,8}}[*+-][ \t]{{1,4}})?"
    rf"{_NAME}{_FILL}\s*(?:{_V})(?:{_GAP}{_NAME}{_FILL}\s*"
    rf"(?:{_V}))*"
)
_VERSION = re.compile(_V)
_BEGINNINGS = tuple(f"{sign}{digit}" for sign in ("", "v") for digit in range(10))
"""What a version begins with."""
_COMMIT = re.compile(r"[0-9a-f]{40,64}")

_FIXED = Phrase(
    pattern=bounded(
        rf"\b(?:fixed|patched|resolved|addressed|corrected|remediated)\s+(?:in|by|with|since"
        rf"|from|as of|starting (?:in|with|from))\s+(?P<list>{_FILL}{_LIST})"
        rf"|\b(?:patched|fixed)\s+(?:versions?|releases?)(?:\s+(?:is|are))?\s*:?\s*(?P<list2>{_LIST})"
    ),
    openings=("fixed", "patched", "resolved", "addressed", "corrected", "remediated"),
)
_CONTAINS = Phrase(
    pattern=bounded(
        rf"\bversions?\s+(?P<list>{_LIST})\s+(?:contains?|includes?|has|have|ships?)"
        r"\s+(?:the|a)\s+(?:fix|patch)\b"
        r"|\bversions?\s+(?:contain|include|have)\s+(?:the\s+|a\s+)?(?:fix|patch)(?:es)?\s*"
        rf"(?P<list2>{_LIST})"
    ),
    openings=("version",),
    needs=("fix", "patch"),
)
_UPGRADE = Phrase(
    pattern=bounded(
        rf"\b(?:upgrad|updat)(?:e|ing)\b(?:\s+(?!to\b|from\b)[\w'’/@.-]+){{0,6}}?\s+to\s+"
        rf"(?:at least\s+)?(?P<list>{_FILL}{_LIST})"
    ),
    openings=("upgrad", "updat"),
)
_BEFORE = Phrase(
    pattern=bounded(
        rf"\b(?:versions?|releases?)\s*:?\s+(?:of\s+)?{_NAME}(?:that are\s+)?(?:(?:before|prior to"
        rf"|below|older than|earlier than|less than)\s+|<\s*)(?P<list>{_FILL}{_V})"
        rf"|\b(?:affects|affected)\b[^.\n]{{0,40}}\b(?:before|prior to)\s+(?P<list2>{_FILL}{_V})"
    ),
    openings=("version", "release", "affects", "affected"),
    needs=("before", "prior", "below", "older", "earlier", "less", "<"),
)
_SINCE = Phrase(
    pattern=bounded(
        rf"\b(?:affected|vulnerable|introduced|present|exists?)\s+(?:since|starting (?:from|with"
        rf"|in)|beginning (?:with|in)|as of|from)\s+(?P<list>{_FILL}{_NAME}{_V})"
    ),
    openings=("affected", "vulnerable", "introduced", "present", "exist"),
)
_INTRODUCED = Phrase(
    pattern=bounded(
        r"\b(?:(?:bug|flaw|vulnerability|issue|regression|problem|it|this)\s+(?:was|were)\s+"
        r"(?:first\s+)?|first\s+)introduced\s+(?:in|by|with)\s+"
        rf"(?P<list>{_FILL}{_NAME}{_V})"
    ),
    openings=(
        *("bug", "flaw", "vulnerability", "issue", "regression", "problem", "it", "this"),
        "first",
    ),
    needs=("introduced",),
)
_THROUGH = Phrase(
    pattern=bounded(
        rf"\b(?:versions?|releases?|affected|affects|vulnerable)\s+[^\n]{{0,40}}?(?:through"
        rf"|up to and including)\s+(?P<list>{_FILL}{_V})"
        rf"|\b(?:versions?|releases?)\s+(?P<list2>{_V})\s+and\s+(?:earlier|below|older|prior)\b"
        rf"|(?P<list3>{_V})\s+and\s+(?:earlier|below|older|prior)(?:\s+(?:versions?|releases?))?"
        r"\s+(?:are|is)\s+(?:affected|vulnerable)\b"
    ),
    openings=("version", "release", "affected", "affects", "vulnerable", *_BEGINNINGS),
    needs=("through", "including", "earlier", "below", "older", "prior"),
)
_UP_TO = re.compile(rf"(?<![<>=])<\s{{0,2}}(?P<list>{_V})|\b(?:before|prior to)\s(?P<list2>{_V})")
_FROM = re.compile(rf">=\s{{0,2}}(?P<list>{_V})")
_TABLE = re.compile(
    r"^[ \t]{0,3}(?P<head>\|?[^\n|]*\|[^\n]*)\n"
    r"(?=[|: \t]*-)[|: \t-]+\n"
    r"(?P<rows>(?:[^\n]*\|[^\n]*(?:\n|\Z))+)",
    re.MULTILINE,
)
_CELL = re.compile(r"[^|\n]+")
_FIXES_HEAD = re.compile(r"\b(?:fix|fixed|fixes|patched|patches)\b", re.IGNORECASE)
_AFFECTED_HEAD = re.compile(r"\b(?:affected|vulnerable)\b", re.IGNORECASE)
_DENIED = re.compile(
    r"\b(?:not|never|un(?:affected|fixed|patched)|isn['’]t|aren['’]t|wasn['’]t|doesn['’]t|don['’]t|cannot|"
    r"incomplete(?:ly)?|partial(?:ly)?|previous(?:ly)?|attempted|first attempt|incorrect(?:ly)?|"
    r"insufficient(?:ly)?|regress\w*|reintroduced|another|different|other (?:vulnerabilit"
    r"|bug|issue)\w*|lists?|"
    r"says?|states?|names?|claims?|e\.g|for example|such as|dependency|submodule|upstream"
    r"|except|unless|if)\b|\bfor (?:Java|Node|C\+\+|Go|Python|Ruby)\b",
    re.IGNORECASE,
)
_IN_WORDS = Phrase(
    pattern=bounded(
        r"\b(?:later|newer|above|onwards?|upwards?|all|every|each|following|subsequent)\b"
    ),
    openings=(
        *("later", "newer", "above", "onward", "upward", "all", "every", "each", "following"),
        "subsequent",
    ),
)
_WRITTEN_NAME = re.compile(r"[A-Za-z]\w*(?:[/_-]\w+)+(?=\s+(?:version\s+)?v?\d)")
_OTHER_ID = re.compile(r"\b(?:CVE-\d{4}-\d{4,}|GHSA(?:-[0-9a-z]{4}){3}|[A-Z]+-\d{4}-\d{4,})\b")


_ZEROS = re.compile(r"(?:\.0)+$")
_MOST_CLAIMS = 300
"""Sentences, versions in one of them, and cells that are read: far more than any text has."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim:
    """A version that the text says something about: its offset, and the words that lead to it."""

    version: str
    offset: int
    words: str


@dataclass(frozen=True, kw_only=True, slots=True)
class _Column:
    """A column of a table: its heading, and its cells with their offsets."""

    head: str
    cells: list[tuple[int, str]] = field(default_factory=list)


@error("ADV260", reads="affected aliases related upstream", trusts="affected")
def fixes_agree(case: Case) -> Iterator[Finding]:
    """What the text calls fixed is fixed by the data."""
    fixed = versions_of(case, EventType.FIXED)
    known = _plainly(fixed)
    stated = _stated_fixes(case)
    named = frozenset(_plain(claim.version) for claim in stated)
    for claim in stated:
        if not _is_among(claim.version, known) and _is_contradicted(case, claim.version, named):
            text = "the text says that `{version}` has the fix; the data does not"
            yield _disagreement(case, claim, text, fixed)
    for claim in claims(case, _UPGRADE):
        if not _is_among(claim.version, known) and _is_affected(case, claim.version):
            yield _disagreement(
                case, claim, "the text sends readers to `{version}`, which is affected", fixed
            )


@warning("ADV292", reads="affected aliases related upstream", trusts="affected")
def fixes_are_told(case: Case) -> Iterator[Finding]:
    """Who reads which versions have the fix reads all of them.

    Silent unless most fixed versions of a package are named, or where the text speaks of others in
    words (“and later”), or names one that the data does not have.
    """
    stated = _stated_fixes(case)
    if not stated or any(_IN_WORDS.matches(case)):
        return
    known = _plainly(versions_of(case, EventType.FIXED))
    if any(_plain(one.version) not in known for one in stated):
        return
    named = _plainly(one[0] for one in islice(_VERSION.finditer(readable(case)), _MOST_CLAIMS))
    for index, affected in enumerate(case.content.affected):
        fixes = {_plain(span.fixed) for span in affected.spans() if span.fixed}
        missing = fixes - named
        if missing and 2 * len(missing) <= len(fixes):
            yield _untold(case, index, missing, stated[0])


@error("ADV261", reads="affected aliases related upstream", trusts="affected")
def bounds_agree(case: Case) -> Iterator[Finding]:
    """Where the text says that affected versions begin and end, they do by the data."""
    fixed = versions_of(case, EventType.FIXED)
    begun = versions_of(case, EventType.INTRODUCED)
    last = versions_of(case, EventType.LAST_AFFECTED)
    plainly = {kind: _plainly(one) for kind, one in (("begun", begun), ("last", last))}
    known = _plainly({**fixed, **begun})
    for claim in (*claims(case, _BEFORE), *in_tables(case, _AFFECTED_HEAD, _UP_TO)):
        if fixed and not last and not _is_among(claim.version, known):
            text = "the text says “before `{version}`”; by the data no affected range ends there"
            yield _disagreement(case, claim, text, fixed)
    for claim in (*_begun(case), *in_tables(case, _AFFECTED_HEAD, _FROM)):
        if begun and not _is_among(claim.version, plainly["begun"]):
            text = "the text has `{version}` as the first affected version; the data has not"
            yield _disagreement(case, claim, text, begun)
    for claim in claims(case, _THROUGH):
        if not _is_among(claim.version, plainly["last"]) and _is_safe(case, claim.version):
            text = "the text calls `{version}` affected; by the data it is not"
            yield _disagreement(case, claim, text, {**last, **fixed})


def _begun(case: Case) -> tuple[Claim, ...]:
    return (*claims(case, _SINCE), *claims(case, _INTRODUCED))


@once
def _stated_fixes(case: Case) -> tuple[Claim, ...]:
    return (
        *claims(case, _FIXED),
        *claims(case, _CONTAINS),
        *in_tables(case, _FIXES_HEAD, _VERSION),
    )


def _untold(case: Case, index: int, missing: set[str], claim: Claim) -> Finding:
    path, node = next(
        (path, node)
        for path, node in nodes.walk(case.draft.root)
        if path[:2] == ("affected", index)
        and path[-1] == EventType.FIXED.value
        and isinstance(node, nodes.Scalar)
        and _plain(node.text) in missing
    )
    stated = Related(
        place=case.body_place(claim.offset, len(claim.version)), text="fixes are named here"
    )
    return case.finding(
        *path,
        text="the text names fixed versions, but not `{version}`",
        remedy="name it, or correct it: readers look for the one of their release line",
        related=(stated,),
        version=node.text,
    )


def claims(case: Case, phrase: Phrase) -> Iterator[Claim]:
    """Find the versions that follow some words, where the sentence leaves no doubt."""
    text = readable(case)
    for match in islice(phrase.matches(case), _MOST_CLAIMS):
        group = next(name for name, found in match.groupdict().items() if found)
        if _is_doubtful(case, text, match):
            continue
        versions = _VERSION.finditer(text, match.start(group), match.end(group))
        for version in islice(versions, _MOST_CLAIMS):
            yield Claim(version=version[0], offset=version.start(), words=match[0])


def in_tables(case: Case, head: re.Pattern[str], cell: re.Pattern[str]) -> Iterator[Claim]:
    """Find the versions in the columns of tables whose heading says what they are."""
    yield from islice(_in_columns(case, head, cell), _MOST_CLAIMS)


def _in_columns(case: Case, head: re.Pattern[str], cell: re.Pattern[str]) -> Iterator[Claim]:
    for column in _columns(case):
        if head.search(column.head):
            for offset, words in column.cells:
                yield from _in_cell(words, offset, cell)


@once
def _columns(case: Case) -> tuple[_Column, ...]:
    """Part the tables of the body into columns."""
    text = readable(case)
    tables = _TABLE.finditer(text) if "|" in text else ()
    return tuple(column for table in tables for column in _columns_of(table))


def _columns_of(table: re.Match[str]) -> list[_Column]:
    columns = [_Column(head=words) for _, words in _cells(table["head"])]
    start = table.start("rows")
    for row in table["rows"].splitlines(keepends=True):
        for column, (offset, words) in zip(columns, _cells(row), strict=False):
            column.cells.append((start + offset, words))
        start += len(row)
    return columns


def _cells(row: str) -> list[tuple[int, str]]:
    """Part a row of a table; each cell comes with its offset."""
    skipped = len(row) - len(row.lstrip(" \t|"))
    return [(one.start(), one[0]) for one in _CELL.finditer(row, skipped)]


def _in_cell(words: str, offset: int, cell: re.Pattern[str]) -> Iterator[Claim]:
    for match in cell.finditer(words):
        version = _VERSION.search(match[0])
        if version:
            yield Claim(
                version=version[0], offset=offset + match.start() + version.start(), words=words
            )


def versions_of(case: Case, kind: EventType) -> dict[str, Path]:
    """Give the versions of one kind of event of all packages, each with where it first stands."""
    found: dict[str, Path] = {}
    for index, affected in enumerate(case.content.affected):
        for number, one in enumerate(affected.ranges):
            for at, event in enumerate(one.events):
                if event.type is kind and not _COMMIT.fullmatch(event.version):
                    path = ("affected", index, "ranges", number, "events", at, kind.value)
                    found.setdefault(event.version, path)
    return found


def _is_doubtful(case: Case, text: str, match: re.Match[str]) -> bool:
    _, around = sentence(text, match.start())
    own = {name.lower() for name in case.content.named_ids()}
    others = {one[0].lower() for one in _OTHER_ID.finditer(around)} - own
    return bool(_DENIED.search(around) or others) or not _is_about_packages(case, match[0])


def _is_about_packages(case: Case, words: str) -> bool:
    """Whether a name that stands right before a version is one of the affected packages.

    Words of the sentence do not count: only what is written like a name, with a sign in it.
    """
    names = {one.package.name.lower() for one in case.content.affected}
    return all(name in names for name in _WRITTEN_NAME.findall(words.lower()))


def _is_among(version: str, known: frozenset[str]) -> bool:
    return _plain(version) in known


def _plainly(known: Iterable[str]) -> frozenset[str]:
    return frozenset(map(_plain, known))


def _plain(version: str) -> str:
    """Write a version as short as it can be: `v1.2.0` and `1.2` are one."""
    return _ZEROS.sub("", version.lower().removeprefix("v").partition("+")[0])


def _is_contradicted(case: Case, version: str, named: frozenset[str]) -> bool:
    """For no package can the version have the fix.

    The data calls it affected, or it has in the same line another fix, which the text leaves out.
    """
    return all(
        _other_fixes(version, one) - named or is_affected(version, one)
        for one in case.content.affected
    )


def _other_fixes(version: str, affected: Affected) -> set[str]:
    """Give the fixed versions of the same line: the same major version, or minor one of 0."""
    line = _line(version)
    return {
        _plain(span.fixed)
        for span in affected.spans()
        if span.fixed and _line(span.fixed) == line and not _is_final(version, span.fixed)
    }


def _is_final(version: str, fixed: str) -> bool:
    """Whether a version is the release of which the fixed one is an early form."""
    return bool(re.fullmatch(rf"{re.escape(_plain(version))}(?:\.0)*(?:-|a|b|rc|\.?dev).*", fixed))


def _line(version: str) -> list[str]:
    parts = re.split(r"[.-]", version.lower().removeprefix("v"))
    return parts[:2] if parts[0] == "0" else parts[:1]


def _is_affected(case: Case, version: str) -> bool:
    return _judged(case, version, lambda verdicts: True in verdicts and False not in verdicts)


def _is_safe(case: Case, version: str) -> bool:
    return _judged(case, version, lambda verdicts: set(verdicts) == {False})


def _judged(case: Case, version: str, decide: Callable[[list[bool | None]], bool]) -> bool:
    return decide([is_affected(version, one) for one in case.content.affected])


def _disagreement(case: Case, claim: Claim, text: str, known: dict[str, Path]) -> Finding:
    near = sorted(known, key=lambda one: _distance(one, claim.version))[:1]
    place = case.place(*known[near[0]]) if near else case.place("affected")
    words = "the data has `{known}`" if near else "the data names no such version"
    return case.in_body(
        claim.offset,
        len(claim.version),
        text=text,
        remedy="correct the text or the data: readers believe one, programs the other",
        related=(Related(place=place, text=words),),
        version=claim.version,
        known=near[0] if near else "",
    )


def _distance(known: str, version: str) -> tuple[int, int]:
    """Order versions by how much of their beginning is that of another."""
    ours, theirs = _plain(known).split("."), _plain(version).split(".")
    common = 0
    for one, other in zip(ours, theirs, strict=False):
        if one != other:
            break
        common += 1
    return -common, abs(len(ours) - len(theirs))
