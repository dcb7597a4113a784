"""`advisory export`: advisories as records of other formats, in a folder."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path

import click

from mkdocs_advisories.checks.case import Case, House
from mkdocs_advisories.checks.mentions import no_mention_of_held
from mkdocs_advisories.cli.exits import Exit, Stop
from mkdocs_advisories.cli.project import Project, current_project, now, now_option
from mkdocs_advisories.embargo import coordination_copy, disclose
from mkdocs_advisories.model import Advisory, Coordination, Disclosed
from mkdocs_advisories.policy import Policy, Source
from mkdocs_advisories.site.exports import EXPORTS, exported, shared
from mkdocs_advisories.source.catalog import Catalog

_STEP = 500


@click.command()
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option(
    "--format",
    "kinds",
    type=click.Choice(EXPORTS),
    multiple=True,
    required=True,
    help="The format; may be given several times. Each gets a folder of its name.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="The folder to write into.",
)
@click.option(
    "--include-held",
    is_flag=True,
    help="Make a coordination copy of the held ones that are named. It must not be published.",
)
@click.option("--force", is_flag=True, help="Replace files that are there already.")
@now_option
def command(  # noqa: PLR0913 - one for each option
    *,
    ids: tuple[str, ...],
    kinds: tuple[str, ...],
    out: Path,
    include_held: bool,
    force: bool,
    earlier: str | None,
) -> int:
    """Write advisories as records of other formats: those with the ids, or all that are disclosed.

    A held advisory is refused. With --include-held, the ones that are named are written for those
    who help under embargo, such as a CNA; every file says so.
    """
    project = current_project()
    at = now(earlier, hosts=project.configuration.clock_hosts)
    if include_held and not ids:
        raise click.UsageError("--include-held is for advisories that are named: give their ids")
    catalog = project.read_catalog()
    chosen = _chosen(catalog, ids)
    held = [one for one in chosen if not one.is_disclosed(at)] if ids else []
    _guard(held, project, out, include_held=include_held)
    public = [one for one in chosen if one.is_disclosed(at)]
    _stop_on_mentions([*public, *held], House(catalog=catalog, policy=project.policy, now=at))
    makers = _makers(public, held, project=project, at=at)
    kinds = tuple(dict.fromkeys(kinds))
    files, clashes = _write_all(makers, kinds, out, private=bool(held), force=force)
    click.echo(f"{files} files of {len(makers)} advisories in {out}")
    unsound = 0 if ids else _unsound(catalog)
    return Exit.PROBLEMS if clashes or unsound else Exit.FINE


Maker = Callable[[str], dict[str, bytes]]


def _makers(
    public: Iterable[Advisory], held: Iterable[Advisory], *, project: Project, at: datetime
) -> list[Maker]:
    """Give a function for each advisory that renders it in a format."""
    policy = project.policy
    disclosed = disclose(public, now=at).advisories
    copies = [coordination_copy(one, now=at) for one in held]
    return [
        *(partial(_exported, one, policy) for one in disclosed),
        *(partial(_shared, one, policy) for one in copies),
    ]


def _exported(one: Disclosed, policy: Policy, kind: str) -> dict[str, bytes]:
    return exported(one, kind=kind, policy=policy)


def _shared(one: Coordination, policy: Policy, kind: str) -> dict[str, bytes]:
    return shared(one, kind=kind, policy=policy)


def _chosen(catalog: Catalog, ids: Sequence[str]) -> list[Advisory]:
    """Find advisories by id or alias; all that are sound if none is named.

    Raises:
        Stop: an id means no sound advisory, or two.
    """
    if not ids:
        return list(catalog.advisories)
    by_name: dict[str, list[Advisory]] = {}
    for one in catalog.advisories:
        for name in one.content.named_ids():
            by_name.setdefault(name.lower(), []).append(one)
    found = {}
    for name in ids:
        named = by_name.get(name.lower(), [])
        own = [one for one in named if one.content.id.lower() == name.lower()] or named
        if len(own) != 1:
            count = "several advisories go" if own else "no sound advisory goes"
            message = f"{count} by the id {name}: see `advisory check`"
            raise Stop(message, exit_code=Exit.USAGE)
        found[own[0].path] = own[0]
    return list(found.values())


def _guard(held: Sequence[Advisory], project: Project, out: Path, *, include_held: bool) -> None:
    """Keep what is held from everybody but those it is meant for.

    Raises:
        Stop: something held was named without asking for a copy, or the copy would be published.
    """
    if held and not include_held:
        raise Stop(
            f"{len(held)} of the advisories named are held: nothing was written. --include-held"
            " makes a copy for those who help under embargo",
            exit_code=Exit.EMBARGO,
        )
    target = out.resolve()
    for place in (project.site_dir, project.docs_dir):
        if held and target.is_relative_to(place.resolve()):
            raise Stop(
                f"{out} lies in a folder that is published: choose another",
                exit_code=Exit.EMBARGO,
            )
    is_public = project.policy.source is Source.PUBLIC
    if held and is_public and target.is_relative_to(project.root.resolve()):
        raise Stop(
            f"{out} lies in a source that is public, and the copy is in clear: choose a folder"
            " elsewhere",
            exit_code=Exit.EMBARGO,
        )


def _stop_on_mentions(chosen: Iterable[Advisory], house: House) -> None:
    """Refuse to hand on an advisory that names one which is held for longer.

    Raises:
        Stop: there is one.
    """
    paths = {one.path for one in chosen}
    for draft in house.catalog.drafts:
        if draft.path in paths:
            for problem in no_mention_of_held.problems(Case(house=house, draft=draft)):
                raise Stop(
                    f"{problem.place}: {problem.text}: nothing was written",
                    exit_code=Exit.EMBARGO,
                )


def _write_all(
    makers: Sequence[Maker], kinds: Sequence[str], out: Path, *, private: bool, force: bool
) -> tuple[int, int]:
    """Write every file; give how many, and how many had a name that was taken by then."""
    written: set[Path] = set()
    clashes = 0
    for count, maker in enumerate(makers, start=1):
        for kind, name, content in _files_of(maker, kinds):
            file = out / kind / name
            if file in written:
                clashes += 1
                click.echo(f"{file}: another advisory makes this record, too: left out", err=True)
            else:
                _write(file, content, private=private, force=force)
                written.add(file)
        if count % _STEP == 0:
            click.echo(f"{count} of {len(makers)} advisories …", err=True)
    return len(written), clashes


def _files_of(maker: Maker, kinds: Sequence[str]) -> Iterator[tuple[str, str, bytes]]:
    return ((kind, name, content) for kind in kinds for name, content in maker(kind).items())


def _write(file: Path, content: bytes, *, private: bool, force: bool) -> None:
    """Write a file, never through a symbolic link; what is held is for its owner's eyes only.

    Raises:
        Stop: it is there already, or cannot be written.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | (os.O_TRUNC if force else os.O_EXCL)
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700 if private else 0o777)
        with os.fdopen(os.open(file, flags, 0o600 if private else 0o666), "wb") as stream:
            stream.write(content)
    except FileExistsError:
        message = f"{file} is there already: --force replaces it"
        raise Stop(message, exit_code=Exit.USAGE) from None
    except OSError as error:
        raise Stop(f"{file}: {error.strerror}", exit_code=Exit.USAGE) from None


def _unsound(catalog: Catalog) -> int:
    """Count the files that were left out because something is wrong with them, and say so."""
    sealed = len(catalog.unopened)
    if sealed:
        click.echo(f"{sealed} sealed ones are held: there is no key", err=True)
    unsound = catalog.files - len(catalog.advisories) - sealed
    if unsound:
        click.echo(f"{unsound} files were left out: see `advisory check`", err=True)
    return unsound
