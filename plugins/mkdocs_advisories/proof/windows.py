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
_SPAN: Places = np.arange(WINDOW)
_BASE = 0x9E3779B1  # odd, so that no character is lost, with its bits well spread
_OTHER_BASE = 0x85EBCA77


def hashes(folded: bytes, *, stride: int = 1, base: int | None = None) -> tuple[Hashes, Hashes]:
    """Give the hash of every window of `BEGINNING` and of `WINDOW` characters, by its place.

    With a stride of 2 or 4, it is given for every second or fourth place, from the first on.
    """
    current = np.frombuffer(folded, np.uint8).astype(np.uint32)
    beginnings, span, step, base = current[:0], 1, 1, base or _BASE
    while span < WINDOW:
        # `current[i]` hashes the characters from `i * step` on; so the hash is that of 2 * span.
        if step < stride:
            current, following, step = current[::2], current[1::2], step * 2
        else:
            following = current[span // step :]
        current = current[: len(following)] * np.uint32(base)
        current += following
        span, base = span * 2, base * base % 2**32
        if span == BEGINNING:
            beginnings = current
    return beginnings, current


def hashes_at(folded: bytes, places: Places) -> Hashes:
    """Give the hashes, as `hashes` has them, of the windows of `WINDOW` at some places."""
    powers = [pow(_BASE, WINDOW - 1 - at, 2**32) for at in range(WINDOW)]
    texts = texts_at(np.frombuffer(folded, np.uint8), places).astype(np.uint32)
    return texts @ np.array(powers, np.uint32)


def texts_at(text: npt.NDArray[np.uint8], places: Places) -> npt.NDArray[np.uint8]:
    """Give the characters of the windows of `WINDOW` at some places: a row for each."""
    at: Places = places[:, None] + _SPAN
    return text[at]


def firsts(folded: bytes, places: Places) -> Places:
    """Of the windows at some places, give those places whose windows differ from all before.

    They are told apart by 64 bits of two hashes.
    """
    one, other = hashes(folded)[1][places], hashes(folded, base=_OTHER_BASE)[1][places]
    keys = one.astype(np.uint64) << np.uint64(32) | other
    return places[np.unique(keys, return_index=True)[1]]
