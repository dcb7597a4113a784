"""Git, as far as a release needs it: plumbing, which runs no hook and touches no working tree."""

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

_TELLING = ("fatal:", "error:", " ! ", "remote: error:")
"""What the line begins with that says why; the others are advice, or the host's greeting."""

_NOBODY = {
    f"GIT_{role}_{what}": value
    for role in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "advisory"), ("EMAIL", "advisory@localhost"))
}


class GitError(Exception):
    """Git cannot be run, or has failed. The message says at what."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Git:
    """The repository around a folder. `environment` is added to that of this process.

    `patience` are the seconds that a command may take: a push may carry a whole site.
    """

    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    patience: float = 300.0

    def tried(self, *arguments: str, given: bytes = b"") -> "subprocess.CompletedProcess[bytes]":
        """Run a command, whatever becomes of it.

        Raises:
            GitError: it cannot be run, or comes to no end.
        """
        command = ["git", "-C", str(self.folder), "-c", "core.fsmonitor=false"]
        command += ["-c", "core.hooksPath=/dev/null", "-c", "gc.auto=0", *arguments]
        try:
            return subprocess.run(  # noqa: S603 - fixed words, and names behind `--`
                command,
                capture_output=True,
                check=False,
                input=given,
                timeout=self.patience,
                env={**os.environ, **_NOBODY, "GIT_TERMINAL_PROMPT": "0", **self.environment},
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise GitError(f"git {arguments[0]}: {type(error).__name__}") from None

    def raw(self, *arguments: str, given: bytes = b"") -> bytes:
        """Run a command that has to succeed. Gives what it prints.

        Raises:
            GitError: it has failed.
        """
        ended = self.tried(*arguments, given=given)
        if ended.returncode:
            raise GitError(f"git {arguments[0]} failed: {first_line(ended.stderr)}")
        return ended.stdout

    def text(self, *arguments: str, given: bytes = b"") -> str:
        """Run a command that has to succeed, and give what it prints without the last newline.

        Raises:
            GitError: it has failed.
        """
        return self.raw(*arguments, given=given).decode("utf-8", "replace").rstrip("\n")

    def fetched(self, remote: str, branch: str, *, depth: int = 1) -> str | None:
        """Fetch a branch. Gives its newest commit, or None if there is no such branch.

        Raises:
            GitError: the repository cannot be asked.
        """
        ref = f"refs/heads/{branch}"
        listed = self.text("ls-remote", "--", remote, ref).split()
        if not listed:
            return None
        is_shallow = self.text("rev-parse", "--is-shallow-repository") == "true"
        shallow = [f"--depth={depth}"] if is_shallow else []  # never cut off a whole history
        # Worktrees share their refs, and a fetch fails if another one is writing the same: so none.
        own = ("--no-tags", "--no-write-fetch-head", "--refmap=", *shallow)
        self.raw("fetch", "--quiet", *own, "--", remote, ref)
        return listed[0]

    def content(self, commit: str, path: str) -> bytes | None:
        """Give a file of a commit, or None if it has no such file."""
        ended = self.tried("cat-file", "blob", f"{commit}:{path}")
        return None if ended.returncode else ended.stdout


def first_line(said: bytes) -> str:
    """Make what git says harmless and short. It can name a remote's address, with a password."""
    lines = [one for one in said.decode("utf-8", "replace").splitlines() if one.strip()]
    telling = (one for one in lines if one.startswith(_TELLING))
    line = next(telling, (lines or ["it says nothing"])[-1])
    plain = "".join(one if one.isprintable() else " " for one in line)
    return _without_passwords(plain.rstrip(". "))[:200]


def _without_passwords(line: str) -> str:
    words = (
        f"…@{one.rpartition('@')[2]}" if "://" in one and "@" in one else one
        for one in line.split(" ")
    )
    return " ".join(words)
