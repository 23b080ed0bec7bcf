"""A hub on 127.0.0.1: the part of its HTTP API that loading a model calls, and every way in which it can fail."""

import hashlib
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

LARGE = (".safetensors", ".bin")  # kept outside git, so known by their SHA-256


@dataclass
class Repository:
    """One model: its files at each revision, and what is wrong with it.

    cuts   bytes after which the next downloads of weights break off, one after the other
    """

    files: dict[str, bytes]
    revisions: dict[str, dict[str, bytes]] = field(default_factory=dict)
    gated: bool = False
    tags: list[str] = field(default_factory=lambda: ["license:cc0-1.0"])
    task: str = ""
    discussions: list[dict[str, Any]] = field(default_factory=list)
    cuts: list[int] = field(default_factory=list)
    ranges: bool = True
    damage: bool = False

    def at(self, revision: str) -> dict[str, bytes] | None:
        """Files of a branch, a pull request or a commit."""
        if revision in ("main", commit(self.files)):
            return self.files
        found = [files for name, files in self.revisions.items() if revision in (name, commit(files))]
        return found[0] if found else None


@dataclass(frozen=True)
class Request:
    """One line of the server's log."""

    method: str
    path: str
    headers: dict[str, str]
    sent: int


class Server(ThreadingHTTPServer):
    """Holds the repositories, and remembers what it was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.repositories: dict[str, Repository] = {}
        self.log: list[Request] = []
        self.login_page = False
        self.status = 0

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def asked(self, kind: str = "") -> list[str]:
        """Names of the files that were asked for, whole or in part."""
        found = [re.search(r"/resolve/[^/]+/(.+)$", unquote(request.path)) for request in self.log]
        return [match[1] for match in found if match and match[1].endswith(kind)]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that leaves early is no failure of the server."""


def commit(files: dict[str, bytes]) -> str:
    return hashlib.sha1(b"".join(name.encode() + data for name, data in sorted(files.items()))).hexdigest()


def etag(name: str, data: bytes) -> str:
    if name.endswith(LARGE):
        return hashlib.sha256(data).hexdigest()
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


def sibling(name: str, data: bytes) -> dict[str, Any]:
    row: dict[str, Any] = {"rfilename": name, "size": len(data), "blobId": etag(name, data)}
    if name.endswith(LARGE):
        row["blobId"] = hashlib.sha1(data).hexdigest()
        row["lfs"] = {"sha256": etag(name, data), "size": len(data), "pointerSize": 134}
    return row


class Handler(BaseHTTPRequestHandler):
    """Answers as the hub does: its paths, its headers, its error codes."""

    protocol_version = "HTTP/1.1"
    server: Server

    def do_GET(self) -> None:
        self.answer()

    def do_HEAD(self) -> None:
        self.answer()

    def log_message(self, format: str, *arguments: Any) -> None:
        """Stay quiet."""

    def answer(self) -> None:
        path = unquote(urlsplit(self.path).path)
        if self.server.login_page:
            return self.reply(200, b"<html>Welcome to our network. Please log in.</html>", {})
        if self.server.status:
            return self.refuse(self.server.status, "")
        if match := re.fullmatch(r"/api/models/([^/]+/[^/]+)/discussions", path):
            return self.discussions(match[1])
        if match := re.fullmatch(r"/api/models/([^/]+/[^/]+)(?:/revision/(.+))?", path):
            return self.info(match[1], match[2] or "main")
        if match := re.fullmatch(r"/([^/]+/[^/]+)/resolve/(refs/pr/\d+|[^/]+)/(.+)", path):
            return self.file(match[1], match[2], match[3])
        return self.refuse(404, "")

    def info(self, name: str, revision: str) -> None:
        repository = self.server.repositories.get(name)
        if repository is None:
            return self.refuse(401, "RepoNotFound", "Invalid username or password.")
        files = repository.at(revision)
        if files is None:
            return self.refuse(404, "RevisionNotFound")
        body = {
            "id": name,
            "sha": commit(files),
            "siblings": [sibling(file, data) for file, data in files.items()],
            "gated": "auto" if repository.gated else False,
            "tags": repository.tags,
            "pipeline_tag": repository.task or None,
        }
        return self.reply(200, json.dumps(body).encode(), {"Content-Type": "application/json"})

    def discussions(self, name: str) -> None:
        author = parse_qs(urlsplit(self.path).query).get("author", [""])[0]
        rows = self.server.repositories[name].discussions
        rows = [row for row in rows if not author or row["author"]["name"] == author]
        self.reply(200, json.dumps({"discussions": rows, "count": len(rows), "start": 0}).encode(), {})

    def file(self, name: str, revision: str, file: str) -> None:
        repository = self.server.repositories.get(name)
        if repository is None:
            return self.refuse(401, "RepoNotFound", "Invalid username or password.")
        if repository.gated and "authorization" not in self.headers:
            return self.refuse(401, "GatedRepo", "Access to this model is restricted.")
        files = repository.at(revision)
        if files is None:
            return self.refuse(404, "RevisionNotFound")
        if file not in files:
            return self.refuse(404, "EntryNotFound")
        headers = {"ETag": f'"{etag(file, files[file])}"', "X-Repo-Commit": commit(files), "Accept-Ranges": "bytes"}
        return self.bytes_of(repository, files[file], headers)

    def bytes_of(self, repository: Repository, data: bytes, headers: dict[str, str]) -> None:
        data = bytes(reversed(data)) if repository.damage else data
        match = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("range", ""))
        weights = self.path.endswith(LARGE) and not (match and match[2]) and self.command == "GET"
        cut = repository.cuts.pop(0) if weights and repository.cuts else None
        if not match or not repository.ranges:
            return self.reply(200, data, headers, cut)
        start, end = int(match[1]), min(int(match[2] or len(data)), len(data) - 1)
        headers = headers | {"Content-Range": f"bytes {start}-{end}/{len(data)}"}
        return self.reply(206, data[start : end + 1], headers, cut)

    def refuse(self, status: int, code: str, message: str = "") -> None:
        headers = ({"X-Error-Code": code} if code else {}) | ({"X-Error-Message": message} if message else {})
        self.reply(status, b"{}", headers)

    def reply(self, status: int, body: bytes, headers: dict[str, str], cut: int | None = None) -> None:
        sent = 0 if self.command == "HEAD" else len(body) if cut is None else min(cut, len(body))
        received = {key.lower(): value for key, value in self.headers.items()}
        self.server.log.append(Request(self.command, self.path, received, sent))
        self.send_response(status)
        for key, value in (headers | {"Content-Length": str(len(body))}).items():
            self.send_header(key, value)
        self.end_headers()
        self.wfile.write(body[:sent])
        if cut is not None:
            self.close_connection = True


@contextmanager
def serving() -> Iterator[Server]:
    """Serve until the test is over."""
    server = Server()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
