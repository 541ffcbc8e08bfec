"""The bar moves by as much as is too much, or as there is room for."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from dengmi.gate.bar import DOWN, LEAST, SPARE, WINDOW, Bar, Signs, goal_of, moved
from dengmi.gate.places import (
    ASKERS,
    CLASSES,
    HOUR,
    PLACES,
    WIDTH,
    had_nothing,
    last_class,
    place_of,
    turn_of,
)  # fmt: skip
from dengmi.gate.shares import BANDS

_SEEN = st.lists(st.integers(0, 900).map(float), min_size=1, max_size=60)


@given(_SEEN, st.data())
def test_it_stops_at_the_first_place_where_the_goal_is_met(
    seen: list[float], data: st.DataObject
) -> None:
    cut = data.draw(st.integers(0, len(seen)))
    goal = data.draw(st.floats(0, sum(seen) + 10))
    after = moved(cut, seen, goal)
    let_in = sum(seen[:after])
    if sum(seen[:cut]) > goal:  # down: all below is no more than the goal, one more would be
        assert after < cut
        assert let_in <= goal
        assert sum(seen[: after + 1]) > goal
    elif sum(seen[:cut]) < goal:  # up: as far as needed, and no further
        assert let_in >= goal or after == len(seen)
        assert after == cut or sum(seen[: after - 1]) < goal
    else:
        assert after == cut


@given(_SEEN, st.data())
def test_a_step_counts_the_place_it_crosses_and_no_other(
    seen: list[float], data: st.DataObject
) -> None:
    """Down and up again by the weight of one place leads back to where the bar stood."""
    seen = [each + 1.0 for each in seen]
    cut = data.draw(st.integers(1, len(seen)))
    whole = sum(seen[:cut])
    below = moved(cut, seen, whole - seen[cut - 1])
    assert below == cut - 1
    assert moved(below, seen, whole) == cut


_AMOUNT = st.floats(0, 1e6)


@given(_AMOUNT, _AMOUNT, st.floats(0, 60), st.floats(0.1, 10), st.floats(0, 1e5))
def test_overload_always_lets_in_less_and_never_nothing(
    let_in: float, more: float, queueing: float, bearable: float, capacity: float
) -> None:
    signs = Signs(queueing, bearable, capacity)
    came, room = let_in + more, capacity * WINDOW
    goal = goal_of(let_in, came, signs, WINDOW)
    if queueing > bearable and came > SPARE * room:
        assert goal <= (1 - DOWN) * let_in
        assert goal >= min((1 - DOWN) * let_in, LEAST * room)
    else:
        assert goal >= let_in


def _play(bar: Bar, seconds: float, rate: float, signs: Signs, start: float = 0.0) -> float:
    """Arrivals of a token each from everywhere, at a rate; the time afterwards."""
    rng, now = random.Random(4), start
    while now < start + seconds:
        now += 1 / rate
        bar.ease(now, signs.capacity)
        if bar.due(now):
            bar.move(now, signs)
        bar.came(rng.randrange(PLACES), 1.0)
    return now


@settings(max_examples=15, deadline=None)
@given(st.floats(1.5, 30), st.floats(5, 60))
def test_it_comes_down_within_seconds_to_what_there_is_room_for(
    times: float, capacity: float
) -> None:
    bar = Bar()
    now = _play(bar, 5.0, times * capacity, Signs(2.0, 1.0, capacity))
    assert bar.cut / PLACES <= 2 / times
    _play(bar, 3.0, times * capacity, Signs(2.0, 1.0, capacity), now)
    assert bar.cut / PLACES <= 2 / times


@settings(max_examples=15, deadline=None)
@given(st.floats(2, 30), st.floats(5, 60), st.floats(0.1, 0.6), st.floats(0, 3))
def test_it_is_open_again_within_five_seconds_of_normal_load(
    times: float, capacity: float, calm: float, queueing: float
) -> None:
    """However long the queue still is."""
    bar = Bar()
    now = _play(bar, 5.0, times * capacity, Signs(4.0, 1.0, capacity))
    assert bar.cut < PLACES
    _play(bar, 5.0, calm * capacity, Signs(queueing, 1.0, capacity), now)
    assert bar.cut == PLACES


@given(st.text(), st.sampled_from(CLASSES[1:]), st.integers(0, BANDS - 1), st.floats(0, 4e9))
def test_a_place_tells_class_then_band_then_user(
    asker: str, kind: str, band: int, now: float
) -> None:
    place = place_of(kind, asker, now, band=band)
    assert 0 <= place < PLACES
    assert place // WIDTH == CLASSES.index(kind) - 1
    assert place % WIDTH // ASKERS == band
    assert place % ASKERS == turn_of(asker, now)
    assert had_nothing(place) == (band == 0)


def test_users_keep_their_place_for_an_hour_and_are_spread_evenly() -> None:
    askers = [f"asker {n}" for n in range(12_800)]
    hour = 500_000 * HOUR
    first = [turn_of(asker, hour) for asker in askers]
    assert first == [turn_of(asker, hour + HOUR - 1) for asker in askers]
    next_hour = [turn_of(asker, hour + HOUR) for asker in askers]
    assert sum(a == b for a, b in zip(first, next_hour, strict=True)) < 300
    counts = [first.count(turn) for turn in range(ASKERS)]
    assert min(counts) >= 60
    assert max(counts) <= 140


def test_the_bar_in_words() -> None:
    assert last_class(PLACES) == "background"
    assert last_class(0) == "urgent"
    assert last_class(WIDTH) == "paid"
    assert last_class(WIDTH + 1) == "member"
    bar = Bar()
    _play(bar, 3.0, 500.0, Signs(3.0, 1.0, 50.0))
    assert 0 < bar.open < 0.3
