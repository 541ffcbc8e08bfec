"""`dengmi models pull`, killed with SIGKILL while it downloads, goes on where it was."""

import asyncio
import hashlib
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from tests.commands import environment
from tests.fakes.deepseek import Serving

pytestmark = pytest.mark.slow

CONTENT = b"GGUF" + random.Random(7).randbytes(12_000_000)
SUM = hashlib.sha256(CONTENT).hexdigest()
BLOCK = 200_000


class Slow:
    """Serves the file a block at a time; says when enough of it has gone out."""

    def __init__(self) -> None:
        self.starts: list[int] = []
        self.sent = 0
        self.enough = threading.Event()
        self.wanted = 0

    def tell_after(self, blocks: int) -> None:
        self.enough.clear()
        self.wanted = self.sent + blocks * BLOCK

    async def get(self, request: Request) -> Response:
        asked = request.headers.get("range", "")
        start = int(asked[6:-1]) if asked and request.headers.get("if-range") == '"v1"' else 0
        self.starts.append(start)
        headers = {"content-length": str(len(CONTENT) - start), "etag": '"v1"'}
        return StreamingResponse(self._blocks(start), 206 if start else 200, headers)

    async def _blocks(self, start: int) -> AsyncIterator[bytes]:
        for place in range(start, len(CONTENT), BLOCK):
            block = CONTENT[place : place + BLOCK]
            yield block
            self.sent += len(block)
            if self.sent >= self.wanted:
                self.enough.set()
            await asyncio.sleep(0.02)


def pulling(home: Path, url: str, sha256: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "dengmi", "models", "pull", "--url", url]
    command += ["--sha256", sha256] if sha256 else []
    return subprocess.Popen(
        command,
        env=environment(home),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@pytest.mark.parametrize("sha256", [SUM, ""], ids=["checksum", "none"])
def test_killed_again_and_again(tmp_path: Path, sha256: str) -> None:
    rng = random.Random(int(os.environ.get("DENGMI_TEST_SEED", "1")))
    slow, home = Slow(), tmp_path / "home"
    file, part = home / "models" / "tiny.gguf", home / "models" / "tiny.gguf.part"
    there = [0]
    with Serving(Starlette(routes=[Route("/tiny.gguf", slow.get)])) as serving:
        url = f"{serving.address}/tiny.gguf"
        for _ in range(4):
            slow.tell_after(rng.randint(6, 12))
            running = pulling(home, url, sha256)
            assert slow.enough.wait(30)
            while not part.exists():  # what was sent may wait for a busy machine to read it
                assert running.poll() is None
                time.sleep(0.01)
            os.kill(running.pid, signal.SIGKILL)
            running.communicate()
            assert not file.exists(), "half a file has the name of a whole one"
            there.append(part.stat().st_size)
            assert CONTENT.startswith(part.read_bytes())
        done = pulling(home, url, sha256)
        out, _ = done.communicate(timeout=60)
        assert done.returncode == 0, out
    assert file.read_bytes() == CONTENT
    assert slow.starts == there, "each run asks for what the one before did not write"
    assert there == sorted(there)
    assert there[-1] > BLOCK
    assert {path.name for path in file.parent.iterdir()} == {"tiny.gguf"}


def test_what_was_spoilt_after_a_kill_is_not_taken(tmp_path: Path) -> None:
    slow, home = Slow(), tmp_path / "home"
    part = home / "models" / "tiny.gguf.part"
    with Serving(Starlette(routes=[Route("/tiny.gguf", slow.get)])) as serving:
        url = f"{serving.address}/tiny.gguf"
        slow.tell_after(8)
        running = pulling(home, url, SUM)
        assert slow.enough.wait(30)
        os.kill(running.pid, signal.SIGKILL)
        running.communicate()
        with part.open("r+b") as file:
            file.seek(1_000)
            file.write(b"another")
        spoilt = pulling(home, url, SUM)
        out, _ = spoilt.communicate(timeout=60)
        assert spoilt.returncode != 0, out
        assert not (home / "models" / "tiny.gguf").exists()
        again = pulling(home, url, SUM)
        assert again.communicate(timeout=60)[0]
    assert (home / "models" / "tiny.gguf").read_bytes() == CONTENT
    assert slow.starts[-1] == 0
