"""security.txt: what it says, until when, and that another's parser agrees."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import yaml
from sectxt import Parser

from conftest import NOW, Folder
from formats import built
from mkdocs_advisories.mkdocs.report import expiry_lines
from mkdocs_advisories.policy import SecurityTxt
from mkdocs_advisories.source.configuration import Configuration, SiteFacts, configure

URI = ".well-known/security.txt"
FACTS = SiteFacts(name="Lantern", description=None, url="https://s.lantern.example", language="en")
OPTIONS: dict[str, Any] = {
    "source": "private",
    "organisation": {"name": "Lantern Works", "url": "https://lantern.example/"},
    "id_pattern": "LAN-.*",
    "feed": {"authority": "lantern.example", "since": "2024-01-01"},
}


def stated(folder: Folder, *, days: int = 90) -> Folder:
    """A policy with a security.txt that expires some days after now."""
    security = SecurityTxt(
        expires=NOW + timedelta(days=days),
        contact=("mailto:security@lantern.example", "https://lantern.example/report"),
        policy="https://lantern.example/policy",
        languages=("en", "de"),
    )
    return replace(folder, policy=replace(folder.policy, security_txt=security))


def test_the_file_says_what_the_policy_says(folder: Folder) -> None:
    contents = built(stated(folder))
    assert contents[URI].decode().splitlines() == [
        "Contact: mailto:security@lantern.example",
        "Contact: https://lantern.example/report",
        "Expires: 2026-08-30T12:00:00Z",
        "Preferred-Languages: en, de",
        "Canonical: https://security.lantern.example/.well-known/security.txt",
        "Policy: https://lantern.example/policy",
        "CSAF: https://security.lantern.example/.well-known/csaf/provider-metadata.json",
    ]


def test_it_does_not_depend_on_the_time_of_the_build(folder: Folder) -> None:
    folder = stated(folder)
    assert built(folder)[URI] == built(folder, days=60)[URI]


def test_there_is_none_without_the_option_and_none_that_has_expired(folder: Folder) -> None:
    assert URI not in built(folder)
    assert URI in built(stated(folder), days=89)
    assert URI not in built(stated(folder), days=90)


@pytest.mark.parametrize(
    ("days", "lines"),
    [
        (32, []),
        (31, ["security.txt expires at 2026-07-02T12:00:00Z: state a later day"]),
        (0, ["security.txt is left out: it expired at 2026-06-01T12:00:00Z"]),
    ],
)
def test_the_build_says_so_a_month_before_and_when_it_has_expired(
    folder: Folder, days: int, lines: list[str]
) -> None:
    assert list(expiry_lines(stated(folder, days=days).policy, now=NOW)) == lines


def test_sectxt_finds_no_error(folder: Folder) -> None:
    # Its parser looks at the clock, so the file has to be good today.
    folder = stated(folder)
    soon = datetime.now(UTC).replace(microsecond=0) + timedelta(days=90)
    security = folder.policy.security_txt
    assert security is not None
    policy = replace(folder.policy, security_txt=replace(security, expires=soon))
    parser = Parser(built(replace(folder, policy=policy))[URI])
    assert parser.errors == []
    assert [one["code"] for one in parser.notifications] == []


def test_the_contact_is_the_organisations_address_unless_stated() -> None:
    mail = {**OPTIONS["organisation"], "email": "security@lantern.example"}
    options = {**OPTIONS, "organisation": mail, "security_txt": {"expires": "2027-01-01T00:00:00Z"}}
    settings = configure(options, site=FACTS)
    assert isinstance(settings, Configuration)
    assert settings.policy.security_txt is not None
    assert settings.policy.security_txt.contact == ("mailto:security@lantern.example",)
    assert settings.policy.publisher.contact_details == "security@lantern.example"


@pytest.mark.parametrize(
    ("security", "complaint"),
    [
        (
            {"expires": "2027-01-01T00:00:00Z"},
            "nobody is named. Remedy: add `contact`, or `email` to `organisation`",
        ),
        (
            {"expires": "2027-01-01", "contact": ["https://lantern.example/"]},
            "`2027-01-01` is no instant: it has a date but no time of day. Remedy: write date",
        ),
        (
            {"expires": "2027-01-01T00:00:00Z", "contact": ["http://lantern.example/"]},
            None,
        ),
    ],
    ids=["nobody", "only a date", "not secure"],
)
def test_a_wrong_option_is_named(security: dict[str, Any], complaint: str | None) -> None:
    complaints = configure({**OPTIONS, "security_txt": security}, site=FACTS)
    assert not isinstance(complaints, Configuration)
    (one,) = complaints
    assert one.option.startswith("security_txt")
    assert complaint is None or complaint in one.text


def test_yaml_may_read_the_expiry_as_an_instant() -> None:
    text = "security_txt: {expires: 2027-01-01T00:00:00Z, contact: ['https://lantern.example/']}"
    read = yaml.safe_load(text)
    settings = configure({**OPTIONS, **read}, site=FACTS)
    assert isinstance(settings, Configuration)
    assert settings.policy.security_txt is not None
    assert settings.policy.security_txt.expires.isoformat() == "2027-01-01T00:00:00+00:00"
