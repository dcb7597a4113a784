"""OpenPGP signatures (RFC 9580) of files that are published.

The library is the extra `pgp`, loaded when there is a key. A signature holds the time and a random
number, so no two are the same: the edge that holds the key makes them, and everything else of a
site stays reproducible.
"""

from collections.abc import Callable
from dataclasses import dataclass

_MISSING = (
    "a key for signatures is given, but the library for them is not installed:"
    " pip install 'mkdocs-advisories[pgp]'"
)


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
        return bytes(pysequoia.sign(signer, data, mode=pysequoia.SignatureMode.DETACHED))

    return Signer(
        fingerprint=certificate.fingerprint.upper(),
        certificate=str(certificate).encode(),
        sign=sign,
    )


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
