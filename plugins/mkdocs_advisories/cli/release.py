"""`advisory release`: all that a day of disclosure needs, done once, however often it is run."""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import click

from mkdocs_advisories.cli.exits import Exit, Stop
from mkdocs_advisories.cli.mailing import server_or_stop
from mkdocs_advisories.cli.options import format_option
from mkdocs_advisories.cli.project import Project, current_project
from mkdocs_advisories.cli.releasing import Done, Release, Wishes, begun, roll_back, run
from mkdocs_advisories.disclosure.building import without_secrets
from mkdocs_advisories.disclosure.deploy import (
    KINDS,
    Stamp,
    Target,
    TargetError,
    stamp_of,
    target_of,
)
from mkdocs_advisories.disclosure.lock import BusyError, alone
from mkdocs_advisories.disclosure.shared_ledger import SharedLedger, branch_of
from mkdocs_advisories.disclosure.web import Web, web
from mkdocs_advisories.model import format_instant

DEPLOY_TO = "ADVISORY_DEPLOY_TO"
_LOCK = Path(".cache") / "advisory-release.lock"
_MEMORY = Path(".cache") / "advisory-release.json"
_KEEP_NO_OUTPUTS = ("rsync:", "command:")


@click.command("release")
@click.option(
    "--to",
    multiple=True,
    metavar="TARGET",
    help=f"Where to deploy to: {KINDS}. Can be repeated; else the lines of {DEPLOY_TO}.",
)
@click.option("--url", help="Where readers find the site. [default: site_url of mkdocs.yml]")
@click.option(
    "--wait",
    type=click.IntRange(0, 3600),
    default=180,
    show_default=True,
    help="Seconds in which the site has to be live, or another release to end.",
)
@click.option("--no-mail", is_flag=True, help="Announce nothing.")
@click.option(
    "--claim",
    metavar="REMOTE",
    help="Let no other machine send a mail of this release, and push the ledger to this remote.",
)
@click.option("--push", is_flag=True, help="Push the ledger to `origin`, without claims.")
@click.option(
    "--branch",
    help="The branch of the remote that has the ledger. [default: the one that is checked out]",
)
@click.option(
    "--allow",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Files that the proof may leave unread: lines of a SHA-256 and a reason.",
)
@click.option("--rebuild", is_flag=True, help="Build and deploy even if nothing has changed.")
@click.option("--rollback", is_flag=True, help="Go back to the output before, and do no more.")
@click.option("--dry-run", is_flag=True, help="Deploy, send and record nothing; say what would be.")
@format_option
def command(  # noqa: PLR0913 - one for each option
    *,
    to: tuple[str, ...],
    url: str | None,
    wait: int,
    no_mail: bool,
    claim: str | None,
    push: bool,
    branch: str | None,
    allow: Path | None,
    rebuild: bool,
    rollback: bool,
    dry_run: bool,
    form: str,
) -> int:
    """Build, prove, deploy, look at the live site, announce, record: whatever is left to do.

    Run it as often as you like, also several times at once: what is done is not done again. The
    mail about a bundle waits for the site, but no longer than 15 minutes after the embargo. Nothing
    public vanishes, and only what was proven goes out. What is old is never announced.

    Exit code 1: the site cannot be built. 3: something held, or public, is in danger, or it is not
    known whether a mail was sent. 4: target, site, mail server or remote have failed; run it again.
    """
    project = current_project()
    address = (url or project.policy.site_url).rstrip("/") + "/"
    remote = claim or ("origin" if push else None)
    wishes = Wishes(
        targets=_targets(to or tuple(_stated(os.environ)), project),
        web=_web(address),
        url=address,
        allow=allow,
        wait=wait,
        mails=not no_mail,
        server=None if no_mail else server_or_stop(),
        claim=claim,
        shared=_shared(project, remote, branch) if remote else None,
        is_dry=dry_run,
        rebuilds=rebuild,
    )
    done = Done()
    config_file: Path = click.get_current_context().find_root().obj
    with _alone(project, wait):
        release = begun(project, config_file, wishes, done)
        if rollback:
            roll_back(release)
        else:
            run(release)
        _remember(project, release, to or tuple(_stated(os.environ)))
    _report(release, form=form, rolled_back=rollback)
    return done.exit_code()


def _stated(environment: Mapping[str, str]) -> Iterator[str]:
    for line in environment.get(DEPLOY_TO, "").splitlines():
        if line.strip():
            yield line.strip()


