"""`advisory new`: begins an advisory, with all that is known of it filled in."""

import re
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from cvss import CVSSError

from mkdocs_advisories.authoring.clock import default_embargo
from mkdocs_advisories.authoring.numbering import NumberingError, next_ids, numbering
from mkdocs_advisories.authoring.skeleton import Plan, severity_of, skeleton
from mkdocs_advisories.authoring.template import retold
from mkdocs_advisories.cli.exits import Exit, Stop
from mkdocs_advisories.cli.kinds import Cve, Embargo, Instant, Stretch
from mkdocs_advisories.cli.project import Project, current_project, now
from mkdocs_advisories.cli.reserve import known_files, known_ids, note
from mkdocs_advisories.cli.terminal import may_ask
from mkdocs_advisories.model import Package, Span, format_instant, parse_instant
from mkdocs_advisories.policy import Source
from mkdocs_advisories.problems import Problem, errors
from mkdocs_advisories.purls import purl_of
from mkdocs_advisories.source.catalog import Entry, understand
from mkdocs_advisories.source.draft import Draft
from mkdocs_advisories.source.files import read_text
from mkdocs_advisories.source.folder import README
from mkdocs_advisories.source.parse import UNDECIDED
from mkdocs_advisories.source.positions import Text
from mkdocs_advisories.source.reservations import is_file_name, reserved_ids

