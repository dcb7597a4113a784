"""A report as Markdown: for a terminal, a file, or a page of the manual."""

from collections.abc import Iterable, Iterator, Sequence

from benchmark.figures import Kind, Report, Spread
from benchmark.sites import SITES
from benchmark.subject import Subject
from benchmark.targets import MIB, TARGETS, Target
from benchmark.tasks import TASKS


def markdown(report: Report, *, level: int = 2) -> str:
    """Write a report, its headings of the given level."""
    hashes = "#" * level
    parts = (
        f"{hashes} Machine",
        _machine(report),
        f"{hashes} Targets",
        _table(
            ("Advisories", "", "target", "measured", "by processors", ""),
            (_target(one, report) for one in TARGETS),
        ),
        *(part for size in report.sizes for part in _of_size(report, size, hashes)),
        f"{hashes} Not measured",
        _absent(report),
        f"{hashes} What each makes",
        _table(
            ("", "version", "makes"),
            ((one.title, report.versions.get(one.name, ""), one.makes) for one in SITES),
        ),
    )
    return "\n\n".join(part for part in parts if part) + "\n"


def _machine(report: Report) -> str:
    known = ", ".join(f"{name} {value}" for name, value in report.machine.items())
    return f"{known}; seed {report.seed}, {report.runs} runs."


def _target(target: Target, report: Report) -> tuple[str, ...]:
    bound = "at least" if target.at_least else "at most"
    is_time = target.kind == "wall"
    return (
        f"{target.size:,}",
        target.text,
        f"{bound} {target.limit:g} {target.unit}",
        _spread(target.measured(report), unit=target.unit),
        _spread(target.measured(report, "cpu"), unit=target.unit) if is_time else "",
        target.verdict(report),
    )


def _of_size(report: Report, size: int, hashes: str) -> Iterator[str]:
    """Write the tables of so many advisories: the builds, the commands."""
    columns = ("wall, s", "processors, s", "memory, MiB")
    builds = [row for one in SITES for row in _rows(report, one, size, with_ratios=True)]
    if builds:
        yield f"{hashes} {size:,} advisories: sites"
        ratios = ("× ours, wall", "× ours, processors")
        yield _table(("", "", *columns, *ratios), builds)
    commands = [row for one in TASKS for row in _rows(report, one, size, with_ratios=False)]
    if commands:
        yield f"{hashes} {size:,} advisories: commands"
        yield _table(("", "", *columns), commands)


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


def _absent(report: Report) -> str:
    titles = {one.name: one.title for one in (*SITES, *TASKS)}
    lines = [f"- {titles[one.subject]}, {one.size:,}: {one.reason}" for one in report.absent]
    return "\n".join(lines) or "Nothing was left out."


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
