"""`advisory ledger`: what was done on the days of disclosure."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime

import click

from mkdocs_advisories.cli.exits import Exit, Stop
from mkdocs_advisories.cli.options import format_option
from mkdocs_advisories.cli.project import Project, current_project, now
from mkdocs_advisories.disclosure.bundles import bundles_of
from mkdocs_advisories.disclosure.ledger import (
    Delivery,
    Event,
    Ledger,
    LedgerError,
    opened,
    read_ledger,
)
from mkdocs_advisories.embargo import disclose
from mkdocs_advisories.model import NoticeKind, format_instant


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

    Look into the archive of the list first. After `unsent` the mail can be sent again. `sent` is
    taken as well for the announcement of a bundle that only another machine knows of.
    """
    project, instant = current_project(), now()
    name = f"<{message_id.strip('<>')}>"
    try:
        with opened(project.folder) as record:
            begun = [one.about for one in record.ledger.attempts(name)]
            if not begun and outcome == "sent":
                begun = list(_of_another_machine(name, project, record.ledger, instant))
            if not begun:
                raise Stop(
                    "no sending of this mail is without its end: see `advisory ledger show`",
                    exit_code=Exit.USAGE,
                )
            for about in begun:
                record.append(Event(outcome), time=instant, **{**about, "by": "hand"})
    except LedgerError as error:
        raise Stop(f"the ledger: {error}", exit_code=Exit.OUTSIDE) from None
    click.echo(f"Recorded as {outcome}: {name}")
    return Exit.FINE


def _of_another_machine(
    message_id: str, project: Project, ledger: Ledger, instant: datetime
) -> Iterator[Mapping[str, object]]:
    """Say what an announcement is about whose machine is gone, and its ledger with it."""
    if ledger.delivery(message_id) is Delivery.SENT:
        return
    # It loads all that writes a mail, and the ledger is mostly read.
    from mkdocs_advisories.disclosure.mail import announcement_id  # noqa: PLC0415 - see above

    public = disclose(project.read_catalog().advisories, now=instant).advisories
    for one in bundles_of(public):
        if announcement_id(one.ids, policy=project.policy) == message_id:
            name = {"kind": NoticeKind.ANNOUNCEMENT.value, "message_id": message_id}
            yield {**name, "attempt": "elsewhere", "advisories": list(one.ids)}


def _read(project: Project) -> Ledger:
    try:
        return read_ledger(project.folder)
    except LedgerError as error:
        raise Stop(f"the ledger: {error}", exit_code=Exit.OUTSIDE) from None
