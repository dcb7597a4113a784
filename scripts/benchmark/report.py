"""A report as Markdown: for a terminal, a file, or a page of the manual."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from benchmark.figures import Kind, Report, Spread
from benchmark.serving import SERVERS
from benchmark.sites import SITES
from benchmark.subject import Subject
from benchmark.targets import MIB, TARGETS, Target
from benchmark.tasks import TASKS

COMMANDS = (*TASKS, *SERVERS)
_TITLES = {one.name: one.title for one in (*SITES, *COMMANDS)}


def markdown(report: Report, *, level: int = 2) -> str:
    """Write a report, its headings of the given level."""
    hashes = "#" * level
    parts = (
        f"{hashes} Machine",
        _machine(report),
        f"{hashes} Targets",
        _table(
            ("advisories", "what", "target", "measured", "by processors' time", "verdict"),
            (_target(one, report) for one in TARGETS),
        ),
        *(part for size in report.sizes for part in _of_size(report, size, hashes)),
        *_growth(report, hashes),
        f"{hashes} Not measured",
        _absent(report),
        *_hindered(report, hashes),
        f"{hashes} What each makes",
        _table(
            ("generator", "version", "makes"),
            ((one.title, report.versions.get(one.name, ""), one.makes) for one in SITES),
        ),
    )
    return "\n\n".join(part for part in parts if part) + "\n"


def _machine(report: Report) -> str:
    known = ", ".join(f"{name} {value}" for name, value in report.machine.items())
    runs = "1 run" if report.runs == 1 else f"{report.runs} runs"
    return f"{known}; seed {report.seed}, {runs}."


def _target(target: Target, report: Report) -> tuple[str, ...]:
    bound = "at least" if target.at_least else "at most"
    is_time = target.kind == "wall"
    return (
        f"{target.size:,}",
        target.text,
        f"{bound} {target.limit:,g} {target.unit}",
        _spread(target.measured(report), unit=target.unit),
        _spread(target.measured(report, "cpu"), unit=target.unit) if is_time else "",
        target.verdict(report),
    )


def _of_size(report: Report, size: int, hashes: str) -> Iterator[str]:
    """Write the tables of so many advisories: the builds, the commands."""
    columns = ("wall, s", "processors' time, s", "memory, MiB")
    builds = [row for one in SITES for row in _rows(report, one, size, with_ratios=True)]
    if builds:
        yield f"{hashes} {size:,} advisories: sites"
        ratios = ("× ours, wall", "× ours, processors' time")
        yield _table(("generator", "step", *columns, *ratios), builds)
    commands = [row for one in COMMANDS for row in _rows(report, one, size, with_ratios=False)]
    if commands:
        yield f"{hashes} {size:,} advisories: commands"
        yield _table(("command", "step", *columns), commands)


def _rows(
    report: Report, subject: Subject, size: int, *, with_ratios: bool
) -> Iterator[tuple[str, ...]]:
    for step in report.steps(subject.name, size):
        figures = (
            _spread(report.spread(subject.name, step, size, "wall")),
            _spread(report.spread(subject.name, step, size, "cpu")),
            _memory(report.spread(subject.name, step, size, "memory")),
        )
        ratios = (_ratio(report, subject, step, size, kind) for kind in ("wall", "cpu"))
        yield (subject.title, step, *figures, *(ratios if with_ratios else ()))


def _ratio(report: Report, subject: Subject, step: str, size: int, kind: Kind) -> str:
    of, to = (subject.name, step), ("ours", step)
    return "" if of == to else _spread(report.ratio(size, kind, of, to))


def _growth(report: Report, hashes: str) -> Iterator[str]:
    """Write how many times longer a step takes for the next larger number of advisories."""
    steps = list(pairwise(report.sizes))
    if steps:
        yield f"{hashes} Growth of processors' time"
        head = (f"{small:,} to {large:,}" for small, large in steps)
        rows = (
            (one.title, step, *(_grown(report, one, step, small, large) for small, large in steps))
            for one in (*SITES, *COMMANDS)
            for step in report.steps(one.name, report.sizes[0])
        )
        yield _table(("what", "step", *head), rows)


def _grown(report: Report, subject: Subject, step: str, small: int, large: int) -> str:
    before = report.spread(subject.name, step, small, "cpu")
    after = report.spread(subject.name, step, large, "cpu")
    return f"{_number(after.median / before.median)} ×" if before and after else ""


def _absent(report: Report) -> str:
    lines = [f"- {_TITLES[one.subject]}, {one.size:,}: {one.reason}" for one in report.absent]
    return "\n".join(lines) or "Nothing was left out."


def _hindered(report: Report, hashes: str) -> Iterator[str]:
    """Write which runs came right after folders were deleted, if any did."""
    if report.hindered:
        yield f"{hashes} Measured after folders were deleted"
        yield (
            "The disk was too full to keep everything until the end. What was there was deleted "
            "right before these runs, in which files may have taken longer to create."
        )
        runs = defaultdict(list)
        for one in report.hindered:
            runs[one.subject, one.size].append(str(one.run))
        yield "\n".join(
            f"- {_TITLES[name]}, {size:,}: run {', '.join(each)}"
            for (name, size), each in runs.items()
        )


def _spread(found: Spread | None, *, unit: str = "") -> str:
    """Write a median, and how far the runs lie apart if they do."""
    if found is None:
        return ""
    text = _number(found.median) + (f" {unit}" if unit else "")
    low, high = _number(found.low), _number(found.high)
    return text if low == high else f"{text} ({low} to {high})"


def _memory(found: Spread | None) -> str:
    return f"{found.median / MIB:,.0f}" if found else ""


def _number(value: float) -> str:
    """Write three digits, or all before the point."""
    if abs(value) >= 100:  # noqa: PLR2004 - three digits before the point
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"  # noqa: PLR2004 - two


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = (head, ["---"] * len(head), *rows)
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
