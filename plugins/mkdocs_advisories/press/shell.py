"""Shells: what a theme puts around pages, found once and used for all of them.

A theme is asked for pages that nobody will see: probes, whose every value can be found again in
what it makes of them. What stands between the values is a shell. That it is right for others than
the probe is not believed but seen, twice:

- Headings: shells for any number of them are made of the one for two. Those for one heading, and
  for many of all levels, must be what the theme itself makes. If not, the theme is asked for each
  row of levels.
- Folders: of an address such as `projects/lantern/versions/1.2/` every second part is a name, and
  pages whose addresses differ in names alone have the same shell. The first page for each number of
  headings is compared, byte by byte, with what the theme makes of it; for any other folder a probe
  is. If that is something else, the folder has a shell of its own; if this is not right either, the
  theme renders every page of that kind.

A page that may be named in its shell, as in a link from all pages to it, is rendered by the theme.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
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
    PART,
    POLICY,
    TITLE,
    Pieces,
    Slot,
    UnfitError,
    mark,
    pieces_of,
    probe,
    with_other_values,
)
from mkdocs_advisories.render.csp import bearing, is_stated, policy_of, refuse_active, with_stated
from mkdocs_advisories.render.page import Page
from mkdocs_advisories.site.batch import Brief, brief

Rendered = Callable[[Page], str]
"""Gives the whole HTML page that a theme makes of a page, without a policy."""

_NUMBERS = re.compile(r"""<(?:meta name="generator"|path)[^>]*>|//[^/"'<>\s]+""")
"""Versions of programs, lines of pictures and hosts have numbers like versions that have pages."""

_BEGIN = 5
"""The ids of advisories begin alike: mostly one look tells that none of them is somewhere."""

_ONE, _TWO, _ALL = (2,), (2, 2), (2, 3, 4, 5, 6, 2)


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
    return kind_of_brief(brief(page))


def kind_of_brief(page: Brief) -> Kind:
    """Give the kind of a page that is not made yet: one about many, which has what probes have."""
    return Kind(folder=folder_of(page.uri), levels=page.levels, has_title=page.has_title)


def folder_of(uri: str) -> str:
    """Give the folder in which a page lies."""
    return uri[: uri.rstrip("/").rfind("/") + 1]


@dataclass(kw_only=True, slots=True)
class Shell:
    """What stands around the values of pages.

    `has_one_policy` says that the values change nothing in the policy, but for the text itself.
    `folders` are those in which it was seen to be right.
    """

    pieces: Pieces
    has_card: bool
    has_one_policy: bool
    folders: set[str] = field(default_factory=set)
    _mark: str = field(default="", repr=False)
    _text: str = field(default="", repr=False)
    _begins: dict[str, bool] = field(default_factory=dict, repr=False)
    _policies: dict[tuple[object, ...], str] = field(default_factory=dict, repr=False)

    def names(self, part: str) -> bool:
        """Say whether a part of an address may be in the shell, which is another for others."""
        if not self._text:
            text = "\0".join(one for one in self.pieces if isinstance(one, str))
            self._text = _NUMBERS.sub("", text)
        begin = quote(part[:_BEGIN])
        if begin not in self._begins:
            self._begins[begin] = begin in self._text
        return self._begins[begin] and quote(part) in self._text

    @property
    def mark(self) -> str:
        """What stands for the shell: it changes with it."""
        if not self._mark:
            pieces = (
                one if isinstance(one, str) else f"{one.value}{one.index}{one.filter.__name__}"
                for one in self.pieces
            )
            self._mark = sha256("\0".join([str(self.has_card), *pieces]).encode()).hexdigest()
        return self._mark

    def printed(self, page: Page) -> str:
        """Put a page of the shell's kind in.

        Raises:
            ActiveContentError: what should be harmless is not.
        """
        refuse_active((page.html, escape(page.title)))
        return self.filled(page, self._policy(page))

    def _policy(self, page: Page) -> str:
        if not self.has_one_policy:
            return escape(policy_of(self.filled(page, "")))
        bears = bearing(page.html)
        policy = self._policies.get(bears)
        if policy is None:
            policy = escape(policy_of(self.filled(page, "")))
            self._policies[bears] = policy
        return policy

    def filled(self, page: Page, policy: str) -> str:
        """Put a page in, under a policy that is escaped already."""
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
        self._choices: dict[Kind, _Choice] = {}

    def of(self, kind: Kind | None, uri: str, page: Callable[[], Page]) -> Shell | None:
        """Give the shell of a page, or None if the theme itself must render it."""
        if kind is None:
            return None
        if kind not in self._choices:
            self._choices[kind] = _Choice(self._candidates(kind))
        return self._choices[kind].shell(uri, lambda shell: self._is_right(shell, kind, page))

    def printed(self, page: Page) -> str:
        """Print a page: in its shell if it has one, else by the theme alone."""
        shell = self.of(kind_of(page), page.uri, lambda: page)
        return shell.printed(page) if shell else self.ordinary(page)

    def ordinary(self, page: Page) -> str:
        """Print a page by the theme alone."""
        return ordinary(page, self._rendered)

    def _candidates(self, kind: Kind) -> Iterator[Shell]:
        """Give the shell for all folders that differ in names alone, then the folder's own."""
        names = _names(kind.folder)
        shared = self._family(_with_marks(kind.folder), has_title=kind.has_title).shell(kind.levels)
        if shared and not any(map(shared.names, names)):
            yield shared
        if names:
            own = self._family(kind.folder, has_title=kind.has_title).shell(kind.levels)
            if own:
                yield own

    def _family(self, folder: str, *, has_title: bool) -> "_Family":
        def probed(levels: Sequence[int]) -> Shell:
            return _shell_of(self._rendered(_probe_in(folder, levels, has_title=has_title)))

        key = (folder, has_title)
        if key not in self._families:
            self._families[key] = _Family(probed)
        return self._families[key]

    def _is_right(self, shell: Shell, kind: Kind, page: Callable[[], Page]) -> bool:
        """Compare once for a folder: a page in the first one, probes in others."""
        if kind.folder not in shell.folders:
            is_right = (
                self._makes_probe(shell, kind) if shell.folders else self._makes(shell, page())
            )
            if is_right:
                shell.folders.add(kind.folder)
        return kind.folder in shell.folders

    def _makes(self, shell: Shell, page: Page) -> bool:
        return shell.printed(page) == self.ordinary(page)

    def _makes_probe(self, shell: Shell, kind: Kind) -> bool:
        """Compare all but the policy, which follows from the rest."""
        page = _probe_in(kind.folder, kind.levels, has_title=kind.has_title)
        return shell.filled(page, mark(POLICY)) == _with_mark(self._rendered(page))


