"""The version check of the pages: its order is that of `packaging` and `semver`, its answers hold.

The modules run in Node.js as they stand; the form runs in Chromium.
"""

import json
import logging
import random
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from threading import Thread
from typing import Any, cast

import pytest
from mkdocs.commands.build import build
from mkdocs.config import load_config

import browser
from browser import Tab
from conftest import NOW, PROJECT, Folder
from mkdocs_advisories.disclosure.local_server import LocalServer
from mkdocs_advisories.embargo import disclose
from mkdocs_advisories.model import Advisory, Withdrawal
from mkdocs_advisories.render.checkable import VERSIONS_URI
from mkdocs_advisories.site import Site, build_site
from mkdocs_advisories.versions import Scheme, compare, position

NODE = shutil.which("node")
THEME = PROJECT / "plugins" / "mkdocs_advisories" / "mkdocs" / "theme"
needs_node = pytest.mark.skipif(not NODE, reason="needs Node.js")
needs_chromium = pytest.mark.skipif(not browser.CHROMIUM, reason="needs Chromium")

ORDER = """
import { compare, position } from "./versions.js";
const ask = ([one, other, scheme]) => {
  const [left, right] = [position(one, scheme), position(other, scheme)];
  return left && right ? compare(left, right) : null;
};
"""
ANSWERS = """
import { answer } from "./check.js";
const ask = ([known, text, every]) => {
  const { state, lead, parts, verdicts = [] } = answer(known, text, every);
  return { state, text: [lead ?? "", ...parts].flat().join(""), verdicts: verdicts.map((one) => ({
    package: `${one.known.ecosystem}/${one.known.name} ${one.version}`, state: one.state,
    affected: one.affected.map((it) => it.id), upgrade: one.upgrade })) };
};
"""
LOOP = """
import { readFileSync } from "node:fs";
console.log(JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map(ask)));
"""


