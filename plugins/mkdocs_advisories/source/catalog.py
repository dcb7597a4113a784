"""A folder of advisories, read as a whole: every advisory, and every problem of every file."""

import gc
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from mkdocs_advisories.model import Advisory, Attachment, InstantError, Notice
from mkdocs_advisories.policy import Policy
from mkdocs_advisories.problems import Problem, bounded, in_order
from mkdocs_advisories.processors import processors
from mkdocs_advisories.source import nodes, parse
from mkdocs_advisories.source.body import body_problems
from mkdocs_advisories.source.companions import concerned
from mkdocs_advisories.source.draft import Card, Draft, draft
from mkdocs_advisories.source.files import decode, read_text
from mkdocs_advisories.source.folder import Listing, list_folder
from mkdocs_advisories.source.front import judge
from mkdocs_advisories.source.frontmatter import split
from mkdocs_advisories.source.positions import Text
from mkdocs_advisories.source.sealed.identities import Identities
from mkdocs_advisories.source.sealed.results import Opened, Unopened, notice_problem

_WORTH_A_WORKER = 300
"""Files below which starting another process takes longer than reading them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Catalog:
    """What a folder holds.

    `advisories` are those without a problem of their own, in the order of their paths. `embargoes`
    gives, for each file in which it could be read beyond doubt, when its embargo ends (UTC).
    `drafts` are all files that could be read at all, for the house rules. `unopened` are the sealed
    ones that are held because there was no key; those that were opened are like any other, and
    `notices` is what their headers tell.
    """

    advisories: tuple[Advisory, ...]
    drafts: tuple[Draft, ...]
    files: int
    problems: tuple[Problem, ...]
    embargoes: Mapping[str, datetime]
    texts: Mapping[str, Text]
    unopened: tuple[Unopened, ...] = ()
    notices: tuple[Notice, ...] = ()

    def is_public(self, path: str, now: datetime) -> bool:
        """Say whether what a file says may be shown at `now`. In doubt, it may not."""
        embargo = self.embargoes.get(path)
        return embargo is not None and embargo <= now


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One file, understood: the advisory if it is sound, and what is known of it if not."""

    path: str
    problems: tuple[Problem, ...]
    text: Text | None = None
    root: nodes.Mapping | None = None
    draft: Draft | None = None
    advisory: Advisory | None = None
    embargo: datetime | None = None


def read_catalog(
    folder: Path,
    *,
    prefix: str,
    policy: Policy,
    only: Callable[[str], bool] | None = None,
    identities: Identities | None = None,
) -> Catalog:
    """Read every advisory below `folder`. Reports name a file as `prefix/<path in the folder>`.

    With `only`, which is asked for each such name, the others are left out, but for those that
    have to do with one of them: a shared id or alias, a mention. That needs a look inside, so the
    sealed ones are read in any case. They are opened with `identities`; without any they are held.

    Raises:
        FileNotFoundError: there is no such folder.
    """
    listing = list_folder(folder, prefix=prefix)
    entries = _read_all(jobs_of(listing, policy=policy, only=only))
    sealed = read_sealed_entries(listing, policy=policy, identities=identities)
    catalog = catalog_of([*entries, *sealed.opened], problems=[*listing.problems, *sealed.problems])
    return replace(
        catalog,
        files=len(entries) + len(listing.sealed),
        unopened=sealed.unopened,
        notices=sealed.notices,
    )


def jobs_of(
    listing: Listing, *, policy: Policy, only: Callable[[str], bool] | None = None
) -> list["Job"]:
    """Choose the files to read: all, or those asked for and those that have to do with them."""
    if only and any(only(listing.name(one)) for one in listing.sealed):
        only = None  # what these have to do with cannot be seen from outside
    sources = listing.sources
    if only is not None:
        wanted = [one for one in sources if only(listing.name(one))]
        chosen = {*wanted, *concerned(wanted, sources)}
        sources = [one for one in sources if one in chosen]
    return [Job.of(one, listing, policy) for one in sources]


def read_entries(listing: Listing, *, policy: Policy) -> list[Entry]:
    """Read every source file of a listing, in this process: whole entries are slow to hand over."""
    return [read(one) for one in jobs_of(listing, policy=policy)]


