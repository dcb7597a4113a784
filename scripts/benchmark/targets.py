"""What this project wants to reach, and whether a report shows it.

A target is a figure of one run; what is judged is the median of all runs. Ratios are of subjects
that were measured in turn, on the same machine.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from benchmark.figures import At, Kind, Report, Spread

MIB = 2**20


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """A figure of so many advisories, and its limit: the most that it may be, or the least."""

    text: str
    size: int
    figure: Callable[[At], float]
    limit: float
    unit: Literal["×", "s", "MiB"]
    at_least: bool = False

    @property
    def kind(self) -> Kind:
        """What it is worked out from."""
        return "memory" if self.unit == "MiB" else "wall"

    def measured(self, report: Report, kind: Kind | None = None) -> Spread | None:
        """Give the figure as a report shows it; None if it does not."""
        return report.per_run(self.size, kind or self.kind, self.figure)

    def verdict(self, report: Report) -> str:
        """Say whether it is met."""
        found = self.measured(report)
        if found is None:
            return "not measured"
        met = found.median >= self.limit if self.at_least else found.median <= self.limit
        return "met" if met else "missed"


TARGETS = (
    Target(
        text="build: Material blog takes so many times longer",
        size=10_000,
        figure=lambda at: at("blog", "cold") / at("ours", "cold"),
        limit=20,
        unit="×",
        at_least=True,
    ),
    Target(
        text="build, compared with Hugo",
        size=10_000,
        figure=lambda at: at("ours", "cold") / at("hugo", "cold"),
        limit=1,
        unit="×",
    ),
    Target(
        text="publish one more, compared with Hugo",
        size=10_000,
        figure=lambda at: at("ours", "one more") / at("hugo", "one more"),
        limit=0.1,
        unit="×",
    ),
    Target(
        text="publish one more, compared with twice an empty site and a second",
        size=10_000,
        figure=lambda at: at("ours", "one more") / (2 * at("empty", "cold") + 1),
        limit=1,
        unit="×",
    ),
    Target(
        text="build, compared with an empty site",
        size=100,
        figure=lambda at: at("ours", "cold") / at("empty", "cold"),
        limit=1.5,
        unit="×",
    ),
    Target(
        text="build, memory",
        size=10_000,
        figure=lambda at: at("ours", "cold") / MIB,
        limit=512,
        unit="MiB",
    ),
    Target(
        text="build, memory",
        size=100_000,
        figure=lambda at: at("ours", "cold") / MIB,
        limit=1_536,
        unit="MiB",
    ),
    Target(
        text="serve: an edit is seen",
        size=10_000,
        figure=lambda at: at("serve", "one edit"),
        limit=1,
        unit="s",
    ),
    Target(
        text="preview: one that is held is seen",
        size=10_000,
        figure=lambda at: at("preview", "one held"),
        limit=1,
        unit="s",
    ),
    Target(
        text="preview: an edit is seen",
        size=10_000,
        figure=lambda at: at("preview", "one edit"),
        limit=1,
        unit="s",
    ),
    Target(
        text="check all files",
        size=10_000,
        figure=lambda at: at("check", "all files"),
        limit=10,
        unit="s",
    ),
    Target(
        text="check three of the files, after start-up",
        size=10_000,
        figure=lambda at: at("check", "three files") - at("check", "start-up"),
        limit=1,
        unit="s",
    ),
    Target(
        text="prove so many pages, nothing in the cache",
        size=10_000,
        figure=lambda at: at("prove", "cold"),
        limit=60,
        unit="s",
    ),
    Target(
        text="prove, memory",
        size=10_000,
        figure=lambda at: at("prove", "cold") / MIB,
        limit=1_024,
        unit="MiB",
    ),
    Target(
        text="prove, one page changed",
        size=10_000,
        figure=lambda at: at("prove", "one page changed"),
        limit=5,
        unit="s",
    ),
    Target(
        text="export all formats",
        size=10_000,
        figure=lambda at: at("export", "all formats"),
        limit=60,
        unit="s",
    ),
    Target(
        text="export, memory",
        size=10_000,
        figure=lambda at: at("export", "all formats") / MIB,
        limit=512,
        unit="MiB",
    ),
    Target(
        text="import all records",
        size=10_000,
        figure=lambda at: at("import", "all records"),
        limit=60,
        unit="s",
    ),
    Target(
        text="seal 100",
        size=100,
        figure=lambda at: at("seal", "seal"),
        limit=0.5,
        unit="s",
    ),
)
