"""How many messages an account may send, with time from outside."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dengmi.channels.matrix.pace import Pace


def test_turns_are_free_until_the_bucket_is_empty_and_then_in_order() -> None:
    pace = Pace(rate=0.5, burst=3)
    assert [pace.turn(0.0) for _ in range(5)] == [0.0, 0.0, 0.0, 2.0, 4.0]
    assert pace.wait(0.0) == pytest.approx(6.0)
    assert pace.turn(6.0) == 0.0


def test_what_nobody_misses_leaves_half_for_the_rest() -> None:
    pace = Pace(rate=1.0, burst=4)
    assert [pace.spare(0.0) for _ in range(4)] == [True, True, False, False]
    assert pace.turn(0.0) == 0.0
    assert not pace.spare(1.0)
    assert pace.spare(3.0)


def test_a_refusal_holds_everything_back() -> None:
    pace = Pace(rate=1.0, burst=10)
    pace.refused(0.0, 7.0)
    assert not pace.spare(6.9)
    assert pace.turn(2.0) == pytest.approx(5.0)
    assert pace.turn(7.0) >= 0.0
    assert Pace(rate=0.0, burst=1).turn(0.0) == 0.0


def test_without_a_rate_only_refusals_count() -> None:
    pace = Pace(rate=0.0, burst=1)
    assert all(pace.spare(0.0) and pace.turn(0.0) == 0.0 for _ in range(100))
    pace.refused(0.0, 2.0)
    assert pace.turn(1.0) == pytest.approx(1.0)
    assert pace.spare(2.0)


@given(st.lists(st.floats(0, 5), min_size=1, max_size=60), st.integers(1, 10))
def test_never_more_in_a_stretch_than_the_bucket_gives(gaps: list[float], burst: int) -> None:
    pace, now, sent = Pace(rate=0.5, burst=burst), 0.0, []
    for gap in gaps:
        now += gap
        sent.append(now + pace.turn(now))
    assert sent == sorted(sent)
    for first in range(len(sent)):
        for last in range(first, len(sent)):
            assert last - first + 1 <= burst + 0.5 * (sent[last] - sent[first]) + 1e-6
