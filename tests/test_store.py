"""What a build keeps on the disk between two builds, and how little of it is in memory."""

import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256, sha512
from pathlib import Path

import pytest

from mkdocs_advisories.press import fingerprint
from mkdocs_advisories.press.facts import Facts, facts_json, facts_of
from mkdocs_advisories.press.store import Record, Store, packed
from mkdocs_advisories.press.written import Note, Written, read_written, stamp
from mkdocs_advisories.render.outline import About, Outline
from mkdocs_advisories.site.batch import Parts
from mkdocs_advisories.site.companions import parts_with_companions, with_companions

FINGERPRINT = "f" * 64
OTHER = "e" * 64
WORDS = {
    "01" + "0" * 62: "lantern 0001 common",
    "01" + "1" * 62: "lamp 0002 common",
    "02" + "0" * 62: "wick 0003",
}
"""Keys of records, two of them of one shard, and the words in each."""


OPENING = """\
import resource, sys
from pathlib import Path
from mkdocs_advisories.press.store import Store
_, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))  # as macOS has it
store = Store(Path(sys.argv[1]), fingerprint=sys.argv[2])
files = [open(sys.executable, "rb") for _ in range(64)]
print(store.notes)
"""
"""Opens a store where a process may have few files, and then some more files."""


def filled(folder: Path) -> Store:
    store = Store(folder, fingerprint=FINGERPRINT)
    for key, words in WORDS.items():
        pieces = {"sheet": packed(key.encode()), "words": packed(words.encode())}
        store.put(key, f'"{key}"'.encode(), pieces)
    store.put("02" + "f" * 62, b"null", {"document": packed(b"a document has no words")})
    return store


def opened(folder: Path) -> Store:
    filled(folder).save()
    return Store(folder, fingerprint=FINGERPRINT)


def record(store: Store, key: str) -> Record:
    found = store.get(key)
    assert found
    return found


def told(store: Store, *words: str) -> list[str]:
    """Give the words of the records in which some may be."""
    may_tell = store.looking_for(frozenset(words))
    return [text for key, text in WORDS.items() if may_tell(record(store, key))]


@pytest.mark.parametrize("is_saved", [False, True])
def test_words_are_found_in_the_records_that_have_them_and_in_no_other(
    tmp_path: Path, *, is_saved: bool
) -> None:
    store = opened(tmp_path) if is_saved else filled(tmp_path)
    lantern, lamp, wick = WORDS.values()
    assert told(store, "0001") == [lantern]
    assert told(store, "0003", "x") == [wick]
    assert told(store, "common", "lamp") == [lantern, lamp]
    assert told(store, "000", "nothing", "lanterns") == []
    assert told(store) == []
    assert store.notes == []


def flip(file: Path, part: bytes) -> None:
    """Damage a piece that is known to be in a file."""
    raw = file.read_bytes()
    assert part in raw
    file.write_bytes(raw.replace(part, part[:-1] + bytes([part[-1] ^ 1])))


def test_a_record_whose_words_are_damaged_may_have_any(tmp_path: Path) -> None:
    store = opened(tmp_path)
    lantern, lamp, wick = WORDS.values()
    flip(tmp_path / "sheets-01.store", packed(lantern.encode()))
    assert told(store, "0002") == [lantern, lamp]
    both = " ".join(sorted({*lantern.split(), *lamp.split()}))
    flip(tmp_path / "sheets-01.store", packed(both.encode()))
    assert told(store, "nothing") == [lantern]
    assert told(store, "0003") == [lantern, wick]


def test_what_was_put_is_there_after_two_more_saves(tmp_path: Path) -> None:
    store = opened(tmp_path)
    for key in WORDS:
        assert record(store, key).facts == f'"{key}"'.encode()
    store.put("01" + "2" * 62, b"1", {"sheet": packed(b"new")})
    store.save()  # the shard 02 has a record that nobody has used
    again = Store(tmp_path, fingerprint=FINGERPRINT)
    assert again.get("02" + "f" * 62) is None
    for key in WORDS:
        found = record(again, key)
        assert found.facts == f'"{key}"'.encode()
        assert again.piece(found, "sheet") == packed(key.encode())
        assert found.digest("sheet") == sha256(packed(key.encode())).digest()
        assert again.piece(found, "found") is None
    assert again.piece(record(again, "01" + "2" * 62), "sheet") == packed(b"new")
    assert told(again, "0001") == [WORDS["01" + "0" * 62]]


