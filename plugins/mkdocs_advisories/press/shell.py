"""Shells: what a theme puts around pages, found once and used for all of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from html import escape
from typing import TypeGuard
from urllib.parse import quote

from mkdocs_advisories.press.head import has_card, head_of
from mkdocs_advisories.press.probe import (
    ANCHOR,
    BODY,
    DESCRIPTION,
    HEAD,
    HEADING,
    NAME,
    POLICY,
    TITLE,
    Pieces,
    Slot,
    UnfitError,
    mark,
    pieces_of,
    probe,
)
from mkdocs_advisories.render.csp import bearing, is_stated, policy_of, refuse_active, with_stated
from mkdocs_advisories.render.page import Page
from mkdocs_advisories.site.batch import Brief

Rendered = Callable[[Page], str]
"""Gives the whole HTML page that a theme makes of a page, without a policy."""

_ONE, _TWO, _MIXED = (2,), (2, 2), (2, 3, 4, 2)


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """What pages share that have one shell: the folder, the headings' levels, and a title."""

    folder: str
    levels: tuple[int, ...]
    has_title: bool


def kind_of(page: Page) -> Kind | None:
    """Give the kind of a page, or None if it lacks what probes have."""
    if not page.title or not page.description:
        return None
    return Kind(
        folder=folder_of(page.uri),
        levels=tuple(one.level for one in page.headings),
        has_title=has_title(page),
    )


def kind_of_brief(page: Brief) -> Kind:
    """Give the kind of a page that is not made yet: one about many, which has what probes have."""
    return Kind(folder=folder_of(page.uri), levels=page.levels, has_title=page.has_title)


def has_title(page: Page) -> bool:
    """Say whether a page has its title in its text, as themes look for it."""
    return "<h1" in page.html


def folder_of(uri: str) -> str:
    """Give the folder in which a page lies."""
    return uri[: uri.rstrip("/").rfind("/") + 1]


@dataclass(kw_only=True, slots=True)
class Shell:
    """What stands around the values of pages of one kind."""

    pieces: Pieces
    has_card: bool
    was_compared: bool = False
    _policies: dict[tuple[object, ...], str] = field(default_factory=dict, repr=False)

    def names(self, uri: str) -> bool:
        """Say whether a page's own address may be in its shell, which is another for others."""
        name = _name(uri)
        return any(name in one for one in self.pieces if isinstance(one, str))

    @property
    def mark(self) -> str:
        """What stands for the shell: it changes with it."""
        pieces = (
            one if isinstance(one, str) else f"{one.value}{one.index}{one.filter.__name__}"
            for one in self.pieces
        )
        return sha256("\0".join([str(self.has_card), *pieces]).encode()).hexdigest()

    def printed(self, page: Page) -> str:
        """Put a page of the shell's kind in.

        Raises:
            ActiveContentError: what should be harmless is not.
        """
        refuse_active((page.html, escape(page.title)))
        bears = bearing(page.html)
        policy = self._policies.get(bears)
        if policy is None:
            policy = escape(policy_of(self._filled(page, "")))
            self._policies[bears] = policy
        return self._filled(page, policy)

    def _filled(self, page: Page, policy: str) -> str:
        values = _values(page, policy, head_of(page, has_card=self.has_card))
        return "".join(
            one if isinstance(one, str) else one.filter(values[one.value][one.index])
            for one in self.pieces
        )


