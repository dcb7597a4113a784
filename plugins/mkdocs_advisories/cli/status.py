"""`advisory status`: what is held, due and disclosed, what is missing, and what comes next."""

import time
from datetime import datetime, timedelta

import click

from mkdocs_advisories.checks import check
from mkdocs_advisories.checks.case import House
from mkdocs_advisories.cli.exits import Exit
from mkdocs_advisories.cli.project import Project, current_project, now, now_option
from mkdocs_advisories.cli.terminal import shows_held
from mkdocs_advisories.disclosure.status import status
from mkdocs_advisories.disclosure.status_report import status_json, status_text
from mkdocs_advisories.disclosure.timer import (
    RECENTLY,
    next_calendar,
    next_end,
    next_json,
    next_text,
    silent,
    wait_for,
)
from mkdocs_advisories.source.reservations import reserved_ids


@click.command("status")
@click.option(
    "--format",
    "form",
    type=click.Choice(["human", "json", "systemd"]),
    default="human",
    show_default=True,
    help="How to report; systemd is for --next, as a calendar event.",
)
@click.option(
    "--next",
    "only_next",
    is_flag=True,
    help="Print when the next embargo ends (RFC 3339), or nothing. For timers.",
)
@click.option(
    "--wait",
    "minutes",
    type=click.IntRange(min=1, max=60 * 24),
    metavar="MINUTES",
    help="With --next: if that is within so many minutes, wait until it has come; else print"
    " nothing.",
)
@now_option
def command(*, form: str, only_next: bool, minutes: int | None, earlier: str | None) -> int:
    """Show what is held, due, disclosed and withdrawn, and what comes next.

    An advisory is due if its embargo ends within 24 hours, or has ended while errors keep it from
    being published. The exit code is 1 if something is overdue: an advisory that is due has errors,
    or an embargo is undecided when the policy's clock has run out. Titles, handlers and packages of
    held ones are shown on a terminal only.
    """
    if not only_next and (minutes or form == "systemd"):
        raise click.UsageError("--wait and the format systemd are for --next")
    if minutes and earlier:
        raise click.UsageError("--wait and --now exclude each other")
    project, instant = current_project(), now(earlier)
    if only_next:
        return _show_next(project, instant, form=form, minutes=minutes)
    catalog = project.read_catalog()
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


def _show_next(project: Project, instant: datetime, *, form: str, minutes: int | None) -> int:
    """Print when the next embargo ends, if need be after waiting for it."""
    catalog = project.read_catalog()
    if unknown := silent(catalog):
        click.echo(f"{unknown} sealed, not opened: there is no key", err=True)
    end = next_end(catalog, after=instant - RECENTLY if minutes else instant)
    if end and minutes:
        end = _awaited(end, instant, minutes)
        instant = max(instant, end or instant)
    if form == "json":
        click.echo(next_json(end, now=instant), nl=False)
    else:
        click.echo(next_calendar(end) if form == "systemd" else next_text(end), nl=False)
    return Exit.FINE


def _awaited(end: datetime, instant: datetime, minutes: int) -> datetime | None:
    """Wait for an instant that is near; None if it is not."""
    if end - instant > timedelta(minutes=minutes):
        return None
    click.echo("Waiting for the next embargo to end …", err=True)
    wait_for(end, clock=now, sleep=time.sleep)
    return end
