"""The gate. Everything that the public can see has come through `disclose`; there is no other way.

Whether an advisory is disclosed is computed from its embargo and one instant, never stored.

`preview` shows held advisories to their authors. It wants a permission that is bound to one private
folder, and what it gives is of another type and says of itself that it is a preview.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import overload

from mkdocs_advisories.model import Advisory, Coordination, Disclosed, Notice
from mkdocs_advisories.policy import Policy
from mkdocs_advisories.scores import decisive, score

_AT_HAND = 4096
"""Advisories that were read and are kept at hand: feeds, lists and pages ask for the same ones."""

_WORST_FIRST = ("critical", "high", "medium", "low", "none")


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class Pending:
    """An advisory that is read when somebody asks for it; of it only this is known."""

    id: str
    embargo: datetime
    read: Callable[[], Advisory]

    def is_disclosed(self, now: datetime) -> bool:
        """Say whether the embargo ends at `now` or before."""
        return self.embargo <= now


@dataclass(frozen=True, kw_only=True, slots=True)
class Disclosure:
    """What is public at one instant, newest first, and no more about the rest than may be told.

    Of the `held`, `unopened` are sealed, and there was no key to open them. `upcoming` are the
    three facts of what was told of the rest ahead of time, if the policy has them on the site.
    """

    as_of: datetime
    advisories: Sequence[Disclosed]
    held: int
    unopened: int
    next_embargo: datetime | None
    upcoming: tuple[Notice, ...] = ()

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of the advisories, in their order; nothing is read for it."""
        return _ids_of(self.advisories)

    @property
    def dates(self) -> tuple[datetime, ...]:
        """When each was published, in their order; nothing is read for it."""
        return _dates_of(self.advisories)


@dataclass(frozen=True, kw_only=True, slots=True)
class Permission:
    """That held advisories may be shown in one private folder of this machine, `site_dir`.

    Only `disclosure.stage` gives one. `as_of` is the instant to show; None is the last embargo, and
    then the undecided ones are shown as well. `only` is the id of the one held advisory to show.
    """

    site_dir: Path
    as_of: datetime | None = None
    only: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class Preview:
    """What the site would show at one instant, newest first. Nothing that publishes takes it."""

    as_of: datetime
    advisories: Sequence[Disclosed]
    permission: Permission

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of the advisories, in their order; nothing is read for it."""
        return _ids_of(self.advisories)

    @property
    def dates(self) -> tuple[datetime, ...]:
        """When each was published, in their order; nothing is read for it."""
        return _dates_of(self.advisories)


def disclose(
    advisories: Iterable[Advisory | Pending],
    *,
    now: datetime,
    unopened: int = 0,
    upcoming: tuple[Notice, ...] = (),
) -> Disclosure:
    """Let through the advisories whose embargo ends at `now` or before (an aware instant).

    What is sealed and could not be opened is held, whatever its embargo: `unopened` counts it.
    `upcoming` is what `told_ahead` has given.

    The newest come first; those of one instant are in the order of their ids. What is `Pending`
    goes through the gate once more when it is read.
    """

    def let_through(one: Advisory) -> Disclosed:
        if one.embargo is None or not one.is_disclosed(now):
            message = "an advisory cannot be disclosed before its embargo ends"
            raise ValueError(message)
        return Disclosed(content=one.content, published=one.embargo, as_of=now)

    known = list(advisories)
    public = _Shown([one for one in known if one.is_disclosed(now)], show=let_through, last=now)
    waiting = [one.embargo for one in known if one.embargo and not one.is_disclosed(now)]
    return Disclosure(
        as_of=now,
        advisories=public if public.is_pending else tuple(public),
        held=len(known) - len(public) + unopened,
        unopened=unopened,
        next_embargo=min(waiting, default=None),
        upcoming=tuple(one for one in upcoming if one.embargo and one.embargo > now),
    )


class _Shown(Sequence[Disclosed]):
    """What is shown, newest first; what was pending is read when it is looked at.

    What is undecided is dated by `last`.
    """

    def __init__(
        self,
        advisories: Iterable[Advisory | Pending],
        *,
        show: Callable[[Advisory], Disclosed],
        last: datetime,
    ) -> None:
        def place(one: Advisory | Pending) -> tuple[float, str]:
            return -(one.embargo or last).timestamp(), _id_of(one)

        self._show = show
        self._last = last
        self._known = sorted(advisories, key=place)
        self._read = lru_cache(maxsize=_AT_HAND)(self._shown)

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids, in order."""
        return tuple(map(_id_of, self._known))

    @property
    def dates(self) -> tuple[datetime, ...]:
        """When each is published."""
        return tuple(one.embargo or self._last for one in self._known)

    @property
    def is_pending(self) -> bool:
        """Say whether anything is still to be read."""
        return any(isinstance(one, Pending) for one in self._known)

    @overload
    def __getitem__(self, index: int) -> Disclosed: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Disclosed, ...]: ...
    def __getitem__(self, index: int | slice) -> Disclosed | tuple[Disclosed, ...]:
        """Give an advisory by its place.

        Raises:
            ValueError: what was read is not what was known of it.
        """
        places = range(len(self))[index]
        return self._read(places) if isinstance(places, int) else tuple(map(self._read, places))

    def __len__(self) -> int:
        """Say how many there are."""
        return len(self._known)

    def _shown(self, place: int) -> Disclosed:
        known = self._known[place]
        return self._show(_read_again(known) if isinstance(known, Pending) else known)


