"""Runs subjects in turn, and collects what they took."""

import os
import platform
import sys
from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

from benchmark.corpus import Corpus
from benchmark.figures import Absent, Hindered, Report, Sample
from benchmark.measure import FailedError, measure
from benchmark.places import Places
from benchmark.subject import Subject

WARMING = 10
"""Advisories of the run before all others, which is not counted."""
_STOPPED = "the benchmark was stopped before"
_SLOW = "takes too long, or too much memory: only with --slow"


@dataclass(kw_only=True)
class Bench:
    """A benchmark that is under way: what it has to do, and what it has found so far.

    `slow` names those that are measured however long they take.
    """

    subjects: Sequence[Subject]
    sizes: Sequence[int]
    runs: int
    seed: int
    folder: Path
    slow: Container[str] = ()
    tell: Callable[[str], None] = lambda _: None
    samples: list[Sample] = field(default_factory=list)
    absent: list[Absent] = field(default_factory=list)
    hindered: list[Hindered] = field(default_factory=list)
    places: Places = field(init=False)

    def __post_init__(self) -> None:
        self.places = Places(folder=self.folder)

    def run(self) -> None:
        """Measure all subjects, each in its turn, run after run."""
        ready = [one for one in self.subjects if self._is_ready(one)]
        for size in self.sizes:
            chosen = [one for one in ready if self._is_worth_it(one, size)]
            for run in range(1, self.runs + 1):
                # Each begins a run in its turn, so that none is always first after another.
                shift = run % max(1, len(chosen))
                for subject in (*chosen[shift:], *chosen[:shift]):
                    self._measure(subject, size, run)

    def report(self) -> Report:
        """Give what is known so far."""
        versions = {one.name: one.tool().version for one in self.subjects}
        return Report(
            machine=machine(),
            versions={
                **{name: known for name, known in versions.items() if known},
                "ours": version("mkdocs-advisories"),
                "empty": version("mkdocs-material"),
            },
            seed=self.seed,
            runs=self.runs,
            samples=tuple(self.samples),
            absent=(*self.absent, *self._unreached()),
            hindered=tuple(self.hindered),
        )

    def _unreached(self) -> Iterator[Absent]:
        """Give what was not come to, which is something only if the benchmark was stopped."""
        reached = {(one.subject, one.size) for one in self.samples}
        reached |= {(one.subject, one.size) for one in self.absent}
        for size in self.sizes:
            for subject in self.subjects:
                if (subject.name, size) not in reached:
                    yield Absent(subject=subject.name, size=size, reason=_STOPPED)

    def _is_ready(self, subject: Subject) -> bool:
        """See whether it works, with a few advisories; that also warms the disk's cache."""
        reason = subject.tool().missing
        if not reason:
            try:
                list(self._samples(subject, WARMING, 0))
            except FailedError as error:
                reason = f"failed: {error}"
        if reason:
            self.tell(f"{subject.title}: {reason}")
            self._leave_out(subject, self.sizes, reason)
        return not reason

    def _is_worth_it(self, subject: Subject, size: int) -> bool:
        if size <= subject.largest or subject.name in self.slow:
            return True
        self._leave_out(subject, [size], _SLOW)
        return False

    def _measure(self, subject: Subject, size: int, run: int) -> None:
        if any((one.subject, one.size) == (subject.name, size) for one in self.absent):
            return
        if self.places.make_room(size):
            self.tell("The disk is nearly full: what was used before has been deleted")
            self.hindered.append(Hindered(subject=subject.name, size=size, run=run))
        try:
            for sample in self._samples(subject, size, run):
                self.samples.append(sample)
                self.tell(_told(subject, sample, self.runs))
        except FailedError as error:
            self.tell(f"{subject.title}: failed: {error}")
            self._leave_out(subject, [size], f"failed: {error}")

    def _samples(self, subject: Subject, size: int, run: int) -> Iterator[Sample]:
        place = self.places.new()
        folder, log = place / "project", place / "log.txt"
        folder.mkdir()
        for step in subject.steps(folder, Corpus(count=size, seed=self.seed)):
            taken = (
                step.take(log) if step.take else measure(step.command, folder=step.folder, log=log)
            )
            yield Sample(
                subject=subject.name,
                step=step.name,
                size=size,
                run=run,
                wall=round(taken.wall, 3),
                cpu=round(taken.cpu, 3),
                memory=taken.memory,
            )

    def _leave_out(self, subject: Subject, sizes: Sequence[int], reason: str) -> None:
        self.absent += [Absent(subject=subject.name, size=size, reason=reason) for size in sizes]


def machine() -> dict[str, str]:
    """Say what this runs on: what a figure depends on, and nothing that names the machine."""
    count = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count()
    return {
        "System": f"{platform.system()} {platform.machine()}",
        "Python": platform.python_version(),
        "processors": str(count),
        "load": f"{os.getloadavg()[0]:.1f}",
        "MkDocs": version("mkdocs"),
        "Material": version("mkdocs-material"),
    }


def _told(subject: Subject, sample: Sample, runs: int) -> str:
    return (
        f"{sample.size:,}, run {sample.run} of {runs}: {subject.title}, {sample.step}: "
        f"{sample.wall:.2f} s ({sample.cpu:.2f} s of processors), {sample.memory / 2**20:.0f} MiB"
    )
