"""From the text of a sealed file to the advisory: first what needs no key, then the rest."""

from dataclasses import dataclass
from pathlib import PurePath

import pyrage

from mkdocs_advisories.source.sealed.container import Contents, unpack
from mkdocs_advisories.source.sealed.envelope import LARGEST_FILE, Envelope, read_envelope
from mkdocs_advisories.source.sealed.header import LARGEST_HEADER, Header, read_header
from mkdocs_advisories.source.sealed.identities import Identities
from mkdocs_advisories.source.sealed.naming import name_of
from mkdocs_advisories.source.sealed.refusal import RefusedError

_FENCE = b"\n---\n"
_NO_KEY = "No matching keys found"  # what pyrage says where no stanza could be opened


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class SealedFile:
    """A sealed file as far as it can be read without a key."""

    raw: bytes
    clear: str
    header: Header
    envelope: Envelope


def read_sealed(raw: bytes) -> SealedFile:
    """Read a sealed file without a key.

    Raises:
        RefusedError: it is beyond the limits, or neither header nor armour are as they must be.
    """
    if len(raw) > LARGEST_FILE:
        text = f"the sealed file is larger than {LARGEST_FILE // 1024} KiB"
        raise RefusedError("ADV163", text, remedy="refuse it: `advisory seal` makes no such file")
    end = raw.find(_FENCE, 0, LARGEST_HEADER) + len(_FENCE)
    try:
        clear = raw[: end if end >= len(_FENCE) else 0].decode("utf-8")
    except UnicodeDecodeError:
        clear = ""
    header = read_header(clear)
    envelope = read_envelope(raw[end:], line=clear.count("\n") + 1)
    return SealedFile(raw=raw, clear=clear, header=header, envelope=envelope)


def hold_name(sealed: SealedFile, file: PurePath) -> None:
    """Refuse a sealed file under another name: an older one could come back that way.

    Raises:
        RefusedError: the name of the file is not the one in its header.
    """
    if sealed.header.name != name_of(file):
        raise RefusedError(
            "ADV160",
            "the file is not named as its header says",
            remedy="give the file its name back; a copy of a sealed file is of no use",
            line=3,
        )


def open_sealed(sealed: SealedFile, identities: Identities) -> Contents:
    """Open a sealed file, in memory.

    Raises:
        RefusedError: no key fits, or the file is not what was sealed.
    """
    contents = unpack(_decrypted(sealed.envelope.binary, identities))
    if contents.header != sealed.clear:
        raise RefusedError(
            "ADV170",
            "the header in clear is not the one that was sealed",
            remedy="somebody changed it: restore the file from git, and find out who",
        )
    return contents


def _decrypted(binary: bytes, identities: Identities) -> bytes:
    try:
        payload: bytes = pyrage.decrypt(binary, list(identities.keys))
    except pyrage.DecryptError as error:
        if str(error) == _NO_KEY:
            raise RefusedError(
                "ADV167",
                "none of your keys opens it: it is sealed for others, or its list of keys was"
                " changed",
                remedy="use the key of a recipient, or have one seal it for you: `advisory"
                " recipients rotate`",
            ) from None
        raise RefusedError(
            "ADV168",
            "it was changed after it was sealed",
            remedy="somebody changed it, or it is damaged: restore the file from git",
        ) from None
    return payload
