"""Makes realistic advisories: as many as are wanted, and the same ones for the same seed.

An advisory depends on the seed and its number alone, so a larger corpus begins with the smaller.
All of it is made up. `advisory check` finds no error in it.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmark import words
from benchmark.words import Ecosystem, Flaw
from mkdocs_advisories.purls import made_purl

LARGEST = len(words.FLAWS) * len(words.PARTS) * len(words.OCCASIONS) * len(words.PROJECTS)
"""How many titles there are; no two advisories have the same one."""
HELD_SHARE = 0.02
FIRST = datetime(2015, 1, 5, 12, tzinfo=UTC)
LAST = datetime(2026, 6, 30, 12, tzinfo=UTC)
BODY = range(1_800, 2_800)
"""The characters of a body, give or take a paragraph."""
_STRIDE = 100_003  # a prime that is no factor of LARGEST: neighbours get unlike titles


@dataclass(frozen=True, kw_only=True, slots=True)
class Stretch:
    """Affected versions of one release line: `major.first.0` to before `major.last.patch`."""

    major: int
    first: int
    last: int
    patch: int

    @property
    def introduced(self) -> str:
        """The first affected version."""
        return f"{self.major}.{self.first}.0"

    @property
    def fixed(self) -> str:
        """The first version that is no longer affected."""
        return f"{self.major}.{self.last}.{self.patch}"

    def versions(self) -> Iterator[str]:
        """Give all affected versions by name."""
        yield from (f"{self.major}.{minor}.0" for minor in range(self.first, self.last))
        yield from (f"{self.major}.{self.last}.{patch}" for patch in range(self.patch))


@dataclass(frozen=True, kw_only=True, slots=True)
class Package:
    """A package, and which of its versions are affected."""

    ecosystem: Ecosystem
    name: str
    stretches: tuple[Stretch, ...]
    is_fixed: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Advisory:
    """A made-up advisory: what a page of it says, for whichever generator."""

    id: str
    title: str
    disclosed: datetime | None
    aliases: tuple[str, ...]
    vector: str
    package: Package
    front: str
    body: str

    @property
    def is_held(self) -> bool:
        """Whether it must not be published."""
        return self.disclosed is None

    @property
    def path(self) -> str:
        """Where its file lies below `advisories/`: on a shelf for each year."""
        return f"{self.id[3:7]}/{self.id}.md"

    @property
    def source(self) -> str:
        """Its file, in this project's format."""
        return f"---\n{self.front}---\n{self.body}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Corpus:
    """So many advisories of a seed."""

    count: int
    seed: int = 1
    held: float = HELD_SHARE

    def __iter__(self) -> Iterator[Advisory]:
        """Make one after the other."""
        return (self.advisory(number) for number in range(self.count))

    @property
    def public(self) -> Iterator[Advisory]:
        """Those that are disclosed."""
        return (one for one in self if not one.is_held)

    @property
    def held_count(self) -> int:
        """How many are held."""
        return int(self.count * self.held)

    @property
    def public_count(self) -> int:
        """How many are disclosed."""
        return self.count - self.held_count

    def advisory(self, number: int) -> Advisory:
        """Make the advisory of a number, the same one each time."""
        chance = _chance(self.seed, number)
        is_held = int((number + 1) * self.held) > int(number * self.held)
        seconds = chance.randrange(int((LAST - FIRST).total_seconds()))
        return _advisory(chance, number, FIRST + timedelta(seconds=seconds), is_held=is_held)

    def one_more(self) -> Advisory:
        """Make one that is newer than all others."""
        chance = _chance(self.seed, self.count)
        return _advisory(chance, self.count, LAST + timedelta(days=1), is_held=False)

    def write(self, folder: Path) -> None:
        """Write a project: the advisories, one shelf a year, and what a site needs beside them."""
        (folder / "docs").mkdir(parents=True)
        (folder / "docs" / "index.md").write_text("# Security advisories\n", encoding="utf-8")
        (folder / "mkdocs.yml").write_text(configuration(), encoding="utf-8")
        (folder / "advisories").mkdir()
        for one in self:
            write(folder, one)


def write(folder: Path, one: Advisory) -> Path:
    """Write an advisory into a project, and say where."""
    file = folder / "advisories" / one.path
    file.parent.mkdir(exist_ok=True)
    file.write_text(one.source, encoding="utf-8")
    return file


