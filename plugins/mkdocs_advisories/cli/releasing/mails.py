"""The mails of a release: each once, behind the site, and never for what is old."""

import time

from mkdocs_advisories.cli.exits import Exit, Stop
from mkdocs_advisories.cli.mailing import ledger_stop, planned, stop_in_doubt
from mkdocs_advisories.cli.releasing.sharing import pull
from mkdocs_advisories.cli.releasing.state import Release, listed
from mkdocs_advisories.disclosure.archive import archived_at
from mkdocs_advisories.disclosure.bundles import (
    PATIENCE,
    Announcing,
    Bundle,
    announcing,
    in_doubt,
    unannounced,
)
from mkdocs_advisories.disclosure.claim import ClaimedError, Remote
from mkdocs_advisories.disclosure.ledger import Delivery, Event, LedgerError, opened
from mkdocs_advisories.disclosure.notices import Plan, UndecidedError, UnrecordedError, deliver
from mkdocs_advisories.disclosure.published import UnreachableError
from mkdocs_advisories.disclosure.smtp import URL, NotSentError, UnknownError
from mkdocs_advisories.disclosure.standing import (
    recorded_by,
)
from mkdocs_advisories.model import NoticeKind, format_instant
from mkdocs_advisories.report.findings import counted


def what_is_due(release: Release) -> Announcing:
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


def tell_of_rests(release: Release, due: Announcing, seen: frozenset[str]) -> None:
    """Tell people what they have to announce themselves, once readers have it."""
    live = seen | recorded_by(release.ledger).keys()
    for one in due.parted:
        rest = unannounced(one, release.ledger)
        if live.issuperset(rest):
            release.note(
                f"A part of {listed(one.ids)} was announced: announce the rest with `advisory"
                f" notify announcement {' '.join(rest)} --send`"
            )


def announce(release: Release, bundle: Bundle, live: frozenset[str]) -> None:
    """Send the mail about a bundle, if it is not to wait for the site.

    Raises:
        Stop: it was not sent, or nobody knows.
    """
    names = listed(bundle.ids)
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
        text = f"{listed(bundle.ids)} is not announced: there is no mail server. Set {URL}, or"
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
        pull(shared, release.done)
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
