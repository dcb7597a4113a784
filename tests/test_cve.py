"""CVE records: what they say, and that the CVE program's schema agrees."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from cvelib.cve_api import CveRecord, CveRecordValidationError

from conftest import Folder
from formats import built, disclosed, document
from mkdocs_advisories.policy import Publisher
from mkdocs_advisories.render.cve import NO_ORGANISATION, cve, cve_ids, notes

RICH = """\
aliases: [CVE-2026-0001, GHSA-2222-3333-4444]
cwe_ids: [CWE-79]
severity:
  - {type: CVSS_V4, score: "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"}
  - {type: CVSS_V3, score: "CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:N/A:N"}
references:
  - {type: FIX, url: "https://example.org/pull/1"}
  - {type: ADVISORY, url: "https://github.com/lantern/lantern/security/advisories/GHSA-2222-3333-4444"}
credits: [{name: Mira, type: REMEDIATION_DEVELOPER}]
exploited: true
timeline: [{date: 2026-04-01T00:00:00Z, summary: Reported by Mira.}]
"""


def only(folder: Folder) -> dict[str, Any]:
    (one,) = disclosed(folder)
    record = cve(one, policy=folder.policy, cve_id="CVE-2026-0001")
    validate(record)
    return record


def validate(record: Mapping[str, Any]) -> None:
    """Ask the CVE program's schemas: the whole record's, and its container's."""
    schemas = CveRecord.Schemas
    rejected = record["cveMetadata"]["state"] == "REJECTED"
    CveRecord.validate(record, schemas.V5_SCHEMA)
    container = schemas.CNA_REJECTED if rejected else schemas.CNA_PUBLISHED
    CveRecord.validate(record["containers"]["cna"], container)


def test_a_record_says_what_the_front_matter_says(folder: Folder) -> None:
    folder.write(more=RICH)
    record = only(folder)
    assert record["dataVersion"] == "5.1"
    assert list(record["containers"]) == ["cna"]
    cna = record["containers"]["cna"]
    assert cna["descriptions"] == [{"lang": "en", "value": "A lantern can be lit from afar."}]
    assert cna["solutions"] == [{"lang": "en", "value": "Fixed in 1.2.3."}]
    assert cna["workarounds"] == [{"lang": "en", "value": "Blow it out."}]
    assert cna["datePublic"] == "2026-05-01T12:00:00Z"
    assert cna["affected"] == [
        {
            "vendor": "Lantern Works",
            "product": "lantern",
            "collectionURL": "https://crates.io",
            "packageName": "lantern",
            "defaultStatus": "unaffected",
            "versions": [
                {"version": "0", "lessThan": "1.2.3", "status": "affected", "versionType": "semver"}
            ],
        }
    ]
    assert [next(key for key in one if key != "format") for one in cna["metrics"]] == [
        "cvssV4_0",
        "cvssV3_0",
    ]
    assert cna["metrics"][0]["cvssV4_0"]["version"] == "4.0"
    assert cna["problemTypes"][0]["descriptions"][0]["cweId"] == "CWE-79"
    assert cna["credits"] == [{"lang": "en", "value": "Mira", "type": "remediation developer"}]
    assert [(one["url"].partition("://")[2], one["tags"]) for one in cna["references"]] == [
        ("security.lantern.example/advisories/LAN-2026-0001/", ["vendor-advisory"]),
        ("example.org/pull/1", ["patch"]),
        (
            "github.com/lantern/lantern/security/advisories/GHSA-2222-3333-4444",
            ["vendor-advisory"],
        ),
        ("github.com/advisories/GHSA-2222-3333-4444", ["vdb-entry"]),
    ]
    assert cna["source"] == {"advisory": "LAN-2026-0001", "discovery": "UNKNOWN"}


def test_the_schema_does_find_a_fault(folder: Folder) -> None:
    folder.write(more=RICH)
    record = only(folder)
    record["containers"]["cna"]["references"] = []
    with pytest.raises(CveRecordValidationError):
        validate(record)


