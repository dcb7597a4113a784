"""Records of other formats become advisories.

A reader a format says what a record means in the words of the front matter; `settle` makes a sound
advisory of it. What neither can place stands in the body, under a note that readers see.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from types import MappingProxyType

import yaml

from mkdocs_advisories.policy import Policy
from mkdocs_advisories.source.importers.csaf import read_csaf
from mkdocs_advisories.source.importers.cve import read_cve
from mkdocs_advisories.source.importers.found import Found, Record, RefusedError
from mkdocs_advisories.source.importers.ghsa import read_ghsa
from mkdocs_advisories.source.importers.osv import read_osv
from mkdocs_advisories.source.importers.rustsec import read_rustsec
from mkdocs_advisories.source.importers.settle import Imported, settle

__all__ = ["FORMATS", "Imported", "RefusedError", "Wishes", "import_record"]

FORMATS: Mapping[str, str] = MappingProxyType(
    {"osv": "OSV", "ghsa": "GitHub", "cve": "CVE", "csaf": "CSAF", "rustsec": "RustSec"}
)
"""What can be imported, and what it is called."""

_DEEPEST = 40
# Half of a surrogate pair, escaped: it is no character, and no file can hold it.
_HALF_PAIR = re.compile(
    r"(?<!\\)\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])"
    r"|(?<!\\u[dD][89abAB][0-9a-fA-F]{2})(?<!\\)\\u[dD][c-fC-F][0-9a-fA-F]{2}"
)
_MISSHAPEN = (AttributeError, IndexError, KeyError, TypeError, UnicodeEncodeError)
_READERS: Mapping[str, Callable[[Record], Found]] = MappingProxyType(
    {"osv": read_osv, "ghsa": read_ghsa, "cve": read_cve, "csaf": read_csaf}
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Wishes:
    """What the importing person decides: another embargo, another id, the old one as an alias."""

    embargo: str | None = None
    id: str | None = None
    as_alias: bool = False


def import_record(
    source: str,
    *,
    kind: str | None,
    policy: Policy,
    wishes: Wishes,
) -> Imported:
    """Make an advisory of the text of a record. Without a format, the record itself must tell.

    Raises:
        RefusedError: it is no such record, or no sound advisory can be made of it.
    """
    try:
        known, found = _read(source, kind)
        if not found.front.get("id"):
            raise RefusedError("it has no id")
        named = f"the {FORMATS[known]} record `{found.front['id']}`"
        _fulfil(found, wishes)
        return settle(found, source=named, policy=policy)
    except _MISSHAPEN:
        # The readers take a record as its format describes it; this one is not like that.
        raise RefusedError("a field has another type than its format says") from None


def _read(source: str, kind: str | None) -> tuple[str, Found]:
    if kind == "rustsec" or (kind is None and source.lstrip().startswith("```toml")):
        return "rustsec", read_rustsec(source)
    record = _record(source)
    known = kind or format_of(record)
    if known is None:
        raise RefusedError("its format cannot be told: name it with `--from`")
    return known, _READERS[known](record)


def format_of(record: Record) -> str | None:
    """Tell the format of a record by the fields that only one format has."""
    signs = {
        "ghsa": "ghsa_id" in record,
        "cve": "cveMetadata" in record,
        "csaf": "document" in record and "vulnerabilities" in record,
        "osv": {"id", "modified", "affected"} <= record.keys(),
    }
    found = [name for name, is_so in signs.items() if is_so]
    return found[0] if len(found) == 1 else None


def _record(source: str) -> Record:
    """Read JSON, or YAML as the PyPA database has it: every scalar is the text that is there."""
    if _HALF_PAIR.search(source):
        source = _HALF_PAIR.sub("", source)
    try:
        value = _plain_json(source) if source.lstrip()[:1] == "{" else _plain_yaml(source)
    except RefusedError:
        raise
    except RecursionError:
        raise RefusedError("it is nested too deep") from None
    except ValueError:
        raise RefusedError("it is not valid JSON") from None
    except yaml.YAMLError:
        raise RefusedError("it is neither valid JSON nor plain YAML") from None
    if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
        raise RefusedError("it is not a mapping of fields")
    if _depth(value) > _DEEPEST:
        raise RefusedError("it is nested too deep")
    return value


def _plain_json(source: str) -> object:
    """Read JSON that every reader understands alike (RFC 8259, sections 4 and 6).

    Raises:
        RefusedError: it has a field twice, or a number that is none.
        ValueError: it is no JSON.
    """
    return json.loads(source, object_pairs_hook=_once, parse_constant=_finite, parse_float=_finite)


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise RefusedError("a field stands twice in one mapping: which one counts, nobody can tell")
    return fields


def _finite(text: str) -> float:
    number = float(text)
    if not isfinite(number):
        raise RefusedError("it has a number that is not finite")
    return number


def _plain_yaml(source: str) -> object:
    """Read YAML that constructs nothing. An alias could grow without bound, so there may be none.

    Raises:
        RefusedError: it has an alias or a field twice, or is nested too deep.
        yaml.YAMLError: it is no YAML.
    """
    depth = 0
    for event in yaml.parse(source, Loader=yaml.CBaseLoader):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if isinstance(event, yaml.AliasEvent) or depth > _DEEPEST:
            raise RefusedError("its YAML has an alias, or is nested too deep")
    return _texts(yaml.compose(source, Loader=yaml.CBaseLoader))


def _texts(node: yaml.Node | None) -> object:
    """Give a tree of YAML with every scalar as the text that is there."""
    if isinstance(node, yaml.MappingNode):
        return _once([(str(key.value), _texts(value)) for key, value in node.value])
    if isinstance(node, yaml.SequenceNode):
        return [_texts(one) for one in node.value]
    return node.value if isinstance(node, yaml.ScalarNode) else None


def _depth(value: object) -> int:
    depth, level = 0, [value]
    while level:
        depth += 1
        level = [child for one in level for child in _children(one)]
    return depth


def _children(value: object) -> Sequence[object]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else ()


def _fulfil(found: Found, wishes: Wishes) -> None:
    front = found.front
    if wishes.id and wishes.id != front["id"]:
        if wishes.as_alias:
            front["aliases"] = [front["id"], *front.get("aliases", ())]
        else:
            found.leave("id", front["id"])
        front["id"] = wishes.id
    if wishes.embargo:
        front["embargo"] = wishes.embargo
