"""What lies beside a machine-readable file, so that its readers can check it."""

import hashlib
from collections.abc import Iterator, Mapping
from functools import partial

from mkdocs_advisories.openpgp import Signer
from mkdocs_advisories.site.batch import Parts

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


def parts_with_companions(uri: str, parts: Parts, *, signer: Signer | None) -> dict[str, Parts]:
    """Put the same beside a file that comes in parts. To sign it, it is put together."""
    hashed = _Hashed(parts)
    name = uri.rpartition("/")[2]
    contents = {uri: Parts(make=hashed.read)}
    for algorithm in _ALGORITHMS:
        contents[f"{uri}.{algorithm}"] = Parts(make=partial(hashed.line, algorithm, name))
    if signer:
        contents[f"{uri}.asc"] = Parts(make=lambda: [signer.sign(b"".join(parts))])
    return contents


class _Hashed:
    """Parts that are hashed while somebody goes through them: who writes a file, reads it once."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._digests: dict[str, str] = {}

    def read(self) -> Iterator[bytes]:
        """Give the parts."""
        hashes = [hashlib.new(algorithm) for algorithm in _ALGORITHMS]
        for part in self._parts:
            for one in hashes:
                one.update(part)
            yield part
        self._digests = {one.name: one.hexdigest() for one in hashes}

    def line(self, algorithm: str, name: str) -> Iterator[bytes]:
        """Give what stands in a file with a hash."""
        if not self._digests:
            for _ in self.read():
                pass
        yield f"{self._digests[algorithm]}  {name}\n".encode()


def companions_of(uri: str, *, is_signed: bool) -> Iterator[str]:
    """Name what lies beside a file."""
    yield from (f"{uri}.{algorithm}" for algorithm in _ALGORITHMS)
    if is_signed:
        yield f"{uri}.asc"
