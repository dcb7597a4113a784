"""A real web server on this machine, with the faults that a host can have."""

import gzip
import socket
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread

Reply = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Web:
    """What is served: files, but for the addresses that have a reply of their own."""

    port: int
    files: dict[str, bytes]
    replies: dict[str, Reply] = field(default_factory=dict)
    stopped: Event = field(default_factory=Event)
    connections: int = 0

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}/"

    def everywhere(self, reply: Reply) -> None:
        """Answer each request so."""
        self.replies = dict.fromkeys(("", *self.files), reply)

    def hang(self, handler: BaseHTTPRequestHandler) -> None:
        """Say nothing until the server stops."""
        self.stopped.wait(30)
        handler.close_connection = True

    def drip(self, handler: BaseHTTPRequestHandler) -> None:
        """Send a header without end, a letter at a time."""
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        while not self.stopped.wait(0.05):
            handler.wfile.write(b"x")
        handler.close_connection = True


def answers(
    status: int = 200, content: bytes = b"", headers: Mapping[str, str] | None = None
) -> Reply:
    """Make a reply of these parts."""

    def reply(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in {"Content-Length": str(len(content)), **(headers or {})}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(content)

    return reply


def leads(to: str) -> Reply:
    """Make a redirect."""
    return answers(302, headers={"Location": to})


def cut_off(content: bytes) -> Reply:
    """Announce the whole, and send half of it."""
    half = content[: len(content) // 2]
    return answers(200, half, {"Content-Length": str(len(content)), "Connection": "close"})


def cut_chunks(content: bytes) -> Reply:
    """Begin a body of chunks, and hang up."""

    def reply(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        handler.wfile.write(b"%x\r\n%s" % (len(content), content[: len(content) // 2]))
        handler.close_connection = True

    return reply


def bomb(size: int) -> Reply:
    """Pack many zeros."""
    return answers(200, gzip.compress(bytes(size)), {"Content-Encoding": "gzip"})


def hangs_up(handler: BaseHTTPRequestHandler) -> None:
    """Break the connection instead of an answer."""
    handler.connection.shutdown(socket.SHUT_RDWR)
    handler.close_connection = True


@contextmanager
def web_server(files: Mapping[str, bytes], *, tls: ssl.SSLContext | None = None) -> Iterator[Web]:
    """Serve files by their addresses from the root."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"  # so that connections are used again
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            uri = self.path.removeprefix("/")
            reply = web.replies.get(uri)
            if reply is None:
                found = uri in web.files
                reply = answers(200 if found else 404, web.files.get(uri, b"nothing here"))
            reply(self)

        def setup(self) -> None:
            """Count the connections."""
            web.connections += 1
            super().setup()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            """A client that hangs up is no event."""

    with Server(("127.0.0.1", 0), Handler) as server:
        if tls:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        web = Web(port=server.server_port, files=dict(files))
        thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield web
        finally:
            web.stopped.set()
            server.shutdown()
            thread.join()