def configuration() -> str:
    """Give the `mkdocs.yml` of the made-up organisation."""
    projects = "".join(
        f'        - name: Harbour {name.capitalize()}\n          url: "{words.CODE}{name}"\n'
        f"          packages: [{', '.join(_quoted(one) for one in _packages_of(name))}]\n"
        for name in words.PROJECTS
    )
    return f"""\
site_name: {words.ORGANISATION} security advisories
site_url: https://security.harbour.example/
theme:
  name: material
  font: false
plugins:
  - search
  - advisories:
      source: private
      organisation:
        name: {words.ORGANISATION}
        url: {words.HOME}
        email: security@harbour.example
      id_pattern: HW-\\d{{4}}-\\d{{6}}
      feed: {{authority: harbour.example, since: {FIRST:%Y-%m-%d}}}
      projects:
{projects}"""


def _chance(seed: int, number: int) -> random.Random:
    return random.Random(f"{seed} {number}")  # noqa: S311 - the same choice each time, no secret


def _ecosystems_of(project: str) -> list[Ecosystem]:
    """Give three ecosystems for a project, by its place in the list."""
    place = words.PROJECTS.index(project)
    return [words.ECOSYSTEMS[(place + step) % len(words.ECOSYSTEMS)] for step in (0, 1, 3)]


def _packages_of(project: str) -> list[str]:
    return [f"{one.name}/{_name(one, project)}" for one in _ecosystems_of(project)]


def _name(ecosystem: Ecosystem, project: str) -> str:
    is_capital = ecosystem.name == "NuGet"
    return ecosystem.package.format(project.capitalize() if is_capital else project)


def _advisory(
    chance: random.Random, number: int, disclosed: datetime, *, is_held: bool
) -> Advisory:
    flaw, part, occasion, project = _subject(number)
    packages = _packages(chance, project)
    package = packages[0]
    own = f"HW-{disclosed.year}-{number + 1:06}"
    title = f"{flaw.title} the {part} of {package.name} when {occasion}"
    aliases = _aliases(chance, number, disclosed)
    vector = _vector(chance, flaw)
    instant = None if is_held else disclosed
    front = (
        f"id: {own}\naliases: [{', '.join(aliases)}]\nsummary: {_quoted(title)}\n"
        + _dates(chance, disclosed, is_held=is_held)
        + _severity(chance, vector, flaw)
        + f"cwe_ids: [CWE-{flaw.cwe}]\naffected:\n"
        + "".join(map(_affected, packages))
        + _references(chance, own, project)
        + _credits(chance)
        + ("" if is_held else _changes(chance, disclosed))
    )
    return Advisory(
        id=own,
        title=title,
        disclosed=instant,
        aliases=aliases,
        vector=vector,
        package=package,
        front=front,
        body=_body(chance, flaw, part, project, packages),
    )


def _subject(number: int) -> tuple[Flaw, str, str, str]:
    """Choose what an advisory is about: another thing for each number."""
    rest = number * _STRIDE % LARGEST
    rest, flaw = divmod(rest, len(words.FLAWS))
    rest, part = divmod(rest, len(words.PARTS))
    project, occasion = divmod(rest, len(words.OCCASIONS))
    return words.FLAWS[flaw], words.PARTS[part], words.OCCASIONS[occasion], words.PROJECTS[project]


def _packages(chance: random.Random, project: str) -> list[Package]:
    """Choose one package of a project, or two."""
    chosen = chance.sample(_ecosystems_of(project), k=chance.choice((1, 1, 1, 1, 2)))
    is_fixed = chance.random() > 0.04  # noqa: PLR2004 - a few have no fix yet
    stretches = _stretches(chance, chance.choice((1, 1, 1, 2, 2, 3)) if is_fixed else 1)
    return [
        Package(ecosystem=one, name=_name(one, project), stretches=stretches, is_fixed=is_fixed)
        for one in chosen
    ]


def _stretches(chance: random.Random, lines: int) -> tuple[Stretch, ...]:
    """Choose what is affected of release lines that follow each other."""
    major = chance.randint(1, 30)
    return tuple(
        Stretch(
            major=major + line,
            first=0 if line else chance.randint(0, 4),
            last=chance.randint(5, 14),
            patch=chance.randint(1, 9),
        )
        for line in range(lines)
    )


