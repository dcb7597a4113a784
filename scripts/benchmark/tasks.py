"""The commands that are measured: check, prove, export, import and seal."""

import json
import random
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyrage

from benchmark import words
from benchmark.corpus import Advisory, Corpus, write
from benchmark.measure import FailedError, environment
from benchmark.subject import Step, Subject
from benchmark.tools import Tool, ours
from mkdocs_advisories.purls import made_purl

PUBLIC_OF_PROOF = 60
PAGE_SIZE = 30_000
"""Bytes of a page of the tree that is proven."""
SEALED = 100
_KINDS = ("osv", "csaf", "cve", "ghsa", "rustsec", "openvex")


class Task(Subject):
    """A command of `advisory`."""

    def tool(self) -> Tool:
        """The command of this environment."""
        return ours("advisory")

    def step(self, name: str, folder: Path, *arguments: str) -> Step:
        """Give a run of the command."""
        return Step(name=name, command=(*self.tool().command, *arguments), folder=folder)


class Check(Task):
    """`advisory check`."""

    name, title, makes = "check", "advisory check", "reports on files"

    def steps(self, folder: Path, corpus: Corpus) -> Iterator[Step]:
        """Start and do next to nothing, check all files, check three of them."""
        corpus.write(folder)
        files = sorted((folder / "advisories").rglob("*.md"))[:3]
        yield self.step("start-up", folder, "explain", "ADV102")
        yield self.step("all files", folder, "check")
        yield self.step("three files", folder, "check", *map(str, files))


class Export(Task):
    """`advisory export`."""

    name, title, makes = "export", "advisory export", "records of all formats"

    def steps(self, folder: Path, corpus: Corpus) -> Iterator[Step]:
        """Write all formats of all that is disclosed."""
        corpus.write(folder)
        kinds = [word for kind in _KINDS for word in ("--format", kind)]
        yield self.step("all formats", folder, "export", *kinds, "--out", "out")
        records = len(list((folder / "out" / "osv").rglob("*.json")))
        if records != corpus.public_count:
            raise FailedError(f"{records} OSV records were written, not {corpus.public_count}")


class Import(Task):
    """`advisory import`."""

    name, title, makes = "import", "advisory import", "advisories of OSV records"

    def steps(self, folder: Path, corpus: Corpus) -> Iterator[Step]:
        """Import a record of each that is disclosed."""
        Corpus(count=0).write(folder)
        records = folder / "records"
        records.mkdir()
        for one in corpus.public:
            text = json.dumps(_record(one))
            (records / f"{one.id}.json").write_text(text, encoding="utf-8")
        yield self.step("all records", folder, "import", "records")
        files = len(list((folder / "advisories").rglob("*.md")))
        if files != corpus.public_count:
            raise FailedError(f"{files} advisories were imported, not {corpus.public_count}")


class Prove(Task):
    """`advisory prove`."""

    name, title = "prove", "advisory prove"
    makes = "proof about so many pages of 30 kB, with one held advisory for every hundred"

    def steps(self, folder: Path, corpus: Corpus) -> Iterator[Step]:
        """Prove a site with an empty cache, then with one page changed."""
        site = _tree(folder, pages=corpus.count, held=max(1, corpus.count // 100), seed=corpus.seed)
        yield self.step("cold", folder, "prove", str(site))
        (site / "pages" / "00000" / "index.html").write_text("<p>changed</p>", encoding="utf-8")
        yield self.step("one page changed", folder, "prove", str(site))


class Seal(Task):
    """`advisory seal`."""

    name, title = "seal", "advisory seal"
    makes = f"sealed files of {SEALED} advisories for three recipients, however many there are"

    def steps(self, folder: Path, corpus: Corpus) -> Iterator[Step]:
        """Seal a hundred held advisories at once."""
        held = replace(corpus, count=SEALED, held=1.0)
        held.write(folder)
        identities = [pyrage.x25519.Identity.generate() for _ in range(3)]
        for number, one in enumerate(identities):
            place = ("--offline",) if number == 2 else ()  # noqa: PLR2004 - the last one's
            command = ("recipients", "add", *place, f"Holder {number}", str(one.to_public()))
            _prepare((*self.tool().command, *command), folder)
        files = sorted(map(str, (folder / "advisories").rglob("*.md")))
        yield self.step("seal", folder, "seal", *files)
        sealed = sorted(map(str, (folder / "advisories").rglob("*.sealed.md")))
        if len(sealed) != SEALED:
            raise FailedError(f"{len(sealed)} files were sealed, not {SEALED}")


TASKS: tuple[Task, ...] = (Check(), Prove(), Export(), Import(), Seal())


def _prepare(command: tuple[str, ...], folder: Path) -> None:
    subprocess.run(command, cwd=folder, env=environment(folder), check=True, capture_output=True)


def _record(one: Advisory) -> dict[str, Any]:
    """Give the record of an advisory in OSV's schema, as others would have published it."""
    package, instant = one.package, f"{one.disclosed:%Y-%m-%dT%H:%M:%SZ}"
    ecosystem = package.ecosystem
    events = [
        event
        for each in package.stretches
        for event in ({"introduced": each.introduced}, {"fixed": each.fixed})
        if package.is_fixed or "introduced" in event
    ]
    affected = {
        "package": {
            "ecosystem": ecosystem.name,
            "name": package.name,
            "purl": made_purl(ecosystem.name, package.name),
        },
        "ranges": [{"type": "SEMVER" if ecosystem.has_semver else "ECOSYSTEM", "events": events}],
        "versions": [version for each in package.stretches for version in each.versions()],
    }
    return {
        "schema_version": "1.7.0",
        "id": one.id,
        "published": instant,
        "modified": instant,
        "aliases": list(one.aliases),
        "summary": one.title,
        "details": one.body,
        "severity": [{"type": "CVSS_V3", "score": one.vector}],
        "affected": [affected],
        "references": [{"type": "ADVISORY", "url": f"{words.HOME}security/{one.id}"}],
    }


def _tree(folder: Path, *, pages: int, held: int, seed: int) -> Path:
    """Make a project with a site: pages like those that MkDocs builds, with other words."""
    Corpus(count=PUBLIC_OF_PROOF, seed=seed, held=0).write(folder)
    secret = Corpus(count=held, seed=seed, held=1.0)
    for number in range(PUBLIC_OF_PROOF, PUBLIC_OF_PROOF + held):
        write(folder, secret.advisory(number))
    _prepare((*ours("mkdocs").command, "build", "--quiet"), folder)
    site = folder / "site"
    frame = next((site / "advisories").glob("HW-*/index.html")).read_text(encoding="utf-8")
    before, _, after = frame.partition("<article")
    chance = random.Random(seed)  # noqa: S311 - the same pages each time, no secret
    for number in range(pages):
        page = site / "pages" / f"{number:05}" / "index.html"
        page.parent.mkdir(parents=True)
        text = _filling(chance, PAGE_SIZE - len(frame.encode()))
        page.write_text(f"{before}{text}<article{after}", encoding="utf-8")
    return site


def _filling(chance: random.Random, size: int) -> str:
    """Make paragraphs of single words, which say nothing that an advisory says."""
    known = sorted(
        {word for line in (*words.PARTS, *words.WHY, *words.DO) for word in line.split()}
    )
    made: list[str] = []
    length = 0
    while length < size:
        made.append(f"<p>{' '.join(chance.choices(known, k=70)).capitalize()}.</p>\n")
        length += len(made[-1])
    return "".join(made)
