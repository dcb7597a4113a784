"""Sealed files: what is sealed opens, what was changed does not, and no text gets out."""

import shutil
import subprocess
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pyrage
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import NOW, Folder, found_by_rules
from mkdocs_advisories.embargo import disclose
from mkdocs_advisories.mkdocs.report import problems_text
from mkdocs_advisories.model import Attachment, Notice
from mkdocs_advisories.policy import Source
from mkdocs_advisories.site import build_site
from mkdocs_advisories.source.catalog import Catalog, read_catalog
from mkdocs_advisories.source.sealed import envelope
from mkdocs_advisories.source.sealed.container import Contents, pack, unpack
from mkdocs_advisories.source.sealed.envelope import armoured, read_envelope
from mkdocs_advisories.source.sealed.header import Header, read_header, write_header
from mkdocs_advisories.source.sealed.history import with_revisions
from mkdocs_advisories.source.sealed.identities import (
    IdentityError,
    identities_of,
    read_identities,
)
from mkdocs_advisories.source.sealed.naming import is_name, new_name
from mkdocs_advisories.source.sealed.opening import open_sealed, read_sealed
from mkdocs_advisories.source.sealed.padding import BUCKETS
from mkdocs_advisories.source.sealed.recipients import (
    as_age,
    read_recipients,
    write_recipients,
)
from mkdocs_advisories.source.sealed.refusal import RefusedError
from mkdocs_advisories.source.sealed.sealing import seal
from sealing import DUE, HELD, NAME, WORDS, Keys, git, new_keys, put

KEYS = new_keys()
NAMES = st.from_regex(r"[A-Za-z0-9][a-z0-9_-]{0,20}\.(txt|png|json)", fullmatch=True).filter(
    lambda name: not name.lower().startswith("index.")
)


@pytest.fixture
def keys(folder: Folder) -> Keys:
    KEYS.write(folder)
    return KEYS


def read(folder: Folder, keys: Keys | None = None) -> Catalog:
    return read_catalog(
        folder.path,
        prefix="advisories",
        policy=folder.policy,
        identities=keys.identities if keys else None,
    )


def codes(catalog: Catalog) -> list[str]:
    return [one.code for one in catalog.problems]


def sealed_by_hand(payload: bytes, keys: Keys = KEYS, *, header: Header | None = None) -> bytes:
    clear = write_header(header or Header(name=NAME, revision=1))
    binary = pyrage.encrypt(payload, [as_age(one.key) for one in keys.recipients])
    return clear.encode() + armoured(binary)


# Round trips


@settings(max_examples=50, deadline=None)
@given(
    source=st.binary(max_size=3000),
    attachments=st.dictionaries(NAMES, st.binary(max_size=3000), max_size=4),
    revision=st.integers(1, 999_999),
)
def test_what_is_sealed_opens_as_it_was(
    source: bytes, attachments: dict[str, bytes], revision: int
) -> None:
    header = Header(name=new_name(), revision=revision)
    contents = Contents(
        header=write_header(header), stem="LAN-2026-0001", source=source, attachments=attachments
    )
    raw = seal(contents, header=header, recipients=KEYS.recipients)
    for secret in KEYS.secrets:
        assert open_sealed(read_sealed(raw), read_identities(secret)) == contents


@given(
    projects=st.lists(st.text(max_size=20), max_size=3),
    severity=st.sampled_from([None, "critical", "none"]),
    embargo=st.one_of(st.none(), st.just(NOW)),
)
def test_a_header_is_read_as_it_was_written(
    projects: list[str], severity: str | None, embargo: object
) -> None:
    notice = Notice(
        projects=tuple(one.encode("utf-8", "replace").decode() for one in projects),
        severity=severity,
        embargo=NOW if embargo else None,
    )
    header = Header(name=NAME, revision=7, notice=notice)
    assert read_header(write_header(header)) == header


def test_sealing_twice_gives_other_bytes_and_one_of_few_sizes(folder: Folder, keys: Keys) -> None:
    first, second = put(folder, keys).read_bytes(), put(folder, keys).read_bytes()
    assert first != second
    for words in (1, 300, 3000):
        longer = put(folder, keys, body="## Impact\n\n" + "lamp oil\n\n" * words).read_bytes()
        opened = pyrage.decrypt(read_sealed(longer).envelope.binary, list(keys.identities.keys))
        assert len(opened) in BUCKETS


