"""Which revisions of sealed files are known: by git, and by the record beside the files.

An older revision that is put back is as genuine as a newer one, and its embargo may have been an
earlier one. So a file counts only if nothing newer of its name is known. Two witnesses know:

- the history of the current commit, in git, of any file that ever bore the name;
- `advisories/.revisions`, a line for each name, for places without (all of) the history. It stands
  in the same tree, so it protects from a single file put back, not from a whole older tree.
"""

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mkdocs_advisories.source.sealed.git import contents_of, git, in_repository
from mkdocs_advisories.source.sealed.header import LARGEST_HEADER, read_header
from mkdocs_advisories.source.sealed.naming import SUFFIX
from mkdocs_advisories.source.sealed.opening import SealedFile
from mkdocs_advisories.source.sealed.refusal import RefusedError

REVISIONS = ".revisions"
LARGEST_RECORD = 1024 * 1024
_LINE = re.compile(r"(?P<name>[a-z0-9]{12}) (?P<revision>[1-9][0-9]{0,5})")
_HEAD = (
    "# The newest revision of each sealed file. `advisory` writes this file; numbers only grow.\n"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class History:
    """What is known of each name: digests by revision, the recorded revision, and if all is."""

    digests: Mapping[str, Mapping[int, set[str]]] = field(default_factory=dict)
    recorded: Mapping[str, int] = field(default_factory=dict)
    is_whole: bool = True

    def newest(self, name: str) -> int:
        """Give the newest revision that is known of a name, or 0."""
        return max(self.recorded.get(name, 0), *self.digests.get(name, ()), 0)


def read_history(folder: Path, *, record: str) -> History:
    """Ask git, where `folder` lies in a repository, and read the record."""
    blobs = _blobs(folder) if in_repository(folder) else []
    return History(
        digests=_digests(blobs or ()),
        recorded=dict(_recorded(record)),
        is_whole=blobs is not None,
    )


def hold_newest(sealed: SealedFile, history: History) -> None:
    """Refuse a file if a newer revision is known, or another one with its number.

    Raises:
        RefusedError: there is.
    """
    header = sealed.header
    newest = history.newest(header.name)
    if header.revision < newest:
        text = f"revision {header.revision} was put back, and revision {newest} is known"
        remedy = "restore the newest one; to go back on purpose, edit it: `advisory edit`"
        raise RefusedError("ADV171", text, remedy=remedy, line=4)
    same = history.digests.get(header.name, {}).get(header.revision, set())
    if same - {digest(sealed.raw)}:
        text = f"there are two different files with revision {header.revision}"
        remedy = "look at both, keep the right one, and give it a new number: `advisory edit`"
        raise RefusedError("ADV171", text, remedy=remedy, line=4)


def hold_whole(history: History) -> None:
    """Refuse to open anything where there is a repository but not all of its history.

    Raises:
        RefusedError: the clone is shallow, or git does not answer.
    """
    if not history.is_whole:
        text = (
            "git does not tell the whole history (a shallow clone?), so an older revision could"
            " have been put back"
        )
        remedy = "fetch all of it: `git fetch --unshallow`, or `fetch-depth: 0` in CI"
        raise RefusedError("ADV172", text, remedy=remedy)


def with_revisions(record: str, revisions: Mapping[str, int]) -> str:
    """Write the record anew with some revisions; none ever gets less."""
    known = dict(_recorded(record))
    merged = {
        name: max(known.get(name, 0), revisions.get(name, 0)) for name in {*known, *revisions}
    }
    return _HEAD + "".join(f"{name} {revision}\n" for name, revision in sorted(merged.items()))


def digest(raw: bytes) -> str:
    """Give what stands for the content of a file."""
    return hashlib.sha256(raw).hexdigest()


def _recorded(record: str) -> Iterator[tuple[str, int]]:
    matches = (_LINE.fullmatch(line) for line in record.splitlines())
    yield from sorted((match["name"], int(match["revision"])) for match in matches if match)


def _digests(blobs: Iterable[bytes]) -> dict[str, dict[int, set[str]]]:
    found: dict[str, dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
    for raw in blobs:
        end = raw.find(b"\n---\n", 0, LARGEST_HEADER) + len(b"\n---\n")
        try:
            header = read_header(raw[:end].decode("utf-8"))
        except (RefusedError, UnicodeDecodeError):
            continue
        found[header.name][header.revision].add(digest(raw))
    return found


def _blobs(folder: Path) -> list[bytes] | None:
    """Give every sealed file that this or an earlier commit has, merged branches included.

    Gives None where git cannot tell all of them.
    """
    if git(folder, "rev-parse", "--is-shallow-repository") != b"false\n":
        return None
    if git(folder, "rev-parse", "--quiet", "--verify", "HEAD") is None:
        return []  # no commit yet
    changes = ("--format=", "--raw", "--no-abbrev", "--no-renames", "-m", "--full-history")
    listed = git(folder, "log", *changes, "HEAD", "--", f":(top)*{SUFFIX}")
    if listed is None:
        return None
    # A line reads: `:<mode> <mode> <old id> <new id> <status>`, a tab, the path.
    entries = (line.decode("ascii", "replace").split(" ") for line in listed.splitlines())
    ids = {one for entry in entries if entry[0].startswith(":") for one in entry[2:4]}
    names = sorted(one for one in ids if one.strip("0"))
    return contents_of(folder, names)
