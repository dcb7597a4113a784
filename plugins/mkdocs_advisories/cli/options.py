"""Options that several commands share."""

import click

format_option = click.option(
    "--format",
    "form",
    type=click.Choice(["human", "json"]),
    default="human",
    show_default=True,
    help="How to report.",
)
"""For commands whose result a person or a program reads."""
