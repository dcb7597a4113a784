"""SARIF logs are what the standard wants, by its own schema and by another's tool."""

import json
import subprocess
from pathlib import Path

import jsonschema_rs
import pytest

from conftest import NOW, PROJECT, Folder
from examples import composed
from mkdocs_advisories.checks.shards import examine
from mkdocs_advisories.report import Findings
from mkdocs_advisories.report.findings import Crash
from mkdocs_advisories.report.sarif import sarif

TOOL = (
    PROJECT / "tests" / "sarif-validator" / "node_modules" / "@microsoft" / "sarif-multitool-linux"
)

pytestmark = pytest.mark.skipif(
    not TOOL.is_dir(),
    reason="the validator is not installed: npm ci --prefix tests/sarif-validator",
)

FAULTY = (
    "sumary: 'Lantern 🏮 can be\tlit'\n"
    "aliases: [cve-2026-1000, CVE-2026-2000]\n"
    "affected:\n"
    '  - package: {ecosystem: crates.io, name: lantern, purl: "pkg:cargo/lantern"}\n'
    "    ranges:\n"
    "      - type: SEMVER\n"
    '        events: [{introduced: "2.0.0"}, {fixed: "1.2.3"}]\n'
)


@pytest.fixture
def log(folder: Folder, tmp_path: Path) -> Path:
    """A log about faulty files, among them one with a strange name, and about a rule's crash."""
    for name in ("LAN-2026-0001", "LAN 2026 ü%"):
        text = composed(FAULTY, None, absent="summary")
        (folder.path / f"{name}.md").write_text(text, encoding="utf-8")
    found = examine(folder.path, prefix="advisories", policy=folder.policy, now=NOW)
    findings = Findings(
        problems=found.problems,
        files=2,
        is_shown=lambda _: True,
        crashes=(Crash(code="ADV260", path="advisories/LAN-2026-0001.md", fault="KeyError"),),
    )
    assert {one.code for one in findings.problems} >= {"ADV102", "ADV130", "ADV131", "ADV210"}
    file = tmp_path / "advisories.sarif"
    file.write_text(sarif(findings, version="1.0"), encoding="utf-8")
    return file


def test_a_log_is_valid_by_the_standards_schema(log: Path) -> None:
    schema = json.loads((TOOL / "sarif-2.1.0.json").read_text(encoding="utf-8"))
    document = json.loads(log.read_text(encoding="utf-8"))
    errors = list(jsonschema_rs.validator_for(schema).iter_errors(document))
    assert [one.message for one in errors] == []
    assert any("fixes" in one for one in document["runs"][0]["results"])
    assert any("relatedLocations" in one for one in document["runs"][0]["results"])


def test_a_log_has_no_fault_that_another_tool_finds(log: Path) -> None:
    # What its install script would do; none is run.
    (TOOL / "Sarif.Multitool").chmod(0o755)
    done = subprocess.run(
        [TOOL / "Sarif.Multitool", "validate", log], capture_output=True, text=True, check=False
    )
    assert "Analysis completed successfully" in done.stdout, done.stdout
    complaints = [line for line in done.stdout.splitlines() if ": warning " in line]
    # Nothing links to this project's home yet, so there is nothing to give as the tool's page.
    assert [line for line in complaints if "SARIF2005" not in line] == []
    assert ": error " not in done.stdout
