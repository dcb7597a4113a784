"""A folder of advisories read for a build: what is new or held in full, the rest from a store.

The store may only ever say that all is well: that a disclosed file has no error, and what is made
of it. Whatever is not well is found in the ordinary way, so that a report is the same with a store
and without: in any doubt this gives up, and everything is read again.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import TypeVar

from mkdocs_advisories.checks import check
from mkdocs_advisories.checks.attached import words_attached
from mkdocs_advisories.checks.case import House, Register
from mkdocs_advisories.checks.mentions import last_words, words_in
from mkdocs_advisories.embargo import Pending, disclose
from mkdocs_advisories.model import Advisory, Content, Disclosed, Notice
from mkdocs_advisories.policy import Policy
from mkdocs_advisories.press.facts import Facts, facts_json, facts_of, is_so, links, related_ids
from mkdocs_advisories.press.hands import HandsError, ahead, hands_for, spread
from mkdocs_advisories.press.memory import Memory
from mkdocs_advisories.press.store import Record, Store, packed, unpacked
from mkdocs_advisories.problems import Level, Problem
from mkdocs_advisories.render.addresses import osv_uri
from mkdocs_advisories.site.batch import has_title
from mkdocs_advisories.site.plain_data import UNREADABLE, entry_json, excerpts_json, sheet_json
from mkdocs_advisories.site.sheet import Around, Drawn, draw
from mkdocs_advisories.source.catalog import (
    Entry,
    Job,
    catalog_of,
    jobs_of,
    read,
    read_sealed_entries,
)
from mkdocs_advisories.source.draft import Draft
from mkdocs_advisories.source.files import LARGEST_FILE, read_bytes
from mkdocs_advisories.source.folder import Listing, list_folder
from mkdocs_advisories.source.parse import advisory as parsed
from mkdocs_advisories.source.sealed.identities import Identities
from mkdocs_advisories.source.sealed.results import Unopened

_Read = TypeVar("_Read", Job, "Source")

_FEW = 0.05
"""The part that may be missing of what is known, to be read by one process."""

_AN_ADVISORY = 0.007
"""Seconds that it takes to make one, about."""

_A_VERDICT = 0.0015
"""Seconds that the rules take for one that is held, about."""

_INTERNAL = frozenset({"embargo_reason", "embargo_changes", "cve_issued", "handler"})


class DoubtError(Exception):
    """Something is not well, or not known: read everything in the ordinary way."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Task:
    """All that decides what is made of a file, but for the file.

    `is_alone` says that one process does all of it, and has what it has read at hand.
    """

    policy: Policy
    now: datetime
    index_uri: str
    around: Around = field(default_factory=Around)
    is_alone: bool = True


