"""A publisher on 127.0.0.1 that sends one archive, and every way in which that can fail."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Publisher(ThreadingHTTPServer):
    """Sends ``archive``; ``cuts`` are the bytes after which the next downloads break off."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.archive = b""
        self.cuts: list[int] = []
        self.status = 200
        self.asked: list[str] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/zip/commit"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that leaves early is no failure of the server."""


class Handler(BaseHTTPRequestHandler):
    """Sends in chunks and without telling the length, as GitHub does with archives that it packs on demand."""

    protocol_version = "HTTP/1.1"
    server: Publisher

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        self.send_response(self.server.status)
        self.send_header("Transfer-Encoding", "chunked")
        self.send_header("Location", "http://127.0.0.1:1/elsewhere")
        self.end_headers()
        cut = self.server.cuts.pop(0) if self.server.cuts else len(self.server.archive) + 1
        for place in range(0, min(cut, len(self.server.archive)), 65_536):
            part = self.server.archive[place : min(place + 65_536, cut)]
            self.wfile.write(f"{len(part):x}\r\n".encode() + part + b"\r\n")
        if cut > len(self.server.archive):
            self.wfile.write(b"0\r\n\r\n")
        else:
            self.close_connection = True

    def log_message(self, format: str, *arguments: Any) -> None:
        """Stay quiet."""


@contextmanager
def publishing() -> Iterator[Publisher]:
    """Publish until the test is over."""
    server = Publisher()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
