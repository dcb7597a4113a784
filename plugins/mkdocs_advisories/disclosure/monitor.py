"""What is late, and how late: the site, the mails, security.txt, the certificate.

An advisory has some hours from its disclosure on, or from its last revision, to be live and
announced. In the first half of them what is missing is waited for, in the second half it is a
warning, and then a failure. All here is a function of what was seen, the ledger and one instant.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from mkdocs_advisories.disclosure.bundles import beginnings_of
from mkdocs_advisories.disclosure.ledger import Event, Ledger
from mkdocs_advisories.disclosure.live import (
    Expected,
    Fault,
    FaultError,
    Finding,
    Live,
    Observation,
    Part,
    usable,
)
from mkdocs_advisories.disclosure.web import Answer, Certificate, NoAnswer
from mkdocs_advisories.model import InstantError, NoticeKind, format_instant, parse_instant
from mkdocs_advisories.policy import Policy
from mkdocs_advisories.render.security_txt import URI as SECURITY_TXT

_EXPIRES = re.compile(r"^expires:[ \t]*(\S+)[ \t]*\r?$", re.MULTILINE | re.IGNORECASE)
_CONTACT = re.compile(r"^contact:[ \t]*\S", re.MULTILINE | re.IGNORECASE)
_SOON = timedelta(days=31)
_LAST_PART = 10  # of a certificate's life, in which a new one should have come


class Level(StrEnum):
    """How bad it is. What is waited for is no alarm yet."""

    FAILURE = "failure"
    WARNING = "warning"
    WAITING = "waiting"


class Check(StrEnum):
    """What was looked at."""

    PAGE = "page"
    FEED = "feed"
    INDEX = "index"
    RECORD = "record"
    MAIL = "mail"
    SECURITY_TXT = "security.txt"
    CERTIFICATE = "certificate"
    SOURCE = "source"


_CHECKS = {
    Part.PAGE: Check.PAGE,
    Part.FEED: Check.FEED,
    Part.INDEX: Check.INDEX,
    Part.RECORD: Check.RECORD,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Alarm:
    """Something that is not as it should be. `due` is when it has to be mended, if it may wait."""

    level: Level
    check: Check
    fault: Fault
    place: str
    text: str
    advisory: str | None = None
    due: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """What is known of the files: `faulty` ones cannot be looked for.

    `sealed` are the ends of embargoes, as far as notices tell them, of what no key opened.
    """

    faulty: int = 0
    sealed: tuple[datetime, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """All that was looked at. `ledger` is None if it cannot be read."""

    live: Live
    ledger: Ledger | None
    security_txt: Answer | NoAnswer | None
    certificate: Certificate | None
    source: Source = Source()


@dataclass(frozen=True, kw_only=True, slots=True)
class Watch:
    """What was found, the worst first."""

    site: str
    as_of: datetime
    observations: tuple[Observation, ...]
    alarms: tuple[Alarm, ...]
    security_txt_ends: datetime | None = None
    certificate_ends: datetime | None = None

    @property
    def worst(self) -> Level | None:
        """The worst level that there is; None if nothing is wrong."""
        return next((one for one in Level if self.of(one)), None)

    @property
    def is_silent(self) -> bool:
        """Whether all that fails is that there was no answer, so that nothing is known."""
        failures = self.of(Level.FAILURE)
        return bool(failures) and all(one.fault is Fault.NO_ANSWER for one in failures)

    def of(self, level: Level) -> tuple[Alarm, ...]:
        """Give those of one level."""
        return tuple(one for one in self.alarms if one.level is level)


@dataclass(frozen=True, kw_only=True, slots=True)
class Term:
    """The time in which something has to be done."""

    within: timedelta
    now: datetime

    def level(self, since: datetime) -> Level:
        """Say how bad it is that something is not done yet which was to be begun at `since`."""
        age = self.now - since
        if age >= self.within:
            return Level.FAILURE
        return Level.WARNING if 2 * age >= self.within else Level.WAITING


def watch(seen: Seen, *, site: str, policy: Policy, now: datetime) -> Watch:
    """Judge what was seen of a site at one instant."""
    term = Term(within=timedelta(hours=policy.clock.live_within), now=now)
    awaited = [one.expected for one in seen.live.observations]
    ends = _expiry(seen.security_txt)
    alarms = [
        *_of_source(seen.source, term),
        *map(_of_all, seen.live.findings),
        *_strangers(seen.live),
        *(_of_one(it, one.expected, term) for one in seen.live.observations for it in one.findings),
        *_mails(awaited, seen.ledger, policy, term),
        *_security_txt(seen.security_txt, ends, now),
        *_certificate(seen.certificate, now),
    ]
    return Watch(
        site=site,
        as_of=now,
        observations=seen.live.observations,
        alarms=tuple(sorted(alarms, key=lambda one: list(Level).index(one.level))),
        security_txt_ends=ends,
        certificate_ends=seen.certificate.ends if seen.certificate else None,
    )


def _of_all(found: Finding) -> Alarm:
    """What all advisories share has to be there at any time."""
    return Alarm(
        level=Level.FAILURE,
        check=_CHECKS[found.part],
        fault=found.fault,
        place=found.uri,
        text=found.text,
    )


def _of_one(found: Finding, one: Expected, term: Term) -> Alarm:
    """An old revision is late from the change on, everything else from the disclosure on."""
    since = one.modified if found.fault is Fault.OLD else one.published
    return Alarm(
        level=term.level(since),
        check=_CHECKS[found.part],
        fault=found.fault,
        place=found.uri,
        text=found.text,
        advisory=one.id,
        due=since + term.within,
    )


def _strangers(live: Live) -> Iterator[Alarm]:
    if live.strangers:
        yield Alarm(
            level=Level.FAILURE,
            check=Check.INDEX,
            fault=Fault.OTHER,
            place="advisories.json",
            text=f"lists {live.strangers} more than are disclosed here: something was published"
            " early, or has vanished from these files, or they are not the newest",
        )


def _of_source(source: Source, term: Term) -> Iterator[Alarm]:
    if source.faulty:
        yield Alarm(
            level=Level.FAILURE,
            check=Check.SOURCE,
            fault=Fault.BROKEN,
            place="the files",
            text="not all of what may be disclosed can be read: see `advisory check`",
        )
    for since in sorted(source.sealed):
        if since <= term.now:
            yield Alarm(
                level=term.level(since),
                check=Check.SOURCE,
                fault=Fault.MISSING,
                place="the files",
                text="the embargo of one has ended by its notice, but it is sealed, and there is no"
                " key: give one, or unseal it",
                due=since + term.within,
            )


def _mails(
    awaited: Iterable[Expected], ledger: Ledger | None, policy: Policy, term: Term
) -> Iterator[Alarm]:
    """Look for the announcement of everything that the ledger has known of from the start."""
    if ledger is None:
        text = "cannot be read: see `advisory ledger show`"
        yield _mail_alarm(Level.FAILURE, text, fault=Fault.BROKEN)
        return
    if not (policy.mail and policy.mail.announce):
        return
    beginnings = beginnings_of(ledger)
    sent, begun = _announced(ledger, Event.SENT), _announced(ledger, Event.INTENT)
    for one in awaited:
        if one.id in sent or not beginnings.knew(one.id, embargo=one.published):
            continue
        level = term.level(one.published)
        text = "does not say that the announcement was sent"
        if one.id in begun and _is_unknown(ledger, one.id):
            level = max(level, Level.WARNING, key=_badness)
            text = "does not say what became of the announcement: see `advisory ledger show`"
        yield _mail_alarm(level, text, advisory=one.id, due=one.published + term.within)


def _badness(level: Level) -> int:
    return -list(Level).index(level)


def _mail_alarm(
    level: Level,
    text: str,
    *,
    fault: Fault = Fault.MISSING,
    advisory: str | None = None,
    due: datetime | None = None,
) -> Alarm:
    return Alarm(
        level=level,
        check=Check.MAIL,
        fault=fault,
        place="the ledger",
        text=text,
        advisory=advisory,
        due=due,
    )


def _announced(ledger: Ledger, event: Event) -> frozenset[str]:
    """Give the ids that an announcement is recorded about."""
    return frozenset(
        name
        for one in ledger.of(event)
        if one.about.get("kind") == NoticeKind.ANNOUNCEMENT.value
        for name in one.names("advisories")
    )


def _is_unknown(ledger: Ledger, advisory_id: str) -> bool:
    unknown = set(ledger.unknown())
    return any(
        one.about["message_id"] in unknown and advisory_id in one.names("advisories")
        for one in ledger.of(Event.INTENT)
    )


def _expiry(answer: Answer | NoAnswer | None) -> datetime | None:
    """Read when a security.txt ends (RFC 9116, section 2.5.5); None if it does not say so."""
    content = answer.content if isinstance(answer, Answer) else b""
    found = _EXPIRES.findall(content[:_LARGEST_TEXT].decode("utf-8", "replace"))
    try:
        return parse_instant(found[0]) if len(found) == 1 else None
    except InstantError:
        return None


_LARGEST_TEXT = 64 * 1024


def _security_txt(
    answer: Answer | NoAnswer | None, ends: datetime | None, now: datetime
) -> Iterator[Alarm]:
    """Judge security.txt, if the policy has one."""
    if answer is None:
        return
    try:
        text = usable(answer)[:_LARGEST_TEXT].decode("utf-8", "replace")
        if ends is None or not _CONTACT.search(text):
            raise FaultError(Fault.BROKEN, "is no security.txt with `Contact` and `Expires`")  # noqa: TRY301 - as what `usable` raises
    except FaultError as error:
        yield _security_alarm(Level.FAILURE, error.fault, str(error))
        return
    if ends <= now:
        yield _security_alarm(Level.FAILURE, Fault.OLD, f"has expired at {format_instant(ends)}")
    elif ends <= now + _SOON:
        yield _security_alarm(Level.WARNING, Fault.OLD, f"expires at {format_instant(ends)}")


def _security_alarm(level: Level, fault: Fault, text: str) -> Alarm:
    return Alarm(level=level, check=Check.SECURITY_TXT, fault=fault, place=SECURITY_TXT, text=text)


def _certificate(certificate: Certificate | None, now: datetime) -> Iterator[Alarm]:
    """Warn in the last part of its life, however long that is."""
    if certificate is None:
        return
    life = certificate.ends - certificate.begins
    if certificate.ends - now <= life / _LAST_PART:
        yield Alarm(
            level=Level.WARNING,
            check=Check.CERTIFICATE,
            fault=Fault.OLD,
            place="the certificate",
            text=f"expires at {format_instant(certificate.ends)}",
        )
