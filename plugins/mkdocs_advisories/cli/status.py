"""`advisory status`: what is held, due and disclosed, what is missing, and what comes next."""

from datetime import datetime

import click

from mkdocs_advisories.checks import check
from mkdocs_advisories.checks.case import House
from mkdocs_advisories.cli.exits import Exit
from mkdocs_advisories.cli.options import format_option
from mkdocs_advisories.cli.project import current_project, now, now_option
from mkdocs_advisories.cli.terminal import shows_held
from mkdocs_advisories.disclosure.status import status
from mkdocs_advisories.disclosure.status_report import status_json, status_text
from mkdocs_advisories.model import format_instant
from mkdocs_advisories.source.catalog import Catalog
from mkdocs_advisories.source.reservations import reserved_ids


@click.command("status")
@format_option
@click.option(
    "--next",
    "only_next",
    is_flag=True,
    help="Print when the next embargo ends (RFC 3339), or nothing. For timers.",
)
@now_option
def command(*, form: str, only_next: bool, earlier: str | None) -> int:
    """Show what is held, due, disclosed and withdrawn, and what comes next.

    An advisory is due if its embargo ends within 24 hours, or has ended while errors keep it from
    being published. The exit code is 1 if something is overdue: an advisory that is due has errors,
    or an embargo is undecided when the policy's clock has run out. Titles, handlers and packages of
    held ones are shown on a terminal only.
    """
    project, instant = current_project(), now(earlier)
    catalog = project.read_catalog()
    if only_next:
        return _show_next(catalog, instant)
    checked = check(House(catalog=catalog, policy=project.policy, now=instant))
    found = (*catalog.problems, *checked.problems)
    state = status(
        catalog,
        found,
        clock=project.policy.clock,
        now=instant,
        reserved=reserved_ids(project.folder),
    )
    if form == "json":
        click.echo(status_json(state, shows_held=shows_held()), nl=False)
    else:
        zone = project.policy.time_zone
        click.echo(status_text(state, zone=zone, shows_held=shows_held()), nl=False)
    if checked.crashes:
        return Exit.BUG
    return Exit.PROBLEMS if state.overdue else Exit.FINE


def _show_next(catalog: Catalog, instant: datetime) -> int:
    """Print when the next embargo ends, as far as files and the notices of sealed ones say."""
    notices = [one.notice for one in catalog.unopened if one.notice]
    told = [*catalog.embargoes.values(), *(one.embargo for one in notices if one.embargo)]
    if ahead := [one for one in told if one > instant]:
        click.echo(format_instant(min(ahead)))
    if silent := len(catalog.unopened) - len(notices):
        click.echo(f"{silent} sealed, not opened: there is no key", err=True)
    return Exit.FINE
