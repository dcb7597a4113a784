"""The program behind `advisory preview`: it builds on a stage, serves that, and sees every edit.

It lives as long as its standard input is open: whoever has started it holds the other end, so it
ends with that process, however that ends. On its standard output it says one thing: the address,
once there is something to see, or why it cannot listen.
"""

import logging
import os
import signal
import sys
from functools import partial
from pathlib import Path
from threading import Thread
from typing import cast

from mkdocs.commands.build import build
from mkdocs.config import load_config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import Abort, MkDocsException
from mkdocs.livereload import LiveReloadServer

from mkdocs_advisories.disclosure.local_server import HOST, LocalServer
from mkdocs_advisories.mkdocs.plugin import AdvisoriesPlugin
from mkdocs_advisories.mkdocs.serving import Late

log = logging.getLogger("mkdocs")


class _Server(LiveReloadServer):
    """MkDocs' server, which sees changes and builds; but another one speaks to browsers."""

    def __init__(self, local: LocalServer, *, builder, root: Path) -> None:
        super().__init__(builder, HOST, 0, str(root))
        self._local = local

    def server_bind(self) -> None:
        """Listen nowhere."""

    def server_activate(self) -> None:
        """Listen nowhere."""

    def serve_forever(self, poll_interval: float = 0.5) -> None:
        """Let the other server speak."""
        self._local.serve_forever(poll_interval)


def main(config_file: str, site_dir: str, port: str) -> int:
    _say_errors_only()
    load = partial(load_config, config_file, site_dir=site_dir)
    late = Late()
    try:
        local = LocalServer(Path(site_dir), port=int(port), turn=lambda place: late.turn(place))
    except OSError as error:
        print(error.strerror, flush=True)
        return 1
    try:
        config = load()
        config.plugins.on_startup(command="serve", dirty=False)
        late = cast("AdvisoriesPlugin", config.plugins["advisories"]).late
        build(config)
    except MkDocsException as error:
        return 1

    def build_again() -> None:
        late.begin()
        try:
            build(load())
        except Exception as error:
            late.give_up()

    server = _Server(local, builder=build_again, root=Path(site_dir))
    server.watch(config.docs_dir)
    server.watch(config.config_file_path)
    config.plugins.on_serve(server, config=config, builder=build_again)
    for one in config.watch:
        server.watch(one)
    Thread(target=_end_with_parent, daemon=True).start()
    print(local.url, flush=True)
    server.serve()
    return 0


def _say_errors_only() -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(levelname)-8s-  %(message)s"))
    log.addHandler(handler)
    log.setLevel(logging.ERROR)
    log.propagate = False


def _end_with_parent() -> None:
    os.read(0, 1)
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
