"""`advisory verify`: a published site, checked as a reader would."""

import json
from pathlib import Path

import click

from mkdocs_advisories.cli.exits import Exit, Stop
from mkdocs_advisories.cli.options import format_option
from mkdocs_advisories.disclosure.published import (
    Published,
    SiteFolder,
    SiteOnline,
    UnreachableError,
)
from mkdocs_advisories.disclosure.verification import Verification, Verify, summary, verify_site
from mkdocs_advisories.openpgp import OpenPGPError, read_verifier


@click.command()
@click.argument("site", metavar="URL|DIR")
@click.option(
    "--key",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="The public OpenPGP key whose signatures have to stand beside the files.",
)
@format_option
def command(*, site: str, key: Path | None, form: str) -> int:
    """Check a published site: hashes, signatures, and that all its records say the same.

    Needs no configuration: it looks at what everybody can get. The key must come to you by another
    way than the site, or a forged site could bring its own.
    """
    try:
        look = verify_site(_site(site), verify=_verifier(key))
    except UnreachableError as error:
        raise Stop(f"the site cannot be read: {error}", exit_code=Exit.OUTSIDE) from None
    if key and not look.signatures:
        look.fault("", "there is no signature at all, but a key was given")
    faults = sorted(set(look.faults))
    if form == "json":
        click.echo(_as_json(look))
    else:
        for one in faults:
            click.echo(f"{one.uri or site}: {one.text}")
        for line in summary(look):
            click.echo(line, err=True)
    return Exit.PROBLEMS if faults else Exit.FINE


def _site(site: str) -> Published:
    if "://" not in site:
        folder = Path(site)
        if not folder.is_dir():
            raise click.BadParameter("there is no such folder", param_hint="URL|DIR")
        return SiteFolder(folder)
    try:
        return SiteOnline(site)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="URL|DIR") from None


def _verifier(key: Path | None) -> Verify | None:
    if key is None:
        return None
    try:
        return read_verifier(key.read_bytes())
    except OpenPGPError as error:
        raise Stop(f"{key}: {error}", exit_code=Exit.USAGE) from None


def _as_json(look: Verification) -> str:
    faults = [{"uri": one.uri, "text": one.text} for one in sorted(set(look.faults))]
    counts = {
        "advisories": look.advisories,
        "hashes": look.hashes,
        "signatures": look.signatures,
        "faults": faults,
    }
    return json.dumps(counts, indent=2)