def _nothing() -> None:
    """Confirm what needs no more than it had."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Gathered:
    """Every sound advisory, and the records of those that are in the store, by their ids.

    `around` is what sheets say of others; None if nobody has looked yet. Before anything of it is
    kept or published, `confirm` is to be asked: it raises DoubtError if what is held is not well.
    """

    advisories: tuple[Advisory | Pending, ...]
    records: Mapping[str, Record]
    around: Around | None = None
    unopened: tuple[Unopened, ...] = ()
    notices: tuple[Notice, ...] = ()
    confirm: Callable[[], None] = _nothing


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """What was read of one file, and the key of all that it consists of."""

    path: str
    key: str
    entry: Entry


@dataclass(frozen=True, kw_only=True, slots=True)
class Made:
    """What was made of a file: no `pieces` if it is held, or not only of what has passed.

    Then `entry` is what was read, unless that would have to be handed over to another process.
    """

    path: str
    key: str
    is_sound: bool
    facts: bytes = b""
    pieces: dict[str, bytes] | None = None
    entry: Entry | None = None


def gather(  # noqa: PLR0913 - where everything is, and what decides
    folder: Path,
    *,
    prefix: str,
    task: Task,
    store: Store,
    identities: Identities,
    memory: Memory | None = None,
) -> Gathered:
    """Read a folder, and make and store what is missing. A server has a `memory`.

    Raises:
        DoubtError: something is not well.
        OSError: there is no space for temporary files.
    """
    listing = list_folder(folder, prefix=prefix)
    if listing.problems:
        raise DoubtError
    sealed = read_sealed_entries(listing, policy=task.policy, identities=identities)
    if sealed.problems:
        raise DoubtError
    search = _Search(listing, task, store, memory)
    search.make_missing()
    kept = [*search.kept(), *sealed.opened]
    paths = frozenset([*search.paths(), *map(listing.name, listing.sealed)])
    confirm = search.judge(kept, paths)
    advisories = [one.advisory for one in kept if one.advisory]
    public = disclose(advisories, now=task.now).advisories
    around = search.link(public)
    return Gathered(
        advisories=(*search.pending(), *advisories),
        records=search.records_by_id(),
        around=around,
        unopened=sealed.unopened,
        notices=sealed.notices,
        confirm=confirm,
    )


class _Search:
    """The files of a folder by their paths, and how far each one is known.

    It is there as long as anything may be read again, so it keeps of a file no more than its path.
    """

    def __init__(self, listing: Listing, task: Task, store: Store, memory: Memory | None) -> None:
        jobs = jobs_of(listing, policy=task.policy)
        self._listing = replace(listing, sources=[])
        self._memory = memory or Memory()
        self._is_serving = memory is not None
        self._task = task
        self._store = store
        self._records: dict[str, Record] = {}
        self._kept: dict[str, Entry | None] = {}
        self._keys: dict[str, str] = {}
        self._missing = [one for one in jobs if not self._is_known(one)]

    def make_missing(self) -> None:
        """Make what the store lacks; what is held, or not only of the past, is kept out of it."""
        missing, self._missing = self._missing, []
        if len(missing) > _FEW * len(self._records):
            self._spread(make, missing, self._task)
        else:
            self._spread(made_of, list(self._news_in(missing)), self._task)

    def _news_in(self, jobs: Iterable[Job]) -> Iterator[Source]:
        """Read what is missing here: where that is little, most of it is held, and kept."""
        for source in map(_source, jobs):
            if _public(source.entry, self._task.now):
                yield source
            else:
                self._take(made_of(self._task, source))

    def kept(self) -> list[Entry]:
        """Read in full what is kept out of the store."""
        return [entry or read(self._job(path)) for path, entry in self._kept.items()]

    def paths(self) -> Iterator[str]:
        """Give the paths of all files."""
        return chain(self._records, self._kept)

    def judge(self, kept: Sequence[Entry], paths: frozenset[str]) -> Callable[[], None]:
        """Hold all against what the held are called, and what is kept against the rules.

        The latter goes on beside what is done next, if there is much of it: give what waits for it.
        """
        drafts = [one.draft for one in kept if one.draft]
        register = Register(cards=tuple(one.card for one in drafts), paths=paths)

        def house(entries: Sequence[Entry]) -> House:
            return House(
                catalog=catalog_of(entries),
                policy=self._task.policy,
                now=self._task.now,
                register=register,
            )

        held = house(kept)
        about = self._about(kept, paths)
        sound: Callable[[], None] = partial(_sound, held)
        if hands_for(len(kept), seconds=_A_VERDICT) > 1 and not self._memory.has_judged(about):
            sound = ahead(sound)
        looked = self._memory.look_for(last_words(held.held_by_name))
        telling = self._memory.telling
        may_tell = self._store.looking_for(telling)
        for path, record in self._records.items():
            if record.key in looked:
                continue
            if "" in telling or may_tell(record):
                _sound(house([read(self._job(path))]))
            else:
                looked.add(record.key)
        self._apart(_names_of(kept))
        self._memory.forget_others(self._keys.values())
        return partial(self._memory.judge, about, sound)

    def _about(self, kept: Sequence[Entry], paths: frozenset[str]) -> object:
        """Give what stands for what is judged; None if it may be another in the next build."""
        keys = {one.path: self._keys.get(one.path) for one in kept}
        return None if None in keys.values() else (paths, keys)

    def link(self, also: Iterable[Disclosed]) -> Around:
        """Make again what says something of others that is no longer so; give what is so now."""
        known = [facts_of(record).outline for record in self._records.values()]
        public = [(one.id, one.published) for one in also]
        public += [(one.id, one.published) for one in known]
        around = Around(
            public=frozenset(name for name, _ in public),
            together=Counter(instant for _, instant in public),
        )
        self._spread(
            make,
            [
                self._job(path)
                for path, one in self._records.items()
                if not is_so(facts_of(one), around)
            ],
            replace(self._task, around=around),
        )
        return around

    def pending(self) -> Iterator[Pending]:
        """Give the advisories of which there are records: they are read when they are needed."""
        for path, record in self._records.items():
            line, read = facts_of(record).outline, _Restoring(self, path, record)
            yield Pending(id=line.id, embargo=line.published, read=read)

    def records_by_id(self) -> dict[str, Record]:
        """Give the records by the ids of their advisories."""
        return {facts_of(one).outline.id: one for one in self._records.values()}

    def _job(self, path: str) -> Job:
        file = self._listing.folder / path.removeprefix(f"{self._listing.prefix}/")
        return Job.of(file, self._listing, self._task.policy)

    def restored(self, path: str, record: Record) -> Advisory:
        """Read an advisory out of the store, or from its file if the store is damaged.

        Raises:
            DoubtError: the file is not what it was when this build began.
        """
        raw, job = self._store.piece(record, "source"), self._job(path)
        with suppress(*UNREADABLE):
            data, body = json.loads(unpacked(raw or b""))
            return parsed(data, body=body, path=path, attachments=job.attachments)
        raw = _raw(job)
        entry = read(job, raw=raw)
        if entry.advisory is None or _key(job, raw) != record.key:
            raise DoubtError
        return entry.advisory

    def _is_known(self, job: Job) -> bool:
        key = self._memory.key(job, _key_of) if self._is_serving else _key_of(job)
        record = self._store.get(key)
        if record is None:
            self._keys[job.path] = key
            entry = self._memory.held(key, self._task.now)
            if entry:
                self._kept[job.path] = entry
            return entry is not None
        if facts_of(record).last > self._task.now:
            self._keys[job.path] = key
            self._store.forget(key)  # the clock stands earlier: not yet public, so nowhere
            return False
        self._records[job.path] = record
        return True

    def _spread(
        self, make: Callable[[Task, _Read], Made], these: Sequence[_Read], task: Task
    ) -> None:
        hands = hands_for(len(these), seconds=_AN_ADVISORY)
        work = partial(make, replace(task, is_alone=hands == 1))
        try:
            # The first is made here: what that loads, the other processes have when they begin.
            first, others = map(work, these[:1]), these[1:]
            for made in chain(first, spread(work, others, hands=hands)):
                self._take(made)
        except HandsError:
            self._store.note("a process has died: the rest is done by one")
            raise DoubtError from None

    def _take(self, made: Made) -> None:
        if not made.is_sound:
            raise DoubtError
        if made.pieces is None:
            self._kept[made.path] = made.entry
            if made.entry:
                self._memory.entries[made.key] = made.entry
        else:
            self._records[made.path] = self._store.put(made.key, made.facts, made.pieces)

    def _apart(self, kept: Iterable[frozenset[str]]) -> None:
        """Make sure that no two files share an id or an alias."""
        seen: set[str] = set()
        for some in chain(kept, (facts_of(one).names for one in self._records.values())):
            if not seen.isdisjoint(some):
                raise DoubtError
            seen |= some


@dataclass(frozen=True, slots=True)
class _Restoring:
    """Reads an advisory out of the store. There is one of each, so it is as small as can be."""

    search: _Search
    path: str
    record: Record

    def __call__(self) -> Advisory:
        return self.search.restored(self.path, self.record)


def fitting(records: Mapping[str, Record], around: Around, *, as_of: datetime) -> dict[str, Record]:
    """Give the records that are as good among others, and at another instant."""
    known = ((name, one, facts_of(one)) for name, one in records.items())
    return {name: one for name, one, facts in known if facts.last <= as_of and is_so(facts, around)}


def _names_of(entries: Iterable[Entry]) -> Iterator[frozenset[str]]:
    """Give the names (in lower case) that each file goes by."""
    for one in entries:
        if one.draft:
            yield frozenset(name.lower() for name in one.draft.content.named_ids())


def make(task: Task, job: Job) -> Made:
    """Read one file and judge it by itself; if it is disclosed, make what there is to be made."""
    return made_of(task, _source(job))


def made_of(task: Task, source: Source) -> Made:
    """Judge what was read by itself; if it is disclosed, make what there is to be made."""
    path, key, entry = source.path, source.key, source.entry
    if entry.problems or entry.advisory is None or entry.draft is None:
        return Made(path=path, key=key, is_sound=False)
    public = _public(entry, task.now)
    if public is None:
        entry_at_hand = entry if task.is_alone else None
        return Made(path=path, key=key, is_sound=True, entry=entry_at_hand)
    house = House(catalog=catalog_of([entry]), policy=task.policy, now=task.now)
    checked = check(house, level=Level.ERROR)
    if checked.problems or checked.crashes:
        return Made(path=path, key=key, is_sound=False)
    content, last = public
    drawn = draw(content, policy=task.policy, around=task.around, index_uri=task.index_uri)
    data = {key: one for key, one in entry.draft.root.value().items() if key not in _INTERNAL}
    told = json.dumps([data, content.content.details])
    return Made(
        path=path,
        key=key,
        is_sound=True,
        facts=facts_json(_facts(content.content, drawn, last, task)),
        pieces={
            **_pieces(drawn),
            "source": packed(told.encode()),
            "words": packed(_words(entry.draft).encode()),
        },
    )


def _source(job: Job) -> Source:
    raw = _raw(job)
    return Source(path=job.path, key=_key(job, raw), entry=read(job, raw=raw))


def _public(entry: Entry, now: datetime) -> tuple[Disclosed, datetime] | None:
    """Give what is disclosed, if all dates of it have passed, with the last one."""
    advisory = entry.advisory
    if entry.problems or advisory is None:
        return None
    last = _last_date(advisory)
    public = disclose([advisory], now=now).advisories
    return (public[0], last) if public and last and last <= now else None


def _facts(content: Content, drawn: Drawn, last: datetime, task: Task) -> Facts:
    """Give what is needed of an advisory at once."""
    page, related = drawn.sheet.page, related_ids(content)
    return Facts(
        outline=drawn.outline,
        last=last,
        related=related,
        links=links(drawn.outline, related, task.around),
        levels=tuple(one.level for one in page.headings),
        has_title=has_title(page),
    )


def _words(draft: Draft) -> str:
    """Give the words that could be the last ones of a name, for what is held tomorrow."""
    return " ".join(sorted(words_in(draft) | words_attached(draft.content.attachments)))


def _pieces(drawn: Drawn) -> dict[str, bytes]:
    """Give what was made of an advisory, in the pieces in which it is needed."""
    sheet = drawn.sheet
    return {
        "sheet": packed(sheet_json(sheet)),
        "excerpts": packed(excerpts_json(drawn.excerpts)),
        "entry": packed(entry_json(drawn.entry)),
        "osv": packed(sheet.records[osv_uri(drawn.outline.id)]),
    }


def _sound(house: House) -> None:
    if not house.catalog.files:
        return
    checked = check(house, level=Level.ERROR)
    if house.catalog.problems or checked.problems or checked.crashes:
        raise DoubtError


def _raw(job: Job) -> bytes:
    raw = read_bytes(job.file, path=job.path, largest=LARGEST_FILE)
    if isinstance(raw, Problem):
        raise DoubtError
    return raw


def _key_of(job: Job) -> str:
    return _key(job, _raw(job))


def _key(job: Job, raw: bytes) -> str:
    digest = sha256(f"{job.path}\0{len(raw)}\0".encode())
    digest.update(raw)
    for one in job.attachments:
        content = one.content if isinstance(one.content, bytes) else one.content.read_bytes()
        digest.update(f"\0{one.name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def _last_date(advisory: Advisory) -> datetime | None:
    content = advisory.content
    if advisory.embargo is None:
        return None
    dates = [one.date for one in content.revisions] + [one.date for one in content.timeline]
    dates += [content.withdrawn.date] if content.withdrawn else []
    return max([advisory.embargo, *dates])
