"""`advisory doctor`: whether the embargo holds on this machine and in this clone."""

import json
import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

import click

from mkdocs_advisories.cli.exits import Exit
from mkdocs_advisories.cli.options import format_option
from mkdocs_advisories.cli.private import left_over
from mkdocs_advisories.cli.project import Project, current_project, now
from mkdocs_advisories.cli.sealing import sealed_files
from mkdocs_advisories.policy import Source
from mkdocs_advisories.problems import Problem, errors
from mkdocs_advisories.source.catalog import Catalog
from mkdocs_advisories.source.sealed.git import git, in_repository
from mkdocs_advisories.source.sealed.identities import KEY_FILE
from mkdocs_advisories.source.sealed.naming import is_sealed
from mkdocs_advisories.source.sealed.traces import Needles, Trace, needles, traces
from mkdocs_advisories.source.sealed.vault import read_recipients_file

_FOR_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_ATTRIBUTES = "*.sealed.md -text -merge diff=advisory"
_LEFT_BY_EDITORS = ("*~", "*.bak", "*.orig", "*.rej", "#*#", ".*.sw?", "*.swp", "*.un~")


class State(StrEnum):
    """What came out of an examination."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """What was looked at, what was found, and what to do about it."""

    state: State
    about: str
    text: str
    remedy: str = ""


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class Patient:
    """What the examinations look at."""

    project: Project
    catalog: Catalog
    sealed: tuple[Path, ...]
    instant: datetime


@click.command()
@format_option
@click.pass_context
def command(ctx: click.Context, form: str) -> None:
    """Look for clear text of held advisories, and for settings that would leak it.

    Looks at the key file, the recipients, git's settings, every object that git keeps (also stashed
    and unreachable ones), and what editors have left. Nothing is changed.
    """
    project = current_project()
    patient = Patient(
        project=project,
        catalog=project.read_catalog(),
        sealed=sealed_files(project),
        instant=now(),
    )
    results = [result for examine in _EXAMINATIONS for result in examine(patient)]
    click.echo(_as_json(results) if form == "json" else _as_text(results))
    if any(one.state is State.PROBLEM for one in results):
        ctx.exit(Exit.PROBLEMS)


def _as_json(results: list[Result]) -> str:
    return json.dumps([asdict(one) for one in results], indent=2, ensure_ascii=False)


def _as_text(results: list[Result]) -> str:
    lines = []
    for one in results:
        lines.append(f"{one.state:<8} {one.about}: {one.text}")
        if one.remedy:
            lines.append(f"         = help: {one.remedy}")
    return "\n".join(lines)


def _key(patient: Patient) -> Iterator[Result]:
    """The key file is for its owner alone, and not in the repository."""
    name = os.environ.get(KEY_FILE, "").strip()
    if not name:
        return
    file = Path(name).expanduser()
    if file.stat().st_mode & _FOR_OTHERS:
        yield _problem("key file", "others on this machine may read it", f"chmod 600 {name}")
    elif git(patient.project.root, "ls-files", "--error-unmatch", "--", str(file.absolute())):
        remedy = "take the key out of `.recipients`, and rotate"
        yield _problem("key file", "git tracks it, so it is known", remedy)
    else:
        yield _ok("key file", "only its owner may read it")


def _sealed(patient: Patient) -> Iterator[Result]:
    """Sealed files are sound, and those that are disclosed are told."""
    faults = [one for one in errors(patient.catalog.problems) if is_sealed(one.place.path)]
    for one in faults:
        path, text = one.place.path, one.message(withhold=True)
        yield _problem("sealed file", f"{path}: {one.code}: {text}", one.advice(withhold=True))
    waiting = len(patient.catalog.unopened)
    if patient.sealed and not faults:
        opened = f"{waiting} not opened: no key" if waiting else "all can be opened"
        yield _ok("sealed files", f"{len(patient.sealed)}, {opened}")
    for advisory in patient.catalog.advisories:
        if is_sealed(advisory.path) and advisory.is_disclosed(patient.instant):
            text = f"{advisory.path} is disclosed, and builds without a key lack it"
            yield _warning("sealed file", text, f"advisory unseal {advisory.path}")


def _readers(patient: Patient) -> Iterator[Result]:
    """Who can read what."""
    project = patient.project
    prefix = project.configuration.advisories_dir
    if patient.sealed:
        found = read_recipients_file(project.folder, prefix=prefix)
        if isinstance(found, Problem):
            text = found.message(withhold=True)
            yield _problem("recipients", text, found.advice(withhold=True))
        else:
            names = ", ".join(f"{one.name}{' (offline)' if one.offline else ''}" for one in found)
            yield _ok("recipients", f"{len(patient.sealed)} sealed files can be read by {names}")
    in_clear = [
        one
        for one in patient.catalog.advisories
        if not is_sealed(one.path) and not one.is_disclosed(patient.instant)
    ]
    if in_clear and project.policy.source is Source.PUBLIC:
        remedy = "if they were never pushed: `advisory seal`; else count them as disclosed"
        yield _problem("source", f"{len(in_clear)} held in clear in a public source", remedy)
    elif in_clear:
        readers = "whoever can read the repository"
        yield _ok("source", f"{len(in_clear)} held in clear can be read by {readers}")


def _settings(patient: Patient) -> Iterator[Result]:
    """Git treats sealed files as what they are, and keeps no clear text of them."""
    root = patient.project.root
    if not in_repository(root) or not patient.sealed:
        return
    wanted = {"text": "unset", "merge": "unset", "diff": "advisory"}
    files = [str(file) for file in patient.sealed]
    listed = git(root, "check-attr", "-z", *wanted, "--", *files) or b""
    words = listed.decode().split("\0")
    set_as = list(zip(words[1::3], words[2::3], strict=False))
    if set_as and all(wanted[name] == value for name, value in set_as):
        yield _ok("attributes", "set for every sealed file")
    else:
        remedy = f"add to .gitattributes: {_ATTRIBUTES}"
        yield _warning("attributes", "git may change or merge sealed files", remedy)
    if git(root, "config", "--get", "diff.advisory.textconv") is None:
        remedy = 'git config diff.advisory.textconv "advisory textconv"'
        yield _warning("diff", "`git diff` does not show what changed", remedy)
    else:
        yield _ok("diff", "`git diff` shows changes to those who have a key")


def _cache(patient: Patient) -> Iterator[Result]:
    """The cache of textconv would keep clear text in git's notes."""
    root = patient.project.root
    cached = git(root, "config", "--type=bool", "--get", "diff.advisory.cachetextconv")
    if (cached or b"").strip() == b"true":
        remedy = "git config diff.advisory.cachetextconv false"
        yield _problem("cache", "git keeps the clear text that diffs show", remedy)
    if git(root, "for-each-ref", "--format=%(refname)", "refs/notes/textconv"):
        remedy = (
            "git update-ref -d refs/notes/textconv/advisory, then git reflog expire --expire=now"
            " --all, and git gc --prune=now"
        )
        yield _problem("cache", "git has kept clear text of diffs in refs/notes/textconv", remedy)


def _objects(patient: Patient) -> Iterator[Result]:
    """No object of git has clear text of what is held."""
    public = patient.project.policy.source is Source.PUBLIC
    if not in_repository(patient.project.root):
        return
    found = traces(
        patient.project.root,
        wanted=_wanted(patient),
        public=public,
        now=patient.instant,
    )
    yield from map(_trace, found)
    if not found:
        without = " (without a key: only what says itself to be held)"
        yield _ok("git objects", f"no clear text{without if patient.catalog.unopened else ''}")


def _wanted(patient: Patient) -> Needles:
    advisories = patient.catalog.advisories
    return needles(
        [
            one
            for one in advisories
            if is_sealed(one.path) and not one.is_disclosed(patient.instant)
        ],
        [one for one in advisories if one.is_disclosed(patient.instant)],
    )


def _trace(trace: Trace) -> Result:
    if trace.reachable:
        text = f"{trace.kind} {trace.object_id} is reachable and has clear text"
        remedy = (
            "if it was pushed, count it as disclosed; if not, rewrite those commits, drop the"
            f" stash; `git log --all --find-object={trace.object_id}` finds them"
        )
    else:
        text = f"{trace.kind} {trace.object_id} has clear text, though no branch leads to it"
        remedy = "git reflog expire --expire=now --all, then git gc --prune=now"
    return _problem("git objects", text, remedy)


def _leavings(patient: Patient) -> Iterator[Result]:
    """Editors and edits that were killed leave nothing."""
    folder = patient.project.folder
    left = {file for pattern in _LEFT_BY_EDITORS for file in folder.rglob(pattern)}
    for file in sorted(left):
        yield _warning("editor", f"{file} may have clear text", "remove it")
    for one in left_over():
        yield _problem("edit", f"{one} was left by an edit that was killed", f"rm -r {one}")


_EXAMINATIONS: tuple[Callable[[Patient], Iterator[Result]], ...] = (
    _key,
    _sealed,
    _readers,
    _settings,
    _cache,
    _objects,
    _leavings,
)


def _ok(about: str, text: str) -> Result:
    return Result(state=State.OK, about=about, text=text)


def _warning(about: str, text: str, remedy: str) -> Result:
    return Result(state=State.WARNING, about=about, text=text, remedy=remedy)


def _problem(about: str, text: str, remedy: str) -> Result:
    return Result(state=State.PROBLEM, about=about, text=text, remedy=remedy)
