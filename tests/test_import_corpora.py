"""Thousands of public records: imported, checked, exported as OSV and imported again.

A sample by default; `MKDOCS_ADVISORIES_FULL=1` takes every record.
"""

import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from conftest import Folder, found_by_rules
from mkdocs_advisories.embargo import disclose
from mkdocs_advisories.model import format_instant, parse_instant
from mkdocs_advisories.policy import Policy
from mkdocs_advisories.render.json_document import json_bytes
from mkdocs_advisories.render.osv import osv
from mkdocs_advisories.source import nodes, parse
from mkdocs_advisories.source.frontmatter import Parts, split
from mkdocs_advisories.source.importers import Imported, RefusedError, Wishes, import_record
from mkdocs_advisories.source.importers.prose import NOTE_TITLE, harmless
from mkdocs_advisories.source.positions import Text
from osv_schema import errors

STEP = 1 if os.environ.get("MKDOCS_ADVISORIES_FULL") else 25
LATER = datetime(2100, 1, 1, tzinfo=UTC)

NOT_IMPORTED = {"PYSEC-2022-15"}
"""It names no version at all: the record was withdrawn because it was assigned by mistake."""

AMONG_SEVERAL = {"ADV132"}
"""Both databases have several records of one CVE; in one folder that is an error."""


@pytest.fixture
def wide(policy: Policy) -> Policy:
    """A policy that takes the ids of both databases as its own."""
    return replace(policy, id_pattern="(PYSEC|RUSTSEC|CVE)-.*")


@pytest.fixture
def records(corpora: Path) -> list[Path]:
    found = [
        *sorted((corpora / "data" / "pypa" / "vulns").rglob("*.yaml")),
        *sorted((corpora / "data" / "rustsec").glob("*/*/*.md")),
    ]
    assert len(found) == 2661 + 1225
    return found[::STEP]


def imports(files: list[Path], policy: Policy) -> Iterator[tuple[Path, Imported]]:
    for file in files:
        text = file.read_text(encoding="utf-8")
        try:
            yield file, import_record(text, kind=None, policy=policy, wishes=Wishes())
        except RefusedError:
            assert file.stem in NOT_IMPORTED


def record_of(imported: Imported, policy: Policy) -> dict[str, Any] | None:
    """Give the OSV record of an imported file, or None as long as it is held."""
    parts = split(Text(path="x.md", content=imported.text))
    assert isinstance(parts, Parts)
    root, _ = nodes.compose(parts)
    assert isinstance(root, nodes.Mapping)
    advisory = parse.advisory(root.value(), body=parts.body, path="x.md", attachments=())
    public = disclose([advisory], now=LATER).advisories
    return osv(public[0], policy=policy) if public else None


def test_every_record_is_sound_and_checked_without_a_crash(
    records: list[Path], folder: Folder, wide: Policy
) -> None:
    for _, imported in imports(records, wide):
        file = folder.path / f"{imported.id}.md"
        file.write_text(imported.text, encoding="utf-8", newline="")
    catalog = replace(folder, policy=wide).read()
    assert {one.code for one in catalog.problems} <= AMONG_SEVERAL
    assert len(catalog.advisories) == catalog.files > len(records) - 5
    found_by_rules(catalog, policy=wide)


def test_what_is_exported_is_valid_and_comes_back_the_same(
    records: list[Path], wide: Policy
) -> None:
    for file, imported in imports(records, wide):
        first = record_of(imported, wide)
        if first is None:
            continue
        assert errors(first) == [], file
        written = json_bytes(first).decode()
        again = import_record(written, kind="osv", policy=wide, wishes=Wishes())
        assert record_of(again, wide) == first, file


def test_osv_comes_out_as_it_went_in_but_for_what_the_manual_says(
    records: list[Path], wide: Policy
) -> None:
    for file, imported in imports([one for one in records if one.suffix == ".yaml"], wide):
        exported = record_of(imported, wide)
        if exported is None:
            assert "published" not in file.read_text(encoding="utf-8")
            continue
        source = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CBaseLoader)  # noqa: S506
        assert comparable(exported, given=source) == normalised(source), file


def comparable(exported: Mapping[str, Any], *, given: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what every export adds."""
    added = {"schema_version", "database_specific", *(() if given.get("summary") else ("summary",))}
    details = exported.get("details", "").partition(NOTE_TITLE)[0].rstrip("\n")
    kept = {key: value for key, value in exported.items() if key not in added}
    return {**kept, "details": details}


def normalised(source: Mapping[str, Any]) -> dict[str, Any]:
    """Apply what the manual says of the import: nothing else may differ."""
    record = {key: value for key, value in source.items() if value and key != "schema_version"}
    for name in ("modified", "published", "withdrawn"):
        if name in record:
            record[name] = format_instant(parse_instant(record[name]))
    record["modified"] = max(
        record[name] for name in ("modified", "published", "withdrawn") if name in record
    )
    record["details"] = harmless(record["details"], advisory_id=record["id"])[0]
    record["aliases"] = [one for one in record.get("aliases", []) if not one.endswith(",")]
    record["references"] = [
        one for one in record.get("references", []) if one["url"].startswith("http")
    ]
    for affected in record["affected"]:
        if "versions" in affected:
            affected["versions"] = list(dict.fromkeys(affected["versions"]))
    return {key: value for key, value in record.items() if value}