@pytest.fixture(scope="module")
def modules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which Node.js takes our files as the modules that they are."""
    folder = tmp_path_factory.mktemp("modules")
    (folder / "package.json").write_text('{"type": "module"}', encoding="utf-8")
    for name in ("versions.js", "reading.js", "check.js", "words.js"):
        shutil.copy(THEME / name, folder)
    return folder


def run(modules: Path, program: str, questions: list[Any]) -> list[Any]:
    """Ask a program of JavaScript; gives its answers."""
    (modules / "program.js").write_text(program + LOOP, encoding="utf-8")
    done = subprocess.run(
        ["node", "program.js"],
        cwd=modules,
        input=json.dumps(questions),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answers: list[Any] = json.loads(done.stdout)
    return answers


NUMBERS = ("0", "1", "2", "9", "10", "11", "12", "100", "007", "4294967297", "9007199254740993")
SEMVER = (
    NUMBERS,
    (".",),
    NUMBERS,
    (*[".0"] * 4, ".2", ".10", "", ".01"),
    ("", "-", "-", "-0.", "--"),
    ("0", "rc", "rc.1", "rc.10", "alpha", "alpha.beta", "1", "01", "0a", "A", "a-b", "1.x.", "_"),
    ("", "", "+1", "+b.2", "+"),
)
PEP440 = (
    ("", "", "v", "V", "1!", "0!", " "),
    NUMBERS,
    ("", ".1", ".0", ".0.0", ".2.3", ".01", "."),
    (
        "",
        "",
        "a1",
        "b",
        "-rc.2",
        "c2",
        "_alpha",
        "Preview3",
        "pre",
        ".beta-4",
        "rc9007199254740993",
    ),
    ("", "", ".post1", "-1", "post", "-r4", "_rev", ".post0", "-"),
    ("", "", ".dev1", "dev", "-DEV_2", ".dev0"),
    ("", "", "+a.1", "+1", "+1.a", "+A-b_c", "+ubuntu.10", "+", " "),
)
PVP = (NUMBERS, ("", ".0", ".1", ".10", ".1.0.0", ".a", ".", "-1"))
GRAMMARS = {Scheme.SEMVER: SEMVER, Scheme.PEP440: PEP440, Scheme.PVP: PVP}


@needs_node
@pytest.mark.parametrize("scheme", [*Scheme])
def test_the_order_is_that_of_the_reference(modules: Path, scheme: Scheme) -> None:
    """Thousands of pairs, sound and broken: the same answer, or both have none."""
    chance = random.Random(scheme.value)  # noqa: S311 - the same choice every time
    made = ["".join(map(chance.choice, GRAMMARS[scheme])) for _ in range(20_000)]
    # Two that resemble each other differ where it is hard.
    pairs = [*pairwise(made), *pairwise(sorted(made))]
    expected = [compare(one, other, scheme=scheme) for one, other in pairs]
    assert sum(one is not None for one in expected) > 5_000
    assert sum(one is None for one in expected) > 500
    found = run(modules, ORDER, [[*pair, scheme.value] for pair in pairs])
    wrong = [it for it in zip(pairs, expected, found, strict=True) if it[1] != it[2]]
    assert wrong == []


@needs_node
def test_every_version_of_the_example_advisories_is_ordered_alike(modules: Path) -> None:
    known = example()["packages"]
    for scheme in (Scheme.SEMVER, Scheme.PEP440):
        named = {
            text
            for package in known
            for one in package["advisories"]
            for span in one["spans"]
            for text in span
            if text and position(text, scheme)
        }
        pairs = [(one, other) for one in sorted(named) for other in sorted(named)]
        found = run(modules, ORDER, [[*pair, scheme.value] for pair in pairs])
        assert found == [compare(*pair, scheme=scheme) for pair in pairs]


REAL = {
    Scheme.SEMVER: ("rustsec/crates/*/*.md", r'"[<>=^~ ]*(\d+\.\d+\.\d+[^",\s]*)'),
    Scheme.PEP440: ("pypa/**/*.yaml", r"^\s*- ['\"]?(\d[^\s'\"]*)['\"]?$"),
}


@needs_node
@pytest.mark.parametrize("scheme", REAL)
def test_real_versions_are_ordered_alike(modules: Path, corpora: Path, scheme: Scheme) -> None:
    """Those that advisories about crates and Python packages name, each with its neighbours."""
    pattern, named = REAL[scheme]
    pairs = set()
    for file in (corpora / "data").glob(pattern):
        found = re.findall(named, file.read_text(encoding="utf-8"), re.MULTILINE)
        pairs |= {*pairwise(found[:60]), *zip(found[:40], sorted(found)[:40], strict=False)}
    some = sorted(pairs)[:40_000]
    assert len(some) > 1_000
    expected = [compare(*pair, scheme=scheme) for pair in some]
    assert run(modules, ORDER, [[*pair, scheme.value] for pair in some]) == expected


@needs_node
@pytest.mark.parametrize("scheme", ["constructor", "__proto__", "", None])
def test_an_unknown_scheme_compares_nothing(modules: Path, scheme: str | None) -> None:
    assert run(modules, ORDER, [["1.0.0", "2.0.0", scheme]]) == [None]


def checked_on(site: Site) -> dict[str, Any]:
    """Give what the check knows on the home page of a site."""
    raw = site.contents[VERSIONS_URI]
    assert isinstance(raw, bytes)
    return cast("dict[str, Any]", json.loads(raw))


def example() -> dict[str, Any]:
    """Give what the check knows on the home page of the example site."""
    from mkdocs_advisories.source.catalog import read_catalog  # noqa: PLC0415
    from mkdocs_advisories.source.configuration import Configuration, configure  # noqa: PLC0415
    from mkdocs_advisories.source.site_file import read_site_file  # noqa: PLC0415

    stated = read_site_file(PROJECT / "mkdocs.yml")
    settings = configure(stated.options, site=stated.facts)
    assert isinstance(settings, Configuration)
    catalog = read_catalog(PROJECT / "advisories", prefix="advisories", policy=settings.policy)
    disclosure = disclose(catalog.advisories, now=datetime(2100, 1, 1, tzinfo=UTC))
    return checked_on(build_site(disclosure, policy=settings.policy, index_uri=""))


FORMATS = PROJECT / "tests" / "lock-files"


@needs_node
@pytest.mark.parametrize("name", sorted(one.name for one in FORMATS.glob("*.*")))
def test_a_lock_file_is_read(modules: Path, name: str) -> None:
    """Each file has lamp 2.0.9, a release; some have lamp 2.0.8 and 9.9.9 from elsewhere."""
    ecosystem, scheme = {
        "cargo": ("crates.io", "SemVer 2.0.0"),
        "pip": ("PyPI", "PEP 440"),
        "js": ("npm", "SemVer 2.0.0"),
        "php": ("Packagist", None),
        "ruby": ("RubyGems", None),
    }[name.partition("-")[0]]
    full = {"php": "works/lamp"}.get(name.partition("-")[0], "lamp")
    full = "@works/lamp" if ecosystem == "npm" else full
    lamp = package(full, ["2.0.0", "2.1.0", None], ecosystem=ecosystem, scheme=scheme)
    text = (FORMATS / name).read_text(encoding="utf-8")
    (found,) = run(modules, ANSWERS, [[[lamp], text]])
    told = {one["package"].rpartition(" ")[2]: one["state"] for one in found["verdicts"]}
    if scheme is None:
        assert found["state"] == "unknown"
        assert set(told.values()) == {"unknown"}, "the order of these versions is not known"
    else:
        assert told.pop("2.0.9") == "affected"
        assert found["verdicts"][0]["upgrade"] == "2.1.0"
        assert told.pop("9.9.9", "unknown") == "unknown", "a fork may lack the fix"
        assert told in ({}, {"2.0.8": "affected"})
    assert ("9.9.9" in text) == any("9.9.9" in one["package"] for one in found["verdicts"])


def package(
    name: str,
    *spans: list[str | None],
    ecosystem: str = "crates.io",
    scheme: str | None = "SemVer 2.0.0",
    versions: list[str] | None = None,
) -> dict[str, Any]:
    advisories = [
        {
            "id": f"A-{number}",
            "uri": f"advisories/A-{number}/",
            "scheme": scheme,
            "spans": [span],
            "versions": versions or [],
        }
        for number, span in enumerate(spans, 1)
    ]
    return {"ecosystem": ecosystem, "name": name, "advisories": advisories}


LANTERN = package(
    "lantern", ["1.0.0", "1.2.3", None], ["1.1.0", "1.2.5", None], ["1.2.4", "1.3.0", None]
)
LAMP = package("Lamp.Post", ["0", "4.2.5", None], ecosystem="PyPI", scheme="PEP 440")
CARGO_LOCK = """\
# This file is automatically @generated by Cargo.
version = 4

