"""Nothing held gets into a site unseen, a clean one passes, and a proof knows when it is none."""

import base64
import bz2
import gzip
import hashlib
import io
import json
import lzma
import os
import random
import re
import struct
import subprocess
import sys
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from conftest import PROJECT, Folder
from mkdocs_advisories.cli.main import main
from mkdocs_advisories.proof import bench, packed, windows
from mkdocs_advisories.proof.allowances import AllowanceError, allowances
from mkdocs_advisories.proof.cache import load, save
from mkdocs_advisories.proof.examine import examine, examine_name
from mkdocs_advisories.proof.folding import fold
from mkdocs_advisories.proof.held import Haystack, Held, HeldFile, haystack
from mkdocs_advisories.proof.needles import RUN
from mkdocs_advisories.proof.prove import Request, prove
from mkdocs_advisories.proof.reading import DECODERS
from mkdocs_advisories.proof.report import Report, as_data
from mkdocs_advisories.proof.tree import tree_digest

SOURCES = sorted((PROJECT / "advisories").rglob("GHSA-*.md"))
SURVIVING = 40
"""Letters and digits that are left of a held text, for it to be found."""


def held(file: Path) -> Held:
    """Take a real advisory as one that is held."""
    text = file.read_text(encoding="utf-8")
    title = re.findall(r"^summary: (.+)$", text, re.MULTILINE)[0]
    body = text.split("\n---\n", 1)[1]
    return Held(
        path=f"advisories/{file.name}",
        source=text,
        body=body,
        title=title,
        ids=frozenset({file.stem}),
    )


def prose_of(one: Held) -> list[str]:
    """Give the paragraphs that are words only, and long enough."""
    paragraphs = re.split(r"\n\s*\n", one.source.split("\n---\n", 1)[1])
    return [text for text in paragraphs if "://" not in text and len(fold(text)) > 2 * SURVIVING]


HELD = tuple(one for one in map(held, SOURCES) if prose_of(one))[::4]
STACK = haystack(HELD, public=())
OTHERS = tuple(one.source for one in map(held, SOURCES) if one not in HELD)


def owners(name: str, raw: bytes, stack: Haystack = STACK) -> set[int]:
    """Look into a file."""
    return {leak.owner for leak in examine(name, raw, haystack=stack).leaks}


# The mutations of a text, from its letters to its escapes. None of them uses the proof's own code.


def spaced(text: str, chance: random.Random) -> str:
    """Change case, spaces and punctuation."""
    text = "".join(one.upper() if chance.random() < 0.5 else one.lower() for one in text)
    return re.sub(r"\s+", lambda _: chance.choice(["", "  ", "\n\n", "\u00a0", " - ", "\t"]), text)


def accented(text: str, chance: random.Random) -> str:
    """Add marks to letters."""
    return "".join(
        one + chance.choice(["", "\u0301", "\u0308"]) if one.isalpha() else one for one in text
    )


def widened(text: str, _: random.Random) -> str:
    """Write letters in full width."""
    return "".join(chr(ord(one) + 0xFEE0) if "!" <= one <= "~" else one for one in text)


def mathematical(text: str, _: random.Random) -> str:
    """Write letters in the bold of mathematics."""
    return "".join(chr(0x1D41A + ord(one) - ord("a")) if "a" <= one <= "z" else one for one in text)


def invisible(text: str, chance: random.Random) -> str:
    """Put characters of no width between letters."""
    marks = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e"
    return "".join(one + chance.choice(marks) for one in text)


def lookalike(text: str, chance: random.Random) -> str:
    """Write Cyrillic and Greek letters for Latin ones."""
    others = {"a": "\u0430\u03b1", "e": "\u0435", "o": "\u043e\u03bf", "p": "\u0440\u03c1"}
    others |= {"c": "\u0441\u03f2", "x": "\u0445", "y": "\u0443", "i": "\u0456", "s": "\u0455"}
    return "".join(chance.choice(others.get(one, one)) for one in text)


def tagged(text: str, chance: random.Random) -> str:
    """Part words by tags and comments."""
    between = ["", "<b>", "</b>", "<wbr/>", '<span class="kn" title="a>b">', "<!-- <i> note -->"]
    return "".join(one + chance.choice(between) for one in text)


def entities(text: str, chance: random.Random) -> str:
    """Write characters as references."""
    forms = ["&#{};", "&#x{:x};", "&#X{:X};", "&#0{};"]
    return "".join(chance.choice(forms).format(ord(one)) for one in text)


def percent(text: str, _: random.Random) -> str:
    """Escape everything as in a URL."""
    return "".join(f"%{code:02X}" for code in text.encode())


def escaped(text: str, chance: random.Random) -> str:
    """Escape characters as in JSON or JavaScript."""
    return "".join(json.dumps(one)[1:-1] if chance.random() < 0.5 else _escape(one) for one in text)


def _escape(one: str) -> str:
    units = one.encode("utf-16-be")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02X}" for at in range(0, len(units), 2))


LETTERS = [spaced, accented, widened, mathematical, invisible, lookalike]
ESCAPES = [entities, percent, escaped]


def in_base64(raw: bytes, chance: random.Random) -> bytes:
    """Write as base64, in one line or in several, of either alphabet."""
    alphabet = chance.choice([base64.b64encode, base64.urlsafe_b64encode])
    line = alphabet(raw).decode().rstrip("=" if chance.random() < 0.5 else "")
    width = chance.choice([40, 64, 76, 10_000_000])
    lines = "\n".join(line[at : at + width] for at in range(0, len(line), width))
    return f'<img src="data:image/x;base64,{lines}">'.encode()


def in_zip(raw: bytes, _: random.Random) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inner/file", raw)
    return stream.getvalue()


def in_tar(raw: bytes, _: random.Random) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        about = tarfile.TarInfo("inner/file")
        about.size = len(raw)
        archive.addfile(about, io.BytesIO(raw))
    return stream.getvalue()


def chunk(kind: bytes, content: bytes) -> bytes:
    return (
        struct.pack(">I", len(content))
        + kind
        + content
        + struct.pack(">I", zlib.crc32(kind + content))
    )