def _targets(stated: tuple[str, ...], project: Project) -> tuple[Target, ...]:
    """Find what the targets mean.

    Raises:
        Stop: there are none, or one means nothing.
    """
    if not stated:
        raise Stop(
            f"where to? Name a target with --to or in {DEPLOY_TO}: {KINDS}", exit_code=Exit.USAGE
        )
    memory = _memory(project)
    try:
        return tuple(
            target_of(
                one,
                root=project.root,
                memory=lambda name: stamp_of(json.dumps(memory.get(name))),
                environment=without_secrets(os.environ),
            )
            for one in stated
        )
    except TargetError as error:
        raise Stop(str(error), exit_code=Exit.USAGE) from None


def _web(address: str) -> Web:
    try:
        return web(address)
    except ValueError as error:
        raise Stop(
            f"{address}: {error}: state `site_url`, or --url", exit_code=Exit.USAGE
        ) from None


def _shared(project: Project, remote: str, branch: str | None) -> SharedLedger:
    name = branch or branch_of(project.folder, environment=os.environ)
    if name is None:
        raise Stop(
            "no branch is checked out to push the ledger to: name it with --branch",
            exit_code=Exit.USAGE,
        )
    return SharedLedger(folder=project.folder, remote=remote, branch=name)


@contextmanager
def _alone(project: Project, patience: float) -> Iterator[None]:
    """Let one release of this project run at a time."""
    try:
        with alone(
            project.root / _LOCK,
            patience=patience,
            waiting=lambda: click.echo(
                "Another release is running: waiting for its end.", err=True
            ),
        ):
            yield
    except BusyError:
        raise Stop("another release is running, and does not end", exit_code=Exit.OUTSIDE) from None
    except OSError as error:
        raise Stop(
            f"{error.filename or project.root / _LOCK}: {error.strerror}: releases need a folder"
            " `.cache` that they can write to, beside `mkdocs.yml`",
            exit_code=Exit.OUTSIDE,
        ) from None


def _memory(project: Project) -> Mapping[str, object]:
    """Read what was deployed from this machine to targets that cannot tell it themselves."""
    try:
        stated = json.loads((project.root / _MEMORY).read_bytes())
    except (OSError, ValueError):
        return {}
    return stated if isinstance(stated, dict) else {}


def _remember(project: Project, release: Release, stated: tuple[str, ...]) -> None:
    digest = release.done.digest
    names = {
        name
        for name, target in zip(stated, release.wishes.targets, strict=True)
        if name.startswith(_KEEP_NO_OUTPUTS) and target.name in release.done.deployed
    }
    if not names or digest is None:
        return
    stamp = json.loads(Stamp(digest=digest, inputs=release.inputs).text())
    known = {**_memory(project), **dict.fromkeys(names, stamp)}
    file = project.root / _MEMORY
    try:
        aside = file.with_suffix(".new")
        aside.write_text(json.dumps(known, indent=2) + "\n", encoding="utf-8")
        aside.replace(file)
    except OSError as error:
        click.echo(f"The next run builds again: {file}: {error.strerror}", err=True)


def _report(release: Release, *, form: str, rolled_back: bool) -> None:
    done = release.done
    if form == "json":
        click.echo(json.dumps(_data(release), indent=2, ensure_ascii=False))
    elif rolled_back:
        click.echo(f"Rolled back: {', '.join(done.deployed) or 'nothing'}")
    elif done.is_nothing:
        click.echo("Nothing to do.")
    else:
        for line in _lines(release):
            click.echo(line)


def _lines(release: Release) -> Iterator[str]:
    done = release.done
    if release.wishes.is_dry:
        yield "A dry run: nothing was deployed, sent or recorded."
    if done.built:
        yield f"Built and proven: {done.digest}"
    for title, names in (
        ("Deployed", done.deployed),
        ("Live", done.live),
        ("Announced", done.announced),
        ("Waiting for the site", done.waiting),
    ):
        if names:
            yield f"{title}: {', '.join(names)}"
    if done.faults:
        yield "Not done: see above."


def _data(release: Release) -> Mapping[str, object]:
    done = release.done
    return {
        "version": 1,
        "as_of": format_instant(release.instant),
        "dry_run": release.wishes.is_dry,
        "disclosed": len(release.disclosure.advisories),
        "built": done.built,
        "digest": done.digest,
        "deployed": done.deployed,
        "live": done.live,
        "announced": done.announced,
        "waiting": done.waiting,
        "pushed": done.pushed,
        "notes": done.notes,
        "faults": [{"exit_code": int(one.exit_code), "text": one.message} for one in done.faults],
        "exit_code": int(done.exit_code()),
    }
