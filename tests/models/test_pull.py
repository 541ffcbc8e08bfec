"""Downloading model files from a real server: whole, in parts, cut off, wrong."""

import hashlib
import random
from collections.abc import Iterator
from pathlib import Path

import httpx  # noqa: F401 - imported on the way, it asks for the working directory
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from dengmi.core.errors import BadInput, Unavailable
from dengmi.models.pull import KNOWN, file_name, pull
from tests.fakes.deepseek import Serving

CONTENT = b"GGUF" + random.Random(5).randbytes(3_000_000)
SUM = hashlib.sha256(CONTENT).hexdigest()


class Files:
    """Serves one file, with ranges and an ETag, and breaks off where it is told to."""

    def __init__(self) -> None:
        self.content = CONTENT
        self.ranges = True
        self.etag = '"v1"'
        self.cuts: list[int] = []
        self.asked: list[str] = []
        self.told = SUM

    async def send_on(self, request: Request) -> Response:
        """As Hugging Face does: the checksum, and the way to a store that knows none."""
        headers = {"x-linked-etag": f'"{self.told}"', "location": "/m/tiny.gguf"}
        return Response(status_code=302, headers=headers)

    async def get(self, request: Request) -> Response:
        wanted = request.headers.get("range", "")
        self.asked.append(wanted)
        start = 0
        if wanted and self.ranges and request.headers.get("if-range") == self.etag:
            start = int(wanted[6:-1])
            if start >= len(self.content):
                return Response(status_code=416)
        body = self.content[start:]
        headers = {"content-length": str(len(body)), "etag": self.etag}
        cut = self.cuts.pop(0) if self.cuts else None

        async def parts():
            yield body[:cut]
            if cut is not None:
                raise ConnectionResetError

        return StreamingResponse(parts(), 206 if start else 200, headers)


@pytest.fixture
def files() -> Files:
    return Files()


@pytest.fixture
def url(files: Files) -> Iterator[str]:
    routes = [Route("/m/tiny.gguf", files.get), Route("/hub/tiny.gguf", files.send_on)]
    app = Starlette(routes=routes)
    with Serving(app) as serving:
        yield f"{serving.address}/m/tiny.gguf"


def _told(done: int, total: int | None) -> None:
    assert total is None or done <= total


async def test_a_file_comes_whole_and_is_not_fetched_twice(
    url: str, files: Files, tmp_path: Path
) -> None:
    for _ in range(2):
        file = await pull(url, tmp_path / "models", SUM, _told)
    assert file.read_bytes() == CONTENT
    assert len(files.asked) == 1
    assert [path.name for path in file.parent.iterdir()] == ["tiny.gguf"]


async def test_it_goes_on_where_it_was_cut_off(url: str, files: Files, tmp_path: Path) -> None:
    files.cuts = [1_000_000, 500_000]
    file = await pull(url, tmp_path, SUM, _told)
    assert file.read_bytes() == CONTENT
    assert files.asked[0] == ""
    assert all(asked.startswith("bytes=") for asked in files.asked[1:])


async def test_a_later_call_goes_on_too(url: str, files: Files, tmp_path: Path) -> None:
    files.cuts = [900_000, 1, 1]
    with pytest.raises(Unavailable):
        await pull(url, tmp_path, SUM, _told)
    assert not (tmp_path / "tiny.gguf").exists()
    assert (tmp_path / "tiny.gguf.part").stat().st_size >= 800_000
    assert (await pull(url, tmp_path, SUM, _told)).read_bytes() == CONTENT


async def test_another_version_of_the_file_begins_anew(
    url: str, files: Files, tmp_path: Path
) -> None:
    files.cuts = [900_000, 1, 1]
    with pytest.raises(Unavailable):
        await pull(url, tmp_path, "", _told)
    files.content, files.etag = b"GGUF" + b"x" * 2_000_000, '"v2"'
    assert (await pull(url, tmp_path, "", _told)).read_bytes() == files.content


async def test_a_server_without_ranges_begins_anew(url: str, files: Files, tmp_path: Path) -> None:
    files.ranges, files.cuts = False, [900_000]
    assert (await pull(url, tmp_path, SUM, _told)).read_bytes() == CONTENT


async def test_a_wrong_checksum_is_thrown_away(url: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput) as caught:
        await pull(url, tmp_path, "0" * 64, _told)
    assert caught.value.code == "model_sum_wrong"
    assert not (tmp_path / "tiny.gguf.part").exists()


async def test_what_is_no_model_is_refused(url: str, files: Files, tmp_path: Path) -> None:
    files.content = b"<html>sign in</html>"
    with pytest.raises(BadInput) as caught:
        await pull(url, tmp_path, "", _told)
    assert caught.value.code == "model_no_gguf"


@pytest.mark.parametrize(
    "bad", ["file:///etc/passwd", "x.gguf", "https://h/x.bin", "https://h/.gguf"]
)
def test_addresses_that_are_none(bad: str) -> None:
    with pytest.raises(BadInput):
        file_name(bad)


def test_known_files_have_names() -> None:
    assert all(file_name(known.url).endswith(".gguf") for known in KNOWN.values())


async def test_the_checksum_is_told_where_the_server_sends_on(
    url: str, files: Files, tmp_path: Path
) -> None:
    hub = url.replace("/m/", "/hub/")
    files.told = "0" * 64
    with pytest.raises(BadInput) as caught:
        await pull(hub, tmp_path, "", _told)
    assert caught.value.code == "model_sum_wrong"
    files.told = SUM
    assert (await pull(hub, tmp_path, "", _told)).read_bytes() == CONTENT
