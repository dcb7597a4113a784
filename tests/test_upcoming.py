"""What is told of disclosures to come: three facts, once they were given, as long as they hold."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html
from mkdocs.commands.build import build
from mkdocs.config import load_config

from command import Command
from conftest import MKDOCS_YML, NOW, Folder
from mkdocs_advisories.disclosure.ledger import NAME, read_ledger
from mkdocs_advisories.embargo import disclose, told_ahead
from mkdocs_advisories.mkdocs import plugin
from mkdocs_advisories.model import (
    Advisory,
    Affected,
    Content,
    Notice,
    Package,
    Severity,
    SeverityType,
    format_instant,
)
from mkdocs_advisories.policy import Feed, Organisation, Policy, Project, Source
from mkdocs_advisories.render.site_page import Page
from mkdocs_advisories.site import Site, build_site
from mkdocs_advisories.source.catalog import read_catalog
from sealing import Keys, new_keys, put

EMBARGO = datetime(2026, 6, 9, 15, tzinfo=UTC)
LATER = EMBARGO + timedelta(days=7)
VECTORS = {
    "critical": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
    "high": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:H/A:N",
    "medium": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:N/A:N",
}
TOLD = Notice(projects=("Lantern",), severity="high", embargo=EMBARGO)


TELLING = Policy(
    organisation=Organisation(name="Lantern Works", url="https://lantern.example/"),
    source=Source.PRIVATE,
    id_pattern=".*",
    time_zone=ZoneInfo("UTC"),
    projects=(Project(name="Lantern", packages=frozenset({"crates.io/lantern"})),),
    feed=Feed(
        uri="feed.xml", title="", subtitle=None, authority="lantern.example", since=date(2024, 1, 1)
    ),
    site_url="https://security.lantern.example/",
    language="en",
    upcoming=True,
)
"""As the fixture `telling`, for tests by example, which take no fixture of one test."""


def advisory(
    name: str = "LAN-2026-0001",
    *,
    embargo: datetime | None = EMBARGO,
    severity: str | None = "high",
    package: str = "lantern",
) -> Advisory:
    vector = VECTORS.get(severity or "")
    content = Content(
        id=name,
        summary="A canary in the title",
        details="A canary in the text",
        affected=(Affected(package=Package(ecosystem="crates.io", name=package)),),
        severity=(Severity(type=SeverityType.CVSS_V3, score=vector),) if vector else (),
    )
    return Advisory(content=content, embargo=embargo, path=f"{name}.md")


@pytest.fixture
def telling(policy: Policy) -> Policy:
    """A policy under which the site tells what is upcoming."""
    return replace(policy, upcoming=True)


Told = Callable[..., tuple[Notice, ...]]


@pytest.fixture
def told(telling: Policy) -> Told:
    """Ask the gate what may be told of advisories after notices were given."""

    def ask(
        advisories: list[Advisory],
        *sent: Notice,
        now: datetime = NOW,
        unopened: tuple[Notice, ...] = (),
        policy: Policy = telling,
    ) -> tuple[Notice, ...]:
        return told_ahead(advisories, sent=sent, unopened=unopened, policy=policy, now=now)

    return ask


def test_what_was_given_and_holds_is_told(told: Told) -> None:
    assert told([advisory()], TOLD) == (TOLD,)


def test_nothing_is_told_unless_the_policy_wants_it(told: Told, policy: Policy) -> None:
    assert told([advisory()], TOLD, policy=policy) == ()


def test_what_was_not_given_is_not_told(told: Told) -> None:
    assert told([advisory()]) == ()


def test_with_the_end_of_the_embargo_nothing_is_upcoming(told: Told) -> None:
    assert told([advisory()], TOLD, now=EMBARGO - timedelta(microseconds=1)) == (TOLD,)
    assert told([advisory()], TOLD, now=EMBARGO) == ()


@pytest.mark.parametrize("embargo", [LATER, None, EMBARGO - timedelta(days=1)])
def test_another_embargo_takes_the_notice_away(told: Told, embargo: datetime | None) -> None:
    assert told([advisory(embargo=embargo)], TOLD) == ()


def test_a_postponed_one_is_told_again_once_that_was_given(told: Told) -> None:
    again = replace(TOLD, embargo=LATER)
    assert told([advisory(embargo=LATER)], TOLD, again) == (again,)


def test_a_broken_embargo_leaves_nothing_upcoming(told: Told) -> None:
    assert told([advisory(embargo=NOW - timedelta(hours=1))], TOLD) == ()


def test_where_the_advisory_is_gone_nothing_is_told(told: Told) -> None:
    assert told([], TOLD) == ()


@pytest.mark.parametrize("severity", ["critical", "medium", None])
def test_another_severity_takes_the_notice_away(told: Told, severity: str | None) -> None:
    assert told([advisory(severity=severity)], TOLD) == ()


def test_another_project_takes_the_notice_away(told: Told) -> None:
    assert told([advisory(package="torch")], TOLD) == ()
    assert told([advisory()], replace(TOLD, projects=("Lantern", "torch"))) == ()


def test_a_bundle_is_told_as_one(told: Told) -> None:
    bundle = [advisory(), advisory("LAN-2026-0002", severity="critical", package="torch")]
    whole = Notice(projects=("Lantern", "torch"), severity="critical", embargo=EMBARGO)
    assert told(bundle, whole) == (whole,)
    assert told(bundle, whole, TOLD) == (whole,), "the part of it was given earlier"
    assert told(bundle[:1], whole) == (), "one of the two was postponed"


def test_one_that_joins_untold_changes_nothing(told: Told) -> None:
    untold = advisory("LAN-2026-0002", severity="critical", package="torch")
    assert told([advisory(), untold], TOLD) == (TOLD,)


def test_the_notice_of_a_sealed_file_is_given(told: Told) -> None:
    assert told([], TOLD, unopened=(TOLD,)) == (TOLD,)


NOTICES = st.builds(
    Notice,
    projects=st.lists(st.sampled_from(["Lantern", "torch", "wick"]), min_size=1, unique=True).map(
        tuple
    ),
    severity=st.sampled_from([*VECTORS, "none", "catastrophic", None]),
    embargo=st.sampled_from([EMBARGO, LATER, NOW, None]),
)
ADVISORIES = st.builds(
    advisory,
    embargo=st.sampled_from([EMBARGO, LATER, NOW, None]),
    severity=st.sampled_from([*VECTORS, None]),
    package=st.sampled_from(["lantern", "torch", "wick"]),
)


@given(st.lists(ADVISORIES, max_size=4), st.lists(NOTICES, max_size=4))
def test_only_what_was_given_is_told_and_only_facts_of_what_is_held(
    advisories: list[Advisory], sent: list[Notice]
) -> None:
    told = told_ahead(advisories, sent=sent, unopened=(), policy=TELLING, now=NOW)
    assert set(told) <= set(sent)
    held = {
        (name, one.embargo)
        for one in advisories
        if not one.is_disclosed(NOW)
        for name in TELLING.projects_of(one.content.affected)
    }
    for one in told:
        assert one.embargo
        assert one.embargo > NOW
        assert {(name, one.embargo) for name in one.projects} <= held
    shuffled = told_ahead(advisories[::-1], sent=sent, unopened=(), policy=TELLING, now=NOW)
    assert shuffled == told, "the order of the files tells nothing"


# ---- The ledger ----

SENT = {
    "event": "sent",
    "time": "2026-05-30T09:00:00Z",
    "kind": "prenotification",
    "message_id": "<canary-message@lantern.example>",
    "attempt": "0a1b2c3d",
    "projects": ["Lantern"],
    "severity": "high",
    "embargo": format_instant(EMBARGO),
    "lists": ["canary-list@lists.lantern.example"],
    "reply": "250 canary",
}


def record(folder: Path, *lines: Mapping[str, object]) -> None:
    text = "".join(json.dumps(one) + "\n" for one in lines)
    (folder / NAME).write_text(text, encoding="utf-8")


def test_the_ledger_knows_the_facts_of_what_was_sent(folder: Folder) -> None:
    announced = {**SENT, "kind": "announcement"}
    intended = {**SENT, "event": "intent", "message_id": "<other@lantern.example>"}
    record(folder.path, SENT, announced, intended)
    assert read_ledger(folder.path).prenotified() == (TOLD,)


@pytest.mark.parametrize(
    "odd",
    [
        {"projects": "Lantern"},
        {"projects": []},
        {"projects": [1]},
        {"severity": 9.8},
        {"embargo": "soon"},
        {"embargo": None},
        {"embargo": 7},
    ],
)
def test_a_line_that_states_no_facts_tells_none(folder: Folder, odd: dict[str, object]) -> None:
    record(folder.path, {**SENT, **odd})
    assert read_ledger(folder.path).prenotified() == ()


# ---- The site ----

TELLING_YML = """\
      upcoming: true
      projects:
        - name: Lantern
          packages: [crates.io/lantern]