def png(*chunks: bytes) -> bytes:
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress(b"\0\0"))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(chunks) + pixels + chunk(b"IEND", b"")


def in_png(raw: bytes, chance: random.Random) -> bytes:
    """Put it into a text chunk of one of the three kinds."""
    return png(
        chance.choice(
            [
                chunk(b"zTXt", b"Comment\0\0" + zlib.compress(raw)),
                chunk(b"iTXt", b"Comment\0\0\0en\0Comment\0" + raw),
                chunk(b"iTXt", b"Comment\0\1\0\0\0" + zlib.compress(raw)),
            ]
        )
    )


def in_pdf(raw: bytes, _: random.Random) -> bytes:
    packed_stream = zlib.compress(raw)
    return b"".join(
        [
            b"%PDF-1.7\n1 0 obj\n<< /Length ",
            str(len(packed_stream)).encode(),
            b" /Filter /FlateDecode >>\nstream\r\n",
            packed_stream,
            b"\r\nendstream\nendobj\ntrailer << >>\n%%EOF\n",
        ]
    )


Packer = Callable[[bytes, random.Random], bytes]
PACKERS: dict[str, Packer] = {
    "base64": in_base64,
    "gzip": lambda raw, _: gzip.compress(raw),
    "zip": in_zip,
    "tar": in_tar,
    "xz": lambda raw, _: lzma.compress(raw),
    "bzip2": lambda raw, _: bz2.compress(raw),
    "zlib": lambda raw, _: zlib.compress(raw),
    "png": in_png,
    "pdf": in_pdf,
}


@st.composite
def leaks(draw: st.DrawFn) -> tuple[int, bytes]:
    """Take at least 40 letters and digits of a held advisory, and hide them in some ways."""
    owner = draw(st.integers(0, len(HELD) - 1))
    chance = random.Random(draw(st.integers(0, 2**32)))  # noqa: S311 - reproducible, no secret
    text = chance.choice(prose_of(HELD[owner]))
    start = chance.randrange(len(text) - SURVIVING)
    text = text[start : start + chance.randint(SURVIVING, 400)]
    if len(fold(text)) < SURVIVING:
        text = chance.choice(prose_of(HELD[owner]))
    mutations = draw(st.lists(st.sampled_from(LETTERS), max_size=2, unique=True))
    mutations += draw(st.lists(st.just(tagged), max_size=1))
    mutations += draw(st.lists(st.sampled_from(ESCAPES), max_size=2, unique=True))
    # Marks would be lost among letters that have another form, and case with letters of none.
    for mutate in sorted(mutations, key=[*LETTERS, tagged, *ESCAPES].index):
        text = mutate(text, chance)
    raw = text.encode()
    for packer in draw(st.lists(st.sampled_from(sorted(PACKERS)), max_size=3)):
        raw = PACKERS[packer](raw, chance)
    return owner, raw


@settings(max_examples=400, deadline=None)
@given(leaks())
def test_whatever_is_done_to_a_held_text_it_is_found_if_40_characters_survive(
    leak: tuple[int, bytes],
) -> None:
    owner, raw = leak
    assert owner in owners("file", raw)


@pytest.mark.parametrize("one", HELD, ids=lambda one: one.path)
def test_the_whole_source_and_its_id_are_found(one: Held) -> None:
    owner = HELD.index(one)
    assert owner in owners("a.md", one.source.encode())
    (name,) = one.ids
    assert owners("a.html", f"see {name.lower()}.".encode()) == {owner}
    assert owner in owners("a.txt", one.source.encode("utf-16"))
    assert owner in owners("a.txt", one.source.encode("utf-16-le"))


def test_what_two_advisories_share_is_no_leak_once_one_of_them_is_public() -> None:
    stack = haystack(HELD, public=OTHERS)
    for text in OTHERS:
        assert owners("a.md", text.encode(), stack) == set()
    for owner, one in enumerate(HELD):
        assert owner in owners("a.md", one.source.encode(), stack)


def test_names_of_files_are_read_as_their_content_is() -> None:
    text = " ".join(prose_of(HELD[1])[0].split())[:60]
    slug = re.sub(r"[^a-z]+", "-", text.lower())
    for name in (f"a/{slug}/index.html", f"a/{quote(text)}.html", f"{slug.upper()}.PNG"):
        assert examine_name(name, haystack=STACK) == {1}
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(f"{slug}/", "")
    assert owners("a.zip", stream.getvalue()) == {1}


def test_a_text_across_the_seams_of_a_long_file_is_found() -> None:
    text = prose_of(HELD[0])[0]
    filler = "nothing to see here, and no more of it " * 60_000
    for at in (2**20 - 40, 2**20, 2**20 + 30, 2**20 + 2**14 - 20):
        assert owners("a.html", (filler[:at] + text[:90] + filler[at:]).encode()) == {0}
    folded = fold(text)[: RUN + 4]
    many = b"z" * 2**17
    for at in (2**17 - RUN, 2**17 - 10, 2**17 - 1):
        found = STACK.needles.find(many[:at] + folded + many[at:])
        assert {owner for owner, _ in found} == {0}


def test_pdf_text_in_pieces_and_other_filters_is_read() -> None:
    text = "".join(one for one in prose_of(HELD[2])[0] if one.isalnum() or one == " ")
    pieces = " 20 ".join(f"({text[at : at + 3]})" for at in range(0, len(text), 3))
    hexadecimal = " ".join(f"<{one.encode().hex()}>" for one in text)
    for shown in (f"BT [{pieces}] TJ ET", f"BT [{hexadecimal}] TJ ET", f"BT ({text}) Tj ET"):
        for filters, content in (
            ("/FlateDecode", zlib.compress(shown.encode())),
            (
                "[/ASCII85Decode /FlateDecode]",
                base64.a85encode(zlib.compress(shown.encode())) + b"~>",
            ),
            ("/ASCIIHexDecode", shown.encode().hex().encode() + b">"),
        ):
            raw = (
                f"%PDF-1.4\n1 0 obj\n<</Filter {filters}>>\nstream\n".encode()
                + content
                + b"\nendstream\nendobj\n%%EOF"
            )
            assert owners("a.pdf", raw) == {2}


