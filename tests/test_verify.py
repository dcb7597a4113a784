"""`advisory verify`: a site holds together, and one changed byte shows."""

import functools
import http.server
import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from command import Command
from conftest import NOW, Folder
from mkdocs_advisories.disclosure.published import SiteFolder, SiteOnline
from mkdocs_advisories.disclosure.verification import verify_site
from mkdocs_advisories.embargo import disclose
from mkdocs_advisories.model import Notice
from mkdocs_advisories.openpgp import read_signer, read_verifier
from mkdocs_advisories.render.page import Page
from mkdocs_advisories.site import build_site


def publish(folder: Folder, root: Path, *, key: bytes | None = None) -> Path:
    """Write the site as its readers get it; a page is its fragment."""
    signer = read_signer(key) if key else None
    disclosure = disclose(folder.read().advisories, now=NOW)
    site = build_site(disclosure, policy=folder.policy, index_uri="", signer=signer)
    for uri, content in site.contents.items():
        file = root / (uri + "index.html" if uri.endswith("/") else uri)
        file.parent.mkdir(parents=True, exist_ok=True)
        assert not isinstance(content, Path)
        file.write_bytes(content.html.encode() if isinstance(content, Page) else content)
    return root


@pytest.fixture
def written(folder: Folder) -> Folder:
    folder.write("LAN-2026-0001", more="aliases: [CVE-2026-1000]\n")
    change = "revisions: [{date: 2026-05-09T00:00:00Z, summary: Better words.}]\n"
    folder.write("LAN-2026-0002", summary="A `second` one", more=change)
    gone = "withdrawn: {date: 2026-05-09T00:00:00Z, reason: Intended.}\n"
    folder.write("LAN-2026-0003", summary="A third one", more=gone)
    return folder


