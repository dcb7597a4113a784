"""The site, built by MkDocs in a process of its own, in a folder that nobody else can look into."""

import os
import subprocess
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from mkdocs_advisories.disclosure.smtp import PASSWORD, URL
from mkdocs_advisories.disclosure.stage import VARIABLE as PREVIEW
from mkdocs_advisories.model import format_instant

_PATIENCE = 3600.0  # seconds
_NOT_FOR_BUILDS = frozenset({URL, PASSWORD, PREVIEW})
_SECRET = ("ADVISORY_", "ADVISORIES_", "GIT_CONFIG_")
"""What such variables begin with. Those of git are a way to hand it a token for pushing."""


class BuildError(Exception):
    """The build has failed. `said` is what it has said: it may show what is held."""

    def __init__(self, said: str) -> None:
        super().__init__("the build has failed")
        self.said = said


def build(config_file: Path, *, work: Path, now: datetime) -> Path:
    """Build the site as it is at `now`, below the private folder `work`. Gives its folder.

    Raises:
        BuildError: it has failed.
    """
    site, temporary = work / "site", work / "temporary"
    # Not `--quiet`: with it, MkDocs does not count the warnings that `--strict` stops at.
    command = [sys.executable, "-m", "mkdocs", "build", "--strict"]
    command += ["--config-file", str(config_file), "--site-dir", str(site)]
    own = {
        "ADVISORY_NOW": format_instant(now),
        "NO_MKDOCS_2_WARNING": "1",
        "TMPDIR": str(temporary),
    }
    try:
        temporary.mkdir()
        ended = subprocess.run(  # noqa: S603 - fixed words, and files that the user has named
            command,
            env={**_without(os.environ, _NOT_FOR_BUILDS), **own},
            check=False,
            capture_output=True,
            text=True,
            errors="replace",
            stdin=subprocess.DEVNULL,
            timeout=_PATIENCE,
        )
    except (OSError, subprocess.SubprocessError) as error:
        why = error.strerror if isinstance(error, OSError) else type(error).__name__
        raise BuildError(f"MkDocs cannot be run: {why}") from None
    if ended.returncode:
        said = (ended.stdout + ended.stderr).splitlines()
        told = (one for one in said if one.strip() and not one.startswith("INFO"))
        raise BuildError("\n".join(told))
    return site


def without_secrets(environment: Mapping[str, str]) -> dict[str, str]:
    """Give the environment for programs that only carry files: no key and no password of ours."""
    return {name: one for name, one in environment.items() if not name.startswith(_SECRET)}


def _without(environment: Mapping[str, str], names: frozenset[str]) -> dict[str, str]:
    return {
        name: one
        for name, one in environment.items()
        if name not in names and not name.startswith("GIT_CONFIG_")
    }
