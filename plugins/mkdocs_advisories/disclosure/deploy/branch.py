"""A branch of a repository, as hosts of pages serve it: one commit on top, one push with a lease.

Nothing is checked out, and no filter or attribute changes a byte: the files go into git as they
were proven. The history stays, so that the output before is the parent.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from mkdocs_advisories.disclosure.deploy.target import (
    DeployError,
    RefusedError,
    Stamp,
    TargetError,
    stamp_of,
)
from mkdocs_advisories.disclosure.digest import digest_of
from mkdocs_advisories.disclosure.git import Git, GitError
from mkdocs_advisories.proof.tree import entries

INDEX = "advisories.json"
_NO_JEKYLL = ".nojekyll"
"""An empty file of this name makes hosts serve files as they are, also those with a dot."""

_TRAILER = "Advisory-Output: "
_DEPTH = 50


class BranchTarget:
    """A branch of a remote of the repository around a folder."""

    def __init__(self, name: str, *, root: Path) -> None:
        """Take the remote and its branch, as `origin/pages`.

        Raises:
            TargetError: it is not that.
        """
        self.remote, slash, self.branch = name.partition("/")
        if not (self.remote and slash and self.branch) or self.remote.startswith("-"):
            raise TargetError(f"branch:{name}: name a remote and a branch, such as origin/pages")
        self.git = Git(folder=root)
        self.name = f"branch:{name}"

    def index(self) -> bytes | None:
        """Give the index of the newest commit."""
        with _told():
            tip = self.git.fetched(self.remote, self.branch)
            return self.git.content(tip, INDEX) if tip else None

    def stamp(self) -> Stamp | None:
        """Read the stamp from the message of the newest commit."""
        with _told():
            tip = self.git.fetched(self.remote, self.branch)
            return self._stamp(tip) if tip else None

    def deploy(self, tree: Path, stamp: Stamp) -> None:
        """Commit a tree on top of the branch, and push it."""
        if digest_of(tree) != stamp.digest:
            raise RefusedError("the output is not what was proven: something has changed it")
        with _told():
            tip = self.git.fetched(self.remote, self.branch)
            self._push(self._tree(tree), tip, stamp)

    def previous(self) -> bytes | None:
        """Give the index of the commit before the newest."""
        with _told():
            _, before = self._last_two()
            return self.git.content(before, INDEX)

    def roll_back(self) -> None:
        """Commit the tree of the commit before, and push it."""
        with _told():
            tip, before = self._last_two()
            now, then = self._stamp(tip), self._stamp(before)
            if then is None:
                raise RefusedError("nothing says what the commit before was")
            tree = self.git.text("rev-parse", f"{before}^{{tree}}")
            self._push(tree, tip, replace(then, not_again=now.name if now else None))

    def _last_two(self) -> tuple[str, str]:
        """Name the newest commit, and the one before it that has another tree."""
        tip = self.git.fetched(self.remote, self.branch, depth=_DEPTH)
        log = self.git.text("log", f"-{_DEPTH}", "--format=%H %T", tip) if tip else ""
        commits = [one.split() for one in log.splitlines()]
        others = [commit for commit, tree in commits if tree != commits[0][1]]
        if tip is None or not others:
            raise DeployError(f"{self.name} has no output before the present one")
        return tip, others[0]

    def _stamp(self, commit: str) -> Stamp | None:
        message = self.git.text("log", "-1", "--no-show-signature", "--format=%B", commit)
        found = [one for one in message.splitlines() if one.startswith(_TRAILER)]
        return stamp_of(found[-1].removeprefix(_TRAILER)) if found else None

    def _push(self, tree: str, tip: str | None, stamp: Stamp) -> None:
        message = f"Deploy {stamp.digest[:12]}\n\n{_TRAILER}{stamp.text()}"
        parents = ("-p", tip) if tip else ()
        commit = self.git.text("commit-tree", *parents, "-F", "-", tree, given=message.encode())
        ref = f"refs/heads/{self.branch}"
        lease = f"--force-with-lease={ref}:{tip or ''}"
        pushed = self.git.tried(
            "push", "--quiet", "--no-verify", lease, "--", self.remote, f"{commit}:{ref}"
        )
        if pushed.returncode and self.git.fetched(self.remote, self.branch) != commit:
            raise DeployError(
                f"{self.name} cannot be pushed: it has changed meanwhile, or it is not allowed"
            )

    def _tree(self, folder: Path) -> str:
        """Write a folder into the repository, byte for byte, and name the tree."""
        names = [one.name for one in entries(folder)]
        if any("\n" in one for one in names):
            raise RefusedError("the name of a file has a newline")
        paths = "".join(f"{folder / one}\n" for one in names)
        hashes = self.git.text(
            "hash-object", "-w", "--no-filters", "--stdin-paths", given=os.fsencode(paths)
        ).split()
        if _NO_JEKYLL not in names:
            names.append(_NO_JEKYLL)
            hashes.append(self.git.text("hash-object", "-w", "--stdin"))
        listed = "".join(f"100644 {sha}\t{name}\0" for sha, name in zip(hashes, names, strict=True))
        with tempfile.TemporaryDirectory(prefix="advisory-index-") as private:
            index = {"GIT_INDEX_FILE": str(Path(private) / "index")}
            git = replace(self.git, environment=index)
            git.raw("update-index", "-z", "--index-info", given=os.fsencode(listed))
            return git.text("write-tree")


@contextmanager
def _told() -> Iterator[None]:
    """Tell what git says as what stops a deployment."""
    try:
        yield
    except GitError as error:
        raise DeployError(str(error)) from None
    except OSError as error:
        raise DeployError(f"the output cannot be read: {error}") from None
