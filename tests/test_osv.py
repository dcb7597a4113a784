"""OSV: what a record says, and that OSV's own schema and clients agree."""

import io
import json
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from packaging.version import Version

from conftest import Folder
from formats import built, disclosed, document
from mkdocs_advisories.render.archive import archive, joined
from mkdocs_advisories.render.osv import osv
from osv_schema import SCHEMA, errors

PYTHON = """\
aliases: [CVE-2026-0001]
cwe_ids: [CWE-79]
references: [{type: FIX, url: "https://example.org/pull/1"}]
credits: [{name: Mira, type: FINDER, contact: ["https://example.org/mira"]}]
"""


def test_a_record_says_what_the_front_matter_says(folder: Folder) -> None:
    folder.write(more=PYTHON + "severity: [{type: CVSS_V3, score: '" + VECTOR + "'}]\n")
    (one,) = disclosed(folder)
    record = osv(one, policy=folder.policy)
    assert record == {
        "schema_version": "1.7.3",
        "id": "x_LAN-2026-0001",
        "modified": "2026-05-01T12:00:00Z",
        "published": "2026-05-01T12:00:00Z",
        "aliases": ["CVE-2026-0001"],
        "summary": "Lantern can be lit from afar",
        "details": one.content.details,
        "severity": [{"type": "CVSS_V3", "score": VECTOR}],
        "affected": [
            {
                "package": {
                    "ecosystem": "crates.io",
                    "name": "lantern",
                    "purl": "pkg:cargo/lantern",
                },
                "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "1.2.3"}]}],
            }
        ],
        "references": [{"type": "FIX", "url": "https://example.org/pull/1"}],
        "credits": [{"name": "Mira", "type": "FINDER", "contact": ["https://example.org/mira"]}],
        "database_specific": {
            "url": "https://security.lantern.example/advisories/LAN-2026-0001/",
            "cwe_ids": ["CWE-79"],
        },
    }
    assert errors(record) == []


VECTOR = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:H"


def test_the_schema_does_find_a_fault(folder: Folder) -> None:
    folder.write()
    (one,) = disclosed(folder)
    record = osv(one, policy=folder.policy)
    assert errors({**record, "modified": "yesterday"})
    assert errors({**record, "id": "LAN-2026-0001"})


@pytest.mark.parametrize(
    ("ecosystem", "name", "purl"),
    [
        ("PyPI", "Lantern.Oil", "pkg:pypi/lantern-oil"),
        ("npm", "@lantern/oil", "pkg:npm/%40lantern/oil"),
        ("Go", "example.org/lantern/oil", "pkg:golang/example.org/lantern/oil"),
        ("Maven", "org.example:oil", "pkg:maven/org.example/oil"),
        ("Packagist", "lantern/oil", "pkg:composer/lantern/oil"),
        ("Debian:12", "oil", "pkg:deb/debian/oil"),
        ("Julia", "Oil", None),
    ],
)
def test_a_package_gets_its_purl_without_a_version(
    folder: Folder, ecosystem: str, name: str, purl: str | None
) -> None:
    file = folder.write()
    text = file.read_text().replace("crates.io", json.dumps(ecosystem))
    file.write_text(text.replace("name: lantern", f"name: {json.dumps(name)}"))
    (one,) = disclosed(folder)
    (affected,) = osv(one, policy=folder.policy)["affected"]
    assert affected["package"].get("purl") == purl


def test_a_withdrawn_record_stays_and_says_why(folder: Folder) -> None:
    folder.write(more="withdrawn: {date: 2026-05-04T00:00:00Z, reason: Intended after all.}\n")
    record = document(built(folder), "osv/x_LAN-2026-0001.json")
    assert record["withdrawn"] == record["modified"] == "2026-05-04T00:00:00Z"
    assert record["database_specific"]["withdrawn_reason"] == "Intended after all."


def test_a_title_moves_nothing_and_a_revision_moves_one(folder: Folder) -> None:
    folder.write()
    folder.write("LAN-2026-0002")
    before = document(built(folder), "osv/index.json")
    folder.write(summary="Another title")
    assert document(built(folder), "osv/index.json") == before
    folder.write(more="revisions: [{date: 2026-05-20T00:00:00Z, summary: Another title.}]\n")
    after = document(built(folder), "osv/index.json")
    moved = [one["id"] for one, old in zip(after, before, strict=True) if one != old]
    assert moved == ["x_LAN-2026-0001"]


