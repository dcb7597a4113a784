"""The site of a release: built, proven, held against what is public, put out; and taken back."""

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from mkdocs_advisories.checks import check
from mkdocs_advisories.checks.case import House
from mkdocs_advisories.cli.exits import Exit, Stop
from mkdocs_advisories.cli.prove import CACHE, proof_text, proven, request_for
from mkdocs_advisories.cli.releasing.state import Release, attempt
from mkdocs_advisories.cli.secrecy import secrecy
from mkdocs_advisories.disclosure.building import BuildError, build
from mkdocs_advisories.disclosure.deploy import DeployError, RefusedError, Stamp, Target
from mkdocs_advisories.disclosure.live import (
    INDEX,
)
from mkdocs_advisories.disclosure.standing import (
    Standing,
    owed,
    recorded_by,
    shown_by,
    together,
)
from mkdocs_advisories.disclosure.web import Answer, NoAnswer
from mkdocs_advisories.problems import Problem, errors
from mkdocs_advisories.proof.letters import leaks
from mkdocs_advisories.report.findings import counted

_WORK = Path(".cache") / "advisory-release-work-"
_MOST_LINES = 60
_FULL = ("No space left on device", "Disk quota exceeded")


def is_up_to_date(release: Release) -> bool:
    """Say whether this very site was deployed last, and readers have it."""
    stamps = [_stamp(one) for one in release.wishes.targets]
    is_known = release.inputs is not None and all(
        one and release.inputs in {one.inputs, one.not_again} for one in stamps
    )
    if not is_known or _live_standing(release) != release.standing():
        return False
    if any(one and one.not_again == release.inputs for one in stamps):
        release.note("The site was rolled back: it stays so until something changes, or --rebuild")
    release.done.digest = next((one.digest for one in stamps if one), None)
    return True


def _stamp(target: Target) -> Stamp | None:
    try:
        return target.stamp()
    except DeployError:
        return None


def _live_standing(release: Release) -> Standing | None:
    answer = release.wishes.web.fetch(INDEX)
    return shown_by(content(answer))


def content(answer: Answer | NoAnswer) -> bytes | None:
    """Give what was answered, if it is the very thing that was asked for."""
    is_fine = isinstance(answer, Answer) and answer.status == 200 and answer.leads_to is None  # noqa: PLR2004 - OK
    return answer.content if is_fine and isinstance(answer, Answer) else None


def put_out(release: Release) -> None:
    """Build, prove, compare, deploy.

    Raises:
        Stop: one of these has failed; what readers get is as before.
    """
    with _workplace(release) as work:
        release.say("Building the site …")
        tree = _built(release, work)
        digest = _proven(release, tree)
        release.done.built, release.done.digest = True, digest
        before = _before(release)
        index = _index_of(tree)
        _must_lose_nothing(
            before, index, what="the new site", ask="Is this an old commit, or is a key missing?"
        )
        stamp = Stamp(digest=digest, inputs=release.inputs)
        for target in release.wishes.targets:
            attempt(release, partial(_deploy, release, target, tree, stamp))


@contextmanager
def _workplace(release: Release) -> Iterator[Path]:
    """Make a private folder for a build. What a run that was killed has left is removed."""
    place = release.project.root / _WORK.parent
    for stale in place.glob(f"{_WORK.name}*"):
        shutil.rmtree(stale, ignore_errors=True)
    try:
        work = Path(tempfile.mkdtemp(prefix=_WORK.name, dir=place)).resolve()
    except OSError as error:
        raise Stop(f"no temporary folder: {error.strerror}", exit_code=Exit.OUTSIDE) from None
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _built(release: Release, work: Path) -> Path:
    try:
        return build(release.config_file, work=work, now=release.instant)
    except BuildError as error:
        raise _build_stop(release, error.said) from None


def _build_stop(release: Release, said: str) -> Stop:
    """Say what the build has said, unless that shows something held."""
    code = Exit.OUTSIDE if any(one in said for one in _FULL) else Exit.PROBLEMS
    known = secrecy(release.project, now=release.instant)
    if leaks(said, known.held, public=[one.content for one in known.public]):
        text = _withheld(release)
    else:
        text = "\n".join(said.splitlines()[-_MOST_LINES:])
    return Stop(f"the site could not be built; nothing was deployed\n{text}", exit_code=code)


