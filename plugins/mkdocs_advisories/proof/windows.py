"""Hashes of every window of a folded text, by doubling: the hash of a window from its two halves.

A polynomial hash modulo 2**32, as Karp and Rabin proposed (1987), computed for all places at once.
A hash only proposes; whoever asks compares the bytes, so that a collision is no alarm.
"""

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

WINDOW = 32
"""Folded characters. A run of 40 has nine such windows."""

BEGINNING = 8
"""Folded characters by which short needles, such as ids, are proposed."""

Hashes: TypeAlias = npt.NDArray[np.uint32]
Places: TypeAlias = npt.NDArray[np.int64]
_BASE = 0x9E3779B1  # odd, so that no character is lost, with its bits well spread
_OTHER_BASE = 0x85EBCA77


def hashes(folded: bytes, *, base: int | None = None) -> tuple[Hashes, Hashes]:
    """Give the hash of every window of `BEGINNING` and of `WINDOW` characters, by its place."""
    current = np.frombuffer(folded, np.uint8).astype(np.uint32)
    beginnings, span, base = current[:0], 1, base or _BASE
    while span < WINDOW:
        count = max(0, len(current) - span)
        # `current[i]` hashes the characters from i on; so the hash is that of 2 * span from i on.
        doubled = current[:count] * np.uint32(base)
        doubled += current[span:]
        current, span, base = doubled, span * 2, base * base % 2**32
        if span == BEGINNING:
            beginnings = current
    return beginnings, current


def firsts(folded: bytes, places: Places) -> Places:
    """Of the windows at some places, give those places whose windows differ from all before.

    They are told apart by 64 bits of two hashes.
    """
    one, other = hashes(folded)[1][places], hashes(folded, base=_OTHER_BASE)[1][places]
    keys = one.astype(np.uint64) << np.uint64(32) | other
    return places[np.unique(keys, return_index=True)[1]]
