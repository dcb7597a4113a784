"""Which mails are due by themselves, and that none is about what is old."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import NOW, Folder
from mkdocs_advisories.disclosure.archive import address
from mkdocs_advisories.disclosure.bundles import Bundle, announcing, in_doubt
from mkdocs_advisories.disclosure.ledger import Event, Ledger, Line
from mkdocs_advisories.embargo import disclose
from mkdocs_advisories.model import Disclosed

HOUR = timedelta(hours=1)


@pytest.fixture
def pair(folder: Folder) -> Sequence[Disclosed]:
    """Two advisories that were disclosed two hours ago, and one of long ago."""
    for name, age in (("LAN-2026-0001", 2), ("LAN-2026-0002", 2), ("LAN-2026-0003", 900)):
        folder.write(name, embargo=(NOW - age * HOUR).isoformat().replace("+00:00", "Z"))
    return disclose(folder.read().advisories, now=NOW).advisories


def sent(*ids: str, event: Event = Event.SENT, at: datetime = NOW) -> Line:
    about = {"kind": "announcement", "message_id": "<m>", "attempt": "a", "advisories": list(ids)}
    return Line(event=event, time=at, about=about)


def began(at: datetime) -> Line:
    return Line(event=Event.DONE, time=at, about={"advisory": "x", "step": "y"})


def test_what_was_disclosed_within_hours_is_due_and_what_is_old_is_not(
    pair: Sequence[Disclosed],
) -> None:
    found = announcing(pair, Ledger(), now=NOW)
    assert [one.ids for one in found.due] == [("LAN-2026-0001", "LAN-2026-0002")]
    assert (found.parted, found.old) == ((), 1)


@pytest.mark.parametrize(
    ("begun", "age", "is_due"),
    [
        (None, 5, True),
        (None, 7, False),
        (8, 7, True),
        (6, 7, False),
        (500, 160, True),
        (5000, 170, False),
        (0, 7, False),
    ],
)
def test_an_older_ledger_makes_a_week_of_the_hours(
    folder: Folder, begun: int | None, age: int, *, is_due: bool
) -> None:
    folder.write(embargo=(NOW - age * HOUR).isoformat().replace("+00:00", "Z"))
    public = disclose(folder.read().advisories, now=NOW).advisories
    lines = () if begun is None else (began(NOW - begun * HOUR),)
    assert bool(announcing(public, Ledger(lines=lines), now=NOW).due) is is_due


def test_what_was_announced_is_not_due_and_a_rest_is_for_people(
    pair: Sequence[Disclosed],
) -> None:
    whole = Ledger(lines=(sent("LAN-2026-0001", "LAN-2026-0002"),))
    assert announcing(pair, whole, now=NOW).due == ()
    part = announcing(pair, Ledger(lines=(sent("LAN-2026-0001"),)), now=NOW)
    assert (part.due, len(part.parted)) == ((), 1)


def test_a_mail_in_doubt_is_found_even_if_the_bundle_has_grown() -> None:
    bundle = Bundle(embargo=NOW, ids=("A", "B"))
    intent = sent("A", event=Event.INTENT)
    assert in_doubt(bundle, Ledger(lines=(intent,))) == "<m>"
    assert in_doubt(bundle, Ledger(lines=(intent, sent("A")))) is None
    assert in_doubt(Bundle(embargo=NOW, ids=("C",)), Ledger(lines=(intent,))) is None


@given(minutes=st.integers(-30, 60), live=st.sets(st.sampled_from(["A", "B"])))
def test_a_mail_waits_for_the_site_but_never_longer_than_a_quarter_of_an_hour(
    minutes: int, live: set[str]
) -> None:
    bundle = Bundle(embargo=datetime(2026, 6, 1, 12, tzinfo=UTC), ids=("A", "B"))
    waits = bundle.waits_for_site(frozenset(live), now=bundle.embargo + timedelta(minutes=minutes))
    assert waits == (live != {"A", "B"} and minutes < 15)


def test_an_archive_is_asked_by_the_name_or_the_digest_of_a_mail() -> None:
    mail = "<a.b@x.example>"
    assert address("https://x/{message_id}", message_id=mail) == "https://x/a.b%40x.example"
    hashed = address("https://x/m/{message_id_hash}/", message_id=mail)
    assert hashed == "https://x/m/NJ2XWHLDRRIOQTVX74EJGZT4PYVN45FA/"