def test_a_full_store_leaves_a_process_files_that_it_may_open(tmp_path: Path) -> None:
    store = Store(tmp_path, fingerprint=FINGERPRINT)
    for place in range(256):
        for kind in ("words", "document"):
            key = sha256(f"{kind} {place}".encode()).hexdigest()
            store.put(f"{place:02x}{key[2:]}", b"null", {kind: packed(b"one")})
    store.save()
    # In a process of its own, for that of the tests may have many files open.
    opening = [sys.executable, "-c", OPENING, str(tmp_path), FINGERPRINT]
    assert subprocess.check_output(opening, text=True) == "[]\n"
    assert len(list(tmp_path.iterdir())) > 100


def test_what_another_version_has_left_in_the_folder_is_gone(tmp_path: Path) -> None:
    (tmp_path / "sheets-ff.store").write_bytes(b"mkdocs-advisories store 2 ")
    (tmp_path / "of-somebody-else.store").write_bytes(b"not ours")
    opened(tmp_path)
    assert not (tmp_path / "sheets-ff.store").exists()
    assert {one.name for one in tmp_path.iterdir()} == {
        "documents-02.store",
        "of-somebody-else.store",
        "sheets-01.store",
        "sheets-02.store",
    }


def test_a_store_of_something_else_or_with_a_damaged_head_is_empty(tmp_path: Path) -> None:
    opened(tmp_path)
    other = Store(tmp_path, fingerprint=OTHER)
    assert [other.get(key) for key in WORDS] == [None] * 3
    assert other.notes == ["the cache is of other versions or settings: it is made anew"]
    first = next(iter(WORDS))
    flip(tmp_path / "sheets-01.store", f'"{first}"'.encode())
    store = Store(tmp_path, fingerprint=FINGERPRINT)
    assert [store.get(key) is None for key in WORDS] == [True, True, False]
    assert store.notes == ["the cache is damaged: what cannot be read is made anew"]


def test_facts_come_back_and_are_read_once(tmp_path: Path) -> None:
    line = Outline(
        id="LAN-2026-0001",
        aliases=("CVE-2026-1001",),
        summary="`x` & <y> \u00e4",
        published=datetime(2026, 5, 1, 12, tzinfo=UTC),
        modified=datetime(2026, 5, 2, 12, 0, 0, 5, tzinfo=UTC),
        year="2026",
        severity="high",
        score=7.5,
        packages=(About("lantern", "crates.io", "lantern"),),
    )
    facts = Facts(
        outline=line,
        last=line.modified,
        related=("CVE-2026-1002",),
        links=("CVE-2026-1002", 3),
        levels=(2, 3),
        has_title=True,
    )
    store = Store(tmp_path, fingerprint=FINGERPRINT)
    known = store.put("0" * 64, facts_json(facts), {"sheet": b""})
    assert facts_of(known) == facts
    assert facts_of(known) is facts_of(known)
    assert facts.names == {"lan-2026-0001", "cve-2026-1001"}
    store.save()
    assert facts_of(record(Store(tmp_path, fingerprint=FINGERPRINT), "0" * 64)) == facts


@pytest.mark.parametrize("first", ["a.json", "a.json.sha256", "a.json.sha512"])
def test_a_file_in_parts_has_the_companions_of_a_whole_one(first: str) -> None:
    made: list[str] = []

    def parts() -> list[bytes]:
        made.append("once")
        return [b"[", b"1", b"]\n"]

    found = parts_with_companions("a.json", Parts(make=parts), signer=None)
    whole = with_companions({"a.json": b"[1]\n"}, signer=None)
    order = sorted(found, key=lambda one: one != first)
    assert {uri: b"".join(found[uri]) for uri in order} == whole
    assert found.keys() == whole.keys()
    assert sha256(b"[1]\n").hexdigest().encode() in b"".join(found["a.json.sha256"])
    assert sha512(b"[1]\n").hexdigest().encode() in b"".join(found["a.json.sha512"])
    assert made == ["once"] if first == "a.json" else ["once", "once"]


def note(site: Path, mark: str, *names: str) -> Note:
    """Write files, and note them down."""
    for name in names:
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).write_text(name, encoding="utf-8")
    stamps = {one: stamp(site / one) for one in names}
    return Note.of(made_of=mark, shell="s", stamps=stamps)  # noqa: S604 - that of a page


