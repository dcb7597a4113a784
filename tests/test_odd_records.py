"""Records that nobody writes and somebody will: every format carries them, others' tools agree."""

import json
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from textwrap import indent

import feedparser
import pytest

import osv_schema
from conftest import Folder
from formats import built, disclosed, document
from mkdocs_advisories.model import Content
from mkdocs_advisories.site.exports import exported
from mkdocs_advisories.site.records import record_notes
from mkdocs_advisories.source import nodes, parse
from mkdocs_advisories.source.frontmatter import Parts, split
from mkdocs_advisories.source.importers import RefusedError, Wishes, import_record
from mkdocs_advisories.source.positions import Text
from mkdocs_advisories.versions import named_apart
from test_csaf import OPTIONAL, documents, laid_out, node_validator, python_validator
from test_cve import validate

CRATE = "package: {ecosystem: crates.io, name: lantern}\n"
SEMVER = 'ranges: [{type: SEMVER, events: [{introduced: "0"}, {fixed: "1.2.3"}]}]\n'
V2 = '{type: CVSS_V2, score: "AV:N/AC:L/Au:N/C:P/I:P/A:P"}'
V30 = '{type: CVSS_V3, score: "CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}'
V31 = '{type: CVSS_V3, score: "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N/E:P/RL:O/RC:C"}'
V4 = '{type: CVSS_V4, score: "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/E:A"}'
NOTHING = "CVSS:3.1/AV:L/AC:H/PR:H/UI:R/S:U/C:N/I:N/A:N"
A, B, C, D = ("a" * 40, "b" * 40, "c" * 40, "d" * 40)
GIT = (
    f'{{type: GIT, repo: "https://example.org/x.git", events: [{{introduced: "{A}"}},'
    f' {{introduced: "{B}"}}, {{fixed: "{C}"}}, {{fixed: "{D}"}}]}}'
)
FORTY = ", ".join(f'{{introduced: "{n}.0.0"}}, {{fixed: "{n}.0.7"}}' for n in range(1, 41))
BODY = "## Impact\n\nA lantern can be lit from afar.\n"

