"""A command of one's own, which is given the folder. It runs without a shell."""

import shlex
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from mkdocs_advisories.disclosure.deploy.target import DeployError, RefusedError, Stamp, TargetError
from mkdocs_advisories.disclosure.digest import digest_of

SITE = "ADVISORY_SITE"
"""The variable with the folder to deploy."""

_PATIENCE = 1800.0  # seconds


class OwnTarget:
    """A command that deploys a folder, run in the folder of `mkdocs.yml`."""

    def __init__(
        self, command: str, *, root: Path, memory: Stamp | None, environment: Mapping[str, str]
    ) -> None:
        """Take the command as one writes it for a shell, though there is none.

        Raises:
            TargetError: it cannot be read as one.
        """
        try:
            self.words = shlex.split(command)
        except ValueError:
            self.words = []
        if not self.words:
            raise TargetError("command: name a command, such as command:./deploy --production")
        self.name = f"command:{self.words[0]}"
        self.root = root
        self.memory = memory
        self.environment = environment

    def index(self) -> bytes | None:
        """Give nothing: only the live site knows."""
        return None

    def stamp(self) -> Stamp | None:
        """Say what was deployed last, from this machine."""
        return self.memory

    def deploy(self, tree: Path, stamp: Stamp) -> None:
        """Run the command. What it says goes to standard error."""
        if digest_of(tree) != stamp.digest:
            raise RefusedError("the output is not what was proven: something has changed it")
        try:
            ended = subprocess.run(  # noqa: S603 - what the person has written
                self.words,
                check=False,
                cwd=self.root,
                env={**self.environment, SITE: str(tree)},
                stdin=subprocess.DEVNULL,
                stdout=sys.stderr.fileno(),
                timeout=_PATIENCE,
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise DeployError(f"{self.words[0]} cannot be run: {type(error).__name__}") from None
        if ended.returncode:
            raise DeployError(f"{self.words[0]} ended with {ended.returncode}")

    def previous(self) -> bytes | None:
        """Refuse: nothing is known of it."""
        raise DeployError("a command of one's own cannot be rolled back: release an earlier commit")

    def roll_back(self) -> None:
        """Refuse: nothing is known of it."""
        self.previous()