def test_the_name_is_random_and_has_its_form() -> None:
    names = {new_name() for _ in range(1000)}
    assert len(names) == 1000
    assert all(map(is_name, names))


def test_what_is_too_large_to_be_sealed_is_refused() -> None:
    contents = Contents(header="", stem="LAN-2026-0001", source=b"x" * (BUCKETS[-1] + 1))
    with pytest.raises(RefusedError) as refused:
        seal(contents, header=Header(name=NAME, revision=1), recipients=KEYS.recipients)
    assert refused.value.code == "ADV163"


@pytest.mark.parametrize("kind", ["ed25519", "rsa"])
def test_an_ssh_key_is_a_recipient_and_opens(
    kind: str, folder: Folder, keys: Keys, tmp_path: Path
) -> None:
    file = tmp_path / "key"
    subprocess.run(
        ["ssh-keygen", "-q", "-t", kind, "-N", "", "-C", "mira@lantern", "-f", str(file)],
        check=True,
    )
    public = file.with_suffix(".pub").read_text().strip()
    by_ssh = replace(keys.recipients[0], key=public)
    keys = replace(keys, recipients=(by_ssh, *keys.recipients[1:]))
    keys.write(folder)
    put(folder, keys, embargo=DUE)
    opened = read_catalog(
        folder.path,
        prefix="advisories",
        policy=folder.policy,
        identities=read_identities(file.read_text()),
    )
    assert opened.problems == ()
    assert [one.content.id for one in opened.advisories] == ["LAN-2026-0001"]
    other = replace(by_ssh, key=keys.recipients[2].key)
    replace(
        keys,
        recipients=(
            keys.recipients[1],
            keys.recipients[2],
            replace(other, name="Eve", key=KEYS.recipients[0].key),
        ),
    ).write(folder)
    assert codes(read(folder)) == ["ADV166"]


# With and without a key


def test_without_a_key_every_sealed_one_is_held_and_counted(folder: Folder, keys: Keys) -> None:
    folder.write("LAN-2026-0002")
    put(folder, keys, embargo=DUE)
    catalog = read(folder)
    assert catalog.problems == ()
    disclosure = disclose(catalog.advisories, now=NOW, unopened=len(catalog.unopened))
    assert (len(disclosure.advisories), disclosure.held, disclosure.unopened) == (1, 1, 1)


def test_with_a_key_what_is_due_is_disclosed_with_its_attachments(
    folder: Folder, keys: Keys
) -> None:
    picture = {"figure.png": b"pixels"}
    body = "## Impact\n\n![a lamp](LAN-2026-0001/figure.png)\n"
    put(folder, keys, embargo=DUE, attachments=picture, body=body)
    put(folder, keys, name="a" * 12, stem="LAN-2026-0002")
    catalog = read(folder, keys)
    assert catalog.problems == ()
    disclosure = disclose(catalog.advisories, now=NOW)
    assert [one.id for one in disclosure.advisories] == ["LAN-2026-0001"]
    assert disclosure.held == 1
    site = build_site(disclosure, policy=folder.policy, index_uri="")
    page = next(uri for uri in site.contents if "0001" in uri and uri.endswith("/"))
    assert site.contents[f"{page}figure.png"] == b"pixels"


def test_an_attachment_in_memory_does_not_show_in_a_repr() -> None:
    assert "canary" not in repr(Attachment(name="a.txt", content=b"canary"))


def test_a_sealed_one_is_checked_like_any_other_and_its_text_stays_out_of_reports(
    folder: Folder, keys: Keys
) -> None:
    put(folder, keys, body="<script>canary</script>\n\n[canary](canary.html)\n")
    catalog = read(folder, keys)
    assert {"ADV140", "ADV141"} == set(codes(catalog))
    report = problems_text(catalog.problems, is_public=lambda path: catalog.is_public(path, NOW))
    assert "canary" not in report
    assert f"advisories/{NAME}.sealed.md:" in report
    assert all(one.fix is None for one in catalog.problems)


