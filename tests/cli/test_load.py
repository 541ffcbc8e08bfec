"""`dengmi load` against a real server, and where there is none."""

import json
import os
import pty
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dengmi.cli.app import App
from dengmi.cli.listening import shown
from dengmi.cli.loadview import brief, lines, percent
from dengmi.cli.terminal import columns
from tests.cli.test_serve import post, serving
from tests.commands import Outcome, environment, run

QUESTION = "When does the library open?"


def some_load() -> dict[str, object]:
    """A load as a busy server tells it."""
    took = {"median": 0.021, "p99": 1.25}
    level = {
        "level": "quick",
        "running": 12,
        "waiting": 4,
        "arrivals": 1_234,
        "granted": 1_000,
        "lowered": {"no_room": 200, "model_failed": 30, "some_new_cause": 4},
        "failed": 0,
        "left": 3,
        "rate": 20.5,
        "answers": 1_100,
        "first_reply": took,
        "first_token": took,
        "duration": {"median": 12.3, "p99": 58.0},
        "reuse": 0.5,
        "join": None,
        "tokens": {"hit": 10, "output": 5},
        "spent": {"CNY": 1_230_000},
    }
    model = {"model": "flash\x1b[2J", "busy": 40, "limit": 40, "most": 200, "waiting": 9}
    return {
        "at": 4_000.0,
        "since": 250.0,
        "seconds": 60.0,
        "workers": 2,
        "gate": {
            "quick": {"waiting": 9, "queueing": 3.25, "wait": 12.0, "bar": "member", "open": 0.4}
        },
        "models": [{**model, "state": "resting", "first": 0.41, "held": 0.0}],
        "levels": [level, {**level, "level": "deep", "lowered": {}}],
        "budgets": [
            {
                "desk": "main",
                "currency": "CNY",
                "used": 5_200_000,
                "most": 20_000_000,
                "share": 0.26,
            }
        ],
        "searches": {"running": 2, "waiting": 7},
        "index": {"lag": 1},
    }


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("width", [40, 50, 60, 80, 100, 140])
def test_the_view_fits_the_terminal(width: int, lang: str) -> None:
    shown = list(lines(App(lang=lang), "http://127.0.0.1:8321", some_load(), width))
    titles = ("asked", "提问")
    assert [line for line in shown if columns(line) > width and line[-1] not in ":："] == []
    assert any(title in line for line in shown for title in titles)
    assert not any("\x1b" in line for line in shown)


def test_a_wide_view_shows_everything() -> None:
    shown = "\n".join(lines(App(lang="en"), "http://127.0.0.1:8321", some_load(), 200))
    for part in (
        "127.0.0.1:8321 · up 1:02:30 · 2 processes · ",
        " · searches under way: 2, waiting: 7 · index behind by 1",
        "quick  9        3.25 s  12 s        member    40%",
        "1,234",
        "21 ms / 1.25 s",
        "12 s / 58 s",
        "50%",
        "¥1.23",
        "Lower than quick: no slot in time 200 · no model answered 30 · some_new_cause 4",
        "40/40",
        "left alone",
        "main today: ¥5.20 of ¥20.00 (26%)",
    ):
        assert part in shown, part
    chinese = "\n".join(lines(App(lang="zh"), "http://127.0.0.1:8321", some_load(), 200))
    for part in ("会员", "暂停", "等不到空位 200", "模型没有回答 30"):
        assert part in chinese, part


def test_numbers_are_brief() -> None:
    assert [brief(0.0042), brief(0.0999), brief(0.25), brief(9.5), brief(71)] == [
        *("4 ms", "100 ms", "0.25 s", "9.50 s", "71 s")
    ]
    assert (percent(None), percent(0.125)) == ("–", "12%")


def test_where_the_server_of_the_settings_is() -> None:
    assert shown("127.0.0.1", 8321) == "http://127.0.0.1:8321"
    assert shown("0.0.0.0", 80) == "http://127.0.0.1:80"
    assert shown("::", 8321) == "http://[::1]:8321"
    assert shown("fe80::1", 8321) == "http://[fe80::1]:8321"