[[package]]
name = "lantern"
version = "1.0.5"
source = "registry+https://github.com/rust-lang/crates.io-index"

[[package]]
name = "lantern"
version = "1.3.0"
source = "sparse+https://mirror.example/index/"

[[package]]
name = "other"
version = "1.0.5"
dependencies = ["lantern 1.0.5"]
"""
NPM = package("@works/lamp", ["2.0.0", "2.1.0", None], ecosystem="npm")
PACKAGE_LOCK = json.dumps(
    {
        "name": "app",
        "lockfileVersion": 3,
        "packages": {
            "": {"name": "app", "version": "2.0.5"},
            "node_modules/@works/lamp": {"version": "2.1.0"},
            "node_modules/x/node_modules/@works/lamp": {"version": "2.0.9"},
        },
    }
)
PACKAGE_LOCK_1 = json.dumps(
    {
        "dependencies": {
            "x": {"version": "1.0.0", "dependencies": {"@works/lamp": {"version": "2.0.9"}}}
        }
    }
)

POETRY_LOCK = """\
[[package]]
name = "lamp-post"
version = "4.2.4"

[metadata]
lock-version = "2.0"
"""

ASKED = [
    # What is known, the text, the answer; and of each package its advisories and the upgrade.
    ([LANTERN], "1.0.5", "affected", {"crates.io/lantern 1.0.5": (["A-1"], "1.3.0")}),
    ([LANTERN], " v1.2.4\n", "affected", {"crates.io/lantern v1.2.4": (["A-2", "A-3"], "1.3.0")}),
    ([LANTERN], "1.3.0", "safe", {"crates.io/lantern 1.3.0": ([], None)}),
    ([LANTERN], "1.2.3-rc.1", "affected",
     {"crates.io/lantern 1.2.3-rc.1": (["A-1", "A-2"], "1.3.0")}),
    ([LANTERN], "0.9.0", "safe", {"crates.io/lantern 0.9.0": ([], None)}),
    ([LANTERN], "lantern==1.0.5", "affected", {"crates.io/lantern 1.0.5": (["A-1"], "1.3.0")}),
    ([LANTERN], "lantern@1.0.5", "affected", {"crates.io/lantern 1.0.5": (["A-1"], "1.3.0")}),
    ([LANTERN], "lantern v1.0.5", "affected", {"crates.io/lantern v1.0.5": (["A-1"], "1.3.0")}),
    ([LANTERN], CARGO_LOCK, "affected", {"crates.io/lantern 1.0.5": (["A-1"], "1.3.0")}),
    ([LANTERN], CARGO_LOCK.replace("1.0.5", "1.3.0"), "safe", {}),
    ([LAMP], "Lamp_post==4.2.4", "affected", {"PyPI/Lamp.Post 4.2.4": (["A-1"], "4.2.5")}),
    ([LAMP], "# x\nlamp-post[tls] == 4.2.4 ; python_version > '3' \\\n    --hash=sha256:ab\nz==1\n",
     "affected", {"PyPI/Lamp.Post 4.2.4": (["A-1"], "4.2.5")}),
    ([LAMP], "lamp-post    4.2.5.dev1", "affected",
     {"PyPI/Lamp.Post 4.2.5.dev1": (["A-1"], "4.2.5")}),
    ([LAMP], POETRY_LOCK,
     "affected", {"PyPI/Lamp.Post 4.2.4": (["A-1"], "4.2.5")}),
    ([NPM], PACKAGE_LOCK, "affected", {"npm/@works/lamp 2.0.9": (["A-1"], "2.1.0")}),
    ([NPM], PACKAGE_LOCK_1, "affected", {"npm/@works/lamp 2.0.9": (["A-1"], "2.1.0")}),
    ([LAMP, NPM], PACKAGE_LOCK.replace("@works/lamp", "Lamp.Post"), "unknown", {}),
]  # fmt: skip


@needs_node
@pytest.mark.parametrize("case", ASKED, ids=range(len(ASKED)))
def test_an_answer_is_right(
    modules: Path, case: tuple[list[Any], str, str, dict[str, tuple[list[str], str | None]]]
) -> None:
    known, text, state, verdicts = case
    (found,) = run(modules, ANSWERS, [[known, text]])
    assert found["state"] == state, found
    told = {one["package"]: (one["affected"], one["upgrade"]) for one in found["verdicts"]}
    assert told == verdicts


UNSURE = {
    "": "Enter a version",
    "   \n\t": "Enter a version",
    "hello": "There is no version",
    "<script>alert(1)</script>": "There is no version",
    "^1.2.3": "requirement",
    ">=1.2,<2": "requirement",
    "~> 1.2": "requirement",
    "1.2.x": "requirement",
    "1.0.0 - 2.0.0": "requirement",
    "lantern>=1.0": "requirement",
    "lantern==1.*": "requirement",
    "lantern @ git+https://x.example/l": "requirement",
    "1.2": "cannot be compared",
    "1.0.0-1ubuntu2": "cannot be compared",
    "1:1.0.0-1": "cannot be compared",
    "1.0.0-1.el9": "cannot be compared",
    "1.0.0-r0": "cannot be compared",
    "1.0.0.0": "cannot be compared",
    "other==1.0.0": "No advisory here is about other",
    "{": "looks like package-lock.json",
    "{}": "There is no version",
    '{"packages": {"node_modules/x": null}}': "There is no version",
    '{"dependencies": {"a": {"dependencies": "x"}}}': "There is no version",
    "[[package]]\nname = 1\n": "looks like Cargo.lock",
    "# yarn lockfile v1\n\nlantern@^1:\n  version 1.0.5\n": "looks like yarn.lock",
    "__metadata:\n  version: 8\n": "looks like yarn.lock",
    "lockfileVersion: '9.0'\n": "looks like pnpm-lock.yaml",
    "GEM\n  specs:\n": "looks like Gemfile.lock",
    "GEM\n  specs:\n    lantern (1.0.5)\n": "No advisory here is about lantern",
    '{"packages": [null, {"name": "lantern"}, {"name": 1, "version": []}]}': "There is no version",
    '{"default": {"lantern": {"git": "https://x.example/"}}, "develop": null}': "no version",
    '{"packages": {"lantern": ["lantern"], "x": [null], "y": []}}': "There is no version",
    "-e git+https://x.example/lantern@1.0.5#egg=lantern": "requirement",
}


@needs_node
@pytest.mark.parametrize("text", UNSURE)
def test_what_cannot_be_told_is_never_called_safe(modules: Path, text: str) -> None:
    (found,) = run(modules, ANSWERS, [[[LANTERN], text]])
    assert found["state"] == "unknown"
    assert UNSURE[text].lower() in found["text"].lower()


LARGE = 5 * 1024 * 1024
HOSTILE = [
    *("a" + " " * 1990 + "b\n", " #" * 900 + "\n", "a" * 1990 + "\n", "a@1" * 600 + "\n"),
    *("1." * 900 + "\n", "a" + "=" * 1900 + "\n", "a[" * 900 + "\n", "a - " * 480 + "\n", "a"),
    *('{"dependencies":', "\n", "lantern@1.0.0-" + "a." * 900 + "\n", "[[package]]\n"),
    *(
        "# yarn lockfile v1\n" + "@" * 900 + "\n",
        '__metadata:\n  resolution: "' + "a@" * 900 + "\n",
    ),
    *("lockfileVersion: 9\npackages:\n  /@" + "a/" * 900 + "\n", "GEM\n" + "    a" * 300 + " (\n"),
    *('{"packages": [' + ", " * 900, "{" + "," + " " * 900),
]


@needs_node
def test_a_large_nonsense_is_answered_and_never_called_safe(modules: Path) -> None:
    """Where a pattern went back and forth, five million characters would take for ever."""
    for one in HOSTILE:
        (found,) = run(modules, ANSWERS, [[[LANTERN], one * (LARGE // len(one))]])
        assert found["state"] == "unknown", one[:20]


@needs_node
def test_ranges_that_cannot_be_read_leave_no_one_safe(modules: Path) -> None:
    broken = package("lantern", ["one", "two", None])
    other = package("lantern", ["1.0.0", "2.0.0", None], ecosystem="Julia", scheme=None)
    commits = package("lantern", ["0", None, None])
    commits["advisories"][0]["spans"] = []
    for known in (broken, other, commits):
        (found,) = run(modules, ANSWERS, [[[known], "3.0.0"]])
        assert found["state"] == "unknown", known
    every = package("lantern", ["0", None, None], ecosystem="Julia", scheme=None)
    named = package("lantern", ["1.0", "1.1", None], scheme=None, versions=["weird-1"])
    (all_versions, by_name) = run(modules, ANSWERS, [[[every], "3.0"], [[named], "lantern@3"]])
    assert all_versions["state"] == "affected"
    assert by_name["state"] == "unknown"


UPGRADES = """
import { upgrade } from "./check.js";
const ask = ([known, version]) => upgrade(known, version);
"""
SOME = [
    f"{major}.{minor}.{patch}" for major in (0, 1, 2) for minor in (0, 1) for patch in (0, 1, 2)
]
SOME += ["1.0.0-rc.1", "2.0.0-alpha", "2.0.0-rc.10", "2.0.0-rc.2"]


def smallest(spans: list[list[list[str | None]]], version: str, scheme: Scheme) -> str | None:
    """Try every fixed version, from the lowest: what the pages ought to say."""

    def at(text: str) -> Any:  # noqa: ANN401 - of no interest here
        return position(text, scheme)

    def hit(text: str, span: list[str | None]) -> bool:
        start, fixed, last = span
        return (
            (start == "0" or at(text) >= at(str(start)))
            and (fixed is None or at(text) < at(fixed))
            and (last is None or at(text) <= at(last))
        )

    every = [span for one in spans for span in one]
    fixes = sorted({str(span[1]) for span in every if span[1]}, key=at)
    for fix in fixes:
        if at(fix) > at(version) and not any(hit(fix, span) for span in every):
            return fix
    return None


@needs_node
@pytest.mark.parametrize("scheme", [Scheme.SEMVER, Scheme.PEP440])
def test_the_upgrade_is_the_lowest_that_no_advisory_is_about(modules: Path, scheme: Scheme) -> None:
    """Thousands of made-up packages against trying everything."""
    chance = random.Random(7)  # noqa: S311 - the same choice every time
    pool = [one for one in SOME if position(one, scheme)]
    pool += ["1.0.post1", "2.0.dev3", "1!0.1"] if scheme is Scheme.PEP440 else []

    def span() -> list[str | None]:
        start, end = sorted(
            chance.sample(pool, 2), key=lambda one: cast("Any", position(one, scheme))
        )
        kind = chance.choice(("fixed", "fixed", "fixed", "last", "open"))
        fixed, last = (end if kind == "fixed" else None), (end if kind == "last" else None)
        return [chance.choice(("0", start)), fixed, last]

    questions, expected = [], []
    for _ in range(3_000):
        spans = [[span() for _ in range(chance.randint(1, 2))] for _ in range(chance.randint(1, 3))]
        advisories = [
            {"id": f"A-{n}", "uri": "", "scheme": scheme.value, "spans": some, "versions": []}
            for n, some in enumerate(spans)
        ]
        version = chance.choice(pool)
        known = {"ecosystem": "x", "name": "lamp", "advisories": advisories}
        questions.append([known, version])
        expected.append(smallest(spans, version, scheme))
    assert sum(one is not None for one in expected) > 500
    assert sum(one is None for one in expected) > 500
    found = run(modules, UPGRADES, questions)
    wrong = [it for it in zip(questions, expected, found, strict=True) if it[1] != it[2]]
    assert wrong == []


@needs_node
def test_a_version_without_a_package_is_asked_for_one_where_there_are_many(modules: Path) -> None:
    (found,) = run(modules, ANSWERS, [[[LANTERN, LAMP], "1.0.5"]])
    assert found["state"] == "unknown"
    assert "Of which package?" in found["text"]
    (found,) = run(modules, ANSWERS, [[[LANTERN, LAMP], "1.0.5", True]])
    assert found["state"] == "affected"
    assert [one["package"] for one in found["verdicts"]] == [
        "crates.io/lantern 1.0.5",
        "PyPI/Lamp.Post 1.0.5",
    ]


def test_what_stands_no_more_is_not_checked(folder: Folder) -> None:
    folder.write("LAN-2026-0001")
    folder.write("LAN-2026-0002")
    known = {one.content.id: one for one in folder.read().advisories}
    first, second = known["LAN-2026-0001"], known["LAN-2026-0002"]

    def ids(*some: Advisory) -> list[str]:
        site = build_site(disclose(some, now=NOW), policy=folder.policy, index_uri="")
        return [one["id"] for it in checked_on(site)["packages"] for one in it["advisories"]]

    gone = Withdrawal(date=NOW, reason="wrong")
    withdrawn = replace(first, content=replace(first.content, withdrawn=gone))
    both = ["LAN-2026-0001", "LAN-2026-0002"]
    assert ids(first, second) == both
    assert ids(withdrawn, second) == both[1:]
    followed = replace(first, content=replace(first.content, superseded_by="LAN-2026-0002"))
    assert ids(followed, second) == both[1:]
    assert ids(followed) == both[:1], "the successor is not public: this one stands"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example site."""
    path = tmp_path_factory.mktemp("site")
    build(load_config(str(PROJECT / "mkdocs.yml"), site_dir=str(path)))
    return path


