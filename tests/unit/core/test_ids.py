"""Ids: fresh ones are never given twice."""

import os
from concurrent.futures import ThreadPoolExecutor

from dengmi.core import ids


def test_fresh_ids_are_never_given_twice() -> None:
    with ThreadPoolExecutor(4) as threads:
        made = list(threads.map(lambda _: ids.new_id("q"), range(4_000)))
    assert len(set(made)) == len(made)
    assert all(len(each) == 18 and each.startswith("q_") for each in made)


def test_a_copy_of_a_process_has_a_stock_of_its_own(monkeypatch) -> None:
    ids.new_id("q")
    left = list(ids._stock[1])
    assert left
    monkeypatch.setattr(os, "getpid", lambda: -1)
    ids.new_id("q")
    assert ids._stock[0] == -1
    assert not set(ids._stock[1]) & set(left)
    monkeypatch.undo()
    ids.new_id("q")
    assert ids._stock[0] == os.getpid()
