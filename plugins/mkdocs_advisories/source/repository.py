"""What the repository knows of the time: when its newest commit was made."""

import subprocess
from datetime import UTC, datetime
from pathlib import Path

_COMMITS = 100  # children are not always younger than their parents, after a rebase or a merge
_LAST = 253_402_300_799  # the last second of the year 9999
_PATIENCE = 20.0  # seconds


def newest_commit(folder: Path) -> datetime | None:
    """Give the instant of the newest commit of the branch that is checked out (UTC).

    None if the folder is in no repository, has no commit yet, or git is missing or refuses to read
    (a repository that another user owns). Nothing that the repository configures is run.
    """
    command = ["git", "-C", str(folder), "-c", "core.fsmonitor=false", "--no-pager"]
    command += ["log", f"--max-count={_COMMITS}", "--no-show-signature", "--format=%ct", "HEAD"]
    try:
        answer = subprocess.run(  # noqa: S603 - fixed words; the folder is one argument
            command, capture_output=True, check=True, timeout=_PATIENCE, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.SubprocessError):
        return None
    seconds = [int(line) for line in answer.stdout.split()]
    # Whoever makes a commit may date it as he likes: what is beyond every calendar is its end.
    return datetime.fromtimestamp(min(max(seconds), _LAST), tz=UTC) if seconds else None