@pytest.fixture(scope="module")
def root(site: Path) -> Iterator[str]:
    server = LocalServer(site)
    Thread(target=server.serve_forever, daemon=True).start()
    yield server.url
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def window(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tab]:
    with browser.tab(tmp_path_factory.mktemp("profile")) as it:
        yield it
        assert it.complaints == []
        assert it.alarms == []


CHECK_LOADED = (
    "performance.getEntriesByType('resource').filter(one =>"
    " /(check|reading|versions).js$/.test(one.name) && one.responseEnd).length === 3"
)
OUTPUT = "document.querySelector('.adv-check output')"


def ask(window: Tab, text: str) -> str:
    """Enter a text and press the button; gives what is answered."""
    window.value(
        f"{OUTPUT}.replaceChildren(); document.querySelector('#adv-version').value ="
        f" {json.dumps(text)}; document.querySelector('.adv-check').requestSubmit()"
    )
    window.wait_for(f"{OUTPUT}.textContent")
    said: str = window.value(f"{OUTPUT}.innerText")
    return said


@needs_chromium
def test_the_home_page_answers_for_all_advisories(site: Path, root: str, window: Tab) -> None:
    assert json.loads((site / VERSIONS_URI).read_bytes()) == example()
    window.open(root)
    lock = CARGO_LOCK.replace("lantern", "wasmtime").replace("1.0.5", "24.0.0", 1)
    said = ask(window, lock)
    assert said.startswith("Affected. 3 read, 2 that advisories here are about.")
    assert "wasmtime 24.0.0 (crates.io) is affected by GHSA-" in said
    assert "Upgrade to" in said
    link = window.value(f"{OUTPUT}.querySelector('a').href")
    assert (site / link.removeprefix(root) / "index.html").is_file()
    assert ask(window, "wasmtime==9999.0.0").startswith("Not affected.")
    assert ask(window, "<img src=x onerror=ran(1)>==1.0").startswith("There is no version")


