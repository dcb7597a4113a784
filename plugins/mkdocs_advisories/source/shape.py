"""Shape: does the data fit the published JSON Schema? Each misfit becomes a sentence."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import jsonschema_rs

from mkdocs_advisories.model import InstantError, parse_instant
from mkdocs_advisories.source.contract import contract
from mkdocs_advisories.source.positions import Path

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator, ValidationError


@dataclass(frozen=True, kw_only=True, slots=True)
class Misfit:
    """One way in which data does not fit its schema.

    `path` leads to the value; with `at_key` it is the key itself that is wrong. `text` and
    `remedy` hold `{value}` where the data's own text belongs. `name` is the field that is missing,
    or the one that a misspelt key seems to mean. `meant` is what a value must mean, if there is no
    doubt.
    """

    code: str
    path: Path
    text: str
    remedy: str
    at_key: bool = False
    name: str | None = None
    meant: str | None = None
    values: Mapping[str, str] = field(default_factory=dict)


def misfits(data: object, *, schema: str, written: Callable[[Path], str | None]) -> list[Misfit]:
    """Hold data against a schema of this project.

    `written` gives the text of the scalar at a path as its author wrote it, or None where there is
    none. At most one misfit is given for each place.
    """
    if _quick_validator(schema).is_valid(data):
        return []
    root = contract(schema)
    errors = sorted(_validator(schema).iter_errors(data), key=_rank)
    kept: dict[tuple[Path, str], Misfit] = {}
    for misfit in (misfit for error in errors for misfit in _explain(error, root, written)):
        kept.setdefault(_spot(misfit), misfit)
    misspelt = {(one.path[:-1], one.name) for one in kept.values() if one.at_key}
    return [one for one in kept.values() if one.at_key or (one.path, one.name) not in misspelt]


def dotted(path: Path) -> str:
    """Write a path as readers know it: `affected[0].ranges[1].fixed`."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return text.removeprefix(".")


def quoted(choices: Sequence[str]) -> str:
    """Write choices as a list in backticks."""
    return ", ".join(f"`{choice}`" for choice in choices)


@cache
def _validator(schema: str) -> "Draft202012Validator":
    """Make the validator that says what is wrong."""
    # It takes a while to load, and most runs never need it.
    from jsonschema import Draft202012Validator, FormatChecker  # noqa: PLC0415 - see above

    checker = FormatChecker(formats=["uri", "regex", "date"])
    checker.checks("date-time", raises=InstantError)(_is_instant)
    checker.checks("time-zone")(_is_time_zone)
    return Draft202012Validator(contract(schema), format_checker=checker)


@cache
def _quick_validator(schema: str) -> jsonschema_rs.Draft202012Validator:
    """Make a validator that only says whether anything is wrong, in a tenth of the time.

    Most files have no fault. A test holds the two validators against each other.
    """
    formats: dict[str, Callable[..., bool]] = {
        "date-time": _conforms_to_instant,
        "regex": _is_pattern,
        "time-zone": _is_time_zone,
    }
    return jsonschema_rs.Draft202012Validator(
        contract(schema), formats=formats, validate_formats=True
    )


def _is_instant(value: object) -> bool:
    return not isinstance(value, str) or bool(parse_instant(value))


def _conforms_to_instant(value: str) -> bool:
    try:
        return _is_instant(value)
    except InstantError:
        return False


def _is_pattern(value: str) -> bool:
    try:
        return bool(re.compile(value))
    except re.error:
        return False


def _is_time_zone(value: object) -> bool:
    try:
        return not isinstance(value, str) or bool(ZoneInfo(value))
    except (KeyError, ValueError, OSError):
        return False


@dataclass(frozen=True, kw_only=True, slots=True)
class _Failure:
    """A keyword of the schema that some value fails, with all that a sentence about it needs."""

    error: "ValidationError"
    root: Mapping[str, Any]
    value: str

    @property
    def limit(self) -> Any:  # noqa: ANN401 - JSON
        """What the keyword wants."""
        return self.error.validator_value

    @property
    def instance(self) -> Any:  # noqa: ANN401 - JSON
        """What is there."""
        return self.error.instance

    @property
    def path(self) -> Path:
        return tuple(self.error.absolute_path)

    @property
    def about(self) -> dict[str, Any]:
        """Title, description and examples of the field, the outermost that has them."""
        about = dict(self.root)
        node: Any = self.root
        above: str | int = ""
        for step in self.error.absolute_schema_path:
            node = _child(node, step, self.root)
            if above == "properties" or step == "items":
                about = _annotated(node, self.root)
            above = step
        return about


def _child(node: Any, step: str | int, root: Mapping[str, Any]) -> Any:  # noqa: ANN401 - JSON
    """Follow a step of a schema path, from which jsonschema leaves every `$ref` out."""
    return _annotated(node, root)[str(step)] if isinstance(node, dict) else node[step]