class Shells:
    """The shells of a theme, each made when the first page that needs it is seen."""

    def __init__(self, rendered: Rendered) -> None:
        self._rendered = rendered
        self._families: dict[tuple[str, bool], _Family] = {}
        self._tried: dict[Kind, Shell | None] = {}

    def of(self, kind: Kind | None, uri: str, page: Callable[[], Page]) -> Shell | None:
        """Give the shell of a page, or None if the theme itself must render it.

        The first page of each shell is compared with what the theme makes of it.
        """
        if kind is None:
            return None
        if kind not in self._tried:
            self._tried[kind] = self._compared(kind, page())
        shell = self._tried[kind]
        return shell if shell and not shell.names(uri) else None

    def printed(self, page: Page) -> str:
        """Print a page: in its shell if it has one, else by the theme alone."""
        shell = self.of(kind_of(page), page.uri, lambda: page)
        return shell.printed(page) if shell else self.ordinary(page)

    def ordinary(self, page: Page) -> str:
        """Print a page by the theme alone."""
        return ordinary(page, self._rendered)

    def _family(self, kind: Kind, modified: datetime) -> "_Family":
        def probed(levels: Sequence[int]) -> Shell:
            page = probe(
                folder=kind.folder, levels=levels, has_title=kind.has_title, modified=modified
            )
            return _shell_of(self._rendered(page))

        key = (kind.folder, kind.has_title)
        if key not in self._families:
            self._families[key] = _Family(probed)
        return self._families[key]

    def _compared(self, kind: Kind, page: Page) -> Shell | None:
        shell = self._family(kind, page.modified).shell(kind.levels)
        if shell is None or shell.was_compared or shell.names(page.uri):
            return shell
        shell.was_compared = shell.printed(page) == self.ordinary(page)
        return shell if shell.was_compared else None


class _Family:
    """Shells that differ in the headings alone: most themes write one line for each."""

    def __init__(self, probed: Callable[[Sequence[int]], Shell]) -> None:
        self._probed = probed
        self._made: dict[tuple[int, ...], Shell | None] = {}
        self._two = self._shell(_TWO)
        self._is_regular = bool(self._two) and self._grows_right()

    def shell(self, levels: tuple[int, ...]) -> Shell | None:
        """Give the shell for headings of the given levels."""
        if not self._is_regular or not levels or self._two is None:
            return self._shell(levels)
        same = _TWO * len(levels)
        return self._shell(same[: len(levels)], grown=True)

    def _shell(self, levels: tuple[int, ...], *, grown: bool = False) -> Shell | None:
        if levels not in self._made:
            try:
                self._made[levels] = (
                    replace(self._two, pieces=_grown(self._two.pieces, len(levels)))
                    if grown and self._two
                    else self._probed(levels)
                )
            except UnfitError:
                self._made[levels] = None
        return self._made[levels]

    def _grows_right(self) -> bool:
        """Compare what is put together for one and for many headings with what the theme writes."""
        try:
            return all(
                _grown(self._two.pieces, len(levels)) == self._probed(levels).pieces
                for levels in (_ONE, _TWO, _MIXED)
                if self._two
            )
        except UnfitError:
            return False


def _grown(two: Pieces, count: int) -> Pieces:
    """Make of a shell for two headings the shell for more, or for one.

    Raises:
        UnfitError: its parts about headings are not one for each, in a row.
    """
    at = [(one.index, place) for place, one in enumerate(two) if _is_about_heading(one)]
    if not at or at != sorted(at):
        raise UnfitError("headings are in more than one list")
    first, last = at[0][1], at[-1][1]
    second = min(place for index, place in at if index)
    item, link = two[second : last + 1], two[second - 1]
    grown: list[str | Slot] = []
    for index in range(count):
        grown += [link] if index else []
        grown += [one if isinstance(one, str) else replace(one, index=index) for one in item]
    return (*two[:first], *grown, *two[last + 1 :])


def _is_about_heading(one: str | Slot) -> TypeGuard[Slot]:
    return isinstance(one, Slot) and one.value in {ANCHOR, HEADING}


def _shell_of(output: str) -> Shell:
    prepared = output if is_stated(output) else with_stated(output, mark(POLICY))
    return Shell(pieces=pieces_of(prepared), has_card=has_card(output))


def ordinary(page: Page, rendered: Rendered) -> str:
    """Print a page by the theme alone."""
    output = rendered(page)
    refuse_active((page.html, escape(page.title)))
    return output if is_stated(output) else with_stated(output, escape(policy_of(output)))


def _values(page: Page, policy: str, head: str) -> Mapping[str, Sequence[str]]:
    return {
        TITLE: (escape(page.title),),
        DESCRIPTION: (escape(page.description),),
        BODY: (page.html,),
        NAME: (_name(page.uri),),
        HEAD: (head,),
        POLICY: (policy,),
        ANCHOR: [one.id for one in page.headings],
        HEADING: [escape(one.title) for one in page.headings],
    }


def _name(uri: str) -> str:
    return quote(uri.rstrip("/").rpartition("/")[2])
