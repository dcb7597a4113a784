"""`advisory rehearse`: plays a day of disclosure, with three invented advisories, in a copy."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import click

from mkdocs_advisories.cli.exits import Exit, Stop
from mkdocs_advisories.cli.options import format_option
from mkdocs_advisories.cli.project import Project, current_project, now
from mkdocs_advisories.disclosure.ledger import NAME, parsed, read_ledger
from mkdocs_advisories.disclosure.published import SiteOnline, UnreachableError
from mkdocs_advisories.disclosure.rehearsal.bundle import Rehearsed, bundle
from mkdocs_advisories.disclosure.rehearsal.copy import Copy, CopyError, Origin, make_copy
from mkdocs_advisories.disclosure.rehearsal.post import Post, post_office
from mkdocs_advisories.disclosure.rehearsal.verdicts import Seen, Verdict, named_in, verdicts
from mkdocs_advisories.disclosure.rehearsal.web import web_server
from mkdocs_advisories.embargo import disclose
from mkdocs_advisories.model import Advisory, format_instant
from mkdocs_advisories.render.addresses import page_uri
from mkdocs_advisories.source.sealed.naming import is_sealed

_FACTOR, _MARGIN = 2, 10.0
"""The embargo is as far away as two releases take, and some seconds."""

_COPIED = (
    "If `mkdocs build --strict` succeeds where you are: the copy has the folder of mkdocs.yml,"
    " without what is hidden at its top, and nothing from elsewhere"
)

_PROGRAM = (sys.executable, "-P", "-m", "mkdocs_advisories.cli")
_TURNED = ("ADVISORY_NOW", "SOURCE_DATE_EPOCH")
_NOT_INHERITED = ("ADVISORY_", "ADVISORIES_", "GIT_", "CI")


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """What was done: a command, its exit code, how long it took, what it said."""

    name: str
    exit_code: int
    seconds: float
    said: str


@dataclass(kw_only=True)
class Stage:
    """Where a rehearsal plays, and what has happened on it so far."""

    copy: Copy
    site: Path
    url: str
    post: Post
    mail_server: str
    notify: bool
    steps: list[Step] = field(default_factory=list)
    online: dict[str, bool] = field(default_factory=dict)

    def run(self, name: str, *arguments: str) -> Step:
        """Run a command of this program in the copy, and show what it says."""
        begun = time.monotonic()
        done = subprocess.run(  # noqa: S603 - this program, with words of this module
            [*_PROGRAM, "-f", str(self.copy.config_file), *arguments],
            cwd=self.copy.root,
            env=_environment(self.mail_server),
            capture_output=True,
            check=False,
            text=True,
            stdin=subprocess.DEVNULL,
        )
        step = Step(
            name=name,
            exit_code=done.returncode,
            seconds=time.monotonic() - begun,
            said=(done.stdout + done.stderr).strip(),
        )
        self.steps.append(step)
        self.say(f"{name}: exit code {step.exit_code}, {step.seconds:.0f} s")
        return step

    def release(self, name: str) -> Step:
        """Release, as the job of a CI does."""
        to = f"folder:{self.site}"
        return self.run(name, *"release --claim origin --push --to".split(), to, "--url", self.url)

    def say(self, text: str) -> None:
        """Tell whoever waits."""
        if self.notify:
            click.echo(text, err=True)

    def look(self, three: tuple[Rehearsed, ...]) -> None:
        """Find out which of the pages are online."""
        site = SiteOnline(self.url)
        for one in three:
            try:
                page = site.read(page_uri(one.id))
            except UnreachableError:
                page = None
            self.online[one.id] = page is not None and one.id.encode() in page


@click.command("rehearse")
@click.option(
    "--output",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Keep the mails, the ledger and the site in this folder.",
)
@format_option
def command(*, output: Path | None, form: str) -> int:
    """Play a day of disclosure from the prenotification to the monitor, on this machine only.

    The site of today and three invented advisories are copied into a private folder, with a mail
    server, a web server and a repository of its own. What is held is not copied. Then the commands
    of the day are run there by the clock, and what they did is judged. Exit code 1: something is
    not as it has to be.
    """
    turned = [name for name in _TURNED if name in os.environ]
    if turned:
        text = f"a rehearsal goes by the clock, which {turned[0]} turns back: unset it"
        raise Stop(text, exit_code=Exit.USAGE)
    project, instant = current_project(), now()
    with _stage(project, instant, speaks=form == "human") as stage:
        seen = _play(stage, project)
        judged = verdicts(seen)
        if output:
            _keep(stage, output)
    if form == "json":
        click.echo(json.dumps(_data(stage, judged), indent=2))
    else:
        click.echo(_told(stage, judged))
    return Exit.FINE if all(one.holds for one in judged) else Exit.PROBLEMS


@contextmanager
def _stage(project: Project, instant: datetime, *, speaks: bool) -> Iterator[Stage]:
    """Set up what a rehearsal needs, and take it away at the end.

    Raises:
        Stop: it cannot be set up.
    """
    config_file: Path = click.get_current_context().find_root().obj
    with ExitStack() as stack:
        place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="advisory-rehearsal-")))
        try:
            copy = make_copy(_origin(project, config_file.absolute(), instant), into=place)
        except CopyError as error:
            raise Stop(str(error), exit_code=Exit.USAGE) from None
        post, site = Post(), place / "www" / "site"
        site.parent.mkdir()
        yield Stage(
            copy=copy,
            site=site,
            url=stack.enter_context(web_server(site)),
            post=post,
            mail_server=stack.enter_context(post_office(post)),
            notify=speaks,
        )


def _origin(project: Project, config_file: Path, instant: datetime) -> Origin:
    public = {one.id for one in disclose(project.read_catalog().advisories, now=instant).advisories}
    known = [one for one in project.read_catalog().advisories if one.content.id in public]
    return Origin(
        root=project.root,
        config_file=config_file,
        folder=project.folder,
        public=tuple(file for one in known for file in _files(one, project)),
    )


def _files(advisory: Advisory, project: Project) -> Iterator[Path]:
    file = project.root / advisory.path
    if is_sealed(file.name):
        return
    yield file
    for one in advisory.content.attachments:
        if isinstance(one.content, Path):
            yield one.content


def _today(stage: Stage) -> float:
    """Release the site of today. Gives how many seconds that takes here.

    Raises:
        Stop: it cannot be released.
    """
    stage.copy.commit("The site of today")
    today = stage.release("release of today's site")
    if today.exit_code:
        raise Stop(
            f"today's site cannot be released, so nothing was rehearsed:\n{today.said}\n{_COPIED}",
            exit_code=Exit.PROBLEMS,
        )
    return today.seconds


def _play(stage: Stage, project: Project) -> Seen:
    """Play the day, in the order of the handbook."""
    wait = timedelta(seconds=_FACTOR * _today(stage) + _MARGIN)
    embargo, until = (now() + wait).replace(microsecond=0), time.monotonic() + wait.total_seconds()
    three = bundle(project.policy, embargo=embargo)
    _write(stage, three)
    stage.say(f"three invented advisories; their embargo ends at {format_instant(embargo)}")
    ids = [one.id for one in three]
    stage.run("check", "check")
    stage.run("prenotification", "notify", "prenotification", *ids, "--send", "--claim", "origin")
    stage.copy.commit("The prenotification was sent")
    stage.release("release before the embargo")
    early = named_in(stage.site, three)
    _wait(stage, until)
    stage.post.arrived = lambda: stage.look(three)
    stage.release("release")
    stage.post.arrived = lambda: None
    known, mails = _tree(stage.site), len(stage.post.mails)
    stage.release("release again")
    stage.run("monitor", "monitor", stage.url)
    stage.run("checklist", "checklist", "--bundle", format_instant(embargo))
    return Seen(
        bundle=three,
        mails=tuple(stage.post.mails),
        early=early,
        at_mail=dict(stage.online),
        ledger=read_ledger(stage.copy.folder),
        shared=parsed(_shared_ledger(stage.copy)),
        exits={one.name: one.exit_code for one in stage.steps},
        again=known == _tree(stage.site) and mails == len(stage.post.mails),
    )


def _write(stage: Stage, three: tuple[Rehearsed, ...]) -> None:
    for one in three:
        (stage.copy.folder / f"{one.id}.md").write_text(one.text, encoding="utf-8")
    stage.copy.commit("Three advisories")


def _wait(stage: Stage, until: float) -> None:
    """Wait until the embargo has ended, by seconds of the machine's steady clock."""
    stage.say("waiting for the end of the embargo")
    time.sleep(max(0.0, until - time.monotonic()))


