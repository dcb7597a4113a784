"""The entry point: finds the command, and turns every end of a run into its exit code."""

import errno
import os
import sys
from collections.abc import Mapping
from importlib import import_module
from keyword import iskeyword
from pathlib import Path
from typing import NoReturn

import click

from mkdocs_advisories import __version__
from mkdocs_advisories.cli.exits import Exit
from mkdocs_advisories.report.bug import bug_text

COMMANDS: Mapping[str, str] = {
    "new": "Begin an advisory, and print the path of its file.",
    "reserve": "Take the next ids of the year, and print them.",
    "check": "Check advisories: all of them, or those at the given files and folders.",
    "explain": (
        "Explain a code that a report names (ADV102): the reason, a bad example, a good one."
    ),
    "diff": "Tell what the changes of advisories since REF mean.",
    "status": "Show what is held, due, disclosed and withdrawn, and what comes next.",
    "prove": "Prove that nothing of a held advisory is in the folder SITE (default: `site_dir`).",
    "preview": "Show held advisories on 127.0.0.1, marked on every page, until Ctrl-C.",
    "checklist": (
        "Show the steps of a disclosure, and which are done: of ID, of a bundle, or of all held "
        "ones."
    ),
    "notify": (
        "Tell the mailing lists of advisories: ID and more IDs with the same embargo, in one mail."
    ),
    "release": (
        "Build, prove, deploy, look at the live site, announce, record: whatever is left to do."
    ),
    "monitor": (
        "Look whether everything that is disclosed is live on the site, and announced, in time."
    ),
    "ledger": "See what was done on the days of disclosure, and decide what nobody else can.",
    "rehearse": (
        "Play a day of disclosure from the prenotification to the monitor, on this machine only."
    ),
    "seal": "Seal held advisories, so that they may lie in a public repository.",
    "unseal": "Write disclosed advisories in clear, and remove the sealed files.",
    "edit": "Edit a sealed FILE with $VISUAL or $EDITOR, check it, and seal it again.",
    "recipients": "List and change who can open the sealed advisories.",
    "doctor": "Look for clear text of held advisories, and for settings that would leak it.",
    "textconv": "Print a sealed FILE for `git diff`: in clear with a key, its header without.",
    "import": (
        "Make advisories of records: a file, a folder, a ZIP archive, or - for the standard input."
    ),
    "export": (
        "Write advisories as records of other formats: those with the ids, or all that are "
        "disclosed."
    ),
    "verify": "Check a published site: hashes, signatures, and that all its records say the same.",
    "lsp": "Serve an editor over stdin and stdout (Language Server Protocol 3.17).",
}
"""In the order of the help, and the first sentence of each command's own help.

Each is the attribute `command` of the module of its name. The module of a command that is a keyword
of Python has an underscore behind it.
"""


class _Commands(click.Group):
    """Loads a command only when it is run, so that none pays for the others' imports."""

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

    def format_commands(
        self,
        ctx: click.Context,  # noqa: ARG002 - click's interface
        formatter: click.HelpFormatter,
    ) -> None:
        """List the commands as click does, which would load each of them for a line of its help."""
        beside = formatter.width - 6 - max(map(len, COMMANDS))
        with formatter.section("Commands"):
            formatter.write_dl(
                [
                    (name, click.Command(name, help=text).get_short_help_str(beside))
                    for name, text in COMMANDS.items()
                ]
            )


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
    # jsonschema goes without it, as if it were not installed: it is a grammar of IRIs, which takes
    # a second to load, and no schema of ours has any.
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type] # so Python has it
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
