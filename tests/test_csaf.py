"""CSAF: what a document says, that two validators agree, and that the folder is a provider's."""

import csv
import hashlib
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from conftest import PROJECT, Folder
from formats import built, disclosed, document
from mkdocs_advisories.policy import Publisher
from mkdocs_advisories.render.csaf import csaf, notes
from mkdocs_advisories.render.json_document import json_bytes

VALIDATOR = PROJECT / "tests" / "csaf-validator"
RICH = """\
aliases: [CVE-2026-0001, RUSTSEC-2026-0001]
cwe_ids: [CWE-79, CWE-20, CWE-9999]
severity:
  - {type: CVSS_V4, score: "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"}
  - {type: CVSS_V3, score: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:H"}
references: [{type: FIX, url: "https://example.org/pull/1"}]
credits: [{name: Mira, type: FINDER, contact: ["https://example.org/mira"]}]
exploited: true
timeline: [{date: 2026-04-01T00:00:00Z, summary: Reported by Mira.}]
revisions: [{date: 2026-05-20T00:00:00Z, summary: Added the CVE.}]
"""
WITHDRAWN = "withdrawn: {date: 2026-05-04T00:00:00Z, reason: Intended after all.}\n"
URI = "csaf/white/2026/lan-2026-0001.json"
BRANCHES = """events: [{introduced: "1.0.0"}, {fixed: "1.2.3"}, {introduced: "2.0.0"}]"""


def with_branches(folder: Folder, more: str = RICH) -> dict[str, Any]:
    file = folder.write(more=more)
    text = file.read_text().replace('events: [{introduced: "0"}, {fixed: "1.2.3"}]', BRANCHES)
    file.write_text(text)
    (one,) = disclosed(folder)
    return csaf(one, policy=folder.policy)


def test_a_document_has_its_products_as_ranges_and_as_fixed_versions(folder: Folder) -> None:
    found = with_branches(folder)
    (vendor,) = found["product_tree"]["branches"]
    (product,) = vendor["branches"]
    assert (vendor["name"], product["name"]) == ("Lantern Works", "lantern (crates.io)")
    assert [(one["category"], one["name"]) for one in product["branches"]] == [
        ("product_version_range", "vers:cargo/>=1.0.0|<1.2.3"),
        ("product_version_range", "vers:cargo/>=2.0.0"),
        ("product_version", "1.2.3"),
    ]
    helpers = [one["product"]["product_identification_helper"] for one in product["branches"]]
    assert helpers[1:] == [{"purl": "pkg:cargo/lantern"}, {"purl": "pkg:cargo/lantern@1.2.3"}]
    (vulnerability,) = found["vulnerabilities"]
    first, second, fixed = (one["product"]["product_id"] for one in product["branches"])
    assert vulnerability["product_status"] == {"known_affected": [first, second], "fixed": [fixed]}
    assert vulnerability["remediations"] == [
        {
            "category": "vendor_fix",
            "details": "Upgrade lantern to 1.2.3.",
            "product_ids": [first],
        },
        {
            "category": "none_available",
            "details": "No fixed version is known.",
            "product_ids": [second],
        },
        {"category": "vendor_fix", "details": "Fixed in 1.2.3.", "product_ids": [first]},
        {"category": "workaround", "details": "Blow it out.", "product_ids": [first, second]},
    ]


def test_a_document_says_what_the_front_matter_says(folder: Folder) -> None:
    found = with_branches(folder)
    about = found["document"]
    assert about["category"] == "csaf_security_advisory"
    assert about["tracking"]["version"] == "2"
    assert about["tracking"]["current_release_date"] == "2026-05-20T00:00:00Z"
    assert [one["summary"] for one in about["tracking"]["revision_history"]] == [
        "First published.",
        "Added the CVE.",
    ]
    assert about["acknowledgments"] == [
        {"names": ["Mira"], "summary": "Finder", "urls": ["https://example.org/mira"]}
    ]
    (vulnerability,) = found["vulnerabilities"]
    assert vulnerability["cve"] == "CVE-2026-0001"
    assert vulnerability["cwe"]["id"] == "CWE-79"
    assert [one["text"] for one in vulnerability["ids"]] == ["LAN-2026-0001", "RUSTSEC-2026-0001"]
    assert vulnerability["scores"][0]["cvss_v3"]["baseScore"] == 9.1
    told = {one.get("title"): one["text"] for one in vulnerability["notes"]}
    assert told["Impact"] == "A lantern can be lit from afar."
    assert "CVSS:4.0/AV:N" in told["CVSS 4.0"]
    assert told["Further weaknesses"] == "CWE-20 Improper Input Validation\nCWE-9999"
    assert vulnerability["threats"][0]["category"] == "exploit_status"