def _withheld(release: Release) -> str:
    """Say what can be said of a build whose own words show something held."""
    catalog, policy = release.project.read_catalog(), release.project.policy
    checked = check(House(catalog=catalog, policy=policy, now=release.instant))
    found = errors((*catalog.problems, *checked.problems))
    files = len({one.place.path for one in found})
    about = f"{counted(files, 'file')} of advisories with errors: {', '.join(_codes(found))}. "
    told = about + "See `advisory check`; what is held stops all others, so mend it or move it away"
    withheld = "what it says shows something held, so it is not shown"
    ways = told if found else "Run `mkdocs build --strict` on your own machine"
    return f"{withheld}. {ways}"


def _codes(found: Sequence[Problem]) -> list[str]:
    return sorted({one.code for one in found})


def _proven(release: Release, tree: Path) -> str:
    """Prove the tree, and give its digest."""
    release.say("Proving that nothing held is in it …")
    cache = release.project.root / CACHE
    request = request_for(
        tree, release.project, now=release.instant, allow=release.wishes.allow, cache=cache
    )
    report = proven(request, cache)
    if not report.is_clean:
        text = proof_text(report, Path("the new site"))
        raise Stop(f"nothing was deployed\n{text}", exit_code=Exit.EMBARGO)
    return report.digest


def _before(release: Release) -> Standing:
    """Give all that is known to be public: live, at the targets, in the ledger."""
    live, recorded = _live_standing(release), recorded_by(release.ledger)
    there = [standing for one in release.wishes.targets if (standing := _there(one)) is not None]
    if live is None and (there or recorded):
        release.note(
            f"{release.wishes.url}{INDEX} cannot be read: compared with the targets and the ledger"
        )
    elif live is None:
        release.note("Nothing is known of an earlier deployment: this is the first")
    return together([*([live] if live else []), *there, recorded])


def _there(target: Target) -> Standing | None:
    try:
        index = target.index()
    except DeployError as error:
        raise Stop(
            f"{target.name}: {error}. Nothing was deployed.", exit_code=Exit.OUTSIDE
        ) from None
    return shown_by(index)


def _index_of(tree: Path) -> Standing:
    """Read the index of the new site.

    Raises:
        Stop: it has none.
    """
    file = tree / INDEX
    found = shown_by(file.read_bytes()) if file.is_file() else None
    if found is None:
        raise Stop(f"the new site has no {INDEX}: nothing was deployed", exit_code=Exit.EMBARGO)
    return found


def _must_lose_nothing(before: Standing, after: Standing, *, what: str, ask: str) -> None:
    if complaints := list(owed(before, after)):
        lines = complaints[:_MOST_LINES]
        if more := len(complaints) - len(lines):
            lines.append(f"and {more} more")
        text = "\n".join(f"  {one}" for one in lines)
        raise Stop(
            f"{what} takes away what is public; nothing was deployed\n{text}\n{ask}",
            exit_code=Exit.EMBARGO,
        )


def _deploy(release: Release, target: Target, tree: Path, stamp: Stamp) -> None:
    """Deploy to one target.

    Raises:
        Stop: what is there is as before.
    """
    if release.wishes.is_dry:
        release.note(f"Would deploy to {target.name}")
        return
    release.say(f"Deploying to {target.name} …")
    try:
        target.deploy(tree, stamp)
    except (DeployError, RefusedError) as error:
        code = Exit.OUTSIDE if isinstance(error, DeployError) else Exit.EMBARGO
        raise Stop(f"not deployed to {target.name}: {error}", exit_code=code) from None
    release.done.deployed.append(target.name)


def roll_back(release: Release) -> None:
    """Put the output before in place, at all targets or at none.

    Raises:
        Stop: something public would vanish, or there is no such output.
    """
    live, recorded = _live_standing(release), recorded_by(release.ledger)
    known = [live] if live else []
    for one in release.wishes.targets:
        present, earlier = _there(one), _previous(one)
        _must_lose_nothing(
            together([*known, recorded, present or {}]),
            earlier,
            what="the output before",
            ask="Revert what is wrong in the sources, and release that",
        )
    for one in release.wishes.targets:
        if release.wishes.is_dry:
            release.say(f"Would roll back {one.name}")
            continue
        try:
            one.roll_back()
        except DeployError as error:
            raise Stop(f"{one.name}: {error}", exit_code=Exit.OUTSIDE) from None
        except RefusedError as error:
            raise Stop(f"{one.name}: {error}", exit_code=Exit.EMBARGO) from None
        release.done.deployed.append(one.name)


def _previous(target: Target) -> Standing:
    try:
        found = shown_by(target.previous())
    except DeployError as error:
        raise Stop(f"{target.name}: {error}", exit_code=Exit.USAGE) from None
    return found or {}
