"""What is measured while it runs: servers, and how soon they show what has changed."""

import os
import re
import signal
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.request import urlopen  # noqa: TID251 - of a server on this machine

from benchmark.corpus import Advisory, Corpus
from benchmark.measure import PATIENCE, FailedError, Taken, begin, memory_now, tail, used_now
from benchmark.subject import Step, Subject
from benchmark.tools import Tool, ours

if TYPE_CHECKING:
    from subprocess import Popen

_LOOK = 0.02
"""Seconds from one look at a page to the next."""


@dataclass(kw_only=True)
class Server:
    """A server that runs on a port, or at the address below it that its log names."""

    process: "Popen[bytes]"
    port: int
    log: Path

    def shown(self, uri: str, text: str) -> Taken:
        """Wait until a page says something; give what that took.

        Raises:
            FailedError: the server has ended, or it takes more than PATIENCE.
        """
        started, used = time.monotonic(), used_now(self.process.pid)
        while text not in self._page(uri):
            if self.process.poll() is not None:
                raise FailedError(f"the server has ended: {tail(self.log)}")
            if time.monotonic() - started > PATIENCE:
                raise FailedError(f"{uri} does not say {text!r}")
            time.sleep(_LOOK)
        wall = time.monotonic() - started
        cpu = used_now(self.process.pid) - used
        return Taken(wall=wall, cpu=cpu, memory=memory_now(self.process.pid))

    def _page(self, uri: str) -> str:
        try:
            with urlopen(self._root() + uri, timeout=PATIENCE) as answer:  # noqa: S310 - its own address
                return str(answer.read().decode("utf-8", "replace"))
        except OSError:
            return ""

    def _root(self) -> str:
        root = f"http://127.0.0.1:{self.port}/"
        named = re.search(rf"{root}[\w-]+/", self.log.read_text(encoding="utf-8", errors="replace"))
        return named[0] if named else root


@contextmanager
def serving(command: Sequence[str], *, port: int, folder: Path) -> Iterator[Server]:
    """Start a server, and stop it at the end."""
    log = folder.with_name("server.log")
    with log.open("wb") as output:
        process = begin(command, folder=folder, output=output)
        try:
            yield Server(process=process, port=port, log=log)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


class Serve(Subject):
    """`mkdocs serve`, while an advisory is written."""

    name, title = "serve", "mkdocs serve"
    makes = "until a page in the browser shows an edit of its advisory"

    def tool(self) -> Tool:
        """MkDocs of this environment."""
        return ours("mkdocs")

    def steps(self, folder: Path, corpus: Corpus) -> Iterator[Step]:
        """Start, and edit the newest advisory; before, another edit that is not counted."""
        corpus.write(folder)
        one = max(corpus.public, key=lambda one: (one.disclosed is not None, one.disclosed, one.id))
        port = _free_port()
        command = (*self.tool().command, "serve", "--quiet", "--dev-addr", f"127.0.0.1:{port}")
        with serving(command, port=port, folder=folder) as server:
            yield Step(name="start", folder=folder, take=partial(_seen, server, one))
            yield _one_edit(server, one, folder)


class Preview(Subject):
    """`advisory preview` of one held advisory, after a build."""

    name, title = "preview", "advisory preview"
    makes = "until the page of a held advisory is there, after a build, and shows an edit"

    def tool(self) -> Tool:
        """The command of this environment."""
        return ours("advisory")

    def steps(self, folder: Path, corpus: Corpus) -> Iterator[Step]:
        """Show one that is held, if there is one, and edit it."""
        corpus.write(folder)
        build = (*ours("mkdocs").command, "build", "--quiet")
        yield Step(name="build before", command=build, folder=folder)
        for one in [one for one in corpus if one.is_held][:1]:
            port = _free_port()
            command = (*self.tool().command, "preview", one.id, "--port", str(port))
            with serving(command, port=port, folder=folder) as server:
                yield Step(name="one held", folder=folder, take=partial(_seen, server, one))
                yield _one_edit(server, one, folder)


SERVERS: tuple[Subject, ...] = (Serve(), Preview())


def _seen(server: Server, one: Advisory, _: Path) -> Taken:
    return server.shown(f"advisories/{one.id}/", one.id)


def _one_edit(server: Server, one: Advisory, folder: Path) -> Step:
    """Edit an advisory; before, it is edited once in a way that is not counted."""

    def edited(text: str) -> Taken:
        _edit(folder, one, text)
        return server.shown(f"advisories/{one.id}/", text)

    edited("Edited once.")
    return Step(name="one edit", folder=folder, take=lambda _: edited("Edited again."))


def _edit(folder: Path, one: Advisory, text: str) -> None:
    (file,) = (folder / "advisories").rglob(f"{one.id}.md")
    file.write_text(f"{one.source.rstrip()}\n\n{text}\n", encoding="utf-8")


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
