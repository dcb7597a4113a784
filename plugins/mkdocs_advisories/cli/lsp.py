"""`advisory lsp`: the checks, the schema and the house's names, live in an editor."""

from importlib.util import find_spec

import click
from click.core import ParameterSource

from mkdocs_advisories.cli.exits import Exit, Stop


@click.command("lsp")
def command() -> None:
    """Serve an editor over stdin and stdout (Language Server Protocol 3.17).

    In advisories it completes keys, choices, packages and ids, explains what is under the pointer,
    shows problems while you type and offers their fixes. It finds `mkdocs.yml` above each file,
    opens no connection and runs nothing. It needs the extra `lsp`: `pip install
    'mkdocs-advisories[lsp]'`.
    """
    if find_spec("pygls") is None:
        raise Stop(
            "the language server needs pygls: pip install 'mkdocs-advisories[lsp]'",
            exit_code=Exit.USAGE,
        )
    from mkdocs_advisories.cli.language_server import (  # noqa: PLC0415 - an extra, and slow to load
        make_server,
    )

    root = click.get_current_context().find_root()
    stated = root.get_parameter_source("config_file") is ParameterSource.COMMANDLINE
    make_server(root.obj if stated else None).start_io()
