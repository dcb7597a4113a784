"""The published JSON Schemas, which lie at the top of the project and inside the wheel."""

import json
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any


@cache
def contract(name: str) -> dict[str, Any]:
    """Give the schema `<name>.schema.json` as data.

    A wheel carries the schemas in the package; a checkout has them beside `plugins/`.
    """
    packaged = files("mkdocs_advisories") / "schema" / f"{name}.schema.json"
    checkout = Path(__file__).parents[3] / "schema" / f"{name}.schema.json"
    text = (packaged if packaged.is_file() else checkout).read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema
