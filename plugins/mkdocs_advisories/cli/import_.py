"""`advisory import`: records of other databases become advisories of this folder."""

import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path

import click

from mkdocs_advisories.cli.exits import Exit, Stop
from mkdocs_advisories.cli.options import format_option
from mkdocs_advisories.cli.project import Project, current_project, now
from mkdocs_advisories.model import InstantError
from mkdocs_advisories.policy import Policy, Source
from mkdocs_advisories.source import parse
from mkdocs_advisories.source.importers import (
    FORMATS,
    Imported,
    RefusedError,
    Wishes,
    import_record,
)
from mkdocs_advisories.source.records import Found, records_in, records_of
from mkdocs_advisories.source.writing import write_text

_STEP = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Done:
    """A record that became a file."""

    source: str
    path: str
    imported: Imported


@dataclass(frozen=True, kw_only=True, slots=True)
class Refused:
    """A record that did not, and why. The reason quotes nothing of it."""

    source: str
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """Where advisories are written, and what may not be there twice."""

    folder: Path
    root: Path
    policy: Policy
    now: datetime
    replaces: bool
    known: dict[str, Path]
    written: set[str] = field(default_factory=set)

    def put(self, imported: Imported) -> str:
        """Write an advisory; give its path for reports.

        Raises:
            RefusedError: it may not be written, or cannot.
        """
        key = imported.id.lower()
        if key in self.written:
            raise RefusedError("another record of this run has the same id")
        if self.policy.source is Source.PUBLIC and self._is_held(imported):
            raise RefusedError(
                "it would be held, and the source is public: seal it, or import it when it is due"
            )
        file = self.known.get(key, self.folder / f"{imported.id}.md")
        try:
            write_text(file, imported.text, replace=self.replaces)
        except FileExistsError:
            raise RefusedError(
                f"{self._shown(file)} is there already: `--force` replaces it"
            ) from None
        except OSError as error:
            raise RefusedError(f"{self._shown(file)} cannot be written: {error.strerror}") from None
        self.written.add(key)
        return self._shown(file)

    def _is_held(self, imported: Imported) -> bool:
        end = parse.embargo(imported.embargo)
        return end is None or end > self.now

    def _shown(self, file: Path) -> str:
        inside = file.is_relative_to(self.root)
        return file.relative_to(self.root).as_posix() if inside else str(file)


@click.command("import")
@click.argument("source", type=click.Path(path_type=Path, allow_dash=True, exists=True))
@click.option(
    "--from",
    "kind",
    type=click.Choice(tuple(FORMATS)),
    help="The format of the records. By default the record itself must tell.",
)
@click.option(
    "--into",
    type=click.Path(path_type=Path, file_okay=False),
    help="The folder to write into. By default that of the advisories.",
)
@click.option(
    "--embargo",
    metavar="INSTANT|undecided",
    help="The embargo of what is imported. By default the date at which the record was published.",
)
@click.option("--id", "own_id", metavar="ID", help="The id to give to the (one) record.")
@click.option("--as-alias", is_flag=True, help="With --id: keep the record's own id as an alias.")
@click.option("--force", is_flag=True, help="Replace advisories that are there already.")
@format_option
def command(  # noqa: PLR0913 - the options of a command
    *,
    source: Path,
    kind: str | None,
    into: Path | None,
    embargo: str | None,
    own_id: str | None,
    as_alias: bool,
    force: bool,
    form: str,
) -> int:
    """Make advisories of records: a file, a folder, a ZIP archive, or - for the standard input.

    What the format has no field for is kept in the body, under a note, and reported. A record that
    cannot be imported is named with the reason, and the rest go on.
    """
    project = current_project()
    wishes = Wishes(embargo=_embargo(embargo), id=own_id, as_alias=as_alias)
    if as_alias and not own_id:
        raise click.UsageError("--as-alias needs --id")
    target = _target(project, into, replaces=force)
    records = _records(source, alone=own_id is not None)
    results = [
        _import(one, kind=kind, wishes=wishes, target=target) for one in _with_progress(records)
    ]
    refused = [one for one in results if isinstance(one, Refused)]
    click.echo(_as_json(results) if form == "json" else _as_text(results), nl=bool(results))
    click.echo(f"{len(results) - len(refused)} imported, {len(refused)} refused", err=True)
    return Exit.PROBLEMS if refused or not results else Exit.FINE


def _embargo(text: str | None) -> str | None:
    try:
        if text is not None:
            parse.embargo(text)
    except InstantError as error:
        raise click.BadParameter(f"{error}", param_hint="--embargo") from None
    return text


def _target(project: Project, into: Path | None, *, replaces: bool) -> Target:
    folder = (into or project.folder).absolute()
    for published in (project.docs_dir, project.site_dir):
        if folder.resolve().is_relative_to(published.resolve()):
            raise Stop(
                f"{folder} is published as it is: an advisory there would not be held. Choose"
                " another folder with --into",
                exit_code=Exit.EMBARGO,
            )
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Stop(f"{folder}: {error.strerror}", exit_code=Exit.USAGE) from None
    return Target(
        folder=folder,
        root=project.root,
        policy=project.policy,
        now=now(),
        replaces=replaces,
        known={
            file.stem.lower(): file
            for place in (project.folder, folder)
            for file in place.rglob("*.md")
            if not file.is_symlink()
        },
    )


def _records(source: Path, *, alone: bool) -> Iterator[Found]:
    found = records_of(sys.stdin.buffer, name="-") if str(source) == "-" else records_in(source)
    if not alone:
        return found
    first = list(islice(found, 2))
    if len(first) > 1:
        raise click.UsageError("--id is for one record, and there are several")
    return iter(first)


def _import(one: Found, *, kind: str | None, wishes: Wishes, target: Target) -> Done | Refused:
    if one.fault:
        return Refused(source=one.name, reason=one.fault)
    try:
        imported = import_record(one.text, kind=kind, policy=target.policy, wishes=wishes)
        return Done(source=one.name, path=target.put(imported), imported=imported)
    except RefusedError as error:
        return Refused(source=one.name, reason=str(error))


def _with_progress(records: Iterable[Found]) -> Iterator[Found]:
    """Say on stderr how far a long run has come."""
    for count, one in enumerate(records, start=1):
        yield one
        if count % _STEP == 0:
            click.echo(f"{count} records read …", err=True)


def _as_text(results: Iterable[Done | Refused]) -> str:
    lines = []
    for one in results:
        if isinstance(one, Refused):
            lines.append(f"refused  {one.source}: {one.reason}")
            continue
        lines.append(f"imported {one.source} as {one.path}")
        if one.imported.left:
            lines.append(f"  not placed, see the note in the body: {', '.join(one.imported.left)}")
        lines += [f"  {remark}" for remark in one.imported.remarks]
    return "\n".join(lines)


def _as_json(results: Iterable[Done | Refused]) -> str:
    done = [
        {
            "source": one.source,
            "path": one.path,
            "id": one.imported.id,
            "embargo": one.imported.embargo,
            "not_placed": list(one.imported.left),
            "remarks": list(one.imported.remarks),
        }
        for one in results
        if isinstance(one, Done)
    ]
    refused = [
        {"source": one.source, "reason": one.reason} for one in results if isinstance(one, Refused)
    ]
    return json.dumps({"imported": done, "refused": refused}, indent=2, ensure_ascii=False)
