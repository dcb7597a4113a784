"""Examples of faulty and sound advisories, as the data files of the tests write them.

An example gives what matters; a sound advisory gives the rest. So the lines of an example come
first in the file that is made of it, and the places in its report are easy to check by eye.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from conftest import NOW
from mkdocs_advisories.checks import check, check_house
from mkdocs_advisories.checks.case import House
from mkdocs_advisories.policy import Policy
from mkdocs_advisories.problems import Place, Problem, in_order
from mkdocs_advisories.source.catalog import Catalog, read_catalog
from mkdocs_advisories.source.configuration import Configuration, SiteFacts, configure

NAME = "LAN-2026-0001.md"
PREFIX = "advisories"

FRONT = """\
id: LAN-2026-0001
aliases: [CVE-2026-1000]
summary: Lantern can be lit from afar
embargo: 2026-05-06T12:00:00Z
cve_issued: 2026-05-03T12:00:00Z
handler: mira
severity:
  - {type: CVSS_V3, score: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:H/A:N"}
cwe_ids: [CWE-306]
affected:
  - package: {ecosystem: crates.io, name: lantern, purl: "pkg:cargo/lantern"}
    ranges:
      - type: SEMVER
        events: [{introduced: "0"}, {fixed: "1.2.3"}]
references:
  - {type: ADVISORY, url: "https://lantern.example/security/LAN-2026-0001"}
credits:
  - {name: Mira Okafor, type: FINDER}
"""

BODY = """\
## Impact

A lantern can be lit from afar.

## Patches

Fixed in 1.2.3.

## Workarounds

Blow it out.
"""

OPTIONS = """\
source: private
organisation: {name: Lantern, url: "https://lantern.example/", email: security@lantern.example}
id_pattern: LAN-\\d{4}-\\d{4}
feed: {authority: lantern.example, since: 2026-01-01}
projects:
  - {name: Lantern, url: "https://lantern.example/", packages: [crates.io/lantern]}
"""


@dataclass(frozen=True, kw_only=True)
class Example:
    """Files by their names below the folder, as they are and as they were; options; the report."""

    title: str
    files: Mapping[str, str]
    earlier: Mapping[str, str] | None
    options: str
    report: str


def sections(text: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Read a data file: `=== <sentence>` begins an example, `--- <name>` a part of it."""
    for chunk in re.split(r"^=== ", text, flags=re.MULTILINE)[1:]:
        title, _, rest = chunk.partition("\n")
        parts = re.split(r"^--- (.+)\n", rest, flags=re.MULTILINE)
        assert not parts[0].strip(), f"{title}: text before the first part"
        yield title, dict(zip(parts[1::2], parts[2::2], strict=True))


def example(title: str, parts: Mapping[str, str]) -> Example:
    """Make an example of its parts.

    `yaml` are fields that take the place of those of the sound advisory, `body` takes that of its
    body, `mkdocs.yml` are options laid over those of the tests; `yaml before`, `body before` and
    `<file> before` are what an earlier commit had; `absent` names fields that are left out;
    any other name is that of a whole file.
    """
    now = {key: value for key, value in parts.items() if not key.endswith(" before")}
    before = {
        key.removesuffix(" before"): value
        for key, value in parts.items()
        if key.endswith(" before")
    }
    return Example(
        title=title,
        files=_files(now),
        earlier=_files(before) if before else None,
        options=parts.get("mkdocs.yml", ""),
        report=parts.get("report", ""),
    )


def composed(front: str, body: str | None, *, absent: str = "") -> str:
    """Write a whole advisory: the given fields first, then those of the sound one."""
    given = set(re.findall(r"^([A-Za-z_]+):", front, re.MULTILINE)) | set(absent.split())
    base = re.findall(r"^(\w+):[^\n]*\n(?:[ -][^\n]*\n)*", FRONT, re.MULTILINE)
    blocks = re.findall(r"^\w+:[^\n]*\n(?:[ -][^\n]*\n)*", FRONT, re.MULTILINE)
    rest = "".join(block for name, block in zip(base, blocks, strict=True) if name not in given)
    return f"---\n{front}{rest}---\n{BODY if body is None else body}"


def policy_of(options: str) -> Policy:
    """Give the policy of the tests with some options laid over it."""
    merged = _over(
        yaml.load(OPTIONS, Loader=yaml.CSafeLoader),
        yaml.load(options, Loader=yaml.CSafeLoader) or {},
    )
    site = SiteFacts(
        name="Lantern", description=None, url="https://lantern.example/", language="en"
    )
    configuration = configure(merged, site=site)
    assert isinstance(configuration, Configuration), configuration
    return configuration.policy


def catalog_of(files: Mapping[str, str], folder: Path, policy: Policy) -> Catalog:
    """Write files into a folder and read it."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return read_catalog(folder, prefix=PREFIX, policy=policy)


def problems_of(one: Example, folder: Path) -> tuple[Problem, ...]:
    """Check an example in an empty folder."""
    policy = policy_of(one.options)
    (folder / "now").mkdir(parents=True)
    (folder / "earlier").mkdir()
    catalog = catalog_of(one.files, folder / "now", policy)
    earlier = None if one.earlier is None else catalog_of(one.earlier, folder / "earlier", policy)
    house = House(catalog=catalog, policy=policy, now=NOW, earlier=earlier)
    checked = (check(house), check_house(house))
    assert [one.crashes for one in checked] == [(), ()]
    found = (problem for one in checked for problem in one.problems)
    return in_order([*catalog.problems, *found])


def compact(problems: tuple[Problem, ...]) -> str:
    """Write problems for a golden: place, code, message, remedy, related places, fix."""
    return "".join(_compact(one) for one in problems) or "no problem\n"


def _compact(problem: Problem) -> str:
    headline = problem.headline(withhold=False)
    lines = [
        f"{_span(problem.place)} {problem.level}[{problem.code}] {headline}",
        f"  help: {problem.advice(withhold=False)}",
    ]
    lines += [
        f"  see {_span(one.place)}: {problem.filled(one.text, withhold=False)}"
        for one in problem.related
    ]
    if problem.fix:
        lines.append(f"  fix: {problem.filled(problem.fix.text, withhold=False)}")
        lines += [f"    {_span(one.place)} -> {one.replacement!r}" for one in problem.fix.edits]
    return "\n".join(lines) + "\n"


def _span(place: Place) -> str:
    name = place.path.removeprefix(f"{PREFIX}/").removesuffix(NAME)
    start = f"{name + ':' if name else ''}{place.line}:{place.column}"
    if not place.is_span:
        return start
    end = f"{place.end_line}:" if place.end_line != place.line else ""
    return f"{start}-{end}{place.end_column}"


def _files(parts: Mapping[str, str]) -> dict[str, str]:
    own = {"yaml", "body", "absent", "mkdocs.yml", "report"}
    files = {name: text for name, text in parts.items() if name not in own}
    if not files or own & parts.keys() - {"mkdocs.yml", "report"}:
        front, body = parts.get("yaml", ""), parts.get("body")
        files[NAME] = composed(front, body, absent=parts.get("absent", ""))
    return files


def _over(base: Any, over: Any) -> Any:  # noqa: ANN401 - whatever YAML has read
    if isinstance(base, dict) and isinstance(over, dict):
        return {**base, **{key: _over(base.get(key), value) for key, value in over.items()}}
    return over
