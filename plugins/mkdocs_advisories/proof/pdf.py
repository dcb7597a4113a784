"""The texts in a PDF (ISO 32000-1): its streams, and the strings that pages show.

What a page shows with the codes of an embedded font, and not with letters, is not read.
"""

import base64
import re
from collections.abc import Callable, Iterator

from mkdocs_advisories.proof.packed import Budget, Part, UnreadableError, decompressed

_STREAM = re.compile(rb"stream\r?\n")
_END = b"endstream"
_ENCRYPTED = re.compile(rb"/Encrypt\s*(?:<<|[0-9])")
_FILTERS = re.compile(rb"/Filter\s*(?:/\w+|\[[^\]]*\])")
_LENGTH = re.compile(rb"/Length\s+([0-9]{1,10})(?!\s+[0-9]+\s+R|[0-9])")
_NAME = re.compile(rb"/(\w+)")
# 7.3.4: literal strings, which may hold balanced parentheses, and hexadecimal ones.
_STRING = re.compile(rb"\(((?:[^\\()]|\\.|\((?:[^\\()]|\\.)*\))*)\)|<([0-9A-Fa-f\s]+)>", re.DOTALL)
_ESCAPE = re.compile(rb"\\(?:([0-7]{1,3})|\r?\n|(.))", re.DOTALL)
_PICTURES = frozenset(
    {b"DCTDecode", b"DCT", b"JPXDecode", b"CCITTFaxDecode", b"CCF", b"JBIG2Decode"}
)
_TRAILER = 1024
_LONGEST_DICTIONARY = 64 * 1024


def texts(raw: bytes, budget: Budget) -> Iterator[Part]:
    """Give every stream with its filters undone, and the strings of all that is not a picture."""
    if b"%%EOF" not in raw[-_TRAILER:]:
        raise UnreadableError("it ends too early")
    if _ENCRYPTED.search(raw):
        raise UnreadableError("it is encrypted")
    outside, done = [], 0
    while opening := _STREAM.search(raw, done):
        outside.append(raw[done : opening.start()])
        dictionary = _dictionary(outside[-1])
        end = _end(raw, opening.end(), dictionary)
        content = _undone(raw[opening.end() : end], _filters(dictionary), budget)
        if content is not None:
            yield Part(name=f"stream {len(outside)}", raw=content)
            yield Part(name=f"strings {len(outside)}", raw=_strings(content))
        done = end + len(_END)
    yield Part(name="strings", raw=_strings(b"".join([*outside, raw[done:]])))


def _dictionary(before: bytes) -> bytes:
    """Take what stands in front of a stream from the beginning of its object on."""
    return before[max(before.rfind(b" obj"), len(before) - _LONGEST_DICTIONARY, 0) :]


def _end(raw: bytes, start: int, dictionary: bytes) -> int:
    """Find the end of a stream: by its length if that is true, or else by the word."""
    length = _LENGTH.search(dictionary)
    if length:
        end = start + int(length[1])
        if raw[end : end + len(_END) + 2].lstrip(b"\r\n").startswith(_END):
            return raw.index(_END, end)
    end = raw.find(_END, start)
    if end < 0:
        raise UnreadableError("it ends too early")
    return end


def _filters(dictionary: bytes) -> list[bytes]:
    """Find the filters that a dictionary names."""
    named = _FILTERS.search(dictionary)
    return [name for name in _NAME.findall(named[0]) if name != b"Filter"] if named else []


def _undone(content: bytes, filters: list[bytes], budget: Budget) -> bytes | None:
    """Undo filters in their order; None for a picture."""
    for name in filters:
        if name in _PICTURES:
            return None
        if name not in _DECODERS:
            raise UnreadableError("it has a filter that is not known")
        try:
            content = _DECODERS[name](content, budget)
        except ValueError:
            raise UnreadableError("it is damaged") from None
    return content


def _ascii85(content: bytes, _: Budget) -> bytes:
    return base64.a85decode(b"".join(content.split()).removeprefix(b"<~").partition(b"~>")[0])


def _hexadecimal(content: bytes, _: Budget) -> bytes:
    digits = b"".join(content.partition(b">")[0].split())
    return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode("ascii"))


_DECODERS: dict[bytes, Callable[[bytes, Budget], bytes]] = {
    b"FlateDecode": decompressed,
    b"Fl": decompressed,
    b"ASCII85Decode": _ascii85,
    b"A85": _ascii85,
    b"ASCIIHexDecode": _hexadecimal,
    b"AHx": _hexadecimal,
}


def _strings(content: bytes) -> bytes:
    """Join the strings: pages show a line in pieces, with the space between them as numbers."""
    return b"".join(
        _unescaped(match[1]) if match[1] is not None else _hexadecimal(match[2], Budget())
        for match in _STRING.finditer(content)
    )


def _unescaped(string: bytes) -> bytes:
    return _ESCAPE.sub(_character, string)


def _character(escape: re.Match[bytes]) -> bytes:
    if escape[1]:
        return bytes([int(escape[1], 8) & 0xFF])
    return b" " if escape[2] in b"nrtbf" else escape[2]
