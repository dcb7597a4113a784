"""Where a site is deployed to: one module for each kind of target."""

from collections.abc import Callable, Mapping
from pathlib import Path

from mkdocs_advisories.disclosure.deploy.branch import BranchTarget
from mkdocs_advisories.disclosure.deploy.folder import FolderTarget
from mkdocs_advisories.disclosure.deploy.own import OwnTarget
from mkdocs_advisories.disclosure.deploy.rsync import RsyncTarget
from mkdocs_advisories.disclosure.deploy.target import (
    DeployError,
    RefusedError,
    Stamp,
    Target,
    TargetError,
    stamp_of,
)

__all__ = [
    "KINDS",
    "DeployError",
    "RefusedError",
    "Stamp",
    "Target",
    "TargetError",
    "stamp_of",
    "target_of",
]

KINDS = "folder:/srv/www/site, branch:origin/pages, rsync:USER@HOST:/path, command:…"


def target_of(
    stated: str,
    *,
    root: Path,
    memory: Callable[[str], Stamp | None],
    environment: Mapping[str, str],
) -> Target:
    """Find what a target's name means. `memory` knows what was deployed to it from this machine.

    Raises:
        TargetError: it means nothing.
    """
    kind, _, rest = stated.strip().partition(":")
    if kind == "folder":
        return FolderTarget(Path(rest))
    if kind == "branch":
        return BranchTarget(rest, root=root)
    if kind == "rsync":
        return RsyncTarget(rest, memory=memory(stated), environment=environment)
    if kind == "command":
        return OwnTarget(rest, root=root, memory=memory(stated), environment=environment)
    raise TargetError(f"a target is one of: {KINDS}")
