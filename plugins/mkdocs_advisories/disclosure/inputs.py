"""What a site is made of, as one digest: the same digest, the same site."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from hashlib import sha256
from importlib.metadata import distributions
from pathlib import Path

from mkdocs_advisories.disclosure.git import Git, GitError
from mkdocs_advisories.disclosure.ledger import NAME
from mkdocs_advisories.model import Disclosed, Notice, format_instant
from mkdocs_advisories.policy import Policy


def inputs_of(
    root: Path,
    advisories: Iterable[Disclosed],
    *,
    policy: Policy,
    notices: Iterable[Notice],
    now: datetime,
) -> str | None:
    """Give the digest of sources, programs and what is disclosed of them at `now`.

    `notices` are all that were ever given: at the end of its embargo one is no longer upcoming.
    None where it cannot be told: outside of a repository, or with changes that are not committed.
    The ledger is not among the sources, since each release adds to it.
    """
    sources = _sources(root)
    if sources is None:
        return None
    parts = [sources, *_programs(), *_at(now, advisories, policy, notices)]
    return sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()


def _sources(root: Path) -> str | None:
    git = Git(folder=root)
    try:
        top = Git(folder=Path(git.text("rev-parse", "--show-toplevel")))
        changed = top.raw("status", "--porcelain", "--untracked-files=all", "--no-renames", "-z")
        listed = top.text("ls-tree", "-r", "-z", "HEAD")
    except GitError:
        return None
    if not all(map(_is_own, filter(None, changed.decode("utf-8", "replace").split("\0")))):
        return None
    files = "\0".join(one for one in listed.split("\0") if not one.endswith(NAME))
    return f"{root.relative_to(top.folder)}\0{files}" if root.is_relative_to(top.folder) else None


def _is_own(change: str) -> bool:
    """Say whether a line of `git status` is about what releases and proofs write themselves."""
    return change.endswith(NAME) or (change.startswith("??") and "/.cache/" in f"/{change[3:]}")


def _programs() -> Iterator[str]:
    """Name every installed program of this Python, and its version."""
    yield from sorted({f"{one.name} {one.version}" for one in distributions()})


def _at(
    now: datetime, advisories: Iterable[Disclosed], policy: Policy, notices: Iterable[Notice]
) -> Iterator[str]:
    """Give all that changes by time alone."""
    for one in advisories:
        instants = (one.published, one.modified, *(it.date for it in one.timeline))
        changes = (str(len(one.revisions)), "withdrawn" if one.withdrawn else "")
        yield " ".join((one.id, *map(format_instant, instants), *changes))
    stated = policy.security_txt
    if stated:
        yield "security.txt" if stated.expires > now else "no security.txt"
    for notice in notices:
        if notice.embargo:
            facts = (format_instant(notice.embargo), notice.severity or "", *notice.projects)
            yield " ".join(("upcoming" if notice.embargo > now else "over", *facts))
