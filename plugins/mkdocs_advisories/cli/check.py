"""`advisory check`: all problems of all files, in the form that the place wants."""

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from difflib import unified_diff
from pathlib import Path

import click

from mkdocs_advisories import __version__
from mkdocs_advisories.checks.shards import examine
from mkdocs_advisories.cli.exits import Exit, Stop
from mkdocs_advisories.cli.project import Project, current_project, identities, now, now_option
from mkdocs_advisories.cli.terminal import in_colour, shows_held
from mkdocs_advisories.problems import Fix, Level, Place, Problem, below
from mkdocs_advisories.report import Findings
from mkdocs_advisories.report.code_quality import code_quality
from mkdocs_advisories.report.findings import counted
from mkdocs_advisories.report.github import annotations, step_summary
from mkdocs_advisories.report.human import human
from mkdocs_advisories.report.json import as_json
from mkdocs_advisories.report.sarif import sarif
from mkdocs_advisories.source.catalog import Catalog
from mkdocs_advisories.source.files import read_text
from mkdocs_advisories.source.history import HistoryError, changed_paths, read_earlier
from mkdocs_advisories.source.mending import mended
from mkdocs_advisories.source.positions import Text
from mkdocs_advisories.source.sealed.naming import is_sealed
from mkdocs_advisories.source.writing import replace_text

FORMATS = ("human", "json", "github", "gitlab", "sarif")
_MOST_ROUNDS = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """Which problems are asked for: of which codes, and of which files (None: all)."""

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    paths: frozenset[str] | None = None

    def wants_file(self, path: str) -> bool:
        """Say whether a file (relative to mkdocs.yml) is asked for, by itself or by a folder."""
        if self.paths is None:
            return True
        return any(path == one or path.startswith(f"{one}/") for one in self.paths)

    def wants(self, problem: Problem) -> bool:
        """Say whether a problem is asked for."""
        chosen = not self.select or problem.code.startswith(self.select)
        ignored = bool(self.ignore) and problem.code.startswith(self.ignore)
        return chosen and not ignored and self.wants_file(problem.place.path)


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    help="How to report. By default human; github where GitHub Actions runs.",
)
@click.option(
    "--output", type=click.Path(path_type=Path, dir_okay=False), help="Write the report to a file."
)
@click.option("--fix", is_flag=True, help="Mend in place what can be meant in one way only.")
@click.option("--diff", is_flag=True, help="Show what --fix would change, and change nothing.")
@click.option("--select", "select", multiple=True, metavar="CODE", help="Only these codes.")
@click.option("--ignore", "ignore", multiple=True, metavar="CODE", help="Not these codes.")
@click.option("--strict", is_flag=True, help="Warnings count as problems.")
@click.option(
    "--changed-since",
    metavar="REF",
    help="Only files changed since a commit of git, and held against what they were.",
)
@click.option(
    "--against",
    metavar="REF",
    help="All files, held against what they were at a commit of git.",
)
@click.option("--exit-zero", is_flag=True, help="Report, but never fail because of problems.")
@now_option
def command(  # noqa: PLR0913 - the options of a command
    *,
    paths: tuple[Path, ...],
    form: str | None,
    output: Path | None,
    fix: bool,
    diff: bool,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    strict: bool,
    changed_since: str | None,
    against: str | None,
    exit_zero: bool,
    earlier: str | None,
) -> int:
    """Check advisories: all of them, or those at the given files and folders.

    It needs no network. CODE may be the beginning of codes (ADV26), and several with commas. The
    text of a held advisory is shown on a terminal only.
    """
    project = current_project()
    instant = now(earlier)
    choice = Choice(select=_codes(select), ignore=_codes(ignore), paths=_relative(paths, project))
    run = Run(project=project, now=instant, choice=choice)
    if changed_since is not None:
        run = _narrowed(run, changed_since)
    ref = changed_since if against is None else against
    if ref is not None:
        run = replace(run, earlier=_earlier(project, ref))
    may_show = output is None and shows_held()
    if diff:
        return _show_diff(run, shows_held=may_show)
    if fix:
        _mend(run)
    form = form or _default_form(output)
    findings = run.findings(shows_held=may_show, above=_folder_above(project, form))
    _publish(findings, form=form, output=output)
    if findings.unopened:
        text = f"{counted(findings.unopened, 'sealed file')} not opened: there is no key"
        click.echo(f"{text}, so only the outside was checked", err=True)
    return _exit(findings, strict=strict, exit_zero=exit_zero)


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """One run of the checks over a project, which may be repeated after files were mended."""

    project: Project
    now: datetime
    choice: Choice
    earlier: Catalog | None = None

    def findings(self, *, shows_held: bool, above: str = "") -> Findings:
        """Read, check, and keep what was asked for. `above` is put in front of every path."""
        project = self.project
        examined = examine(
            project.folder,
            prefix=project.configuration.advisories_dir,
            policy=project.policy,
            now=self.now,
            earlier=self.earlier,
            only=None if self.choice.paths is None else self.choice.wants_file,
            identities=identities(),
        )
        problems = tuple(one for one in examined.problems if self.choice.wants(one))
        texts = _texts(problems, project.root)
        return Findings(
            problems=tuple(below(one, above) for one in problems),
            files=sum(map(self.choice.wants_file, examined.paths)),
            is_shown=lambda path: (
                shows_held or examined.is_public(path.removeprefix(above), self.now)
            ),
            texts={above + path: text for path, text in texts.items()},
            crashes=examined.crashes,
            unopened=sum(map(self.choice.wants_file, examined.unopened)),
        )


