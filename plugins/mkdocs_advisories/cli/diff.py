"""`advisory diff`: what the changes since a commit mean."""

from collections.abc import Iterable
from datetime import datetime

import click

from mkdocs_advisories.authoring.changes import AdvisoryChange, changes, sealed_changes
from mkdocs_advisories.authoring.changes_report import (
    changes_json,
    changes_markdown,
    changes_text,
)
from mkdocs_advisories.cli.exits import Exit, Stop
from mkdocs_advisories.cli.project import Project, current_project, now
from mkdocs_advisories.cli.terminal import shows_held
from mkdocs_advisories.source.folder import README
from mkdocs_advisories.source.history import (
    HistoryError,
    changed_paths,
    earlier_paths,
    read_earlier,
)
from mkdocs_advisories.source.sealed.naming import is_sealed

_FORMATS = {"human": changes_text, "markdown": changes_markdown, "json": changes_json}


@click.command("diff")
@click.argument("ref")
@click.option(
    "--format",
    "form",
    type=click.Choice(list(_FORMATS)),
    default="human",
    show_default=True,
    help="How to report; markdown for the comment of a pull request.",
)
def command(*, ref: str, form: str) -> None:
    """Tell what the changes of advisories since REF mean.

    REF is a commit or branch of git; what counts is where it and the present commit parted. Of an
    advisory that is held, or was, only which fields changed is told, but on a terminal.
    """
    project, instant = current_project(), now()
    try:
        found = _changes(project, ref, instant)
    except HistoryError as error:
        raise Stop(str(error), exit_code=Exit.USAGE) from None
    click.echo(_FORMATS[form](found, shows_held=shows_held()), nl=False)


def _changes(project: Project, ref: str, instant: datetime) -> tuple[AdvisoryChange, ...]:
    prefix = project.configuration.advisories_dir
    earlier = read_earlier(project.folder, prefix=prefix, policy=project.policy, ref=ref)
    touched = {f"{prefix}/{one}" for one in changed_paths(project.folder, ref)}
    wanted = touched | set(earlier.texts)
    later = project.read_catalog(only=wanted.__contains__)
    clear = {one for one in touched if not is_sealed(one)} - {f"{prefix}/{README}"}
    found = changes(earlier, later, now=instant, touched=clear)
    return tuple(sorted((*found, *_sealed(project, ref, touched)), key=lambda one: one.path))


def _sealed(project: Project, ref: str, touched: Iterable[str]) -> tuple[AdvisoryChange, ...]:
    """Tell of sealed files that they changed; what did, `git diff` shows to those with a key."""
    sealed = {one for one in touched if is_sealed(one)}
    prefix = project.configuration.advisories_dir
    before = {f"{prefix}/{one}" for one in earlier_paths(project.folder, ref)} if sealed else set()
    now = {one for one in sealed if (project.root / one).is_file()}
    return sealed_changes(sealed, before=before, now=now)
