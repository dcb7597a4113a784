"""What the commands about sealed advisories share: finding, opening, judging, storing them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import click

from mkdocs_advisories.checks import check
from mkdocs_advisories.checks.case import House
from mkdocs_advisories.cli.exits import Exit, Stop
from mkdocs_advisories.cli.project import Project, identities
from mkdocs_advisories.model import Advisory, Content, Notice
from mkdocs_advisories.policy import Policy
from mkdocs_advisories.problems import Level, Problem, as_text, errors, in_order
from mkdocs_advisories.render.severity import UNSTATED, rate
from mkdocs_advisories.source.attachments import attachment_in_memory
from mkdocs_advisories.source.catalog import read_alone
from mkdocs_advisories.source.files import decode
from mkdocs_advisories.source.sealed.container import Contents
from mkdocs_advisories.source.sealed.header import Header
from mkdocs_advisories.source.sealed.history import (
    REVISIONS,
    hold_newest,
    hold_whole,
    with_revisions,
)
from mkdocs_advisories.source.sealed.identities import KEY, KEY_FILE
from mkdocs_advisories.source.sealed.naming import SUFFIX, is_sealed
from mkdocs_advisories.source.sealed.opening import SealedFile, open_sealed, read_sealed
from mkdocs_advisories.source.sealed.recipients import Recipient
from mkdocs_advisories.source.sealed.refusal import RefusedError
from mkdocs_advisories.source.sealed.sealing import seal
from mkdocs_advisories.source.sealed.vault import (
    history_of,
    read_recipients_file,
    read_record,
    read_sealed_file,
)
from mkdocs_advisories.source.writing import replace_bytes

IN_PUBLIC = "ADV151"  # what sealing is the remedy for


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class Sealed:
    """A sealed file of the project and what was in it."""

    file: Path
    path: str
    header: Header
    contents: Contents


def note(text: str) -> None:
    """Say something that is not the result."""
    click.echo(text, err=True)


def path_of(project: Project, file: Path) -> str:
    """Give the name by which reports name a file of the folder.

    Raises:
        Stop: the file does not lie in the folder, or is not there.
    """
    folder = project.folder.resolve()
    place = file.absolute().parent.resolve() / file.name
    if not place.is_relative_to(folder):
        name = project.configuration.advisories_dir
        raise Stop(f"{file} does not lie in `{name}/`", exit_code=Exit.USAGE)
    if not place.is_file():
        raise Stop(f"there is no file {file}", exit_code=Exit.USAGE)
    return f"{project.configuration.advisories_dir}/{place.relative_to(folder).as_posix()}"


def sealed_files(project: Project) -> tuple[Path, ...]:
    """Give every sealed file of the project, in order."""
    return tuple(
        file
        for file in sorted(project.folder.rglob(f"*{SUFFIX}"))
        if not any(part.startswith(".") for part in file.relative_to(project.folder).parts)
    )


def recipients_of(project: Project) -> tuple[Recipient, ...]:
    """Give the recipients, of whom there are enough.

    Raises:
        Stop: they are not as they must be.
    """
    found = read_recipients_file(project.folder, prefix=project.configuration.advisories_dir)
    if isinstance(found, Problem):
        raise stop_on([found])
    return found


def open_file(project: Project, file: Path) -> Sealed:
    """Open a sealed file of the project, in memory.

    Raises:
        Stop: there is no key, or the file is refused.
    """
    path = path_of(project, file)
    if not is_sealed(file.name):
        raise Stop(f"{file} is not sealed: its name does not end in {SUFFIX}", exit_code=Exit.USAGE)
    sealed = read_sealed_file(file, path=path)
    if isinstance(sealed, Problem):
        raise stop_on([sealed])
    try:
        contents = _opened(project, sealed)
    except RefusedError as refused:
        raise stop_on([refused.problem(path)]) from None
    return Sealed(file=file, path=path, header=sealed.header, contents=contents)


def _opened(project: Project, sealed: SealedFile) -> Contents:
    history = history_of(project.folder)
    hold_newest(sealed, history)
    keys = identities()
    if not keys:
        raise Stop(
            f"there is no key: set {KEY_FILE} to your key file, or {KEY} to the key itself",
            exit_code=Exit.USAGE,
        )
    hold_whole(history)
    return open_sealed(sealed, keys)


def judged(contents: Contents, *, path: str, policy: Policy, now: datetime) -> Advisory:
    """Check an advisory as it will be sealed, by itself, against what would stop a build.

    Raises:
        Stop: there are errors; the message quotes nothing of it.
    """
    text = decode(contents.source, path=path)
    if isinstance(text, Problem):
        raise stop_on([text])
    attachments = tuple(attachment_in_memory(*one) for one in contents.attachments.items())
    catalog = read_alone(text, stem=contents.stem, attachments=attachments, policy=policy)
    checked = check(House(catalog=catalog, policy=policy, now=now), level=Level.ERROR)
    found = errors([*catalog.problems, *checked.problems])
    if remaining := [one for one in found if one.code != IN_PUBLIC]:
        raise stop_on(remaining)
    return catalog.advisories[0]


def notice_of(advisory: Advisory, policy: Policy) -> Notice:
    """Make the notice of an advisory: three fields."""
    return Notice(
        projects=policy.projects_of(advisory.content.affected),
        severity=_severity(advisory.content),
        embargo=advisory.embargo,
    )


def store(project: Project, sealed: Iterable[Sealed], recipients: tuple[Recipient, ...]) -> None:
    """Seal anew and write, with each header as it is given. All is sealed before any is written.

    Raises:
        Stop: one of them cannot be sealed.
    """
    ready: dict[Path, bytes] = {}
    revisions: dict[str, int] = {}
    for one in sealed:
        try:
            ready[one.file] = seal(one.contents, header=one.header, recipients=recipients)
            read_sealed(ready[one.file])
        except RefusedError as refused:
            raise stop_on([refused.problem(one.path)]) from None
        revisions[one.header.name] = one.header.revision
    for file, raw in ready.items():
        replace_bytes(file, raw)
    record(project, revisions)


def record(project: Project, revisions: Mapping[str, int]) -> None:
    """Note the newest revisions beside the files."""
    text = with_revisions(read_record(project.folder), revisions)
    replace_bytes(project.folder / REVISIONS, text.encode())


def next_revision(project: Project, name: str, revision: int) -> int:
    """Give a number that is higher than any that is known of a name."""
    return max(revision, history_of(project.folder).newest(name)) + 1


def stop_on(problems: Iterable[Problem]) -> Stop:
    """Make the end of a run out of problems, without a word of what is held."""
    reports = (as_text(one, withhold=True) for one in in_order(problems))
    return Stop("\n\n".join(reports), exit_code=Exit.PROBLEMS)


def _severity(content: Content) -> str | None:
    rating = rate(content)
    return None if rating is None or rating.word == UNSTATED else rating.word
