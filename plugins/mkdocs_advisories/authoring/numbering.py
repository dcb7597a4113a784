"""Ids that are counted: what an id pattern says of their form, and which comes next."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_SIGN = r"(?:[A-Za-z0-9_:-]|\\[._:-])"
_DIGIT = r"(?:\\d|\[0-9\])"
_YEAR = (
    rf"(?:{_DIGIT}\{{4\}}|{_DIGIT}{{4}}|20{_DIGIT}(?:\{{2\}}|{_DIGIT})"
    rf"|\[12\]{_DIGIT}(?:\{{3\}}|{_DIGIT}{{2}}))"
)
_NUMBER = (
    rf"(?:{_DIGIT}\{{(?P<least>[0-9]+)(?:,[0-9]*)?\}}|{_DIGIT}\+|(?P<digits>{_DIGIT}+)"
    rf"|\[1-9\]{_DIGIT}\*)"
)
_YEARLY = re.compile(rf"(?P<prefix>{_SIGN}*?){_YEAR}(?P<gap>[_:-]|\\[._:-]){_NUMBER}")
_PLAIN = re.compile(rf"(?P<prefix>{_SIGN}*?){_NUMBER}")
_GROUP = re.compile(r"\((?:\?:|\?P<\w+>)?([^()|?]*)\)(?![?*+{])")


class NumberingError(ValueError):
    """No next id can be given. The message says why and what to do."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Numbering:
    """Ids of the form `<prefix><year><gap><number>`, or `<prefix><number>` where `gap` is None."""

    prefix: str
    gap: str | None
    width: int

    def start(self, year: int) -> str:
        """Give what the ids of a year begin with."""
        return self.prefix if self.gap is None else f"{self.prefix}{year:04}{self.gap}"

    def after(self, taken: Iterable[str], *, year: int) -> Iterator[str]:
        """Give the ids of a year after the highest that is taken. A gap is never filled."""
        start = self.start(year)
        form = re.compile(re.escape(start) + r"([0-9]+)", re.IGNORECASE)
        numbers = [int(match[1]) for one in taken if (match := form.fullmatch(one))]
        number = max(numbers, default=0)
        while True:
            number += 1
            yield f"{start}{number:0{self.width}}"


def numbering(id_pattern: str) -> Numbering | None:
    """Read an id pattern as one of counted ids, such as `LAN-[0-9]{4}-[0-9]{4}`.

    Gives None for any other: ids that another body assigns or that are random cannot be counted.
    """
    pattern = _GROUP.sub(r"\1", id_pattern.removeprefix("^").removesuffix("$"))
    match = _YEARLY.fullmatch(pattern) or _PLAIN.fullmatch(pattern)
    if match is None:
        return None
    parts = match.groupdict()
    digits = len(re.findall(_DIGIT, parts["digits"] or ""))
    gap = parts.get("gap")
    return Numbering(
        prefix=parts["prefix"].replace("\\", ""),
        gap=None if gap is None else gap.replace("\\", ""),
        width=int(parts["least"] or digits or 1),
    )


def next_ids(id_pattern: str, taken: Iterable[str], *, year: int, count: int) -> tuple[str, ...]:
    """Give the next free ids of a year.

    Raises:
        NumberingError: the pattern is none of counted ids, or its numbers are used up.
    """
    counted = numbering(id_pattern)
    if counted is None:
        raise NumberingError(
            f"ids that match `{id_pattern}` (`id_pattern` in mkdocs.yml) are not counted, so there"
            " is no next one: name the id that was assigned"
        )
    series = counted.after(taken, year=year)
    ids = tuple(next(series) for _ in range(count))
    if not re.fullmatch(id_pattern, ids[-1]):
        raise NumberingError(
            f"`{ids[-1]}` would be next, but does not match `{id_pattern}`: the numbers are used"
            " up; widen `id_pattern` in mkdocs.yml"
        )
    return ids