def test_an_organisation_that_is_no_cna_leaves_its_place_open(folder: Folder) -> None:
    folder.write(more=RICH)
    assert only(folder)["cveMetadata"]["assignerOrgId"] == NO_ORGANISATION
    own = Publisher(cve_org_id="6a8d2f4e-1b3c-4d5e-8f90-123456789abc", cve_short_name="lantern")
    folder = replace(folder, policy=replace(folder.policy, publisher=own))
    provider = only(folder)["containers"]["cna"]["providerMetadata"]
    assert (provider["orgId"], provider["shortName"]) == (own.cve_org_id, "lantern")


@pytest.mark.parametrize(
    ("old", "new", "versions"),
    [
        (
            '{fixed: "1.2.3"}',
            '{last_affected: "1.2.3"}',
            [{"version": "0", "lessThanOrEqual": "1.2.3", "versionType": "semver"}],
        ),
        (
            ', {fixed: "1.2.3"}',
            "",
            [{"version": "0", "lessThan": "*", "versionType": "semver"}],
        ),
        (
            'ranges:\n      - type: SEMVER\n        events: [{introduced: "0"}, {fixed: "1.2.3"}]',
            'versions: ["1.0", "1.1"]',
            [{"version": "1.0"}, {"version": "1.1"}],
        ),
        (
            'type: SEMVER\n        events: [{introduced: "0"}, {fixed: "1.2.3"}]',
            'type: GIT\n        repo: "https://example.org/x"\n'
            '        events: [{introduced: "0"}, {fixed: "' + "a" * 40 + '"}]',
            [{"version": "0", "lessThan": "a" * 40, "versionType": "git"}],
        ),
    ],
    ids=["last affected", "unfixed", "by name", "commits"],
)
def test_versions_of_every_kind(
    folder: Folder, old: str, new: str, versions: list[dict[str, str]]
) -> None:
    file = folder.write(more=RICH)
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new))
    (product,) = only(folder)["containers"]["cna"]["affected"]
    assert product["versions"] == [{"status": "affected", **one} for one in versions]


def test_a_long_text_is_cut_and_points_to_the_whole(folder: Folder) -> None:
    folder.write(more=RICH, body="## Impact\n\n" + "A word and another. " * 400)
    (description,) = only(folder)["containers"]["cna"]["descriptions"]
    assert len(description["value"]) <= 4096
    end = "…\n\nThe whole text: https://security.lantern.example/advisories/LAN-2026-0001/"
    assert description["value"].endswith(end)
    (one,) = disclosed(folder)
    assert [str(note) for note in notes(one)] == [
        "LAN-2026-0001, CVE: the description was cut to 4096 characters and points to the page"
    ]


def test_a_withdrawn_advisory_is_a_rejected_record(folder: Folder) -> None:
    withdrawn = "withdrawn: {date: 2026-05-04T00:00:00Z, reason: Intended after all.}\n"
    folder.write(more=RICH + withdrawn + "superseded_by: CVE-2026-0009\n")
    record = only(folder)
    assert record["cveMetadata"]["state"] == "REJECTED"
    cna = record["containers"]["cna"]
    assert cna["rejectedReasons"] == [{"lang": "en", "value": "Intended after all."}]
    assert cna["replacedBy"] == ["CVE-2026-0009"]


def test_there_is_one_record_for_each_cve_id_and_none_without(folder: Folder) -> None:
    folder.write(more="aliases: [CVE-2026-0001, CVE-2026-0002]\n")
    folder.write("LAN-2026-0002")
    contents = built(folder)
    records = [uri for uri in contents if uri.startswith("cve/") and uri.endswith(".json")]
    assert sorted(records) == ["cve/CVE-2026-0001.json", "cve/CVE-2026-0002.json"]


def test_what_only_begins_like_a_cve_id_is_none(folder: Folder) -> None:
    folder.write(more="aliases: [CVE-2026-0001-x]\n")
    (one,) = disclosed(folder)
    assert cve_ids(one) == ()


def test_the_example_site_is_valid(example_documents: dict[str, bytes]) -> None:
    records = [uri for uri in example_documents if uri.startswith("cve/") and uri[-5:] == ".json"]
    assert len(records) > 40
    for uri in records:
        validate(document(example_documents, uri))
