"""OpenPGP signatures (RFC 9580) of files that are published.

The library is the extra `pgp`, loaded when there is a key. A signature holds the time and a random
number, so no two are the same: the edge that holds the key makes them, and everything else of a
site stays reproducible.
"""

import base64
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

KEY = "ADVISORIES_OPENPGP_KEY"
PASSWORD = "ADVISORIES_OPENPGP_PASSWORD"  # noqa: S105 - the name of a variable

_MISSING = (
    "a key for signatures is given, but the library for them is not installed:"
    " pip install 'mkdocs-advisories[pgp]'"
)

_HASHES = {8: "sha256", 9: "sha384", 10: "sha512", 11: "sha224", 12: "sha3-256", 14: "sha3-512"}
_NEW_FORMAT, _TWO_OCTETS, _FIVE_OCTETS = 0x40, 192, 255


class OpenPGPError(ValueError):
    """There can be no signature. The message says why and repeats nothing of the key."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Signer:
    """Someone who can sign: `sign` gives an armoured, detached signature of bytes.

    `fingerprint` is in upper case; `certificate` is the armoured public key.
    """

    fingerprint: str
    certificate: bytes
    sign: Callable[[bytes], bytes]


def read_signer(key: bytes, *, password: str | None = None) -> Signer:
    """Read a secret key, armoured or binary, as GnuPG exports it.

    Raises:
        OpenPGPError: it is none, it cannot sign, the password is wrong, or the library is missing.
    """
    try:
        import pysequoia  # noqa: PLC0415 - an extra, which a site without signatures does without
    except ImportError:
        raise OpenPGPError(_MISSING) from None
    try:
        secret = pysequoia.Tsk.from_bytes(key)
        certificate = secret.extract_certificate()
        signer = secret.signer(password)
    except Exception:  # noqa: BLE001 - the library has no errors of its own, and ours say no more
        raise OpenPGPError("the key is no secret OpenPGP key that can sign") from None

    def sign(data: bytes) -> bytes:
        try:
            return bytes(pysequoia.sign(signer, data, mode=pysequoia.SignatureMode.DETACHED))
        except Exception:  # noqa: BLE001 - as above
            raise OpenPGPError("the key cannot sign any more") from None

    return Signer(
        fingerprint=certificate.fingerprint.upper(),
        certificate=str(certificate).encode(),
        sign=sign,
    )


def signer_of(environment: Mapping[str, str]) -> Signer | None:
    """Read the key that the environment names; None if it names none.

    Raises:
        OpenPGPError: it cannot be read, cannot sign, or the library is missing.
    """
    path = environment.get(KEY)
    if not path:
        return None
    try:
        key = Path(path).read_bytes()
    except OSError as error:
        raise OpenPGPError(f"{KEY}: the file cannot be read: {type(error).__name__}") from None
    try:
        return read_signer(key, password=environment.get(PASSWORD))
    except OpenPGPError as error:
        raise OpenPGPError(f"{KEY}: {error}") from None


def hash_of(signature: bytes) -> str:
    """Name the hash that an armoured signature is made with, in lower case (RFC 9580, 5.2.3, 9.5).

    Raises:
        OpenPGPError: it is no signature whose hash is known.
    """
    armour = re.search(
        rb"\n\r?\n(.*?)\r?\n(?:=[A-Za-z0-9+/]{4}\r?\n)?-----END", signature, re.DOTALL
    )
    try:
        packet = base64.b64decode(armour[1] if armour else b"")
        length = packet[1]
        if packet[0] & _NEW_FORMAT:
            header = 2 if length < _TWO_OCTETS else 6 if length == _FIVE_OCTETS else 3
        else:
            header = 1 + (1, 2, 4)[packet[0] & 3]
        # Version, type, algorithm of the key, algorithm of the hash.
        return _HASHES[packet[header + 3]]
    except (ValueError, LookupError):
        raise OpenPGPError("what was made is no signature") from None


def read_verifier(certificate: bytes) -> Callable[[bytes, bytes], bool]:
    """Read a public key, and give what says whether a detached signature (first) fits some bytes.

    Raises:
        OpenPGPError: it is no public key, or the library is missing.
    """
    try:
        import pysequoia  # noqa: PLC0415 - an extra, which a site without signatures does without
    except ImportError:
        raise OpenPGPError(_MISSING) from None
    try:
        known = pysequoia.Cert.from_bytes(certificate)
    except Exception:  # noqa: BLE001 - the library has no errors of its own, and ours say no more
        raise OpenPGPError("the key is no public OpenPGP key") from None

    def verify(signature: bytes, data: bytes) -> bool:
        try:
            found = pysequoia.Sig.from_bytes(signature)
            result = pysequoia.verify(bytes=data, store=lambda _: [known], signature=found)
        except Exception:  # noqa: BLE001 - whatever it is, the signature does not hold
            return False
        return bool(result.valid_sigs)

    return verify
