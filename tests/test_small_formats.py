"""RustSec, GHSA, OpenVEX, the index for programs, and the ROLIE feed."""

import tomllib
from dataclasses import replace
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from conftest import Folder
from formats import built, disclosed, document
from mkdocs_advisories.render.ghsa import ghsa
from mkdocs_advisories.render.ghsa import notes as ghsa_notes
from mkdocs_advisories.render.json_document import json_bytes
from mkdocs_advisories.render.openvex import openvex
from mkdocs_advisories.render.rustsec import crates, rustsec
from mkdocs_advisories.render.rustsec import notes as rustsec_notes
from mkdocs_advisories.source.contract import contract
from osv_schema import errors

RICH = """\
aliases: [CVE-2026-0001, EUVD-2026-1]
cwe_ids: [CWE-79]
severity:
  - {type: CVSS_V4, score: "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"}
  - {type: CVSS_V3, score: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:N/A:N"}
credits:
  - {name: Mira, type: FINDER, contact: ["https://github.com/mira-okafor"]}
  - {name: Nobody on GitHub, type: OTHER}
"""
WITHDRAWN = "withdrawn: {date: 2026-05-04T00:00:00Z, reason: Intended after all.}\n"
EVENTS = 'events: [{introduced: "0"}, {fixed: "1.2.3"}]'
BRANCHES = (
    """events: [{introduced: "1.0.0"}, {fixed: "1.2.3"}, {introduced: "2.0.0"}, {fixed: "2.0.1"}]"""
)


def write(folder: Folder, events: str = BRANCHES, more: str = RICH) -> None:
    file = folder.write(more=more)
    file.write_text(file.read_text().replace(EVENTS, events))


def toml(folder: Folder) -> dict[str, Any]:
    (one,) = disclosed(folder)
    text = rustsec(one, policy=folder.policy)
    assert text.startswith("```toml\n")
    return tomllib.loads(text.split("```")[1].removeprefix("toml\n"))


def test_a_rustsec_file_points_to_the_advisory(folder: Folder) -> None:
    write(folder)
    assert toml(folder) == {
        "advisory": {
            "id": "RUSTSEC-0000-0000",
            "package": "lantern",
            "date": "2026-05-01",
            "url": "https://security.lantern.example/advisories/LAN-2026-0001/",
            "categories": [],
            "keywords": [],
            "aliases": ["CVE-2026-0001"],
            "cvss": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:N/A:N",
        },
        "versions": {
            "patched": [">= 1.2.3, < 2.0.0", ">= 2.0.1"],
            "unaffected": ["< 1.0.0"],
        },
    }


@pytest.mark.parametrize(
    ("events", "patched", "unaffected"),
    [
        ('events: [{introduced: "0"}]', [], []),
        ('events: [{introduced: "0"}, {last_affected: "1.2.3"}]', [], ["> 1.2.3"]),
        (EVENTS, [">= 1.2.3"], []),
    ],
    ids=["unfixed", "last affected", "fixed"],
)
def test_rustsec_knows_what_is_not_vulnerable(
    folder: Folder, events: str, patched: list[str], unaffected: list[str]
) -> None:
    write(folder, events)
    assert toml(folder)["versions"] == {"patched": patched, "unaffected": unaffected}


@pytest.mark.parametrize(
    ("stated", "patched", "unaffected"),
    [
        (
            (
                "ranges:\n"
                "      - {type: SEMVER, events: [{introduced: 2.0.0}, {fixed: 2.1.0}]}\n"
                "      - {type: SEMVER, events: [{introduced: 1.0.0}, {last_affected: 1.5.0}]}\n"
            ),
            [">= 2.1.0"],
            ["< 1.0.0", "> 1.5.0, < 2.0.0"],
        ),
        (
            (
                "ranges:\n"
                "      - {type: SEMVER, events: [{introduced: 1.0.0}, {fixed: 2.0.0}]}\n"
                "      - {type: SEMVER, events: [{introduced: 1.5.0}, {fixed: 3.0.0}]}\n"
            ),
            [">= 3.0.0"],
            ["< 1.0.0"],
        ),
        ("versions: [1.1.0, 1.0.0]\n", [], ["< 1.0.0", "> 1.0.0, < 1.1.0", "> 1.1.0"]),
    ],
    ids=["out of order", "overlapping", "by name"],
)
def test_rustsec_puts_versions_in_order(
    folder: Folder, stated: str, patched: list[str], unaffected: list[str]
) -> None:
    file = folder.write()
    head, _, rest = file.read_text().partition("ranges:")
    file.write_text(f"{head}{stated}---{rest.partition('---')[2]}")
    assert toml(folder)["versions"] == {"patched": patched, "unaffected": unaffected}


