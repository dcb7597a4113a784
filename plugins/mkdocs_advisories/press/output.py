"""The files of a site on the disk."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from shutil import copyfile

from mkdocs_advisories.model import Disclosed
from mkdocs_advisories.press.hands import HandsError, can_fork, spread
from mkdocs_advisories.press.shell import Kind, Shell, Shells
from mkdocs_advisories.press.written import Group, Written, stamp
from mkdocs_advisories.render.addresses import page_uri
from mkdocs_advisories.render.page import Page
from mkdocs_advisories.site import Site
from mkdocs_advisories.source.catalog import workers_for

KindOf = Callable[[Disclosed], Kind | None]
MarkOf = Callable[[Disclosed], str]

_SHARE = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """What is to be written of one advisory.

    `shell` is None if the page is printed by the theme alone. `has_records` says that the rest is
    there already.
    """

    disclosed: Disclosed
    shell: Shell | None
    group: Group
    has_records: bool = False


def write(site: Site, *, shells: Shells, written: Written, kinds: KindOf, marks: MarkOf) -> None:
    """Write everything that is published and is not there yet.

    Raises:
        ActiveContentError: what should be harmless is not.
    """
    orders = _orders(site, shells, written, kinds, marks)
    plain = [one for one in orders if one.shell is None]
    made: set[str] = set()
    for one in plain:
        page = site.contents.page(one.disclosed)
        output = shells.ordinary(page)
        written.groups[one.disclosed.id] = _written(one, site, output, written.site, made)
    framed = [one for one in orders if one.shell is not None]
    shares = [framed[start : start + _SHARE] for start in range(0, len(framed), _SHARE)]
    hands = workers_for(len(framed)) if can_fork() else 1
    work = partial(_write_share, site, written.site)
    try:
        for groups in spread(work, shares, hands=hands):
            written.groups |= groups
    except HandsError:
        written.groups |= work([one for one in framed if one.disclosed.id not in written.groups])
    for uri, content in site.contents.rest.items():
        if isinstance(content, Page):
            _put(written.site, f"{uri}index.html", _encoded(shells.printed(content)), made)
        else:
            _put(written.site, uri, content, made)


def _orders(
    site: Site, shells: Shells, written: Written, kinds: KindOf, marks: MarkOf
) -> list[Order]:
    """Find out what is to be written."""
    orders: list[Order] = []
    for one in site.contents.advisories:
        shell = shells.of(kinds(one), page_uri(one.id), partial(site.contents.page, one))
        mark = shell.mark if shell else ""
        known = written.groups.pop(one.id, None)
        if known and known.shell == mark and shell and not one.content.attachments:
            written.groups[one.id] = known
            continue
        group = Group(sheet=marks(one), shell=mark, stamps=known.stamps if known else {})
        orders.append(Order(disclosed=one, shell=shell, group=group, has_records=known is not None))
    return orders


def _write_share(site: Site, folder: Path, orders: Sequence[Order]) -> dict[str, Group]:
    made: set[str] = set()
    return {
        one.disclosed.id: _written(
            one, site, one.shell.printed(site.contents.page(one.disclosed)), folder, made
        )
        for one in orders
        if one.shell
    }


def _written(order: Order, site: Site, printed: str, folder: Path, made: set[str]) -> Group:
    group = order.group
    for uri, content in site.contents.of(order.disclosed).items():
        if isinstance(content, Page):
            name, raw = f"{uri}index.html", _encoded(printed)
            group.stamps[name] = _put(folder, name, raw, made)
        elif not order.has_records or isinstance(content, Path):
            group.stamps[uri] = _put(folder, uri, content, made)
    return group


def _encoded(page: str) -> bytes:
    return page.encode("utf-8", errors="xmlcharrefreplace")


def _put(folder: Path, uri: str, content: bytes | Path, made: set[str]) -> list[int]:
    """Write one file; `made` are folders that are known to be there."""
    place = f"{folder}/{uri}"
    parent = place.rpartition("/")[0]
    if parent not in made:
        os.makedirs(parent, exist_ok=True)  # noqa: PTH103 - a hundred thousand files
        made.add(parent)
    if isinstance(content, Path):
        copyfile(content, place)
    else:
        with open(place, "wb", buffering=0) as stream:  # noqa: PTH123 - as above
            stream.write(content)
            status = os.fstat(stream.fileno())
        return [status.st_size, status.st_mtime_ns]
    return stamp(Path(place))
