"""How long the proof of a large site takes, and how much memory: run `scripts/bench-proof`."""

import argparse
import json
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WORDS = """a an and any are as at be been bounds buffer by call can check code compiler component
could crash does each else engine error fails for frame from function guest had has heap host if
import in instance instruction into invalid is it kernel large length limit list load memory module
more not null of offset on one only open operand or out over overflow page panic pointer read
record region resource returns runtime sandbox set shared signal size stack store string table text
that the then thread through to trap type under unit untrusted up use value vector version was when
where which while with without write wrong zero""".split()
WORDS += [f"{one}{ending}" for one in WORDS for ending in ("ed", "er", "ing", "s", "let", "ish")]
PAGE_SIZE = 30_000
QUIET = {"NO_MKDOCS_2_WARNING": "1"}


def sentence(chance: random.Random) -> str:
    """Make up a sentence of plain words."""
    return " ".join(chance.choices(WORDS, k=chance.randint(8, 20))).capitalize() + "."


def paragraphs(chance: random.Random, size: int) -> list[str]:
    """Make up paragraphs of about so many characters together."""
    made: list[str] = []
    while sum(map(len, made)) < size:
        made.append(" ".join(sentence(chance) for _ in range(5)))
    return made


def advisory(chance: random.Random, number: int) -> str:
    """Make up a held advisory of about 4 kB."""
    body = "\n\n".join(paragraphs(chance, 3_500))
    return (
        f"---\nid: {held_id(number)}\nsummary: {sentence(chance)[:100]}\n"
        "embargo: 2099-01-01T12:00:00Z\naffected:\n"
        "  - package: {ecosystem: crates.io, name: wasmtime}\n    ranges:\n"
        f'      - {{type: SEMVER, events: [{{introduced: "0"}}, {{fixed: "{number}.0.1"}}]}}\n'
        f"---\n## Impact\n\n{body}\n"
    )


def held_id(number: int) -> str:
    """Number a held advisory in the alphabet of its ids."""
    letters = "23456789cfghjmpqrvwx"
    digits = "".join(letters[number // 20**power % 20] for power in range(4))
    return f"GHSA-2222-2222-{digits}"


def make(folder: Path, *, pages: int, held: int) -> Path:
    """Make a project with a site: pages like those of the example site, with other words."""
    chance = random.Random(1)  # noqa: S311 - the same tree each time, no secret
    for name in ("advisories", "docs"):
        shutil.copytree(ROOT / name, folder / name)
    shutil.copy(ROOT / "mkdocs.yml", folder)
    mkdocs = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--site-dir"]
    site = folder / "site"
    subprocess.run([*mkdocs, str(site)], cwd=folder, check=True, env=os.environ | QUIET)
    for number in range(held):
        name = folder / "advisories" / f"{held_id(number)}.md"
        name.write_text(advisory(chance, number), encoding="utf-8")
    frame = next((site / "advisories").glob("*/index.html")).read_text(encoding="utf-8")
    before, _, after = frame.partition("<article")
    for number in range(pages):
        text = "".join(
            f"<p>{one}</p>\n" for one in paragraphs(chance, PAGE_SIZE - len(frame.encode()))
        )
        page = site / "pages" / f"{number:05}" / "index.html"
        page.parent.mkdir(parents=True)
        page.write_text(f"{before}{text}<article{after}", encoding="utf-8")
    return site


@dataclass
class Memory:
    """The most memory that a process and all below it had at one time (proportional set size)."""

    most: int = 0
    done: threading.Event = field(default_factory=threading.Event)

    def watch(self, process: int) -> None:
        """Look twice a second, until it is done."""
        while not self.done.wait(0.5):
            self.most = max(self.most, sum(map(memory_of, descendants(process))))


def descendants(process: int) -> list[int]:
    """Give a process and all that it has started."""
    children = Path(f"/proc/{process}/task/{process}/children")
    try:
        below = [int(one) for one in children.read_text().split()]
    except OSError:
        return []
    return [process, *(one for child in below for one in descendants(child))]


def memory_of(process: int) -> int:
    """Give the bytes that are a process's share."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(one.split()[1]) * 1024 for one in lines if one.startswith("Pss:")), 0)


def measure(what: str, folder: Path, site: Path, *options: str) -> None:
    """Prove the site in a process of its own, and say what it took."""
    command = [sys.executable, "-m", "mkdocs_advisories.cli", "prove", str(site), *options]
    started, memory, before = time.monotonic(), Memory(), cpu()
    with subprocess.Popen(
        [*command, "--format", "json"], cwd=folder, stdout=subprocess.PIPE
    ) as process:
        watcher = threading.Thread(target=memory.watch, args=(process.pid,))
        watcher.start()
        output = process.communicate()[0]
        memory.done.set()
        watcher.join()
    seconds = time.monotonic() - started
    report = json.loads(output)
    print(
        f"{what}: {seconds:.1f} s ({cpu() - before:.1f} s of processors),"
        f" {memory.most / 2**20:.0f} MiB;"
        f" {report['files']:,} files, {report['bytes'] / 1e6:.0f} MB, {report['cached']:,} cached,"
        f" {report['held']} held, {report['windows']:,} needles,"
        f" {'clean' if report['clean'] else 'NOT CLEAN'}",
        flush=True,
    )


def cpu() -> float:
    """Give the seconds of processors that all finished processes have taken."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Make the tree, prove it without and with what is known from before."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=10_000)
    parser.add_argument("--held", type=int, default=100)
    options = parser.parse_args()
    print(f"{len(os.sched_getaffinity(0))} processors, load {os.getloadavg()[0]:.1f}", flush=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        site = make(folder, pages=options.pages, held=options.held)
        measure("cold", folder, site)
        (site / "pages" / "00000" / "index.html").write_text("<p>changed</p>", encoding="utf-8")
        measure("warm, one page changed", folder, site)


if __name__ == "__main__":
    main()