def _definition(node: Mapping[str, Any], root: Mapping[str, Any]) -> Any:  # noqa: ANN401 - JSON
    return root["$defs"][node["$ref"].removeprefix("#/$defs/")]


def _annotated(node: Mapping[str, Any], root: Mapping[str, Any]) -> dict[str, Any]:
    return {**(_definition(node, root) if "$ref" in node else {}), **node}


_Explainer = Callable[[_Failure], Iterator[Misfit]]
_KEYWORDS_IN_ORDER = ("type", "additionalProperties", "required", "enum", "format", "pattern")
_COUNTED = {"Length": ("character", "characters"), "Items": ("entry", "entries")}
_TYPES = {
    "string": "text",
    "boolean": "`true` or `false`",
    "array": "a list",
    "object": "a mapping of fields",
    "integer": "a whole number",
}


def _rank(error: "ValidationError") -> int:
    """Put first what explains most: a value of the wrong type fails every other keyword too."""
    keyword = str(error.validator)
    in_order = _KEYWORDS_IN_ORDER
    return in_order.index(keyword) if keyword in in_order else len(in_order)


def _spot(misfit: Misfit) -> tuple[Path, str]:
    """Say what may be reported once: a value is wrong once, but may lack several fields."""
    return misfit.path, misfit.text if misfit.code == "ADV101" else ""


def _explain(
    error: "ValidationError", root: Mapping[str, Any], written: Callable[[Path], str | None]
) -> Iterator[Misfit]:
    value = written(tuple(error.absolute_path))
    failure = _Failure(error=error, root=root, value="" if value is None else value)
    return _EXPLAINERS.get(str(error.validator), _bounds)(failure)


def _unknown(failure: _Failure) -> Iterator[Misfit]:
    known = list(failure.about["properties"])
    for key in failure.instance:
        if key not in known:
            yield Misfit(
                code="ADV102",
                path=(*failure.path, key),
                at_key=True,
                name=_closest(key, known),
                text="unknown field `{value}`",
                remedy=_did_you_mean(key, known)
                or f"remove it; the fields here are {quoted(known)}",
                values={"value": key},
            )


def _missing(failure: _Failure) -> Iterator[Misfit]:
    for name in failure.limit:
        if name not in failure.instance:
            about = _annotated(failure.about["properties"][name], failure.root)
            example = _example(about["examples"][0])
            yield Misfit(
                code="ADV101",
                path=failure.path,
                name=name,
                text=f"the field `{name}` is missing",
                remedy=f"add it, for example `{name}: {example}`. {about['description']}",
            )


def _wrong_type(failure: _Failure) -> Iterator[Misfit]:
    expected, got = str(failure.limit), failure.instance
    is_number = isinstance(got, (int, float)) and not isinstance(got, bool)
    if expected == "string" and is_number and not _fits_in_quotes(failure):
        yield from _wrong_form(failure)
        return
    if expected == "string" and is_number:
        yield Misfit(
            code="ADV108",
            path=failure.path,
            text="YAML reads `{value}` as a number, which loses what was written",
            remedy='put it in quotes: `"{value}"`',
            values={"value": failure.value},
        )
        return
    yield Misfit(
        code="ADV103",
        path=failure.path,
        text=f"expected {_TYPES[expected]}, not {_kind(got)}",
        remedy=_by_example(failure.about),
    )


def _fits_in_quotes(failure: _Failure) -> bool:
    """Whether quotes are all that a number wants: the text fits the form of the field."""
    form = failure.about.get("pattern")
    return form is None or bool(re.search(form, failure.value))


def _not_a_choice(failure: _Failure) -> Iterator[Misfit]:
    choices = [str(choice) for choice in failure.limit]
    yield Misfit(
        code="ADV104",
        path=failure.path,
        text="`{value}` is not one of the choices",
        remedy=_did_you_mean(str(failure.instance), choices) or f"choose one of {quoted(choices)}",
        meant=_only_cased_otherwise(str(failure.instance), choices),
        values={"value": failure.value},
    )


def _wrong_form(failure: _Failure) -> Iterator[Misfit]:
    about = failure.about
    yield Misfit(
        code="ADV105",
        path=failure.path,
        text=f"`{{value}}` does not have the form of this field ({about['title']})"
        if failure.value
        else f"this field ({about['title']}) is empty",
        remedy=_by_example(about),
        values={"value": failure.value} if failure.value else {},
    )


