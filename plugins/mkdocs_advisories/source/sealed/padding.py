"""Sizes: what is sealed is padded, so that its length says little about it."""

from mkdocs_advisories.source.sealed.refusal import RefusedError

BUCKETS = tuple(kib * 1024 for kib in (8, 16, 32, 64, 128, 184))
"""The only sizes of a payload, in bytes. The largest is what fits into a sealed file."""


def is_padded(size: int) -> bool:
    """Say whether a payload may have that size."""
    return size in BUCKETS


def padded(payload: bytes) -> bytes:
    """Fill a payload up with zeros to the next size.

    Raises:
        RefusedError: it is larger than the largest.
    """
    size = next((one for one in BUCKETS if len(payload) <= one), None)
    if size is None:
        raise RefusedError(
            "ADV163",
            f"with its attachments it is larger than {BUCKETS[-1] // 1024} KiB",
            remedy="shorten it, or leave large attachments out until it is disclosed",
        )
    return payload.ljust(size, b"\0")
