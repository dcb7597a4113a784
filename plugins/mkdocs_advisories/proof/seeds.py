"""Leaks that are planted on every run, each of which only one ability of the reader can find.

If one of them is not found, the proof has lost that ability, and is no proof. The phrases are made
anew each time, and nothing here uses a decoder: only the other direction.
"""

import base64
import bz2
import gzip
import lzma
import secrets
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Mapping
from io import BytesIO
from types import MappingProxyType

_LETTERS = "abcdefghjkmnpqrstuvwxyz"
_WORDS = 12
_FULL_WIDTH = 0xFEE0  # from a letter of ASCII to the same one in full width
_CYRILLIC = str.maketrans(
    "aceopxy", "".join(map(chr, [0x430, 0x441, 0x435, 0x43E, 0x440, 0x445, 0x443]))
)
_PNG = b"\x89PNG\r\n\x1a\n"


def phrase() -> str:
    """Make up a text of 60 letters that stands nowhere else."""
    words = ("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(_WORDS))
    return " ".join(words)


def _each(pattern: str) -> Callable[[str], bytes]:
    """Write each letter by a pattern, which knows it as `letter` and its number as `code`."""
    return lambda text: "".join(pattern.format(letter=one, code=ord(one)) for one in text).encode()


def _plain(text: str) -> bytes:
    return f"<p>{text}</p>".encode()


def _spelled(text: str) -> bytes:
    return "\u00a0\n-".join(text.upper().split()).encode()


def _wide(text: str) -> bytes:
    return "".join(chr(ord(one) + _FULL_WIDTH) if one != " " else one for one in text).encode()


def _lookalike(text: str) -> bytes:
    return text.translate(_CYRILLIC).encode()


def _base64(text: str) -> bytes:
    return b"data:text/plain;base64," + base64.b64encode(text.encode())


def _wrapped(text: str) -> bytes:
    """The other alphabet, in lines of 32 characters."""
    line = base64.urlsafe_b64encode(f"\u00ff\u00fe {text}".encode()).decode()
    return "\n".join(line[at : at + 32] for at in range(0, len(line), 32)).encode()


def _zip(text: str) -> bytes:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", text)
    return stream.getvalue()


def _xz(text: str) -> bytes:
    """A short text would be stored as it is."""
    return lzma.compress((text * 20).encode())


def _tar(text: str) -> bytes:
    """A tar archive shows its files to everybody, so the file in it is packed."""
    stream, content = BytesIO(), gzip.compress(text.encode())
    with tarfile.open(fileobj=stream, mode="w") as archive:
        about = tarfile.TarInfo("a.txt.gz")
        about.size = len(content)
        archive.addfile(about, BytesIO(content))
    return stream.getvalue()


def _nested(text: str) -> bytes:
    return gzip.compress(_zip(base64.b64encode(_each("&#{code};")(text)).decode()))


def _inventory(text: str) -> bytes:
    header = b"# Sphinx inventory version 2\n# Project: a\n# Version: 1\n# zlib\n"
    return header + zlib.compress(text.encode())


def _chunk(kind: bytes, content: bytes) -> bytes:
    return b"".join(
        [
            struct.pack(">I", len(content)),
            kind,
            content,
            struct.pack(">I", zlib.crc32(kind + content)),
        ]
    )


def _png(text: str) -> bytes:
    packed = b"Comment\0\1\0\0\0" + zlib.compress(text.encode())
    return _PNG + _chunk(b"iTXt", packed) + _chunk(b"IEND", b"")


def _pdf(text: str) -> bytes:
    """A page's stream, in which the distances between letters part the text."""
    shown = " -12 ".join(f"({one})" for one in text)
    stream = zlib.compress(f"BT [{shown}] TJ ET".encode())
    return (
        b"%PDF-1.4\n1 0 obj\n<</Filter /FlateDecode>>\nstream\n" + stream + b"\nendstream\n%%EOF\n"
    )


def _utf16(text: str) -> bytes:
    return text.translate(_CYRILLIC).encode("utf-16")


SEEDS: Mapping[str, tuple[str, Callable[[str], bytes]]] = MappingProxyType(
    {
        "plain text": ("a.html", _plain),
        "case and spaces": ("a.txt", _spelled),
        "full width": ("a.txt", _wide),
        "invisible characters": ("a.txt", _each("{letter}\u200b\u00ad")),
        "lookalikes": ("a.txt", _lookalike),
        "UTF-16": ("a.txt", _utf16),
        "entities": ("a.html", _each("&#x{code:x};")),
        "tags": ("a.html", _each("{letter}<wbr>")),
        "escapes": ("a.json", _each("\\u{code:04x}")),
        "percent": ("a.txt", _each("%{code:02x}")),
        "base64": ("a.html", _base64),
        "base64 in lines": ("a.txt", _wrapped),
        "gzip": ("a.gz", lambda text: gzip.compress(text.encode())),
        "zip": ("a.zip", _zip),
        "tar": ("a.tar", _tar),
        "xz": ("a.xz", _xz),
        "bzip2": ("a.bz2", lambda text: bz2.compress(text.encode())),
        "zlib": ("a.zz", lambda text: zlib.compress(text.encode())),
        "inventory": ("a.inv", _inventory),
        "png": ("a.png", _png),
        "pdf": ("a.pdf", _pdf),
        "one in another": ("a.gz", _nested),
        "names": ("", _plain),
    }
)
"""What each seed is about, with the name of its file (empty: the phrase is the name)."""


def planted(seed: str, text: str) -> tuple[str, bytes]:
    """Give the file of a seed: its name and content."""
    name, encode = SEEDS[seed]
    return (name, encode(text)) if name else (f"{text.replace(' ', '-')}.txt", b"")
