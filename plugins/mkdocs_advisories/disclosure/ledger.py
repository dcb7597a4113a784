"""The ledger: what was done on the days of disclosure, so that nothing is done twice.

A file of JSON Lines that only grows. Each line stands for itself and their order means nothing, so
that two branches can be merged by keeping the lines of both (`merge=union` of git). A mail has a
line `intent` before its text goes to the server and a line `sent` after the server has taken it.
An `intent` without an end means that nobody knows: only a person may decide then.
"""

import fcntl
import json
import os
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from mkdocs_advisories.model import (
    InstantError,
    Notice,
    NoticeKind,
    format_instant,
    parse_instant,
)

NAME = ".ledger.jsonl"
"""In the folder of advisories, whose readers pass over names that begin with a dot."""

_LARGEST = 16 * 1024 * 1024
_NEEDED = {"intent": "attempt", "sent": "attempt", "unsent": "attempt"}


class LedgerError(ValueError):
    """The ledger cannot be read or written. The message says where and why."""


class Event(StrEnum):
    """What a line says has happened."""

    LIVE = "live"
    INTENT = "intent"
    SENT = "sent"
    UNSENT = "unsent"
    DONE = "done"


class Delivery(StrEnum):
    """What is known of a mail."""

    NOT_SENT = "not sent"
    SENT = "sent"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One line. `about` are the fields that only some events have."""

    event: Event
    time: datetime
    about: Mapping[str, Any] = field(default_factory=dict)

    def text(self) -> str:
        """Write it, with its newline."""
        stated = {"event": self.event.value, "time": format_instant(self.time), **self.about}
        return json.dumps(stated, ensure_ascii=False) + "\n"

    def names(self, key: str) -> tuple[str, ...]:
        """Give a list of the line, empty if it has none of that name."""
        found = self.about.get(key)
        return tuple(map(str, found)) if isinstance(found, list) else ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Ledger:
    """All that was recorded."""

    lines: tuple[Line, ...] = ()

    def of(self, event: Event) -> tuple[Line, ...]:
        """Give the lines of one event, the earliest first."""
        return tuple(
            sorted((one for one in self.lines if one.event is event), key=lambda one: one.time)
        )

    def delivery(self, message_id: str) -> Delivery:
        """Say what is known of a mail. Sent is sent, whatever else is recorded."""
        own = [one for one in self.lines if one.about.get("message_id") == message_id]
        if any(one.event is Event.SENT for one in own):
            return Delivery.SENT
        return Delivery.UNKNOWN if self._open(own) else Delivery.NOT_SENT

    def unknown(self) -> tuple[str, ...]:
        """Name the mails of which nobody knows whether they were sent, the earliest first."""
        ids = dict.fromkeys(str(one.about["message_id"]) for one in self.of(Event.INTENT))
        return tuple(one for one in ids if self.delivery(one) is Delivery.UNKNOWN)

    def attempts(self, message_id: str) -> tuple[Line, ...]:
        """Give the intents of a mail that have no end."""
        own = [one for one in self.lines if one.about.get("message_id") == message_id]
        return tuple(self._open(own))

    def prenotified(self) -> tuple[Notice, ...]:
        """Give the three facts of every prenotification that was sent.

        A line that does not state them plainly states none.
        """
        sent = (one.about for one in self.of(Event.SENT))
        found = (_notice(one) for one in sent if one.get("kind") == NoticeKind.PRENOTIFICATION)
        return tuple(one for one in found if one)

    @staticmethod
    def _open(own: list[Line]) -> list[Line]:
        ended = {one.about["attempt"] for one in own if one.event in (Event.SENT, Event.UNSENT)}
        return [
            one for one in own if one.event is Event.INTENT and one.about["attempt"] not in ended
        ]


def _notice(about: Mapping[str, Any]) -> Notice | None:
    projects, severity = about.get("projects"), about.get("severity")
    is_plain = isinstance(projects, list) and all(isinstance(one, str) for one in projects)
    if not is_plain or not projects or not isinstance(severity, str | None):
        return None
    try:
        embargo = parse_instant(about.get("embargo", ""))
    except (InstantError, TypeError, AttributeError):
        return None
    return Notice(projects=tuple(projects), severity=severity, embargo=embargo)


@dataclass(kw_only=True, slots=True)
class Record:
    """The ledger while one process alone may write to it."""

    file: int
    ledger: Ledger

    def append(self, event: Event, *, time: datetime, **about: Any) -> Line:  # noqa: ANN401 - JSON
        """Add a line, and come back when it is on the disk.

        Raises:
            LedgerError: it could not be written.
        """
        line = Line(event=event, time=time, about=about)
        raw = line.text().encode()
        end = os.lseek(self.file, 0, os.SEEK_END)
        try:
            whole = os.write(self.file, raw) == len(raw)
            os.fsync(self.file)
        except OSError as error:
            os.ftruncate(self.file, end)
            raise LedgerError(f"it cannot be written: {error.strerror}") from None
        if not whole:
            os.ftruncate(self.file, end)
            raise LedgerError("it cannot be written: the disk is full")
        self.ledger = Ledger(lines=(*self.ledger.lines, line))
        return line


def new_attempt() -> str:
    """Name an attempt to send, so that its end can be told from that of another."""
    return secrets.token_hex(4)


def read_ledger(folder: Path) -> Ledger:
    """Read the ledger of a folder of advisories; empty if there is none yet.

    Raises:
        LedgerError: it cannot be read.
    """
    try:
        file = os.open(folder / NAME, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:
        return Ledger()
    except OSError as error:
        raise LedgerError(f"it cannot be read: {error.strerror}") from None
    try:
        return parsed(_whole(file)[0])
    finally:
        os.close(file)


@contextmanager
def opened(folder: Path, *, waiting: Callable[[], None] = lambda: None) -> Iterator[Record]:
    """Open the ledger so that no other process of this machine writes to it meanwhile.

    `waiting` is called if another one does, before this one waits for it. What a process that was
    killed has left of a line is removed: such a line was never relied on.

    Raises:
        LedgerError: it cannot be read or written.
    """
    try:
        file = os.open(
            folder / NAME, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, mode=0o644
        )
    except OSError as error:
        raise LedgerError(f"it cannot be opened: {error.strerror}") from None
    try:
        _keep_name(folder)
        _lock(file, waiting)
        whole, length = _whole(file)
        ledger = parsed(whole)
        os.ftruncate(file, length)
        yield Record(file=file, ledger=ledger)
    finally:
        os.close(file)


def _keep_name(folder: Path) -> None:
    """Put the name of a file that is new on the disk as well."""
    place = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(place)
    finally:
        os.close(place)


def _lock(file: int, waiting: Callable[[], None]) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        waiting()
        fcntl.flock(file, fcntl.LOCK_EX)


def _whole(file: int) -> tuple[str, int]:
    """Read the lines that are complete, and tell how many bytes they have."""
    size = os.fstat(file).st_size
    if size > _LARGEST:
        raise LedgerError(f"it is larger than {_LARGEST // 1024 // 1024} MiB")
    raw = os.pread(file, size, 0)
    length = raw.rfind(b"\n") + 1
    try:
        return raw[:length].decode("utf-8"), length
    except UnicodeDecodeError:
        raise LedgerError("it is not UTF-8") from None


def parsed(text: str) -> Ledger:
    """Read the text of a ledger.

    Raises:
        LedgerError: a line is none of its lines.
    """
    lines = [_line(one, at) for at, one in enumerate(text.split("\n"), 1) if one.strip()]
    return Ledger(lines=tuple(lines))


def _line(text: str, number: int) -> Line:
    """Read a line; what cannot be understood may hide that a mail was sent, so it stops all."""
    try:
        stated = json.loads(text)
        event = Event(stated.pop("event"))
        time = parse_instant(stated.pop("time"))
        if event.value in _NEEDED:
            stated["attempt"], stated["message_id"]
    except (ValueError, KeyError, TypeError, AttributeError, InstantError, RecursionError):
        raise LedgerError(
            f"line {number} is none of its lines: mend {NAME}; after a merge, keep the lines of"
            " both sides and remove the marks of git"
        ) from None
    return Line(event=event, time=time, about=stated)
