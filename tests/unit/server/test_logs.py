"""Each line of the log is whole, and says which question it belongs to."""

import asyncio
import io
import json
import logging
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest

from dengmi.core.together import Together
from dengmi.core.trace import work_for
from dengmi.server.logs import LOUD, begin_log

log = logging.getLogger("dengmi.test")


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """Where the log is written; afterwards it is as it was."""
    root = logging.getLogger()
    loggers = [root, *map(logging.getLogger, LOUD)]
    handlers, levels = root.handlers[:], [each.level for each in loggers]
    root.handlers[:] = []
    yield io.StringIO()
    root.handlers[:] = handlers
    for each, level in zip(loggers, levels, strict=True):
        each.setLevel(level)
    work_for("")


def read(lines: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in lines.getvalue().splitlines()]


async def test_the_question_goes_along_into_tasks_and_threads(lines: io.StringIO) -> None:
    begin_log("json", "info", lines)

    async def answer(name: str) -> None:
        work_for(name)
        log.info("here")
        await asyncio.sleep(0)
        await asyncio.gather(asyncio.create_task(deeper()), asyncio.to_thread(log.info, "thread"))

    async def deeper() -> None:
        await asyncio.sleep(0)
        log.info("task")

    await asyncio.gather(*(asyncio.create_task(answer(f"q_{n}")) for n in range(4)))
    log.info("outside")
    rows = read(lines)
    for n in range(4):
        said = sorted(str(row["message"]) for row in rows if row["question"] == f"q_{n}")
        assert said == ["here", "task", "thread"]
    assert [row["message"] for row in rows if not row["question"]] == ["outside"]


async def test_what_is_done_for_several_belongs_to_none(lines: io.StringIO) -> None:
    begin_log("json", "info", lines)

    async def call(items: list[int]) -> list[int]:
        log.info("called")
        return items

    work_for("q_first")
    assert await Together(call)(7) == 7
    log.info("after")
    assert [row["question"] for row in read(lines)] == ["", "q_first"]


def test_json_lines_are_whole_whatever_is_in_them(lines: io.StringIO) -> None:
    begin_log("json", "info", lines)
    try:
        int("broken\nin two")
    except ValueError:
        log.exception("line one\nline two “灯谜”", extra={"told": {"n": 1, "odd": {1, 2}}})
    (row,) = read(lines)
    assert row["message"] == "line one\nline two “灯谜”"
    assert (row["severity"], row["n"], row["logger"]) == ("error", 1, "dengmi.test")
    assert "ValueError: invalid literal" in str(row["trace"])
    assert str(row["at"]).endswith("Z")


def test_text_lines_say_the_same(lines: io.StringIO) -> None:
    begin_log("text", "info", lines)
    work_for("q_a")
    log.info("answered", extra={"told": {"level": "quick", "ok": True, "why": "two words"}})
    work_for("")
    log.info("idle")
    first, second = lines.getvalue().splitlines()
    assert first.endswith(' INFO q_a answered level=quick ok=true why="two words"')
    assert second.endswith(" INFO idle")


def test_the_level_is_kept_and_others_stay_quiet(lines: io.StringIO) -> None:
    begin_log("json", "info", lines)
    log.debug("no")
    logging.getLogger("httpx").info("HTTP Request: POST https://secret.example")
    logging.getLogger("httpx").warning("yes")
    assert [row["message"] for row in read(lines)] == ["yes"]
    begin_log("json", "error", lines)
    log.warning("no")
    assert len(read(lines)) == 1


def test_lines_of_several_threads_do_not_mix(lines: io.StringIO) -> None:
    begin_log("json", "info", lines)

    def speak(name: str) -> None:
        work_for(name)
        for _ in range(50):
            log.info(name)

    threads = [threading.Thread(target=speak, args=(f"q_{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    rows = read(lines)
    assert len(rows) == 200
    assert all(row["question"] == row["message"] for row in rows)


def test_importing_sets_up_nothing() -> None:
    code = "import logging, dengmi.server.logs; print(len(logging.getLogger().handlers))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "0"


def test_what_others_sent_makes_no_line_of_its_own(lines: io.StringIO) -> None:
    begin_log("text", "info", lines)
    foreign = "refused\r\n2026-01-01T00:00:00.000Z ERROR forged\u2028\x1b[2J"
    logging.getLogger("dengmi.x").warning("the endpoint said: %s", foreign)
    said = lines.getvalue()
    assert len(said.splitlines()) == 1
    assert said.rstrip("\n").isprintable()
