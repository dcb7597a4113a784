"""A folder of another machine, by rsync: in three steps, so that every link leads somewhere.

First goes what others lead to, then what leads there, and only then is removed what is gone. Each
file is switched in one step by rsync itself.
"""

import subprocess
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from mkdocs_advisories.disclosure.deploy.order import go_last
from mkdocs_advisories.disclosure.deploy.target import DeployError, RefusedError, Stamp, TargetError
from mkdocs_advisories.disclosure.digest import digest_of
from mkdocs_advisories.proof.tree import entries

INDEX = "advisories.json"
_PATIENCE = 1800.0  # seconds for each step
_MISSING = 23
"""What rsync ends with if a file is not there."""

_ALL = ("--recursive", "--checksum", "--chmod=D755,F644", "--delay-updates", "--timeout=60")
"""Contents count, times do not: a build gives every file a new one."""


class RsyncTarget:
    """A place as rsync names it: `USER@HOST:/path`, `rsync://host/module`, or a folder."""

    def __init__(self, place: str, *, memory: Stamp | None, environment: Mapping[str, str]) -> None:
        """Take the place, what was deployed there last, and the environment of rsync.

        Raises:
            TargetError: it is no place.
        """
        if not place or place.startswith("-"):
            raise TargetError(
                "rsync: name a place, such as rsync:deploy@www.example.org:/srv/www/site"
            )
        self.place = place.rstrip("/") + "/"
        self.name = f"rsync:{place}"
        self.memory = memory
        self.environment = {"RSYNC_RSH": "ssh -o BatchMode=yes", **environment}

    def index(self) -> bytes | None:
        """Fetch the index from the place."""
        with tempfile.TemporaryDirectory(prefix="advisory-rsync-") as private:
            file = Path(private) / INDEX
            code = self._run("--timeout=60", "--", self.place + INDEX, str(file))
            if code == _MISSING:
                return None
            self._must_be_fine(code)
            return file.read_bytes()

    def stamp(self) -> Stamp | None:
        """Say what was deployed last, from this machine."""
        return self.memory

    def deploy(self, tree: Path, stamp: Stamp) -> None:
        """Bring a tree to the place."""
        if digest_of(tree) != stamp.digest:
            raise RefusedError("the output is not what was proven: something has changed it")
        names = [one.name for one in entries(tree)]
        last = set(go_last(names, index=(tree / INDEX).read_bytes() if INDEX in names else None))
        source = f"{tree}/"
        for step in ([one for one in names if one not in last], sorted(last)):
            self._bring(source, step)
        self._must_be_fine(self._run(*_ALL, "--delete-delay", "--", source, self.place))

    def previous(self) -> bytes | None:
        """Refuse: nothing is kept there."""
        raise DeployError("rsync keeps no output before: release an earlier commit")

    def roll_back(self) -> None:
        """Refuse: nothing is kept there."""
        self.previous()

    def _bring(self, source: str, names: Iterable[str]) -> None:
        given = "".join(f"{one}\0" for one in names)
        if given:
            listed = ("--files-from=-", "--from0")
            self._must_be_fine(self._run(*_ALL, *listed, "--", source, self.place, given=given))

    def _must_be_fine(self, code: int) -> None:
        if code:
            raise DeployError(f"rsync ended with {code}: see above, and its manual")

    def _run(self, *arguments: str, given: str = "") -> int:
        try:
            ended = subprocess.run(  # noqa: S603 - fixed words, and a place behind `--`
                ["rsync", *arguments],  # noqa: S607 - the one of this machine
                input=given.encode("utf-8", "surrogateescape"),
                check=False,
                close_fds=False,  # it holds the lock of the release, if that is killed meanwhile
                timeout=_PATIENCE,
                env=dict(self.environment),
                stdout=subprocess.DEVNULL,
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise DeployError(f"rsync cannot be run: {type(error).__name__}") from None
        return ended.returncode
