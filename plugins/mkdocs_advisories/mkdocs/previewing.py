"""The program behind `advisory preview`: it builds on a stage, serves that, and sees every edit.

It lives as long as its standard input is open. Whoever has started it holds the other end of that,
so it ends with that process, however that ends. Its standard output has one line: the address,
once there is something to see, or why it cannot listen. What is wrong with an edit it says on
standard error, and goes on with what there was before.
"""

import logging
import os
import signal
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, cast

from mkdocs.commands.build import build
from mkdocs.config import load_config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import Abort, MkDocsException
from mkdocs.livereload import LiveReloadServer

from mkdocs_advisories.disclosure.local_server import HOST, LocalServer
from mkdocs_advisories.mkdocs.serving import Late

if TYPE_CHECKING:
    from mkdocs_advisories.mkdocs.plugin import AdvisoriesPlugin

log = logging.getLogger("mkdocs")


def main(config_file: str, site_dir: str, port: str) -> int:
    """Build, and serve until the standard input is closed; gives the exit code if that fails."""
    Thread(target=_end_with_parent, daemon=True).start()
    _say_errors_only()
    late = Late()
    try:
        local = LocalServer(Path(site_dir), port=int(port), turn=late.turn)
    except OSError as error:
        _say(error.strerror or "unknown reason")
        return 1
    load = partial(load_config, config_file, site_dir=site_dir)
    begun = _begun(load, late)
    if begun is None:
        return 1
    server = _Server(local, builder=partial(_built, load, late), root=site_dir)
    _watch(server, begun)
    server.serve()  # type: ignore[no-untyped-call]
    return 0


class _Server(LiveReloadServer):
    """MkDocs' server, which sees changes and builds; but another one speaks with browsers."""

    def __init__(self, local: LocalServer, *, builder: Callable[[], None], root: str) -> None:
        super().__init__(builder, HOST, 0, root)
        self._local = local

    def server_bind(self) -> None:
        """Listen nowhere."""

    def server_activate(self) -> None:
        """Listen nowhere."""

    def serve_forever(self, poll_interval: float = 0.5) -> None:
        """Let the other one speak: from now on, edits are seen."""
        _say(self._local.url)
        self._local.serve_forever(poll_interval)


def _begun(load: Callable[[], MkDocsConfig], late: Late) -> MkDocsConfig | None:
    """Build for the first time; gives nothing if that fails."""
    try:
        config = load()
        config.plugins.on_startup(command="serve", dirty=False)
        # MkDocs keeps the plugin from build to build.
        cast("AdvisoriesPlugin", config.plugins["advisories"]).late = late
        build(config)
    except MkDocsException as error:
        _tell(error)
        return None
    return config


def _built(load: Callable[[], MkDocsConfig], late: Late) -> None:
    """Build again, and go on whatever comes of it."""
    late.begin()
    try:
        build(load())
    except MkDocsException as error:
        _tell(error)
    except Exception:
        log.exception("the preview cannot be built")  # of another plugin: ours say what they may
    finally:
        late.go_on()


def _watch(server: _Server, config: MkDocsConfig) -> None:
    """Watch what MkDocs watches when it serves."""
    server.watch(config.docs_dir)
    server.watch(config.config_file_path)
    config.plugins.on_serve(server, config=config, builder=server.builder)
    for one in config.watch:
        server.watch(one)


def _tell(error: MkDocsException) -> None:
    """Tell an error, unless it only says that one was told."""
    if not isinstance(error, Abort):
        log.error(str(error))


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _say_errors_only() -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(levelname)-8s-  %(message)s"))
    log.addHandler(handler)
    log.setLevel(logging.ERROR)
    log.propagate = False


def _end_with_parent() -> None:
    """End with all that was started here, once the standard input is closed."""
    while os.read(0, 1):
        pass
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
