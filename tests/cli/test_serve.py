"""`dengmi serve`: ready, stopped, refused; and the same JSON as the terminal's."""

import json
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

QUESTION = "When does the library open?"


@contextmanager
def serving(start_in, home: Path, *args: str) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """A server on a free port: its process and address, once it says that it is ready."""
    process = start_in(home, "serve", "--port", "0", *args)
    try:
        assert process.stdout is not None
        line = process.stdout.readline().decode()
        assert "Dengmi is ready at http://127.0.0.1:" in line, (line, process.communicate())
        yield process, line.split(" at ")[1].split()[0]
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def post(address: str, path: str, body: dict[str, object]) -> dict[str, object]:
    request = urllib.request.Request(
        address + path, json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.load(answer)


def shape(value: object) -> object:
    """The keys of a JSON value, without what differs from one run to the next."""
    if isinstance(value, dict):
        return {name: shape(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [shape(inner) for inner in value]
    return type(value).__name__


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ready_answers_and_stops(start_in, asking, filled: Path, number: int) -> None:
    with serving(start_in, filled) as (process, address):
        with urllib.request.urlopen(address + "/readyz", timeout=20) as answer:
            assert answer.status == 200
        over_http = post(address, "/api/v1/answers", {"question": QUESTION})
        in_terminal = asking("ask", QUESTION, "--json").json
        assert over_http["citations"] == in_terminal["citations"]
        assert shape(over_http) == shape(in_terminal)
        found = post(address, "/api/v1/search", {"query": "books", "limit": 3})
        assert found["hits"] == asking("search", "books", "-n", "3", "--json").json["hits"]
        process.send_signal(number)
        _, err = process.communicate(timeout=30)
        assert process.returncode == 0
        assert err == b""


def test_taken_port_is_explained(start_in, run_in, filled: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        outcome = run_in(filled, "serve", "--port", str(port))
        assert outcome.status == 1
        assert f"Port {port} on 127.0.0.1 is taken" in outcome.err
        outcome = run_in(filled, "serve", "--port", str(port), lang="zh_CN.UTF-8")
        assert f"端口 {port} 已被占用" in outcome.err
        assert run_in(filled, "serve", "--port", str(port), "--workers", "2").status == 1


def test_address_that_is_not_ours(run_in, filled: Path) -> None:
    outcome = run_in(filled, "serve", "--host", "192.0.2.1", "--port", "0")
    assert outcome.status == 1
    assert "Cannot listen on 192.0.2.1" in outcome.err


def test_two_workers_answer_stop_and_are_replaced(start_in, filled: Path) -> None:
    with serving(start_in, filled, "--workers", "2") as (process, address):
        for _ in range(6):
            assert post(address, "/api/v1/answers", {"question": QUESTION})["grounded"] is True
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=40)
        assert process.returncode == 0
        assert err == b""


def test_workers_end_with_their_parent(start_in, filled: Path) -> None:
    with serving(start_in, filled, "--workers", "2") as (process, address):
        host, port = address.removeprefix("http://").split(":")
        process.kill()
        process.wait()
        until = time.monotonic() + 20
        while time.monotonic() < until:
            try:
                socket.create_connection((host, int(port)), timeout=1).close()
            except OSError:
                return
            time.sleep(0.2)
        pytest.fail("the processes went on serving")


def test_writing_while_serving_is_seen(start_in, run_in, tmp_path: Path) -> None:
    home = tmp_path / "home"
    first = tmp_path / "first.txt"
    first.write_text("Lanterns\n\nThe lanterns hang in the northern garden.\n")
    run_in(home, "add", str(first))
    with serving(start_in, home) as (_, address):
        second = tmp_path / "second.txt"
        second.write_text("Dragons\n\nThe paper dragon is seventeen metres long.\n")
        assert run_in(home, "add", str(second)).status == 0
        until = time.monotonic() + 10
        while time.monotonic() < until:
            found = post(address, "/api/v1/search", {"query": "paper dragon"})
            if found["hits"]:
                break
            time.sleep(0.2)
        assert "seventeen" in json.dumps(found)