def test_rustsec_cannot_name_commits_and_that_is_said(folder: Folder) -> None:
    file = folder.write()
    head, _, rest = file.read_text().partition("ranges:")
    commits = (
        f'{{type: GIT, repo: "https://example.org/x", events: [{{introduced: "{"a" * 40}"}}]}}'
    )
    file.write_text(f"{head}ranges: [{commits}]\n---{rest.partition('---')[2]}")
    (one,) = disclosed(folder)
    assert [note.text for note in rustsec_notes(one)] == [
        "commits of lantern are no versions: every version counts as affected"
    ]


def test_an_id_that_rustsec_has_given_is_used(folder: Folder) -> None:
    write(folder, more="aliases: [CVE-2026-0001, RUSTSEC-2026-0007]\n" + WITHDRAWN)
    found = toml(folder)["advisory"]
    assert (found["id"], found["aliases"]) == ("RUSTSEC-2026-0007", ["CVE-2026-0001"])
    assert found["withdrawn"] == "2026-05-04"


def test_rustsec_is_for_crates_alone_and_a_name_is_never_a_path(folder: Folder) -> None:
    file = folder.write()
    text = file.read_text()
    file.write_text(text.replace("name: lantern", 'name: ".."'))
    (one,) = disclosed(folder)
    assert crates(one) == ()
    with pytest.raises(ValueError, match="not about this crate"):
        rustsec(one, policy=folder.policy)
    assert not [uri for uri in built(folder) if uri.startswith("rustsec/")]


def test_odd_characters_are_whole_in_toml(folder: Folder) -> None:
    folder.write(
        more=r'aliases: ["CVE-2026-0001"]' + "\n", summary=r"'A \"quoted\" back\\slash 🔥'"
    )
    assert toml(folder)["advisory"]["aliases"] == ["CVE-2026-0001"]


def test_a_body_for_github_has_its_fields(folder: Folder) -> None:
    write(folder)
    (one,) = disclosed(folder)
    package = {"ecosystem": "rust", "name": "lantern"}
    assert ghsa(one, policy=folder.policy) == {
        "summary": "Lantern can be lit from afar",
        "description": one.content.details,
        "cve_id": "CVE-2026-0001",
        "cwe_ids": ["CWE-79"],
        "cvss_vector_string": one.content.severity[0].score,
        "credits": [{"login": "mira-okafor", "type": "finder"}],
        "vulnerabilities": [
            {
                "package": package,
                "vulnerable_version_range": ">= 1.0.0, < 1.2.3",
                "patched_versions": "1.2.3",
            },
            {
                "package": package,
                "vulnerable_version_range": ">= 2.0.0, < 2.0.1",
                "patched_versions": "2.0.1",
            },
        ],
    }


def test_github_takes_one_cve_id_and_that_is_said(folder: Folder) -> None:
    write(folder, more="aliases: [CVE-2026-0001, CVE-2026-0002]\n")
    (one,) = disclosed(folder)
    assert [note.text for note in ghsa_notes(one)] == [
        "the API takes one CVE id: the others are left out"
    ]


def test_what_github_does_not_take_is_said(folder: Folder) -> None:
    v2 = '{type: CVSS_V2, score: "AV:N/AC:L/Au:N/C:P/I:P/A:P"}'
    write(folder, more=f"severity: [{v2}]\ncredits: [{{name: Mira}}, {{name: Mira}}]\n")
    (one,) = disclosed(folder)
    assert [note.text for note in ghsa_notes(one)] == [
        "the API takes no CVSS 2: the vector is left out",
        "the API takes users of GitHub only: other credits are left out",
    ]


