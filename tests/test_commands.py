"""Every command and every option stands in the manual, and nothing there is invented."""

import re
import subprocess
import sys

import click
import pytest

from conftest import PROJECT, Folder
from mkdocs_advisories.cli.main import COMMANDS, advisory

PAGE = (PROJECT / "manual" / "commands.md").read_text("utf-8")


def commands() -> dict[str, click.Command]:
    """Give every command by its name, those of groups with the group's name before it."""
    context = click.Context(advisory)
    found: dict[str, click.Command] = {}

    def visit(group: click.Group, before: str) -> None:
        for name in group.list_commands(context):
            command = group.get_command(context, name)
            assert command is not None
            found[f"{before}{name}"] = command
            if isinstance(command, click.Group):
                visit(command, f"{before}{name} ")

    visit(advisory, "")
    return found


def section(name: str) -> str:
    """Give the section of a command."""
    found = re.search(rf"^## advisory {name}\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert found, f"manual/commands.md has no section `## advisory {name}`"
    return found[1]


def names_of(command: click.Command) -> set[str]:
    """Give the long names of a command's options."""
    options = [one for one in command.params if isinstance(one, click.Option)]
    return {name for one in options for name in one.opts if name.startswith("--")}


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_option_is_documented(name: str) -> None:
    for full, command in commands().items():
        if full.split()[0] == name:
            text = section(full)
            assert names_of(command) <= set(re.findall(r"`(--[a-z-]+)", text)), full
            assert command.help, full


@pytest.mark.parametrize("name", COMMANDS)
def test_no_option_is_documented_that_is_not_there(name: str) -> None:
    for full, command in commands().items():
        if full.split()[0] == name:
            rows = re.findall(r"^\| `(--[a-z-]+)", section(full), re.MULTILINE)
            assert set(rows) == names_of(command), full


def test_no_command_is_documented_that_is_not_there() -> None:
    assert set(re.findall(r"^## advisory (.+)$", PAGE, re.MULTILINE)) == set(commands())


def test_every_option_says_what_it_is_for() -> None:
    for name, command in commands().items():
        for one in command.params:
            if isinstance(one, click.Option):
                assert one.help, (name, one.name)


@pytest.mark.parametrize("width", [40, 80, 400])
def test_the_help_lists_commands_as_click_does_after_loading_each(width: int) -> None:
    ours, of_click = (click.HelpFormatter(width=width) for _ in range(2))
    advisory.format_commands(click.Context(advisory), ours)
    click.Group.format_commands(advisory, click.Context(advisory), of_click)
    assert ours.getvalue() == of_click.getvalue()


def test_the_help_loads_no_command_to_list_it() -> None:
    script = """\
import sys
from mkdocs_advisories.cli.main import advisory
advisory.main(["--help"], standalone_mode=False)
print("", *sys.modules, sep="\\n")
"""
    said = subprocess.check_output([sys.executable, "-c", script], text=True)
    loaded = set(re.findall(r"^mkdocs_advisories\.cli\.(\w+)$", said, re.MULTILINE))
    assert loaded == {"exits", "main"}


def test_a_fault_is_told_without_the_grammar_of_what_no_schema_has(checkout: Folder) -> None:
    script = """\
import atexit, sys
from mkdocs_advisories.cli.main import main
atexit.register(lambda: print("loaded:", *sys.modules))
main(["check"])
"""
    checkout.write(more="references: [{type: FIX, url: 'https://a b.example/'}]\n")
    run = subprocess.run(
        [sys.executable, "-c", script],
        cwd=checkout.path.parent,
        check=False,
        capture_output=True,
        text=True,
    )
    said, _, loaded = run.stdout.partition("loaded: ")
    assert run.returncode == 1
    assert "https://a b.example/" in said
    assert {"jsonschema", "rfc3986_validator"} <= set(loaded.split())
    assert "lark" not in loaded.split()
