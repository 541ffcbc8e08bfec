"""Metrics and load: right after known questions, over all processes, for the operator."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import msgspec
import pytest
from blockbuster import BlockBuster
from prometheus_client.parser import text_string_to_metric_families

from dengmi.server.parts import Parts
from dengmi.server.rest.loading import LoadResponse
from dengmi.settings.load import load_settings
from dengmi.wire import open_parts
from tests.http.conftest import client_of, fill, write_articles

SETTINGS = """
default_desk = "walks"

[models.try]
kind = "scripted"
model = "script.toml"
slots = 7
price = { currency = "CNY", hit = 1, miss = 10, output = 100 }

[levels]
quick = ["try"]

[late]
on = false  # a second try would be one more call

[desks.walks]
daily_budget = "¥5"
"""

SCRIPT = """
[[answer]]
match = "fail"
fail = "down"

[[answer]]
text = "The lantern walk opens on the thirteenth day of the first month. [1.1]"
per_second = 200
"""

OPENS = "When does the lantern walk open?"

Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


def samples(text: str) -> Samples:
    """Every sample of a text in the Prometheus format, by name and labels."""
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def of(found: Samples, name: str, **labels: str) -> float:
    return found.get((f"dengmi_{name}", frozenset(labels.items())), 0.0)


def total(found: Samples, name: str) -> float:
    return sum(value for (each, _), value in found.items() if each == f"dengmi_{name}")


@pytest.fixture
async def written(tmp_path: Path, no_blocking: BlockBuster) -> AsyncIterator[Parts]:
    """Opened parts of a home with a model that plays the script; its first call reads the file."""
    for function in no_blocking.functions.values():
        function.can_block_in("dengmi/models/scripted.py", "read_script")
    home = tmp_path / "home"
    home.mkdir()
    (home / "dengmi.toml").write_text(SETTINGS)
    (home / "script.toml").write_text(SCRIPT)
    settings = await asyncio.to_thread(load_settings, home, {})
    async with open_parts(settings) as opened:
        await fill(opened, write_articles(tmp_path / "articles"))
        yield opened


async def ask(client: httpx.AsyncClient, question: str, **more: str) -> dict[str, object]:
    reply = await client.post("/api/v1/answers", json={"question": question, **more})
    assert reply.status_code == 200, reply.text
    answer: dict[str, object] = reply.json()
    return answer


async def test_every_question_is_counted_once_where_it_belongs(written: Parts) -> None:
    async with client_of(written) as client:
        one, joined = await asyncio.gather(ask(client, OPENS), ask(client, OPENS))
        again = await ask(client, OPENS)
        quoted = await ask(client, OPENS, level="quote")
        failed = await ask(client, "Does the lantern walk fail to open when it opens?")
        deeper = await ask(client, "When does the lantern walk close?", level="deep")
        far = await ask(client, "xyzzy plugh qwerty")
        found = samples((await client.get("/metrics")).text)
        load = (await client.get("/api/v1/load")).json()
    assert [each["level"] for each in (one, joined, again, quoted, failed, deeper, far)] == [
        *("quick", "quick", "quick", "quote", "quote", "quick", "quote")
    ]
    assert of(found, "arrivals_total", level="quick") == 5
    assert of(found, "granted_total", level="quick") == 3
    assert of(found, "lowered_total", level="quick", cause="model_failed") == 1
    assert of(found, "lowered_total", level="quick", cause="nothing_near") == 1
    assert of(found, "lowered_total", level="deep", cause="not_offered") == 1
    assert of(found, "granted_total", level="quote") == 1
    assert total(found, "arrivals_total") == 7
    assert sum(total(found, f"{end}_total") for end in ("granted", "lowered", "failed")) == 7
    assert of(found, "answers_total", level="quick", grounded="true") == 4
    assert of(found, "shared_total", level="quick", way="join") == 1
    assert of(found, "shared_total", level="quick", way="reuse") == 1
    assert of(found, "saved_total", level="quick", way="reuse", currency="CNY") > 0
    # One call for the two that asked together, one for the deeper one; one that failed.
    assert of(found, "model_calls_total", level="quick", model="try", purpose="answer") == 3
    assert of(found, "first_token_seconds_count", level="quick") == 3
    assert of(found, "first_reply_seconds_count", level="quick") == 5
    assert of(found, "answer_seconds_count", level="quick") == 4
    assert of(found, "model_most", model="try") == 7
    assert of(found, "running", level="quick") == of(found, "waiting", level="quick") == 0
    assert 3 <= total(found, "search_seconds_count") <= 7  # who asks the same shares a search
    _agree(found, load, [one, joined, again, deeper])


def _agree(found: Samples, load: dict[str, object], answers: list[dict[str, object]]) -> None:
    """The load says the same as the metrics, and the money is that of the answers."""
    told = msgspec.convert(load, LoadResponse)
    quick = next(each for each in told.levels if each.level == "quick")
    assert (quick.arrivals, quick.granted, quick.answers, quick.failed) == (5, 3, 4, 0)
    assert quick.lowered == {"model_failed": 1, "nothing_near": 1}
    assert (quick.reuse, quick.join) == (0.25, 0.25)
    assert quick.first_reply.median is not None
    assert 0 < quick.first_reply.median <= (quick.first_reply.p99 or 0)
    paid = sum(answer["cost"]["micros"] for answer in answers)  # type: ignore[index]
    assert quick.spent == {"CNY": paid}
    assert paid > 0
    micros = of(found, "spent_total", level="quick", model="try", currency="CNY") * 1e6
    assert round(micros) == paid
    kinds = {
        kind: int(of(found, "tokens_total", level="quick", model="try", kind=kind))
        for kind in ("hit", "miss", "output")
    }
    assert {kind: number for kind, number in kinds.items() if number} == quick.tokens
    (budget,) = told.budgets
    assert (budget.desk, budget.used, budget.most) == ("walks", paid, 5_000_000)
    assert round(of(found, "budget_used", desk="walks", currency="CNY") * 1e6) == paid
    (model,) = told.models
    assert (model.model, model.busy, model.most, model.waiting) == ("try", 0, 7, 0)


async def test_what_is_under_way_is_seen(written: Parts) -> None:
    (written.settings.home / "script.toml").write_text('[[answer]]\ntext = "Late."\nfirst = 30\n')
    async with client_of(written) as client:
        asking = asyncio.create_task(ask(client, OPENS))
        async with asyncio.timeout(10):
            while True:
                load = (await client.get("/api/v1/load")).json()
                if load["models"][0]["busy"]:
                    break
                await asyncio.sleep(0.02)
        (quick,) = load["levels"]
        assert (quick["running"], quick["waiting"], quick["arrivals"]) == (1, 1, 1)
        assert quick["first_reply"]["median"] < 5  # the quotes are there already
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
        load = (await client.get("/api/v1/load")).json()
        (quick,) = load["levels"]
        assert (quick["running"], quick["waiting"], quick["left"]) == (0, 0, 1)
        assert load["models"][0]["busy"] == 0


async def test_no_words_of_askers_and_no_secrets_get_in(client: httpx.AsyncClient) -> None:
    await ask(client, "When does the secretword close?", asker="asker-secretword")
    await client.get("/secretword")
    await client.get("/d/secretword")
    for path in ("/metrics", "/api/v1/load"):
        assert "secretword" not in (await client.get(path)).text


@pytest.mark.parametrize("path", ["/api/v1/load", "/metrics"], ids=["load", "metrics"])
async def test_the_load_is_for_the_operator(parts: Parts, tmp_path: Path, path: str) -> None:
    async with client_of(parts, peer="203.0.113.7") as far:
        refused = await far.get(path)
        assert refused.status_code == 403
        assert refused.json()["code"] == "operator_local"
    settings = load_settings(tmp_path / "other", {"DENGMI_SERVER_ADMIN_TOKEN": "let-me-in"})
    async with open_parts(settings) as others, client_of(others, peer="203.0.113.7") as far:
        assert (await far.get(path)).status_code == 401
        allowed = await far.get(path, headers={"authorization": "Bearer let-me-in"})
        assert allowed.status_code == 200
        assert ("levels" in allowed.text) == path.endswith("load")


@dataclass
class Served:
    """A server with two processes."""

    address: str
    process: subprocess.Popen[str]
    home: Path

    def get(self, path: str) -> httpx.Response:
        """By a connection of its own: one process or the other answers."""
        return httpx.get(self.address + path, timeout=20)

    def metrics(self) -> Samples:
        return samples(self.get("/metrics").text)

    def ask(self, number: int) -> None:
        body = {"question": f"When does the lantern walk number {number} open?"}
        reply = httpx.post(self.address + "/api/v1/answers", json=body, timeout=20)
        assert reply.status_code == 200

    def settled(self, name: str, wanted: float) -> Samples:
        """The metrics once this one has a value: others show theirs once a second."""
        until = time.monotonic() + 10
        while True:
            found = self.metrics()
            if total(found, name) >= wanted or time.monotonic() > until:
                return found
            time.sleep(0.1)


@contextmanager
def serving(home: Path, log: Path) -> Iterator[Served]:
    environ = {
        **{name: value for name, value in os.environ.items() if not name.startswith("DENGMI_")},
        "DENGMI_HOME": str(home),
        "DENGMI_DEFAULT_DESK": "walks",
        "DENGMI_SERVER_LOG_LEVEL": "info",
        "DENGMI_SERVER_LOG_FORMAT": "json",
    }
    command = [sys.executable, "-m", "dengmi", "serve", "--port", "0", "--workers", "2"]
    with (
        log.open("w") as errors,
        subprocess.Popen(
            command, env=environ, stdout=subprocess.PIPE, stderr=errors, text=True
        ) as process,
    ):
        assert process.stdout is not None
        line = process.stdout.readline()
        try:
            yield Served(line.split(" at ")[1].split()[0], process, home)
        finally:
            process.terminate()
            process.wait(30)


def workers_of(served: Served) -> list[int]:
    children = Path(f"/proc/{served.process.pid}/task/{served.process.pid}/children")
    pids = [int(pid) for pid in children.read_text().split()]
    return [pid for pid in pids if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()]


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
async def test_two_processes_add_up_also_when_one_dies(parts: Parts, tmp_path: Path) -> None:
    home, log = parts.settings.home, tmp_path / "log"
    await asyncio.to_thread(_two_processes, home, log)
    assert not list((home / "load").glob("run_*"))
    rows = [msgspec.json.decode(line) for line in log.read_bytes().splitlines()]
    answered = [row for row in rows if row["message"] == "answered"]
    assert len(answered) == 24
    assert len({row["question"] for row in answered}) == 24
    assert len({row["process"] for row in answered}) == 2
    asked = [row for row in rows if row.get("route") == "/api/v1/answers"]
    assert sorted(row["question"] for row in asked) == sorted(row["question"] for row in answered)
    assert all(row["status"] == 200 and row["took_ms"] > 0 for row in asked)
    assert b"lantern walk number" not in log.read_bytes()


def _two_processes(home: Path, log: Path) -> None:
    with serving(home, log) as served:
        for number in range(24):
            served.ask(number)
        found = served.settled("arrivals_total", 24)
        assert total(found, "arrivals_total") == total(found, "granted_total") == 24
        assert total(found, "answer_seconds_count") == 24
        seen = [total(served.metrics(), "requests_total") for _ in range(20)]
        assert seen == sorted(seen)  # whichever process tells, a sum never falls
        load = served.get("/api/v1/load").json()
        while load["workers"] < 2:  # one that has no time to speak is taken to be gone
            load = served.get("/api/v1/load").json()
        if time.time() - load["since"] < 55:  # else some are older than the last minute
            assert sum(level["arrivals"] for level in load["levels"]) == 24
        first, _ = workers_of(served)
        time.sleep(10.5)  # a process that ends within ten seconds of its start stops the server
        os.kill(first, signal.SIGKILL)
        time.sleep(0.5)
        until = time.monotonic() + 20
        while len(workers_of(served)) < 2 and time.monotonic() < until:
            time.sleep(0.1)
        found = served.settled("arrivals_total", 24)
        assert total(found, "arrivals_total") == 24
