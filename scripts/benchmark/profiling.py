"""Where a build of this project spends its time, by phase."""

import pstats
import re
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmark.corpus import Corpus
from benchmark.measure import measure

OTHER = "other"
_PHASES = (
    ("start-up", r"<frozen importlib|importlib/metadata|/site-packages/pluggy/"),
    ("reading", r"mkdocs_advisories/source/|/site-packages/(yaml|jsonschema\w*|referencing)/"),
    ("checking", r"mkdocs_advisories/(checks|versions)\b"),
    ("the gate", r"mkdocs_advisories/(embargo|clock)\b"),
    ("shell", r"mkdocs_advisories/mkdocs/|/site-packages/(mkdocs|material|jinja2)/"),
    ("rendering", r"mkdocs_advisories/(render|site)|/site-packages/(markdown|pygments|pymdownx)/"),
    ("rendering", r"mkdocs_advisories/|<template>|/templates/"),
    ("waiting for workers", r"/(multiprocessing|concurrent)/"),
)
_WRITING = re.compile(
    r"posix\.(mkdir|rename|replace|unlink|rmdir|fsync|open)\b|io\.open\b"
    r"|'(write|writelines|close|__exit__)' of '_io\."
)
_TURNS = 20
"""How far a function of the standard library is followed up to who called it."""

Function = tuple[str, int, str]
Phases = Mapping[str, float]
Callers = Mapping[Function, tuple[int, int, float, float]]
Stats = Mapping[Function, tuple[int, int, float, float, Callers]]
"""A profile as `pstats` has it: calls, own seconds, seconds with all below, and who called."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Phase:
    """What a build does for a while: how long, and in which functions most of all."""

    name: str
    seconds: float
    costliest: tuple[str, ...]


def profile(folder: Path, corpus: Corpus) -> list[Phase]:
    """Build a project under a profiler, and give the phases, the longest first.

    Only the main process is looked into. Under the profiler all takes longer, small functions
    most: what counts is how the parts compare.
    """
    project = folder / "project"
    project.mkdir()
    corpus.write(project)
    raw = folder / "profile"
    command = (sys.executable, "-m", "cProfile", "-o", str(raw), "-m", "mkdocs", "build", "--quiet")
    measure(command, folder=project, log=folder / "log.txt")
    return phases(pstats.Stats(str(raw)).stats)  # type: ignore[attr-defined]


def phases(stats: Stats) -> list[Phase]:
    """Add up a profile by phase.

    The time of a function goes to the phase that its file belongs to. A function of the standard
    library, or one without a file, does whatever its callers do: its time is shared out to them.
    """
    sums: dict[str, float] = defaultdict(float)
    parts: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for function, shares in _shares(stats).items():
        own = stats[function][2]
        for name, share in shares.items():
            sums[name] += own * share
            parts[name][_label(function)] += own * share
    return [
        Phase(name=name, seconds=seconds, costliest=_largest(parts[name]))
        for name, seconds in sorted(sums.items(), key=lambda one: -one[1])
    ]


def table(found: Sequence[Phase]) -> str:
    """Write the phases as Markdown."""
    total = sum(one.seconds for one in found) or 1
    rows = [
        f"| {one.name} | {one.seconds:.2f} | {one.seconds / total:.0%} "
        f"| {', '.join(one.costliest)} |"
        for one in found
        if one.seconds > total / 200
    ]
    head = ["| phase | s | share | most of it in |", "|---|---|---|---|"]
    return "\n".join([*head, *rows, f"| all | {total:.2f} | | |"]) + "\n"


def _shares(stats: Stats) -> dict[Function, Phases]:
    """Give the phases that each function's time belongs to, and the share of each."""
    own = {one: _phase_of_file(one[0]) for one in stats}
    known: dict[Function, Phases] = {one: {name: 1.0} for one, name in own.items() if name}
    rest = [one for one, name in own.items() if not name]
    for _ in range(_TURNS):
        known.update({one: _of_callers(one, stats, known) for one in rest})
    return {one: known[one] or {OTHER: 1.0} for one in stats}


def _of_callers(function: Function, stats: Stats, known: Mapping[Function, Phases]) -> Phases:
    """Share a function out to its callers, as far as their phases are known."""
    shares: dict[str, float] = defaultdict(float)
    for caller, entry in stats[function][4].items():
        # What was too short for the clock counts by its calls.
        weight = entry[2] + entry[0] * 1e-9
        for name, share in known.get(caller, {}).items():
            shares[name] += weight * share
    total = sum(shares.values())
    found = {name: share / total for name, share in shares.items()} if total else {}
    return _as_writing(found) if found and _WRITING.search(_label(function)) else found


def _as_writing(shares: Phases) -> Phases:
    """Take for writing what opens and closes files, unless it reads advisories."""
    reading = shares.get("reading", 0.0)
    return {"reading": reading, "writing": sum(shares.values()) - reading}


def _phase_of_file(file: str) -> str | None:
    path = file.replace("\\", "/")
    return next((name for name, pattern in _PHASES if re.search(pattern, path)), None)


def _label(function: Function) -> str:
    file, _, name = function
    return (
        f"{Path(file).stem}.{name}" if file != "~" else name.strip("<>").removeprefix("built-in ")
    )


def _largest(parts: Mapping[str, float]) -> tuple[str, ...]:
    names = sorted(parts, key=lambda name: -parts[name])[:3]
    return tuple(f"`{name}`" for name in names)