def test_openvex_has_a_statement_for_each_action(folder: Folder) -> None:
    write(folder)
    (one,) = disclosed(folder)
    found = openvex(one, policy=folder.policy)
    assert found["@context"] == "https://openvex.dev/ns/v0.2.0"
    assert found["version"] == 1
    first, second, fixed = found["statements"]
    assert first["vulnerability"]["name"] == "CVE-2026-0001"
    assert first["vulnerability"]["aliases"] == ["LAN-2026-0001", "EUVD-2026-1"]
    assert (first["status"], second["status"], fixed["status"]) == ("affected", "affected", "fixed")
    page = "https://security.lantern.example/advisories/LAN-2026-0001/"
    assert first["action_statement"] == f"Upgrade lantern to 1.2.3. See {page}"
    assert [one["@id"] for one in first["products"]] == [
        "pkg:cargo/lantern?vers=vers:cargo/%3E%3D1.0.0%7C%3C1.2.3"
    ]
    assert [one["@id"] for one in fixed["products"]] == [
        "pkg:cargo/lantern@1.2.3",
        "pkg:cargo/lantern@2.0.1",
    ]


def test_a_withdrawn_openvex_document_claims_nothing(folder: Folder) -> None:
    write(folder, more=WITHDRAWN)
    (one,) = disclosed(folder)
    found = openvex(one, policy=folder.policy)
    assert found["version"] == 2
    assert [one["status"] for one in found["statements"]] == ["under_investigation"]
    assert found["statements"][0]["status_notes"] == "Withdrawn: Intended after all."


INDEX = Draft202012Validator(contract("index"), format_checker=FormatChecker())


def test_the_index_keeps_its_contract(folder: Folder) -> None:
    write(folder)
    folder.write("LAN-2026-0002", more=WITHDRAWN)
    contents = built(folder)
    found = document(contents, "advisories.json")
    INDEX.validate(found)
    newest = {one["id"]: one for one in found["advisories"]}
    assert newest["LAN-2026-0002"]["withdrawn"] == "2026-05-04T00:00:00Z"
    root = folder.policy.site_url
    assert newest["LAN-2026-0001"]["affected"][0]["fixed"] == ["1.2.3", "2.0.1"]
    urls = newest["LAN-2026-0001"]["urls"]
    for uri in (urls["osv"], urls["csaf"], urls["openvex"], *urls["cve"], found["$schema"]):
        assert uri.removeprefix(root) in contents
    assert document(contents, "advisories.schema.json") == contract("index")


def test_the_example_sites_index_and_osv_records_are_valid(
    example_documents: dict[str, bytes],
) -> None:
    INDEX.validate(document(example_documents, "advisories.json"))
    records = document(example_documents, "osv/all.json")
    assert len(records) == 64
    assert [fault for one in records for fault in errors(one)] == []


def test_what_json_cannot_carry_is_left_out_once_for_all() -> None:
    document = {"b": "a\x00b\ud800c\uffff", "a": ["\x1b[0m\t"]}
    assert json_bytes(document) == b'{"a":["[0m\\t"],"b":"abc"}\n'
    assert json_bytes({"a": r"\u0001 as text"}) == b'{"a":"\\\\u0001 as text"}\n'


def test_two_builds_have_the_same_bytes(folder: Folder) -> None:
    write(folder)
    folder.write("LAN-2026-0002", more=WITHDRAWN)
    assert built(folder) == built(folder)


def test_nothing_held_is_in_any_file(folder: Folder) -> None:
    write(folder)
    folder.write(
        "LAN-2026-0002",
        embargo="2026-07-01T00:00:00Z",
        summary="A canary that is held",
        more="aliases: [CVE-2026-9999]\n",
    )
    for uri, data in built(folder).items():
        assert "LAN-2026-0002" not in uri
        for word in (b"canary", b"LAN-2026-0002", b"CVE-2026-9999"):
            assert word not in data, uri
    later = built(folder, days=60)
    assert b"canary" in later["osv/x_LAN-2026-0002.json"]


def test_two_ids_that_make_one_address_stop_the_build(folder: Folder) -> None:
    folder = replace(folder, policy=replace(folder.policy, id_pattern=r"LAN.*"))
    folder.write("LAN.1")
    folder.write("LAN_1")
    with pytest.raises(ValueError, match="two advisories need the address csaf/white/2026/lan_1"):
        built(folder)