# What stands under `affected`, the rest of the front matter, and the body.
ODD: Mapping[str, tuple[tuple[str, ...], str, str]] = {
    "no fix at all": (
        (CRATE + 'ranges: [{type: SEMVER, events: [{introduced: "0"}]}]\n',),
        "",
        BODY,
    ),
    "several packages": (
        (
            CRATE + SEMVER,
            'package: {ecosystem: npm, name: "@scope/a b"}\n' + SEMVER,
            "package: {ecosystem: Go, name: github.com/Example/X}\n" + SEMVER,
            (
                'package: {ecosystem: Maven, name: "org.example:x"}\n'
                'ranges: [{type: ECOSYSTEM, events: [{introduced: "0"}, {fixed: 1.0-beta}]}]\n'
            ),
            (
                'package: {ecosystem: "Debian:12", name: lantern}\n'
                'ranges: [{type: ECOSYSTEM, events: [{introduced: "0"}, {fixed: "2:1.0-1"}]}]\n'
            ),
            'package: {ecosystem: SwiftURL, name: github.com/example/lantern}\nversions: ["1.0"]\n',
            "package: {ecosystem: GitHub Actions, name: example/lantern}\nversions: [v1]\n",
        ),
        "",
        BODY,
    ),
    "one package twice": (
        (CRATE + SEMVER, CRATE + SEMVER + "ecosystem_specific: {affects: {functions: []}}\n"),
        "aliases: [CVE-2026-1000]\n",
        BODY,
    ),
    "commits": ((CRATE + f"ranges: [{GIT}]\n",), "aliases: [CVE-2026-1001]\n", BODY),
    "commits and versions": (
        (
            CRATE + f"ranges: [{GIT}, {{type: SEMVER, events: [{{introduced: 0.1.0}},"
            " {last_affected: 0.2.0}]}]\n",
        ),
        "aliases: [CVE-2026-1002]\n",
        BODY,
    ),
    "versions by name": (
        (
            (
                "package: {ecosystem: PyPI, name: lan_tern.X}\n"
                'versions: ["1.0", "1!2.0rc1", "1.0+local.1"]\n'
            ),
        ),
        "aliases: [CVE-2026-1003]\n",
        BODY,
    ),
    "cvss 2 alone": ((CRATE + SEMVER,), f"aliases: [CVE-2026-1004]\nseverity: [{V2}]\n", BODY),
    "cvss 3.0 alone": ((CRATE + SEMVER,), f"aliases: [CVE-2026-1005]\nseverity: [{V30}]\n", BODY),
    "cvss 3.1 alone": ((CRATE + SEMVER,), f"aliases: [CVE-2026-1006]\nseverity: [{V31}]\n", BODY),
    "cvss 4 alone": ((CRATE + SEMVER,), f"aliases: [CVE-2026-1007]\nseverity: [{V4}]\n", BODY),
    "cvss of all kinds": (
        (CRATE + SEMVER,),
        f"aliases: [CVE-2026-1008]\nseverity: [{V2}, {V30}, {V4}]\n",
        BODY,
    ),
    "cvss of packages": (
        (
            CRATE + SEMVER + f"severity: [{V30}]\n",
            "package: {ecosystem: npm, name: lantern}\n"
            + SEMVER
            + f"severity: [{V2}, {V31}, {V4}]\n",
        ),
        "aliases: [CVE-2026-1009]\n",
        BODY,
    ),
    "a score of nothing": (
        (CRATE + SEMVER,),
        f'aliases: [CVE-2026-1010]\nseverity: [{{type: CVSS_V3, score: "{NOTHING}"}}]\n',
        BODY,
    ),
    "withdrawn": (
        (CRATE + SEMVER,),
        "aliases: [CVE-2026-1011]\nwithdrawn: {date: 2026-05-30T00:00:00Z, reason: Not so.}\n",
        BODY,
    ),
    "withdrawn and superseded": (
        (CRATE + SEMVER,),
        (
            "aliases: [CVE-2026-1012]\nsuperseded_by: CVE-2026-1000\n"
            "withdrawn: {date: 2026-05-30T00:00:00Z, reason: Said twice.}\n"
        ),
        "",
    ),
    "superseded": ((CRATE + SEMVER,), "superseded_by: GHSA-2222-3333-4444\n", BODY),
    "forty ranges": (
        (CRATE + f"ranges: [{{type: SEMVER, events: [{FORTY}]}}]\n",),
        "aliases: [CVE-2026-1013]\n",
        BODY,
    ),
    "other scripts": (
        (CRATE + SEMVER,),
        "aliases: [CVE-2026-1014]\ncredits: [{name: 高橋 Ž. 🕯}, {name: مريم}]\n",
        "## Auswirkung\n\nÜberall 灯 🕯️ und مصباح.\n\n## Patches\n\nÖ.\n",
    ),
    "a long body": (
        (CRATE + SEMVER,),
        "aliases: [CVE-2026-1015]\n",
        "## Impact\n\n"
        + "A word. " * 900
        + "\n\n## Patches\n\n"
        + ("x" * 900 + "\n\n") * 9
        + "## Workarounds\n\n"
        + "Blow. " * 1000
        + "\n",
    ),
    "characters that XML cannot carry": (
        (CRATE + SEMVER,),
        "aliases: [CVE-2026-1016]\n",
        "## Impact\n\nOne &#1; two &#x8; three &#xFFFE; four &#0; five &#xD800; `\\u0000`.\n",
    ),
    "several CVE ids": (
        (CRATE + SEMVER,),
        "aliases: [CVE-2026-1017, CVE-2026-1018, GHSA-2222-3333-5555]\n",
        BODY,
    ),
    "odd contacts": (
        (CRATE + SEMVER,),
        (
            'aliases: [CVE-2026-1019]\ncredits:\n  - {name: "A <&> \\"B\\"", type: TOOL, contact:'
            ' ["mailto:a+b@example.org", "https://github.com/octo-cat",'
            ' "https://xn--r8jz45g.example/%C3%BC?a=b#c"]}\n'
            "  - {name: Mira, type: FINDER}\n  - {name: Mira, type: FINDER}\n"
        ),
        BODY,
    ),
    "references of every kind": (
        (CRATE + SEMVER,),
        "aliases: [CVE-2026-1020]\nreferences:\n"
        + "".join(
            f'  - {{type: {kind}, url: "https://example.org/{kind}?a=1&b=2#x"}}\n'
            for kind in "ADVISORY ARTICLE DETECTION DISCUSSION REPORT FIX INTRODUCED PACKAGE"
            " EVIDENCE WEB".split()
        ),
        BODY,
    ),
    "ids of two organisations": (
        (CRATE + SEMVER,),
        (
            "aliases: [OTHER-2026-7, x_PRIVATE-1, RUSTSEC-2026-0042]\nrelated: [SOMEBODY:1.2]\n"
            "upstream: [CVE-2026-2000]\n"
        ),
        BODY,
    ),
    "an ecosystem without a purl": (
        (
            (
                "package: {ecosystem: Julia, name: Lantern_jll}\n"
                'ranges: [{type: SEMVER, events: [{introduced: "0"}, {fixed: 1.2.3+0}]}]\n'
            ),
        ),
        "aliases: [CVE-2026-1021]\n",
        BODY,
    ),
    "no section": ((CRATE + SEMVER,), "aliases: [CVE-2026-1022]\n", "Just a line.\n"),
    "no body": ((CRATE + SEMVER,), "aliases: [CVE-2026-1023]\n", ""),
    "an empty section": (
        (CRATE + SEMVER,),
        "aliases: [CVE-2026-1024]\n",
        "## Impact\n\n## Patches\n",
    ),
    "weaknesses": (
        (CRATE + SEMVER,),
        "aliases: [CVE-2026-1025]\ncwe_ids: [CWE-1, CWE-16, CWE-79, CWE-9999]\n",
        BODY,
    ),
    "changed and changed again": (
        (CRATE + SEMVER,),
        (
            "aliases: [CVE-2026-1026]\nrevisions:\n"
            "  - {date: 2026-05-01T12:00:00Z, summary: At once.}\n"
            "  - {date: 2026-05-02T12:00:00.123456+02:00, summary: Later.}\n"
            "timeline: [{date: 2020-01-01T00:00:00Z, summary: Found.}]\n"
        ),
        BODY,
    ),
    "versions outside of a range": (
        (
            f'{CRATE}{SEMVER}versions: ["1.0.0", "1.2.2", "4.0.0"]\n',
            (
                "package: {ecosystem: PyPI, name: lantern}\n"
                'ranges: [{type: ECOSYSTEM, events: [{introduced: "0"}, {fixed: "1.0"}]}]\n'
                'versions: ["0.9", "2.0.dev1"]\n'
            ),
        ),
        "aliases: [CVE-2026-1028]\n",
        BODY,
    ),
    "the last ones of two ranges": (
        (
            CRATE + "ranges:\n"
            "  - {type: SEMVER, events: [{introduced: 2.0.0}, {fixed: 2.1.0}]}\n"
            "  - {type: SEMVER, events: [{introduced: 1.0.0}, {last_affected: 1.5.0}]}\n",
        ),
        "aliases: [CVE-2026-1027]\n",
        BODY,
    ),
}


