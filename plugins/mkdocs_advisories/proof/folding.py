"""Text reduced to what a reader would recognise: small letters and digits, as UTF-8.

Case, spaces, punctuation, marks, invisible characters and the choice among characters that look
alike are gone. What is compared is folded in the same way on both sides.
"""

import re
import unicodedata

# Characters that look like a Latin letter and are not made from one (Unicode's confusables.txt,
# UTS #39, has the idea): Cyrillic, Greek, Armenian, Cherokee, Lisu, phonetic letters.
_LOOKALIKES = {
    "a": "0410 0430 0391 03b1 0251 13aa a4ee",
    "b": "0412 0432 042c 044c 0392 03d0 13f4 a4d0",
    "c": "0421 0441 03f2 03f9 13df a4da",
    "d": "0500 0501 13e7 a4d2 a4d3",
    "e": "0415 0435 0395 03b5 03f5 13ac a4f0 212e",
    "f": "a4dd",
    "g": "050c 050d 0261 0581 13c0 13b6 a4d6",
    "h": "041d 043d 04ba 04bb 0397 0570 13bb a4e7",
    "i": "0406 0456 0399 03b9 0269 a4f2",
    "j": "0408 0458 03f3 0575 13ab a4d9",
    "k": "041a 043a 039a 03ba 03f0 13e6 a4d7",
    "l": "04c0 04cf 053c 13de a4e1",
    "m": "041c 043c 039c 13b7 a4df",
    "n": "041f 043f 039d 03b7 0578 a4e0",
    "o": "041e 043e 039f 03bf 03c3 0555 0585 a4f3",
    "p": "0420 0440 03a1 03c1 03f1 13e2 a4d1",
    "q": "051a 051b 0566",
    "r": "0413 0433 13a1 13d2 a4e3",
    "s": "0405 0455 13d5 13da a4e2",
    "t": "0422 0442 03a4 03c4 13a2 a4d4",
    "u": "03bc 057d a4f4",
    "v": "0474 0475 03bd 13d9 a4e6",
    "w": "051c 051d 0460 0461 03c9 0561 13b3 a4ea",
    "x": "0425 0445 03a7 03c7 a4eb",
    "y": "0423 0443 04ae 04af 03a5 03c5 03b3 13bd a4ec",
    "z": "0396 13c3 a4dc",
}
_LETTER_OF = {
    chr(int(code, 16)): letter for letter, codes in _LOOKALIKES.items() for code in codes.split()
}
_LATIN = re.compile(
    r"(?:LATIN (?:SMALL |CAPITAL )?LETTER|INDICATOR SYMBOL LETTER) "
    r"(?:SMALL CAPITAL |DOTLESS |SCRIPT |INSULAR )?([A-Z])(?= |$)"
)
# Letters to Unicode, and blank on every screen: the fillers of Hangul.
_BLANK = frozenset("\u115f\u1160\u3164\uffa0")
_FOREIGN = re.compile("[^\x00-\x7f]+")
# Digits and letters that are drawn alike become one: 0 and o; 1, i and l.
_TABLE = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZi01", b"abcdefghljklmnopqrstuvwxyzlol")
_DROPPED = bytes(code for code in range(128) if not chr(code).isalnum())
_ASCII = bytes(range(128))
_FEW = 64
_DROPPED_OF_BINARY = _DROPPED + bytes(range(128, 256))


class _Folds(dict[str, str]):
    """Each character beyond ASCII, folded when it is first met."""

    def __missing__(self, character: str) -> str:
        folded = self[character] = _fold_character(character)
        return folded


_FOLDS = _Folds()


def fold(text: str) -> bytes:
    """Fold a text. A letter beyond ASCII that is like no Latin one stays, as UTF-8."""
    raw = text.encode("utf-8", "surrogatepass")
    if not text.isascii():
        few = _few_folded(raw)
        raw = _every_folded(text) if few is None else few
    return raw.translate(_TABLE, _DROPPED)


def _every_folded(text: str) -> bytes:
    folded = _FOREIGN.sub(lambda run: "".join(map(_FOLDS.__getitem__, run[0])), text)
    return folded.encode("utf-8")


def _few_folded(raw: bytes) -> bytes | None:
    """Fold the characters beyond ASCII one after another, if they are few.

    None of them may become another one that is beyond ASCII: it might be folded once more.
    """
    foreign = set(raw.translate(None, _ASCII).decode("utf-8", "surrogatepass"))
    folds = {one: _FOLDS[one] for one in foreign if _FOLDS[one] != one}
    if len(foreign) > _FEW or not all(one.isascii() for one in folds.values()):
        return None
    for one, folded in folds.items():
        raw = raw.replace(one.encode("utf-8", "surrogatepass"), folded.encode())
    return raw


def fold_binary(raw: bytes) -> bytes:
    """Fold the ASCII letters and digits of bytes that are no text."""
    return raw.translate(_TABLE, _DROPPED_OF_BINARY)


def _fold_character(character: str) -> str:
    """Decompose (NFKD), take the Latin letter or the digit that it looks like, drop marks."""
    if unicodedata.category(character)[0] == "C" or character in _BLANK:
        return ""
    parts = unicodedata.normalize("NFKD", _LETTER_OF.get(character, character))
    return "".join(map(_fold_part, parts))


def _fold_part(part: str) -> str:
    if part in _LETTER_OF:
        return _LETTER_OF[part]
    decimal = unicodedata.decimal(part, None)
    if decimal is not None:
        return str(decimal)
    latin = _LATIN.search(unicodedata.name(part, ""))
    if latin and not part.isascii():
        return latin[1].lower()
    return part.casefold() if part.isalnum() else ""