QUILT = Held(
    path="advisories/LAN-2026-0009.md",
    source="The naïve importer keeps the façade's whole stitch table, walked over twice at night.",
    body="The naïve importer keeps the façade's whole stitch table, walked over twice at night.",
)
ITS_TEXT = QUILT.body


def between(*parts: str) -> str:
    """Put something between the letters of a held text."""
    return "".join(one + parts[at % len(parts)] for at, one in enumerate(ITS_TEXT))


WRITTEN = {
    "letters that are blank": between("\u3164", "\u115f", "\uffa0", "\u1160"),
    "references with many zeros": "".join(f"&#{ord(one):030};&#x0;" for one in ITS_TEXT),
    "hexadecimal ones": "".join(f"&#x{ord(one):030x};" for one in ITS_TEXT),
    "percents with a u": "".join(f"%u{ord(one):04x}" for one in ITS_TEXT),
    "octal escapes": "".join(f"\\{ord(one):03o}" for one in ITS_TEXT),
    "long escapes": "".join(f"\\U{ord(one):08x}" for one in ITS_TEXT),
    "tags with a sign in quotes": between('<i title="a < b">', "<b x='<'>"),
    "character data": between("<![CDATA[", "]]>"),
}


@pytest.mark.parametrize("way", WRITTEN)
def test_odd_ways_to_write_a_text_hide_nothing(way: str) -> None:
    stack = haystack([QUILT], public=())
    page = f"<p>Before.</p>{WRITTEN[way]}<p>After.</p>".encode()
    assert owners("a.html", page, stack) == {0}
    assert owners("a.html.gz", gzip.compress(page), stack) == {0}


def test_bytes_that_are_no_utf8_hide_nothing_beside_them() -> None:
    """One bad byte in a page, a comment in a picture, and base64 with letters in front of it."""
    stack = haystack([QUILT], public=())
    text = ITS_TEXT.encode()
    assert owners("a.html", b"caf\xe9 " + text, stack) == {0}
    for written in (text, ITS_TEXT.encode("latin-1")):
        comment = b"\xff\xfe" + struct.pack(">H", len(written) + 2) + written
        assert owners("a.jpg", b"\xff\xd8" + comment + b"\xff\xd9", stack) == {0}
    glued = b"https://lantern.example/q/" + base64.urlsafe_b64encode(text)
    assert owners("a.html", glued, stack) == {0}


@pytest.mark.parametrize("name", ["a.css.br", "a.css.zst", "a.7z", "a.rar"])
def test_what_is_named_like_an_archive_that_cannot_be_read_fails(name: str) -> None:
    """A short one may have no byte that texts have not."""
    faults = examine(name, b"short enough to pass for a text", haystack=STACK).faults
    assert [one.reason for one in faults] == ["it is named like a packed file, and is none"]


def test_a_held_id_is_not_mistaken_for_a_longer_one_nor_overlooked_beside_it() -> None:
    one = Held(path="a.md", source="", body="", ids=frozenset({"CVE-2026-1234"}))
    stack = haystack([one], public=())
    for text in ("CVE-2026-12345", "cve_2026_12340 and CVE-2026-12341"):
        assert owners("a.html", text.encode(), stack) == set()
    for text in (
        "CVE-2026-1234",
        "CVE-2026-1234 5",
        "CVE-2026-12345, CVE-2026-1234",
        "C&#86;E-2026-1234",
        "cve%2d2026%2d1234.",
    ):
        assert owners("a.html", text.encode(), stack) == {0}, text


def test_the_address_of_a_fix_is_found_and_is_no_other_one() -> None:
    fix = "https://git.lantern.example/lantern/pull/401"
    one = Held(path="a.md", source=f"Fixed in [a change]({fix}).", body="")
    for public, found in (([], {0}), ([f"see {fix}2 and"], {0}), ([f"see {fix}, and"], set())):
        stack = haystack([one], public=public)
        assert owners("a.html", f'<a href="{fix}">'.encode(), stack) == found
        assert owners("a.html", fix.replace("/", "%2f").encode(), stack) == found
        assert owners("a.html", f"{fix}5 {fix[:-1]}".encode(), stack) == set()


def test_attachments_are_found_by_name_by_hash_and_by_any_part_of_them() -> None:
    noise = random.Random(3).randbytes(20_000)  # noqa: S311 - reproducible, no secret
    patch = "".join(f"+    if (index_{n} >= limit_{n * 7}) return trap;\n" for n in range(60))
    one = replace(
        HELD[0],
        files=(
            HeldFile(name="proof-of-concept.wasm", raw=b"\0asm" + noise),
            HeldFile(name="bounds.patch", raw=patch.encode()),
        ),
    )
    stack = haystack([one], public=())
    digest = hashlib.sha256(b"\0asm" + noise).hexdigest()
    for name, raw in (
        ("a.wasm", b"\0asm" + noise),
        ("a.wasm", b"\0asm" + b"\1" * 99 + noise[7000:12000]),
        ("a.html", f"<pre>{patch[500:600]}</pre>".encode()),
        ("a.html", b'<a href="x/proof-of-concept.wasm">'),
        ("SHA256SUMS", f"{digest.upper()}  x\n".encode()),
        ("a.gz", gzip.compress(noise)),
    ):
        assert owners(name, raw, stack) == {0}, name


def test_a_binary_signature_is_read_as_one() -> None:
    assert examine("a.sig", b"\x88\x75" + bytes(50), haystack=STACK).faults == ()
    assert examine("a.dat", b"\x88\x75" + bytes(50), haystack=STACK).faults != ()


