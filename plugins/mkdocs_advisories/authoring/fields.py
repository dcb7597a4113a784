"""The fields of the front matter as the published schema describes them."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from mkdocs_advisories.source.contract import contract
from mkdocs_advisories.source.positions import Path

Field = Mapping[str, Any]
"""A field's schema, with what it refers to merged in."""


def field_at(path: Path) -> Field | None:
    """Give the field that a path leads to, or None where the schema has none."""
    node: Field | None = contract("advisory")
    for step in path:
        if node is None:
            return None
        below = node.get("items") if isinstance(step, int) else _properties(node).get(step)
        node = None if below is None else _merged(below)
    return node


def keys_of(node: Field) -> dict[str, Field]:
    """Give the fields of a mapping, in the order of the schema."""
    return {name: _merged(one) for name, one in _properties(node).items()}


def choices_of(node: Field) -> tuple[str, ...]:
    """Give the words that a field can be, where the schema lists them."""
    if node.get("type") == "boolean":
        return ("false", "true")
    # The ecosystem lists its words for the case without a release: see the schema.
    choices: Sequence[str] = node.get("enum") or node.get("else", {}).get("enum") or ()
    excepted = node.get("if", {}).get("not", {}).get("const")
    return (*choices, excepted) if excepted else tuple(choices)


def described(node: Field) -> str:
    """Write title, description and an example as Markdown."""
    lines = [f"**{node['title']}**", str(node["description"])]
    examples = node.get("examples")
    if examples:
        lines.append(f"```yaml\n{_example(examples[0])}\n```")
    return "\n\n".join(lines)


def _properties(node: Field) -> Mapping[str, Field]:
    properties: Mapping[str, Field] = node.get("properties", {})
    return properties


def _merged(node: Field) -> Field:
    if "$ref" not in node:
        return node
    definition = contract("advisory")["$defs"][node["$ref"].removeprefix("#/$defs/")]
    return {**_merged(definition), **node}


def _example(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
