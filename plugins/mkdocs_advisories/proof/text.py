"""The ways in which a text can be read: as it is, with its escapes undone, without its tags.

Each decoder takes a text and gives it decoded, or the same text if there is nothing to decode. They
run in time that grows with the text only, whoever wrote it.
"""

import re
from collections.abc import Callable, Collection, Iterator
from functools import lru_cache
from html import unescape

Decoder = Callable[[str], str]

MOST_ROUNDS = 8
"""How many escapes within escapes are undone."""

_ESCAPE = re.compile(
    r"\\(?:u\{0*([0-9a-fA-F]{1,6})\}|u+([0-9a-fA-F]{4})|U00([0-9a-fA-F]{6})|x([0-9a-fA-F]{2})"
    r"|([0-3][0-7]{2})|([nrtbfv])|([\"'/\\<>]))"
)
_PERCENTS = re.compile(r"%[0-9a-fA-F]{2}(?:%[0-9a-fA-F]{2})*")  # begins plainly: to be found soon
_LONG_PERCENT = re.compile(r"%u([0-9a-fA-F]{4})")
# A scan from the beginning of a tag never passes the next one, so that no text takes more than
# linear time. A `<` that begins none may stand in an attribute.
_QUOTED = r""""[^"<]*(?:<(?![A-Za-z/!?])[^"<]*)*"|\'[^\'<]*(?:<(?![A-Za-z/!?])[^\'<]*)*\'"""
_PLAIN = r"""[^<>"']*"""
_TAG = re.compile(rf"""</?[A-Za-z!?]{_PLAIN}(?:(?:{_QUOTED}){_PLAIN})*>|</?[A-Za-z!?][^<>]*>""")
_CDATA = re.compile(r"<!\[CDATA\[|\]\]>")
_ENTITY = re.compile(
    r"&(?:#0*[0-9]{1,12}|#[xX]0*[0-9a-fA-F]{1,10}|#[xX]?0|[A-Za-z][A-Za-z0-9]{1,31});?"
)


def entities(text: str) -> str:
    """Undo the character references of HTML and XML."""
    return _ENTITY.sub(_character_of, text) if "&" in text else text


def escapes(text: str) -> str:
    r"""Undo the escapes of JSON, JavaScript and C: `\u0041`, `\u{41}`, `\x41`, `\101`, `\n`."""
    if "\\" not in text:
        return text
    # A character beyond the first 65,536 is written as two halves.
    return _joined(_ESCAPE.sub(_escaped, text))


def percent(text: str) -> str:
    """Undo the escapes of URLs: `%41`, several for a character of UTF-8, and the old `%u0041`."""
    if "%" not in text:
        return text
    if "%u" in text:
        text = _joined(_LONG_PERCENT.sub(lambda one: chr(int(one[1], 16)), text))
    return _PERCENTS.sub(
        lambda run: bytes.fromhex(run[0].replace("%", "")).decode("utf-8", "replace"), text
    )


def tags(text: str) -> str:
    """Leave out tags and comments, so that what they part comes together."""
    if "<" not in text:
        return text
    first, *others = (_CDATA.sub("", text) if "]]>" in text else text).split("<!--")
    rest = (other.partition("-->")[2] if "-->" in other else other for other in others)
    return _TAG.sub("", first + "".join(rest))


DECODERS: dict[str, Decoder] = {
    "escapes": escapes,
    "percent": percent,
    "entities": entities,
    "tags": tags,
}


def readings(text: str, *, without: Collection[str] = ()) -> Iterator[str]:
    """Give a text as it is, with all escapes undone, and with tags left out before and after.

    Tags may come to light only when escapes are undone, and what looks like one then may be text.
    So both orders are read.
    """
    able = {name: one for name, one in DECODERS.items() if name not in without}
    undo = [able[name] for name in ("escapes", "percent", "entities") if name in able]
    strip = able.get("tags", _same)
    seen = {text}
    yield text
    undone = _settled(text, undo)
    stripped = _settled(text, [*undo[:-1], strip, *undo[-1:]])
    for reading in (undone, strip(undone), stripped):
        if reading not in seen:
            seen.add(reading)
            yield reading


def _settled(text: str, decoders: list[Decoder]) -> str:
    """Apply decoders one after another until nothing changes."""
    for _ in range(MOST_ROUNDS):
        before = text
        for decode in decoders:
            text = decode(text)
        if text == before:
            break
    return text


def _same(text: str) -> str:
    return text


def _character_of(reference: re.Match[str]) -> str:
    return _unescaped(reference[0])


@lru_cache(maxsize=4096)
def _unescaped(reference: str) -> str:
    """Give what a reference stands for. Few of them make up nearly all."""
    return unescape(reference)


def _escaped(match: re.Match[str]) -> str:
    code = match[1] or match[2] or match[3] or match[4]
    if code or match[5]:
        number = int(code, 16) if code else int(match[5], 8)
        return chr(number) if number <= 0x10FFFF else ""  # noqa: PLR2004 - the last character
    return match[7] or " "


def _joined(text: str) -> str:
    """Join surrogates to the characters that they are halves of; drop those left alone."""
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")