def _tree(site: Path) -> Mapping[str, bytes]:
    root = site.resolve()
    return {
        str(one.relative_to(root)): one.read_bytes() for one in root.rglob("*") if one.is_file()
    }


def _shared_ledger(copy: Copy) -> str:
    path = (copy.folder / NAME).relative_to(copy.root).as_posix()
    return copy.git("--git-dir", str(copy.remote), "show", f"main:{path}")


def _environment(mail_server: str) -> dict[str, str]:
    """Give the environment of a command: no secret of this machine, and no way out of it."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(_NOT_INHERITED)
    }
    return {**kept, "ADVISORY_SMTP_URL": mail_server, "NO_COLOR": "1", "CI": "true"}


def _keep(stage: Stage, output: Path) -> None:
    try:
        shutil.copytree(stage.site.resolve(), output / "site", dirs_exist_ok=True)
        shutil.copyfile(stage.copy.folder / NAME, output / "ledger.jsonl")
        for number, mail in enumerate(stage.post.mails, 1):
            (output / f"mail-{number}.eml").write_bytes(mail.as_bytes())
    except OSError as error:
        raise Stop(f"{output}: {error.strerror}", exit_code=Exit.OUTSIDE) from None


def _told(stage: Stage, judged: tuple[Verdict, ...]) -> str:
    mails = "\n\n".join(map(_shown, stage.post.mails))
    marks = "\n".join(f"[{'x' if one.holds else ' '}] {one.text}" for one in judged)
    wrong = [one for one in stage.steps if one.exit_code]
    said = "\n\n".join(f"{one.name}, exit code {one.exit_code}:\n{one.said}" for one in wrong)
    return "\n\n".join(part for part in (mails, said, marks) if part)


def _shown(mail: EmailMessage) -> str:
    text = mail.get_content()
    return f"To: {mail['To']}\nSubject: {mail['Subject']}\n\n{str(text).strip()}"


def _data(stage: Stage, judged: tuple[Verdict, ...]) -> dict[str, object]:
    return {
        "steps": [
            {"name": one.name, "exit_code": one.exit_code, "seconds": round(one.seconds, 1)}
            for one in stage.steps
        ],
        "mails": [
            {"to": str(one["To"]), "subject": str(one["Subject"])} for one in stage.post.mails
        ],
        "verdicts": [{"text": one.text, "holds": one.holds} for one in judged],
    }
