"""The version check of the pages: its order is that of `packaging` and `semver`, its answers hold.

The modules run in Node.js as they stand; the form runs in Chromium.
"""

import json
import random
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from mkdocs.commands.build import build
from mkdocs.config import load_config

import browser
from browser import Tab
from conftest import NOW, PROJECT, Folder
from mkdocs_advisories.disclosure.local_server import LocalServer
from mkdocs_advisories.embargo import disclose
from mkdocs_advisories.model import Disclosed, Withdrawal
from mkdocs_advisories.render.checkable import VERSIONS_URI, checkable
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


@needs_node
@pytest.mark.parametrize("scheme", ["constructor", "__proto__", "", None])
def test_an_unknown_scheme_compares_nothing(modules: Path, scheme: str | None) -> None:
    assert run(modules, ORDER, [["1.0.0", "2.0.0", scheme]]) == [None]


def example() -> dict[str, Any]:
    """Give what the check knows on the home page of the example site."""
    from mkdocs_advisories.source.catalog import read_catalog  # noqa: PLC0415
    from mkdocs_advisories.source.configuration import Configuration, configure  # noqa: PLC0415
    from mkdocs_advisories.source.site_file import read_site_file  # noqa: PLC0415

    stated = read_site_file(PROJECT / "mkdocs.yml")
    settings = configure(stated.options, site=stated.facts)
    assert isinstance(settings, Configuration)
    catalog = read_catalog(PROJECT / "advisories", prefix="advisories", policy=settings.policy)
    return checkable(disclose(catalog.advisories, now=datetime(2100, 1, 1, tzinfo=UTC)).advisories)


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
    "# yarn lockfile v1\n\nlantern@^1:\n  version 1.0.5\n": "Yarn and pnpm are not read",
    "lockfileVersion: '9.0'\n": "Yarn and pnpm are not read",
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
    first, second = disclose(folder.read().advisories, now=NOW).advisories

    def ids(*some: Disclosed) -> list[str]:
        return [one["id"] for it in checkable(some)["packages"] for one in it["advisories"]]

    gone = Withdrawal(date=NOW, reason="wrong")
    withdrawn = replace(first, content=replace(first.content, withdrawn=gone))
    assert ids(first, second) == [first.id, second.id]
    assert ids(withdrawn, second) == [second.id]
    followed = replace(first, content=replace(first.content, superseded_by=second.id))
    assert ids(followed, second) == [second.id]
    assert ids(followed) == [first.id], "the successor is not public: this one stands"


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
