"""What lies beside a machine-readable file, so that its readers can check it."""

import hashlib
from collections.abc import Mapping

from mkdocs_advisories.openpgp import Signer


def with_companions(files: Mapping[str, bytes], *, signer: Signer | None) -> dict[str, bytes]:
    """Put the hashes of every file beside it, and its signature if there is someone to sign."""
    contents = dict(files)
    for uri, data in files.items():
        name = uri.rpartition("/")[2]
        for algorithm in ("sha256", "sha512"):
            digest = hashlib.new(algorithm, data).hexdigest()
            contents[f"{uri}.{algorithm}"] = f"{digest}  {name}\n".encode()
        if signer:
            contents[f"{uri}.asc"] = signer.sign(data)
    return contents
