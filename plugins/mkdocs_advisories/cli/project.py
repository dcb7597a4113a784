"""What every command begins with: the site's configuration, the folder, the one instant."""

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import click

from mkdocs_advisories.cli.exits import Exit, Stop
from mkdocs_advisories.clock import ClockError, Known
from mkdocs_advisories.disclosure.present import present
from mkdocs_advisories.policy import Policy
from mkdocs_advisories.source.catalog import Catalog, read_catalog
from mkdocs_advisories.source.configuration import Configuration, complaints_text, configure
from mkdocs_advisories.source.sealed.identities import Identities, IdentityError, identities_of
from mkdocs_advisories.source.site_file import SiteFileError, read_site_file


@dataclass(frozen=True, kw_only=True, slots=True)
class Project:
    """A site and where its parts lie: absolute paths."""

    root: Path
    configuration: Configuration
    folder: Path
    docs_dir: Path
    site_dir: Path

    @property
    def policy(self) -> Policy:
        """The organisation's policy."""
        return self.configuration.policy

    def read_catalog(self, *, only: Callable[[str], bool] | None = None) -> Catalog:
        """Read the advisories of the project: every one, or those that are asked for by name."""
        return read_catalog(
            self.folder,
            prefix=self.configuration.advisories_dir,
            policy=self.policy,
            identities=identities(),
            only=only,
        )


def current_project() -> Project:
    """Load the project that `--config-file` names.

    Raises:
        Stop: there is none, or its configuration is wrong.
    """
    config_file: Path = click.get_current_context().find_root().obj
    return load_project(config_file)


def load_project(config_file: Path) -> Project:
    """Load the project of a configuration file.

    Raises:
        Stop: the file cannot be read, its options are wrong, or a folder is missing.
    """
    try:
        site = read_site_file(config_file)
    except SiteFileError as error:
        raise Stop(str(error), exit_code=Exit.USAGE) from None
    configuration = configure(site.options, site=site.facts)
    if not isinstance(configuration, Configuration):
        raise Stop(complaints_text(configuration), exit_code=Exit.USAGE)
    root = config_file.absolute().parent
    folder = root / configuration.advisories_dir
    if not folder.is_dir():
        raise Stop(
            f"there is no folder `{configuration.advisories_dir}` beside {config_file}: make it, or"
            " set `advisories_dir`",
            exit_code=Exit.USAGE,
        )
    return Project(
        root=root,
        configuration=configuration,
        folder=folder,
        docs_dir=root / site.docs_dir,
        site_dir=root / site.site_dir,
    )


def identities() -> Identities:
    """Give the keys that the environment names, perhaps none.

    Raises:
        Stop: what it names is no key.
    """
    try:
        return identities_of(os.environ)
    except IdentityError as error:
        raise Stop(str(error), exit_code=Exit.USAGE) from None


now_option = click.option(
    "--now",
    "earlier",
    metavar="INSTANT",
    help="Act as if it were earlier (2026-04-09T20:24:12Z). Later than the clock is refused.",
)
"""For commands that depend on the time. Pass what it gives to `now`."""


def now(
    earlier: str | None = None, *, hosts: Sequence[str] = (), known: Iterable[Known] = ()
) -> datetime:
    """Give the one instant of this run (UTC). A command calls it once and passes it on.

    A command that releases something passes the `clock_hosts` of the configuration as `hosts`,
    and what it knows to have happened as `known`.

    Raises:
        Stop: the clock cannot be believed, or what should turn it back cannot be read.
    """
    config_file: Path = click.get_current_context().find_root().obj
    try:
        return present(
            datetime.now(UTC),  # noqa: TID251 - the one place where the command line reads the clock
            folder=config_file.absolute().parent,
            hosts=hosts,
            environment=os.environ,
            earlier=earlier,
            known=known,
        )
    except ClockError as error:
        raise Stop(str(error), exit_code=Exit.EMBARGO) from None
