"""The ledger: it only grows, its order means nothing, and doubt stops everything."""

import json
import random
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import NOW
from mkdocs_advisories.disclosure.ledger import (
    NAME,
    Delivery,
    Event,
    Ledger,
    LedgerError,
    Line,
    opened,
    read_ledger,
)

MAIL = "<announcement.1@lantern.example>"


def line(event: Event, attempt: str, message_id: str = MAIL) -> Line:
    return Line(event=event, time=NOW, about={"message_id": message_id, "attempt": attempt})


def test_without_a_file_nothing_was_done(tmp_path: Path) -> None:
    assert read_ledger(tmp_path) == Ledger()
    assert not (tmp_path / NAME).exists()


def test_what_is_appended_is_read_again(tmp_path: Path) -> None:
    with opened(tmp_path) as record:
        record.append(Event.INTENT, time=NOW, message_id=MAIL, attempt="a", lists=["ä@x"])
        assert record.ledger.delivery(MAIL) is Delivery.UNKNOWN
    (one,) = read_ledger(tmp_path).lines
    assert one.names("lists") == ("ä@x",)
    assert one.names("message_id") == ()
    assert json.loads((tmp_path / NAME).read_text("utf-8"))["time"] == "2026-06-01T12:00:00Z"


@pytest.mark.parametrize(
    ("lines", "known"),
    [
        ([], Delivery.NOT_SENT),
        ([line(Event.INTENT, "a")], Delivery.UNKNOWN),
        ([line(Event.INTENT, "a"), line(Event.UNSENT, "a")], Delivery.NOT_SENT),
        ([line(Event.INTENT, "a"), line(Event.UNSENT, "b")], Delivery.UNKNOWN),
        ([line(Event.INTENT, "a"), line(Event.SENT, "a")], Delivery.SENT),
        ([line(Event.INTENT, "a"), line(Event.INTENT, "b"), line(Event.SENT, "b")], Delivery.SENT),
        ([line(Event.INTENT, "a", "<other@x>")], Delivery.NOT_SENT),
    ],
)
def test_what_is_known_follows_from_the_lines_in_any_order(
    lines: list[Line], known: Delivery
) -> None:
    for seed in range(6):
        mixed = random.Random(seed).sample(lines, len(lines))  # noqa: S311 - an order, no secret
        assert Ledger(lines=tuple(mixed)).delivery(MAIL) is known


@given(st.lists(st.sampled_from(list(Event)[1:4]), max_size=6), st.integers(0, 400))
def test_a_ledger_cut_off_anywhere_never_forgets_a_whole_line(
    tmp_path_factory: pytest.TempPathFactory, events: list[Event], cut: int
) -> None:
    folder = tmp_path_factory.mktemp("ledger")
    text = "".join(line(one, str(at)).text() for at, one in enumerate(events))
    (folder / NAME).write_text(text[:cut], "utf-8")
    with opened(folder) as record:
        kept = len(record.ledger.lines)
        assert kept == text[:cut].count("\n")
        record.append(Event.LIVE, time=NOW, advisory="LAN-2026-0001")
    assert len(read_ledger(folder).lines) == kept + 1


@pytest.mark.parametrize(
    "bad",
    [
        "<<<<<<< HEAD",
        "{}",
        "[]",
        "null",
        '{"event": "sung", "time": "2026-06-01T12:00:00Z"}',
        '{"event": "live", "time": "yesterday"}',
        '{"event": "sent", "time": "2026-06-01T12:00:00Z", "message_id": "<x@y>"}',
        "[" * 5000,
    ],
)
def test_a_line_that_is_none_stops_everything(tmp_path: Path, bad: str) -> None:
    (tmp_path / NAME).write_text(line(Event.INTENT, "a").text() + bad + "\n", "utf-8")
    with pytest.raises(LedgerError, match="line 2 is none of its lines"):
        read_ledger(tmp_path)
    with pytest.raises(LedgerError, match="line 2"), opened(tmp_path):
        pass


def test_other_files_are_no_ledger(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text("", "utf-8")
    (tmp_path / NAME).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(LedgerError, match="cannot be read"):
        read_ledger(tmp_path)
    with pytest.raises(LedgerError, match="cannot be opened"), opened(tmp_path):
        pass
    (tmp_path / NAME).unlink()
    (tmp_path / NAME).write_bytes(b"\xff\n")
    with pytest.raises(LedgerError, match="UTF-8"):
        read_ledger(tmp_path)


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("room", [0, 10])
def test_a_full_disk_leaves_no_half_line(tmp_path: Path, room: int) -> None:
    with opened(tmp_path) as record:
        record.append(Event.LIVE, time=NOW, advisory="LAN-2026-0001")
        size = (tmp_path / NAME).stat().st_size
        with largest_file(size + room), pytest.raises(LedgerError, match="cannot be written"):
            record.append(Event.LIVE, time=NOW, advisory="LAN-2026-0002")
    assert (tmp_path / NAME).stat().st_size == size
    assert len(read_ledger(tmp_path).lines) == 1
