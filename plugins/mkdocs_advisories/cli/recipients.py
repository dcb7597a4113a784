"""`advisory recipients`: who can open what is sealed."""

import json
from collections.abc import Callable
from dataclasses import asdict, replace

import click

from mkdocs_advisories.cli.exits import Exit, Stop
from mkdocs_advisories.cli.options import format_option
from mkdocs_advisories.cli.project import Project, current_project, identities
from mkdocs_advisories.cli.sealing import (
    next_revision,
    note,
    open_file,
    sealed_files,
    stop_on,
    store,
)
from mkdocs_advisories.problems import Problem
from mkdocs_advisories.source.files import decode, read_bytes
from mkdocs_advisories.source.sealed.recipients import (
    LARGEST_FILE,
    RECIPIENTS,
    Recipient,
    as_age,
    hold_enough,
    is_recipient_name,
    read_recipients,
    write_recipients,
)
from mkdocs_advisories.source.sealed.refusal import RefusedError
from mkdocs_advisories.source.writing import replace_bytes


@click.group()
def command() -> None:
    """List and change who can open the sealed advisories.

    They stand in `.recipients` in the folder of advisories, in the form that `age -R` reads. At
    least three are wanted, one of them offline. After a change every sealed file is sealed anew,
    which needs a key.
    """


@command.command("list")
@format_option
def list_(form: str) -> None:
    """Show who can open what is sealed."""
    project = current_project()
    recipients = _read(project)
    if form == "json":
        click.echo(json.dumps([asdict(one) for one in recipients], indent=2, ensure_ascii=False))
        return
    for one in recipients:
        click.echo(f"{one.name}{' (offline)' if one.offline else ''}\n  {one.key}")
    try:
        hold_enough(recipients)
    except RefusedError as refused:
        note(f"Not enough to seal: {refused.text}. {refused.remedy}")


@command.command()
@click.argument("name")
@click.argument("key")
@click.option("--offline", is_flag=True, help="The key lies in a safe and on no computer.")
def add(name: str, key: str, *, offline: bool) -> None:
    """Let NAME open everything with KEY: `age1…`, or the text of an ssh public key."""
    project = current_project()
    if not is_recipient_name(name):
        raise Stop("the name has characters that cannot stand there", exit_code=Exit.USAGE)
    _hold_key(key)
    new = Recipient(name=name, key=key.strip(), offline=offline)
    _change(project, lambda before: (*before, new))


@command.command()
@click.argument("name")
def remove(name: str) -> None:
    """Take NAME's key away, and seal everything anew without it.

    What NAME could read until now stays known, also from the history of the repository.
    """
    project = current_project()

    def without(before: tuple[Recipient, ...]) -> tuple[Recipient, ...]:
        after = tuple(one for one in before if one.name != name)
        if len(after) == len(before):
            raise Stop(f"nobody is named so: {name}", exit_code=Exit.USAGE)
        return after

    _change(project, without)


@command.command()
@click.option(
    "--replace",
    "replaced",
    nargs=2,
    metavar="NAME KEY",
    help="Give NAME a new key, and take away the old one.",
)
def rotate(replaced: tuple[str, str] | None) -> None:
    """Seal everything anew for the recipients as they are, with new keys inside."""
    project = current_project()
    if replaced is None:
        _change(project, lambda before: before)
        return
    name, key = replaced
    _hold_key(key)

    def with_new_key(before: tuple[Recipient, ...]) -> tuple[Recipient, ...]:
        if all(one.name != name for one in before):
            raise Stop(f"nobody is named so: {name}", exit_code=Exit.USAGE)
        return tuple(replace(one, key=key) if one.name == name else one for one in before)

    _change(project, with_new_key)


def _read(project: Project) -> tuple[Recipient, ...]:
    file = project.folder / RECIPIENTS
    path = f"{project.configuration.advisories_dir}/{RECIPIENTS}"
    if not file.exists():
        return ()
    raw = read_bytes(file, path=path, largest=LARGEST_FILE)
    text = raw if isinstance(raw, Problem) else decode(raw, path=path)
    if isinstance(text, Problem):
        raise stop_on([text])
    return _understood(text.content, path)


def _understood(text: str, path: str) -> tuple[Recipient, ...]:
    try:
        return read_recipients(text)
    except RefusedError as refused:
        raise stop_on([refused.problem(path)]) from None


def _change(
    project: Project, change: Callable[[tuple[Recipient, ...]], tuple[Recipient, ...]]
) -> None:
    """Change the recipients and seal everything anew; nothing is written if anything fails.

    Raises:
        Stop: there would be too few, there is no key, or a file cannot be opened.
    """
    after = change(_read(project))
    text = write_recipients(after)
    path = f"{project.configuration.advisories_dir}/{RECIPIENTS}"
    _understood(text, path)
    files = sealed_files(project)
    if files:
        _hold_enough(after, path)
        if not identities():
            raise Stop(
                f"{len(files)} sealed files have to be sealed anew, which needs a key: set"
                " ADVISORY_IDENTITY",
                exit_code=Exit.USAGE,
            )
    opened = [open_file(project, file) for file in files]
    renewed = [
        replace(
            one,
            header=replace(
                one.header,
                revision=next_revision(project, one.header.name, one.header.revision),
            ),
        )
        for one in opened
    ]
    if renewed:
        store(project, renewed, after)
    replace_bytes(project.folder / RECIPIENTS, text.encode())
    note(f"{len(after)} recipients; {len(renewed)} files sealed anew.")


def _hold_key(key: str) -> None:
    try:
        as_age(key.strip())
    except ValueError as error:
        raise Stop(f"{error}", exit_code=Exit.USAGE) from None


def _hold_enough(recipients: tuple[Recipient, ...], path: str) -> None:
    try:
        hold_enough(recipients)
    except RefusedError as refused:
        raise stop_on([refused.problem(path)]) from None
