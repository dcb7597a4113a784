"""`advisory explain`: why a code is a problem, with a bad and a good example."""

import json

import click

from mkdocs_advisories.cli.exits import Exit, Stop
from mkdocs_advisories.explanations import Explanation, codes, explanation, reference


@click.command()
@click.argument("code", required=False)
@click.option(
    "--format",
    "form",
    type=click.Choice(["human", "json", "markdown"]),
    default="human",
    show_default=True,
    help="How to show it.",
)
def command(*, code: str | None, form: str) -> None:
    """Explain a code that a report names (ADV102): the reason, a bad example, a good one.

    Without a code: list all of them, or explain all of them as one page (--format markdown).
    """
    if form == "markdown" and code is None:
        click.echo(reference(), nl=False)
        return
    chosen = codes() if code is None else (_known(code),)
    explanations = [explanation(one) for one in chosen]
    if form == "json":
        documents = [_document(one) for one in explanations]
        whole = documents if code is None else documents[0]
        click.echo(json.dumps(whole, ensure_ascii=False, indent=2))
    elif code is None:
        for one in explanations:
            click.echo(f"{one.code}  {one.level.value:<7}  {one.group:<12}  {one.title}")
    else:
        click.echo(explanations[0].markdown, nl=False)


def _known(code: str) -> str:
    wanted = code.upper()
    if wanted in codes():
        return wanted
    raise Stop(
        f"there is no code `{code}`: `advisory explain` lists all of them", exit_code=Exit.USAGE
    )


def _document(one: Explanation) -> dict[str, object]:
    return {
        "code": one.code,
        "title": one.title,
        "level": one.level.value,
        "group": one.group,
        "fixable": one.fixable,
        "reason": one.reason,
        "wrong": one.wrong,
        "right": one.right,
    }