def test_no_server_is_said_clearly(filled: Path) -> None:
    for more in ([], ["--once"], ["--json"]):
        outcome = run(filled, "load", "--server", "127.0.0.1:1", *more)
        assert (outcome.status, outcome.out) == (1, "")
        assert "No server answers at http://127.0.0.1:1. Start one with" in outcome.err
    outcome = run(filled, "load", "--server", "http://[bad", lang="zh_CN.UTF-8")
    assert "没有服务应答" in outcome.err


def test_once_as_json_and_as_a_view(start_in, filled: Path) -> None:
    with serving(start_in, filled) as (_, address):
        for _ in range(3):
            post(address, "/api/v1/answers", {"question": QUESTION})
        told = run(filled, "load", "--server", address, "--once", "--json").json
        (level,) = told["levels"]
        assert (level["level"], level["arrivals"], level["granted"]) == ("quote", 3, 3)
        assert 0 < level["first_reply"]["median"] <= level["first_reply"]["p99"] < 20
        view = run(filled, "load", "--server", address, "--once")
        assert view.err == ""
        assert view.out.splitlines()[0].startswith(address.removeprefix("http://"))
        assert [line.split()[:3] for line in view.out.splitlines() if "quote" in line] == [
            ["quote", "3", "3"]
        ]
        other = run(filled, "load", "--server", address + "/elsewhere", "--once")
        assert other.status == 1
        assert "no Dengmi server that can tell its load" in other.err


def test_the_token_of_the_settings_is_sent(start_in, filled: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    run(home, "add", str(filled.parent / "articles"))
    (home / "dengmi.toml").write_text('[server]\nadmin_token = "let-me-in"\n')
    with serving(start_in, home) as (_, address):
        assert run(home, "load", "--server", address, "--once").status == 0
        other = run(filled, "load", "--server", address, "--once")
        assert other.status == 1
        assert "server.admin_token" in other.err


def test_lines_of_json_until_it_is_stopped(start_in, filled: Path) -> None:
    with serving(start_in, filled) as (_, address):
        looking = start_in(filled, "load", "--server", address, "--json")
        assert looking.stdout is not None
        first, second = (json.loads(looking.stdout.readline()) for _ in range(2))
        assert second["at"] >= first["at"] + 0.9
        looking.send_signal(signal.SIGINT)
        _, err = looking.communicate(timeout=20)
        assert (looking.returncode, err) == (0, b"")


def test_on_a_terminal_it_is_drawn_and_the_screen_comes_back(start_in, filled: Path) -> None:
    with serving(start_in, filled) as (process, address):
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        master, slave = pty.openpty()
        with subprocess.Popen(
            [sys.executable, "-m", "dengmi", "load", "--server", address],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env={**environment(filled), "COLUMNS": "50", "LINES": "12"},
        ) as looking:
            signal.signal(signal.SIGINT, before)
            os.close(slave)
            drawn = until(master, b"Nobody has asked yet.")
            assert drawn.startswith(b"\x1b[?1049h\x1b[?25l\x1b[H")
            post(address, "/api/v1/answers", {"question": QUESTION})
            until(master, b"quote  1")
            process.send_signal(signal.SIGTERM)  # a server that is gone is waited for
            until(master, b"No server answers at")
            looking.send_signal(signal.SIGINT)
            rest = until(master, b"\x1b[?1049l")
            assert looking.wait(20) == 0
            assert b"Traceback" not in rest
        os.close(master)


def until(terminal: int, wanted: bytes) -> bytes:
    """What a terminal shows up to some words."""
    shown, end = b"", time.monotonic() + 30
    while wanted not in shown:
        assert time.monotonic() < end, shown
        if select.select([terminal], [], [], 0.5)[0]:
            shown += os.read(terminal, 65536)
    return shown


def test_help_in_both_languages(asking) -> None:
    outcomes: list[Outcome] = [
        asking("load", "--help"),
        asking("load", "--help", lang="zh_CN.UTF-8"),
    ]
    assert "--once" in outcomes[0].out
    assert "Address of the server" in outcomes[0].out
    assert "服务的地址" in outcomes[1].out
