"""What is measured: a subject has steps, one after the other, in a folder of its own."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmark.corpus import Corpus
from benchmark.measure import Taken
from benchmark.tools import Tool

ALL = 1_000_000
"""As many as one likes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One run of a program that is measured.

    `take` measures what runs already; it is given the log.
    """

    name: str
    folder: Path
    command: tuple[str, ...] = ()
    take: Callable[[Path], Taken] | None = None


class Subject(ABC):
    """Something to measure.

    `name` is its name on the command line, `title` that in the report, `makes` says what it makes,
    `largest` is the most advisories that it is measured with unless more patience is asked for.
    """

    name: str
    title: str
    makes: str
    largest: int = ALL

    @abstractmethod
    def tool(self) -> Tool:
        """Say what it takes, or what is missing."""

    @abstractmethod
    def steps(self, folder: Path, corpus: Corpus) -> Iterator[Step]:
        """Prepare the folder, which is empty, and give each step when it is ready to be run.

        Raises:
            FailedError: what the step before has made is not what it should be.
        """
