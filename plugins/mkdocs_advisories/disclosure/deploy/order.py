"""Which files go last where a site cannot be switched in one step.

A feed or an index may only name what is there. So first comes what others lead to: the pages of
advisories, their records, pictures and styles. Then comes all that leads to them.
"""

import json
from collections.abc import Iterable
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from mkdocs_advisories.disclosure.standing import shown_by

_COMPANIONS = (".sha256", ".sha512", ".asc")
_LEADING = frozenset({".csv", ".gz", ".html", ".json", ".md", ".txt", ".xml", ".yaml", ".zip"})
"""What may lead somewhere, by its ending. All else is only led to."""


def go_last(names: Iterable[str], *, index: bytes | None) -> tuple[str, ...]:
    """Choose the files that go last, by their paths. `index` is `advisories.json` of the tree."""
    places = _places(index)
    return tuple(one for one in names if _leads(one) and not _is_led_to(one, places))


def _leads(name: str) -> bool:
    return PurePosixPath(_main(name)).suffix in _LEADING or name.startswith(".well-known/")


def _is_led_to(name: str, places: frozenset[str]) -> bool:
    """Say whether a file is a record of one advisory, or lies on its page."""
    main = _main(name)
    return main in places or any(
        f"{one}/" in places for one in map(str, PurePosixPath(main).parents)
    )


def _main(name: str) -> str:
    """Give the file that a hash or signature is of; they go with it."""
    return next((name.removesuffix(one) for one in _COMPANIONS if name.endswith(one)), name)


def _places(index: bytes | None) -> frozenset[str]:
    """Give the addresses from the root of all pages and records that the index names."""
    if shown_by(index) is None:
        return frozenset()
    stated = json.loads(index or b"")
    root = urlsplit(str(stated.get("$schema", ""))).path.rpartition("/")[0] + "/"
    found = []
    for one in stated["advisories"]:
        for urls in (one.get("urls") or {}).values():
            found += urls if isinstance(urls, list) else [urls]
    return frozenset(unquote(urlsplit(str(one)).path).removeprefix(root) for one in found)
