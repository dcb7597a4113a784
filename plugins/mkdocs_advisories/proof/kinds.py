"""What a file is, by what it holds: its name only says what it should be."""

from pathlib import PurePosixPath

TEXT = "text"
UNKNOWN = "unknown"

PACKED = frozenset({"gzip", "zip", "tar", "xz", "bzip2", "zlib", "inventory", "png", "pdf"})
"""Kinds that hold more than their bytes show. Each has a decoder."""

_BEGINNINGS = {
    "gzip": b"\x1f\x8b\x08",
    "zip": b"PK\x03\x04",
    "xz": b"\xfd7zXZ\x00",
    "bzip2": b"BZh",
    "png": b"\x89PNG\r\n\x1a\n",
    "jpeg": b"\xff\xd8\xff",
    "gif": b"GIF8",
    "icon": b"\x00\x00\x01\x00",
    "woff": b"wOFF",
    "woff2": b"wOF2",
    "truetype": b"\x00\x01\x00\x00",
    "opentype": b"OTTO",
    "font collection": b"ttcf",
    "wasm": b"\x00asm",
    "inventory": b"# Sphinx inventory version",
}
_FIRST_BYTES = frozenset(beginning[:1] for beginning in _BEGINNINGS.values())
_CLAIMS = {
    ".gz": "gzip",
    ".tgz": "gzip",
    ".svgz": "gzip",
    ".zip": "zip",
    ".jar": "zip",
    ".whl": "zip",
    ".epub": "zip",
    ".docx": "zip",
    ".xlsx": "zip",
    ".pptx": "zip",
    ".odt": "zip",
    ".tar": "tar",
    ".xz": "xz",
    ".txz": "xz",
    ".bz2": "bzip2",
    ".tbz2": "bzip2",
    ".zz": "zlib",
    ".png": "png",
    ".pdf": "pdf",
    # These nobody here can read; a short one may pass for text.
    **dict.fromkeys((".br", ".zst", ".lz4", ".lzma", ".7z", ".rar", ".z", ".cab"), UNKNOWN),
}
_NOT_TEXT = bytes([*range(0x09), *range(0x0E, 0x1B), *range(0x1C, 0x20)])
_LARGEST_SIGNATURE = 16 * 1024
_DEFLATE = 8  # RFC 1950, 2.2, as is the sum that follows it
_TAR_MAGIC = slice(257, 262)
_PDF_HEADER = 1024  # within so many bytes, as readers have it


def kind_of(raw: bytes, *, name: str = "", is_text: bool | None = None) -> str:
    """Say what some bytes are: a kind of file, `text`, or `unknown`.

    `is_text` says whether `as_text` can read them, where that is known.
    """
    for kind, beginning in _BEGINNINGS.items() if raw[:1] in _FIRST_BYTES else ():
        if raw.startswith(beginning) and not (kind == "bzip2" and _is_text(raw)):
            return kind
    if raw.startswith(b"PK\x05\x06"):  # an empty one
        return "zip"
    if raw[_TAR_MAGIC] == b"ustar":
        return "tar"
    if b"%PDF-" in raw[:_PDF_HEADER]:
        return "pdf"
    if as_text(raw) is not None if is_text is None else is_text:
        return TEXT
    return _plainer_kind(raw, name)


def claimed_kind(name: str) -> str | None:
    """Say what a file should be by its name, if it should be an archive, a picture or a PDF."""
    return _CLAIMS.get(PurePosixPath(name).suffix.lower())


def _plainer_kind(raw: bytes, name: str) -> str:
    if raw.startswith(b"RIFF") and raw[8:12] == b"WEBP":
        return "webp"
    if raw[4:12] in {b"ftypavif", b"ftypmif1"}:
        return "avif"
    if raw[34:36] == b"LP" and name.endswith(".eot"):
        return "embedded opentype"
    if raw[0] & 0x0F == _DEFLATE and int.from_bytes(raw[:2], "big") % 31 == 0:
        return "zlib"
    return "signature" if _is_signature(raw, name) else UNKNOWN


def as_text(raw: bytes) -> str | None:
    """Read bytes as UTF-8, as UTF-16 or, where there is no control character, as Latin-1.

    A text that is UTF-8 but for a few bytes comes out as Latin-1: see `as_broken_text`.
    """
    if _is_text(raw):
        try:
            return raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            return raw.decode("latin-1")
    codec = _utf16_codec(raw[:64])
    try:
        text = raw.decode(codec) if codec else None
    except UnicodeDecodeError:
        return None
    return text if text and _is_text(text.encode("utf-8", "replace")) else None


def as_broken_text(raw: bytes) -> str | None:
    """Read bytes as UTF-8 without those that are none; nothing if that tells no more than ASCII."""
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("utf-8", "ignore")
        return None if text.isascii() else text
    return None


def _utf16_codec(start: bytes) -> str | None:
    """Guess the order of UTF-16: by its mark, or by every other byte being zero."""
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if len(start) < 2 or not any(start):  # noqa: PLR2004 - the two bytes of a character
        return None
    if not any(start[1::2]):
        return "utf-16-le"
    return None if any(start[::2]) else "utf-16-be"


def _is_text(raw: bytes) -> bool:
    return len(raw.translate(None, _NOT_TEXT)) == len(raw)


def _is_signature(raw: bytes, name: str) -> bool:
    """Say whether it is a binary OpenPGP signature, by its name and its first packet's tag."""
    tag = raw[0] >> 2 & 0x0F if raw[0] & 0x40 == 0 else raw[0] & 0x3F
    named = name.lower().endswith((".sig", ".gpg"))
    return named and raw[0] & 0x80 != 0 and tag == 2 and len(raw) <= _LARGEST_SIGNATURE  # noqa: PLR2004 - RFC 9580, section 5
