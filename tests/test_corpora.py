"""Records of others, put into the form of this project, run through every rule without a crash."""

import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from conftest import NOW, Folder
from mkdocs_advisories.checks import check
from mkdocs_advisories.checks.case import House
from mkdocs_advisories.source.catalog import read_catalog

STEP = 40


def of_pypa(folder: Path) -> Iterator[tuple[dict[str, Any], str]]:
    for file in sorted((folder / "pypa" / "vulns").rglob("*.yaml"))[::STEP]:
        record = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CBaseLoader)  # noqa: S506 - it makes nothing but text
        keys = ("package", "ranges", "versions")
        affected = [{key: one[key] for key in keys if one.get(key)} for one in record["affected"]]
        optional = {key: record[key] for key in ("aliases", "severity") if record.get(key)}
        front = {"id": record["id"], "summary": record.get("summary", "Lantern can be lit")}
        yield {**front, "affected": affected, **optional}, record["details"]


def of_rustsec(folder: Path) -> Iterator[tuple[dict[str, Any], str]]:
    for file in sorted((folder / "rustsec").rglob("RUSTSEC-*.md"))[::STEP]:
        match = re.match(r"```toml\n(.*?)```\n(.*)", file.read_text("utf-8"), re.DOTALL)
        assert match
        data = tomllib.loads(match[1])
        own = data["advisory"]
        fixes = re.findall(r">= ?([\w.+-]+)", " ".join(data["versions"].get("patched", [])))
        events = [{"introduced": "0"}, *({"fixed": one} for one in fixes[:1])]
        affected = {
            "package": {"ecosystem": "crates.io", "name": own["package"]},
            "ranges": [{"type": "SEMVER", "events": events}],
        }
        optional = {key: own[key] for key in ("aliases", "related") if own.get(key)}
        front = {"id": own["id"], "summary": "Lantern can be lit", "affected": [affected]}
        yield {**front, **optional}, match[2]


@pytest.mark.parametrize("read", [of_pypa, of_rustsec])
def test_records_of_others_crash_no_rule(corpora: Path, folder: Folder, read: Any) -> None:  # noqa: ANN401 - either of the two above
    for front, body in read(corpora / "data"):
        front["embargo"] = "2020-01-01T00:00:00Z"
        text = f"---\n{json.dumps(front)}\n---\n{body}\n"
        (folder.path / f"{front['id']}.md").write_text(text, encoding="utf-8")
    policy = replace(folder.policy, id_pattern=".*")
    catalog = read_catalog(folder.path, prefix="advisories", policy=policy)
    assert catalog.files > 20
    checked = check(House(catalog=catalog, policy=policy, now=NOW))
    assert checked.crashes == ()