def listed(tmp_path: Path) -> tuple[Path, Path]:
    """Write a site of two groups, and its list into a cache."""
    site, cache = tmp_path / "site", tmp_path / "cache"
    cache.mkdir()
    written = Written(site=site, fingerprint=FINGERPRINT)
    written.add({"A-1": note(site, "1", "osv/A-1.json", "advisories/A-1/index.html")})
    written.add({"/feed": note(site, "2", "feed.xml")})
    written.save(cache)
    return site, cache


def marks(written: Written) -> Mapping[str, str]:
    return {name: one.made_of for name, one in written.groups.items()}


def test_a_list_of_what_was_written_comes_back_and_is_what_is_there(tmp_path: Path) -> None:
    site, cache = listed(tmp_path)
    written = read_written(cache, site=site, fingerprint=FINGERPRINT)
    assert marks(written) == {"A-1": "1", "/feed": "2"}
    assert written.roots == {"osv", "advisories", "feed.xml"}
    assert list(written.groups["A-1"].stamps) == ["osv/A-1.json", "advisories/A-1/index.html"]
    before = (cache / "written.json").read_bytes()
    written.save(cache)
    assert (cache / "written.json").read_bytes() == before
    assert marks(read_written(cache, site=site, fingerprint=OTHER)) == {}
    assert marks(read_written(cache, site=tmp_path, fingerprint=FINGERPRINT)) == {}


@pytest.mark.parametrize("part", [b'"A-1"', b'"osv/A-1.json"', b"\n["])
def test_a_list_that_is_damaged_is_none(tmp_path: Path, part: bytes) -> None:
    site, cache = listed(tmp_path)
    flip(cache / "written.json", part)
    assert marks(read_written(cache, site=site, fingerprint=FINGERPRINT)) == {}


def emptied(site: Path) -> None:
    (site / "osv" / "empty").mkdir()


def stray(site: Path) -> None:
    (site / "osv" / "stray.json").write_text("x", encoding="utf-8")


def swapped(site: Path) -> None:
    (site / "osv" / "A-1.json").rename(site / "osv" / "A-2.json")


def changed(site: Path) -> None:
    (site / "feed.xml").write_text("x", encoding="utf-8")


def gone(site: Path) -> None:
    (site / "feed.xml").unlink()


def linked(site: Path) -> None:
    (site / "osv").rename(site.parent / "osv")
    (site / "osv").symlink_to(site.parent / "osv")


@pytest.mark.parametrize(
    ("harm", "left"),
    [
        (None, {"A-1", "/feed"}),
        (emptied, {"A-1", "/feed"}),
        (stray, {"A-1", "/feed"}),
        (swapped, {"/feed"}),
        (changed, {"A-1"}),
        (gone, {"A-1"}),
        (linked, {"/feed"}),
    ],
)
def test_a_look_finds_what_is_not_as_it_was_written_and_nothing_else(
    tmp_path: Path, harm: object, left: set[str]
) -> None:
    site, cache = listed(tmp_path)
    expected = {one for one in site.rglob("*") if one.is_file()}
    if callable(harm):
        harm(site)
    written = read_written(cache, site=site, fingerprint=FINGERPRINT)
    written.look()
    known = marks(written)
    written.set_aside(cache)
    written.bring_back(known)
    assert written.groups.keys() == left
    assert {one for one in site.rglob("*") if one.is_file()} <= expected
    assert not (site / "osv" / "empty").exists()
    assert not (site / "osv").is_symlink()


def test_whatever_of_the_program_changes_changes_the_fingerprint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = Path(fingerprint.__file__).parents[1]
    kinds = {one.suffix for one in program.rglob("*")} - {"", ".pyc"}
    assert kinds > {".py", ".html", ".po", ".css", ".tsv"}
    (tmp_path / "press").mkdir()
    (tmp_path / "__pycache__").mkdir()
    monkeypatch.setattr(fingerprint, "__file__", str(tmp_path / "press" / "fingerprint.py"))
    digests = {fingerprint._code()}
    for number, kind in enumerate(sorted(kinds), start=1):
        (tmp_path / f"file{kind}").write_text("one", encoding="utf-8")
        digests.add(fingerprint._code())
        (tmp_path / f"file{kind}").write_text("two", encoding="utf-8")
        digests.add(fingerprint._code())
        assert len(digests) == 1 + 2 * number, kind
    (tmp_path / "__pycache__" / "file.pyc").write_bytes(b"made of file.py")
    assert fingerprint._code() in digests