def test_what_it_cannot_carry_is_said(folder: Folder) -> None:
    with_branches(folder)
    (one,) = disclosed(folder)
    assert [str(note) for note in notes(one)] == [
        "LAN-2026-0001, CSAF: CSAF 2.0 has no field for CVSS 4: the vector stands in a note",
        "LAN-2026-0001, CSAF: CWE-9999 is no weakness of the current list: it stands in a note",
    ]


def test_a_withdrawn_document_claims_nothing_and_says_why(folder: Folder) -> None:
    found = with_branches(folder, more=WITHDRAWN)
    assert list(found) == ["document"]
    about = found["document"]
    assert about["category"] == "csaf_base"
    assert about["title"] == "[Withdrawn] Lantern can be lit from afar"
    assert about["notes"][0]["text"] == "Withdrawn on 2026-05-04T00:00:00Z: Intended after all."
    assert about["tracking"]["revision_history"][-1]["summary"] == "Withdrawn: Intended after all."


def test_each_cve_is_a_vulnerability(folder: Folder) -> None:
    found = with_branches(folder, more="aliases: [CVE-2026-0001, CVE-2026-0002]\n")
    assert [one["cve"] for one in found["vulnerabilities"]] == ["CVE-2026-0001", "CVE-2026-0002"]
    ids = [one["text"] for one in found["vulnerabilities"][0]["ids"]]
    assert ids == ["LAN-2026-0001"], "a CVE id has a field of its own (test 6.2.17)"


def test_the_publisher_is_the_policys(folder: Folder) -> None:
    publisher = Publisher(
        category="coordinator", namespace="https://ns.example", contact_details="x"
    )
    folder = replace(folder, policy=replace(folder.policy, publisher=publisher))
    folder.write()
    assert document(built(folder), URI)["document"]["publisher"] == {
        "category": "coordinator",
        "name": "Lantern Works",
        "namespace": "https://ns.example",
        "contact_details": "x",
    }


def variants(folder: Folder) -> dict[str, bytes]:
    """Write documents of every kind, and give those of the site by file name."""
    with_branches(folder)
    folder.write("LAN-2026-0002", more=WITHDRAWN)
    folder.write("LAN-2026-0003", body="")
    folder.write(
        "LAN-2026-0004", more="revisions: [{date: 2026-01-01T00:00:00Z, summary: Early.}]\n"
    )
    for name, old, new in (
        ("LAN-2026-0005", "crates.io", "Julia"),
        (
            "LAN-2026-0006",
            'type: SEMVER\n        events: [{introduced: "0"}, {fixed: "1.2.3"}]',
            'type: GIT\n        repo: "https://example.org/x"\n'
            '        events: [{introduced: "0"}, {fixed: "' + "a" * 40 + '"}]',
        ),
        (
            "LAN-2026-0007",
            'ranges:\n      - type: SEMVER\n        events: [{introduced: "0"}, {fixed: "1.2.3"}]',
            'versions: ["1.0", "1.1"]',
        ),
        ("LAN-2026-0008", '{fixed: "1.2.3"}', '{last_affected: "1.2.3"}'),
    ):
        file = folder.write(name)
        text = file.read_text()
        assert old in text
        file.write_text(text.replace(old, new))
    return documents(built(folder))


def documents(contents: Mapping[str, bytes]) -> dict[str, bytes]:
    """Give the CSAF documents of a site by file name."""
    prefix = "csaf/white/2"
    uris = [uri for uri in contents if uri.startswith(prefix) and uri.endswith(".json")]
    return {uri.rpartition("/")[2]: contents[uri] for uri in uris}


def laid_out(files: Mapping[str, bytes], folder: Path) -> Path:
    folder.mkdir()
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return folder


def python_validator(folder: Path) -> set[str]:
    """Give the tests that some document does not pass, of all that need no network."""
    command = [sys.executable, "-m", "csaf", "validate", "--spec-version", "v20", "--quiet"]
    command += ["--preset", "full", "--no-network", str(folder / "*.json")]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.stdout.count("Overall:") == len(list(folder.iterdir())), result.stderr
    found = re.findall(r"^  \[(?!PASS|SKIP)[A-Z]+\] (\S+)", result.stdout, re.MULTILINE)
    return set(found)


