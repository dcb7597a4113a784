"""A document as JSON that has the same bytes however it was put together."""

import json
import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from mkdocs_advisories.render.characters import carried

Document = dict[str, Any]

_SUSPECT = re.compile(r"[\ud800-\udfff\ufffe\uffff]")


def json_bytes(document: Document | list[Any], *, indent: int | None = None) -> bytes:
    """Write a document with its keys in order, in UTF-8, ending with a line feed.

    Without an indent it is a single line: of many documents, that is a third of the bytes less and
    several times as fast.
    """
    text = _dumped(document, indent)
    if _is_suspect(text):
        text = _dumped(_without_the_uncarried(document), indent)
    return f"{text}\n".encode()


def json_text(document: Document | list[Any]) -> bytes:
    """Write a document as `json_bytes` does, without a line feed: a part of another."""
    return json_bytes(document).rstrip(b"\n")


def with_list(document: Document, key: str, texts: Iterable[bytes]) -> Iterator[bytes]:
    """Write a document with a list under a key, of which the elements are written already.

    The document has that key once, and an empty list there. It is given in parts, for it may be
    large: none is made before it is asked for.
    """
    before, behind = json_bytes(document).split(f'"{key}":[]'.encode())
    yield before + f'"{key}":['.encode()
    yield from separated(texts, b",")
    yield b"]" + behind


def with_object(document: Document, key: str, texts: Iterable[bytes]) -> Iterator[bytes]:
    """Write a document with an object under a key; its members are written already, in order.

    The document has that key once, and an empty object there. It is given in parts as well.
    """
    before, behind = json_bytes(document).split(f'"{key}":{{}}'.encode())
    yield before + f'"{key}":{{'.encode()
    yield from separated(texts, b",")
    yield b"}" + behind


def separated(texts: Iterable[bytes], separator: bytes) -> Iterator[bytes]:
    """Give texts one by one, and what stands between them."""
    for place, text in enumerate(texts):
        if place:
            yield separator
        yield text


def present(document: Document) -> Document:
    """Leave out the fields that say nothing: None, and empty text, lists and objects."""
    return {key: value for key, value in document.items() if value not in (None, "", [], {}, ())}


def _dumped(document: object, indent: int | None) -> str:
    return _encoder(indent).encode(document)


@cache
def _encoder(indent: int | None) -> json.JSONEncoder:
    """Make what writes documents, which `json.dumps` makes for each one anew."""
    return json.JSONEncoder(
        ensure_ascii=False,
        allow_nan=False,
        indent=indent,
        separators=(",", ":") if indent is None else (",", ": "),
        sort_keys=True,
    )


def _is_suspect(text: str) -> bool:
    """Say whether there may be something that cannot be carried: quick for plain ASCII."""
    return "\\u00" in text or (not text.isascii() and _SUSPECT.search(text) is not None)


def _without_the_uncarried(value: object) -> object:
    if isinstance(value, str):
        return carried(value)
    if isinstance(value, dict):
        return {key: _without_the_uncarried(child) for key, child in value.items()}
    if isinstance(value, (list, tuple)):
        return [_without_the_uncarried(child) for child in value]
    return value
