"""Token buckets: exact in the long run, bounded in memory."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from dengmi.gate.bucket import Buckets


def test_a_burst_and_then_the_rate() -> None:
    buckets = Buckets(2.0, 3)
    assert [buckets.take("a", 10.0) for _ in range(3)] == [0.0, 0.0, 0.0]
    assert buckets.take("a", 10.0) == 0.5
    assert buckets.take("a", 10.25) == 0.25
    assert buckets.take("a", 10.5) == 0.0
    assert buckets.take("a", 10.5) > 0.0
    assert buckets.take("b", 10.5) == 0.0


def test_after_a_rest_the_bucket_is_full_and_no_fuller() -> None:
    buckets = Buckets(2.0, 3)
    for now in (0.0, 1_000.0):
        assert sum(buckets.take("a", now) == 0.0 for _ in range(10)) == 3


def test_no_rate_is_no_limit() -> None:
    buckets = Buckets(0.0, 1)
    assert not any(buckets.take("a", 0.0) for _ in range(1_000))
    assert len(buckets) == 0


def test_whoever_waits_as_told_gets_one() -> None:
    buckets, now = Buckets(0.3, 1), 5.0
    assert buckets.take("a", now) == 0.0
    for _ in range(50):
        wait = buckets.take("a", now)
        assert 3.3 < wait < 3.4
        now += wait + 1e-9
        assert buckets.take("a", now) == 0.0


@given(
    rate=st.floats(0.1, 50.0),
    burst=st.integers(1, 100),
    gaps=st.lists(st.floats(0.0, 3.0), min_size=1, max_size=300),
)
def test_no_stretch_of_time_gives_more_than_burst_and_rate(
    rate: float, burst: int, gaps: Sequence[float]
) -> None:
    buckets, now, given_at = Buckets(rate, burst), 0.0, []
    for gap in gaps:
        now += gap
        if buckets.take("a", now) == 0.0:
            given_at.append(now)
    for first in range(len(given_at)):
        last = len(given_at) - 1
        most = burst + rate * (given_at[last] - given_at[first])
        assert last - first + 1 <= most + 1e-6


def test_what_is_kept_is_bounded_and_the_busy_are_remembered() -> None:
    buckets = Buckets(0.001, 1, most=100)
    assert buckets.take("busy", 0.0) == 0.0
    for n in range(10_000):
        buckets.take(f"k{n}", 0.0)
        assert len(buckets) <= 102
        if n % 20 == 0:
            assert buckets.take("busy", 0.0) > 0.0