def catalog_of(entries: Iterable[Entry], *, problems: Iterable[Problem] = ()) -> Catalog:
    """Put entries together, and find what is wrong between them; `problems` are the folder's."""
    entries = tuple(entries)
    own = (problem for entry in entries for problem in entry.problems)
    between = clashes(map(outline, entries)) if len(entries) > 1 else ()
    return Catalog(
        advisories=tuple(entry.advisory for entry in entries if entry.advisory),
        drafts=tuple(entry.draft for entry in entries if entry.draft),
        files=len(entries),
        problems=in_order([*own, *problems, *between]),
        embargoes={entry.path: entry.embargo for entry in entries if entry.embargo},
        texts={entry.path: entry.text for entry in entries if entry.text},
    )


def read_alone(
    text: Text, *, stem: str, attachments: tuple[Attachment, ...], policy: Policy
) -> Catalog:
    """Read one advisory that lies in no folder: the text of a file `<stem>.md`."""
    return catalog_of([understand(text, stem=stem, attachments=attachments, policy=policy)])


@dataclass(frozen=True, kw_only=True, slots=True)
class SealedEntries:
    """The sealed files of a folder: those that were opened, those that were not, and faults."""

    opened: tuple[Entry, ...]
    unopened: tuple[Unopened, ...]
    problems: tuple[Problem, ...]
    notices: tuple[Notice, ...] = ()


def read_sealed_entries(
    listing: Listing, *, policy: Policy, identities: Identities | None
) -> SealedEntries:
    """Read the sealed files of a listing; without a key none is opened."""
    if not listing.sealed:
        return SealedEntries(opened=(), unopened=(), problems=())
    # What opens them is slow to load, and most folders have none.
    from mkdocs_advisories.source.sealed.vault import read_vault  # noqa: PLC0415 - see above

    vault = read_vault(
        listing.folder,
        {listing.name(file): file for file in listing.sealed},
        prefix=listing.prefix,
        identities=identities or Identities(),
    )
    return SealedEntries(
        opened=tuple(_of_opened(one, policy) for one in vault.opened),
        unopened=vault.unopened,
        problems=vault.problems,
        notices=tuple(one.notice for one in vault.opened if one.notice),
    )


def _of_opened(opened: Opened, policy: Policy) -> Entry:
    entry = understand(opened.text, stem=opened.stem, attachments=opened.attachments, policy=policy)
    problem = entry.advisory and notice_problem(opened, entry.advisory, policy)
    if problem:
        return replace(entry, problems=(problem,), advisory=None)
    # An edit of the text inside cannot be made to the file.
    return replace(entry, problems=tuple(replace(one, fix=None) for one in entry.problems))


class Outline(NamedTuple):
    """What all other files need to know of one: light enough to go from process to process."""

    path: str
    problems: tuple[Problem, ...]
    ids: tuple[nodes.Scalar, ...]
    aliases: tuple[nodes.Scalar, ...]
    embargo: datetime | None
    card: Card | None


def outline(entry: Entry) -> Outline:
    """Take from an entry what others need to know of it."""
    return Outline(
        path=entry.path,
        problems=entry.problems,
        ids=tuple(_scalars(entry.root, "id")),
        aliases=tuple(_scalars(entry.root, "aliases")),
        embargo=entry.embargo,
        card=entry.draft.card if entry.draft else None,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """All that it takes to read one file, wherever that is done."""

    file: Path
    path: str
    attachments: tuple[Attachment, ...]
    policy: Policy

    @classmethod
    def of(cls, file: Path, listing: Listing, policy: Policy) -> "Job":
        """Gather what a listing knows of a file."""
        return cls(
            file=file,
            path=listing.name(file),
            attachments=listing.attachments_of(file),
            policy=policy,
        )


def workers_for(files: int) -> int:
    """Give how many processes it is worth to read that many files with."""
    return max(1, min(processors(), files // _WORTH_A_WORKER))


def _read_all(jobs: list[Job]) -> list[Entry]:
    """Read files, many of them on every processor there is."""
    workers = workers_for(len(jobs))
    if workers == 1:
        return [read(one) for one in jobs]
    # Loaded here, for most folders are read by one process.
    from concurrent.futures import ProcessPoolExecutor  # noqa: PLC0415 - see above
    from multiprocessing import get_context  # noqa: PLC0415 - as above

    # Not forked: a fork of a process with threads, as a server has them, may hang.
    spawn = get_context("spawn")
    with (
        without_collector(),
        ProcessPoolExecutor(workers, mp_context=spawn, initializer=gc.disable) as pool,
    ):
        return list(pool.map(read, jobs, chunksize=100))


@contextmanager
def without_collector() -> Iterator[None]:
    """Keep the garbage collector from going through millions of new values again and again."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def read(job: Job, *, raw: bytes | None = None) -> Entry:
    """Read and understand one file, of which `raw` is what stands in it, if that is at hand."""
    text = read_text(job.file, path=job.path) if raw is None else decode(raw, path=job.path)
    return (
        Entry(path=job.path, problems=(text,))
        if isinstance(text, Problem)
        else understand(text, stem=job.file.stem, attachments=job.attachments, policy=job.policy)
    )


def understand(
    text: Text, *, stem: str, attachments: tuple[Attachment, ...], policy: Policy
) -> Entry:
    """Understand the text of a file whose name is `<stem>.md`, saved or not."""
    parts = split(text)
    if isinstance(parts, Problem):
        return Entry(path=text.path, problems=(parts,), text=text)
    root, structural = nodes.compose(parts)
    judgement = judge(root, parts=parts, stem=stem, policy=policy, is_whole=not structural)
    names = frozenset(one.name for one in attachments)
    in_body = body_problems(parts, advisory_id=stem, attachments=names)
    problems = _once([*structural, *judgement.problems, *in_body])
    if structural or not isinstance(root, nodes.Mapping):
        known = root if isinstance(root, nodes.Mapping) else None
        return Entry(path=text.path, problems=problems, text=text, root=known)
    advisory = (
        None
        if problems
        else parse.advisory(
            judgement.data, body=parts.body, path=text.path, attachments=attachments
        )
    )
    return Entry(
        path=text.path,
        problems=problems,
        text=text,
        root=root,
        draft=draft(
            root,
            parts=parts,
            stem=stem,
            faulty=judgement.faulty,
            attachments=attachments,
            advisory=advisory,
        ),
        advisory=advisory,
        embargo=_embargo(root),
    )


def _once(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Keep the first problem of a place: what follows there only follows from it."""
    kept: dict[tuple[int, int, str], Problem] = {}
    for problem in problems:
        detail = problem.text if problem.code == "ADV101" else ""
        kept.setdefault((problem.place.line, problem.place.column, detail), problem)
    return tuple(bounded(kept.values()))


def _embargo(root: nodes.Mapping) -> datetime | None:
    node = root.entries.get("embargo")
    try:
        return parse.embargo(node.text) if isinstance(node, nodes.Scalar) else None
    except InstantError:
        return None


def clashes(outlines: Iterable[Outline]) -> Iterator[Problem]:
    """Find ids and aliases that stand in two files. Letter case makes no difference.

    Two files with one id are told so once, whatever aliases they share as well.
    """
    ids: dict[str, list[nodes.Scalar]] = defaultdict(list)
    aliases: dict[str, list[nodes.Scalar]] = defaultdict(list)
    for entry in outlines:
        for one in entry.ids:
            ids[one.text.lower()].append(one)
        for one in entry.aliases:
            aliases[one.text.lower()].append(one)
    id_of = {one.place.path: name for name, same in ids.items() for one in same}
    for same in ids.values():
        for one in same:
            others = (other for other in same if other.place.path != one.place.path)
            yield from _clash("ADV131", one, "the id `{id}` is also that of {other}", others)
    for name, same in aliases.items():
        for one in same:
            own = id_of.get(one.place.path)
            named = (*ids.get(name, ()), *same)
            others = (
                other for other in named if _apart(one, other, id_of.get(other.place.path), own)
            )
            text = "`{id}` also names the vulnerability of {other}"
            yield from _clash("ADV132", one, text, others)


def _apart(one: nodes.Scalar, other: nodes.Scalar, its_id: str | None, own: str | None) -> bool:
    return other.place.path != one.place.path and (its_id is None or its_id != own)


def _clash(
    code: str, node: nodes.Scalar, text: str, others: Iterator[nodes.Scalar]
) -> Iterator[Problem]:
    """Report a name that stands in another file as well, by the first place there."""
    for other in islice(others, 1):
        yield Problem(
            code=code,
            place=node.place,
            text=text,
            remedy="merge the two, or correct the one that is wrong; `related` may repeat ids",
            values={"id": node.text, "other": str(other.place)},
        )


def _scalars(root: nodes.Mapping | None, field: str) -> Iterator[nodes.Scalar]:
    node = root.entries.get(field) if root else None
    items = node.items if isinstance(node, nodes.Sequence) else (node,)
    return (item for item in items if isinstance(item, nodes.Scalar))
