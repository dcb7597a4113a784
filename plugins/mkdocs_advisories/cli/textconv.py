"""`advisory textconv`: what git shows of a sealed file, in a diff, to those who have a key."""

import os
from pathlib import Path

import click

from mkdocs_advisories.source.files import DECEPTIVE
from mkdocs_advisories.source.sealed.envelope import LARGEST_FILE
from mkdocs_advisories.source.sealed.identities import IdentityError, identities_of
from mkdocs_advisories.source.sealed.opening import SealedFile, open_sealed, read_sealed
from mkdocs_advisories.source.sealed.refusal import RefusedError


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def command(file: Path) -> None:
    """Print a sealed FILE for `git diff`: in clear with a key, its header without.

    \b
    Set it up in each clone:
      git config diff.advisory.textconv "advisory textconv"
      git config diff.advisory.cachetextconv false
    and for all, in .gitattributes:
      *.sealed.md -text -merge diff=advisory
    """  # noqa: D301 - click's own sign for lines that stay as they are
    with file.open("rb") as stream:
        raw = stream.read(LARGEST_FILE + 1)
    try:
        sealed = read_sealed(raw)
    except RefusedError as refused:
        click.echo(f"[not a sealed file as it must be: {refused.text}]")
        return
    click.echo(_shown(sealed), nl=False)


def _shown(sealed: SealedFile) -> str:
    """Give what may be seen. Git goes through old revisions, so their order is not judged here."""
    try:
        keys = identities_of(os.environ)
    except IdentityError as error:
        return f"{sealed.clear}[sealed: {error}]\n"
    if not keys:
        return f"{sealed.clear}[sealed: there is no key]\n"
    try:
        contents = open_sealed(sealed, keys)
    except RefusedError as refused:
        return f"{sealed.clear}[sealed: {refused.text}]\n"
    attached = "".join(
        f"[attachment {name}, {len(raw)} bytes]\n" for name, raw in contents.attachments.items()
    )
    text = contents.source.decode("utf-8", errors="replace").replace("\r\n", "\n")
    return sealed.clear + DECEPTIVE.sub("\ufffd", text) + attached