def _ids_of(advisories: Sequence[Disclosed]) -> tuple[str, ...]:
    known = advisories
    return known.ids if isinstance(known, _Shown) else tuple(one.id for one in known)


def _dates_of(advisories: Sequence[Disclosed]) -> tuple[datetime, ...]:
    known = advisories
    return known.dates if isinstance(known, _Shown) else tuple(one.published for one in known)


def _id_of(one: Advisory | Pending) -> str:
    return one.id if isinstance(one, Pending) else one.content.id


def _read_again(known: Pending) -> Advisory:
    one = known.read()
    if (one.content.id, one.embargo) != (known.id, known.embargo):
        message = "an advisory is not the one that it was"
        raise ValueError(message)
    return one


def told_ahead(
    advisories: Iterable[Advisory | Pending],
    *,
    sent: Iterable[Notice],
    unopened: Iterable[Notice],
    policy: Policy,
    now: datetime,
) -> tuple[Notice, ...]:
    """Give the notices that were given and still say what held advisories say, the next one first.

    `sent` are all that were ever given: in a prenotification, or in the header of a sealed file.
    `unopened` are the headers' notices of files for which there is no key: what they say is all
    that is known of those. With the first second after the embargo, or another embargo, a notice
    is gone; what comes in its place is told once it was sent itself. None of it is told unless the
    policy wants it.
    """
    if not policy.upcoming:
        return ()
    held = [
        _facts(one, policy)
        for one in advisories
        if isinstance(one, Advisory) and not one.is_disclosed(now)
    ]
    held += unopened
    due = {
        (frozenset(one.projects), one.severity, one.embargo): one
        for one in sent
        if one.embargo and one.embargo > now
    }
    true = [one for one in due.values() if _still_says(one, held)]
    told = [one for one in true if not any(_says_more(other, one) for other in true)]
    return tuple(sorted(told, key=lambda one: (one.embargo or now, one.projects)))


def _facts(advisory: Advisory, policy: Policy) -> Notice:
    rated = decisive(advisory.content)
    return Notice(
        projects=policy.projects_of(advisory.content.affected),
        severity=score(rated).word if rated else None,
        embargo=advisory.embargo,
    )


def _still_says(notice: Notice, held: Sequence[Notice]) -> bool:
    """Say whether some held advisories together have exactly these three facts.

    Those that fit into the notice are all that it can be about.
    """
    about = [one for one in held if one.embargo == notice.embargo and _covers(notice, one)]
    projects = {name for one in about for name in one.projects}
    return projects == set(notice.projects) and notice.severity in {one.severity for one in about}


def _covers(notice: Notice, one: Notice) -> bool:
    return set(one.projects) <= set(notice.projects) and _rank(one) >= _rank(notice)


def _says_more(notice: Notice, other: Notice) -> bool:
    return notice != other and notice.embargo == other.embargo and _covers(notice, other)


def _rank(notice: Notice) -> int:
    """Give how severe: 0 is the worst; what is not rated, or in an unknown word, comes last."""
    word = notice.severity
    return _WORST_FIRST.index(word) if word in _WORST_FIRST else len(_WORST_FIRST)


def coordination_copy(advisory: Advisory, *, now: datetime) -> Coordination:
    """Let one held advisory be shared under embargo, because someone has asked for exactly that.

    This is no second way to the public. A `Coordination` is another type than `Disclosed`: what
    publishes cannot take it, and what renders it marks every file. Only `advisory export` asks, for
    advisories that are named one by one.

    Raises:
        ValueError: the advisory is disclosed, so it needs no such copy.
    """
    if advisory.is_disclosed(now):
        raise ValueError("a disclosed advisory is not shared under embargo")
    return Coordination(content=advisory.content, embargo=advisory.embargo, as_of=now)


def on_its_day(copy: Coordination) -> Disclosed:
    """Give a shared advisory as it will be disclosed, for a renderer whose result is then marked.

    It stands at the instant of its disclosure, or at that of this run while that is undecided. Only
    `site.exports.shared` calls this, which marks whatever comes out; a test holds it to that.
    """
    day = max(copy.embargo or copy.as_of, copy.as_of)
    return Disclosed(content=copy.content, published=day, as_of=day)


def preview(
    advisories: Iterable[Advisory | Pending], *, now: datetime, permission: Permission
) -> Preview:
    """Show held advisories as if their embargo had ended, each marked as a preview.

    One without a decided embargo is dated by the instant of the preview. What is `Pending` is read
    when it is looked at.
    """
    chosen = [one for one in advisories if _is_chosen(one, now, permission)]
    ends = [one.embargo for one in chosen if one.embargo]
    as_of = permission.as_of or max([now, *ends])

    def show(one: Advisory) -> Disclosed:
        published = one.embargo or as_of
        return Disclosed(content=one.content, published=published, as_of=as_of, is_preview=True)

    shown = [
        one
        for one in chosen
        if one.is_disclosed(as_of) or (one.embargo is None and permission.as_of is None)
    ]
    return Preview(
        as_of=as_of, advisories=_Shown(shown, show=show, last=as_of), permission=permission
    )


def _is_chosen(one: Advisory | Pending, now: datetime, permission: Permission) -> bool:
    return one.is_disclosed(now) or permission.only in {None, _id_of(one)}
