"""`advisory edit`: a sealed advisory in the editor, and sealed again."""

import os
import shlex
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import click

from mkdocs_advisories.cli.exits import Exit, Stop
from mkdocs_advisories.cli.private import TerminatedError, memory, private_folder
from mkdocs_advisories.cli.project import Project, current_project, now
from mkdocs_advisories.cli.sealing import (
    Sealed,
    judged,
    next_revision,
    note,
    notice_of,
    open_file,
    recipients_of,
    store,
)
from mkdocs_advisories.cli.terminal import may_ask
from mkdocs_advisories.model import Advisory
from mkdocs_advisories.problems import Problem
from mkdocs_advisories.source.attachments import LARGEST_ATTACHMENT, name_fault
from mkdocs_advisories.source.files import LARGEST_FILE, read_bytes
from mkdocs_advisories.source.sealed.container import Contents
from mkdocs_advisories.source.sealed.header import Header

_PATIENCE = 5  # seconds for an editor to end
_COPIES = {
    "vi": "swap, undo and viminfo files: use `vim -n -i NONE '+set noundofile nobackup'`",
    "vim": "swap, undo and viminfo files: use `vim -n -i NONE '+set noundofile nobackup'`",
    "nvim": "swap, undo and shada files: use `nvim -n -i NONE '+set noundofile nobackup'`",
    "emacs": "backup and auto-save files: use `emacs -Q --eval '(setq make-backup-files nil"
    " auto-save-default nil)'`",
    "code": "unsaved text and a local history: switch both off; and use `code --wait`",
    "codium": "unsaved text and a local history: switch both off; and use `codium --wait`",
}


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--notice/--no-notice",
    default=None,
    help="Let the header tell projects, severity and embargo, or not. If not given: as it was.",
)
def command(file: Path, *, notice: bool | None) -> None:
    """Edit a sealed FILE with $VISUAL or $EDITOR, check it, and seal it again.

    The text lies in a folder that only you can read, in memory where the system has that, and is
    removed in the end, also after an error or a signal. Attachments lie beside it: add, change or
    remove them there. If the text has errors, you may edit again.
    """
    project = current_project()
    instant = now()
    recipients = recipients_of(project)
    before = open_file(project, file)
    editor = _editor()
    try:
        with private_folder() as folder:
            contents, advisory = _edited(project, before, folder, editor=editor, instant=instant)
    except TerminatedError as ended:
        sys.exit(128 + ended.args[0])
    header = _header(project, before, advisory, notice=notice)
    if contents == before.contents and header.notice == before.header.notice:
        note("Unchanged. If your editor has returned at once, give it the option to wait.")
        return
    store(project, [replace(before, contents=contents, header=header)], recipients)
    click.echo(before.file)
    note(f"Sealed for {len(recipients)} recipients as revision {header.revision}.")


def _edited(
    project: Project, before: Sealed, folder: Path, *, editor: list[str], instant: datetime
) -> tuple[Contents, Advisory]:
    """Let the advisory be edited until it is sound, or its author gives up."""
    source = folder / f"{before.contents.stem}.md"
    _lay_out(before.contents, source)
    _warn(editor)
    while True:
        _run(editor, source)
        try:
            contents = _read_back(before.contents, folder, source)
            return contents, judged(contents, path=before.path, policy=project.policy, now=instant)
        except Stop as stop:
            if not _again(stop):
                raise Stop(
                    f"{stop.message}\n\nNothing was changed, and the text is removed.",
                    exit_code=Exit.PROBLEMS,
                ) from None


def _again(stop: Stop) -> bool:
    if not may_ask():
        return False
    note(stop.message)
    return click.confirm("Edit again? (`n` throws your changes away)", default=True, err=True)


def _header(project: Project, before: Sealed, advisory: Advisory, *, notice: bool | None) -> Header:
    wanted = before.header.notice is not None if notice is None else notice
    return Header(
        name=before.header.name,
        revision=next_revision(project, before.header.name, before.header.revision),
        notice=notice_of(advisory, project.policy) if wanted else None,
    )


def _lay_out(contents: Contents, source: Path) -> None:
    source.write_bytes(contents.source)
    source.with_suffix("").mkdir()
    for name, raw in contents.attachments.items():
        (source.with_suffix("") / name).write_bytes(raw)


def _read_back(before: Contents, folder: Path, source: Path) -> Contents:
    """Read what the editor has left. A new name of the file is a new id.

    Raises:
        Stop: it cannot be read, or there is more than one advisory.
    """
    texts = [one for one in sorted(folder.glob("*.md")) if one.is_file()]
    if len(texts) != 1:
        raise Stop("there is not exactly one `.md` file any more", exit_code=Exit.PROBLEMS)
    attachments: dict[str, bytes] = {}
    beside = next(
        (one for one in (texts[0].with_suffix(""), source.with_suffix("")) if one.is_dir()), None
    )
    for file in sorted(beside.iterdir()) if beside else ():
        if fault := name_fault(file.name):
            raise Stop(f"an attachment: {fault[0]}: {fault[1]}", exit_code=Exit.PROBLEMS)
        attachments[file.name] = _bytes(file, LARGEST_ATTACHMENT)
    raw = _bytes(texts[0], LARGEST_FILE)
    return replace(before, stem=texts[0].stem, source=raw, attachments=attachments)


def _bytes(file: Path, largest: int) -> bytes:
    raw = read_bytes(file, path="the edited file", largest=largest)
    if isinstance(raw, Problem):
        raise Stop(raw.message(withhold=True), exit_code=Exit.PROBLEMS)
    return raw


def _editor() -> list[str]:
    words = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
    try:
        editor = shlex.split(words)
    except ValueError:
        editor = []
    if editor:
        return editor
    raise Stop("$VISUAL or $EDITOR is not a command: correct it", exit_code=Exit.USAGE)


def _warn(editor: list[str]) -> None:
    if memory() is None:
        note("Warning: there is no file system in memory here: the text will lie on the disk.")
    if copies := _COPIES.get(Path(editor[0]).name):
        note(f"Warning: {Path(editor[0]).name} may keep {copies}.")


def _run(editor: list[str], source: Path) -> None:
    """Run the editor. Ctrl-C belongs to it, and every other end ends it, too.

    Raises:
        Stop: there is no such editor, or it has failed.
    """
    interrupt = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        process = subprocess.Popen(  # noqa: S603 - the user's own choice
            [*editor, str(source)],
            preexec_fn=_take_interrupts,  # noqa: PLW1509 - this program has one thread
        )
        try:
            code = process.wait()
        finally:
            _end(process)
    except OSError as error:
        reason = error.strerror or "unknown"
        raise Stop(
            f"{editor[0]} cannot be run: {reason}: set $EDITOR", exit_code=Exit.USAGE
        ) from None
    finally:
        signal.signal(signal.SIGINT, interrupt)
    if code:
        raise Stop(
            f"the editor ended with {code}: nothing was changed, and the text is removed",
            exit_code=Exit.OUTSIDE,
        )


def _end(process: subprocess.Popen[bytes]) -> None:
    """End an editor that still runs, so that it writes nothing once its folder is gone."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()


def _take_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)
