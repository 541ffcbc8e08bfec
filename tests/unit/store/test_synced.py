"""Which writes wait for the disk: all but the ledger's, and those are taken along by the next."""

import asyncio
import sqlite3
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from dengmi.core.charges import Charge
from dengmi.core.records import Question
from dengmi.store import charges, inbox, sqlite_threads
from dengmi.store.open import open_store
from dengmi.store.sqlite_threads import Job, _groups

Said = list[str]


def line(name: str) -> Charge:
    return Charge(
        id=name, question_id="q", desk="d", level="quick", purpose="answer", model="m", at=1.0
    )


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> Said:
    """What the writing connection is told about transactions and the disk."""
    heard: Said = []
    connect = sqlite_threads.connect

    def listening(path: Path, *, readonly: bool) -> sqlite3.Connection:
        made = connect(path, readonly=readonly)
        if not readonly:
            made.set_trace_callback(heard.append)
        return made

    monkeypatch.setattr(sqlite_threads, "connect", listening)
    return heard


def told(said: Said) -> list[str]:
    words = [statement.removeprefix("PRAGMA synchronous = ").split()[0] for statement in said]
    return [word for word in words if word in ("FULL", "NORMAL", "COMMIT")]


async def test_a_line_waits_for_no_disk_and_a_question_does(tmp_path: Path, said: Said) -> None:
    store = open_store(str(tmp_path / "store"))
    await store.open()
    await store.ensure_desk("d")
    said.clear()
    await store.reserve_charge(line("c1"))
    await store.reserve_charge(line("c2"))
    assert told(said) == ["NORMAL", "COMMIT", "COMMIT"]
    await store.record_question(Question(id="q", desk="d", text="?", asked_at=1.0))
    await store.settle_charge(line("c1"))
    assert told(said)[3:] == ["FULL", "COMMIT", "NORMAL", "COMMIT"]
    await store.close()


async def test_lines_do_not_wait_for_the_disk_behind_questions(tmp_path: Path) -> None:
    store: Any = open_store(str(tmp_path / "store"))
    await store.open()
    await store.reserve_charge(line("c1"))
    asked = Question(id="q", desk="d", text="?", asked_at=1.0)
    jobs = [
        Job(partial(inbox.record, [asked]), False, True),
        Job(partial(charges.settle, [line("c1")]), False, False),
        Job(partial(inbox.fail, "q", "x"), True, True),
        Job(partial(charges.reserve, [(line("c2"), (), None)]), False, False),
        Job(partial(inbox.fail, "q", "y"), False, True),
    ]
    assert _groups(jobs) == [[jobs[1], jobs[3]], [jobs[0]], [jobs[2]], [jobs[4]]]
    for job in jobs:
        store._db._behind._writing.put(job)
    await asyncio.gather(*(job.future for job in jobs))
    assert [charge.id for charge in await store.charges()] == ["c1", "c2"]
    await store.close()


async def test_a_line_is_seen_by_others_at_once(tmp_path: Path) -> None:
    stores: list[Any] = [open_store(str(tmp_path / "store")) for _ in range(2)]
    for store in stores:
        await store.open()
    await stores[0].reserve_charge(line("c1"))
    assert [charge.id for charge in await stores[1].charges()] == ["c1"]
    for store in stores:
        await store.close()