class _Choice:
    """The shell of the pages of one kind: the first one that is right."""

    def __init__(self, candidates: Iterator[Shell]) -> None:
        self._candidates = candidates
        self._shell = next(candidates, None)
        self._is_right = False

    def shell(self, uri: str, is_right: Callable[[Shell], bool]) -> Shell | None:
        """Give the shell of a page, which a page that it names has not."""
        while self._shell and not self._shell.names(_parts(uri)[-1]):
            self._is_right = self._is_right or is_right(self._shell)
            if self._is_right:
                return self._shell
            self._shell = next(self._candidates, None)
        return None


class _Family:
    """Shells that differ in the headings alone: most themes write one line for each."""

    def __init__(self, probed: Callable[[Sequence[int]], Shell]) -> None:
        self._probed = probed
        self._made: dict[tuple[int, ...], Shell | None] = {}

    def shell(self, levels: tuple[int, ...]) -> Shell | None:
        """Give the shell for headings of the given levels, if there is one."""
        two = self._two if levels else None
        key = _ONE * len(levels) if two else levels
        if key not in self._made:
            self._made[key] = _for_headings(two, len(levels)) if two else self._tried(levels)
        return self._made[key]

    @cached_property
    def _two(self) -> Shell | None:
        """The shell for two headings, if the theme makes those for others like it."""
        two = self._tried(_TWO)
        return two if two and self._grows_right(two) else None

    def _grows_right(self, two: Shell) -> bool:
        """Compare what is put together for one and for many headings with what the theme writes."""
        try:
            return _grown(two.pieces, 2) == two.pieces and all(
                _grown(two.pieces, len(levels)) == self._probed(levels).pieces
                for levels in (_ONE, _ALL)
            )
        except UnfitError:
            return False

    def _tried(self, levels: Sequence[int]) -> Shell | None:
        try:
            return self._probed(levels)
        except UnfitError:
            return None


def _for_headings(two: Shell, count: int) -> Shell:
    return Shell(
        pieces=_grown(two.pieces, count),
        has_card=two.has_card,
        has_one_policy=two.has_one_policy,
    )


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


def _with_mark(output: str) -> str:
    """Put a mark where the policy will be stated, if the theme states none."""
    return output if is_stated(output) else with_stated(output, mark(POLICY))


def _shell_of(output: str) -> Shell:
    return Shell(
        pieces=pieces_of(_with_mark(output)),
        has_card=has_card(output),
        has_one_policy=policy_of(output) == policy_of(with_other_values(output)),
    )


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
        PART: [quote(one) for one in _parts(page.uri)],
        HEAD: (head,),
        POLICY: (policy,),
        ANCHOR: [one.id for one in page.headings],
        HEADING: [escape(one.title) for one in page.headings],
    }


def _parts(uri: str) -> list[str]:
    return uri.rstrip("/").split("/")


def _probe_in(folder: str, levels: Sequence[int], *, has_title: bool) -> Page:
    uri = f"{folder}{mark(PART, folder.count('/'))}/"
    return probe(uri=uri, levels=levels, has_title=has_title)


def _names(folder: str) -> list[str]:
    return folder.split("/")[1:-1:2]


def _with_marks(folder: str) -> str:
    """Give a folder with marks in the place of its names."""
    parts = enumerate(folder.split("/")[:-1])
    return "".join(f"{mark(PART, at) if at % 2 else part}/" for at, part in parts)
