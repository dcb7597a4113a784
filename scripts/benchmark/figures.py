"""What was measured, as data: samples, medians and ratios; written to JSON and read from it."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from statistics import median
from typing import Literal

VERSION = 1
"""The version of the JSON report's form."""

Kind = Literal["wall", "cpu", "memory"]
At = Callable[[str, str], float]
"""Gives what a subject took for a step, in one run."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sample:
    """One run of a step: seconds by the clock, seconds of processors, bytes."""

    subject: str
    step: str
    size: int
    run: int
    wall: float
    cpu: float
    memory: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Absent:
    """A subject that was not measured with so many advisories, and why."""

    subject: str
    size: int
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Hindered:
    """A run of a subject that began right after used folders had to be deleted."""

    subject: str
    size: int
    run: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Spread:
    """The median of some figures, the lowest and the highest."""

    median: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """All that a benchmark has measured, and with what."""

    machine: Mapping[str, str]
    versions: Mapping[str, str]
    seed: int
    runs: int
    samples: tuple[Sample, ...]
    absent: tuple[Absent, ...]
    hindered: tuple[Hindered, ...] = ()

    @property
    def sizes(self) -> list[int]:
        """The numbers of advisories, the smallest first."""
        return sorted({one.size for one in self.samples} | {one.size for one in self.absent})

    def steps(self, subject: str, size: int) -> list[str]:
        """Give the steps of a subject that were measured, in their order."""
        mine = (one for one in self.samples if (one.subject, one.size) == (subject, size))
        return list(dict.fromkeys(one.step for one in mine))

    def spread(self, subject: str, step: str, size: int, kind: Kind) -> Spread | None:
        """Give what a step took in all runs, or None if it was not measured."""
        return self.per_run(size, kind, lambda at: at(subject, step))

    def ratio(
        self, size: int, kind: Kind, of: tuple[str, str], to: tuple[str, str]
    ) -> Spread | None:
        """Give how many times more one step takes than another, of the same run each."""
        return self.per_run(size, kind, lambda at: at(*of) / at(*to))

    def per_run(self, size: int, kind: Kind, figure: Callable[[At], float]) -> Spread | None:
        """Work out a figure for each run that has all it takes; None if none has."""
        figures = []
        for run in sorted({one.run for one in self.samples if one.size == size}):
            found = self._of_run(size, run, kind)
            try:
                figures.append(figure(lambda subject, step, found=found: found[subject, step]))  # type: ignore[misc]
            except KeyError:
                continue
        return spread(figures)

    def _of_run(self, size: int, run: int, kind: Kind) -> dict[tuple[str, str], float]:
        return {
            (one.subject, one.step): getattr(one, kind)
            for one in self.samples
            if (one.size, one.run) == (size, run)
        }


def spread(figures: Iterable[float]) -> Spread | None:
    """Give median, lowest and highest; None of none."""
    known = list(figures)
    return Spread(median=median(known), low=min(known), high=max(known)) if known else None


def to_json(report: Report) -> str:
    """Write a report."""
    return json.dumps({"version": VERSION, **asdict(report)}, indent=1) + "\n"


def from_json(text: str) -> Report:
    """Read a report.

    Raises:
        ValueError: it is none, or of another version.
    """
    data = json.loads(text)
    if not isinstance(data, dict) or data.pop("version", None) != VERSION:
        raise ValueError(f"it is no report of version {VERSION}")
    try:
        samples = tuple(Sample(**one) for one in data.pop("samples"))
        absent = tuple(Absent(**one) for one in data.pop("absent"))
        hindered = tuple(Hindered(**one) for one in data.pop("hindered", ()))
        return Report(**data, samples=samples, absent=absent, hindered=hindered)
    except (KeyError, TypeError) as error:
        raise ValueError(f"it is no report of version {VERSION}: {error}") from error