def _no_instant(failure: _Failure) -> Iterator[Misfit]:
    if failure.limit != "date-time":
        yield from _wrong_form(failure)
        return
    may_wait = failure.path[-1] == "embargo"
    or_undecided = ", or `undecided`" if may_wait else ""
    is_cased_otherwise = may_wait and failure.value.lower() == "undecided"
    yield Misfit(
        code="ADV109",
        path=failure.path,
        text=f"`{{value}}` is no instant: {failure.error.cause}",
        remedy=(
            "write date, time with seconds, and zone: `2026-04-09T20:24:12Z` or"
            f" `2026-04-09T22:24:12+02:00`{or_undecided}"
        ),
        meant="undecided" if is_cased_otherwise else _only_spelled_otherwise(failure.value),
        values={"value": failure.value},
    )


def _twice(failure: _Failure) -> Iterator[Misfit]:
    seen: list[object] = []
    for index, item in enumerate(failure.instance):
        if item in seen:
            yield Misfit(
                code="ADV107",
                path=(*failure.path, index),
                text="`{value}` stands twice in this list",
                remedy="remove one of the two",
                values={"value": str(item)},
            )
        seen.append(item)


def _neither(failure: _Failure) -> Iterator[Misfit]:
    names = [name for branch in failure.limit for name in branch["required"]]
    yield Misfit(
        code="ADV111",
        path=failure.path,
        text=f"none of {quoted(names)} is given",
        remedy='say which versions are affected; `{introduced: "0"}` alone means all',
    )


def _bounds(failure: _Failure) -> Iterator[Misfit]:
    """Explain `minItems`, `maxLength`, `minimum` and their like."""
    keyword, limit = str(failure.error.validator), failure.limit
    at_least = "at least" if keyword.startswith("min") else "at most"
    one, many = _COUNTED.get(keyword[3:], ("field", "fields"))
    what = one if limit == 1 else many
    wanted = f"{at_least} {limit} {what}"
    one_event = keyword.endswith("Properties") and limit == 1
    if one_event:
        wanted = "exactly one field"
    elif keyword.endswith("imum"):
        wanted = f"a number of {at_least} {limit}"
    yield Misfit(
        code="ADV110" if one_event else "ADV106",
        path=failure.path,
        text=f"expected {wanted}",
        remedy=_by_example(failure.about),
    )


_EXPLAINERS: Mapping[str, _Explainer] = MappingProxyType(
    {
        "additionalProperties": _unknown,
        "required": _missing,
        "type": _wrong_type,
        "enum": _not_a_choice,
        "pattern": _wrong_form,
        "format": _no_instant,
        "uniqueItems": _twice,
        "anyOf": _neither,
    }
)


def _closest(word: str, known: Iterable[str]) -> str | None:
    by_lower = {name.lower(): name for name in known}
    elsewhere = _ECOSYSTEMS_ELSEWHERE.get(word.lower())
    if elsewhere in by_lower.values():
        return elsewhere
    close = get_close_matches(word.lower(), by_lower, n=1)
    return by_lower[close[0]] if close else None


_ECOSYSTEMS_ELSEWHERE = MappingProxyType(
    {
        name: ecosystem
        for ecosystem, names in {
            "crates.io": "rust cargo crates",
            "GitHub Actions": "actions",
            "Go": "golang",
            "Hackage": "haskell cabal",
            "Hex": "erlang elixir",
            "Maven": "java gradle",
            "npm": "node nodejs node.js javascript yarn",
            "NuGet": "dotnet .net",
            "Packagist": "php composer",
            "Pub": "dart flutter",
            "PyPI": "python pip",
            "RubyGems": "ruby gem bundler",
            "SwiftURL": "swift",
        }.items()
        for name in names.split()
    }
)
"""What GitHub and others call the ecosystems of the OSV schema."""


def _did_you_mean(word: str, known: Iterable[str]) -> str | None:
    closest = _closest(word, known)
    return f"did you mean `{closest}`?" if closest else None


def _only_cased_otherwise(word: str, choices: Iterable[str]) -> str | None:
    same = [choice for choice in choices if choice.casefold() == word.casefold()]
    return same[0] if len(same) == 1 else None


def _only_spelled_otherwise(text: str) -> str | None:
    """Spell an instant as it should be that RFC 3339 (section 5.6) allows to be spelled so."""
    spelled = re.sub(r"(?<=^.{10})[t ]", "T", text, count=1)
    spelled = f"{spelled[:-1]}Z" if spelled.endswith("z") else spelled
    return spelled if spelled != text and _conforms_to_instant(spelled) else None


def _by_example(about: Mapping[str, Any]) -> str:
    examples = about.get("examples")
    shown = f" For example: `{_example(examples[0])}`" if examples else ""
    return f"{about.get('description', 'See the reference of the fields.')}{shown}"


def _example(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _kind(value: object) -> str:
    kinds = {type(None): "nothing", bool: "true or false", str: "text", list: "a list"}
    return kinds.get(type(value), "a number" if isinstance(value, (int, float)) else "a mapping")