def _aliases(chance: random.Random, number: int, disclosed: datetime) -> tuple[str, ...]:
    """Give a CVE id, and for every second advisory one of GitHub's form."""
    cve = f"CVE-{disclosed.year}-{100_000 + number}"
    if chance.random() < 0.5:  # noqa: PLR2004 - as often as not
        return (cve,)
    letters = "23456789cfghjmpqrvwx"
    parts = ["".join(chance.choices(letters, k=4)), "".join(chance.choices(letters, k=4))]
    counted = "".join(letters[number // 20**power % 20] for power in range(4))
    return (cve, f"GHSA-{parts[0]}-{parts[1]}-{counted}")


def _vector(chance: random.Random, flaw: Flaw) -> str:
    reach = f"AV:{chance.choice('NNNAL')}/AC:{chance.choice('LLH')}"
    actor = f"PR:{chance.choice('NNLH')}/UI:{chance.choice('NNR')}/S:{chance.choice('UUUC')}"
    harm = _harm(flaw, "")
    return f"CVSS:3.1/{reach}/{actor}/{harm}"


def _harm(flaw: Flaw, prefix: str) -> str:
    return "/".join(f"{prefix}{key}:{value}" for key, value in zip("CIA", flaw.harm, strict=True))


def _dates(chance: random.Random, disclosed: datetime, *, is_held: bool) -> str:
    if is_held:
        return "embargo: undecided\n"
    told = f"embargo: {disclosed:%Y-%m-%dT%H:%M:%SZ}\n"
    if chance.random() < 0.3:  # noqa: PLR2004 - some say when the CVE was issued
        told += f"cve_issued: {disclosed - timedelta(hours=72):%Y-%m-%dT%H:%M:%SZ}\n"
    return told


def _severity(chance: random.Random, vector: str, flaw: Flaw) -> str:
    told = f'severity:\n  - {{type: CVSS_V3, score: "{vector}"}}\n'
    if chance.random() < 0.2:  # noqa: PLR2004 - some have the newer one as well
        newer = f"CVSS:4.0/AV:N/AC:L/AT:N/PR:L/UI:N/{_harm(flaw, 'V')}/SC:N/SI:N/SA:N"
        told += f'  - {{type: CVSS_V4, score: "{newer}"}}\n'
    return told


def _affected(package: Package) -> str:
    ecosystem = package.ecosystem
    events = "".join(
        f'          - {{introduced: "{one.introduced}"}}\n'
        + (f'          - {{fixed: "{one.fixed}"}}\n' if package.is_fixed else "")
        for one in package.stretches
    )
    listed = [f'"{version}"' for one in package.stretches for version in one.versions()]
    return (
        f"  - package: {{ecosystem: {ecosystem.name}, name: {_quoted(package.name)}, "
        f'purl: "{made_purl(ecosystem.name, package.name)}"}}\n'
        f"    ranges:\n      - type: {'SEMVER' if ecosystem.has_semver else 'ECOSYSTEM'}\n"
        f"        events:\n{events}"
        + ("" if ecosystem.has_semver else f"    versions: [{', '.join(listed)}]\n")
    )


def _references(chance: random.Random, own: str, project: str) -> str:
    commit = f"{chance.getrandbits(160):040x}"
    told = f'references:\n  - {{type: ADVISORY, url: "{words.HOME}security/{own}"}}\n'
    told += f'  - {{type: FIX, url: "{words.CODE}{project}/changes/{commit}"}}\n'
    if chance.random() < 0.3:  # noqa: PLR2004 - some lead to a report
        told += f'  - {{type: REPORT, url: "{words.CODE}{project}/reports/{own}"}}\n'
    return told


def _credits(chance: random.Random) -> str:
    names = dict.fromkeys(
        f"{chance.choice(words.GIVEN)} {chance.choice(words.FAMILY)}"
        for _ in range(chance.choice((0, 1, 1, 2, 3)))
    )
    told = "".join(
        f"  - {{name: {name}, type: {chance.choice(words.CREDITED)}}}\n" for name in names
    )
    return f"credits:\n{told}" if told else ""


def _changes(chance: random.Random, disclosed: datetime) -> str:
    """Give the history of some: how it began, what was changed, that it was withdrawn."""
    told = ""
    if chance.random() < 0.3:  # noqa: PLR2004
        date = disclosed - timedelta(days=chance.randint(7, 60))
        told += f"timeline:\n  - {{date: {date:%Y-%m-%dT%H:%M:%SZ}, summary: Reported.}}\n"
    later = disclosed + timedelta(days=chance.randint(1, 20))
    if chance.random() < 0.1 and later < LAST:  # noqa: PLR2004
        told += (
            f"revisions:\n  - {{date: {later:%Y-%m-%dT%H:%M:%SZ}, summary: Named the finder.}}\n"
        )
    elif chance.random() < 0.01 and later < LAST:  # noqa: PLR2004
        told += f"withdrawn: {{date: {later:%Y-%m-%dT%H:%M:%SZ}, reason: It is as documented.}}\n"
    return told


def _body(
    chance: random.Random, flaw: Flaw, part: str, project: str, packages: Sequence[Package]
) -> str:
    head = (
        f"## Impact\n\nThe {part} {flaw.told}: {chance.choice(words.WHY)}. "
        f"{_sentence(chance)} {_sentence(chance)}\n\n{_table(chance)}\n\n"
        f"You are affected if {chance.choice(words.WHEN)}. An attacker may\n\n"
        f"{_list(chance.sample(words.CAN, k=3))}\n\n"
        f"## Patches\n\n{_patches(packages)}\n\n"
        f"## Workarounds\n\nUntil you have upgraded:\n\n"
        f"{_list(chance.sample(words.DO, k=3), numbered=True)}\n\n"
        f"{_code(chance, project)}\n\n## Background\n\n"
    )
    size, text = chance.choice(BODY), head + _paragraph(chance)
    while len(text) < size:
        text += f"\n\n{_paragraph(chance)}"
    return text + "\n"


def _patches(packages: Sequence[Package]) -> str:
    package = packages[0]
    names = " and ".join(f"`{one.name}`" for one in packages)
    if not package.is_fixed:
        return f"There is no fix for {names} yet. The next section says what to do instead."
    fixed = [one.fixed for one in package.stretches]
    listed = " and ".join(filter(None, (", ".join(fixed[:-1]), fixed[-1])))
    command = package.ecosystem.upgrade.format(package.name, fixed[-1])
    return f"Fixed in {names} {listed}. To upgrade:\n\n```sh\n{command}\n```"


def _table(chance: random.Random) -> str:
    rows = "\n".join(
        f"| {name} | {chance.choice(('yes', 'no', 'in part'))} | {chance.choice(words.WHEN)} |"
        for name in chance.sample(words.SETTINGS, k=4)
    )
    return f"| Setting | Affected | If |\n|---|---|---|\n{rows}"


def _list(entries: Sequence[str], *, numbered: bool = False) -> str:
    if numbered:
        return "\n".join(
            f"{number}. {entry.capitalize()}." for number, entry in enumerate(entries, start=1)
        )
    return "\n".join(f"- {entry}," for entry in entries[:-1]) + f"\n- or {entries[-1]}."


def _code(chance: random.Random, project: str) -> str:
    return chance.choice(words.CODE_BLOCKS).format(
        project=project,
        setting=chance.choice(words.SETTINGS).replace(" ", "_"),
        number=2 ** chance.randint(10, 30),
        small=chance.randint(2, 90),
    )


def _paragraph(chance: random.Random) -> str:
    return " ".join(_sentence(chance) for _ in range(chance.randint(3, 5)))


def _sentence(chance: random.Random) -> str:
    """Make a sentence of words that are chosen whether it has a place for them or not."""
    part, other = chance.sample(words.PARTS, k=2)
    return chance.choice(words.SENTENCES).format(
        part=part,
        other=other,
        code=part.replace(" ", "_"),
        page=other.replace(" ", "-"),
        who=chance.choice(words.WHO),
        can=chance.choice(words.CAN),
        when=chance.choice(words.WHEN),
        why=chance.choice(words.WHY),
        setting=chance.choice(words.SETTINGS),
    )


def _quoted(text: str) -> str:
    return f'"{text}"' if text.startswith("@") or ":" in text or "/" in text else text
