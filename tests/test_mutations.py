"""Broken copies of real advisories: each is refused or sound, none crashes, none gets out early.

`ADVISORY_MUTATIONS=10000` breaks that many; by default there are fewer.
"""

import os
import random
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from conftest import PROJECT, Folder
from mkdocs_advisories.clock import instant_of_run
from mkdocs_advisories.embargo import disclose
from mkdocs_advisories.model import InstantError, parse_instant
from mkdocs_advisories.policy import Policy
from mkdocs_advisories.site import build_site
from mkdocs_advisories.source.catalog import Catalog, read_catalog

SOURCES = sorted((PROJECT / "advisories").rglob("GHSA-*.md"))
COUNT = int(os.environ.get("ADVISORY_MUTATIONS", "2000"))
PARTS = 8
EMBARGO = "2099-01-01T12:00:00Z"
BEFORE = parse_instant(EMBARGO) - timedelta(days=1)
AFTER = datetime(2100, 1, 1, tzinfo=UTC)
ZONES = ["UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Kolkata", "America/New_York"]
SCRAPS = [
    "\x00",
    "\t",
    "---\n",
    "\n",
    '"',
    "'",
    ": ",
    "[",
    "{",
    "<script>",
    "`",
    "é",
    "\u202e",
    "&a ",
    "embargo: ",
    "\ufeff",
    "\r",
    "#",
    "!!timestamp ",
    "٢",
    "-00:00",
]


def mutated(text: str, chance: random.Random) -> str:
    """Break a text in one to three places, every other time near its embargo."""
    for _ in range(chance.randint(1, 3)):
        lines = text.split("\n")
        here, there = chance.randrange(len(text)), chance.randrange(len(lines))
        if chance.random() < 0.5 and "embargo: " in text:
            here = text.index("embargo: ") + chance.randrange(32)
            there = text[:here].count("\n")
        kind = chance.randrange(6)
        if kind == 0:
            text = text[:here] + chance.choice(SCRAPS) + text[here:]
        elif kind == 1:
            text = text[:here] + text[here + chance.randint(1, 30) :]
        elif kind == 2:
            text = "\n".join([*lines[:there], lines[there], *lines[there:]])
        elif kind == 3:
            text = "\n".join([*lines[:there], *lines[there + 1 :]])
        elif kind == 4:
            text = "\n".join([*lines[:there], lines[there].swapcase(), *lines[there + 1 :]])
        else:
            text = text[:here] + chr(chance.randrange(32, 0x2FFF)) + text[here + 1 :]
    return text


def states_another_embargo(text: str) -> bool:
    """Say whether a broken text states, plainly, an instant that has passed.

    It is read here by other means than the program's: one line in the front matter, no more.
    """
    front = text.split("\n---", 1)[0]
    lines = [line for line in front.split("\n") if line.startswith("embargo:")]
    if len(lines) != 1:
        return False
    stated = lines[0].removeprefix("embargo:").partition(" #")[0].strip().strip("\"'")
    try:
        return parse_instant(stated) <= BEFORE
    except InstantError:
        return False


def broken_copies(part: int) -> Iterator[tuple[str, str]]:
    """Give file names and broken texts, the same on every run."""
    chance = random.Random(part)  # noqa: S311 - a reproducible choice, no secret
    for number in range(part, COUNT, PARTS):
        source = SOURCES[number % len(SOURCES)]
        text = source.read_text(encoding="utf-8")
        start = text.index("embargo: ")
        held = text[:start] + f"embargo: {EMBARGO}" + text[text.index("\n", start) :]
        yield source.name, mutated(held, chance)


@pytest.mark.parametrize("part", range(PARTS))
def test_a_mutated_advisory_never_crashes_the_house_nor_gets_out_early(
    folder: Folder, part: int
) -> None:
    policy = with_ghsa(folder.policy)
    for number, (name, broken) in enumerate(broken_copies(part)):
        shelf = folder.path / str(number)
        shelf.mkdir()
        (shelf / name).write_text(broken, encoding="utf-8", newline="")
        catalog = read_catalog(shelf, prefix="advisories", policy=policy)
        early = disclose(catalog.advisories, now=BEFORE).advisories
        assert early == () or states_another_embargo(broken), (part, number, name)
        quotable = [path for path in catalog.embargoes if catalog.is_public(path, BEFORE)]
        assert quotable == [] or states_another_embargo(broken), (part, number, name)
        build_site(disclose(catalog.advisories, now=AFTER), policy=policy, index_uri="")


def with_ghsa(policy: Policy) -> Policy:
    return replace(policy, id_pattern=r"GHSA(-[0-9a-z]{4}){3}")


def public_at(catalog: Catalog, clock: datetime, epoch: str | None = None) -> set[str]:
    now = instant_of_run(clock, source_date_epoch=epoch)
    return {one.id for one in disclose(catalog.advisories, now=now).advisories}


@pytest.fixture
def in_zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Stand in another time zone."""
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("in_zone")
@pytest.mark.parametrize("in_zone", ZONES, indirect=True)
def test_no_zone_and_no_epoch_of_the_future_discloses_anything_else(folder: Folder) -> None:
    catalog = read_catalog(
        PROJECT / "advisories", prefix="advisories", policy=with_ghsa(folder.policy)
    )
    assert catalog.problems == ()
    clock = datetime(2026, 6, 1, 12, tzinfo=UTC)
    expected = {
        source.stem
        for source in SOURCES
        for line in source.read_text(encoding="utf-8").splitlines()
        if line.startswith("embargo: ") and parse_instant(line.removeprefix("embargo: ")) <= clock
    }
    for offset in (timedelta(0), timedelta(hours=1), timedelta(hours=-1), timedelta(hours=26)):
        for epoch in (None, "4102444800"):
            assert public_at(catalog, clock + offset, epoch) == expected


@pytest.mark.usefixtures("in_zone")
@pytest.mark.parametrize("in_zone", ZONES, indirect=True)
def test_ambiguous_instants_are_errors_wherever_the_builder_stands(folder: Folder) -> None:
    refused = [
        "2026-04-09",
        "2026-04-09T20:24Z",
        "2026-04-09T20:24:12",
        "2026-04-09 20:24:12Z",
        "2026-04-09T20:24:12-00:00",
        "2026-04-09T20:24:12 CEST",
        "2026-04-09T24:00:00Z",
        "2026-02-30T00:00:00Z",
        "2026-04-09T20:24:60Z",
        "٢٠٢٦-04-09T20:24:12Z",
        "2026-04-09t20:24:12z",
        "1775766252",
        "tomorrow",
        "null",
        "''",
    ]
    for number, embargo in enumerate(refused):
        folder.write(f"LAN-2026-{number:04}", embargo=embargo)
    catalog = folder.read()
    assert catalog.advisories == ()
    assert len({problem.place.path for problem in catalog.problems}) == len(refused)
    assert not any(catalog.is_public(f"advisories/LAN-2026-{n:04}.md", AFTER) for n in range(15))
