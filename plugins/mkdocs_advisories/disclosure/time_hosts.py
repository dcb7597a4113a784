"""What time it is elsewhere: the `Date` header of hosts that are named for it (RFC 9110, 6.6.1).

Only the header is read. An attacker between the two could forge it, hence https, and several hosts.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

from mkdocs_advisories.clock import Bound, ClockError, Known

PATIENCE = 5.0
"""Seconds that a host has to answer."""


def ask_hosts(urls: Sequence[str]) -> tuple[Known, ...]:
    """Ask every host for the time, all at once.

    Those that do not answer are passed over, as long as one does.

    Raises:
        ClockError: there are hosts, and none has told the time.
    """
    if not urls:
        return ()
    with ThreadPoolExecutor(max_workers=len(urls)) as pool:
        answers = list(pool.map(_ask, urls))
    known = tuple(
        Known(what=f"the clock of {_host(url)}", instant=instant, bound=Bound.PRESENT)
        for url, instant in zip(urls, answers, strict=True)
        if instant
    )
    if not known:
        raise ClockError(
            "none of the hosts in `clock_hosts` has told the time, so the clock of this machine is"
            " in doubt: check the network and the names, and run again"
        )
    return known


def _ask(url: str) -> datetime | None:
    parts = urlsplit(url)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=PATIENCE)
    try:
        connection.request("HEAD", parts.path or "/", headers={"Cache-Control": "no-cache"})
        answer = connection.getresponse()
        return _instant(answer.getheader("Date"), answer.getheader("Age"))
    except (OSError, HTTPException):
        return None
    finally:
        connection.close()


def _instant(date: str | None, age: str | None) -> datetime | None:
    """Read a `Date`; what a cache has kept is as old as its `Age` says (RFC 9111, 5.1)."""
    try:
        instant = parsedate_to_datetime(date or "").astimezone(UTC)
        return instant + timedelta(seconds=int(age or 0))
    except (ValueError, OverflowError):
        return None


def _host(url: str) -> str:
    return urlsplit(url).hostname or url
