"""What can be known of an age file without a key: that it is whole, small, and for how many.

The format is that of https://age-encryption.org/v1: an armour, a header of one stanza for each
recipient, and the payload in chunks. The limits hold before any cryptography begins, because the
work of decrypting grows with the square of the number of stanzas.
"""

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass

from mkdocs_advisories.source.sealed.padding import is_padded
from mkdocs_advisories.source.sealed.refusal import RefusedError

LARGEST_FILE = 256 * 1024
"""Bytes of a sealed file, armour included."""

MOST_STANZAS = 64

_BEGIN = b"-----BEGIN AGE ENCRYPTED FILE-----\n"
_END = b"-----END AGE ENCRYPTED FILE-----\n"
_VERSION = b"age-encryption.org/v1"
_KINDS = frozenset({"X25519", "ssh-ed25519", "ssh-rsa"})
_WIDTH = 64
_NONCE, _TAG, _CHUNK = 16, 16, 64 * 1024
_MAC = re.compile(rb"--- [A-Za-z0-9+/]{43}")
_RESTORE = "restore the file from git, or seal the advisory again"


@dataclass(frozen=True, kw_only=True, slots=True)
class Stanza:
    """One recipient as the header names it: its kind, and for ssh keys a short hash of the key."""

    kind: str
    tag: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Envelope:
    """An age file in binary form, and for whom it is. Decoys ("grease") are not counted."""

    binary: bytes
    stanzas: tuple[Stanza, ...]


def armoured(binary: bytes) -> bytes:
    """Write an age file in its armour: lines of 64 characters, each ended by a newline."""
    text = base64.b64encode(binary)
    lines = (text[start : start + _WIDTH] for start in range(0, len(text), _WIDTH))
    return b"".join([_BEGIN, *(line + b"\n" for line in lines), _END])


def read_envelope(armour: bytes, *, line: int) -> Envelope:
    """Take off the armour, which begins at a line of its file, and hold it against the limits.

    Raises:
        RefusedError: it is damaged, too large, or for too many.
    """
    binary = _without_armour(armour, line)
    stanzas, payload_start = _header(binary)
    if not is_padded(_plain_size(len(binary) - payload_start)):
        text = "its size is none of those that sealed files have: it was cut, or made otherwise"
        raise RefusedError("ADV164", text, remedy=_RESTORE, line=line)
    return Envelope(binary=binary, stanzas=stanzas)


def _without_armour(armour: bytes, line: int) -> bytes:
    if not armour.startswith(_BEGIN) or not armour.endswith(b"\n" + _END):
        text = "the armour does not begin and end as it must: the file was cut or changed"
        raise RefusedError("ADV162", text, remedy=_RESTORE, line=line)
    try:
        joined = armour[len(_BEGIN) : -len(_END)].replace(b"\n", b"")
        binary = base64.b64decode(joined, validate=True)
    except binascii.Error:
        binary = b""
    if armoured(binary) != armour:
        text = "what is inside of the armour is damaged: lines or characters are not as they were"
        raise RefusedError("ADV162", text, remedy=_RESTORE, line=line)
    return binary


def _header(binary: bytes) -> tuple[tuple[Stanza, ...], int]:
    """Read the stanzas, and find where the payload begins."""
    stanzas: list[Stanza] = []
    in_body = False
    for number, (line, end) in enumerate(_lines(binary)):
        if number == 0 and line != _VERSION:
            break
        if in_body or number == 0:
            in_body = in_body and len(line) == _WIDTH
        elif _MAC.fullmatch(line):
            return tuple(one for one in stanzas if one.kind), end
        elif line.startswith(b"-> ") and _is_text(line):
            stanzas.append(_stanza(line))
            in_body = True
            _hold_limit(stanzas)
        else:
            break
    raise RefusedError("ADV162", "the header of the age file is damaged", remedy=_RESTORE)


def _lines(binary: bytes) -> Iterator[tuple[bytes, int]]:
    start = 0
    while (end := binary.find(b"\n", start)) >= 0:
        yield binary[start:end], end + 1
        start = end + 1


def _is_text(line: bytes) -> bool:
    return all(0x20 <= byte < 0x7F for byte in line)  # noqa: PLR2004 - printable ASCII


def _stanza(line: bytes) -> Stanza:
    kind, *arguments = line[3:].decode("ascii").split(" ")
    if kind.endswith("-grease"):
        return Stanza(kind="", tag="")
    if kind in _KINDS:
        is_ssh = kind.startswith("ssh-") and arguments
        return Stanza(kind=kind, tag=arguments[0] if is_ssh else "")
    text = "it is sealed with a passphrase, or for a kind of key that is not accepted"
    raise RefusedError("ADV163", text, remedy="seal it for keys: `age1…`, ssh-ed25519 or ssh-rsa")


def _hold_limit(stanzas: list[Stanza]) -> None:
    if len(stanzas) > MOST_STANZAS:
        text = (
            f"it is sealed for more than {MOST_STANZAS} keys, which could bring any build to a stop"
        )
        raise RefusedError("ADV163", text, remedy="refuse it: `advisory seal` makes no such file")


def _plain_size(sealed: int) -> int:
    """Give how long the plain payload is; negative where it is cut."""
    body = sealed - _NONCE
    chunks = max(1, -(-body // (_CHUNK + _TAG)))
    return body - chunks * _TAG