def test_held_and_sealed_is_the_way_in_a_public_source(folder: Folder, keys: Keys) -> None:
    policy = replace(folder.policy, source=Source.PUBLIC)
    put(folder, keys)
    folder.write("LAN-2026-0002", embargo=HELD)
    found = found_by_rules(read(folder, keys), policy=policy)
    clear = [one.place.path for one in found if one.code == "ADV151"]
    assert clear == ["advisories/LAN-2026-0002.md"]


def test_the_file_in_clear_and_the_sealed_one_do_not_stand_together(
    folder: Folder, keys: Keys
) -> None:
    put(folder, keys, embargo=DUE)
    folder.write("LAN-2026-0001")
    assert codes(read(folder, keys)) == ["ADV131", "ADV131"]


def test_a_notice_says_what_the_advisory_says(folder: Folder, keys: Keys) -> None:
    true = Notice(projects=("Lantern",), severity="high", embargo=disclosed_at(HELD))
    put(folder, keys, notice=true)
    assert codes(read(folder, keys)) == []
    assert read(folder).unopened[0].notice == true
    put(folder, keys, notice=replace(true, embargo=NOW))
    assert codes(read(folder, keys)) == ["ADV173"]
    put(folder, keys, notice=replace(true, projects=("Candle",)))
    assert codes(read(folder, keys)) == ["ADV173"]


def disclosed_at(text: str) -> datetime:
    return datetime.fromisoformat(text)


# Keys


def test_a_wrong_key_has_its_own_message(folder: Folder, keys: Keys) -> None:
    put(folder, keys, embargo=DUE)
    stranger = read_identities(keys.stranger)
    catalog = read_catalog(
        folder.path, prefix="advisories", policy=folder.policy, identities=stranger
    )
    assert codes(catalog) == ["ADV167"]
    assert catalog.advisories == ()
    assert "none of your keys opens it" in catalog.problems[0].text


def test_the_environment_names_a_key_file_or_has_the_key(tmp_path: Path) -> None:
    file = tmp_path / "key.txt"
    file.write_text(f"# created: today\n{KEYS.secrets[0]}\n")
    assert len(identities_of({"ADVISORY_IDENTITY": str(file)}).keys) == 1
    assert len(identities_of({"ADVISORY_KEY": KEYS.secrets[1]}).keys) == 1
    both = {"ADVISORY_IDENTITY": str(file), "ADVISORY_KEY": KEYS.secrets[1]}
    assert len(identities_of(both).keys) == 2
    assert not identities_of({"ADVISORY_IDENTITY": "", "ADVISORY_KEY": " "})


@pytest.mark.parametrize(
    "text",
    [
        "canary",
        "AGE-WORDS-KEY-1CANARY",
        "# only a comment\n",
        "-----BEGIN OPENSSH PRIVATE KEY-----\ncanary\n-----END OPENSSH PRIVATE KEY-----\n",
        f"{KEYS.secrets[0][:-1]}b",
    ],
    ids=["text", "short", "comment", "ssh", "changed"],
)
def test_what_is_no_key_is_refused_and_not_repeated(text: str, tmp_path: Path) -> None:
    file = tmp_path / "key.txt"
    file.write_text(text)
    for environment in ({"ADVISORY_KEY": text}, {"ADVISORY_IDENTITY": str(file)}):
        with pytest.raises(IdentityError) as refused:
            identities_of(environment)
        assert "canary" not in str(refused.value).lower()
        assert KEYS.secrets[0][:-1] not in str(refused.value)
    with pytest.raises(IdentityError, match="ADVISORY_IDENTITY: the key file cannot be read"):
        identities_of({"ADVISORY_IDENTITY": str(tmp_path / "missing")})


# Tampering


def outcome(raw: bytes, name: str = NAME) -> str:
    """Try to open; gives the code of the refusal, or what was read."""
    try:
        sealed = read_sealed(raw)
        open_sealed(sealed, KEYS.identities)
    except RefusedError as refused:
        return refused.code
    return "opened" if sealed.header.name == name else "ADV160"


