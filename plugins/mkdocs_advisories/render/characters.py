"""The one place that knows which characters a document cannot carry."""

import re

# Outside XML 1.0's `Char` (section 2.2): not even a character reference may stand for one. It holds
# the lone surrogates too, which UTF-8 cannot encode, and so no JSON document either.
_NOT_CARRIED = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def carried(text: str) -> str:
    """Leave out what neither XML nor JSON can carry, so that every format has the same text."""
    return _NOT_CARRIED.sub("", text)
