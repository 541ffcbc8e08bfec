"""What is measured: times to the first token, tokens to expect, what everyone was served."""

from hypothesis import given
from hypothesis import strategies as st

from dengmi.gate.first import First
from dengmi.gate.lengths import Lengths
from dengmi.gate.shares import BANDS, HALF, MOST_KEPT, Shares


def test_a_model_that_is_always_slow_to_begin_is_not_held() -> None:
    first = First()
    for _ in range(50):
        first.came(6.0, 0.0)
    assert 5.5 <= first.usual <= 6.0
    assert not first.held


def test_a_queue_at_the_endpoint_shows_and_goes_away() -> None:
    first = First()
    for _ in range(20):
        first.came(0.4, 0.0)
    for _ in range(10):
        first.came(4.0, 0.0)
    assert first.held
    assert first.usual < 1.0  # a queue does not become what is usual
    for _ in range(30):
        first.came(0.4, 0.0)
    assert not first.held


def test_keep_alives_count_before_any_token_comes() -> None:
    first = First()
    first.came(0.4, 0.0)
    for _ in range(5):
        first.waits(3.0)
    assert first.held


@given(st.lists(st.tuples(st.floats(0, 60), st.floats(0, 60))))
def test_no_time_is_below_nothing(times: list[tuple[float, float]]) -> None:
    first = First()
    for seconds, held in times:
        first.came(seconds, min(seconds, held))
        assert first.usual >= 0
        assert first.beyond >= 0


@given(st.integers(0, 100_000), st.integers(1, 8_000), st.lists(st.integers(0, 9_000)))
def test_a_call_is_expected_to_take_its_prompt_and_no_more_than_it_may(
    prompt: int, most: int, before: list[int]
) -> None:
    lengths = Lengths()
    for output in before:
        lengths.was("quick", output)
    assert prompt < lengths.expected("quick", prompt, most) <= prompt + most


def test_answers_of_late_tell_how_long_the_next_one_is() -> None:
    lengths = Lengths()
    assert lengths.expected("deep", 500, 6_000) == 3_500
    for _ in range(50):
        lengths.was("deep", 900)
        lengths.was("quick", 100)
    assert 1_380 <= lengths.expected("deep", 500, 6_000) <= 1_420
    assert 580 <= lengths.expected("quick", 500, 700) <= 620


def test_bands_tell_who_had_how_much_and_are_forgotten_in_time() -> None:
    shares = Shares()
    assert shares.band("nobody", 0.0) == 0
    shares.served("one", 1_000, 0.0)
    shares.served("two", 1_000, 0.0)
    shares.served("two", 1_000, 0.0)
    for _ in range(60):
        shares.served("many", 1_000, 0.0)
    assert 0 < shares.band("one", 0.0) < shares.band("two", 0.0) < shares.band("many", 0.0)
    assert shares.band("many", 0.0) == BANDS - 1
    assert shares.had("two", HALF) == 1_000
    assert shares.band("one", 3 * HALF) == 0
    shares.served("one", -1_000, 0.0)
    assert shares.band("one", 0.0) == 0


def test_shares_do_not_grow_without_end() -> None:
    shares = Shares()
    for n in range(3 * MOST_KEPT):
        shares.served(f"asker {n}", 1_000, n / 10)
    assert len(shares) <= 2 * MOST_KEPT