def test_all_records_are_in_the_list_the_archive_and_the_index(folder: Folder) -> None:
    folder.write()
    folder.write("LAN-2026-0002", embargo="2026-05-02T12:00:00Z")
    folder.write("LAN-2026-0003", embargo="2026-07-01T00:00:00Z")
    contents = built(folder)
    ids = ["x_LAN-2026-0001", "x_LAN-2026-0002"]
    assert [one["id"] for one in document(contents, "osv/all.json")] == ids
    packed = zipfile.ZipFile(io.BytesIO(contents["osv/crates.io/all.zip"]))
    assert packed.namelist() == [f"{one}.json" for one in ids]
    assert packed.read("x_LAN-2026-0001.json") == contents["osv/x_LAN-2026-0001.json"]
    assert contents["osv/ecosystems.txt"] == b"crates.io\n"
    assert contents["osv/modified_id.csv"].splitlines() == [
        b"2026-05-02T12:00:00Z,x_LAN-2026-0002",
        b"2026-05-01T12:00:00Z,x_LAN-2026-0001",
    ]
    assert built(folder) == contents


@given(
    st.lists(
        st.dictionaries(st.from_regex(r"[A-Za-z0-9-]{1,20}\.json", fullmatch=True), st.binary()),
        max_size=4,
    )
)
def test_an_archive_of_archives_is_that_of_all_their_files(parts: list[dict[str, bytes]]) -> None:
    named = [
        [(f"{number}-{name}", raw) for name, raw in part.items()]
        for number, part in enumerate(parts)
    ]
    whole = joined(map(archive, named))
    assert whole == archive(chain.from_iterable(named))
    assert zipfile.ZipFile(io.BytesIO(whole)).testzip() is None


def test_an_archive_may_have_more_files_than_the_old_format_can_count() -> None:
    parts = [[(f"{place}.json", b"{}") for place in range(at, at + 40_000)] for at in (0, 40_000)]
    whole = joined(map(archive, parts))
    assert whole == archive(chain.from_iterable(parts))
    assert len(zipfile.ZipFile(io.BytesIO(whole)).namelist()) == 80_000


def test_links_to_attachments_are_whole(folder: Folder) -> None:
    (folder.path / "LAN-2026-0001").mkdir()
    (folder.path / "LAN-2026-0001" / "figure.png").write_bytes(b"png")
    folder.write(body="## Impact\n\n![A lantern](LAN-2026-0001/figure.png)\n")
    (one,) = disclosed(folder)
    details = osv(one, policy=folder.policy)["details"]
    page = "https://security.lantern.example/advisories/LAN-2026-0001/"
    assert f"![A lantern]({page}figure.png)" in details


class _Database(BaseHTTPRequestHandler):
    """Answers as OSV's API does, from records as they are published."""

    records: tuple[dict[str, Any], ...]

    def do_POST(self) -> None:
        query = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        found = [one for one in self.records if _is_affected(one, query)]
        answer = json.dumps({"vulns": found} if found else {}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def _is_affected(record: dict[str, Any], query: dict[str, Any]) -> bool:
    version = Version(query["version"])
    for one in record["affected"]:
        names = {key: one["package"][key] for key in ("ecosystem", "name")}
        for span in one.get("ranges", []) if names == query["package"] else []:
            affected = False
            for event in span["events"]:
                ((kind, bound),) = event.items()
                if version >= Version(bound):
                    affected = kind == "introduced"
            if affected:
                return True
    return False


@pytest.fixture
def database(folder: Folder) -> Iterator[str]:
    """A server of OSV records that the site has published."""
    file = folder.write()
    text = file.read_text().replace("crates.io", "PyPI").replace("SEMVER", "ECOSYSTEM")
    file.write_text(text)
    records = tuple(document(built(folder), "osv/all.json"))
    handler = type("Handler", (_Database,), {"records": records})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/v1/query"
        server.shutdown()


def audit(requirement: str, *, url: str, folder: Path) -> tuple[int, list[dict[str, Any]]]:
    file = folder / "requirements.txt"
    file.write_text(f"{requirement}\n", encoding="utf-8")
    command = [sys.executable, "-m", "pip_audit", "--requirement", str(file), "--no-deps"]
    command += ["--disable-pip", "--vulnerability-service", "osv", "--osv-url", url]
    command += ["--format", "json", "--progress-spinner", "off", "--cache-dir", str(folder / "c")]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    (dependency,) = json.loads(result.stdout)["dependencies"]
    return result.returncode, dependency["vulns"]


def test_pip_audit_finds_a_vulnerable_requirement_and_names_the_fix(
    database: str, tmp_path: Path
) -> None:
    code, found = audit("lantern==1.2.2", url=database, folder=tmp_path)
    assert code == 1
    assert [(one["id"], one["fix_versions"]) for one in found] == [("x_LAN-2026-0001", ["1.2.3"])]
    assert audit("lantern==1.2.3", url=database, folder=tmp_path) == (0, [])


def test_the_vendored_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)