OPTIONAL = {
    "6.2.3",  # a score for each product: CSAF 2.0 has none for CVSS 4, and some have no vector
    "6.3.1",  # CVSS 2 alone
    "6.3.2",  # CVSS 3.0
    "6.3.3",  # a CVE id
    "6.3.4",  # a weakness
    "6.3.9",  # branches that end with a single version: ours end with a range
    "6.3.10",  # no ranges of versions, which are what an advisory states
    "6.3.11",  # no `v` before a version: actions of GitHub have one
}
"""What authors have not stated, or what they state otherwise: none of it is mandatory."""


def node_validator(folder: Path) -> dict[str, Any]:
    if not (VALIDATOR / "node_modules" / "@secvisogram").is_dir() or shutil.which("node") is None:
        pytest.skip("the validator is not installed: npm ci --prefix tests/csaf-validator")
    command = ["node", str(VALIDATOR / "validate.mjs"), str(folder)]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_pythons_validator_finds_no_error(folder: Folder, tmp_path: Path) -> None:
    where = laid_out(variants(folder), tmp_path / "documents")
    assert python_validator(where) <= OPTIONAL


def test_pythons_validator_does_find_a_fault(folder: Folder, tmp_path: Path) -> None:
    faulty = with_branches(folder)
    faulty["vulnerabilities"][0]["product_status"]["fixed"] = ["nothing"]
    where = laid_out({"lan-2026-0001.json": json_bytes(faulty)}, tmp_path / "documents")
    assert "6.1.1" in python_validator(where)


def test_secvisograms_validator_finds_no_error_and_only_missing_scores(
    folder: Folder, tmp_path: Path
) -> None:
    files = variants(folder)
    found = node_validator(laid_out(files, tmp_path / "documents"))
    assert (found["documents"], found["errors"]) == (len(files), [])
    assert {one.split(": ")[1] for one in found["warnings"]} == {"optionalTest_6_2_3"}


def test_secvisograms_validator_does_find_a_fault(folder: Folder, tmp_path: Path) -> None:
    faulty = with_branches(folder)
    del faulty["vulnerabilities"][0]["notes"]
    where = laid_out({"lan-2026-0001.json": json_bytes(faulty)}, tmp_path / "documents")
    assert [one.split(": ")[1] for one in node_validator(where)["errors"]] == [
        "mandatoryTest_6_1_27_5"
    ]


def test_the_folder_lists_every_document_and_when_it_changed(folder: Folder) -> None:
    folder.write()
    folder.write("LAN-2026-0002", more=WITHDRAWN)
    contents = built(folder)
    names = ["2026/lan-2026-0001.json", "2026/lan-2026-0002.json"]
    assert contents["csaf/white/index.txt"].decode().splitlines() == names
    rows = list(csv.reader(contents["csaf/white/changes.csv"].decode().splitlines()))
    assert rows == [[names[1], "2026-05-04T00:00:00Z"], [names[0], "2026-05-01T12:00:00Z"]]


def test_hashes_lie_beside_each_document(folder: Folder) -> None:
    folder.write()
    contents = built(folder)
    for algorithm in ("sha256", "sha512"):
        digest = hashlib.new(algorithm, contents[URI]).hexdigest()
        assert contents[f"{URI}.{algorithm}"].decode() == f"{digest}  lan-2026-0001.json\n"


def test_without_a_key_it_is_a_provider_whose_feed_leads_to_all(folder: Folder) -> None:
    folder.write()
    folder.write("LAN-2026-0002", more=WITHDRAWN)
    contents = built(folder)
    metadata = document(contents, ".well-known/csaf/provider-metadata.json")
    assert metadata["role"] == "csaf_provider"
    assert metadata["last_updated"] == "2026-05-04T00:00:00Z"
    root = folder.policy.site_url
    assert metadata["canonical_url"] == f"{root}.well-known/csaf/provider-metadata.json"
    (feed,) = metadata["distributions"][0]["rolie"]["feeds"]
    entries = document(contents, feed["url"].removeprefix(root))["feed"]["entry"]
    assert [one["id"] for one in entries] == ["LAN-2026-0002", "LAN-2026-0001"]
    assert entries[0]["title"].startswith("[Withdrawn] ")
    for one in entries:
        for link in one["link"]:
            assert link["href"].removeprefix(root) in contents


def test_the_example_site_is_valid(tmp_path: Path, example_documents: Mapping[str, bytes]) -> None:
    where = laid_out(documents(example_documents), tmp_path / "documents")
    assert python_validator(where) <= OPTIONAL


def test_secvisograms_validator_finds_the_example_site_valid(
    tmp_path: Path, example_documents: Mapping[str, bytes]
) -> None:
    where = laid_out(documents(example_documents), tmp_path / "documents")
    assert node_validator(where)["errors"] == []
