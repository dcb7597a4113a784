"""What the rules about the text make of text that means harm, and of the records of others."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from conftest import PROJECT, Folder, found_by_rules
from examples import FRONT, policy_of
from mkdocs_advisories.problems import Level
from mkdocs_advisories.source.catalog import read_catalog
from mkdocs_advisories.source.configuration import Configuration, configure
from mkdocs_advisories.source.site_file import read_site_file

HOSTILE = {
    "space": "fixed in" + " " * 15_000,
    "lines": "fixed in" + "\n" * 50_000,
    "fillers": "fixed in " + "the " * 4_000,
    "names": "fixed in " + "a-b " * 4_000,
    "versions": "fixed in " + "1.2, " * 3_000,
    "claims": "fixed in 1.2 " * 1_200,
    "parts": "fixed in 1.2-" + "a-" * 8_000 + "!",
    "digits": "CVSS" + " " * 8_000 + ":" + " " * 8_000,
    "severity": "severity" + " " * 9_000 + "x",
    "headings": "#" + " " * 15_000 + "x\n\n" + "# " * 7_000,
    "brackets": "[" * 15 + "](" * 5_000,
    "mentions": "@a-" * 5_000,
    "dates": "Monday " * 2_000,
    "tables": "a|b\n" + "-" * 15_000 + "x\n",
    "angles": "\\<" * 8_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_text_that_means_harm_is_read_in_reasonable_time(name: str, folder: Folder) -> None:
    """A pattern that tries every way to part such a text would not end within a day."""
    folder.write(body=f"## Impact\n\n{HOSTILE[name]}\n")
    assert found_by_rules(folder.read(), policy=folder.policy) is not None


def test_the_example_advisories_have_no_error_and_no_warning_about_their_text() -> None:
    site = read_site_file(PROJECT / "mkdocs.yml")
    configuration = configure(site.options, site=site.facts)
    assert isinstance(configuration, Configuration)
    policy = configuration.policy
    catalog = read_catalog(PROJECT / "advisories", prefix="advisories", policy=policy)
    problems = found_by_rules(catalog, policy=policy, now=datetime(2026, 12, 1, tzinfo=UTC))
    assert [one for one in problems if one.level is Level.ERROR] == []
    assert [one for one in problems if "ADV260" <= one.code < "ADV310"] == []


def test_consent_is_internal(tmp_path: Path) -> None:
    front = FRONT.replace("type: FINDER}", "type: FINDER, consent: true}")
    assert front != FRONT
    (tmp_path / "LAN-2026-0001.md").write_text(f"---\n{front}---\nText.\n", encoding="utf-8")
    catalog = read_catalog(tmp_path, prefix="advisories", policy=policy_of(""))
    assert catalog.problems == ()
    assert not hasattr(catalog.advisories[0].content.credits[0], "consent")
