"""What readers of the site have, and its record in the ledger."""

import time
from collections.abc import Sequence
from functools import partial

from mkdocs_advisories.cli.exits import Exit, Stop
from mkdocs_advisories.cli.mailing import ledger_stop
from mkdocs_advisories.cli.releasing.site import content
from mkdocs_advisories.cli.releasing.state import Release, attempt, listed
from mkdocs_advisories.disclosure.bundles import (
    Announcing,
)
from mkdocs_advisories.disclosure.ledger import Event, LedgerError, opened
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
from mkdocs_advisories.disclosure.standing import (
    recorded_by,
    shown_by,
)
from mkdocs_advisories.disclosure.web import Answer, NoAnswer
from mkdocs_advisories.model import format_instant
from mkdocs_advisories.render.addresses import page_uri

_MOST_SHOWN = 5
_LOOKS_APART = (1.0, 2.0, 5.0, 10.0)


def seen_by_readers(release: Release, due: Announcing) -> frozenset[str]:
    """Look which of what matters is live, record that, and give the ids."""
    new = release.unrecorded()
    wanted = new | {one for bundle in due.due for one in bundle.ids}
    if release.wishes.is_dry or not (wanted or release.done.deployed):
        return wanted
    live, is_whole = _look(release, wanted)
    names = frozenset(one.expected.id for one in live.observations if one.is_live)
    attempt(release, partial(_record, release, names & new))
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
        is_whole = shown_by(content(answer)) == release.standing()
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
    release.say(f"Live: {listed(sorted(ids))}")
