"""What all tests share: a policy, a way to write advisories, a site to build."""

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import settings

from mkdocs_advisories.checks import check, check_house
from mkdocs_advisories.checks.case import House
from mkdocs_advisories.embargo import disclose
from mkdocs_advisories.policy import Feed, Organisation, Policy, Project, Source
from mkdocs_advisories.problems import Problem, errors
from mkdocs_advisories.site import build_site
from mkdocs_advisories.source.catalog import Catalog, read_catalog
from mkdocs_advisories.source.configuration import Configuration, configure
from mkdocs_advisories.source.site_file import read_site_file

PROJECT = Path(__file__).parents[1]
CORPORA = PROJECT.parent / "shared"
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
"""The instant at which tests stand. Advisories of the tests are disclosed in May 2026 or held."""

ADVISORY = """\
---
id: {id}
summary: {summary}
embargo: {embargo}
affected:
  - package: {{ecosystem: crates.io, name: lantern}}
    ranges:
      - type: SEMVER
        events: [{{introduced: "0"}}, {{fixed: "1.2.3"}}]
{more}---
{body}"""

BODY = """\
## Impact

A lantern can be lit from afar.

## Patches

Fixed in 1.2.3.

## Workarounds

Blow it out.
"""


def found_by_rules(catalog: Catalog, *, policy: Policy, now: datetime = NOW) -> list[Problem]:
    """Give the errors of the house rules about a catalog. None of the rules may fail."""
    house = House(catalog=catalog, policy=policy, now=now)
    checked = (check(house), check_house(house))
    assert [one.crashes for one in checked] == [(), ()]
    return [problem for one in checked for problem in errors(one.problems)]


# In CI the same examples each time: what they find is found before a change is merged, or never.
settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("ci")


LONGEST_FIRST = (
    "test_accessibility.py",
    "test_release.py",
    "test_release_cut_off.py",
    "test_weight.py",
    "test_proof.py",
    "test_csp.py",
    "test_bench.py",
    "test_press.py",
)
"""Files of tests that take half a minute or more, most of them with few tests."""


def turn(file: Path) -> int:
    """Give the turn of a file of tests when several workers share them."""
    return (*LONGEST_FIRST, file.name).index(file.name)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Let workers begin with what takes longest, so that none is left with it at the end.

    A file is not shared out: what its tests have in common is made once. Without workers, files
    keep their order.
    """
    if hasattr(config, "workerinput"):
        items.sort(key=lambda one: turn(one.path))


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that writes goldens anew."""
    parser.addoption("--update-goldens", action="store_true", help="write the golden files anew")


@dataclass(frozen=True, kw_only=True)
class Folder:
    """A folder of advisories to write into and to read."""

    path: Path
    policy: Policy

    def write(
        self,
        name: str = "LAN-2026-0001",
        *,
        embargo: str = "2026-05-01T12:00:00Z",
        summary: str = "Lantern can be lit from afar",
        more: str = "",
        body: str = BODY,
    ) -> Path:
        """Write a sound advisory but for what is given; `more` is YAML, ending with a newline."""
        file = self.path / f"{name}.md"
        file.parent.mkdir(parents=True, exist_ok=True)
        text = ADVISORY.format(id=file.stem, summary=summary, embargo=embargo, more=more, body=body)
        file.write_text(text, encoding="utf-8")
        return file

    def read(self) -> Catalog:
        """Read the folder."""
        return read_catalog(self.path, prefix="advisories", policy=self.policy)


@pytest.fixture
def policy() -> Policy:
    """A policy of an organisation that does not exist."""
    return Policy(
        organisation=Organisation(name="Lantern Works", url="https://lantern.example/"),
        source=Source.PRIVATE,
        id_pattern=r"LAN-[0-9]{4}-[0-9]{4}",
        time_zone=ZoneInfo("UTC"),
        projects=(Project(name="Lantern", packages=frozenset({"crates.io/lantern"})),),
        feed=Feed(
            uri="feed.xml",
            title="Lantern advisories",
            subtitle=None,
            authority="lantern.example",
            since=date(2024, 1, 1),
        ),
        site_url="https://security.lantern.example/",
        language="en",
    )


@pytest.fixture
def folder(tmp_path: Path, policy: Policy) -> Folder:
    """An empty folder of advisories."""
    path = tmp_path / "advisories"
    path.mkdir()
    return Folder(path=path, policy=policy)


MKDOCS_YML = """\
site_name: Lantern advisories
site_url: https://security.lantern.example/
theme: {name: material, font: false}
plugins:
  - search
  - advisories:
      source: private
      organisation: {name: Lantern Works, url: "https://lantern.example/"}
      id_pattern: LAN-[0-9]{4}-[0-9]{4}
      feed: {authority: lantern.example, since: 2024-01-01}
"""


@pytest.fixture
def checkout(tmp_path: Path, policy: Policy) -> Folder:
    """A whole project to build: mkdocs.yml, docs/ and an empty folder of advisories."""
    (tmp_path / "mkdocs.yml").write_text(MKDOCS_YML, encoding="utf-8")
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "index.md").write_text(
        "# Advisories\n\nAll of them:\n\n<!-- advisories -->\n\nThat is all.\n", encoding="utf-8"
    )
    (tmp_path / "advisories").mkdir()
    return Folder(path=tmp_path / "advisories", policy=policy)


@pytest.fixture(scope="session")
def example_documents() -> Mapping[str, bytes]:
    """All files but the pages of this project's own site."""
    stated = read_site_file(PROJECT / "mkdocs.yml")
    settings = configure(stated.options, site=stated.facts)
    assert isinstance(settings, Configuration)
    policy = settings.policy
    catalog = read_catalog(PROJECT / "advisories", prefix="advisories", policy=policy)
    disclosure = disclose(catalog.advisories, now=datetime(2100, 1, 1, tzinfo=UTC))
    site = build_site(disclosure, policy=policy, index_uri="")
    return {uri: one for uri, one in site.contents.items() if isinstance(one, bytes)}


@pytest.fixture
def corpora() -> Path:
    """The folder of large corpora, which only some checkouts have beside them."""
    if not CORPORA.is_dir():
        pytest.skip("the large corpora are not beside this checkout")
    return CORPORA


@pytest.fixture
def example_site(tmp_path: Path) -> Path:
    """A copy of this project's own site, to be built without touching it."""
    for name in ("advisories", "docs"):
        shutil.copytree(PROJECT / name, tmp_path / name)
    shutil.copy(PROJECT / "mkdocs.yml", tmp_path)
    return tmp_path
