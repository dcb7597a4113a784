"""Stretches of base64 in a text, of either alphabet (RFC 4648, 4 and 5), in one line or several."""

import binascii
import re
from collections.abc import Iterator

SHORTEST = 24
"""Characters: eighteen bytes, as long as the shortest id that is looked for."""

_LINE = r"[A-Za-z0-9+/_-]"
# It never has to go back: blanks and letters differ, and all but the first line may be missing.
_STRETCH = re.compile(
    rf"(?<!{_LINE}){_LINE}{{{SHORTEST},}}(?:\s{{1,40}}{_LINE}{{{SHORTEST},}})*(?:\s{{1,40}}{_LINE}+)?"
)
_URL_SAFE = str.maketrans("-_", "+/")
_QUAD = 4


def stretches(text: str) -> Iterator[bytes]:
    """Give what each stretch may stand for.

    Letters in front of it may belong to something else, so it is read from each of its first four
    characters on.
    """
    for match in _STRETCH.finditer(text):
        stretch = "".join(match[0].split())
        # Words in one case, such as the name of an anchor, are no base64 of that length.
        if stretch.lower() != stretch != stretch.upper():
            for start in range(_QUAD):
                yield _decoded(stretch[start:].translate(_URL_SAFE))


def _decoded(stretch: str) -> bytes:
    whole = len(stretch) - len(stretch) % _QUAD
    rest = stretch[whole:]
    padded = rest + "=" * (_QUAD - len(rest)) if len(rest) > 1 else ""
    return binascii.a2b_base64(stretch[:whole] + padded)