_DEAD_LINK = "ADV141"  # a copy links to attachments that are not copied
_FLAGS = {
    "id": "--id",
    "summary": "--summary",
    "embargo": "--embargo",
    "cve_issued": "--cve-issued",
    "handler": "--handler",
    "aliases": "--cve",
    "severity": "--severity",
    "cwe_ids": "--cwe",
    "affected": "--package or --range",
}
_ONLY_OF_SKELETONS = (
    *("summary", "cve", "cve_issued", "handler", "vector", "packages", "project", "cwes", "spans"),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Wish:
    """What the command line says, as it is."""

    id: str | None
    summary: str | None
    packages: tuple[str, ...]
    project: str | None
    spans: tuple[Span, ...]
    vector: str | None
    cwes: tuple[str, ...]
    cve: str | None
    cve_issued: str | None
    embargo: str | None
    handler: str | None
    pattern: Path | None
    output: Path | None
    path_only: bool


@click.command("new")
@click.option("--id", help="The id that was assigned. By default the next of the year.")
@click.option("--summary", metavar="TEXT", help="The title: one line.")
@click.option(
    "--package",
    "packages",
    multiple=True,
    metavar="ECOSYSTEM/NAME",
    help="An affected package. May stand more than once.",
)
@click.option("--project", metavar="NAME", help="All packages of a project of the policy.")
@click.option(
    "--range",
    "spans",
    type=Stretch(),
    multiple=True,
    metavar="FROM..FIXED",
    help="Affected versions, such as `0..24.0.7`, or `25.0.0..` without a fix yet. May stand more"
    " than once, in ascending order.",
)
@click.option("--severity", "vector", metavar="VECTOR", help="A CVSS vector of any version.")
@click.option("--cwe", "cwes", multiple=True, metavar="CWE-N", help="A weakness.")
@click.option("--cve", type=Cve(), metavar="CVE-YEAR-N", help="The CVE id, if there is one.")
@click.option(
    "--cve-issued",
    type=Instant(),
    metavar="INSTANT",
    help="When the CVE was issued: from then on the policy's clock runs to the end of the embargo.",
)
@click.option(
    "--embargo",
    type=Embargo(),
    metavar="INSTANT",
    help="When the embargo ends, or `undecided`. By default what the policy's clock says.",
)
@click.option("--handler", metavar="NAME", help="Who coordinates the fix. Never published.")
@click.option(
    "--from",
    "pattern",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="Begin with the text of an earlier advisory.",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    metavar="FOLDER",
    help="Write into this folder instead of that of the advisories.",
)
@click.option("--path-only", is_flag=True, help="Ask nothing and say nothing but the path.")
def command(**options: Any) -> None:  # noqa: ANN401 - click passes each option by its name
    """Begin an advisory, and print the path of its file.

    What is known is filled in, the rest says TODO: `advisory check` finds what is still to be
    written. On a terminal it asks for what no option says; elsewhere it never asks.
    """
    project = current_project()
    instant = now()
    wish = _Wish(**options)
    _refuse_mixture(wish)
    _refuse_clear_text(wish, project, instant)
    if may_ask() and not wish.path_only:
        wish = _asked(wish, project)
    identifier = _identifier(wish, project, instant)
    text = _text(wish, project, identifier)
    _refuse_faults(text, identifier, project)
    file = _file(wish, project, identifier, instant)
    _reserve(wish, project, identifier, instant)
    _write(file, text)
    click.echo(_from_here(file))
    if not wish.path_only:
        click.echo("Write what says TODO, then run `advisory check`.", err=True)


def _refuse_mixture(wish: _Wish) -> None:
    """What is copied from a file cannot be given as well."""
    given = [name for name in _ONLY_OF_SKELETONS if getattr(wish, name)]
    if wish.pattern and given:
        raise Stop(
            "--from copies the text of an advisory; beside it only --id, --embargo and --output"
            " are understood: change the rest in the new file",
            exit_code=Exit.USAGE,
        )


def _refuse_clear_text(wish: _Wish, project: Project, instant: datetime) -> None:
    """A held advisory is not written in clear into a repository that everybody can read."""
    if project.policy.source is Source.PRIVATE:
        return
    embargo = _embargo(wish, project)
    if embargo != UNDECIDED and parse_instant(embargo) <= instant:
        return
    if wish.output is None or wish.output.resolve().is_relative_to(project.root.resolve()):
        raise Stop(
            "the policy says `source: public`, so a held advisory must not lie here in clear: name"
            " a folder outside of the repository with --output, and seal it before it comes here",
            exit_code=Exit.EMBARGO,
        )


def _asked(wish: _Wish, project: Project) -> _Wish:
    """Ask the person at the terminal for what no option says; an empty answer leaves it open."""
    if wish.pattern:
        return wish
    return replace(
        wish,
        id=wish.id or (None if numbering(project.policy.id_pattern) else _ask("Id", needed=True)),
        summary=wish.summary or _ask("Summary, one line"),
        packages=wish.packages or _asked_packages(wish, project),
        vector=wish.vector or _ask("CVSS vector"),
        cve=wish.cve or _ask("CVE id", kind=Cve()),
        cve_issued=wish.cve_issued or _ask("CVE issued at", kind=Instant()),
        handler=wish.handler or _ask("Handler"),
    )


def _asked_packages(wish: _Wish, project: Project) -> tuple[str, ...]:
    if wish.project or _only_package(project):
        return ()
    return tuple((_ask("Packages, as ecosystem/name", needed=True) or "").replace(",", " ").split())


def _ask(
    question: str, *, needed: bool = False, kind: click.ParamType[str] | None = None
) -> str | None:
    """Ask on stderr, so that stdout has the path alone."""

    def accepted(answer: str) -> str:
        return kind.convert(answer, None, None) if kind and answer else answer

    default = None if needed else ""
    answer = click.prompt(
        question, default=default, show_default=False, err=True, value_proc=accepted
    )
    return str(answer).strip() or None


def _identifier(wish: _Wish, project: Project, instant: datetime) -> str:
    """Give the id that was named, or the next."""
    if wish.id is None:
        year = instant.astimezone(project.policy.time_zone).year
        pattern = project.policy.id_pattern
        try:
            return next_ids(pattern, known_ids(project), year=year, count=1)[0]
        except NumberingError as error:
            raise Stop(f"{error} with --id", exit_code=Exit.USAGE) from None
    if not is_file_name(wish.id) or not project.policy.is_own_id(wish.id):
        raise click.BadParameter(
            f"it must match `{project.policy.id_pattern}` (`id_pattern` in mkdocs.yml), and be"
            " letters, digits, `.`, `_` and `-`",
            param_hint="--id",
        )
    return wish.id


def _text(wish: _Wish, project: Project, identifier: str) -> str:
    if wish.pattern:
        return retold(
            _understood(wish.pattern, project),
            identifier=identifier,
            embargo=_embargo(wish, project),
        )
    plan = Plan(
        id=identifier,
        summary=wish.summary or "",
        packages=_packages(wish, project),
        embargo=_embargo(wish, project),
        cve=wish.cve,
        cve_issued=wish.cve_issued,
        handler=wish.handler,
        vector=wish.vector,
        cwes=wish.cwes,
        spans=wish.spans,
    )
    return skeleton(plan)


def _embargo(wish: _Wish, project: Project) -> str:
    """Give the embargo that was named, or that of the policy's clock."""
    if wish.embargo:
        return wish.embargo
    if wish.cve_issued is None:
        return UNDECIDED
    issued, clock = parse_instant(wish.cve_issued), project.policy.clock
    severity = severity_of(wish.vector) if wish.vector else None
    try:
        return format_instant(default_embargo(issued, severity=severity, clock=clock))
    except CVSSError:
        raise click.BadParameter("it is no valid CVSS vector", param_hint="--severity") from None


def _packages(wish: _Wish, project: Project) -> tuple[Package, ...]:
    names = wish.packages or _of_project(wish, project) or _only_package(project)
    if names:
        return tuple(map(_package, names))
    known = ", ".join(one.name for one in project.policy.projects)
    choices = f", or --project with one of: {known}" if known else ""
    raise Stop(
        f"which package is affected? Name it with --package ecosystem/name{choices}",
        exit_code=Exit.USAGE,
    )


def _of_project(wish: _Wish, project: Project) -> tuple[str, ...]:
    if wish.project is None:
        return ()
    for one in project.policy.projects:
        if one.name.lower() == wish.project.lower():
            return tuple(sorted(one.packages))
    known = ", ".join(one.name for one in project.policy.projects) or "none"
    raise click.BadParameter(f"the projects of the policy are: {known}", param_hint="--project")


def _only_package(project: Project) -> tuple[str, ...]:
    known = [package for one in project.policy.projects for package in one.packages]
    return tuple(known) if len(known) == 1 else ()


def _package(name: str) -> Package:
    ecosystem, slash, rest = name.partition("/")
    if not (ecosystem and slash and rest):
        raise click.BadParameter("write `ecosystem/name`", param_hint="--package")
    package = Package(ecosystem=ecosystem, name=rest)
    return replace(package, purl=purl_of(package))


def _understood(file: Path, project: Project) -> Draft:
    text = read_text(file, path=str(file))
    entry = text if isinstance(text, Problem) else _entry(text, file.stem, project)
    if isinstance(entry, Problem) or entry.draft is None:
        raise Stop(
            f"{file} cannot be understood: run `advisory check` on it first",
            exit_code=Exit.PROBLEMS,
        )
    return entry.draft


def _entry(text: Text, stem: str, project: Project) -> Entry:
    return understand(text, stem=stem, attachments=(), policy=project.policy)


def _refuse_faults(text: str, identifier: str, project: Project) -> None:
    """Say which option makes the new file faulty, before it is there."""
    entry = _entry(Text(path=f"{identifier}.md", content=text), identifier, project)
    found = [one for one in errors(entry.problems) if one.code != _DEAD_LINK]
    if not found:
        return
    lines = [
        f"{_flag(one)}: {one.message(withhold=False)}: {one.advice(withhold=False)}"
        for one in found
    ]
    raise Stop("\n".join(lines), exit_code=Exit.USAGE)


def _flag(problem: Problem) -> str:
    field = re.split(r"\W", problem.subject)[0]
    return _FLAGS.get(field, f"{problem.code} in line {problem.place.line}")


def _file(wish: _Wish, project: Project, identifier: str, instant: datetime) -> Path:
    """Give the path of the new file, which is not there yet."""
    if identifier.lower() in {one.lower() for one in known_files(project)}:
        text = f"there is an advisory `{identifier}` already: it is never overwritten"
        raise Stop(text, exit_code=Exit.USAGE)
    if wish.output:
        return wish.output / f"{identifier}.md"
    shelf = _shelf(project, identifier, instant)
    if shelf.is_symlink():
        raise Stop(f"{shelf} is a symbolic link: nothing is written there", exit_code=Exit.USAGE)
    return shelf / f"{identifier}.md"


def _shelf(project: Project, identifier: str, instant: datetime) -> Path:
    """Keep the habit of the folder: a shelf for each year, unless all files lie at the top."""
    children = [one for one in project.folder.iterdir() if one.name != README]
    if any(one.suffix == ".md" for one in children) and not any(map(_is_year, children)):
        return project.folder
    stated = re.search(r"(?<![0-9])([12][0-9]{3})(?![0-9])", identifier)
    year = instant.astimezone(project.policy.time_zone).year
    counted = numbering(project.policy.id_pattern)
    return project.folder / (stated[1] if stated and counted and counted.gap else str(year))


def _is_year(folder: Path) -> bool:
    return re.fullmatch(r"[12][0-9]{3}", folder.name) is not None


def _reserve(wish: _Wish, project: Project, identifier: str, instant: datetime) -> None:
    """Take the id, unless it is reserved already or another body gives the ids out."""
    if numbering(project.policy.id_pattern) and identifier not in reserved_ids(project.folder):
        note(project, identifier, by=wish.handler, instant=instant)


def _write(file: Path, text: str) -> None:
    try:
        file.parent.mkdir(exist_ok=True)
        with file.open("x", encoding="utf-8") as stream:
            stream.write(text)
    except FileExistsError:
        raise Stop(f"{file} is there already: nothing was written", exit_code=Exit.USAGE) from None
    except OSError as error:
        raise Stop(f"{file} cannot be written: {error.strerror}", exit_code=Exit.USAGE) from None


def _from_here(file: Path) -> Path:
    here = Path.cwd()
    return file.relative_to(here) if file.is_relative_to(here) else file