@pytest.fixture
def advisory(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Command:
    """The command, where no project is: a reader has none."""
    return Command(config=tmp_path / "mkdocs.yml", capsys=capsys, monkeypatch=monkeypatch)


def test_a_site_that_was_built_holds_together(written: Folder, tmp_path: Path) -> None:
    look = verify_site(SiteFolder(publish(written, tmp_path / "built")))
    assert look.faults == []
    assert look.advisories == 3
    assert look.hashes > 20


def test_what_is_upcoming_need_not_be_in_the_index(written: Folder, tmp_path: Path) -> None:
    told = Notice(projects=("Lantern",), severity="high", embargo=NOW + timedelta(days=9))
    disclosure = disclose(written.read().advisories, now=NOW, upcoming=(told,))
    site = build_site(disclosure, policy=written.policy, index_uri="")
    root = publish(written, tmp_path / "built")
    feed = site.contents["feed.xml"]
    assert isinstance(feed, bytes)
    assert b":upcoming/" in feed
    (root / "feed.xml").write_bytes(feed)
    assert verify_site(SiteFolder(root)).faults == []
    (root / "feed.xml").write_bytes(feed.replace(b":upcoming/", b":advisory/"))
    assert verify_site(SiteFolder(root)).faults != []


def test_one_changed_byte_shows_in_every_machine_readable_file(
    written: Folder, tmp_path: Path
) -> None:
    root = publish(written, tmp_path / "built")
    with_hashes = [file.with_suffix("") for file in sorted(root.rglob("*.sha256"))]
    assert len(with_hashes) > 10
    for record in with_hashes:
        for file in (record, Path(f"{record}.sha256"), Path(f"{record}.sha512")):
            sound = file.read_bytes()
            for place in (0, len(sound) // 2, len(sound) - 1):
                changed = bytearray(sound)
                changed[place] ^= 1
                file.write_bytes(changed)
                assert verify_site(SiteFolder(root)).faults, (file, place)
            file.write_bytes(sound)
    assert verify_site(SiteFolder(root)).faults == []


def test_every_missing_file_is_named(written: Folder, tmp_path: Path) -> None:
    root = publish(written, tmp_path / "built")
    needed = [
        ".well-known/csaf/provider-metadata.json",
        "advisories.json",
        "advisories/LAN-2026-0001/index.html",
        "csaf/white/2026/lan-2026-0001.json",
        "csaf/white/changes.csv",
        "csaf/white/csaf-feed-tlp-white.json",
        "csaf/white/index.txt",
        "cve/CVE-2026-1000.json",
        "osv/all.json",
        "osv/x_LAN-2026-0002.json",
        "osv/x_LAN-2026-0002.json.sha512",
    ]
    for uri in needed:
        file = root / uri
        sound = file.read_bytes()
        file.unlink()
        named = {fault.uri for fault in verify_site(SiteFolder(root)).faults}
        assert uri.removesuffix("index.html") in named, uri
        file.write_bytes(sound)


@pytest.mark.parametrize(
    ("uri", "old", "new"),
    [
        ("csaf/white/index.txt", "lan-2026-0001", "lan-2026-0009"),
        ("csaf/white/changes.csv", "2026-05-09", "2026-05-10"),
        ("csaf/white/csaf-feed-tlp-white.json", "2026-05-09", "2026-05-10"),
        ("feed.xml", "third", "fourth"),
        ("feed.xml", "</feed>", "</feed"),
        (".well-known/csaf/provider-metadata.json", "canonical_url", "canonical"),
        ("advisories/LAN-2026-0001/index.html", "LAN-2026-0001", "LAN-2026-0009"),
    ],
)
def test_lists_and_feeds_that_disagree_are_found(
    uri: str, old: str, new: str, written: Folder, tmp_path: Path
) -> None:
    file = publish(written, tmp_path / "built") / uri
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")
    assert uri.removesuffix("index.html") in {
        fault.uri for fault in verify_site(SiteFolder(tmp_path / "built")).faults
    }


@pytest.mark.parametrize(
    ("uri", "old", "new"),
    [
        ("advisories.json", '"urls":{', '"urls":[7],"were":{'),
        ("advisories.json", '"advisories":[', '"advisories":[7,'),
        ("csaf/white/csaf-feed-tlp-white.json", '"entry":[', '"entry":[7,'),
        (".well-known/csaf/provider-metadata.json", '"distributions": [', '"distributions": [7,'),
        ("osv/x_LAN-2026-0001.json", '"id":', '"was":'),
    ],
)
def test_a_document_of_another_form_is_a_fault_and_no_crash(
    uri: str, old: str, new: str, written: Folder, tmp_path: Path
) -> None:
    file = publish(written, tmp_path / "built") / uri
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    look = verify_site(SiteFolder(tmp_path / "built"))
    assert {(one.uri, one.text) for one in look.faults} & {
        (uri, "has a field of another type than its format says"),
        (uri, "is no such record"),
    }


def test_a_record_that_was_changed_with_its_hashes_disagrees_with_the_index(
    written: Folder, tmp_path: Path
) -> None:
    root = publish(written, tmp_path / "built")
    file = root / "osv" / "x_LAN-2026-0001.json"
    file.write_text(file.read_text("utf-8").replace("from afar", "from near"), encoding="utf-8")
    texts = {fault.text for fault in verify_site(SiteFolder(root)).faults}
    assert "`summary` is not what advisories.json says" in texts


@pytest.fixture
def keys() -> tuple[bytes, bytes]:
    pysequoia = pytest.importorskip("pysequoia")
    made = [pysequoia.Tsk.generate("Lantern <s@lantern.example>") for _ in range(2)]
    return str(made[0]).encode(), str(made[1].extract_certificate()).encode()


def test_signatures_hold_by_the_right_key_only(
    written: Folder, tmp_path: Path, keys: tuple[bytes, bytes]
) -> None:
    own, strange = keys
    root = publish(written, tmp_path / "built", key=own)
    certificate = next(root.glob("csaf/openpgp/*.asc")).read_bytes()
    look = verify_site(SiteFolder(root), verify=read_verifier(certificate))
    assert look.faults == []
    assert look.signatures > 10
    foreign = verify_site(SiteFolder(root), verify=read_verifier(strange))
    assert len(foreign.faults) == foreign.signatures
    (root / "csaf/white/2026/lan-2026-0001.json.asc").unlink()
    assert [fault.uri for fault in verify_site(SiteFolder(root)).faults] == [
        "csaf/white/2026/lan-2026-0001.json.asc"
    ]


@pytest.fixture
def served(written: Folder, tmp_path: Path) -> Iterator[str]:
    root = publish(written, tmp_path / "served")

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Say nothing."""

    handler = functools.partial(Quiet, directory=str(root))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def test_a_site_on_the_web_is_checked_the_same_way(advisory: Command, served: str) -> None:
    outcome = advisory("verify", served, "--format", "json")
    said = json.loads(outcome.out)
    assert (outcome.code, said["faults"], said["advisories"]) == (0, [], 3)
    assert said["hashes"] > 10


def test_a_site_that_does_not_answer_is_an_outside_fault(advisory: Command) -> None:
    outcome = advisory("verify", "http://127.0.0.1:1/")
    assert outcome.code == 4


@pytest.mark.parametrize("url", ["http://lantern.example/", "ftp://lantern.example/", "https://"])
def test_only_an_address_that_cannot_be_forged_is_taken(url: str, advisory: Command) -> None:
    assert advisory("verify", url).code == 2
    with pytest.raises(ValueError, match="begins with https"):
        SiteOnline(url)


def test_a_key_without_signatures_is_a_fault(
    advisory: Command, written: Folder, tmp_path: Path, keys: tuple[bytes, bytes]
) -> None:
    root = publish(written, tmp_path / "built")
    (tmp_path / "key.asc").write_bytes(keys[1])
    assert advisory("verify", str(root)).code == 0
    outcome = advisory("verify", str(root), "--key", str(tmp_path / "key.asc"))
    assert outcome.code == 1
    assert "no signature at all" in outcome.out
    (tmp_path / "no-key.asc").write_text("x", encoding="utf-8")
    assert advisory("verify", str(root), "--key", str(tmp_path / "no-key.asc")).code == 2


def test_a_folder_does_not_lead_out_of_itself(tmp_path: Path) -> None:
    (tmp_path / "root").mkdir()
    (tmp_path / "secret").write_text("x", encoding="utf-8")
    assert SiteFolder(tmp_path / "root").read("../secret") is None
    assert SiteFolder(tmp_path / "root").read("%2e%2e/secret") is None
