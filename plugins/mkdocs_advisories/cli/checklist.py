"""`advisory checklist`: what is left to do for a disclosure."""

from collections.abc import Iterable, Mapping
from datetime import datetime

import click

from mkdocs_advisories.checks import check
from mkdocs_advisories.checks.case import House
from mkdocs_advisories.cli.exits import Exit, Stop
from mkdocs_advisories.cli.project import Project, current_project, now
from mkdocs_advisories.disclosure.checklist import COMPUTED, USUAL, Case, checklist
from mkdocs_advisories.disclosure.checklist_report import (
    checklists_json,
    checklists_markdown,
    checklists_text,
)
from mkdocs_advisories.disclosure.ledger import Event, LedgerError, opened, read_ledger
from mkdocs_advisories.model import Advisory, InstantError, parse_instant
from mkdocs_advisories.policy import Source
from mkdocs_advisories.source.catalog import Catalog

_WRITERS = {
    "human": checklists_text,
    "markdown": checklists_markdown,
    "json": checklists_json,
}


@click.command("checklist")
@click.argument("advisory_id", metavar="[ID]", required=False)
@click.option("--bundle", metavar="INSTANT", help="All advisories whose embargo ends then.")
@click.option("--done", "step", metavar="STEP", help="Tick a step that only people can know of.")
@click.option(
    "--format",
    "form",
    type=click.Choice(list(_WRITERS)),
    default="human",
    show_default=True,
    help="How to report. Markdown is for a private issue.",
)
def command(*, advisory_id: str | None, bundle: str | None, step: str | None, form: str) -> int:
    """Show the steps of a disclosure, and which are done: of ID, of a bundle, or of all held ones.

    Most are worked out from the advisory and the ledger. The others are ticked with --done STEP,
    which goes into the ledger.
    """
    if advisory_id and bundle:
        raise click.UsageError("ID and --bundle exclude each other")
    project, instant = current_project(), now()
    catalog = project.read_catalog()
    chosen = _chosen(catalog, advisory_id, bundle, instant)
    try:
        if step:
            _tick(step, chosen, project=project, instant=instant)
        ledger = read_ledger(project.folder)
    except LedgerError as error:
        raise Stop(f"the ledger: {error}", exit_code=Exit.OUTSIDE) from None
    codes = _codes(House(catalog=catalog, policy=project.policy, now=instant))
    lists = [
        checklist(
            Case(
                advisory=one,
                codes=codes.get(one.path, frozenset()),
                ledger=ledger,
                policy=project.policy,
                now=instant,
            )
        )
        for one in chosen
    ]
    click.echo(_WRITERS[form](lists), nl=False)
    sealed = len(catalog.unopened)
    if sealed:
        click.echo(f"{sealed} sealed, not opened: there is no key", err=True)
    elif not lists:
        click.echo("no advisory is held", err=True)
    return Exit.FINE


def _chosen(
    catalog: Catalog, advisory_id: str | None, bundle: str | None, instant: datetime
) -> list[Advisory]:
    """Choose the advisories, in the order of their ids.

    Raises:
        Stop: there are none of that name or embargo.
    """
    every = sorted(catalog.advisories, key=lambda one: one.content.id)
    if advisory_id:
        found = [one for one in every if one.content.id == advisory_id]
    elif bundle:
        end = _instant(bundle)
        found = [one for one in every if one.embargo == end]
    else:
        return [one for one in every if not one.is_disclosed(instant)]
    if not found:
        raise Stop(
            f"there is no advisory without errors {advisory_id or 'of this embargo'}: see `advisory"
            " status`",
            exit_code=Exit.USAGE,
        )
    return found


def _instant(text: str) -> datetime:
    try:
        return parse_instant(text)
    except InstantError as error:
        raise click.BadParameter(str(error), param_hint="--bundle") from None


def _tick(
    step: str, advisories: Iterable[Advisory], *, project: Project, instant: datetime
) -> None:
    """Record a step as done.

    Raises:
        Stop: there is no such step to tick, or the ledger would name what is held.
    """
    known = [one.name for one in project.policy.checklist or USUAL if one.name not in COMPUTED]
    if step not in known:
        raise Stop(
            f"there is no step `{step}` to tick; there are: {', '.join(known)}",
            exit_code=Exit.USAGE,
        )
    is_public = project.policy.source is Source.PUBLIC
    if is_public and any(not one.is_disclosed(instant) for one in advisories):
        raise Stop(
            "the ledger of a public repository does not name what is held: tick it after the"
            " embargo has ended",
            exit_code=Exit.EMBARGO,
        )
    with opened(project.folder) as record:
        for one in advisories:
            record.append(Event.DONE, time=instant, advisory=one.content.id, step=step)


def _codes(house: House) -> Mapping[str, frozenset[str]]:
    """Give, for each file, the codes of what the house rules find."""
    found: dict[str, frozenset[str]] = {}
    for one in check(house).problems:
        found[one.place.path] = found.get(one.place.path, frozenset()) | {one.code}
    return found
