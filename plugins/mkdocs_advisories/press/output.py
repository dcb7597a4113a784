"""The files of a site on the disk."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from errno import ENOSPC
from functools import cache, lru_cache, partial
from hashlib import sha256
from pathlib import Path
from shutil import copyfile

from mkdocs_advisories.press.hands import HandsError, ahead, can_fork, hands_for, spread
from mkdocs_advisories.press.shell import Shell, Shells, kind_of_brief
from mkdocs_advisories.press.stored import StoredSheets
from mkdocs_advisories.press.written import Group, Note, Written, stamp
from mkdocs_advisories.render.addresses import page_uri
from mkdocs_advisories.render.page import Page
from mkdocs_advisories.site import Batch, Content, Parts, Site

_SHARE = 0.075
"""Seconds of work that a process is given together, about."""

_A_PAGE = 0.0015
"""Seconds that it takes to write one, about, with all that belongs to it."""

_A_LINE = 0.000005
"""Seconds that it takes to write what a file about many says of one, about."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """What is to be written of an advisory or a batch.

    `shells` are those of its pages by their addresses; one that is None is printed by the theme
    alone. `known` is what is there already: all but the pages. `mark` stands for what it is made
    of, `around` for the shells; without a mark nothing may be noted down. `seconds` are those that
    it will take, about.
    """

    name: str
    contents: Callable[[], Mapping[str, Content | Parts]]
    shells: Mapping[str, Shell | None]
    mark: str | None
    around: str
    seconds: float
    known: Group | None = None

    @property
    def is_plain(self) -> bool:
        """Say whether the theme itself must print a page."""
        return None in self.shells.values()


def name_of(batch: Batch) -> str:
    """Give the name of a batch among groups: no id of an advisory is like it."""
    return f"/{batch.name}"


def begin(site: Site, *, written: Written) -> Callable[[], None]:
    """Begin to write what has no page, for which no theme is needed; give what waits for its end.

    If it is much, another process does it while MkDocs is at work.
    """
    bare = (one for one in site.contents.batches if not one.pages())
    orders = [order for one in bare for order in _orders_of_batch(one, {}, written)]
    work = partial(_write_share, written.site, _unframed, orders)
    result = ahead(work) if _hands(orders) > 1 else work
    return cache(lambda: _note_down(result(), written))


def write(
    site: Site,
    *,
    shells: Shells,
    written: Written,
    sheets: StoredSheets,
    begun: Callable[[], object],
) -> None:
    """Write everything that is published and is not there yet: the rest of what was `begun`.

    Raises:
        ActiveContentError: what should be harmless is not.
    """
    orders = [
        *_orders_of_advisories(site, shells, written, sheets),
        *_orders_of_pages(site, shells, written),
    ]
    begun()
    _write_all([one for one in orders if one.is_plain], written, shells.ordinary, hands=1)
    # What takes longest comes first, so that nobody waits for it at the end.
    framed = sorted((one for one in orders if not one.is_plain), key=lambda one: -one.seconds)
    _write_all(framed, written, shells.ordinary, hands=_hands(framed))


class OnDemand:
    """Writes into a folder what somebody asks for, one file at a time, as `write` would."""

    def __init__(self, site: Site, *, shells: Shells, folder: Path) -> None:
        self._site = site
        self._shells = shells
        self._folder = folder
        self._written: list[Path] = []

    def find(self, place: str) -> Callable[[], None] | None:
        """Give what writes a file, by its path or that of its folder.

        There is nothing for what is there already, and for what is not on the site.
        """
        contents = self._site.contents
        if place.partition("/")[0] not in contents.roots:
            return None
        page = f"{place.removesuffix('index.html').rstrip('/')}/"
        for uri, name in ((page, f"{page}index.html"), (place, place)):
            if (self._folder / name).is_file():
                return None
            if uri in contents:
                return partial(self._write, name, contents[uri])
        return None

    def _write(self, name: str, content: Content) -> None:
        printed = _encoded(self._shells.printed(content)) if isinstance(content, Page) else content
        self._written.append(self._folder / name)
        try:
            _put(self._folder, name, printed, set())
        except OSError:
            self._written.pop().unlink(missing_ok=True)  # nobody may see half of it
            raise

    def remove(self) -> None:
        """Delete what was written."""
        for one in self._written:
            one.unlink(missing_ok=True)
        self._written.clear()


def _hands(orders: Sequence[Order]) -> int:
    """Give how many processes some work is worth."""
    return hands_for(1, seconds=sum(one.seconds for one in orders)) if can_fork() else 1


def _unframed(page: Page) -> str:
    """Take the place of a theme where no page is to be printed."""
    raise TypeError(page.uri)


def _write_all(
    orders: Sequence[Order], written: Written, ordinary: Callable[[Page], str], *, hands: int
) -> None:
    work = partial(_write_share, written.site, ordinary)
    done: set[str] = set()
    try:
        for groups in spread(work, list(_shares(orders)), hands=hands, at_once=1):
            done |= groups.keys()
            _note_down(groups, written)
    except HandsError:
        _note_down(work([one for one in orders if one.name not in done]), written)


def _note_down(groups: Mapping[str, Note | None], written: Written) -> None:
    written.add({name: one for name, one in groups.items() if one})


def _shares(orders: Sequence[Order]) -> Iterator[list[Order]]:
    """Part the work into shares that take about as long."""
    share: list[Order] = []
    seconds = 0.0
    for one in orders:
        share.append(one)
        seconds += one.seconds
        if seconds >= _SHARE:
            yield share
            share, seconds = [], 0
    if share:
        yield share


def _orders_of_advisories(
    site: Site, shells: Shells, written: Written, sheets: StoredSheets
) -> Iterator[Order]:
    for line in site.contents.outlines:
        uri = page_uri(line.id)
        found = {uri: shells.of(sheets.kind(line), uri, partial(site.contents.page, line))}
        contents = partial(site.contents.of, line)
        mark = sheets.mark_of(line)
        yield from _order(written, line.id, mark, found, contents, is_whole=not line.attachments)


def _orders_of_pages(site: Site, shells: Shells, written: Written) -> Iterator[Order]:
    for batch in site.contents.batches:
        found = {
            one.uri: shells.of(kind_of_brief(one), one.uri, partial(_page, batch, one.uri))
            for one in batch.pages()
        }
        if found:
            yield from _orders_of_batch(batch, found, written)


def _orders_of_batch(
    batch: Batch, shells: Mapping[str, Shell | None], written: Written
) -> Iterator[Order]:
    lines = len(batch.made_of) * len(batch.files)
    name, contents = name_of(batch), batch.contents
    yield from _order(written, name, batch.mark, shells, contents, is_whole=True, lines=lines)


def _page(batch: Batch, uri: str) -> Page:
    page = batch.contents()[uri]
    if not isinstance(page, Page):
        raise TypeError(uri)
    return page


def _order(  # noqa: PLR0913 - what is to be written, and what is known of it
    written: Written,
    name: str,
    mark: str | None,
    shells: Mapping[str, Shell | None],
    contents: Callable[[], Mapping[str, Content | Parts]],
    *,
    is_whole: bool,
    lines: int = 0,
) -> Iterator[Order]:
    """Order what is not there yet: nothing if all of it is.

    `is_whole` says that nothing is copied. A file about many advisories has so many `lines`.
    """
    around = _around(tuple([one.mark for one in shells.values() if one]))
    known = written.groups.get(name)
    if known and known.shell == around and is_whole and None not in shells.values():
        return
    written.groups.pop(name, None)
    yield Order(
        name=name,
        contents=contents,
        shells=shells,
        mark=mark,
        around=around,
        seconds=len(shells) * _A_PAGE + lines * _A_LINE,
        known=known,
    )


@lru_cache
def _around(marks: tuple[str, ...]) -> str:
    """Give what stands for shells, which are the same ones for many orders."""
    return sha256("".join(marks).encode()).hexdigest()


def _write_share(
    folder: Path, ordinary: Callable[[Page], str], orders: Sequence[Order]
) -> dict[str, Note | None]:
    made: set[str] = set()
    return {one.name: _written(one, folder, ordinary, made) for one in orders}


def _written(
    order: Order, folder: Path, ordinary: Callable[[Page], str], made: set[str]
) -> Note | None:
    stamps = order.known.stamps if order.known else {}
    for uri, content in order.contents().items():
        if isinstance(content, Page):
            shell, name = order.shells[uri], f"{uri}index.html"
            printed = _encoded(shell.printed(content) if shell else ordinary(content))
            if order.known is None or not _is_there(folder / name, printed):
                stamps[name] = _put(folder, name, printed, made)
        elif order.known is None or isinstance(content, Path):
            stamps[uri] = _put(folder, uri, content, made)
    if order.mark is None:
        return None
    return Note.of(made_of=order.mark, shell=order.around, stamps=stamps)


def _is_there(file: Path, content: bytes) -> bool:
    """Say whether a file has some content already."""
    with suppress(OSError):
        return file.stat().st_size == len(content) and file.read_bytes() == content
    return False


def _encoded(page: str) -> bytes:
    return page.encode("utf-8", errors="xmlcharrefreplace")


def _put(folder: Path, uri: str, content: bytes | Path | Parts, made: set[str]) -> list[int]:
    """Write one file; `made` are folders that are known to be there."""
    place = f"{folder}/{uri}"
    parent = place.rpartition("/")[0]
    if parent not in made:
        os.makedirs(parent, exist_ok=True)  # noqa: PTH103 - a hundred thousand files
        made.add(parent)
    if isinstance(content, Path):
        copyfile(content, place)
    elif isinstance(content, Parts):
        with open(place, "wb") as stream:  # noqa: PTH123 - as above
            stream.writelines(content)
    else:
        with open(place, "wb", buffering=0) as stream:  # noqa: PTH123 - as above
            if stream.write(content) != len(content):
                raise OSError(ENOSPC, os.strerror(ENOSPC), place)
            status = os.fstat(stream.fileno())
        return [status.st_size, status.st_mtime_ns]
    return stamp(Path(place))
