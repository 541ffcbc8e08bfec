"""How many slots are granted."""

import random

from hypothesis import given
from hypothesis import strategies as st

from dengmi.gate.slots import Slots


@given(
    st.integers(1, 300),
    st.lists(st.tuples(st.sampled_from(["take", "done", "refused", "gone"]), st.floats(0, 5))),
)
def test_the_limit_stays_between_one_and_the_settings(
    most: int, steps: list[tuple[str, float]]
) -> None:
    slots, now = Slots(most), 0.0
    for step, passed in steps:
        now += passed
        if step == "take":
            if slots.free:
                slots.take()
        elif slots.busy:
            match step:
                case "done":
                    slots.done(passed)
                case "refused":
                    slots.refused(now)
                case _:
                    slots.gone()
        assert 1 <= slots.limit <= most
        assert 0 <= slots.busy <= most


def _endpoint(slots: Slots, grants: int, seconds: int, now: float, ends: list[float]) -> int:
    """Everyone wants a slot; the endpoint takes so many at once. How often it refused."""
    rng, refusals = random.Random(7), 0
    for tick in range(seconds * 10):
        at = now + tick / 10
        for end in [each for each in ends if each <= at]:
            ends.remove(end)
            slots.done(4.0)
        while slots.free:
            slots.take()
            if len(ends) < grants:
                ends.append(at + rng.uniform(3, 5))
            else:
                slots.refused(at)
                refusals += 1
                break
    return refusals


def test_it_finds_what_the_endpoint_grants_and_grows_back() -> None:
    slots, ends = Slots(200), []
    _endpoint(slots, 40, 60, 0.0, ends)
    settled = _endpoint(slots, 40, 60, 60.0, ends)
    assert 34 <= slots.limit <= 42
    assert len(ends) >= 34
    assert settled <= 60
    _endpoint(slots, 80, 300, 120.0, ends)
    assert slots.limit >= 70


def test_those_refused_together_tell_what_is_granted() -> None:
    slots = Slots(100)
    for _ in range(100):
        slots.take()
    for _ in range(20):
        slots.refused(1.0)
    assert slots.limit == 80


def test_who_is_refused_again_and_again_sends_still_less() -> None:
    slots = Slots(100)
    for second in range(10):
        while slots.free:
            slots.take()
        slots.refused(2.0 * second)
    assert slots.limit < 45


def test_a_queue_at_the_endpoint_shrinks_the_limit_by_what_waits() -> None:
    slots = Slots(100, lasting=4.0)
    for _ in range(100):
        slots.take()
    assert slots.held(1.0, 0.0, 5.0)
    assert slots.limit == 75
    assert not slots.held(3.0, 4.0, 9.0)  # it began before
    assert slots.held(3.0, 6.0, 9.0)
    assert slots.limit == 37.5  # never by more than half


def test_after_an_outage_of_room_it_grows_back_within_a_few_rounds() -> None:
    slots = Slots(100)
    for _ in range(100):
        slots.take()
    slots.held(100.0, 0.0, 1.0)
    for _ in range(100):
        slots.done(1.0)
    assert 50 <= slots.limit <= 52
    while slots.free:
        slots.take()
    for _ in range(100):  # two rounds of fifty
        slots.done(1.0)
        while slots.free:
            slots.take()
    assert slots.limit >= 90