CLEAN_TEXT = "Lanterns are made of tin and glass, and this page is about how to clean them. " * 30


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A small site in which nothing is held."""
    site = tmp_path / "site"
    (site / "about").mkdir(parents=True)
    for name in ("index.html", "about/index.html", "404.html"):
        (site / name).write_text(f"<h1>{name}</h1><p>{CLEAN_TEXT}</p>", encoding="utf-8")
    (site / "sitemap.xml.gz").write_bytes(gzip.compress(CLEAN_TEXT.encode()))
    (site / "a.png").write_bytes(png(chunk(b"tEXt", b"Author\0somebody")))
    return site


def proven(site: Path, **options: object) -> Report:
    """Prove a site at which nothing but the options is special."""
    request = Request(root=site, held=HELD[:2])
    return prove(replace(request, **options), progress=lambda *_: None)[0]  # type: ignore[arg-type] # of whatever field


def test_a_clean_site_passes(site: Path) -> None:
    report = proven(site)
    assert report.is_clean
    assert (report.files, report.held, report.missed, report.found) == (5, 2, (), ())
    assert report.windows > 1000


def test_where_nothing_is_held_the_seeds_are_still_planted_and_files_still_read(
    site: Path,
) -> None:
    report = proven(site, held=())
    assert report.is_clean
    assert (report.held, report.windows, report.missed) == (0, 0, ())
    assert not proven(site, held=(), without=frozenset({"gzip"})).is_clean
    (site / "a.zip").write_bytes(b"PK\3\4 no more")
    assert not proven(site, held=()).is_clean


@pytest.mark.parametrize("decoder", DECODERS)
def test_without_any_one_of_its_decoders_the_proof_is_red(site: Path, decoder: str) -> None:
    report = proven(site, without=frozenset({decoder}))
    assert not report.is_clean
    assert report.missed
    assert report.found == ()


def test_a_decoder_that_stops_working_turns_the_proof_red(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for target, broken in (
        ("reading.UNPACKERS", {}),
        ("reading.stretches", lambda _: iter(())),
        ("reading.fold", lambda text: text.encode()),
        ("reading.readings", lambda text, **_: iter([text])),
        ("examine.Reader.read", lambda *_: iter(())),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(f"mkdocs_advisories.proof.{target}", broken)
            assert not proven(site).is_clean, target
    assert proven(site).is_clean


def test_several_processes_plant_their_own_seeds_and_say_the_same(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench, "WORTH_A_PROCESS", 0)
    (site / "leak.html").write_text(prose_of(HELD[1])[0], encoding="utf-8")
    one, several = proven(site), proven(site, processes=2)
    assert as_data(one) == as_data(several)
    assert [found.file for found in several.found] == ["leak.html"]
    lost = proven(site, processes=2, without=frozenset({"pdf"}))
    assert "pdf" in lost.missed


def test_an_advisory_with_too_few_words_of_its_own_is_unprovable(site: Path) -> None:
    short = Held(path="advisories/s.md", source="---\nid: X-1\n---\nShort.", body="Short.")
    report = proven(site, held=[HELD[0], short])
    assert not report.is_clean
    assert report.unprovable == ("advisories/s.md",)
    copied = replace(HELD[1], path="advisories/copy.md", ids=frozenset({"X-2"}))
    report = proven(site, held=[HELD[0], copied], public=[HELD[1].source])
    assert report.unprovable == ("advisories/copy.md",)


def test_what_is_public_is_no_leak_and_what_is_held_beside_it_is(site: Path) -> None:
    both = "This sentence stands in the public advisory and in the held one as well, word by word."
    own = "And this one stands in the held advisory alone, where nobody has read it until today."
    secret = replace(HELD[0], source=f"{both} {own}", body=f"{both} {own}", title="")
    (site / "public.html").write_text(both, encoding="utf-8")
    assert not proven(site, held=[secret]).is_clean
    assert proven(site, held=[secret], public=[both]).is_clean
    asked: list[bytes] = []

    def wider() -> Iterator[bytes]:
        asked.append(b"")
        yield fold(both)

    assert proven(site, held=[secret], wider=wider).is_clean
    assert asked
    (site / "leak.html").write_text(own, encoding="utf-8")
    report = proven(site, held=[secret], public=[both], wider=wider)
    assert [one.file for one in report.found] == ["leak.html"]


def test_windows_that_share_a_hash_are_no_alarm_and_hide_none(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a base of 1 the hash is a sum, so that every order of the same letters has the same."""
    monkeypatch.setattr(windows, "_BASE", 1)
    assert proven(site).is_clean
    text = fold(prose_of(HELD[0])[0]).decode()
    (site / "backwards.html").write_text(text[::-1], encoding="utf-8")
    assert proven(site).is_clean
    (site / "leak.html").write_text(text, encoding="utf-8")
    assert [one.file for one in proven(site).found] == ["leak.html"]


CHANCE = random.Random(1)  # noqa: S311 - reproducible, no secret
BOMB = gzip.compress(bytes(packed.MOST_EXPANDED + 1))


def nested(levels: int) -> bytes:
    raw = b"deep"
    for _ in range(levels):
        raw = gzip.compress(raw)
    return raw


def encrypted_zip() -> bytes:
    raw = bytearray(in_zip(b"secret", CHANCE))
    raw[raw.index(b"PK\1\2") + 8] |= 1
    return bytes(raw)


