"""Measures this project beside its peers. See `scripts/bench --help` and manual/speed.md."""

import argparse
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmark import tools
from benchmark.corpus import LARGEST, Corpus
from benchmark.figures import Report, from_json, to_json
from benchmark.listing import listing
from benchmark.measure import FailedError
from benchmark.places import SPACE
from benchmark.profiling import profile, table
from benchmark.report import markdown
from benchmark.runner import Bench
from benchmark.serving import SERVERS
from benchmark.sites import SITES
from benchmark.subject import Subject
from benchmark.tasks import TASKS

ROOT = Path(__file__).resolve().parent.parent.parent
MANUAL = ROOT / "manual" / "speed.md"
MANUAL_DATA = ROOT / "manual" / "speed.json"
SUBJECTS: tuple[Subject, ...] = (*SITES, *TASKS, *SERVERS)
_FIGURES = re.compile(r"(?<=<!-- figures -->\n).*(?=<!-- end of figures -->)", re.DOTALL)
_LIST = "\n".join(f"  {one.name:<9} {one.title}" for one in SUBJECTS)
_EPILOG = f"""\
what is measured:
{_LIST}

Each size is measured run after run, and within a run each subject in its turn. A first run with a
few advisories sees whether all work, and is not counted. Peers that are not installed are left out,
and the report says so. Nothing is written outside of the folder for temporary files but what
--install, --output and --write-manual are told to write.

Whatever was made stays until the end, for a disk from which much was just deleted is slow to create
files. If less than {SPACE / 10**9:g} GB are free, it is deleted before, and the report says so.

exit codes: 0 measured, 1 something failed, 2 a wrong command line, 130 stopped by Ctrl-C
"""


def main() -> int:
    """Do what the command line says."""
    options = _parser().parse_args()
    _complete(options)
    if options.install:
        return _install()
    if options.corpus:
        Corpus(count=options.corpus, seed=options.seed).write(options.output)
        return 0
    if options.report:
        _hand_out(_read(options.report), options)
        return 0
    # Gigabytes may lie there by then: being told to end must not leave them behind either.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with tempfile.TemporaryDirectory(prefix="bench-", dir=options.folder) as name:
        if options.profile or options.list_page:
            return _look_closer(options, Path(name))
        code = _measure(options, Path(name))
        print("Deleting what was made.", file=sys.stderr, flush=True)
    return code


def _look_closer(options: argparse.Namespace, folder: Path) -> int:
    corpus = Corpus(count=options.profile or options.list_page, seed=options.seed)
    try:
        text = table(profile(folder, corpus)) if options.profile else listing(folder, corpus)
    except FailedError as error:
        print(error, file=sys.stderr)
        return 1
    print(text, end="")
    return 0


def _measure(options: argparse.Namespace, folder: Path) -> int:
    bench = Bench(
        subjects=[one for one in SUBJECTS if not options.only or one.name in options.only],
        sizes=sorted(set(options.sizes)),
        runs=options.runs,
        seed=options.seed,
        folder=folder,
        slow=options.slow,
        tell=lambda text: print(f"  {text}", file=sys.stderr, flush=True),
    )
    try:
        bench.run()
    except KeyboardInterrupt:
        # What is measured already may be what was waited for.
        print("Stopped: this is what was measured until then.", file=sys.stderr)
        options.write_manual = False
        _hand_out(bench.report(), options)
        return 130
    report = bench.report()
    _hand_out(report, options)
    return int(any(one.reason.startswith("failed") for one in report.absent))


def _hand_out(report: Report, options: argparse.Namespace) -> None:
    """Give a report to those who have asked for it: a folder, the manual, else the terminal."""
    text = markdown(report)
    if options.output:
        options.output.mkdir(parents=True, exist_ok=True)
        (options.output / "report.md").write_text(f"# Benchmark\n\n{text}", encoding="utf-8")
        (options.output / "report.json").write_text(to_json(report), encoding="utf-8")
    if options.write_manual:
        write_manual(report)
    if not options.output and not options.write_manual:
        print(text, end="")


