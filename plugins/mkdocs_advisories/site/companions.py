"""What lies beside a machine-readable file, so that its readers can check it."""

import hashlib
from collections.abc import Iterator, Mapping

from mkdocs_advisories.openpgp import Signer

_ALGORITHMS = ("sha256", "sha512")


def with_companions(files: Mapping[str, bytes], *, signer: Signer | None) -> dict[str, bytes]:
    """Put the hashes of every file beside it, and its signature if there is someone to sign."""
    contents = dict(files)
    for uri, data in files.items():
        name = uri.rpartition("/")[2]
        for algorithm in _ALGORITHMS:
            digest = hashlib.new(algorithm, data).hexdigest()
            contents[f"{uri}.{algorithm}"] = f"{digest}  {name}\n".encode()
        if signer:
            contents[f"{uri}.asc"] = signer.sign(data)
    return contents


def companions_of(uri: str, *, is_signed: bool) -> Iterator[str]:
    """Name what lies beside a file."""
    yield from (f"{uri}.{algorithm}" for algorithm in _ALGORITHMS)
    if is_signed:
        yield f"{uri}.asc"
