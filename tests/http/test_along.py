"""A server with two processes: who opens an answer's link reads along, whichever is reached."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.commands import SCRIPTED, add, home_of, serving
from tests.http.conftest import write_articles

SCRIPT = """
[[answer]]
match = "close"
text = "The lantern walk closes on the seventeenth [1.1]. Riddles hang on every lantern [1.2]."
first = 1.0
per_second = 6

[[answer]]
match = "slowly"
text = "The lantern walk closes on the seventeenth [1.1]."
first = 60.0
"""
STOPS = 8
READERS = 8  # all of them reach the process that writes once in 128 times


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real server with two processes."""
    root = tmp_path_factory.mktemp("along")
    home = home_of(root, SCRIPTED, SCRIPT)
    add(home, write_articles(root / "articles"), desk="walks")
    with serving(home, "--workers", "2") as server:
        yield server.address


def test_every_process_tells_what_one_of_them_writes(address: str) -> None:
    body = {"question": "When does the lantern walk close?", "level": "quick"}
    headers = {"accept": "text/event-stream"}
    with (
        httpx.Client(timeout=30) as client,
        client.stream("POST", f"{address}/api/v1/answers", json=body, headers=headers) as asked,
        ThreadPoolExecutor(READERS) as pool,
    ):
        lines = asked.iter_lines()
        data = next(line for line in lines if line.startswith("data: "))
        question = json.loads(data[6:])["question_id"]
        path = f"{address}/a/{question}/events"
        reading = [pool.submit(httpx.get, path, timeout=30) for _ in range(READERS)]
        done = json.loads([line for line in lines if line.startswith("data: ")][-1][6:])
        told = [each.result().text for each in reading]
    for one in told:
        names = [line[7:] for line in one.splitlines() if line.startswith("event: ")]
        assert names == ["found", "text", "text", "done"]
        assert one.rstrip().endswith(f'data: {{"address":"/a/{done["id"]}"}}')


def test_stop_reaches_the_process_that_writes(address: str) -> None:
    """Each word comes on a connection of its own, so some reach the process that does not write.
    The model says nothing for a minute: an answer that goes on outlasts the client's patience."""
    with httpx.Client(timeout=20) as client:
        client.get(address, headers={"accept": "text/html"})
        for number in range(STOPS):
            asked = {"q": f"Tell me slowly about the lantern walk, number {number}?"}
            with client.stream("POST", address, data=asked) as answer:
                lines = answer.iter_lines()
                data = next(line for line in lines if line.startswith("data: "))
                path = f"{address}/a/{json.loads(data[6:])['question']}/stop"
                assert httpx.post(path, cookies=client.cookies).status_code == 204
                assert "event: text" not in list(lines), number