"""
MORE = """\
aliases: [CVE-2026-4242]
severity:
  - {type: CVSS_V3, score: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:H/A:N"}
credits: [{name: Zoë Canary, type: FINDER}]
"""
CANARIES = ("canary", "LAN-2026-0002", "4242", "I:H/A:N", "7.5", "2026-05-30")
BODY = "## Impact\n\nThe canary sings of a buffer that nobody has ever measured before today.\n"


def site_of(policy: Policy, folder: Folder, *, now: datetime = NOW) -> Site:
    known = folder.read().advisories
    ahead = told_ahead(known, sent=(TOLD,), unopened=(), policy=policy, now=now)
    return build_site(disclose(known, now=now, upcoming=ahead), policy=policy, index_uri="")


def texts(site: Site) -> dict[str, str]:
    found = {"index": site.index, "missing": site.missing}
    for uri, one in site.contents.items():
        if isinstance(one, Page):
            found[uri] = f"{one.title}\n{one.description}\n{one.html}\n{one.metadata.social}"
        elif isinstance(one, bytes):
            found[uri] = one.decode("utf-8", "replace")
    return found


def test_the_list_the_project_and_the_feeds_tell_it_and_nothing_else_does(
    folder: Folder, telling: Policy
) -> None:
    folder.write("LAN-2026-0001")
    folder.write(
        "LAN-2026-0002", summary="The canary", embargo=format_instant(EMBARGO), more=MORE, body=BODY
    )
    site = texts(site_of(telling, folder))
    silent = texts(site_of(replace(telling, upcoming=False), folder))
    assert {uri for uri in site if site[uri] != silent[uri]} == {
        "index",
        "projects/lantern/",
        "feed.xml",
        "feed.json",
        "feeds/project/lantern.xml",
        "feeds/severity/high.xml",
        "feeds/severity/medium.xml",
    }
    for uri, text in site.items():
        for canary in CANARIES:
            assert canary not in text, (uri, canary)
    after = texts(site_of(telling, folder, now=EMBARGO))
    assert not [uri for uri, text in after.items() if "pcoming" in text]
    assert "LAN-2026-0002" in after["index"]


def test_the_section_has_project_severity_and_instant(folder: Folder, telling: Policy) -> None:
    folder.write("LAN-2026-0002", embargo=format_instant(EMBARGO), more=MORE)
    page = html.fromstring(site_of(telling, folder).index)
    (item,) = page.xpath("//section[@class='adv-upcoming']//li")
    assert " ".join(" ".join(item.itertext()).split()) == "Lantern High 9 June 2026, 15:00 UTC"
    assert item.xpath(".//time/@datetime") == ["2026-06-09T15:00:00Z"]
    assert item.xpath(".//a/@href") == ["projects/lantern/"]


def test_its_entry_has_an_id_of_its_own_comes_first_and_goes(
    folder: Folder, telling: Policy
) -> None:
    folder.write("LAN-2026-0001")
    folder.write("LAN-2026-0002", embargo=format_instant(EMBARGO), more=MORE)
    feed = feedparser.parse(site_of(telling, folder).contents["feed.xml"])
    assert not feed.bozo
    first, second = feed.entries
    assert first.id.startswith("tag:lantern.example,2024-01-01:upcoming/")
    assert second.id == "tag:lantern.example,2024-01-01:advisory/LAN-2026-0001"
    assert first.title == "Upcoming disclosure: Lantern, 9 June 2026"
    assert first.updated == "2026-06-09T15:00:00+00:00"
    assert feed.feed.updated == "2026-05-01T12:00:00+00:00", "the feed itself has not changed yet"
    ids = [
        one.id
        for one in feedparser.parse(
            site_of(telling, folder, now=EMBARGO).contents["feed.xml"]
        ).entries
    ]
    assert first.id not in ids
    assert f"{telling.feed.tag}advisory/LAN-2026-0002" in ids


@pytest.fixture
def built(checkout: Folder, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Build the project with MkDocs at an instant."""
    root = checkout.path.parent
    (root / "mkdocs.yml").write_text(MKDOCS_YML + TELLING_YML, encoding="utf-8")

    class Clock(datetime):
        instant = NOW

        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
            assert tz is UTC
            return cls.instant

    def make(now: datetime = NOW) -> Path:
        Clock.instant = now
        monkeypatch.setattr(plugin, "datetime", Clock)
        monkeypatch.setenv("NO_MKDOCS_2_WARNING", "1")
        site = root / "site"
        build(load_config(str(root / "mkdocs.yml"), site_dir=str(site), strict=True))
        return site

    return make


def test_the_proof_lets_the_three_facts_pass_and_nothing_more(
    checkout: Folder,
    built: Callable[..., Path],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    prose = " ".join(f"The canary number {one} sings about its cage." for one in range(9))
    checkout.write(
        "LAN-2026-0002",
        summary="A canary lights the lantern from far away",
        embargo=format_instant(EMBARGO),
        more=MORE,
        body=f"## Impact\n\n{prose}\n",
    )
    record(checkout.path, SENT)
    prove = Command(
        config=checkout.path.parent / "mkdocs.yml", capsys=capsys, monkeypatch=monkeypatch
    )
    site = built()
    page = (site / "index.html").read_text(encoding="utf-8")
    assert "9 June 2026, 15:00 UTC" in page
    assert prove("prove", str(site), "--no-cache").code == 0
    for more in ("A canary lights the lantern from far away", "LAN-2026-0002", "CVE-2026-4242"):
        (site / "index.html").write_text(
            page.replace("9 June 2026, 15:00 UTC", f"9 June 2026, 15:00 UTC {more}"),
            encoding="utf-8",
        )
        assert prove("prove", str(site), "--no-cache").code == 3, more


def test_a_ledger_that_cannot_be_read_tells_nothing_and_stops_nothing(
    checkout: Folder, built: Callable[..., Path]
) -> None:
    checkout.write("LAN-2026-0001")
    checkout.write("LAN-2026-0002", embargo=format_instant(EMBARGO), more=MORE)
    (checkout.path / NAME).write_text("<<<<<<<\n", encoding="utf-8")
    page = (built() / "index.html").read_text(encoding="utf-8")
    assert "LAN-2026-0001" in page
    assert "pcoming" not in page


@pytest.mark.parametrize("has_key", [True, False])
def test_a_sealed_one_is_told_by_its_header_with_or_without_a_key(
    folder: Folder, telling: Policy, *, has_key: bool
) -> None:
    keys: Keys = new_keys()
    keys.write(folder)
    notice = replace(TOLD, severity=None)
    put(folder, keys, embargo=format_instant(EMBARGO), notice=notice)
    catalog = read_catalog(
        folder.path,
        prefix="advisories",
        policy=telling,
        identities=keys.identities if has_key else None,
    )
    assert catalog.problems == ()
    assert len(catalog.unopened) == (0 if has_key else 1)
    unopened = tuple(one.notice for one in catalog.unopened if one.notice)
    sent = (*catalog.notices, *unopened)
    assert sent == (notice,)
    told = told_ahead(catalog.advisories, sent=sent, unopened=unopened, policy=telling, now=NOW)
    assert told == (notice,)
