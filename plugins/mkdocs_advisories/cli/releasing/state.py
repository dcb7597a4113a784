"""What a release is to do, knows and has done."""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import click

from mkdocs_advisories.cli.exits import Exit, Stop
from mkdocs_advisories.cli.mailing import ledger_of
from mkdocs_advisories.cli.project import Project
from mkdocs_advisories.disclosure.deploy import Target
from mkdocs_advisories.disclosure.ledger import Ledger
from mkdocs_advisories.disclosure.shared_ledger import SharedLedger
from mkdocs_advisories.disclosure.smtp import Server
from mkdocs_advisories.disclosure.standing import (
    Standing,
    recorded_by,
    standing_of,
)
from mkdocs_advisories.disclosure.web import Web
from mkdocs_advisories.embargo import Disclosure
from mkdocs_advisories.report.bug import bug_text

_MOST_SHOWN = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Wishes:
    """What a release is to do. `wait` are the seconds in which the site has to be live."""

    targets: tuple[Target, ...]
    web: Web
    url: str
    allow: Path | None
    wait: float
    mails: bool
    server: Server | None
    claim: str | None
    shared: SharedLedger | None
    is_dry: bool
    rebuilds: bool


@dataclass(kw_only=True, slots=True)
class Done:
    """What a release has done, for its report."""

    built: bool = False
    digest: str | None = None
    deployed: list[str] = field(default_factory=list)
    live: list[str] = field(default_factory=list)
    announced: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    pushed: bool = False
    notes: list[str] = field(default_factory=list)
    faults: list[Stop] = field(default_factory=list)

    @property
    def is_nothing(self) -> bool:
        """Whether there was nothing to do."""
        return not (
            self.built
            or self.deployed
            or self.live
            or self.announced
            or self.waiting
            or self.pushed
            or self.faults
        )

    def exit_code(self) -> int:
        """Give the code of the gravest fault: an embargo, then what people can mend here."""
        codes = {one.exit_code for one in self.faults}
        order = (Exit.BUG, Exit.EMBARGO, Exit.PROBLEMS, Exit.USAGE, Exit.OUTSIDE)
        return next((code for code in order if code in codes), Exit.FINE)


@dataclass(kw_only=True, slots=True)
class Release:
    """One run, at one instant. `began` is when that was, by a clock that only counts on."""

    project: Project
    config_file: Path
    wishes: Wishes
    done: Done
    ledger: Ledger
    instant: datetime
    began: float
    disclosure: Disclosure
    inputs: str | None

    def say(self, text: str) -> None:
        """Tell how far it is. Nobody may be there to read it, or no space left to write it to."""
        with suppress(OSError):
            click.echo(text, err=True)

    def note(self, text: str) -> None:
        """Tell something that matters later as well."""
        self.done.notes.append(text)
        self.say(text)

    def fault(self, stop: Stop) -> None:
        """Keep what went wrong, and go on with what has to be done anyway."""
        self.done.faults.append(stop)
        self.say(f"Error: {stop.message}")

    def present(self) -> datetime:
        """Give the instant of this run and the time that has passed since."""
        return self.instant + timedelta(seconds=time.monotonic() - self.began)

    def standing(self) -> Standing:
        """Give what has to be public."""
        return standing_of(self.disclosure.advisories)

    def unrecorded(self) -> frozenset[str]:
        """Give the ids of which the ledger does not have that this revision was live."""
        known, own = recorded_by(self.ledger), self.standing()
        return frozenset(name for name, one in own.items() if known.get(name) != one)

    def read_again(self) -> None:
        """Read the ledger after something was written to it."""
        self.ledger = ledger_of(self.project)


def listed(ids: tuple[str, ...] | list[str]) -> str:
    """Name some, and count the others."""
    more = f" and {len(ids) - _MOST_SHOWN} more" if len(ids) > _MOST_SHOWN else ""
    return ", ".join(ids[:_MOST_SHOWN]) + more


def attempt(release: Release, step: Callable[[], None]) -> None:
    """Do a step; whatever becomes of it, the later ones have to be done."""
    try:
        step()
    except Stop as stop:
        release.fault(stop)
    except (click.Abort, click.ClickException):
        raise
    except Exception as error:  # noqa: BLE001 - a bug in one step keeps no mail back
        release.fault(Stop(bug_text(error), exit_code=Exit.BUG))
