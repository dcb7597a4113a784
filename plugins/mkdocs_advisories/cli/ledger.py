"""`advisory ledger`: what was done on the days of disclosure."""

import json

import click

from mkdocs_advisories.cli.exits import Exit, Stop
from mkdocs_advisories.cli.options import format_option
from mkdocs_advisories.cli.project import Project, current_project, now
from mkdocs_advisories.disclosure.ledger import (
    Event,
    Ledger,
    LedgerError,
    opened,
    read_ledger,
)
from mkdocs_advisories.model import format_instant


@click.group("ledger")
def command() -> None:
    """See what was done on the days of disclosure, and decide what nobody else can."""


@command.command("show")
@format_option
def show(*, form: str) -> int:
    """Show what was recorded, and the mails of which nobody knows whether they were sent.

    Exit code 3: there is such a mail.
    """
    ledger = _read(current_project())
    unknown = ledger.unknown()
    if form == "json":
        lines = [json.loads(one.text()) for one in ledger.lines]
        click.echo(json.dumps({"lines": lines, "unknown": unknown}, indent=2))
    else:
        for one in sorted(ledger.lines, key=lambda one: one.time):
            about = one.about.get("message_id") or one.about.get("advisory", "")
            click.echo(f"{format_instant(one.time)}  {one.event.value:6}  {about}")
        for message_id in unknown:
            click.echo(f"unknown whether it was sent: {message_id}")
    return Exit.EMBARGO if unknown else Exit.FINE


@command.command("resolve")
@click.argument("message_id", metavar="MESSAGE-ID")
@click.argument("outcome", type=click.Choice(["sent", "unsent"]))
def resolve(*, message_id: str, outcome: str) -> int:
    """Record what became of a mail whose sending was cut off: `sent` or `unsent`.

    Look into the archive of the list first. After `unsent` the mail can be sent again.
    """
    project, instant = current_project(), now()
    name = f"<{message_id.strip('<>')}>"
    try:
        with opened(project.folder) as record:
            attempts = record.ledger.attempts(name)
            if not attempts:
                raise Stop(
                    "no sending of this mail is without its end: see `advisory ledger show`",
                    exit_code=Exit.USAGE,
                )
            for one in attempts:
                about = {**one.about, "by": "hand"}
                record.append(Event(outcome), time=instant, **about)
    except LedgerError as error:
        raise Stop(f"the ledger: {error}", exit_code=Exit.OUTSIDE) from None
    click.echo(f"Recorded as {outcome}: {name}")
    return Exit.FINE


def _read(project: Project) -> Ledger:
    try:
        return read_ledger(project.folder)
    except LedgerError as error:
        raise Stop(f"the ledger: {error}", exit_code=Exit.OUTSIDE) from None
