"""A Strata server of its own for a test, a picture or a benchmark."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
MAC = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
FOUND = next(filter(None, map(shutil.which, NAMES)), MAC)
CHROMIUM = os.environ.get("CHROMIUM", FOUND)
HOW = "no Chromium: get one (Debian: apt-get install chromium; macOS: Google Chrome), or name one in CHROMIUM"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
]
PATIENCE = 60  # seconds until a server must answer


@dataclass
class Server:
    """A running server: its address, its process number, what it printed so far."""

    address: str
    pid: int
    log: object

    def __str__(self) -> str:
        return self.address


@contextmanager
def serving(script: str = "app.py", **environment: str) -> Iterator[Server]:
    """Run Streamlit on a free port until the block ends; a traceback in its log fails the caller."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    place = ["--server.address", "127.0.0.1", "--server.port", str(port)]
    command = [sys.executable, "-m", "streamlit", "run", script, *place]
    with TemporaryFile("w+") as log:
        process = subprocess.Popen(
            command, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT, env={**os.environ, **environment}
        )
        try:
            _answering(f"http://127.0.0.1:{port}/_stcore/health", process)
            yield Server(f"http://127.0.0.1:{port}", process.pid, log)
        finally:
            process.terminate()
            process.wait(90)  # a busy computer ends it slowly
            log.seek(0)
            text = log.read()
            assert "Traceback" not in text, text[-4000:]


def _answering(url: str, process: subprocess.Popen) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError("the server ended before it answered")
        try:
            with urllib.request.urlopen(url, timeout=1):
                return
        except OSError:
            time.sleep(0.02)
    raise TimeoutError("the server did not answer")