def _texts(problems: Iterable[Problem], root: Path) -> dict[str, str]:
    """Read the files that a report may show lines of. One that has gone meanwhile has none.

    Nor has a sealed one: its places are those of the text inside.
    """
    paths = {place.path for one in problems for place in (one.place, *_related(one))}
    clear = (path for path in paths if not is_sealed(path))
    texts = ((path, read_text(root / path, path=path)) for path in clear)
    return {path: text.content for path, text in texts if isinstance(text, Text)}


def _related(problem: Problem) -> Iterator[Place]:
    return (one.place for one in problem.related)


def _codes(values: Iterable[str]) -> tuple[str, ...]:
    """Read lists of codes, parted by commas or given one by one.

    Raises:
        Stop: something is not the beginning of a code.
    """
    codes = [code.strip().upper() for value in values for code in value.split(",") if code.strip()]
    for code in codes:
        if not re.fullmatch(r"ADV\d{0,3}", code):
            raise Stop(
                f"`{code}` is no code: write `ADV102`, or `ADV1` for all that begin so",
                exit_code=Exit.USAGE,
            )
    return tuple(codes)


def _relative(paths: tuple[Path, ...], project: Project) -> frozenset[str] | None:
    """Name files and folders as reports do; the whole folder, and none, stand for all.

    Raises:
        Stop: a path lies outside the folder of advisories.
    """
    folder = project.folder.resolve()
    chosen = set()
    for path in paths:
        resolved = path.resolve()
        if resolved == folder or folder.is_relative_to(resolved):
            return None
        if not resolved.is_relative_to(folder):
            raise Stop(f"{path} is not below {project.folder}", exit_code=Exit.USAGE)
        chosen.add(f"{project.configuration.advisories_dir}/{resolved.relative_to(folder)}")
    return frozenset(chosen) or None


def _folder_above(project: Project, form: str) -> str:
    """Give the way to the project from where its reader stands: here, or the top of the checkout.

    GitHub names files from the top of the repository, wherever a step runs.
    """
    top = os.environ.get("GITHUB_WORKSPACE") if form in {"github", "sarif"} else None
    way = Path(os.path.relpath(project.root, top or Path.cwd())).as_posix()
    return "" if way == "." else f"{way}/"


