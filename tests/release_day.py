"""A project on the day of its disclosure: a repository, a web server, a mail server."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from conftest import MKDOCS_YML, Folder
from mail_server import MailServer, mail_server
from mkdocs_advisories.disclosure.ledger import Event, Line, read_ledger
from mkdocs_advisories.policy import Policy

EMBARGO = "2024-06-01T12:00:00Z"
AFTER = "2024-06-01T12:01:00Z"
LATE = "2024-06-01T12:20:00Z"
BEFORE = "2024-06-01T11:00:00Z"
OLD, NEW, OTHER = "LAN-2024-0001", "LAN-2024-0002", "LAN-2024-0003"
LISTS = """\
      mail: {from: security@lantern.example, announce: [announce@lists.lantern.example]}
"""


def git(folder: Path, *arguments: str) -> str:
    """Run git, which has to succeed."""
    names = ("user.name=x", "user.email=x@y", "init.defaultBranch=main", "commit.gpgsign=false")
    options = [word for one in names for word in ("-c", one)]
    command = ["git", "-C", str(folder), *options, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How a run ended."""

    code: int
    out: str
    err: str


@dataclass(kw_only=True)
class Day:
    """A project, where it goes, and how it is released."""

    root: Path
    www: Path
    url: str
    folder: Folder
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def site(self) -> Path:
        """The link that the web server follows."""
        return self.www / "site"

    def command(self, *more: str, to: str | None = None, root: Path | None = None) -> list[str]:
        """Give the command line of a release."""
        target = f"folder:{self.site}" if to is None else to
        command = [sys.executable, "-m", "mkdocs_advisories.cli", "-f"]
        command += [str((root or self.root) / "mkdocs.yml"), "release", "--url", self.url]
        return [*command, "--to", target, "--wait", "5", *more]

    def variables(self, now: str) -> Mapping[str, str]:
        """Give the environment of a release."""
        return {**os.environ, **self.environment, "ADVISORY_NOW": now}

    def release(
        self, *more: str, now: str = AFTER, to: str | None = None, root: Path | None = None
    ) -> Ended:
        """Run a release to its end."""
        command = self.command(*more, to=to, root=root)
        ended = subprocess.run(
            command, env=self.variables(now), capture_output=True, text=True, check=False
        )
        return Ended(code=ended.returncode, out=ended.stdout, err=ended.stderr)

    def commit(self) -> None:
        """Commit everything."""
        git(self.root, "add", "--all")
        git(self.root, "commit", "--quiet", "--allow-empty", "--message", "Change")

    def lines(self, event: Event, *, root: Path | None = None) -> list[Line]:
        """Give the lines of the ledger of an event."""
        return list(read_ledger((root or self.root) / "advisories").of(event))


class Quiet(SimpleHTTPRequestHandler):
    """Serves, and says nothing about it."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - base class's name
        """Say nothing."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder, whose path is followed anew for each request. Gives its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def day(folder: Path, policy: Policy) -> Iterator[Day]:
    """Make a project with an old advisory and two that are disclosed on that day."""
    root, www = folder / "project", folder / "www"
    www.mkdir()
    (root / "docs").mkdir(parents=True)
    (root / "advisories").mkdir()
    (root / "mkdocs.yml").write_text(MKDOCS_YML + LISTS, encoding="utf-8")
    (root / ".gitignore").write_text(".cache/\nsite/\n", encoding="utf-8")
    (root / "docs" / "index.md").write_text("# Advisories\n\n<!-- advisories -->\n", "utf-8")
    sources = Folder(path=root / "advisories", policy=policy)
    sources.write(OLD, embargo="2024-02-01T12:00:00Z", summary="Lantern smokes at night")
    for name, title in ((NEW, "Wick burns too fast"), (OTHER, "Glass breaks in the cold")):
        body = f"## Impact\n\nOf {title} nobody outside of this house has heard before today.\n"
        sources.write(name, embargo=EMBARGO, summary=title, body=body)
    git(root, "init", "--quiet")
    with served(www / "site") as url:
        made = Day(root=root, www=www, url=url, folder=sources)
        made.commit()
        yield made


@contextmanager
def a_mail_server(folder: Path) -> Iterator[MailServer]:
    """Run a mail server, or skip the test."""
    if shutil.which("openssl") is None:
        pytest.skip("there is no openssl to make a certificate with")
    place = folder / "mail"
    place.mkdir()
    with mail_server(place) as running:
        yield running
