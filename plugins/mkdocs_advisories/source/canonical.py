"""Front matter as text: the canonical YAML of an advisory, which reads back as the same data.

Versions and addresses stand in quotes, dates and ids do not, and short mappings stand on one line,
as in the examples. Fields come in the order of the schema.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import yaml

from mkdocs_advisories.source.contract import contract
from mkdocs_advisories.source.files import DECEPTIVE

WIDTH = 100
"""Characters a line, where it can be kept."""

_ID_LISTS = frozenset({"aliases", "related", "upstream", "cwe_ids"})
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_./+()'-]*(?: [A-Za-z0-9_./+()'-]+)*[.]?")
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+(?:Z|[+-][0-9]{2}:[0-9]{2})")
_NOT_BARE_FLOAT = re.compile(r"^(-?[0-9]+)(e[+-]?[0-9]+)$")
_QUOTED_FIELDS = frozenset(
    {"introduced", "fixed", "last_affected", "limit", "url", "repo", "purl", "score"}
)
# What YAML 1.2 (section 5.1) calls not printable, beside what no advisory may contain.
_UNPRINTABLE = re.compile("[\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef]")


def advisory_text(front: Mapping[str, Any], body: str) -> str:
    """Write a whole advisory file: front matter between its fences, then the body."""
    return f"---\n{front_text(front)}---\n{body}"


def front_text(front: Mapping[str, Any]) -> str:
    """Write front matter; a field that the schema does not know comes last."""
    order = {name: index for index, name in enumerate(contract("advisory")["properties"])}
    fields = sorted(front.items(), key=lambda field: order.get(field[0], len(order)))
    return "".join(f"{line}\n" for name, value in fields for line in _field(name, value))


def _field(name: str, value: Any) -> Iterator[str]:  # noqa: ANN401 - JSON
    if name == "affected":
        yield "affected:"
        for one in value:
            yield from _item(_entry(one), "  ")
    elif isinstance(value, Sequence) and not isinstance(value, str) and name not in _ID_LISTS:
        yield f"{name}:"
        yield from (f"  - {_flow(one)}" for one in value)
    else:
        yield from _wrapped(name, value, "")


def _item(lines: Iterable[str], indent: str) -> Iterator[str]:
    """Put the sign of a list item before the first line, and its width before the others."""
    for index, line in enumerate(lines):
        yield f"{indent}{'  ' if index else '- '}{line}"


def _entry(affected: Mapping[str, Any]) -> Iterator[str]:
    """Write one affected package, in the order in which readers look for things."""
    order = {name: index for index, name in enumerate(("package", "severity", "ranges"))}
    for name, value in sorted(affected.items(), key=lambda field: order.get(field[0], len(order))):
        if name == "ranges":
            yield "ranges:"
            for one in value:
                yield from _item(_range(one), "  ")
        elif name == "severity":
            yield "severity:"
            yield from (f"  - {_flow(one)}" for one in value)
        else:
            yield from _wrapped(name, value, "", quoted=name == "versions")


def _range(one: Mapping[str, Any]) -> Iterator[str]:
    order = {name: index for index, name in enumerate(("type", "repo", "events"))}
    for name, value in sorted(one.items(), key=lambda field: order.get(field[0], len(order))):
        line = f"{name}: {_flow(value, name)}"
        if name == "events" and len(line) > WIDTH - 8:
            yield "events:"
            yield from (f"  - {_flow(event)}" for event in value)
        else:
            yield line


def _wrapped(
    name: str,
    value: Any,  # noqa: ANN401 - JSON
    indent: str,
    *,
    quoted: bool = False,
) -> Iterator[str]:
    """Write a value behind its name, or a long list of words on lines of their own."""
    line = f"{indent}{name}: {_flow(value, 'introduced' if quoted else name)}"
    words = isinstance(value, Sequence) and not isinstance(value, str)
    if len(line) <= WIDTH - 6 or not words:
        yield line
        return
    yield f"{indent}{name}:"
    yield from _filled([_flow(one, "introduced" if quoted else name) for one in value])


def _filled(words: Sequence[str]) -> Iterator[str]:
    line = "  ["
    for index, word in enumerate(words):
        last = index == len(words) - 1
        piece = word + ("]" if last else ",")
        if len(line) + len(piece) > WIDTH - 8 and line.strip() != "[":
            yield line.rstrip()
            line = "   "
        line += piece + ("" if last else " ")
    yield line


def _flow(value: Any, name: str = "") -> str:  # noqa: ANN401 - JSON
    """Write a value on one line."""
    if isinstance(value, Mapping):
        pairs = (f"{_key(key)}: {_flow(child, str(key))}" for key, child in value.items())
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(_flow(child, name) for child in value) + "]"
    if isinstance(value, str):
        return _text(value, name)
    return _NOT_BARE_FLOAT.sub(r"\1.0\2", json.dumps(value))


def _key(key: str) -> str:
    return key if re.fullmatch(r"[a-z][a-z_]*", key) and _is_text(key) else _quoted(key)


def _text(text: str, name: str) -> str:
    is_plain = (
        name not in _QUOTED_FIELDS
        and name != "contact"
        and (_INSTANT.fullmatch(text) or (_PLAIN.fullmatch(text) and _is_text(text)))
    )
    return text if is_plain else _quoted(text)


@cache
def _resolver() -> yaml.resolver.Resolver:
    return yaml.resolver.Resolver()


def _is_text(text: str) -> bool:
    """Say whether every YAML reader takes the words, without quotes, for text."""
    if text.lower() in {"y", "n", "null", "true", "false", "yes", "no", "on", "off"}:
        return False
    tag = _resolver().resolve(yaml.ScalarNode, text, (True, False))  # type: ignore[no-untyped-call]
    return bool(tag == "tag:yaml.org,2002:str")


def _quoted(text: str) -> str:
    written = json.dumps(text, ensure_ascii=False)
    for pattern in (DECEPTIVE, _UNPRINTABLE):
        written = pattern.sub(lambda match: f"\\u{ord(match[0]):04x}", written)
    return written
