"""The steps of a release, in the order in which nothing can go wrong for readers.

Site, then a look at it, then mails, then the ledger for all others. A step that fails does not keep
the later ones from what has to be done anyway: a mail waits for the site for a quarter of an hour
only. Every step finds out by itself what is done already, so that a release can be cut off anywhere
and begun again.
"""

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import click

from mkdocs_advisories.checks import check
from mkdocs_advisories.checks.case import House
from mkdocs_advisories.cli.exits import Exit, Stop
from mkdocs_advisories.cli.mailing import ledger_of, ledger_stop, planned, stop_in_doubt
from mkdocs_advisories.cli.project import Project, now
from mkdocs_advisories.cli.prove import CACHE, proof_text, proven, request_for
from mkdocs_advisories.cli.secrecy import secrecy
from mkdocs_advisories.disclosure.archive import archived_at
from mkdocs_advisories.disclosure.building import BuildError, build
from mkdocs_advisories.disclosure.bundles import (
    PATIENCE,
    Announcing,
    Bundle,
    announcing,
    in_doubt,
    unannounced,
)
from mkdocs_advisories.disclosure.claim import ClaimedError, Remote
from mkdocs_advisories.disclosure.deploy import DeployError, RefusedError, Stamp, Target
from mkdocs_advisories.disclosure.inputs import inputs_of
from mkdocs_advisories.disclosure.ledger import Delivery, Event, Ledger, LedgerError, opened
from mkdocs_advisories.disclosure.live import (
    INDEX,
    Expected,
    Fault,
    Finding,
    Live,
    Part,
    expected,
    look_at,
)
from mkdocs_advisories.disclosure.notices import Plan, UndecidedError, UnrecordedError, deliver
from mkdocs_advisories.disclosure.present import known_by
from mkdocs_advisories.disclosure.published import UnreachableError
from mkdocs_advisories.disclosure.shared_ledger import NotSharedError, SharedLedger
from mkdocs_advisories.disclosure.smtp import URL, NotSentError, Server, UnknownError
from mkdocs_advisories.disclosure.standing import (
    Standing,
    owed,
    recorded_by,
    shown_by,
    standing_of,
    together,
)
from mkdocs_advisories.disclosure.web import Answer, NoAnswer, Web
from mkdocs_advisories.embargo import Disclosure, disclose
from mkdocs_advisories.model import Notice, NoticeKind, format_instant
from mkdocs_advisories.problems import Problem, errors
from mkdocs_advisories.proof.letters import leaks
from mkdocs_advisories.render.addresses import page_uri
from mkdocs_advisories.report.bug import bug_text
from mkdocs_advisories.report.findings import counted
from mkdocs_advisories.source.catalog import Catalog

_WORK = Path(".cache") / "advisory-release-work-"
_MOST_LINES = 60
_MOST_SHOWN = 5
_LOOKS_APART = (1.0, 2.0, 5.0, 10.0)
_FULL = ("No space left on device", "Disk quota exceeded")


@dataclass(frozen=True, kw_only=True, slots=True)
class Wishes:
    """What a release is to do. `wait` are the seconds in which the site has to be live."""

    targets: tuple[Target, ...]
    web: Web
    url: str
    allow: Path | None
    wait: float
    mails: bool
    server: Server | None
    claim: str | None
    shared: SharedLedger | None
    is_dry: bool
    rebuilds: bool


@dataclass(kw_only=True, slots=True)
class Done:
    """What a release has done, for its report."""

    built: bool = False
    digest: str | None = None
    deployed: list[str] = field(default_factory=list)
    live: list[str] = field(default_factory=list)
    announced: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    pushed: bool = False
    notes: list[str] = field(default_factory=list)
    faults: list[Stop] = field(default_factory=list)

    @property
    def is_nothing(self) -> bool:
        """Whether there was nothing to do."""
        return not (
            self.built
            or self.deployed
            or self.live
            or self.announced
            or self.waiting
            or self.pushed
            or self.faults
        )

    def exit_code(self) -> int:
        """Give the code of the gravest fault: an embargo, then what people can mend here."""
        codes = {one.exit_code for one in self.faults}
        order = (Exit.BUG, Exit.EMBARGO, Exit.PROBLEMS, Exit.USAGE, Exit.OUTSIDE)
        return next((code for code in order if code in codes), Exit.FINE)


