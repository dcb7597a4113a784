"""One machine at a time: a ref of the shared repository that only one of them can make.

A push of a new ref that is refused if the ref is there (git-push, `--force-with-lease=<ref>:`) is a
compare-and-swap, whatever branch each machine has checked out. What is pushed is an empty commit
that names nothing: the ref has the digest of the mail's Message-ID.
"""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from secrets import token_hex
from subprocess import CompletedProcess
from time import sleep

from mkdocs_advisories.disclosure.git import Git, GitError, first_line

_PATIENCE = 60.0  # seconds
_PAUSES = (0.2, 0.5, 1.0, 2.0)


class ClaimedError(Exception):
    """Another machine has begun to send this mail. The message is the ref that says so."""


class ClaimError(Exception):
    """The shared repository cannot be asked."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Remote:
    """The shared repository, by its name in the repository around `folder`, or by its address."""

    folder: Path
    name: str

    def claim(self, message_id: str) -> str:
        """Make the ref of a mail. Gives the commit that it points to.

        Raises:
            ClaimedError: another one has made it.
            ClaimError: it cannot be made.
        """
        ref, commit = ref_of(message_id), self._commit()
        lease = f"--force-with-lease={ref}:"
        for pause in (*_PAUSES, None):
            pushed = self._git("push", "--no-verify", lease, "--", self.name, f"{commit}:{ref}")
            if pushed.returncode == 0:
                return commit
            found = self._git("ls-remote", "--", self.name, ref)
            owner = _text(found).split()[:1]
            if owner == [commit]:
                return commit  # it was made, and only the answer was lost
            if owner:
                raise ClaimedError(ref)
            if found.returncode or pause is None:
                break
            sleep(pause)  # another one may be making it at this moment
        raise ClaimError(f"git cannot push to {self.name}: {first_line(pushed.stderr)}")

    def give_back(self, message_id: str, commit: str) -> None:
        """Remove the ref if it is the one that this machine has made.

        Raises:
            ClaimError: it cannot be removed.
        """
        ref = ref_of(message_id)
        lease = f"--force-with-lease={ref}:{commit}"
        if self._git("push", "--no-verify", lease, "--", self.name, f":{ref}").returncode:
            raise ClaimError(f"git cannot remove {ref} from {self.name}")

    def _commit(self) -> str:
        """Make an empty commit like no other one."""
        tree = _text(self._git("mktree"))
        commit = _text(self._git("commit-tree", "-m", token_hex(16), tree))
        if not commit:
            raise ClaimError("git can make no commit here")
        return commit

    def _git(self, *arguments: str) -> CompletedProcess[bytes]:
        try:
            return Git(folder=self.folder, patience=_PATIENCE).tried(*arguments)
        except GitError as error:
            raise ClaimError(f"git cannot be run: {error}") from None


def _text(ended: CompletedProcess[bytes]) -> str:
    return ended.stdout.decode("utf-8", "replace").strip()


def ref_of(message_id: str) -> str:
    """Name the ref of a mail."""
    return f"refs/advisory-mails/{sha256(message_id.encode()).hexdigest()[:32]}"