@pytest.mark.parametrize(
    ("name", "raw", "why"),
    [
        ("a.gz", gzip.compress(b"x" * 999)[:-9], "it ends too early"),
        ("a.gz", gzip.compress(b"x" * 999) + b"more", "it is damaged"),
        ("a.gz", gzip.compress(b"x" * 999)[:-8] + bytes(8), "it is damaged"),
        ("a.gz", b"text", "it is named like a gzip file, and is none"),
        ("a.zip", b"PK\3\4 and no more", "it is damaged"),
        ("a.zip", in_zip(b"x" * 999, CHANCE)[:-30], "it is damaged"),
        ("a.zip", encrypted_zip(), "a part of it is encrypted"),
        ("a.zip", b"", "it is named like a zip file, and is none"),
        ("a.tar", in_tar(b"x" * 999, CHANCE)[:700], ""),
        ("a.xz", lzma.compress(b"x" * 999)[:-20], "it ends too early"),
        ("a.bz2", bz2.compress(b"x" * 999)[:-5], "it ends too early"),
        ("a.png", png()[:-20], "it ends too early"),
        ("a.png", png().replace(b"IDAT", b"IDAX"), "it is damaged"),
        ("a.pdf", b"%PDF-1.4\n1 0 obj", "it ends too early"),
        ("a.pdf", b"%PDF-1.4\ntrailer <</Encrypt 1 0 R>>\n%%EOF", "it is encrypted"),
        (
            "a.pdf",
            b"%PDF-1.4\n1 0 obj <</Filter /LZWDecode>> stream\nx\nendstream\n%%EOF",
            "a filter that is not known",
        ),
        ("a.bin", b"\x07\x01\x02\x00\x99", "its kind is not known"),
        ("a.br", b"\x1b\x0f\x00\xf8\x45", "its kind is not known"),
        ("bomb.gz", BOMB, "it unfolds into more than 128 MiB"),
        ("deep.gz", nested(12), "nested more than 8 levels deep"),
    ],
    ids=lambda value: value if isinstance(value, str) else "raw",
)
def test_what_cannot_be_read_to_its_end_fails_unless_it_is_allowed(
    site: Path, name: str, raw: bytes, why: str
) -> None:
    (site / name).write_bytes(raw)
    report = proven(site)
    assert not report.is_clean
    assert [one.file for one in report.unread][:1] == [name]
    assert why in report.unread[0].reason
    allowed = {hashlib.sha256(raw).hexdigest(): "looked at by hand"}
    report = proven(site, allowed=allowed)
    assert report.is_clean
    assert report.unread[0].allowed == "looked at by hand"


def test_an_allowance_is_for_these_bytes_only_and_never_for_a_leak(site: Path) -> None:
    raw = b"\x07\x01\x00" + prose_of(HELD[0])[0].encode()
    (site / "a.bin").write_bytes(raw)
    allowed = {hashlib.sha256(raw).hexdigest(): "because", "0" * 64: "no such file"}
    report = proven(site, allowed=allowed)
    assert not report.is_clean
    assert [one.file for one in report.found] == ["a.bin"]
    assert report.unused == ("0" * 64,)


def test_the_list_of_allowances_wants_a_reason() -> None:
    digest = "ab" * 32
    assert allowances(f"# a note\n\n{digest}  seen by two\n") == {digest: "seen by two"}
    for line in (digest, digest.upper() + " x", "short reason", f"{digest}\t"):
        with pytest.raises(AllowanceError, match="line 2: write the SHA-256"):
            allowances(f"\n{line}\n")


def test_links_and_other_things_that_are_no_files_fail(site: Path, tmp_path: Path) -> None:
    (tmp_path / "outside.html").write_text("x", encoding="utf-8")
    (site / "link.html").symlink_to(tmp_path / "outside.html")
    (site / "folder").symlink_to(tmp_path)
    os.mkfifo(site / "pipe")
    report = proven(site)
    assert not report.is_clean
    assert {(one.file, one.reason[:16]) for one in report.unread} == {
        ("link.html", "it is a symbolic"),
        ("folder", "it is a symbolic"),
        ("pipe", "it is no regular"),
    }


@pytest.mark.parametrize("part", ["<", "<!--", "&", "<a '", "\\u", "%", "A" * 23 + " ", "(a"])
def test_a_hostile_text_takes_no_more_than_linear_time(part: str) -> None:
    """A pattern that looks back at each of a million parts would not end."""
    raw = (part * 10**6)[: 4 * 10**6].encode()
    assert examine("a.html", raw, haystack=STACK).leaks == ()
    assert examine("a.pdf", b"%PDF-1.4\n" + raw + b"\n%%EOF", haystack=STACK).leaks == ()


def test_a_preview_is_refused_unseen(site: Path) -> None:
    (site / "about" / ".advisory-preview").write_text("", encoding="utf-8")
    report = proven(site)
    assert (report.is_preview, report.is_clean) == (True, False)


def cached(site: Path, file: Path, **options: object) -> Report:
    """Prove with a cache, and keep it."""
    request = replace(Request(root=site, held=HELD[:2]), cache=load(file), **options)  # type: ignore[arg-type] # of whatever field
    report, clean = prove(request, progress=lambda *_: None)
    save(file, salt=request.cache.salt, clean=clean)
    return report


def test_the_cache_changes_nothing_but_the_time(site: Path, tmp_path: Path) -> None:
    file = tmp_path / "cache"
    assert (cached(site, file).cached, cached(site, file).cached) == (0, 5)
    (site / "about" / "index.html").write_text(prose_of(HELD[0])[0], encoding="utf-8")
    for _ in range(2):
        report = cached(site, file)
        assert report.cached == 4
        assert report.found == proven(site).found
    assert cached(site, file, without=frozenset({"zip"})).cached == 0
    assert cached(site, file, held=HELD[:3]).cached == 0
    assert cached(site, file, held=HELD[:3], public=["more that is public"]).cached == 4
    (site / "sitemap.xml.gz").rename(site / "sitemap.png")
    assert [one.file for one in cached(site, file).unread] == ["sitemap.png"]