@pytest.mark.parametrize("bit", [0x01, 0x20, 0x80])
def test_no_byte_of_a_sealed_file_can_be_flipped(bit: int, folder: Folder, keys: Keys) -> None:
    raw = put(folder, keys, embargo=DUE).read_bytes()
    assert outcome(raw) == "opened"
    for position in range(len(raw)):
        changed = bytearray(raw)
        changed[position] ^= bit
        assert outcome(bytes(changed)) in REFUSALS, position


REFUSALS = frozenset(f"ADV{number}" for number in range(160, 174))


def test_no_byte_below_the_armour_can_be_flipped(folder: Folder, keys: Keys) -> None:
    """As above, but every binary byte, so that every one reaches the cryptography."""
    sealed = read_sealed(put(folder, keys, embargo=DUE).read_bytes())
    clear, binary = sealed.clear.encode(), sealed.envelope.binary
    seen = set()
    for position in range(0, len(binary), 3):
        changed = bytearray(binary)
        changed[position] ^= 0x01
        seen.add(outcome(clear + armoured(bytes(changed))))
    assert seen <= REFUSALS
    assert {"ADV162", "ADV167", "ADV168"} <= seen


def test_a_file_that_is_cut_anywhere_does_not_open(folder: Folder, keys: Keys) -> None:
    raw = put(folder, keys, embargo=DUE).read_bytes()
    for length in (*range(0, len(raw), 97), len(raw) - 1):
        assert outcome(raw[:length]) in REFUSALS
    for more in (b"\n", b" ", b"x", raw):
        assert outcome(raw + more) in REFUSALS


NOTICE = Notice(projects=("Lantern", "Candle"), severity="high", embargo=NOW)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("revision: 3", "revision: 2"),
        ("revision: 3", "revision: 03"),
        ("revision: 3", "revision: 3 "),
        ("revision: 3", 'revision: "3"'),
        ("revision: 3", "Revision: 3"),
        ("revision: 3", "revision: 3 # three"),
        ("revision: 3", "revision: 0x3"),
        ("revision: 3\n", ""),
        ("revision: 3\n", "revision: 3\nrevision: 3\n"),
        ("revision: 3\n", "\nrevision: 3\n"),
        ("revision: 3\n", "revision: 3\r\n"),
        ("sealed: 1\n", ""),
        ("sealed: 1\n", "sealed: 1\nembargo: 2020-01-01T00:00:00Z\n"),
        ("sealed: 1", "sealed: 2"),
        (f"sealed: 1\nname: {NAME}", f"name: {NAME}\nsealed: 1"),
        (f"name: {NAME}", "name: aaaaaaaaaaaa"),
        (f"name: {NAME}\n", ""),
        ("  severity: high\n", ""),
        ("  severity: high", "  severity: low"),
        ("  severity: high", "  severity: High"),
        ("  severity: high\n", "  severity: high\n  id: LAN-2026-0001\n"),
        ("2026-06-01T12:00:00Z", "2026-01-01T12:00:00Z"),
        ("2026-06-01T12:00:00Z", "2026-06-01T12:00:00+00:00"),
        ('["Lantern", "Candle"]', '["Candle", "Lantern"]'),
        ('["Lantern", "Candle"]', '["Lantern","Candle"]'),
        ('["Lantern", "Candle"]', '["Lantern", 1]'),
        ('["Lantern", "Candle"]', "[" * 3000),
        ("notice:\n", "notice: {}\n"),
        ("---\n-----", "---\n\n-----"),
        ("---\nsealed", "--- \nsealed"),
        ("---\nsealed", "\ufeff---\nsealed"),
    ],
)
def test_no_field_of_a_header_can_be_moved_removed_or_spelled_anew(
    before: str, after: str, folder: Folder, keys: Keys
) -> None:
    file = put(folder, keys, embargo=DUE, notice=NOTICE, revision=3)
    text = file.read_text(encoding="utf-8")
    assert before in text
    file.write_bytes(text.replace(before, after, 1).encode())
    catalog = read(folder, keys)
    assert set(codes(catalog)) <= REFUSALS
    assert catalog.problems
    assert catalog.advisories == ()


def test_a_header_of_one_file_does_not_fit_another(folder: Folder, keys: Keys) -> None:
    first = put(folder, keys, embargo=DUE, revision=2).read_bytes()
    second = put(folder, keys, embargo=DUE, revision=3).read_bytes()
    head, tail = first.partition(b"-----BEGIN")[0], second.partition(b"-----BEGIN")[2]
    assert outcome(head + b"-----BEGIN" + tail) == "ADV170"


