"""The one place that knows which characters a document cannot carry."""

import re

# Outside XML 1.0's `Char` (section 2.2): not even a character reference may stand for one. It holds
# the lone surrogates too, which UTF-8 cannot encode, and so no JSON document either. Stated as what
# it holds, not as what it does not: that takes ten times as long to compile.
_NOT_CARRIED = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def carried(text: str) -> str:
    """Leave out what neither XML nor JSON can carry, so that every format has the same text."""
    return _NOT_CARRIED.sub("", text)