@pytest.fixture
def written(folder: Folder) -> Folder:
    """All of them, in one folder."""
    for number, (affected, more, body) in enumerate(ODD.values(), start=1):
        items = "".join(f"  - {indent(one, '    ').strip()}\n" for one in affected)
        text = (
            f"---\nid: LAN-2026-{number:04}\nsummary: Lantern can be lit from afar\n"
            f"embargo: 2026-05-01T12:00:00Z\naffected:\n{items}{more}---\n{body}"
        )
        (folder.path / f"LAN-2026-{number:04}.md").write_text(text, encoding="utf-8")
    return replace(
        folder, policy=replace(folder.policy, feed=replace(folder.policy.feed, entries=5))
    )


def test_csaf_is_valid(written: Folder, tmp_path: Path) -> None:
    where = laid_out(documents(built(written)), tmp_path / "documents")
    assert len(list(where.iterdir())) == len(ODD)
    assert python_validator(where) <= OPTIONAL


def test_csaf_is_valid_for_the_other_validator(written: Folder, tmp_path: Path) -> None:
    where = laid_out(documents(built(written)), tmp_path / "documents")
    assert node_validator(where)["errors"] == []


def test_osv_and_cve_are_valid(written: Folder) -> None:
    contents = built(written)
    for one in document(contents, "osv/all.json"):
        assert osv_schema.errors(one) == [], one["id"]
    records = [uri for uri in contents if uri.startswith("cve/") and uri.endswith(".json")]
    assert len(records) > 25
    for uri in records:
        validate(document(contents, uri))


