"""What a run of the checks has found, as every report needs it."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from mkdocs_advisories.problems import Level, Problem


@dataclass(frozen=True, kw_only=True, slots=True)
class Crash:
    """A rule that failed on a file: a bug of this program, not of the file."""

    code: str
    path: str
    fault: str

    def __str__(self) -> str:
        """Say which rule failed on which file, and how."""
        where = f" on {self.path}" if self.path else ""
        return f"rule {self.code} failed{where}: {self.fault}. This is a bug of this program"


@dataclass(frozen=True, kw_only=True, slots=True)
class Findings:
    """Problems in order; how many files were looked at; whose text may be shown.

    `is_shown` says of a path whether its text may be repeated. `texts` has the content of each file
    that could be read. `unopened` counts the sealed files that were not looked into.
    """

    problems: tuple[Problem, ...]
    files: int
    is_shown: Callable[[str], bool]
    texts: Mapping[str, str] = field(default_factory=dict)
    crashes: tuple[Crash, ...] = ()
    unopened: int = 0

    def count(self, level: Level) -> int:
        """Give how many problems are of a level."""
        return sum(one.level is level for one in self.problems)

    def withholds(self, problem: Problem) -> bool:
        """Say whether the values of a problem stay out of the report."""
        paths = {problem.place.path, *(one.place.path for one in problem.related)}
        return not all(map(self.is_shown, paths))

    def line(self, path: str, number: int) -> str | None:
        """Give a line of a file (counted from 1), or None where the text may not be shown."""
        if not self.is_shown(path) or path not in self.texts:
            return None
        lines = self.texts[path].split("\n")
        return lines[number - 1] if number <= len(lines) else None


def counted(number: int, noun: str) -> str:
    """Write a number with its noun: `1 file`, `2 advisories`."""
    plural = (
        f"{noun[:-1]}ies"
        if noun.endswith("y")
        else f"{noun}es"
        if noun.endswith("x")
        else f"{noun}s"
    )
    return f"{number} {noun if number == 1 else plural}"


def fingerprints(problems: Iterable[Problem]) -> Iterator[str]:
    """Name each problem by what stays the same when lines move: file, code, field, and how many."""
    seen: Counter[tuple[str, ...]] = Counter()
    for one in problems:
        key = (one.place.path, one.code, one.subject, one.text)
        text = "\0".join([*key, str(seen[key])])
        seen[key] += 1
        yield hashlib.sha256(text.encode()).hexdigest()[:32]
