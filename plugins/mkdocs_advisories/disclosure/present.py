"""The present, as one run sees it: the machine's clock, held against all that is known."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from mkdocs_advisories.clock import Bound, Known, hold_clock_against, instant_of_run
from mkdocs_advisories.disclosure.ledger import Ledger, LedgerError, read_ledger
from mkdocs_advisories.source.repository import newest_commit


def present(  # noqa: PLR0913 - the clock, and each thing that it is held against
    clock: datetime,
    *,
    folder: Path,
    hosts: Sequence[str],
    environment: Mapping[str, str],
    earlier: str | None = None,
    known: Iterable[Known] = (),
) -> datetime:
    """Give the one instant of a run (UTC).

    `clock` is what the machine says. It is held against the newest commit of the repository around
    `folder`, against `known` (such as the last disclosure that was recorded), and against `hosts`
    (URLs; asked only if there are any). `environment` may turn it back, and so may `earlier`.

    Raises:
        ClockError: the clock cannot be believed, or what should turn it back cannot be read.
    """
    hold_clock_against([*known, *_commits(folder), *_asked(hosts)], clock=clock)
    instants = (
        instant_of_run(clock, source_date_epoch=environment.get("SOURCE_DATE_EPOCH"), earlier=text)
        for text in (earlier, environment.get("ADVISORY_NOW"))
    )
    return min(instants)


def known_by(ledger: Ledger) -> tuple[Known, ...]:
    """Give what the clock is held against: what was recorded has happened."""
    times = [one.time for one in ledger.lines]
    if not times:
        return ()
    return (Known(what="the last line of the ledger", instant=max(times), bound=Bound.PAST),)


def known_of(folder: Path) -> tuple[Known, ...]:
    """Give the same of the ledger of a folder of advisories; nothing if it cannot be read.

    It can only tell that a clock is behind, which holds more: that is no reason to stop a build.
    """
    try:
        return known_by(read_ledger(folder))
    except LedgerError:
        return ()


def _asked(hosts: Sequence[str]) -> Iterable[Known]:
    if not hosts:
        return ()
    # It loads HTTP, TLS and threads, and few organisations name hosts.
    from mkdocs_advisories.disclosure.time_hosts import ask_hosts  # noqa: PLC0415 - see above

    return ask_hosts(hosts)


def _commits(folder: Path) -> Iterable[Known]:
    newest = newest_commit(folder)
    if newest:
        yield Known(what="the newest commit", instant=newest, bound=Bound.PAST)