@needs_chromium
def test_an_advisory_answers_for_itself_and_nothing_is_sent(
    site: Path, root: str, window: Tab
) -> None:
    name = next(
        file.parent.name
        for file in sorted((site / "advisories").glob("*/index.html"))
        if "data-known" in (text := file.read_text(encoding="utf-8")) and "wasmtime" in text
    )
    window.open(f"{root}advisories/{name}/")
    window.value("document.querySelector('#adv-version').focus()")
    window.wait_for(CHECK_LOADED)
    before = window.value("performance.getEntriesByType('resource').length")
    assert "cannot be compared" in ask(window, "1-x")
    assert ask(window, "wasmtime==9999.0.0")
    assert window.value("performance.getEntriesByType('resource').length") == before


@needs_chromium
def test_a_large_paste_is_answered_without_filling_the_field(root: str, window: Tab) -> None:
    window.open(root)
    window.value(
        "const data = new DataTransfer();"
        " data.setData('text/plain', '[[package]]\\nname = \"wasmtime\"\\nversion = \"24.0.0\"\\n'"
        ' + \'[[package]]\\nname = "other"\\nversion = "1.0.0"\\n\\n\'.repeat(110000));'
        " document.querySelector('#adv-version').dispatchEvent("
        "new ClipboardEvent('paste', {clipboardData: data, cancelable: true, bubbles: true})); 1"
    )
    window.wait_for(f"{OUTPUT}.textContent")
    assert "110001 read, 1 that" in window.value(f"{OUTPUT}.innerText")
    assert window.value("document.querySelector('#adv-version').value") == ""


