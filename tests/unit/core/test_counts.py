"""Counts add up over processes and stretches of time, and tell times to about a tenth."""

import math

from hypothesis import given
from hypothesis import strategies as st

from dengmi.core.counts import EDGES, Counted, Counts, Times, together

SECONDS = st.floats(0.0011, 700, allow_nan=False)


def timed(*seconds: float) -> Times:
    counts = Counts()
    for one in seconds:
        counts.time("x", seconds=one)
    return counts.copy().times["x",]


@given(st.lists(SECONDS, min_size=1, max_size=60), st.sampled_from([0.5, 0.9, 0.99, 1.0]))
def test_a_share_is_told_to_the_width_of_its_bucket(seconds: list[float], share: float) -> None:
    true = sorted(seconds)[math.ceil(len(seconds) * share) - 1]
    told = timed(*seconds).within(share)
    assert told is not None
    assert true / 1.3 <= told <= true * 1.3


def test_nothing_timed_tells_nothing() -> None:
    assert Times((0,) * (len(EDGES) + 1), 0.0).within(0.5) is None


def test_what_takes_longer_than_the_last_edge_counts_as_that() -> None:
    assert timed(5_000).within(0.5) == EDGES[-1]
    assert timed(5_000).seconds == 5_000


def test_a_share_of_many_and_one_slow() -> None:
    mixed = timed(*[0.01] * 98, 3.0, 3.0)
    assert (mixed.within(0.5) or 0) < 0.011
    assert 2.5 < (mixed.within(0.99) or 0) <= 3.15


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 9)), max_size=30))
def test_two_processes_add_up_to_one(events: list[tuple[str, int]]) -> None:
    one, other, both = Counts(), Counts(), Counts()
    for at, (name, number) in enumerate(events):
        for counts in ((one, other)[at % 2], both):
            counts.add("n", name, by=number)
            counts.time("t", name, seconds=number / 10)
            counts.shift("now", by=1)
    summed, whole = together([one.copy(), other.copy()]), both.copy()
    assert summed.counts == whole.counts
    assert summed.now == whole.now
    assert {key: value.buckets for key, value in summed.times.items()} == {
        key: value.buckets for key, value in whole.times.items()
    }


def test_what_came_after_a_copy() -> None:
    counts = Counts()
    counts.add("n", "old")
    counts.add("n", "both")
    counts.time("t", seconds=0.2)
    earlier = counts.copy()
    counts.add("n", "both", by=3)
    counts.add("n", "new")
    counts.time("t", seconds=0.4)
    counts.shift("running", by=1)
    since = counts.copy().since(earlier)
    assert since.counts == {("n", "both"): 3, ("n", "new"): 1}
    assert since.times["t",].count == 1
    assert round(since.times["t",].seconds, 6) == 0.4
    assert since.now == {("running",): 1}
    assert earlier.counts == {("n", "old"): 1, ("n", "both"): 1}  # a copy does not change


def test_a_process_that_is_gone_has_nothing_under_way() -> None:
    counts = Counts()
    counts.add("n")
    counts.shift("running", by=1)
    assert counts.copy().past() == Counted({("n",): 1})