def write_manual(report: Report) -> None:
    """Put a report into the manual's page, and its data beside it."""
    page = MANUAL.read_text(encoding="utf-8")
    MANUAL.write_text(with_figures(page, report), encoding="utf-8")
    MANUAL_DATA.write_text(to_json(report), encoding="utf-8")


def with_figures(page: str, report: Report) -> str:
    """Give a page with the figures of a report, in the place that is marked for them."""
    text = f"\n{markdown(report, level=3)}\n"
    return _FIGURES.sub(lambda _: text, page)


def _install() -> int:
    print(f"Installing peers into {tools.cache_folder()}", file=sys.stderr)
    try:
        tools.install()
    except subprocess.CalledProcessError as error:
        print(f"{error}\n{error.stderr or ''}", file=sys.stderr)
        return 1
    for subject in SITES:
        found = subject.tool()
        print(f"{subject.title}: {found.missing or found.version or 'there'}")
    return 0


def _complete(options: argparse.Namespace) -> None:
    """Fill in what follows from other options."""
    if options.quick:
        options.sizes, options.runs = [100], 1
    if options.corpus and not options.output:
        _refuse("--corpus writes into a new folder: name it with --output")
    if options.corpus and options.output.exists() and any(options.output.iterdir()):
        _refuse(f"{options.output} is not empty; --corpus writes into a new folder")
    if options.folder and not options.folder.is_dir():
        _refuse(f"--folder {options.folder} is not there")


def _refuse(text: str) -> None:
    _parser().error(text)


def _read(file: Path) -> Report:
    try:
        return from_json(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        _parser().error(f"--report {file}: {error}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="scripts/bench",
        description="Measure builds and commands of this project beside its peers.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--sizes", type=_sizes, default=[100, 1000], metavar="N,…", help="how many (100,1000)")
    add("--runs", type=_count, default=3, metavar="N", help="how often each is run (3)")
    add("--only", type=_names, default=[], metavar="NAME,…", help="measure only these")
    add("--quick", action="store_true", help="100 advisories, one run")
    add(
        "--slow",
        type=_names,
        nargs="?",
        const=[one.name for one in SUBJECTS],
        default=[],
        metavar="NAME,…",
        help="measure also what takes an hour, or much memory: all of it, or only these",
    )
    add("--seed", type=int, default=1, metavar="N", help="of the made-up advisories (1)")
    add("--output", type=Path, metavar="FOLDER", help="write report.md and report.json there")
    add("--write-manual", action="store_true", help="write the figures into manual/speed.md")
    add("--folder", type=Path, metavar="FOLDER", help="measure in this folder, on its disk")
    add("--report", type=Path, metavar="FILE", help="read a report.json, and measure nothing")
    add("--profile", type=_count, metavar="N", help="show where a build of N spends its time")
    add("--list-page", type=_count, metavar="N", help="time the list of N in Chromium")
    add("--corpus", type=_count, metavar="N", help="write a project of N advisories to --output")
    add("--install", action="store_true", help=f"install the peers into {_short_cache()}")
    return parser


def _short_cache() -> str:
    return str(tools.cache_folder()).replace(str(Path.home()), "~")


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= LARGEST:
        raise argparse.ArgumentTypeError(f"{text} is no number from 1 to {LARGEST:,}")
    return int(text)


def _sizes(text: str) -> list[int]:
    return [_count(one) for one in text.split(",")]


def _names(text: str) -> Sequence[str]:
    names, known = text.split(","), [one.name for one in SUBJECTS]
    for name in names:
        if name not in known:
            raise argparse.ArgumentTypeError(f"{name} is none of {', '.join(known)}")
    return names


if __name__ == "__main__":
    sys.exit(main())