# Limits


def hostile(stanzas: int) -> bytes:
    stanza = b"-> X25519 " + b"A" * 43 + b"\n" + b"A" * 43 + b"\n"
    head = b"age-encryption.org/v1\n" + stanza * stanzas + b"--- " + b"A" * 43 + b"\n"
    return head + bytes(16 + BUCKETS[0] + 16)


def test_many_recipients_are_refused_before_anything_is_decrypted(
    folder: Folder, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object) -> bytes:
        raise AssertionError("it was decrypted")

    monkeypatch.setattr(pyrage, "decrypt", never)
    file = folder.path / f"{NAME}.sealed.md"
    clear = write_header(Header(name=NAME, revision=1)).encode()
    for stanzas in (65, 1_000, 20_000):
        file.write_bytes(clear + armoured(hostile(stanzas)))
        catalog = read(folder, keys)
        assert codes(catalog) == ["ADV163"]
    assert len(read_envelope(armoured(hostile(64)), line=1).stanzas) == 64


def test_decoys_count_towards_the_limit() -> None:
    grease = b"-> x-grease\n\n"
    binary = hostile(3).replace(b"v1\n", b"v1\n" + grease * 61, 1)
    assert len(read_envelope(armoured(binary), line=1).stanzas) == 3
    with pytest.raises(RefusedError, match="more than 64 keys"):
        read_envelope(armoured(hostile(3).replace(b"v1\n", b"v1\n" + grease * 62, 1)), line=1)


def test_a_large_file_is_refused_unread(folder: Folder, keys: Keys) -> None:
    file = folder.path / f"{NAME}.sealed.md"
    file.write_bytes(put(folder, keys).read_bytes() + b"x" * envelope.LARGEST_FILE)
    assert codes(read(folder, keys)) == ["ADV163"]
    file.write_bytes(b"")
    assert codes(read(folder, keys)) == ["ADV161"]


def test_a_link_or_a_folder_is_no_sealed_file(folder: Folder, keys: Keys, tmp_path: Path) -> None:
    file = put(folder, keys)
    file.rename(tmp_path / "elsewhere")
    file.symlink_to(tmp_path / "elsewhere")
    assert codes(read(folder, keys)) == ["ADV001"]
    file.unlink()
    file.mkdir()
    assert codes(read(folder, keys)) == ["ADV001"]


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400))
def test_noise_neither_opens_nor_crashes(noise: bytes) -> None:
    clear = write_header(Header(name=NAME, revision=1)).encode()
    for raw in (noise, armoured(b"age-encryption.org/v1\n-> X25519 " + noise)):
        assert outcome(clear + raw) in REFUSALS
    assert outcome(noise) in REFUSALS


# What is inside


