"""`advisory unseal`: the file in clear takes the place of the sealed one."""

from datetime import datetime
from pathlib import Path

import click

from mkdocs_advisories.cli.exits import Exit, Stop
from mkdocs_advisories.cli.project import Project, current_project, now
from mkdocs_advisories.cli.sealing import (
    Sealed,
    judged,
    next_revision,
    note,
    open_file,
    record,
)
from mkdocs_advisories.model import Advisory, format_instant
from mkdocs_advisories.policy import Source


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--early", is_flag=True, help="Also what is still held; only with `source: private`.")
def command(files: tuple[Path, ...], *, early: bool) -> None:
    """Write disclosed advisories in clear, and remove the sealed files.

    Each FILE becomes `<id>.md` and its attachments. Needs a key: ADVISORY_IDENTITY names the file
    with it, or ADVISORY_KEY has it.
    """
    project = current_project()
    instant = now(hosts=project.configuration.clock_hosts)
    opened = [open_file(project, file) for file in files]
    for one in opened:
        advisory = judged(one.contents, path=one.path, policy=project.policy, now=instant)
        _hold(project, one, advisory, instant=instant, early=early)
        _hold_free(one)
    for one in opened:
        _write(one)
        record(
            project,
            {one.header.name: next_revision(project, one.header.name, one.header.revision)},
        )
        one.file.unlink()
        click.echo(one.file.with_name(f"{one.contents.stem}.md"))
    note("Next: git add --all the folder, and commit: the file in clear is now the advisory.")


def _hold(
    project: Project, sealed: Sealed, advisory: Advisory, *, instant: datetime, early: bool
) -> None:
    if advisory.is_disclosed(instant):
        return
    until = format_instant(advisory.embargo) if advisory.embargo else "its embargo is decided"
    if early and project.policy.source is Source.PRIVATE:
        note(
            f"Warning: {sealed.path} is held until {until}, and will lie here in clear: never push"
            " it to a place that others can read."
        )
        return
    why = " and the source is public" if early else ""
    raise Stop(
        f"{sealed.path} is held until {until}{why}: nothing was written. See also `advisory edit`",
        exit_code=Exit.EMBARGO,
    )


def _hold_free(sealed: Sealed) -> None:
    """Refuse to write over anything."""
    target = sealed.file.with_name(f"{sealed.contents.stem}.md")
    for place in (target, target.with_suffix("")):
        if place.exists() or place.is_symlink():
            raise Stop(
                f"{sealed.path}: the place of its file in clear is taken: move what is there",
                exit_code=Exit.PROBLEMS,
            )


def _write(sealed: Sealed) -> None:
    target = sealed.file.with_name(f"{sealed.contents.stem}.md")
    if sealed.contents.attachments:
        target.with_suffix("").mkdir()
    for name, raw in sealed.contents.attachments.items():
        _create(target.with_suffix("") / name, raw)
    _create(target, sealed.contents.source)


def _create(file: Path, raw: bytes) -> None:
    with file.open("xb") as stream:
        stream.write(raw)