@needs_chromium
def test_enter_asks_and_the_answer_is_announced(root: str, window: Tab) -> None:
    window.open(root)
    window.value("document.querySelector('#adv-version').focus()")
    window.call("Input.insertText", text="wasmtime==24.0.0")
    for kind in ("keyDown", "keyUp"):
        window.call(
            "Input.dispatchKeyEvent", type=kind, key="Enter", text="\r", windowsVirtualKeyCode=13
        )
    window.wait_for(f"{OUTPUT}.textContent.startsWith('Affected.')")
    role = window.call("Accessibility.getFullAXTree")["nodes"]
    roles = {one["role"]["value"]: one["name"]["value"] for one in role if "name" in one}
    assert "status" in roles


@needs_chromium
def test_a_new_reader_learns_what_to_do_from_a_pasted_lock_file(root: str, window: Tab) -> None:
    """From the home page to an answer: open it, click the field, paste. The log has the time."""
    window.open(root)
    point = window.value(
        "(box => [box.x + box.width / 2, box.y + box.height / 2])"
        "(document.querySelector('#adv-version').getBoundingClientRect())"
    )
    assert 0 < point[1] < window.value("innerHeight"), "the field is in sight without scrolling"
    began = time.monotonic()
    for kind in ("mousePressed", "mouseReleased"):
        window.call(
            "Input.dispatchMouseEvent",
            type=kind,
            x=point[0],
            y=point[1],
            button="left",
            clickCount=1,
        )
    crate = '\n[[package]]\nname = "crate-{}"\nversion = "1.0.0"\nsource = "registry+x"\n'
    lock = CARGO_LOCK.replace("lantern", "wasmtime").replace("1.0.5", "24.0.0", 1)
    for text, said in (
        (lock, "Upgrade to"),
        (lock.replace("24.0.0", "9999.0.0").replace("1.3.0", "9999.0.0"), "Not affected."),
    ):
        window.value(
            "globalThis.data = new DataTransfer(); data.setData('text/plain',"
            f" {json.dumps(text + ''.join(map(crate.format, range(400))))});"
            " document.activeElement.dispatchEvent(new ClipboardEvent('paste',"
            " {clipboardData: data, cancelable: true, bubbles: true})); 1"
        )
        window.wait_for(f"{OUTPUT}.innerText.includes({said!r})")
    taken = time.monotonic() - began
    logging.getLogger(__name__).info("one click and two pastes, two answers: %.2f s", taken)
    assert "403 read" in window.value(f"{OUTPUT}.innerText")


@needs_chromium
def test_a_short_lock_file_is_answered_when_it_is_pasted(root: str, window: Tab) -> None:
    window.open(root)
    lock = CARGO_LOCK.replace("lantern", "wasmtime").replace("1.0.5", "24.0.0", 1)
    window.value(
        "globalThis.shelf = document.createElement('textarea'); document.body.append(shelf);"
        f" shelf.value = {json.dumps(lock)}; shelf.select(); document.execCommand('cut');"
        " document.querySelector('#adv-version').focus(); 1"
    )
    window.call("Input.dispatchKeyEvent", type="keyDown", key="v", modifiers=2, commands=["paste"])
    window.wait_for(f"{OUTPUT}.innerText.startsWith('Affected.')")
    assert window.value("document.querySelector('#adv-version').value") == lock