@dataclass(kw_only=True, slots=True)
class Release:
    """One run, at one instant. `began` is when that was, by a clock that only counts on."""

    project: Project
    config_file: Path
    wishes: Wishes
    done: Done
    ledger: Ledger
    instant: datetime
    began: float
    disclosure: Disclosure
    inputs: str | None

    def say(self, text: str) -> None:
        """Tell how far it is. Nobody may be there to read it, or no space left to write it to."""
        with suppress(OSError):
            click.echo(text, err=True)

    def note(self, text: str) -> None:
        """Tell something that matters later as well."""
        self.done.notes.append(text)
        self.say(text)

    def fault(self, stop: Stop) -> None:
        """Keep what went wrong, and go on with what has to be done anyway."""
        self.done.faults.append(stop)
        self.say(f"Error: {stop.message}")

    def present(self) -> datetime:
        """Give the instant of this run and the time that has passed since."""
        return self.instant + timedelta(seconds=time.monotonic() - self.began)

    def standing(self) -> Standing:
        """Give what has to be public."""
        return standing_of(self.disclosure.advisories)

    def unrecorded(self) -> frozenset[str]:
        """Give the ids of which the ledger does not have that this revision was live."""
        known, own = recorded_by(self.ledger), self.standing()
        return frozenset(name for name, one in own.items() if known.get(name) != one)

    def read_again(self) -> None:
        """Read the ledger after something was written to it."""
        self.ledger = ledger_of(self.project)


def begun(project: Project, config_file: Path, wishes: Wishes, done: Done) -> Release:
    """Find out what there is to do.

    Raises:
        Stop: the ledger cannot be read, or the clock not be believed.
    """
    if wishes.shared and not wishes.is_dry:
        _pull(wishes.shared, done)
    ledger = ledger_of(project)
    instant = now(hosts=project.configuration.clock_hosts, known=known_by(ledger))
    instant = instant.replace(microsecond=0)
    catalog = project.read_catalog()
    disclosure = disclose(catalog.advisories, now=instant, unopened=len(catalog.unopened))
    _tell_of_sealed(catalog, done, instant)
    return Release(
        project=project,
        config_file=config_file,
        wishes=wishes,
        done=done,
        ledger=ledger,
        instant=instant,
        began=time.monotonic(),
        disclosure=disclosure,
        inputs=inputs_of(
            project.root,
            disclosure.advisories,
            policy=project.policy,
            notices=(*ledger.prenotified(), *_in_headers(catalog)),
            now=instant,
        ),
    )


def _in_headers(catalog: Catalog) -> Iterator[Notice]:
    """Give the notices in the headers of sealed files, opened or not."""
    yield from catalog.notices
    yield from (one.notice for one in catalog.unopened if one.notice)


def _tell_of_sealed(catalog: Catalog, done: Done, instant: datetime) -> None:
    """Fail if something is due by its notice that cannot be opened here."""
    ends = [one.notice.embargo for one in catalog.unopened if one.notice]
    if any(one and one <= instant for one in ends):
        text = (
            "a sealed advisory is due by its notice, and there is no key: set ADVISORY_IDENTITY or"
        )
        text += " ADVISORY_KEY"
        done.faults.append(Stop(text, exit_code=Exit.USAGE))
        click.echo(f"Error: {text}", err=True)


def run(release: Release) -> None:
    """Do all that is left to do."""
    is_current = not release.wishes.rebuilds and _is_current(release)
    if not is_current:
        _attempt(release, partial(_put_out, release))
    due = _due(release)
    seen = _seen(release, due)
    _tell_of_rests(release, due, seen)
    for bundle in due.due:
        _attempt(release, partial(_announce, release, bundle, seen))
    if release.wishes.shared and not release.wishes.is_dry:
        _push(release, release.wishes.shared)


def _attempt(release: Release, step: Callable[[], None]) -> None:
    """Do a step; whatever becomes of it, the later ones have to be done."""
    try:
        step()
    except Stop as stop:
        release.fault(stop)
    except (click.Abort, click.ClickException):
        raise
    except Exception as error:  # noqa: BLE001 - a bug in one step keeps no mail back
        release.fault(Stop(bug_text(error), exit_code=Exit.BUG))


# The site


def _is_current(release: Release) -> bool:
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
    return shown_by(_content(answer))


def _content(answer: Answer | NoAnswer) -> bytes | None:
    is_fine = isinstance(answer, Answer) and answer.status == 200 and answer.leads_to is None  # noqa: PLR2004 - OK
    return answer.content if is_fine and isinstance(answer, Answer) else None


def _put_out(release: Release) -> None:
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
            _attempt(release, partial(_deploy, release, target, tree, stamp))


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


# What readers have


def _seen(release: Release, due: Announcing) -> frozenset[str]:
    """Look which of what matters is live, record that, and give the ids."""
    new = release.unrecorded()
    wanted = new | {one for bundle in due.due for one in bundle.ids}
    if release.wishes.is_dry or not (wanted or release.done.deployed):
        return wanted
    live, is_whole = _look(release, wanted)
    names = frozenset(one.expected.id for one in live.observations if one.is_live)
    _attempt(release, partial(_record, release, names & new))
    if names != wanted or not is_whole:
        release.fault(_not_live(release, live))
    return names


