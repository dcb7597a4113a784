"""`advisory reserve`: takes the next ids, so that no other branch can use the same number."""

import subprocess
from datetime import datetime

import click

from mkdocs_advisories.authoring.numbering import NumberingError, next_ids
from mkdocs_advisories.cli.exits import Exit, Stop
from mkdocs_advisories.cli.project import Project, current_project, now
from mkdocs_advisories.source.folder import list_folder
from mkdocs_advisories.source.reservations import FOLDER, MOST, reserve, reserved_ids


@click.command("reserve")
@click.option(
    "--count",
    type=click.IntRange(1, MOST),
    default=1,
    show_default=True,
    help="How many ids to take.",
)
@click.option("--by", metavar="NAME", help="Who takes them. By default the name that git knows.")
def command(*, count: int, by: str | None) -> None:
    """Take the next ids of the year, and print them.

    Each becomes a file in `.reserved/` of the folder of advisories: commit it. If another branch
    takes the same id, git refuses to merge the two. Works where ids are counted, such as by the
    pattern `EX-[0-9]{4}-[0-9]{4}`.
    """
    project = current_project()
    instant = now()
    for one in taken(project, count=count, by=by, instant=instant):
        click.echo(one)
    click.echo(f"Commit {project.configuration.advisories_dir}/{FOLDER}/ now.", err=True)


def taken(project: Project, *, count: int, by: str | None, instant: datetime) -> tuple[str, ...]:
    """Take the next ids of the year in which the organisation stands.

    Raises:
        Stop: ids are not counted here, are used up, or cannot be written.
    """
    year = instant.astimezone(project.policy.time_zone).year
    pattern = project.policy.id_pattern
    try:
        ids = next_ids(pattern, known_ids(project), year=year, count=count)
    except NumberingError as error:
        raise Stop(str(error), exit_code=Exit.USAGE) from None
    for one in ids:
        note(project, one, by=by, instant=instant)
    return ids


def note(project: Project, identifier: str, *, by: str | None, instant: datetime) -> None:
    """Take one id.

    Raises:
        Stop: it is taken, or cannot be written.
    """
    try:
        reserve(project.folder, identifier, by=by or _git_name() or "unknown", now=instant)
    except FileExistsError:
        text = f"`{identifier}` was taken a moment ago: try again"
        raise Stop(text, exit_code=Exit.PROBLEMS) from None
    except (OSError, ValueError) as error:
        text = f"`{identifier}` cannot be reserved in {FOLDER}/: {error}"
        raise Stop(text, exit_code=Exit.USAGE) from None


def known_ids(project: Project) -> frozenset[str]:
    """Give every id that a file or a reservation of the project has."""
    return known_files(project) | reserved_ids(project.folder)


def known_files(project: Project) -> frozenset[str]:
    """Give the id of every advisory that has a file. The file's name is the id."""
    prefix = project.configuration.advisories_dir
    return frozenset(one.stem for one in list_folder(project.folder, prefix=prefix).sources)


def _git_name() -> str | None:
    """Ask git for the name of whoever works here; its own configuration decides."""
    try:
        asked = subprocess.run(
            ["git", "config", "--get", "user.name"],  # noqa: S607 - the git of whoever works here
            capture_output=True,
            check=False,
            text=True,
            timeout=10,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return asked.stdout.strip() or None
