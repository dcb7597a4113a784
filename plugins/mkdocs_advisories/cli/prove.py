"""`advisory prove`: nothing held is in a tree of files, whoever has built it."""

import json
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import click

from mkdocs_advisories.cli.exits import Exit, Stop
from mkdocs_advisories.cli.options import format_option
from mkdocs_advisories.cli.project import Project, current_project, now, now_option
from mkdocs_advisories.cli.secrecy import secrecy
from mkdocs_advisories.disclosure.present import known_of
from mkdocs_advisories.processors import processors
from mkdocs_advisories.proof.allowances import AllowanceError, allowances
from mkdocs_advisories.proof.cache import Cache, load, save
from mkdocs_advisories.proof.prove import Request, prove
from mkdocs_advisories.proof.reading import DECODERS
from mkdocs_advisories.proof.report import Report, Unread, as_data, shown

CACHE = Path(".cache") / "advisory-proof"
_MOST_SHOWN = 50
_SECONDS_BETWEEN_LINES = 10.0
_PATH = click.Path(path_type=Path, exists=True)


@click.command("prove")
@click.argument(
    "site", type=click.Path(path_type=Path, exists=True, file_okay=False), required=False
)
@format_option
@click.option(
    "--allow",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Files that may be there unread: lines of a SHA-256 and a reason.",
)
@click.option(
    "--public",
    type=_PATH,
    multiple=True,
    help="A file or folder that is public already, such as a copy of the live site: its words are"
    " no leak. Can be repeated.",
)
@click.option(
    "--cache",
    type=click.Path(path_type=Path, dir_okay=False),
    help=f"Where to remember clean files. [default: {CACHE} beside mkdocs.yml]",
)
@click.option("--no-cache", is_flag=True, help="Examine every file, and remember none.")
@click.option(
    "--jobs",
    type=click.IntRange(1, 64),
    default=processors,
    show_default="one for each processor that it may use, at most 4",
    help="How many processes to use.",
)
@click.option(
    "--without",
    type=click.Choice(DECODERS),
    multiple=True,
    help="Switch a decoder off, to see that the proof then fails. Can be repeated.",
)
@now_option
def command(  # noqa: PLR0913 - one for each option
    *,
    site: Path | None,
    form: str,
    allow: Path | None,
    public: tuple[Path, ...],
    cache: Path | None,
    no_cache: bool,
    jobs: int,
    without: tuple[str, ...],
    earlier: str | None,
) -> int:
    """Prove that nothing of a held advisory is in the folder SITE (default: `site_dir`).

    Every file is examined, and what is inside of it. The proof works on any folder of files,
    whatever has built it. Exit code 0: nothing held is in it. 3: something is, or it cannot be
    proven; do not publish it.
    """
    project = current_project()
    hosts, known = project.configuration.clock_hosts, known_of(project.folder)
    at = now(earlier, hosts=hosts, known=known)
    file = None if no_cache else (cache or project.root / CACHE)
    tree = site or project.site_dir
    request = replace(
        request_for(tree, project, now=at, allow=allow, public=public, cache=file),
        without=frozenset(without),
        processes=jobs,
    )
    report = proven(request, file)
    data = form == "json"
    click.echo(json.dumps(as_data(report), indent=2) if data else proof_text(report, tree))
    return Exit.FINE if report.is_clean else Exit.EMBARGO


def request_for(  # noqa: PLR0913 - the tree, and all that it is held against
    tree: Path,
    project: Project,
    *,
    now: datetime,
    allow: Path | None = None,
    public: Sequence[Path] = (),
    cache: Path | None = None,
) -> Request:
    """Say what to prove of a tree: that nothing is in it which the project holds at `now`.

    Raises:
        Stop: the list of what is allowed cannot be read.
    """
    known = secrecy(project, now=now)
    return Request(
        root=tree,
        held=known.held,
        unopened=known.unopened,
        refused=known.refused,
        public=[one.content for one in known.public],
        wider=lambda: known.wider(public),
        allowed=_allowed(allow),
        cache=load(cache) if cache else Cache(),
        processes=processors(),
    )


def _allowed(file: Path | None) -> Mapping[str, str]:
    try:
        return allowances(file.read_text(encoding="utf-8")) if file else {}
    except (AllowanceError, UnicodeDecodeError, OSError) as error:
        raise Stop(f"{file}: {error}", exit_code=Exit.USAGE) from None


