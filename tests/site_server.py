"""Serves a built site as a host would: from the root, compressed, and with its own page of errors.

The server that previews use has a secret in its address, under which such a page finds no style.
"""

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from threading import Thread
from typing import Any

_COMPRESSED = (".css", ".html", ".js", ".json", ".svg", ".txt", ".xml")


class _Handler(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    extensions_map = SimpleHTTPRequestHandler.extensions_map | {".xml": "application/xml"}

    def send_head(self) -> Any:  # noqa: ANN401 - what the base class gives
        path = Path(self.translate_path(self.path))
        file = path / "index.html" if path.is_dir() else path
        if not file.is_file():
            return self._send(HTTPStatus.NOT_FOUND, Path(self.directory) / "404.html")
        return self._send(HTTPStatus.OK, file)

    def _send(self, status: HTTPStatus, file: Path) -> BytesIO:
        content = file.read_bytes()
        self.send_response(status)
        if file.suffix in _COMPRESSED:
            content = gzip.compress(content, compresslevel=6)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Type", self.guess_type(file))
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Cache-Control", "max-age=600")
        self.end_headers()
        return BytesIO(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - base class's name
        """Write nothing between what a test says."""


@contextmanager
def served(site: Path) -> Iterator[str]:
    """Serve a site until the block ends; gives the address of its root, with a slash behind."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, directory=str(site)))
    server.daemon_threads = True
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
