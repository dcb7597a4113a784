"""Stretches of base64 in a text, of either alphabet (RFC 4648, 4 and 5), in one line or several."""

import binascii
import re
import string
from collections.abc import Iterator

SHORTEST = 24
"""Characters: eighteen bytes, as long as the shortest id that is looked for."""

_LETTERS = string.ascii_letters + string.digits + "+/_-"
_LINE = rf"[{re.escape(_LETTERS)}]"
# It never has to go back: blanks and letters differ, and all but the first line may be missing.
_STRETCH = re.compile(
    rf"{_LINE}{{{SHORTEST},}}(?:\s{{1,40}}{_LINE}{{{SHORTEST},}})*(?:\s{{1,40}}{_LINE}+)?"
)
_MARK, _OTHER = b"a", b" "
_MARKS = bytes(_MARK[0] if chr(code) in _LETTERS else _OTHER[0] for code in range(256))
_URL_SAFE = str.maketrans("-_", "+/")
_QUAD = 4


def stretches(text: str) -> Iterator[str]:
    """Give each stretch, without blanks, from the first of its letters on."""
    # To look for as many of one byte in a row takes far less time than the pattern does. Every
    # character is one byte here, so that the places are those of the text.
    marks = text.encode("ascii", "replace").translate(_MARKS)
    end = 0
    while match := _next(text, marks, end):
        end = match.end()
        stretch = "".join(match[0].split())
        # Words in one case, such as the name of an anchor, are no base64 of that length.
        if stretch.lower() != stretch != stretch.upper():
            yield stretch


def _next(text: str, marks: bytes, end: int) -> re.Match[str] | None:
    start = marks.find(_MARK * SHORTEST, end)
    return _STRETCH.match(text, start) if start >= 0 else None


def meanings(stretch: str) -> Iterator[bytes]:
    """Give what a stretch may stand for.

    Letters in front of it may belong to something else, so it is read from each of its first four
    characters on.
    """
    for start in range(_QUAD):
        yield _decoded(stretch[start:].translate(_URL_SAFE))


def _decoded(stretch: str) -> bytes:
    whole = len(stretch) - len(stretch) % _QUAD
    rest = stretch[whole:]
    padded = rest + "=" * (_QUAD - len(rest)) if len(rest) > 1 else ""
    return binascii.a2b_base64(stretch[:whole] + padded)
