"""How a folder of advisories was at an earlier commit, and what has changed since.

Git is asked for objects only (`ls-tree`, `cat-file`, `hash-object`): nothing is checked out, no
hook, filter, pager or file monitor is started, and nothing is fetched. Whatever a pull request
brings is data.
"""

import os
import subprocess
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from mkdocs_advisories.model import Attachment
from mkdocs_advisories.policy import Policy
from mkdocs_advisories.source.catalog import Catalog, catalog_of, understand
from mkdocs_advisories.source.files import LARGEST_FILE, decode
from mkdocs_advisories.source.folder import README, list_folder
from mkdocs_advisories.source.positions import Text
from mkdocs_advisories.source.sealed.naming import is_sealed

_SECONDS = 120
_AT_ONCE = 200
_REGULAR = frozenset({"100644", "100755"})
_SAFELY = (
    *("--no-pager", "--no-optional-locks", "--literal-pathspecs"),
    *("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null"),
)


class HistoryError(Exception):
    """The history cannot be read. The message says why and what to do."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Blob:
    """A regular file of a commit: its path below the folder that was asked for, and its content."""

    path: PurePosixPath
    name: str
    size: int


@dataclass(frozen=True, kw_only=True, slots=True)
class _File:
    """An advisory as it lies there: its object name, and those and the paths of its attachments."""

    name: str
    attached: Mapping[str, str]
    paths: Mapping[str, Path]


_Owner = tuple[str, str]
"""A shelf and the stem of an advisory on it."""


def read_earlier(folder: Path, *, prefix: str, policy: Policy, ref: str) -> Catalog:
    """Read the advisories that have changed, or are gone, as they were where `ref` was left.

    That is the last commit which `ref` and the present one have in common, so what others have
    added to a branch since is not taken for deleted here. Reports name a file as
    `prefix/<path in the folder>`. An attachment that has changed has a path that is no file.

    Raises:
        HistoryError: there is no repository, no such commit, or too little of the history.
    """
    blobs = _blobs(folder, _base(folder, ref))
    now, before = _present(folder), _attached(blobs)
    changed = [
        one
        for one in blobs
        if _is_source(one.path) and not _is_there(one, before[_owner(one.path)], now)
    ]
    contents = _contents(folder, [one for one in changed if one.size <= LARGEST_FILE])
    texts = (
        (
            decode(contents[one.name], path=f"{prefix}/{one.path}"),
            _attachments(before[_owner(one.path)], now[one.path.stem]),
        )
        for one in changed
        if one.name in contents
    )
    return catalog_of(
        understand(text, stem=Path(text.path).stem, attachments=attachments, policy=policy)
        for text, attachments in texts
        if isinstance(text, Text)
    )


def changed_paths(root: Path, ref: str) -> frozenset[str]:
    """Give what differs between where `ref` was left and the files as they lie there now.

    Paths are relative to `root`, with forward slashes. What was deleted counts, and so does what is
    new and not yet committed, unless git ignores it.

    Raises:
        HistoryError: there is no repository, no such commit, or too little of the history.
    """
    before = {str(one.path): one.name for one in _blobs(root, _base(root, ref))}
    listed = _git(root, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    names = [one for one in _texts(listed) if (root / one).is_file()]
    now = dict(zip(names, _hashes(root, names), strict=True))
    return frozenset(
        path for path in before.keys() | now.keys() if before.get(path) != now.get(path)
    )


def earlier_paths(root: Path, ref: str) -> frozenset[str]:
    """Give the files below a folder as of where `ref` was left, relative to it.

    Raises:
        HistoryError: as `changed_paths` does.
    """
    return frozenset(str(one.path) for one in _blobs(root, _base(root, ref)))


def _base(folder: Path, ref: str) -> str:
    """Find the last commit that a ref and the present one have in common."""
    if _try(folder, "rev-parse", "--git-dir") is None:
        raise HistoryError(
            f"git finds no repository of this user at {folder} (`git -C {folder} status` says why):"
            " history cannot be compared"
        )
    shallow = _git(folder, "rev-parse", "--is-shallow-repository").strip() == b"true"
    hint = "; the clone is shallow: fetch all of it (`fetch-depth: 0`)" if shallow else ""
    commit = _try(
        folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}"
    )
    if not commit:
        raise HistoryError(f"there is no commit `{ref}`{hint}")
    base = _try(folder, "merge-base", commit.decode().strip(), "HEAD")
    if not base:
        raise HistoryError(f"`{ref}` and the present commit have no commit in common{hint}")
    return base.decode().strip()


def _blobs(folder: Path, commit: str) -> list[_Blob]:
    """List the regular files below a folder as of a commit; links and hidden files are left out."""
    listed = _git(folder, "ls-tree", "-r", "-l", "-z", commit)
    found = []
    for entry in _texts(listed):
        about, _, path = entry.partition("\t")
        mode, _, name, size = about.split()
        if mode in _REGULAR:
            found.append(_Blob(path=PurePosixPath(path), name=name, size=int(size)))
    return found


def _present(folder: Path) -> defaultdict[str, list[_File]]:
    """Give the advisories that lie in the folder now by their stems, whatever shelf they are on."""
    listing = list_folder(folder, prefix="")
    kept = {
        source: {
            one.name: one.content
            for one in listing.attachments_of(source)
            if isinstance(one.content, Path)
        }
        for source in listing.sources
        if source.is_file() and not source.is_symlink()
    }
    paths = [path for source, attached in kept.items() for path in (source, *attached.values())]
    hashes = _hashes(folder, [str(path.relative_to(folder)) for path in paths])
    name_of = dict(zip(paths, hashes, strict=True))
    found: defaultdict[str, list[_File]] = defaultdict(list)
    for source, attached in kept.items():
        names = {name: name_of[path] for name, path in attached.items()}
        found[source.stem].append(_File(name=name_of[source], attached=names, paths=attached))
    return found


def _attached(blobs: Iterable[_Blob]) -> defaultdict[_Owner, dict[str, str]]:
    """Give the object names of what lay in each folder, by the advisory that would own it."""
    found: defaultdict[_Owner, dict[str, str]] = defaultdict(dict)
    for one in blobs:
        if not one.path.name.startswith("."):
            found[str(one.path.parent.parent), one.path.parent.name][one.path.name] = one.name
    return found


def _attachments(before: Mapping[str, str], now: list[_File]) -> tuple[Attachment, ...]:
    """Give what was attached. What is the same now has the path that it has now."""
    paths = {
        name: one.paths[name]
        for one in now
        for name in one.paths
        if one.attached[name] == before.get(name)
    }
    gone = Path(os.devnull)
    return tuple(Attachment(name=name, content=paths.get(name, gone / name)) for name in before)


def _is_there(one: _Blob, attached: Mapping[str, str], now: Mapping[str, list[_File]]) -> bool:
    """Whether an advisory lies in the folder now as it was, attachments included."""
    return any(file.name == one.name and file.attached == attached for file in now[one.path.stem])


def _is_source(path: PurePosixPath) -> bool:
    is_hidden = any(part.startswith(".") for part in path.parts)
    is_text = path.suffix == ".md" and not is_sealed(path.name)
    return is_text and not is_hidden and str(path) != README


def _owner(path: PurePosixPath) -> _Owner:
    return str(path.parent), path.stem


def _hashes(folder: Path, paths: Sequence[str]) -> list[str]:
    """Give the object names that files have as they lie there, whatever git would make of them."""
    for path in paths:
        if "\n" in path:
            raise HistoryError(f"the name of a file below {folder} has a line break: rename it")
    lines = "".join(f"{folder / path}\n" for path in paths).encode()
    given = _git(folder, "hash-object", "--no-filters", "--stdin-paths", given=lines)
    return given.decode().split()


def _contents(folder: Path, blobs: Sequence[_Blob]) -> dict[str, bytes]:
    """Give the contents of blobs by their names."""
    found: dict[str, bytes] = {}
    for start in range(0, len(blobs), _AT_ONCE):
        wanted = "".join(f"{one.name}\n" for one in blobs[start : start + _AT_ONCE])
        found |= _batch(_git(folder, "cat-file", "--batch", given=wanted.encode()))
    return found


def _batch(given: bytes) -> Iterator[tuple[str, bytes]]:
    """Read what `git cat-file --batch` writes: `<name> blob <size>`, the content, a newline."""
    offset = 0
    while offset < len(given):
        end = given.index(b"\n", offset)
        head = given[offset:end].decode().split()
        if len(head) != len(("name", "type", "size")):
            raise HistoryError("a file of the earlier commit is not in this clone: fetch all of it")
        start, size = end + 1, int(head[2])
        yield head[0], given[start : start + size]
        offset = start + size + 1


def _texts(listed: bytes) -> list[str]:
    return [os.fsdecode(one) for one in listed.split(b"\0") if one]


def _git(folder: Path, *arguments: str, given: bytes = b"") -> bytes:
    """Run git.

    Raises:
        HistoryError: it is not there, or fails.
    """
    output = _try(folder, *arguments, given=given)
    if output is None:
        raise HistoryError(f"`git {arguments[0]}` failed in {folder}")
    return output


def _try(folder: Path, *arguments: str, given: bytes = b"") -> bytes | None:
    """Run git, and give what it writes, or None where it fails.

    Raises:
        HistoryError: git is not there, or takes too long.
    """
    try:
        done = subprocess.run(  # noqa: S603 - fixed words, a folder, and a ref behind `--end-of-options`
            ["git", *_SAFELY, "-C", str(folder), *arguments],  # noqa: S607 - git from PATH, as users have it
            input=given,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
            env=_surroundings(),
        )
    except FileNotFoundError:
        raise HistoryError("git is not installed: history cannot be compared") from None
    except subprocess.TimeoutExpired:
        raise HistoryError(f"`git {arguments[0]}` took more than {_SECONDS} seconds") from None
    return done.stdout if done.returncode == 0 else None


def _surroundings() -> dict[str, str]:
    """Give git an environment in which it asks, fetches and starts nothing.

    What says where the repository is stays out as well: a hook has it set, for another folder.
    """
    kept = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    return {**kept, "GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1", "LC_ALL": "C"}
