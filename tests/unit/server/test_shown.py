"""Several processes shown as one server."""

from pathlib import Path

import pytest

from dengmi.core.counts import Counted, Counts
from dengmi.core.errors import Unavailable
from dengmi.server.board import Board, Boards
from dengmi.server.metrics import BUCKETS, cumulative, text
from dengmi.server.rest.loading import load_json
from dengmi.server.shown import GONE, Shown, joined, whole


def shown(pid: int, at: float = 100.0, **fields: object) -> Shown:
    counts = Counts()
    counts.add("arrivals", "quick", by=pid)
    counts.shift("running", "quick", by=1)
    counts.time("duration", "quick", seconds=pid / 10)
    copy = counts.copy()
    made = {"at": at, "began": 50.0 + pid, "counted": copy, "minute": copy, "seconds": 40.0}
    return Shown(pid=pid, **(made | fields))


def test_processes_add_up() -> None:
    flash = {"busy": 2, "limit": 5, "most": 9, "waiting": 0, "state": "well"}
    other = {"busy": 1, "limit": 4, "most": 9, "waiting": 3, "state": "resting"}
    gates = [{"quick": {"arrived": 2, "open": part}} for part in (1.0, 0.25)]
    first = shown(1, facts={"gate": {"models": {"flash": flash}, "levels": gates[0]}})
    facts = {"gate": {"models": {"flash": other}, "levels": gates[1]}}
    both = whole([first, shown(2, facts=facts, store_seq=7, index_seq=5)], 101)
    assert both.counted.counts == {("arrivals", "quick"): 3}
    assert both.counted.now == {("running", "quick"): 2}
    assert both.minute.times["duration", "quick"].count == 2
    assert both.models == {
        "flash": {"busy": 3, "limit": 9, "most": 18, "waiting": 3, "state": "well, resting"}
    }
    assert both.gates == {"quick": {"arrived": 4, "open": 0.25}}
    assert (both.pids, both.began, both.store_seq, both.index_lag) == ([1, 2], 51.0, 7, 7)


def test_what_a_dead_process_counted_stays_and_what_it_did_ends() -> None:
    both = whole([shown(1), shown(2, at=100.0 - GONE - 1)], 100)
    assert both.counted.counts == {("arrivals", "quick"): 3}
    assert both.counted.now == {("running", "quick"): 1}
    assert both.minute.counts == {("arrivals", "quick"): 1}
    assert both.pids == [1]


def test_facts_of_a_gate_that_we_do_not_know_are_passed_on() -> None:
    facts = [
        {"queueing": 0.5, "paused": False, "by": {"quick": {"waiting": 1}}, "next": None},
        {"queueing": 0.2, "paused": True, "by": {"quick": {"waiting": 2}}},
    ]
    assert joined(facts) == {
        "queueing": 0.5,
        "paused": True,
        "by": {"quick": {"waiting": 3}},
        "next": None,
    }
    assert joined([]) == {}


def test_a_board_shows_the_newest_of_each(tmp_path: Path) -> None:
    boards = Boards(tmp_path)
    boards.open()
    one, other = Board(boards.folder), Board(boards.folder)
    assert one.others() == []
    other.show(shown(2, at=2.0))
    other.show(shown(2, at=3.0))
    other.show(shown(2, at=1.0))  # a sum that was told never falls
    assert [each.at for each in one.others()] == [3.0]
    assert other.others() == []
    (boards.folder / "w_damaged.load").write_bytes(b"\x00")
    assert [each.at for each in one.others()] == [3.0]
    assert one.others()[0] == shown(2, at=3.0)
    boards.close()
    assert list(tmp_path.iterdir()) == []
    other.show(shown(2, at=4.0))  # the folder is gone: no reason to stop


def test_a_start_removes_what_a_killed_server_left_but_no_living_one(tmp_path: Path) -> None:
    killed, living, new = (Boards(tmp_path) for _ in range(3))
    for boards in (killed, living):
        boards.open()
    killed._lock.free()  # as the system does when a process dies
    new.open()
    assert not killed.folder.exists()
    assert living.folder.exists()
    for boards in (living, new):
        boards.close()


def test_a_home_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "load").write_text("a file in the way")
    with pytest.raises(Unavailable) as caught:
        Boards(tmp_path / "load").open()
    assert caught.value.code == "home_unusable"


def test_buckets_hold_everything_up_to_their_end() -> None:
    counts = Counts()
    for seconds in (0.0005, 0.001, 0.0011, 0.3, 3.0, 4_000.0):
        counts.time("t", seconds=seconds)
    rows = dict(cumulative(counts.copy().times["t",]))
    assert rows["0.001"] == 2
    assert rows["0.0025"] == 3
    assert (rows["0.25"], rows["0.5"], rows["5.0"]) == (3, 4, 5)
    assert rows["+Inf"] == 6
    assert len(rows) == len(BUCKETS) + 1


def test_an_empty_process() -> None:
    nothing = Counted()
    told = whole([shown(1, counted=nothing, minute=nothing)], 100)
    assert (told.counted, told.index_lag) == (nothing, 0)
    assert (told.models, told.gates) == ({}, {})


def test_what_a_gate_tells_becomes_metrics() -> None:
    models = {"flash": {"busy": 2, "state": "resting", "trouble": "", "pause": 3.5, "odd": [1]}}
    facts = {"gate": {"models": models, "levels": {"quick": {"bar": "member", "open": 0.4}}}}
    told = text(whole([shown(1, facts=facts)], 100)).decode()
    for line in (
        'dengmi_model_busy{model="flash"} 2.0',
        'dengmi_model_state{model="flash",state="resting"} 1.0',
        'dengmi_model_pause{model="flash"} 3.5',
        'dengmi_gate_bar{bar="member",level="quick"} 1.0',
        'dengmi_gate_open{level="quick"} 0.4',
    ):
        assert line in told.splitlines(), line
    facts = {"searches": {"limit": 8, "waiting": 3}}
    several = whole([shown(1, facts=facts), shown(2, facts=facts)], 100)
    assert "dengmi_searches_waiting 6.0" in text(several).decode().splitlines()
    assert load_json(several)["searches"] == {"limit": 16, "waiting": 6, "running": 0}
    assert "odd" not in told
    assert "trouble" not in told
