"""Questions to git. No answer is an answer, too: None."""

import os
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path


def git(folder: Path, *arguments: str, given: bytes | None = None) -> bytes | None:
    """Ask git; None where there is no git, no repository or no such thing."""
    try:
        answer = subprocess.run(  # noqa: S603 - git itself, with our own words
            ["git", "-C", str(folder), *arguments],  # noqa: S607 - found as for every git command
            input=given,
            stdin=subprocess.DEVNULL if given is None else None,
            capture_output=True,
            check=False,
            env=_environment(),
        )
    except OSError:
        return None
    return answer.stdout if answer.returncode == 0 else None


def _environment() -> dict[str, str]:
    """Give git's environment: without what a hook sets, and with nothing replaced or locked."""
    of_hooks = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX")
    kept = {name: value for name, value in os.environ.items() if name not in of_hooks}
    return {**kept, "GIT_OPTIONAL_LOCKS": "0", "GIT_NO_REPLACE_OBJECTS": "1"}


def in_repository(folder: Path) -> bool:
    """Say whether a folder lies in a repository, whether or not git can read it."""
    return any((parent / ".git").exists() for parent in (folder, *folder.absolute().parents))


def known_of(root: Path, files: Sequence[Path]) -> list[Path]:
    """Give those of some files that the index or a commit of any branch has (had)."""
    names = [str(one.absolute()) for one in files]
    told = (
        git(root, "ls-files", "-z", "--full-name", "--", *names) or b"",
        git(root, "log", "--all", "-z", "--name-only", "--format=", "--", *names) or b"",
    )
    known = {os.fsdecode(name) for answer in told for name in answer.split(b"\0")} - {""}
    if not known:
        return []
    top = Path(os.fsdecode(git(root, "rev-parse", "--show-toplevel") or b"").rstrip("\n"))
    places = {(top / name).resolve() for name in known}
    return [one for one in files if one.resolve() in places]


def contents_of(folder: Path, names: list[str]) -> list[bytes] | None:
    """Give the contents of objects, or None where git cannot."""
    if not names:
        return []
    output = git(folder, "cat-file", "--batch", given="\n".join(names).encode())
    return None if output is None else list(_contents(output))


def _contents(batch: bytes) -> Iterator[bytes]:
    """Read the answer of `git cat-file --batch`: `<id> <type> <size>`, a newline, the content."""
    start = 0
    while start < len(batch):
        end = batch.index(b"\n", start)
        size = int(batch[start:end].rpartition(b" ")[2])
        yield batch[end + 1 : end + 1 + size]
        start = end + 1 + size + 1