def archive(*files: tuple[str, bytes]) -> bytes:
    """Make a payload of any files, by packing them one by one as an advisory's."""
    parts = []
    for name, raw in files:
        lone = pack(Contents(header="", stem="x", source=raw))
        block = bytearray(lone[512:1024])
        block[:100] = name.encode().ljust(100, b"\0")
        block[148:156] = b" " * 8
        block[148:156] = b"%06o\0 " % sum(block)
        parts.append(bytes(block) + raw.ljust(-(-len(raw) // 512) * 512, b"\0"))
    return b"".join(parts).ljust(BUCKETS[0], b"\0")


HEADER = ("header", write_header(Header(name=NAME, revision=1)).encode())


@pytest.mark.parametrize(
    "payload",
    [
        bytes(BUCKETS[0]),
        b"\xff" * BUCKETS[0],
        archive(HEADER),
        archive(("LAN-2026-0001.md", b"x"), HEADER),
        archive(HEADER, ("LAN-2026-0001.txt", b"x")),
        archive(HEADER, ("../../etc/passwd.md", b"x")),
        archive(HEADER, ("/etc/passwd.md", b"x")),
        archive(HEADER, ("LAN-2026-0001.md", b"x"), ("LAN-2026-0001.md", b"y")),
        archive(HEADER, ("LAN-2026-0001.md", b"x"), ("LAN-2026-0001/../x.txt", b"y")),
        archive(HEADER, ("LAN-2026-0001.md", b"x"), ("LAN-2026-0001/page.html", b"y")),
        archive(HEADER, ("LAN-2026-0001.md", b"x"), ("other/x.txt", b"y")),
        archive(HEADER, ("LAN-2026-0001.md", b"x"))[:-4] + b"more",
        archive(HEADER, *((f"f{n}.md", b"") for n in range(3))),
    ],
)
def test_a_payload_that_is_no_advisory_is_refused(
    payload: bytes, folder: Folder, keys: Keys
) -> None:
    (folder.path / f"{NAME}.sealed.md").write_bytes(sealed_by_hand(payload))
    catalog = read(folder, keys)
    assert codes(catalog) == ["ADV169"]
    assert catalog.advisories == ()


@settings(max_examples=300, deadline=None)
@given(st.integers(0, BUCKETS[0] - 1), st.integers(0, 255))
def test_a_broken_archive_does_not_crash(position: int, byte: int) -> None:
    payload = bytearray(archive(HEADER, ("LAN-2026-0001.md", b"x"), ("LAN-2026-0001/a.txt", b"y")))
    payload[position] = byte
    with suppress(RefusedError):
        unpack(bytes(payload))


# Recipients


def test_the_file_of_recipients_is_read_as_it_was_written() -> None:
    assert read_recipients(write_recipients(KEYS.recipients)) == KEYS.recipients


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (lambda text: text.replace("age1", "age2", 1), "this is no key"),
        (lambda text: text.replace("# Mira Okafor\n", ""), "does not have the name"),
        (lambda text: text.replace("Jan Novak", "Mira Okafor"), "stands in the file already"),
        (lambda text: text + "# Eve\n" + text.split("\n")[4] + "\n", "stands in the file already"),
        (lambda text: text.replace("age1", KEYS.secrets[0] + "\nage1", 1), "this is no key"),
    ],
)
def test_a_faulty_file_of_recipients_is_refused(change, text: str) -> None:  # type: ignore[no-untyped-def] # noqa: ANN001
    with pytest.raises(RefusedError, match=text) as refused:
        read_recipients(change(write_recipients(KEYS.recipients)))
    assert refused.value.code == "ADV165"


def test_too_few_recipients_are_never_sealed_for() -> None:
    contents = Contents(header="", stem="LAN-2026-0001", source=b"x")
    header = Header(name=NAME, revision=1)
    online = tuple(replace(one, offline=False) for one in KEYS.recipients)
    for recipients in (KEYS.recipients[:2], online, ()):
        with pytest.raises(RefusedError) as refused:
            seal(contents, header=header, recipients=recipients)
        assert refused.value.code == "ADV165"


# Rollback


@pytest.fixture
def repository(folder: Folder, keys: Keys) -> Path:
    """A repository in whose history the embargo was postponed: revision 1 says an earlier one."""
    root = folder.path.parent
    git(root, "init", "--quiet", ".")
    put(folder, keys, embargo=DUE, revision=1)
    commit(root)
    put(folder, keys, embargo=HELD, revision=2)
    commit(root)
    return root


def commit(root: Path) -> None:
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "Change an advisory")


def test_an_older_revision_that_is_put_back_is_refused(
    repository: Path, folder: Folder, keys: Keys
) -> None:
    assert codes(read(folder, keys)) == []
    git(repository, "checkout", "--quiet", "HEAD~1", "--", f"advisories/{NAME}.sealed.md")
    for with_key in (None, keys):
        assert codes(read(folder, with_key)) == ["ADV171"]
    commit(repository)
    assert codes(read(folder, keys)) == ["ADV171"]
    put(folder, keys, revision=3)
    assert codes(read(folder, keys)) == []


