"""`advisory seal`: held advisories become sealed files."""

import os
from pathlib import Path

import click

from mkdocs_advisories.cli.exits import Exit, Stop
from mkdocs_advisories.cli.project import Project, current_project, now
from mkdocs_advisories.cli.sealing import (
    Sealed,
    judged,
    note,
    notice_of,
    path_of,
    recipients_of,
    stop_on,
    store,
)
from mkdocs_advisories.problems import Problem
from mkdocs_advisories.source.attachments import attachment
from mkdocs_advisories.source.files import LARGEST_FILE, read_bytes
from mkdocs_advisories.source.sealed.container import Contents
from mkdocs_advisories.source.sealed.git import known_of
from mkdocs_advisories.source.sealed.header import Header
from mkdocs_advisories.source.sealed.history import REVISIONS
from mkdocs_advisories.source.sealed.naming import SUFFIX, is_sealed, new_name
from mkdocs_advisories.source.sealed.recipients import RECIPIENTS


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--notice/--no-notice",
    help="Let the header tell projects, severity and embargo. Only once that was announced.",
)
def command(files: tuple[Path, ...], *, notice: bool) -> None:
    """Seal held advisories, so that they may lie in a public repository.

    Each FILE and its attachments become one encrypted file with a random name, which the recipients
    can open; the file in clear is removed. Needs `.recipients`: see `advisory recipients`.
    """
    project = current_project()
    instant = now()
    recipients = recipients_of(project)
    ready = []
    for file in files:
        path = path_of(project, file)
        contents = _contents(file, path=path)
        advisory = judged(contents, path=path, policy=project.policy, now=instant)
        if advisory.is_disclosed(instant):
            raise Stop(
                f"{file} is disclosed: sealed, it would vanish from every build without a key",
                exit_code=Exit.EMBARGO,
            )
        told = notice_of(advisory, project.policy) if notice else None
        header = Header(name=new_name(), revision=1, notice=told)
        ready.append(_placed(file, path=path, contents=contents, header=header))
    store(project, ready, recipients)
    for file, sealed in zip(files, ready, strict=True):
        _remove(file)
        click.echo(sealed.file)
    _next_steps(project, [one.file for one in ready], files, len(recipients))


def _placed(file: Path, *, path: str, contents: Contents, header: Header) -> Sealed:
    target = file.with_name(f"{header.name}{SUFFIX}")
    folder = path.rpartition("/")[0]
    return Sealed(file=target, path=f"{folder}/{target.name}", header=header, contents=contents)


def _contents(file: Path, *, path: str) -> Contents:
    if file.suffix != ".md" or is_sealed(file.name):
        raise Stop(f"{file} is not an advisory in clear", exit_code=Exit.USAGE)
    raw = read_bytes(file, path=path, largest=LARGEST_FILE)
    if isinstance(raw, Problem):
        raise stop_on([raw])
    return Contents(
        header="", stem=file.stem, source=raw, attachments=_attachments(file.with_suffix(""), path)
    )


def _attachments(folder: Path, path: str) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    if folder.is_symlink() or not folder.is_dir():
        return found
    for file in sorted(folder.iterdir()):
        if file.name.startswith("."):
            raise Stop(
                f"{file} is no attachment and would stay behind in clear: move it elsewhere",
                exit_code=Exit.PROBLEMS,
            )
        name = f"{path.removesuffix('.md')}/{file.name}"
        accepted = attachment(file, path=name)
        raw = (
            accepted
            if isinstance(accepted, Problem)
            else read_bytes(file, path=name, largest=LARGEST_FILE)
        )
        if isinstance(raw, Problem):
            raise stop_on([raw])
        found[file.name] = raw
    return found


def _remove(file: Path) -> None:
    """Remove an advisory in clear and its attachments."""
    folder = file.with_suffix("")
    if folder.is_dir() and not folder.is_symlink():
        for attached in folder.iterdir():
            attached.unlink()
        folder.rmdir()
    file.unlink()


def _next_steps(
    project: Project, sealed: list[Path], files: tuple[Path, ...], recipients: int
) -> None:
    beside = [project.folder / name for name in (RECIPIENTS, REVISIONS)]
    names = " ".join(os.path.relpath(one) for one in (*beside, *sealed))
    note(
        f"Sealed for {recipients} recipients. What was in clear is removed; editors and"
        " backups may have copies.\nNext:\n"
        f"  git add {names}\n"
        '  git commit -m "Seal an advisory"   # no id and no summary in the message\n'
        "  advisory doctor                   # is clear text left anywhere?"
    )
    if known := known_of(project.root, files):
        note(
            f"Warning: git has had {len(known)} of these files in clear. Do not push before"
            " `advisory doctor` finds nothing; what was pushed already must count as disclosed."
        )
