"""The command line as its users meet it: arguments in; exit code, stdout and stderr out."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from conftest import NOW
from mkdocs_advisories.cli.main import main


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How a run ended and what it said."""

    code: int
    out: str
    err: str


@dataclass(frozen=True, kw_only=True)
class Command:
    """The command `advisory` in the project of a `mkdocs.yml`, at the instant of the tests."""

    config: Path
    capsys: pytest.CaptureFixture[str]
    monkeypatch: pytest.MonkeyPatch

    def __call__(self, *arguments: str, now: datetime = NOW) -> Outcome:
        """Run it."""
        clock = "mkdocs_advisories.cli.project.present"
        self.monkeypatch.setattr(clock, lambda *_, **__: now)
        self.capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(["-f", str(self.config), *arguments])
        said = self.capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return Outcome(code=int(ended.value.code), out=said.out, err=said.err)

    def as_terminal(self, *, module: str) -> None:
        """Let a command believe that a person reads what it says."""
        self.monkeypatch.setattr(f"mkdocs_advisories.cli.{module}.shows_held", lambda: True)
