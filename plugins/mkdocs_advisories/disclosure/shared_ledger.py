"""The ledger in the repository that all share: lines of others come in, own ones go out.

A commit with the ledger alone is put on top of the branch of the remote, whatever is checked out
here and whatever else has changed: nothing of that is pushed. If another one has pushed meanwhile,
it is done again on top of that. The order of lines means nothing, so there is no conflict.
"""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from mkdocs_advisories.disclosure.git import Git, GitError
from mkdocs_advisories.disclosure.ledger import NAME, Ledger, LedgerError, opened, parsed

_TRIES = 8
_MESSAGE = "Record what was disclosed\n"


class NotSharedError(Exception):
    """The ledger could not be fetched or pushed. What is recorded here is recorded all the same."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SharedLedger:
    """The ledger of a folder of advisories, and the branch of a remote that has it as well."""

    folder: Path
    remote: str
    branch: str

    def pull(self) -> None:
        """Add the lines that others have pushed.

        Raises:
            NotSharedError: the remote cannot be asked, or its ledger not be read.
            LedgerError: that of this folder cannot be read or written.
        """
        try:
            self._add(self._lines(self._tip()))
        except GitError as error:
            raise NotSharedError(str(error)) from None

    def push(self) -> bool:
        """Bring own lines to the branch. Gives whether there were any.

        Raises:
            NotSharedError: they could not be brought there; the next run tries again.
            LedgerError: the ledger of this folder cannot be read or written.
        """
        try:
            for _ in range(_TRIES):
                tip = self._tip()
                there = self._lines(tip)
                own = self._add(there)
                if _texts(own) <= _texts(there):
                    return False
                if self._is_pushed(tip):
                    return True
        except GitError as error:
            raise NotSharedError(str(error)) from None
        raise NotSharedError(
            f"{self.remote} takes no push to {self.branch}: it is protected, or busy. Let this push"
            " in, or name another branch with --branch"
        )

    @property
    def _git(self) -> Git:
        return Git(folder=self.folder)

    def _path(self) -> str:
        """Give the path of the ledger from the root of the repository."""
        return self._git.text("rev-parse", "--show-prefix") + NAME

    def _tip(self) -> str:
        tip = self._git.fetched(self.remote, self.branch)
        if tip is None:
            raise NotSharedError(f"{self.remote} has no branch {self.branch}: push it first")
        return tip

    def _lines(self, tip: str) -> Ledger:
        content = self._git.content(tip, self._path()) or b""
        try:
            return parsed(content.decode("utf-8", "replace"))
        except LedgerError as error:
            raise LedgerError(f"that of {self.branch} at {self.remote}: {error}") from None

    def _add(self, there: Ledger) -> Ledger:
        """Add what is missing here. Gives all that is here then."""
        with opened(self.folder) as record:
            known = _texts(record.ledger)
            for line in there.lines:
                if line.text() not in known:
                    record.append(line.event, time=line.time, **line.about)
            return record.ledger

    def _is_pushed(self, tip: str) -> bool:
        git, path = self._git, self._path()
        if git.text("ls-files", "--unmerged", "--", NAME):
            raise NotSharedError("the ledger has a conflict of git: keep the lines of both sides")
        blob = git.text("hash-object", "-w", "--no-filters", "--", NAME)
        entry = f"100644,{blob},{path}"
        with tempfile.TemporaryDirectory(prefix="advisory-index-") as private:
            own = replace(git, environment={"GIT_INDEX_FILE": f"{private}/index"})
            own.raw("read-tree", tip)
            own.raw("update-index", "--add", "--cacheinfo", entry)
            tree = own.text("write-tree")
        commit = git.text("commit-tree", "-p", tip, "-F", "-", tree, given=_MESSAGE.encode())
        ref = f"refs/heads/{self.branch}"
        lease = f"--force-with-lease={ref}:{tip}"
        pushed = git.tried(
            "push", "--quiet", "--no-verify", lease, "--", self.remote, f"{commit}:{ref}"
        )
        if pushed.returncode:
            return False
        # Nothing is left to commit here; and where the branch was not behind, nothing to pull.
        git.raw("update-index", "--add", "--cacheinfo", entry)
        if git.tried("symbolic-ref", "--quiet", "HEAD").stdout.decode().strip() == ref:
            git.tried("update-ref", "-m", "release: the ledger", ref, commit, tip)
        return True


def branch_of(folder: Path, *, environment: Mapping[str, str]) -> str | None:
    """Name the branch that is checked out, or that a pipeline of GitLab is about; None if none is.

    GitLab checks out a commit, and no branch.
    """
    try:
        found = Git(folder=folder).tried("symbolic-ref", "--quiet", "--short", "HEAD")
    except GitError:
        return None
    checked_out = found.stdout.decode("utf-8", "replace").strip()
    return checked_out or environment.get("CI_COMMIT_BRANCH") or None


def _texts(ledger: Ledger) -> set[str]:
    return {one.text() for one in ledger.lines}
