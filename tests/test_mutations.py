"""Broken copies of real advisories: each is refused or sound, none crashes, none gets out early."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from conftest import PROJECT, Folder
from mkdocs_advisories.embargo import disclose
from mkdocs_advisories.model import parse_instant
from mkdocs_advisories.site import build_site
from mkdocs_advisories.source.catalog import read_catalog

SOURCES = sorted((PROJECT / "advisories").rglob("GHSA-*.md"))
EMBARGO = "2099-01-01T12:00:00Z"
BEFORE = parse_instant(EMBARGO) - timedelta(days=1)
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
]


def mutated(text: str, chance: random.Random) -> str:
    """Break a text in one to three places."""
    for _ in range(chance.randint(1, 3)):
        lines = text.split("\n")
        here, there = chance.randrange(len(text)), chance.randrange(len(lines))
        kind = chance.randrange(5)
        if kind == 0:
            text = text[:here] + chance.choice(SCRAPS) + text[here:]
        elif kind == 1:
            text = text[:here] + text[here + chance.randint(1, 30) :]
        elif kind == 2:
            text = "\n".join([*lines[:there], lines[there], *lines[there:]])
        elif kind == 3:
            text = "\n".join([*lines[:there], *lines[there + 1 :]])
        else:
            text = text[:here] + chr(chance.randrange(32, 0x2FFF)) + text[here + 1 :]
    return text


@pytest.mark.parametrize("seed", range(8))
def test_a_mutated_advisory_never_crashes_the_house_nor_gets_out_early(
    folder: Folder, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 - a reproducible choice, no secret
    own = {name: getattr(folder.policy, name) for name in type(folder.policy).__dataclass_fields__}
    policy = type(folder.policy)(**{**own, "id_pattern": r"GHSA(-[0-9a-z]{4}){3}"})
    for source in SOURCES:
        text = source.read_text(encoding="utf-8")
        start = text.index("embargo: ")
        held = text[:start] + f"embargo: {EMBARGO}" + text[text.index("\n", start) :]
        broken = mutated(held, chance)
        shelf = folder.path / source.stem
        shelf.mkdir()
        (shelf / source.name).write_text(broken, encoding="utf-8")
        catalog = read_catalog(shelf, prefix="advisories", policy=policy)
        disclosure = disclose(catalog.advisories, now=BEFORE)
        assert disclosure.advisories == () or EMBARGO not in broken, (seed, source.name)
        later = disclose(catalog.advisories, now=datetime(2100, 1, 1, tzinfo=UTC))
        build_site(later, policy=policy, index_uri="")
