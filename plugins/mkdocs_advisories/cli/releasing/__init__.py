"""The steps of a release, in the order in which nothing can go wrong for readers.

Site, then a look at it, then mails, then the ledger for all others. A step that fails does not keep
the later ones from what has to be done anyway: a mail waits for the site for a quarter of an hour
only. Every step finds out by itself what is done already, so that a release can be cut off anywhere
and begun again.
"""

import time
from collections.abc import Iterator
from datetime import datetime
from functools import partial
from pathlib import Path

import click

from mkdocs_advisories.cli.exits import Exit, Stop
from mkdocs_advisories.cli.mailing import ledger_of
from mkdocs_advisories.cli.project import Project, now
from mkdocs_advisories.cli.releasing.mails import announce, tell_of_rests, what_is_due
from mkdocs_advisories.cli.releasing.readers import seen_by_readers
from mkdocs_advisories.cli.releasing.sharing import pull, push
from mkdocs_advisories.cli.releasing.site import is_up_to_date, put_out, roll_back
from mkdocs_advisories.cli.releasing.state import Done, Release, Wishes, attempt
from mkdocs_advisories.disclosure.inputs import inputs_of
from mkdocs_advisories.disclosure.present import known_by
from mkdocs_advisories.embargo import disclose
from mkdocs_advisories.model import Notice
from mkdocs_advisories.source.catalog import Catalog

__all__ = ["Done", "Release", "Wishes", "begun", "roll_back", "run"]


def begun(project: Project, config_file: Path, wishes: Wishes, done: Done) -> Release:
    """Find out what there is to do.

    Raises:
        Stop: the ledger cannot be read, or the clock not be believed.
    """
    if wishes.shared and not wishes.is_dry:
        pull(wishes.shared, done)
    ledger = ledger_of(project)
    instant = now(hosts=project.configuration.clock_hosts, known=known_by(ledger))
    instant = instant.replace(microsecond=0)
    catalog = project.read_catalog()
    disclosure = disclose(catalog.advisories, now=instant, unopened=len(catalog.unopened))
    _tell_of_sealed(catalog, done, instant)
    return Release(
        project=project,
        config_file=config_file,
        wishes=wishes,
        done=done,
        ledger=ledger,
        instant=instant,
        began=time.monotonic(),
        disclosure=disclosure,
        inputs=inputs_of(
            project.root,
            disclosure.advisories,
            policy=project.policy,
            notices=(*ledger.prenotified(), *_in_headers(catalog)),
            now=instant,
        ),
    )


def _in_headers(catalog: Catalog) -> Iterator[Notice]:
    """Give the notices in the headers of sealed files, opened or not."""
    yield from catalog.notices
    yield from (one.notice for one in catalog.unopened if one.notice)


def _tell_of_sealed(catalog: Catalog, done: Done, instant: datetime) -> None:
    """Fail if something is due by its notice that cannot be opened here."""
    ends = [one.notice.embargo for one in catalog.unopened if one.notice]
    if any(one and one <= instant for one in ends):
        text = (
            "a sealed advisory is due by its notice, and there is no key: set ADVISORY_IDENTITY or"
        )
        text += " ADVISORY_KEY"
        done.faults.append(Stop(text, exit_code=Exit.USAGE))
        click.echo(f"Error: {text}", err=True)


def run(release: Release) -> None:
    """Do all that is left to do."""
    is_current = not release.wishes.rebuilds and is_up_to_date(release)
    if not is_current:
        attempt(release, partial(put_out, release))
    due = what_is_due(release)
    seen = seen_by_readers(release, due)
    tell_of_rests(release, due, seen)
    for bundle in due.due:
        attempt(release, partial(announce, release, bundle, seen))
    if release.wishes.shared and not release.wishes.is_dry:
        push(release, release.wishes.shared)
