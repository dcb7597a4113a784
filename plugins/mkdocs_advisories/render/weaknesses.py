"""The names of the weaknesses of the Common Weakness Enumeration, version 4.20.

Formats that name a weakness want its exact name. The list is MITRE's; see NOTICE for its terms.
"""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

VERSION = "4.20"


def weakness_name(cwe_id: str) -> str | None:
    """Give the name of a weakness, or None: categories, views and what is deprecated have none."""
    return _names().get(cwe_id.removeprefix("CWE-"))


@cache
def _names() -> Mapping[str, str]:
    text = (files(__package__) / f"cwe-{VERSION}.tsv").read_text(encoding="utf-8")
    return dict(line.split("\t") for line in text.splitlines())