def _narrowed(run: Run, ref: str) -> Run:
    """Narrow a run to what has changed since a commit.

    Raises:
        Stop: git cannot tell.
    """
    prefix = run.project.configuration.advisories_dir
    with _history():
        changed = changed_paths(run.project.root, ref)
    here = {path for path in changed if path.startswith(f"{prefix}/")}
    # What is attached to an advisory is part of it.
    owners = {f"{path.rpartition('/')[0]}.md" for path in here}
    paths = frozenset(path for path in here | owners if run.choice.wants_file(path))
    return replace(run, choice=replace(run.choice, paths=paths))


def _earlier(project: Project, ref: str) -> Catalog:
    """Read the advisories that have changed as they were at a commit.

    Raises:
        Stop: git cannot tell.
    """
    prefix = project.configuration.advisories_dir
    with _history():
        return read_earlier(project.folder, prefix=prefix, policy=project.policy, ref=ref)


@contextmanager
def _history() -> Iterator[None]:
    try:
        yield
    except HistoryError as error:
        raise Stop(str(error), exit_code=Exit.USAGE) from None


def _default_form(output: Path | None) -> str:
    under_actions = os.environ.get("GITHUB_ACTIONS") == "true"
    return "github" if under_actions and output is None else "human"


def _publish(findings: Findings, *, form: str, output: Path | None) -> None:
    text = {
        "human": lambda: human(findings, colour=output is None and in_colour()),
        "json": lambda: as_json(findings),
        "github": lambda: annotations(findings),
        "gitlab": lambda: code_quality(findings),
        "sarif": lambda: sarif(findings, version=__version__),
    }[form]()
    if output is None:
        click.echo(text, nl=False)
    else:
        _write(output, text)
    summary = os.environ.get("GITHUB_STEP_SUMMARY")
    if form == "github" and summary:
        with Path(summary).open("a", encoding="utf-8") as stream:
            stream.write(step_summary(findings))


def _write(output: Path, text: str) -> None:
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Stop(f"{output} cannot be written: {error.strerror}", exit_code=Exit.USAGE) from None


def _exit(findings: Findings, *, strict: bool, exit_zero: bool) -> Exit:
    if findings.crashes:
        return Exit.BUG
    counted_levels = (Level.ERROR, Level.WARNING) if strict else (Level.ERROR,)
    failed = any(map(findings.count, counted_levels))
    return Exit.PROBLEMS if failed and not exit_zero else Exit.FINE


def _mend(run: Run) -> None:
    """Apply fixes until none is left; one may make room for another."""
    total = 0
    for _ in range(_MOST_ROUNDS):
        changes = _changes(run)
        for path, (_, after, applied) in changes.items():
            replace_text(run.project.root / path, after)
            total += applied
        if not changes:
            break
    click.echo(f"{counted(total, 'fix')} applied", err=True)


def _show_diff(run: Run, *, shows_held: bool) -> Exit:
    """Print what would be mended in one round. Of a held file only how much, unless it may show."""
    findings = run.findings(shows_held=shows_held)
    changes = _changes(run)
    for path, (before, after, applied) in changes.items():
        if findings.is_shown(path):
            lines = unified_diff(
                before.splitlines(keepends=True), after.splitlines(keepends=True), path, path
            )
            click.echo("".join(lines), nl=False)
        else:
            click.echo(f"{path}: held, {counted(applied, 'fix')}, shown on a terminal only")
    return Exit.PROBLEMS if changes else Exit.FINE


def _changes(run: Run) -> dict[str, tuple[str, str, int]]:
    """Give for each file that can be mended: its text, the mended text, and how many fixes."""
    fixes: dict[str, list[Fix]] = {}
    for one in run.findings(shows_held=False).problems:
        if one.fix:
            fixes.setdefault(one.place.path, []).append(one.fix)
    changes = {}
    for path, wanted in fixes.items():
        before = (run.project.root / path).read_bytes().decode("utf-8")
        after, applied = mended(before, wanted)
        if after != before:
            changes[path] = (before, after, applied)
    return changes
