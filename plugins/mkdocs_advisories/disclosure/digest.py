"""The digest of a tree of files: the same as in the report of a proof."""

from hashlib import sha256
from pathlib import Path

from mkdocs_advisories.proof.tree import entries, read, tree_digest


def digest_of(tree: Path) -> str:
    """Read every file of a tree, and give its digest.

    Raises:
        OSError: something in it is no regular file, or cannot be read.
    """
    return tree_digest((one.name, sha256(read(tree, one)).hexdigest()) for one in entries(tree))
