"""Ids: fresh ones are never given twice."""

import base64
import os
from concurrent.futures import ThreadPoolExecutor

from hypothesis import given
from hypothesis import strategies as st

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


@given(st.binary(min_size=10, max_size=10))
def test_ids_are_base_32_in_small_letters(raw: bytes) -> None:
    assert ids._letters(raw) == base64.b32encode(raw).decode().lower()