def proven(request: Request, file: Path | None) -> Report:
    """Run the proof, and remember what was clean.

    Raises:
        Stop: there is nothing to prove, or the proof did not come to its end.
    """
    counter = _Counter()
    try:
        report, clean = prove(request, progress=counter.show)
    except (OSError, BrokenProcessPool) as error:
        raise Stop(f"the proof came to no end: {error}", exit_code=Exit.EMBARGO) from None
    finally:
        counter.clear()
    if not report.files:
        raise Stop(f"there is no file in {request.root}: is it built?", exit_code=Exit.USAGE)
    if file and not report.is_preview and not report.missed:
        _remember(file, salt=request.cache.salt, clean=clean)
    return report


def _remember(file: Path, *, salt: bytes, clean: frozenset[bytes]) -> None:
    try:
        save(file, salt=salt, clean=clean)
    except OSError as error:
        click.echo(f"The next run starts over: {file}: {error.strerror}", err=True)


def _is_terminal() -> bool:
    return sys.stderr.isatty()


@dataclass(kw_only=True, slots=True)
class _Counter:
    """Says on stderr how far the proof is: at once on a terminal, now and then elsewhere."""

    live: bool = field(default_factory=_is_terminal)
    said: float = field(default_factory=time.monotonic)

    def show(self, done: int, total: int) -> None:
        """Tell that some files are done."""
        if self.live:
            click.echo(f"\r\033[K  {done:,} of {total:,} files", nl=False, err=True)
        elif time.monotonic() - self.said > _SECONDS_BETWEEN_LINES:
            self.said = time.monotonic()
            click.echo(f"{done:,} of {total:,} files examined", err=True)

    def clear(self) -> None:
        """Leave the terminal's line empty."""
        if self.live:
            click.echo("\r\033[K", nl=False, err=True)


def proof_text(report: Report, site: Path) -> str:
    """Write the report for people."""
    if report.is_preview:
        return (
            f"{site} is a preview: it shows what is held, on purpose. It must not be published.\n"
            "Build the site itself, and prove that."
        )
    lines = [*_complaints(report), *_notes(report)]
    return "\n".join([*lines, _verdict(report, site)])


def _complaints(report: Report) -> Iterator[str]:
    for name in report.missed:
        yield f"self-test: the leak that was planted for `{name}` was not found"
    for path in report.unprovable:
        yield f"unprovable: {path}: too few words of its own to look for"
    for path in report.refused:
        yield f"unprovable: {path}: it cannot be opened or understood: see `advisory check`"
    yield from _some(
        [
            f"leak: {shown(one.file, one.inside)} shows something of {one.advisory}"
            for one in report.found
        ]
    )
    yield from _some(
        [
            f"unread: {shown(one.file, one.inside)}: {one.reason}{_hash(one)}"
            for one in report.unread
            if one.allowed is None
        ]
    )


def _hash(unread: Unread) -> str:
    return f" (SHA-256 {unread.sha256})" if unread.sha256 else ""


def _some(lines: Sequence[str]) -> Iterator[str]:
    yield from lines[:_MOST_SHOWN]
    if len(lines) > _MOST_SHOWN:
        yield f"and {len(lines) - _MOST_SHOWN:,} more; --format json names all of them"


def _notes(report: Report) -> Iterator[str]:
    for one in report.unread:
        if one.allowed is not None:
            yield f"allowed: {shown(one.file, one.inside)}: {one.reason}; {one.allowed}"
    for path in report.unopened:
        yield f"not looked for: {path}: it is sealed, and there is no key"
    for digest in report.unused:
        yield f"note: no file has the SHA-256 {digest} that is allowed"


def _verdict(report: Report, site: Path) -> str:
    held = _held(report)
    cached = f", {report.cached:,} known from before" if report.cached else ""
    found = f"{report.seeds - len(report.missed)} of {report.seeds} planted leaks found"
    about = f"{report.files:,} files{cached}; {held}; {found}"
    if report.is_clean and report.unopened:
        return f"Proven, but for what is sealed: nothing else that is held is in {site} ({about})."
    if report.is_clean:
        return f"Proven: nothing held is in {site} ({about})."
    return f"Not proven: do not publish {site} ({about})."


def _held(report: Report) -> str:
    looked_for = f"{report.held:,} held, {report.windows:,} needles" if report.held else ""
    sealed = f"{len(report.unopened):,} sealed and not opened" if report.unopened else ""
    refused = f"{len(report.refused):,} sealed and refused" if report.refused else ""
    return ", ".join(filter(None, [looked_for, sealed, refused])) or "nothing is held"
