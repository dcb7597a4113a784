"""The entry point: finds the command, and turns every end of a run into its exit code."""

import errno
import os
import sys
from importlib import import_module
from keyword import iskeyword
from pathlib import Path
from typing import NoReturn

import click

from mkdocs_advisories import __version__
from mkdocs_advisories.cli.exits import Exit
from mkdocs_advisories.report.bug import bug_text

COMMANDS: tuple[str, ...] = (
    "new",
    "reserve",
    "check",
    "explain",
    "diff",
    "status",
    "prove",
    "preview",
    "checklist",
    "notify",
    "release",
    "monitor",
    "ledger",
    "rehearse",
    "seal",
    "unseal",
    "edit",
    "recipients",
    "doctor",
    "textconv",
    "import",
    "export",
    "verify",
    "lsp",
)
"""In the order of the help. Each is the attribute `command` of the module of its name.

The module of a command that is a keyword of Python has an underscore behind it.
"""


class _Commands(click.Group):
    """Loads a command only when it is asked for, so that none pays for the others' imports."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's interface
        return list(COMMANDS)

    def get_command(
        self,
        ctx: click.Context,  # noqa: ARG002 - click's interface
        cmd_name: str,
    ) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        name = cmd_name.replace("-", "_") + ("_" if iskeyword(cmd_name) else "")
        module = import_module(f"mkdocs_advisories.cli.{name}")
        command: click.Command = module.command
        return command


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=(
        "Exit codes: 0 fine; 1 problems found; 2 wrong usage or configuration; 3 stopped to protect"
        " an embargo; 4 an outside service failed; 70 a bug of this program."
    ),
)
@click.option(
    "-f",
    "--config-file",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("mkdocs.yml"),
    show_default=True,
    help="The site's configuration, which holds the policy.",
)
@click.version_option(__version__, prog_name="advisory")
@click.pass_context
def advisory(ctx: click.Context, config_file: Path) -> None:
    """Write, check and publish security advisories, none before its time."""
    ctx.obj = config_file


def _explain_or_confess(error: OSError) -> NoReturn:
    """Tell a disk that is full or failing, on which nothing more can be written, from a bug."""
    if error.errno not in {errno.ENOSPC, errno.EDQUOT, errno.EIO}:
        click.echo(bug_text(error), err=True)
        sys.exit(Exit.BUG)
    click.echo(f"Error: the output cannot be written: {error.strerror}", err=True)
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(Exit.OUTSIDE)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and leave with its exit code."""
    try:
        result = advisory.main(arguments, prog_name="advisory", standalone_mode=False)
    except click.Abort:
        click.echo("Aborted.", err=True)
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except BrokenPipeError:
        # Whoever read the output has stopped reading; the interpreter must not try again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(Exit.FINE)
    except OSError as error:
        _explain_or_confess(error)
    except Exception as error:  # noqa: BLE001 - whatever else comes here is our bug
        click.echo(bug_text(error), err=True)
        sys.exit(Exit.BUG)
    sys.exit(result if isinstance(result, int) else Exit.FINE)