def _look(release: Release, wanted: frozenset[str]) -> tuple[Live, bool]:
    """Look until all is live, or the time is up. Without a deployment, one look is enough."""
    chosen = [one for one in release.disclosure.advisories if one.id in wanted]
    awaited = expected(chosen, policy=release.project.policy)
    end = time.monotonic() + (release.wishes.wait if release.done.deployed else 0)
    pauses = iter(_LOOKS_APART)
    pause = next(pauses)
    while True:
        answer = release.wishes.web.fetch(INDEX)
        is_whole = shown_by(_content(answer)) == release.standing()
        is_last = time.monotonic() + pause > end
        # As long as the index is not the new one, there is no need to ask for all the rest.
        if is_whole or is_last:
            live = _whole_look(release, awaited, answer)
            if (live.is_complete and is_whole) or is_last:
                return live, is_whole
        release.say("The site is not live everywhere yet: looking again …")
        time.sleep(pause)
        pause = next(pauses, pause)


def _whole_look(release: Release, awaited: Sequence[Expected], index: Answer | NoAnswer) -> Live:
    """Look at all that is awaited, unless the site does not even give its index."""
    if isinstance(index, NoAnswer):
        fault = Finding(uri=INDEX, part=Part.INDEX, fault=Fault.NO_ANSWER, text=index.why)
        return Live(observations=(), findings=(fault,))
    feed = release.project.policy.feed.uri
    return look_at(awaited, feed_uri=feed, fetch=release.wishes.web.fetch)


def _not_live(release: Release, live: Live) -> Stop:
    found = live.all_findings()
    lines = [f"  {one.advisory or 'all'}: {one.uri} {one.text}" for one in found[:_MOST_SHOWN]]
    if more := len(found) - len(lines):
        lines.append(f"  and {more} more")
    if not found:
        lines = [f"  {INDEX} is not that of this site"]
    return Stop(
        "\n".join([f"{release.wishes.url} does not show all that is disclosed", *lines]),
        exit_code=Exit.OUTSIDE,
    )


def _record(release: Release, ids: frozenset[str]) -> None:
    """Write down what is live."""
    if not ids:
        return
    try:
        with opened(release.project.folder) as record:
            known = recorded_by(record.ledger)
            for name, one in sorted(release.standing().items()):
                if name in ids and known.get(name) != one:
                    record.append(
                        Event.LIVE,
                        time=release.instant,
                        advisory=name,
                        published=format_instant(one.published),
                        modified=format_instant(one.modified),
                        digest=release.done.digest,
                        url=release.wishes.url + page_uri(name),
                    )
                    release.done.live.append(name)
    except LedgerError as error:
        raise ledger_stop(error) from None
    release.read_again()
    release.say(f"Live: {_listed(sorted(ids))}")


# Mails


def _due(release: Release) -> Announcing:
    """Find the mails that are due."""
    found = announcing(release.disclosure.advisories, release.ledger, now=release.instant)
    nothing = Announcing(due=(), parted=found.parted, old=found.old)
    mail = release.project.policy.mail
    if not release.wishes.mails:
        return nothing
    if mail is None or not mail.announce:
        if found.due:
            release.note("No list is configured (`mail.announce`): nothing is announced")
        return nothing
    if found.old and not release.ledger.of(Event.LIVE):
        release.note(f"{counted(found.old, 'advisory')} of long ago: no mail is sent about that")
    return found


def _tell_of_rests(release: Release, due: Announcing, seen: frozenset[str]) -> None:
    """Tell people what they have to announce themselves, once readers have it."""
    live = seen | recorded_by(release.ledger).keys()
    for one in due.parted:
        rest = unannounced(one, release.ledger)
        if live.issuperset(rest):
            release.note(
                f"A part of {_listed(one.ids)} was announced: announce the rest with `advisory"
                f" notify announcement {' '.join(rest)} --send`"
            )


def _announce(release: Release, bundle: Bundle, live: frozenset[str]) -> None:
    """Send the mail about a bundle, if it is not to wait for the site.

    Raises:
        Stop: it was not sent, or nobody knows.
    """
    names = _listed(bundle.ids)
    if not release.wishes.is_dry and bundle.waits_for_site(live, now=release.present()):
        until = format_instant(bundle.embargo + PATIENCE)
        release.done.waiting += bundle.ids
        release.note(f"The mail about {names} waits for the site, until {until} at most")
        return
    if not live.issuperset(bundle.ids):
        release.note(f"The mail about {names} waits no longer, though the site is not live")
    plan = planned(
        NoticeKind.ANNOUNCEMENT,
        bundle.ids,
        project=release.project,
        ledger=release.ledger,
        instant=release.instant,
    )
    doubtful = in_doubt(bundle, release.ledger)
    if doubtful:
        _clear_up(release, doubtful, plan)
    elif release.wishes.is_dry:
        release.note(f"Would send to {', '.join(plan.envelope.lists)}: {plan.letter.subject}")
    else:
        _send(release, plan, bundle)


