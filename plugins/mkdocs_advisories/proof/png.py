"""The texts in a PNG (ISO/IEC 15948, also https://www.w3.org/TR/png-3/, section 11)."""

import struct
import zlib
from collections.abc import Iterator

from mkdocs_advisories.proof.packed import Budget, Part, UnreadableError, decompressed

_SIGNATURE = 8
_HEAD = struct.Struct(">I4s")
_CHECKSUM = struct.Struct(">I")


def texts(raw: bytes, budget: Budget) -> Iterator[Part]:
    """Give the text chunks and the colour profile, and whatever follows the picture's end."""
    at, kind = _SIGNATURE, b""
    while kind != b"IEND":
        kind, content, at = _chunk(raw, at)
        for text in _TEXTS[kind](content, budget) if kind in _TEXTS else ():
            yield Part(name=kind.decode(), raw=text)
    if at < len(raw):
        yield Part(name="after the end", raw=raw[at:], is_file=True)


def _chunk(raw: bytes, at: int) -> tuple[bytes, bytes, int]:
    """Read one chunk (section 5.3): its type, its content, and where the next begins."""
    try:
        length, kind = _HEAD.unpack_from(raw, at)
        start = at + _HEAD.size
        (checksum,) = _CHECKSUM.unpack_from(raw, start + length)
    except struct.error:
        raise UnreadableError("it ends too early") from None
    if zlib.crc32(raw[at + 4 : start + length]) != checksum:
        raise UnreadableError("it is damaged")
    return kind, raw[start : start + length], start + length + _CHECKSUM.size


def _plain(content: bytes, _: Budget) -> list[bytes]:
    """`tEXt`: keyword, zero, and text in Latin-1."""
    return [one.decode("latin-1").encode() for one in content.split(b"\0", 1)]


def _packed(content: bytes, budget: Budget) -> list[bytes]:
    """`zTXt` and `iCCP`: a name, zero, the method, and a zlib stream."""
    keyword, _, rest = content.partition(b"\0")
    return [keyword, decompressed(rest[1:], budget)]


def _international(content: bytes, budget: Budget) -> list[bytes]:
    """`iTXt`: keyword, zero, flag, method, language, zero, keyword in it, zero, UTF-8."""
    keyword, _, rest = content.partition(b"\0")
    is_packed, (_, _, last) = rest[:1] == b"\1", rest[2:].partition(b"\0")
    translated, _, text = last.partition(b"\0")
    return [keyword, translated, decompressed(text, budget) if is_packed else text]


_TEXTS = {b"tEXt": _plain, b"zTXt": _packed, b"iCCP": _packed, b"iTXt": _international}
