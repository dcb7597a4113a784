"""`advisory preview`: the site as it will be, with what is held, on this machine only."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from types import FrameType

import click

from mkdocs_advisories.cli.exits import Exit, Stop
from mkdocs_advisories.cli.project import Project, current_project
from mkdocs_advisories.disclosure.stage import VARIABLE, Stage, remove_stale_stages, stage
from mkdocs_advisories.model import InstantError, parse_instant
from mkdocs_advisories.render.addresses import page_uri


@click.command("preview")
@click.argument("advisory_id", metavar="[ID]", required=False)
@click.option(
    "--as-of",
    metavar="INSTANT",
    help=(
        "The instant to show (2026-04-09T20:24:12Z). By default that of the last embargo, with the"
        " undecided ones dated by it, too."
    ),
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    help="The port to listen on. By default one that is free.",
)
def command(advisory_id: str | None, as_of: str | None, port: int) -> None:
    """Show held advisories on 127.0.0.1, marked on every page, until Ctrl-C.

    With an ID: of those that are held, only that one. The site is built in a private temporary
    folder, which is deleted at the end. It cannot be deployed.
    """
    project = current_project()
    instant = _instant(as_of)
    if remove_stale_stages():
        click.echo("Deleted what an earlier preview had left behind.", err=True)
    config_file: Path = click.get_current_context().find_root().obj
    with (
        _ended_by_signals(),
        stage(as_of=instant, only=advisory_id) as place,
        _started(config_file, place, port=port) as child,
    ):
        _must_exist(advisory_id, project)  # looked up while the other process begins
        click.echo("Building the preview …", err=True)
        _show(child, port=port, uri=page_uri(advisory_id) if advisory_id else "")


def _instant(text: str | None) -> datetime | None:
    try:
        return None if text is None else parse_instant(text)
    except InstantError as error:
        raise Stop(
            f"--as-of: {error}; write it like 2026-04-09T20:24:12Z", exit_code=Exit.USAGE
        ) from None


def _must_exist(advisory_id: str | None, project: Project) -> None:
    if advisory_id is None:
        return
    # A file is called as its id, unless it is sealed: those are read in any case.
    known = project.read_catalog(only=lambda path: path.endswith(f"/{advisory_id}.md"))
    if advisory_id not in {one.content.id for one in known.advisories}:
        raise Stop(
            "there is no sound advisory of this id: see `advisory check`", exit_code=Exit.USAGE
        )


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """Let SIGTERM and SIGHUP end the run as Ctrl-C does, so that the folder is deleted."""

    def stop(_: int, __: FrameType | None) -> None:
        raise KeyboardInterrupt

    wanted = (signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, stop) for number in wanted}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _started(config_file: Path, place: Stage, *, port: int) -> Iterator["subprocess.Popen[str]"]:
    """Let MkDocs build and serve on the stage; at the end, end it and all that it has started.

    It ends by itself if this process does: it holds the other end of its standard input.
    """
    command = [sys.executable, "-m", "mkdocs_advisories.mkdocs.previewing"]
    own = {VARIABLE: place.number, "TMPDIR": str(place.work_dir), "NO_MKDOCS_2_WARNING": "1"}
    with subprocess.Popen(  # noqa: S603 - fixed words, and files that the user has named
        [*command, str(config_file), str(place.site_dir), str(port)],
        env={**os.environ, **own},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        pass_fds=[place.lock],
        start_new_session=True,
    ) as child:
        try:
            yield child
        finally:
            with suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)


def _show(child: "subprocess.Popen[str]", *, port: int, uri: str) -> None:
    """Say where the preview is, once it is there, and wait for the end."""
    told = child.stdout.readline().strip() if child.stdout else ""
    if not told:  # what is wrong it has said itself
        raise Stop("the preview could not be built", exit_code=Exit.PROBLEMS)
    if not told.startswith("http"):
        raise Stop(f"port {port} cannot be used: {told}; leave `--port` out", exit_code=Exit.USAGE)
    click.echo("This shows what is embargoed. Do not share it. Ctrl-C ends it.", err=True)
    click.echo(told + uri)
    try:
        child.wait()
    except KeyboardInterrupt:
        click.echo("The preview is deleted.", err=True)
    else:
        raise Stop("the preview has ended by itself", exit_code=Exit.PROBLEMS)