def _send(release: Release, plan: Plan, bundle: Bundle) -> None:
    wishes, mail = release.wishes, release.project.policy.mail
    if wishes.server is None:
        text = f"{_listed(bundle.ids)} is not announced: there is no mail server. Set {URL}, or"
        raise Stop(f"{text} say --no-mail", exit_code=Exit.USAGE)
    release.say(f"Sending to {', '.join(plan.envelope.lists)}: {plan.letter.subject}")
    try:
        is_new = deliver(
            plan,
            server=wishes.server,
            sender=mail.sender if mail else "",
            folder=release.project.folder,
            now=release.instant,
            remote=Remote(folder=release.project.root, name=wishes.claim) if wishes.claim else None,
            waiting=lambda: release.say("Another run is sending: waiting for its end"),
        )
    except LedgerError as error:
        raise ledger_stop(error) from None
    except NotSentError as error:
        raise Stop(
            f"not sent: {error}. The next run tries again.", exit_code=Exit.OUTSIDE
        ) from None
    except ClaimedError as error:
        _wait_for_another(release, plan, error)
        return
    except (UndecidedError, UnknownError, UnrecordedError) as error:
        raise stop_in_doubt(error, plan.envelope.message_id) from None
    finally:
        release.read_again()
    if is_new:
        release.done.announced += bundle.ids


def _wait_for_another(release: Release, plan: Plan, error: ClaimedError) -> None:
    """Wait until the machine that has the claim says that it has sent the mail.

    Raises:
        Stop: it does not say so.
    """
    message_id, shared = plan.envelope.message_id, release.wishes.shared
    end = time.monotonic() + release.wishes.wait
    release.say("Another machine has begun to send this mail: waiting for its word …")
    while shared and time.monotonic() < end:
        _pull(shared, release.done)
        release.read_again()
        if release.ledger.delivery(message_id) is Delivery.SENT:
            release.say("Sent by another machine")
            return
        time.sleep(2)
    if _is_archived(release, message_id, plan):
        return
    raise stop_in_doubt(error, message_id)


def _clear_up(release: Release, message_id: str, plan: Plan) -> None:
    """Find out whether a mail was sent before.

    Raises:
        Stop: a person has to.
    """
    if not _is_archived(release, message_id, plan):
        raise stop_in_doubt(UndecidedError(message_id), message_id)


def _is_archived(release: Release, message_id: str, plan: Plan) -> bool:
    """Look into the archive of the list, and record a mail that is there as sent."""
    mail = release.project.policy.mail
    if mail is None or mail.archive is None:
        return False
    try:
        url = archived_at(
            mail.archive,
            message_id=message_id,
            subject=plan.letter.subject,
            ids=plan.about["advisories"],
        )
    except UnreachableError as error:
        release.note(f"The archive of the list does not answer: {error}")
        return False
    if url is None:
        release.note("The archive of the list does not have this mail")
        return False
    if not release.wishes.is_dry:
        _record_sent(release, message_id, plan, url)
    release.say(f"Sent before: {url}")
    return True


def _record_sent(release: Release, message_id: str, plan: Plan, url: str) -> None:
    try:
        with opened(release.project.folder) as record:
            name = {"kind": plan.kind.value, "message_id": message_id, "attempt": "archive"}
            attempts = [one.about for one in record.ledger.attempts(message_id)]
            for about in attempts or [{**name, **plan.about}]:
                record.append(Event.SENT, time=release.instant, **{**about, "archive": url})
    except LedgerError as error:
        raise ledger_stop(error) from None
    release.read_again()


# The ledger for all others


def _pull(shared: SharedLedger, done: Done) -> None:
    try:
        shared.pull()
    except NotSharedError as error:
        text = f"The ledger of others could not be fetched: {error}"
        if text not in done.notes:
            done.notes.append(text)
            click.echo(text, err=True)
    except LedgerError as error:
        raise ledger_stop(error) from None


def _push(release: Release, shared: SharedLedger) -> None:
    try:
        release.done.pushed = shared.push()
    except NotSharedError as error:
        text = f"the ledger could not be pushed: {error}. The next run tries again."
        release.fault(Stop(text, exit_code=Exit.OUTSIDE))
    except LedgerError as error:
        release.fault(ledger_stop(error))
    if release.done.pushed:
        release.say(f"The ledger is pushed to {shared.branch} of {shared.remote}")


# Back


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


def _listed(ids: tuple[str, ...] | list[str]) -> str:
    more = f" and {len(ids) - _MOST_SHOWN} more" if len(ids) > _MOST_SHOWN else ""
    return ", ".join(ids[:_MOST_SHOWN]) + more
