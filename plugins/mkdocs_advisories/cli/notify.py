"""`advisory notify`: the mails of a disclosure, each sent once."""

from datetime import datetime
from pathlib import Path

import click

from mkdocs_advisories.cli.exits import Exit, Stop
from mkdocs_advisories.cli.mailing import (
    ledger_of,
    ledger_stop,
    planned,
    server_or_stop,
    stop_in_doubt,
)
from mkdocs_advisories.cli.project import Project, current_project, now
from mkdocs_advisories.cli.terminal import may_ask, shows_held
from mkdocs_advisories.disclosure.claim import ClaimedError, Remote
from mkdocs_advisories.disclosure.ledger import LedgerError
from mkdocs_advisories.disclosure.notices import Plan, UndecidedError, UnrecordedError, deliver
from mkdocs_advisories.disclosure.present import known_by
from mkdocs_advisories.disclosure.smtp import URL, NotSentError, Server, UnknownError
from mkdocs_advisories.model import NoticeKind


@click.command("notify")
@click.argument("kind", type=click.Choice([one.value for one in NoticeKind]))
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@click.option("--send", "sends", is_flag=True, help="Send the mail, without asking.")
@click.option(
    "--dry-run", "writes", is_flag=True, help="Write the mail into a file, and send nothing."
)
@click.option(
    "--claim",
    metavar="REMOTE",
    help="With --send: let no other machine send this mail, by a ref in this repository of git.",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    default=Path(),
    show_default="the current folder",
    help="The folder for the file of a mail that is not sent.",
)
def command(  # noqa: PLR0913 - one for each option
    *,
    kind: str,
    ids: tuple[str, ...],
    sends: bool,
    writes: bool,
    claim: str | None,
    output: Path,
) -> int:
    """Tell the mailing lists of advisories: ID and more IDs with the same embargo, in one mail.

    A prenotification tells projects, severity and embargo, and nothing else. An announcement is
    refused (exit code 3) before the embargo has ended. Updates and withdrawals answer the
    announcement. On a terminal the mail is shown, and sent if you say so; elsewhere it is written
    to a file unless there is --send. No mail is sent twice: the ledger knows.
    """
    if sends and writes:
        raise click.UsageError("--send and --dry-run exclude each other")
    if claim and not sends:
        raise click.UsageError("--claim is for --send")
    project, server = current_project(), server_or_stop()
    ledger = ledger_of(project)
    instant = now(hosts=project.configuration.clock_hosts if sends else (), known=known_by(ledger))
    plan = planned(NoticeKind(kind), ids, project=project, ledger=ledger, instant=instant)
    if sends and server is None:
        raise Stop(f"there is no mail server: set {URL}", exit_code=Exit.USAGE)
    if server and (sends or (not writes and _is_wanted(plan))):
        remote = Remote(folder=project.root, name=claim) if claim else None
        return _send(plan, server=server, project=project, instant=instant, remote=remote)
    return _write(plan, output)


def _is_wanted(plan: Plan) -> bool:
    """Show the mail to the person at the terminal, and ask."""
    if not (may_ask() and shows_held()):
        return False
    click.echo(plan.text)
    return click.confirm(f"Send this to {', '.join(plan.envelope.lists)}?", err=True)


def _send(
    plan: Plan, *, server: Server, project: Project, instant: datetime, remote: Remote | None
) -> int:
    """Send the mail.

    Raises:
        Stop: it was not sent, or nobody knows.
    """
    try:
        is_new = deliver(
            plan,
            server=server,
            sender=str(project.policy.mail.sender) if project.policy.mail else "",
            folder=project.folder,
            now=instant,
            remote=remote,
            waiting=lambda: click.echo("Another run is sending: waiting for its end.", err=True),
        )
    except LedgerError as error:
        raise ledger_stop(error) from None
    except NotSentError as error:
        raise Stop(f"not sent: {error}. Run this again.", exit_code=Exit.OUTSIDE) from None
    except (ClaimedError, UndecidedError, UnknownError, UnrecordedError) as error:
        raise stop_in_doubt(error, plan.envelope.message_id) from None
    click.echo(f"{'Sent' if is_new else 'Sent before, not again'}: {plan.envelope.message_id}")
    return Exit.FINE


def _write(plan: Plan, output: Path) -> int:
    file = output / plan.file_name
    try:
        file.write_bytes(plan.message.as_bytes())
    except OSError as error:
        raise Stop(f"{file}: {error.strerror}", exit_code=Exit.OUTSIDE) from None
    click.echo(f"Not sent: {file}, for {', '.join(plan.envelope.lists)}")
    return Exit.FINE
