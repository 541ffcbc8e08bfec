"""Turns by tokens served."""

from hypothesis import given
from hypothesis import strategies as st

from dengmi.gate.fair import MOST_KEPT, Counters, Fair

_KEYS = st.sampled_from("abcd")


@given(st.lists(st.tuples(_KEYS, st.integers(1, 900)), max_size=60))
def test_everything_that_waits_comes_out_once_and_in_order_within_a_key(
    items: list[tuple[str, int]],
) -> None:
    fair: Fair[tuple[int, int]] = Fair()
    for place, (key, tokens) in enumerate(items):
        fair.push(key, (place, tokens))
    came: dict[str, list[int]] = {}
    while (found := fair.pop()) is not None:
        key, (place, tokens) = found
        came.setdefault(key, []).append(place)
        fair.charge(key, tokens)
    assert sorted(place for each in came.values() for place in each) == list(range(len(items)))
    assert all(each == sorted(each) for each in came.values())
    assert len(fair) == 0


@given(
    st.lists(st.integers(1, 100), min_size=50, max_size=50),
    st.lists(st.integers(1, 100), min_size=50, max_size=50),
)
def test_two_that_wait_are_never_further_apart_than_one_answer(
    ours: list[int], theirs: list[int]
) -> None:
    fair: Fair[int] = Fair()
    for tokens in ours:
        fair.push("ours", tokens)
    for tokens in theirs:
        fair.push("theirs", tokens)
    for _ in range(50):  # neither runs out before
        found = fair.pop()
        assert found is not None
        fair.charge(*found)
        assert abs(fair.counters.of("ours") - fair.counters.of("theirs")) <= 100


def test_a_heavy_asker_does_not_stand_before_the_others() -> None:
    fair: Fair[int] = Fair()
    for place in range(100):
        fair.push("heavy", place)
    for asker in ("one", "two", "three"):
        fair.push(asker, 0)
    first = []
    for _ in range(6):
        found = fair.pop()
        assert found is not None
        first.append(found[0])
        fair.charge(found[0], 10)
    assert first[:4] == ["heavy", "one", "two", "three"]
    assert fair.ahead("new") == 1


def test_nobody_saves_turns_up_by_being_idle() -> None:
    fair: Fair[int] = Fair()
    for place in range(40):
        fair.push("busy", place)
    for _ in range(20):
        found = fair.pop()
        assert found is not None
        fair.charge("busy", 10)
    for place in range(20):
        fair.push("back", place)
    came = []
    for _ in range(10):
        found = fair.pop()
        assert found is not None
        came.append(found[0])
        fair.charge(found[0], 10)
    assert 4 <= came.count("back") <= 6


def test_one_that_leaves_is_not_served() -> None:
    fair: Fair[str] = Fair()
    fair.push("a", "first")
    fair.push("a", "second")
    assert fair.remove("a", "first")
    assert not fair.remove("a", "first")
    assert fair.pop() == ("a", "second")
    assert fair.pop() is None


def test_lines_that_share_counters_share_turns() -> None:
    counters = Counters()
    one: Fair[int] = Fair(counters)
    other: Fair[int] = Fair(counters)
    for line in (one, other):
        line.push("a", 1)
        line.push("b", 2)
    assert one.pop() == ("a", 1)
    one.charge("a", 50)
    assert other.pop() == ("b", 2)  # a was served in the other line
    assert counters.of("a") > counters.floor
    counters.forget()
    assert counters.of("a") == counters.floor == 0


def test_counters_that_say_nothing_are_forgotten() -> None:
    counters = Counters()
    for n in range(3 * MOST_KEPT):
        counters.lift(f"asker {n}")
        counters.charge(f"asker {n}", 10)
        counters.turn(f"asker {n}")
    assert counters.of("asker 1") == counters.floor
    assert len(counters) < 2 * MOST_KEPT