def test_an_older_revision_does_not_come_back_in_another_folder_or_by_a_merge(
    repository: Path, folder: Folder, keys: Keys
) -> None:
    file = folder.path / f"{NAME}.sealed.md"
    git(repository, "checkout", "--quiet", "-b", "other", "HEAD~1")
    (folder.path / "2026").mkdir()
    file.rename(folder.path / "2026" / file.name)
    commit(repository)
    git(repository, "checkout", "--quiet", "-")
    git(repository, "merge", "--quiet", "--strategy=ours", "--message", "Merge", "other")
    assert codes(read(folder, keys)) == []
    git(repository, "rm", "--quiet", f"advisories/{NAME}.sealed.md")
    git(repository, "checkout", "--quiet", "other", "--", "advisories/2026")
    assert codes(read(folder, keys)) == ["ADV171"]


def test_two_files_of_one_revision_are_told(repository: Path, folder: Folder, keys: Keys) -> None:
    put(folder, keys, embargo=DUE, revision=2)
    assert codes(read(folder, keys)) == ["ADV171"]
    assert repository.is_dir()


def test_the_record_knows_revisions_where_there_is_no_git(folder: Folder, keys: Keys) -> None:
    put(folder, keys, embargo=DUE, revision=4)
    record = folder.path / ".revisions"
    record.write_text(with_revisions("", {NAME: 5}))
    assert codes(read(folder, keys)) == ["ADV171"]
    record.write_text(with_revisions("", {NAME: 4}))
    assert codes(read(folder, keys)) == []


def test_the_numbers_of_the_record_only_grow() -> None:
    record = with_revisions("", {NAME: 4, "a" * 12: 1})
    assert with_revisions(record, {NAME: 3}) == record
    assert f"{NAME} 5\n" in with_revisions(record, {NAME: 5})
    both = record + with_revisions("", {NAME: 9})
    assert f"{NAME} 9\n" in with_revisions(both, {})


def test_nothing_is_opened_in_a_shallow_clone(
    repository: Path, folder: Folder, keys: Keys, tmp_path: Path
) -> None:
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{repository}", str(clone))
    shallow = replace(folder, path=clone / "advisories")
    assert codes(read(shallow)) == []
    assert codes(read(shallow, keys)) == ["ADV172"]
    git(clone, "fetch", "--quiet", "--unshallow")
    assert codes(read(shallow, keys)) == []


def test_nothing_is_opened_where_git_cannot_answer(
    repository: Path, folder: Folder, keys: Keys
) -> None:
    shutil.rmtree(repository / ".git" / "objects")
    assert codes(read(folder, keys)) == ["ADV172"]


# Other programs of age

needs_age = pytest.mark.skipif(shutil.which("age") is None, reason="age is not installed")


@needs_age
def test_age_opens_what_we_seal_and_tar_reads_it(
    folder: Folder, keys: Keys, tmp_path: Path
) -> None:
    file = put(folder, keys, attachments={"log.txt": b"a log"})
    key = tmp_path / "key.txt"
    key.write_text(keys.secrets[2])
    body = file.read_bytes().partition(b"\n---\n")[2]
    command = ["age", "--decrypt", "--identity", str(key)]
    payload = subprocess.run(command, input=body, capture_output=True, check=True).stdout
    out = tmp_path / "out"
    out.mkdir()
    subprocess.run(["tar", "-x", "-C", str(out)], input=payload, check=True)
    assert WORDS in (out / "LAN-2026-0001.md").read_text()
    assert (out / "LAN-2026-0001" / "log.txt").read_bytes() == b"a log"


@needs_age
def test_we_open_what_tar_and_age_seal(folder: Folder, keys: Keys, tmp_path: Path) -> None:
    clear = write_header(Header(name=NAME, revision=1))
    source = folder.write(embargo=DUE)
    source.rename(tmp_path / source.name)
    (tmp_path / "header").write_text(clear)
    command = ["tar", "-c", "--format=ustar", "-b16", "-C", str(tmp_path), "header", source.name]
    payload = subprocess.run(command, capture_output=True, check=True).stdout
    recipients = str(folder.path / ".recipients")
    command = ["age", "--encrypt", "--armor", "--recipients-file", recipients]
    armour = subprocess.run(command, input=payload, capture_output=True, check=True).stdout
    (folder.path / f"{NAME}.sealed.md").write_bytes(clear.encode() + armour)
    catalog = read(folder, keys)
    assert catalog.problems == ()
    assert [one.content.id for one in catalog.advisories] == ["LAN-2026-0001"]
