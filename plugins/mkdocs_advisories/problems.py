"""What a problem is: data, of which every report is a view."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

WITHHELD = "[withheld]"
_LONGEST_VALUE = 80

CODES: Mapping[str, str] = MappingProxyType(
    {
        "ADV001": "The file cannot be read, or is not a regular file.",
        "ADV002": "The file is larger than an advisory may be.",
        "ADV003": "The file is not UTF-8.",
        "ADV004": "The file has a control character, or one that changes the order of reading.",
        "ADV005": "The file does not begin with front matter.",
        "ADV006": "The front matter is not closed.",
        "ADV007": "The front matter is not valid YAML.",
        "ADV008": "A key stands twice in one mapping.",
        "ADV009": "The front matter uses an anchor, an alias or a tag.",
        "ADV010": "The front matter is nested too deep or has too many nodes.",
        "ADV011": "A file that is neither an advisory nor an attachment.",
        "ADV101": "A field is missing.",
        "ADV102": "A field is unknown.",
        "ADV103": "A value has the wrong type.",
        "ADV104": "A value is not one of those allowed.",
        "ADV105": "A value does not have the form that its field wants.",
        "ADV106": "A value is too long, too short, or there are too many or too few of them.",
        "ADV107": "A value stands twice in one list.",
        "ADV108": "YAML reads the text as a number.",
        "ADV109": "An instant is ambiguous or impossible.",
        "ADV110": "An event states more than one thing, or nothing.",
        "ADV111": "An affected package has neither ranges nor versions.",
        "ADV120": "HTML stands where only plain text may.",
        "ADV121": "A CVSS vector is not valid.",
        "ADV122": "A package URL is not valid, or carries a version.",
        "ADV123": "The events of a range do not pair up.",
        "ADV124": "The revisions are not in ascending order.",
        "ADV125": "The id is not one that this organisation gives, or is reserved.",
        "ADV126": "An advisory refers to itself.",
        "ADV127": "Severity is stated for the whole and for a package.",
        "ADV130": "The file is not named after the id.",
        "ADV131": "Two files have one id.",
        "ADV132": "An alias stands in two advisories.",
        "ADV140": "The text has HTML that is not allowed, or that would vanish.",
        "ADV141": "A link leads to a place that is not allowed or not there.",
        "ADV142": "The text is nested too deep, or has a paragraph too long to be read safely.",
        "ADV143": "An attachment is not of a kind that is published.",
        "ADV150": "A disclosed advisory names one that is held.",
        "ADV151": "A held advisory lies in clear in a public source.",
    }
)


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Place:
    """Where in a file: lines and columns count from 1, columns in characters."""

    path: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        """Write it as compilers do, so that editors can jump there."""
        return f"{self.path}:{self.line}:{self.column}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """Something that is wrong with a source file, and what to do about it.

    `text` and `remedy` hold a placeholder, `{name}`, for every value that comes from the file;
    the values stand in `values`. So a report about a held advisory can leave all of them out.
    `subject` is the path of the field (`affected[0].ranges[1]`), made of names of the schema only.
    """

    code: str
    place: Place
    text: str
    remedy: str
    subject: str = ""
    values: Mapping[str, str] = field(default_factory=dict)

    def message(self, *, withhold: bool) -> str:
        """Say what is wrong, with the file's own values or without them."""
        return self._fill(self.text, withhold=withhold)

    def advice(self, *, withhold: bool) -> str:
        """Say what to do, with the file's own values or without them."""
        return self._fill(self.remedy, withhold=withhold)

    def _fill(self, template: str, *, withhold: bool) -> str:
        def value(match: re.Match[str]) -> str:
            text = self.values.get(match[1])
            if text is None:
                return match[0]
            return WITHHELD if withhold else _printable(text)

        return re.sub(r"\{([a-z]+)\}", value, template)


def as_text(problem: Problem, *, withhold: bool) -> str:
    """Write a problem for a person: code and message, place, remedy, a line each."""
    subject = f"{problem.subject}: " if problem.subject else ""
    return (
        f"error[{problem.code}]: {subject}{problem.message(withhold=withhold)}\n"
        f" --> {problem.place}\n"
        f"  = help: {problem.advice(withhold=withhold)}"
    )


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Sort by file, line, column and code, and drop what is said twice."""
    unique = {(one.place, one.code, one.text, tuple(one.values.items())): one for one in problems}
    return tuple(sorted(unique.values(), key=lambda one: (one.place, one.code)))


def _printable(value: str) -> str:
    shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in value)
    return shown if len(shown) <= _LONGEST_VALUE else shown[: _LONGEST_VALUE - 1] + "…"