def test_feeds_and_rustsec_files_are_well_formed(written: Folder) -> None:
    contents = built(written)
    for uri, data in contents.items():
        if uri.startswith("feed") and uri.endswith(".xml"):
            assert not feedparser.parse(data).bozo, uri
        if uri.startswith("rustsec/"):
            toml = tomllib.loads(data.decode().removeprefix("```toml\n").partition("\n```\n")[0])
            assert toml["versions"].keys() == {"patched", "unaffected"}, uri
        if uri.endswith(".json"):
            json.loads(data)


def versions(content: Content) -> dict[tuple[str, str], set[object]]:
    """Give the affected versions of each package, in whatever order they are stated."""
    found: dict[tuple[str, str], set[object]] = {}
    for one in content.affected:
        known = found.setdefault((one.package.ecosystem, one.package.name), set())
        known |= {*one.spans(), *named_apart(one)}
    return found


# What a format has no words for stands in the note, or is said by `notes`.
NOT_THERE = {
    ("csaf", "no vulnerability in the document of a withdrawn one"): {
        "withdrawn",
        "withdrawn and superseded",
    },
    ("cve", "rejected"): {"withdrawn", "withdrawn and superseded"},
    ("csaf", "no ecosystem in a purl of Debian"): {"several packages"},
    ("csaf", "names of PyPI are normal in a purl"): {"versions by name"},
    ("csaf", "commits"): {"commits"},
    ("rustsec", "commits"): {"commits"},
    ("rustsec", "other ecosystems"): {
        "several packages",
        "cvss of packages",
        "versions outside of a range",
    },
}


@pytest.mark.parametrize("kind", ["osv", "csaf", "cve", "rustsec"])
def test_versions_come_back_as_they_went_out(kind: str, written: Folder) -> None:
    lost = set()
    for one in disclosed(written):
        for data in exported(one, kind=kind, policy=written.policy).values():
            try:
                again = import_record(
                    data.decode(), kind=kind, policy=written.policy, wishes=Wishes()
                )
                parts = split(Text(path="x.md", content=again.text))
                assert isinstance(parts, Parts)
                node, _ = nodes.compose(parts)
                assert isinstance(node, nodes.Mapping)
                read = parse.advisory(node.value(), body="", path="x.md", attachments=()).content
            except RefusedError:
                lost.add(one.id)
                continue
            if versions(read) != versions(one.content):
                lost.add(one.id)
    titles = list(ODD)
    expected = {title for (of, _), names in NOT_THERE.items() if of == kind for title in names}
    assert {titles[int(one[-4:]) - 1] for one in lost} == expected


def test_what_a_format_cannot_carry_is_said(written: Folder) -> None:
    titles = list(ODD)
    said = [
        (titles[int(one.advisory[-4:]) - 1], one.format)
        for one in dict.fromkeys(note for it in disclosed(written) for note in record_notes(it))
    ]
    assert sorted(set(said)) == [
        ("a long body", "CVE"),
        ("commits", "RustSec"),
        ("cvss 2 alone", "GHSA"),
        ("cvss 4 alone", "CSAF"),
        ("cvss of all kinds", "CSAF"),
        ("cvss of all kinds", "GHSA"),
        ("cvss of packages", "CSAF"),
        ("cvss of packages", "GHSA"),
        ("odd contacts", "GHSA"),
        ("other scripts", "GHSA"),
        ("several CVE ids", "GHSA"),
        ("weaknesses", "CSAF"),
    ]
