"""The ledger of a release, for all others."""

import click

from mkdocs_advisories.cli.exits import Exit, Stop
from mkdocs_advisories.cli.mailing import ledger_stop
from mkdocs_advisories.cli.releasing.state import Done, Release
from mkdocs_advisories.disclosure.ledger import LedgerError
from mkdocs_advisories.disclosure.shared_ledger import NotSharedError, SharedLedger


def pull(shared: SharedLedger, done: Done) -> None:
    """Take over what others have recorded; what is in the way is noted."""
    try:
        shared.pull()
    except NotSharedError as error:
        text = f"The ledger of others could not be fetched: {error}"
        if text not in done.notes:
            done.notes.append(text)
            click.echo(text, err=True)
    except LedgerError as error:
        raise ledger_stop(error) from None


def push(release: Release, shared: SharedLedger) -> None:
    """Give the ledger to all others; a failure is kept as a fault."""
    try:
        release.done.pushed = shared.push()
    except NotSharedError as error:
        text = f"the ledger could not be pushed: {error}. The next run tries again."
        release.fault(Stop(text, exit_code=Exit.OUTSIDE))
    except LedgerError as error:
        release.fault(ledger_stop(error))
    if release.done.pushed:
        release.say(f"The ledger is pushed to {shared.branch} of {shared.remote}")