def test_a_reader_that_has_lost_an_ability_leaves_nothing_in_the_cache(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (site / "leak.gz").write_bytes(gzip.compress(prose_of(HELD[0])[0].encode()))
    with monkeypatch.context() as broken:
        broken.setattr("mkdocs_advisories.proof.reading.UNPACKERS", {"gzip": lambda *_: iter(())})
        assert not cached(site, tmp_path / "cache").is_clean
    report = cached(site, tmp_path / "cache")
    assert (report.cached, [one.file for one in report.found]) == (0, ["leak.gz"])


def test_the_cache_has_nothing_of_what_is_held(site: Path, tmp_path: Path) -> None:
    file = tmp_path / "cache"
    cached(site, file)
    cached(site, tmp_path / "other")
    raw = file.read_bytes()
    assert len(raw) == 16 + 16 + 16 * 5
    assert owners("cache.bin", raw) == set()
    # With another salt every entry is another one: nothing can be looked up.
    assert not load(file).clean & load(tmp_path / "other").clean


@pytest.mark.parametrize("damage", ["cut", "grow", "flip", "empty", "folder"])
def test_a_damaged_cache_costs_time_only(site: Path, tmp_path: Path, damage: str) -> None:
    file = tmp_path / "cache"
    (site / "leak.html").write_text(prose_of(HELD[0])[0], encoding="utf-8")
    cached(site, file)
    raw = file.read_bytes()
    changed = {
        "cut": raw[:-1],
        "grow": raw + b"x",
        "flip": bytes(255 - one for one in raw),
        "empty": b"",
    }
    if damage == "folder":
        file.unlink()
        file.mkdir()
    else:
        file.write_bytes(changed[damage])
    report = proven(site, cache=load(file))
    assert report.cached == 0
    assert [one.file for one in report.found] == ["leak.html"]


def test_the_digest_of_a_tree_is_that_of_sha256sum(site: Path) -> None:
    names = sorted(one.relative_to(site).as_posix() for one in site.rglob("*") if one.is_file())
    out = subprocess.run(["sha256sum", *names], cwd=site, check=True, capture_output=True).stdout
    assert proven(site).digest == hashlib.sha256(out).hexdigest()
    assert tree_digest([]) == hashlib.sha256(b"").hexdigest()


# The command.


def run(folder: Folder, *arguments: str) -> int:
    """Run `advisory prove` for a project."""
    config = folder.path.parent / "mkdocs.yml"
    with pytest.raises(SystemExit) as stop:
        main(["--config-file", str(config), "prove", *arguments])
    assert isinstance(stop.value.code, int)
    return stop.value.code


HELD_BODY = """\
## Impact

Whoever holds the brass key of the tower can turn every lantern of the harbour into a beacon, and
no keeper will notice it before the oil is burnt.
"""


@pytest.fixture
def project(checkout: Folder) -> Folder:
    """A project with a disclosed advisory, a held one, and a site in which nothing is held."""
    checkout.write("LAN-2020-0001", embargo="2020-01-01T00:00:00Z")
    checkout.write(
        "LAN-2026-0007",
        embargo="2999-01-01T00:00:00Z",
        summary="Brass key opens it",
        body=HELD_BODY,
    )
    attached = checkout.path / "LAN-2026-0007"
    attached.mkdir()
    (attached / "tower-key.txt").write_text("ward one, ward two, ward four\n", encoding="utf-8")
    site = checkout.path.parent / "site"
    site.mkdir()
    (site / "index.html").write_text(f"<p>{CLEAN_TEXT} LAN-2020-0001</p>", encoding="utf-8")
    return checkout


def test_the_command_says_what_it_has_proven(
    project: Folder, capsys: pytest.CaptureFixture[str]
) -> None:
    site = project.path.parent / "site"
    assert run(project, str(site)) == 0
    out = capsys.readouterr().out
    assert re.fullmatch(
        rf"Proven: nothing held is in {re.escape(str(site))} \(1 files; 1 held, [0-9]+ needles;"
        r" 23 of 23 planted leaks found\)\.\n",
        out,
    )
    assert run(project) == 0
    assert "1 known from before" in capsys.readouterr().out
    assert (project.path.parent / ".cache" / "advisory-proof").is_file()


LEAKS = {
    "body": ("a.html", HELD_BODY.split("\n\n")[1]),
    "rendered": ("b.html", "<i>every lantern</i> of the harbour &#105;nto a <b>beacon</b>, and no"),
    "id": ("c.html", "lan_2026_0007"),
    "attachment": ("d.txt", "ward one, ward two, ward four\n"),
    "name of the attachment": ("e.html", '<a href="x/tower%2Dkey.txt">'),
    "name": ("whoever-holds-the-brass-key-of-the-tower-can-turn-it.html", "nothing"),
}


@pytest.mark.parametrize("leak", LEAKS)
def test_a_leak_is_reported_without_a_word_of_it(
    project: Folder, capfd: pytest.CaptureFixture[str], leak: str
) -> None:
    name, text = LEAKS[leak]
    site = project.path.parent / "site"
    (site / name).write_text(text, encoding="utf-8")
    assert run(project, str(site)) == 3
    human = capfd.readouterr()
    shown = "[withheld]" if leak == "name" else name
    assert f"leak: {shown} shows something of advisories/LAN-2026-0007.md\n" in human.out
    assert f"Not proven: do not publish {site}" in human.out
    assert run(project, str(site), "--format", "json") == 3
    report = capfd.readouterr()
    data = json.loads(report.out)
    schema = (PROJECT / "schema" / "proof.schema.json").read_text(encoding="utf-8")
    Draft202012Validator(json.loads(schema)).validate(data)
    assert (data["clean"], [one["file"] for one in data["found"]]) == (False, [shown])
    printed = human.out + human.err + report.out + report.err
    assert not re.search("brass|harbour|ward|keeper|tower", printed, re.IGNORECASE)


def test_a_held_file_that_is_no_sound_advisory_is_looked_for_all_the_same(
    project: Folder, capsys: pytest.CaptureFixture[str]
) -> None:
    file = project.path / "LAN-2026-0008.md"
    file.write_text(f"no front matter\n\n{HELD_BODY.replace('brass', 'iron')}", encoding="utf-8")
    site = project.path.parent / "site"
    assert run(project, str(site)) == 0
    (site / "x.html").write_text("Whoever holds the iron key of the tower can turn every lantern")
    assert run(project, str(site)) == 3
    assert "advisories/LAN-2026-0008.md" in capsys.readouterr().out
    file.write_bytes(bytes(300 * 1024))
    (site / "x.html").unlink()
    assert run(project, str(site)) == 3
    assert "unprovable: advisories/LAN-2026-0008.md: too few words" in capsys.readouterr().out


def test_an_allowed_file_is_named_with_its_reason(
    project: Folder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site = project.path.parent / "site"
    (site / "a.bin").write_bytes(b"\0\1\2\3")
    digest = hashlib.sha256(b"\0\1\2\3").hexdigest()
    assert run(project, str(site)) == 3
    assert f"unread: a.bin: its kind is not known, so it cannot be read (SHA-256 {digest})" in (
        capsys.readouterr().out
    )
    allow = tmp_path / "allow.txt"
    allow.write_text(f"{digest} a sample of a damaged header\n", encoding="utf-8")
    assert run(project, str(site), "--allow", str(allow)) == 0
    assert "allowed: a.bin: its kind is not known" in capsys.readouterr().out
    allow.write_text(f"{digest}\n", encoding="utf-8")
    assert run(project, str(site), "--allow", str(allow)) == 2
    assert "allow.txt: line 1: write the SHA-256" in capsys.readouterr().err


@pytest.mark.parametrize("is_public", [True, False])
def test_the_command_that_upgrades_a_public_package_is_no_leak(
    project: Folder, *, is_public: bool
) -> None:
    command = "dotnet add package Lantern.Harbour.Works --version %s"

    def write(name: str, *, fixed: str, **fields: str) -> None:
        file = project.write(name, **fields)
        text = file.read_text(encoding="utf-8").replace('fixed: "1.2.3"', f'fixed: "{fixed}"')
        package = "{ecosystem: NuGet, name: Lantern.Harbour.Works}"
        text = text.replace("{ecosystem: crates.io, name: lantern}", package)
        file.write_text(text.replace("type: SEMVER", "type: ECOSYSTEM"), encoding="utf-8")

    body = f"{HELD_BODY}\n## Patches\n\n```sh\n{command % '1.2.3'}\n```\n"
    write("LAN-2026-0008", fixed="1.2.3", embargo="2999-01-01T00:00:00Z", body=body)
    if is_public:
        write("LAN-2020-0002", fixed="1.1.9", embargo="2020-01-01T00:00:00Z")
    page = project.path.parent / "site" / "page.html"
    page.write_text(f"<p>{CLEAN_TEXT}</p><code>{command % '1.1.9'}</code>", encoding="utf-8")
    assert run(project) == (0 if is_public else 3)
    page.write_text(f"<code>{command % '1.1.9'}</code><p>{HELD_BODY}</p>", encoding="utf-8")
    assert run(project) == 3


@pytest.mark.parametrize("is_public", [True, False])
def test_code_that_a_public_advisory_gives_as_well_is_no_leak_in_the_index_of_a_search(
    project: Folder, *, is_public: bool
) -> None:
    code = """\
for entry in client.entries():
    if entry.size > 134217728:
        raise ValueError(f"refused: {entry.name}")
"""
    given = f"\n## Workarounds\n\n```python\n{code}```\n"
    project.write("LAN-2026-0008", embargo="2999-01-01T00:00:00Z", body=HELD_BODY + given)
    if is_public:
        project.write("LAN-2020-0002", embargo="2020-01-01T00:00:00Z", body=CLEAN_TEXT + given)
    index = project.path.parent / "site" / "index.json"
    shown = f"<p>{' '.join(code.split()).replace('>', '&gt;')}</p>"
    index.write_text(json.dumps({"text": shown}), encoding="utf-8")
    assert run(project) == (0 if is_public else 3)


def test_a_tree_that_is_public_already_is_no_leak(project: Folder, tmp_path: Path) -> None:
    site = project.path.parent / "site"
    (site / "a.html").write_text(HELD_BODY.split("\n\n")[1], encoding="utf-8")
    live = tmp_path / "live"
    live.mkdir()
    (live / "old.html.gz").write_bytes(gzip.compress((site / "a.html").read_bytes()))
    assert run(project, str(site)) == 3
    assert run(project, str(site), "--public", str(live)) == 0


def test_a_preview_and_an_empty_folder_are_refused(
    project: Folder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site = project.path.parent / "site"
    (site / ".advisory-preview").touch()
    assert run(project, str(site)) == 3
    assert "is a preview: it shows what is held" in capsys.readouterr().out
    (tmp_path / "empty").mkdir()
    assert run(project, str(tmp_path / "empty")) == 2
    assert run(project, str(tmp_path / "none")) == 2


def test_the_command_needs_no_mkdocs(project: Folder) -> None:
    code = (
        "import sys; sys.modules['mkdocs'] = sys.modules['material'] = None\n"
        "from mkdocs_advisories.cli.main import main; main()"
    )
    root = project.path.parent
    command = [sys.executable, "-c", code, "prove", "site", "--no-cache"]
    assert subprocess.run(command, cwd=root, check=False).returncode == 0
    (root / "site" / "a.html").write_text("<p>LAN-2026-0007", encoding="utf-8")
    assert subprocess.run(command, cwd=root, check=False).returncode == 3
    assert not (root / ".cache").exists()


@pytest.fixture
def script(project: Folder) -> Path:
    """The project with this one's script, which finds the environment of the tests."""
    root = project.path.parent
    (root / "scripts").mkdir()
    script = root / "scripts" / "site"
    script.write_bytes((PROJECT / "scripts" / "site").read_bytes())
    environment = root / "scripts" / "environment"
    environment.write_text(f"#!/bin/sh\necho {sys.prefix}\n", encoding="utf-8")
    for file in (script, environment):
        file.chmod(0o755)
    return script


def test_the_script_proves_each_site_that_it_builds_and_moves_away_what_is_not_proven(
    project: Folder, script: Path
) -> None:
    root = project.path.parent
    done = subprocess.run([script], capture_output=True, check=False, text=True)
    assert done.returncode == 0, done.stderr
    assert "Proven: nothing held is in site" in done.stdout
    (root / "docs" / "index.md").write_text(f"# Home\n\n{HELD_BODY}", encoding="utf-8")
    for arguments, name in ((["build"], "site"), (["build", "--site-dir", "out"], "out")):
        done = subprocess.run([script, *arguments], capture_output=True, check=False, text=True)
        assert done.returncode == 3
        assert "leak: index.html shows something of advisories/LAN-2026-0007.md" in done.stdout
        assert "leak: search/search_index.json shows" in done.stdout
        assert f"see {name}.refused, and do not deploy that" in done.stderr
        assert not (root / name).exists()
        assert (root / f"{name}.refused" / "index.html").is_file()


def test_the_script_moves_away_what_a_build_leaves_that_fails_late(
    project: Folder, script: Path
) -> None:
    """A warning ends a strict build when all is written, and nothing of it is proven."""
    root = project.path.parent
    (root / "docs" / "index.md").write_text(f"# A\n\n[x](y.md)\n\n{HELD_BODY}", encoding="utf-8")
    done = subprocess.run([script], capture_output=True, check=False, text=True)
    assert done.returncode == 1
    assert "The site was not built to its end" in done.stderr
    assert not (root / "site").exists()
    (root / "docs" / "index.md").write_text("# A\n", encoding="utf-8")
    assert subprocess.run([script], capture_output=True, check=False).returncode == 0
    project.write("LAN-2026-0009", embargo="tomorrow")
    done = subprocess.run([script], capture_output=True, check=False, text=True)
    assert done.returncode == 1
    assert "Nothing was written" in done.stderr + done.stdout
    assert (root / "site" / "index.html").is_file()


def test_the_script_proves_a_build_however_it_is_asked_for(project: Folder, script: Path) -> None:
    root = project.path.parent
    (root / "docs" / "index.md").write_text(f"# Home\n\n{HELD_BODY}", encoding="utf-8")
    (root / "other").mkdir()
    config = (root / "mkdocs.yml").read_text(encoding="utf-8")
    moved = config + "docs_dir: ../docs\nsite_dir: elsewhere\n"
    (root / "other" / "mkdocs.yml").write_text(moved, encoding="utf-8")
    (root / "other" / "advisories").symlink_to(root / "advisories")
    for arguments in (["--quiet", "build"], ["build", "-f", "other/mkdocs.yml"]):
        done = subprocess.run([script, *arguments], capture_output=True, check=False, text=True)
        assert done.returncode == 3, done.stderr
        assert not (root / "site").exists()
        assert not (root / "other" / "elsewhere").exists()


def test_the_script_deploys_nothing_unproven(project: Folder, script: Path) -> None:
    for arguments in (["gh-deploy"], ["--quiet", "gh-deploy", "--force"]):
        done = subprocess.run([script, *arguments], capture_output=True, check=False, text=True)
        assert done.returncode == 2
        assert "what nobody has proven" in done.stderr
    assert not (project.path.parent / "site" / "sitemap.xml").exists()


def test_the_example_site_is_proven(example_site: Path) -> None:
    """With each fifth advisory held: as a whole, and not if one of their pages is put back."""
    command = [sys.executable, "-m"]
    build = [*command, "mkdocs", "build", "--quiet", "--site-dir"]
    quiet = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    subprocess.run([*build, "full"], cwd=example_site, check=True, env=quiet)
    everything = "".join(one.read_text(encoding="utf-8") for one in SOURCES)
    files = [
        one
        for one in sorted((example_site / "advisories").rglob("GHSA-*.md"))[::4]
        if everything.count(one.stem) <= 3  # its own mentions: nobody else may name it
    ]
    for file in files:
        text = file.read_text(encoding="utf-8")
        text = re.sub(r"^embargo: \S+", "embargo: undecided", text, flags=re.MULTILINE)
        file.write_text(text, encoding="utf-8")
    prove_it = [*command, "mkdocs_advisories.cli", "prove", "--format", "json", "--no-cache"]
    subprocess.run([*build, "site"], cwd=example_site, check=True, env=quiet)
    done = subprocess.run([*prove_it, "site"], cwd=example_site, check=False, capture_output=True)
    report = json.loads(done.stdout)
    assert (done.returncode, report["found"], report["unread"]) == (0, [], [])
    assert report["held"] == len(files)
    done = subprocess.run([*prove_it, "full"], cwd=example_site, check=False, capture_output=True)
    report = json.loads(done.stdout)
    assert done.returncode == 3
    leaked = {one["advisory"] for one in report["found"]}
    assert leaked == {f"advisories/{one.relative_to(example_site / 'advisories')}" for one in files}


def corpus(corpora: Path) -> Iterator[tuple[str, str]]:
    """Give the texts of 3,800 public advisories, by their names."""
    for file in sorted((corpora / "data").rglob("*.md")):
        if file.name.startswith("RUSTSEC"):
            yield file.name, file.read_text(encoding="utf-8")
    for file in sorted((corpora / "data" / "pypa").rglob("*.yaml")):
        yield file.name, file.read_text(encoding="utf-8")


def test_of_thousands_of_clean_files_hardly_one_is_an_alarm(corpora: Path) -> None:
    """A hundred of RustSec's are held, all others are disclosed; none of those is an alarm."""
    texts = list(corpus(corpora))
    chance = random.Random(7)  # noqa: S311 - reproducible, no secret
    names = {name for name, _ in texts if name.startswith("RUSTSEC")}
    chosen = set(chance.sample(sorted(names), 100))
    secrets = [
        Held(path=name, source=text, body=text.partition("\n# ")[2], ids=frozenset({name[:-3]}))
        for name, text in texts
        if name in chosen
    ]
    public = [text for name, text in texts if name not in chosen]
    stack = haystack(secrets, public=public)
    alarms = [
        name
        for name, text in texts
        if name not in chosen
        and any(
            secrets[leak.owner].path[:-3] not in text
            for leak in examine(name, text.encode(), haystack=stack).leaks
        )
    ]
    assert len(texts) > 3_000
    assert len(alarms) <= len(texts) / 1_000, alarms


def test_without_anything_public_the_words_of_the_trade_are_few_alarms(corpora: Path) -> None:
    """What is common to all advisories is known: of PyPA's, hardly one is taken for a held one."""
    texts = list(corpus(corpora))
    secrets = [
        Held(path=name, source=body, body=body)
        for name, text in texts[:1_200:12]
        if (body := text.partition("```\n\n# ")[2])
    ]
    clean = [(name, text) for name, text in texts if name.startswith("PYSEC")]
    stack = haystack(secrets, public=())
    alarms = [name for name, text in clean if owners(name, text.encode(), stack)]
    assert len(secrets) > 90
    assert len(clean) > 2_600
    assert len(alarms) <= len(clean) / 1_000, alarms
