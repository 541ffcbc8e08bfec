"""The decision beside the late queue: who leaves a slot to those who wait there."""

import pytest

from dengmi.core.charges import Tokens
from dengmi.core.errors import NoRoom
from dengmi.gate.decision import Begin, Call, Decision
from dengmi.gate.places import ASKERS, MUCH, WIDTH, had_much, place_of
from dengmi.gate.queue import Entry

VISITORS = 2 * WIDTH
"""The first place of visitors."""


def _entry(asker: str, band: int, at: float = 0.0, until: float = 60.0) -> Entry:
    entry = Entry(kind="visitor", level="quick", models=("m",), asker=asker, tokens=1_000)
    entry.place = place_of("visitor", asker, 0.0, band=band)
    entry.at, entry.until = at, until
    return entry


def _full(slots: int = 10) -> tuple[Decision, list[Call]]:
    """A decision whose slots are all in use."""
    decision, calls = Decision({"m": slots}), []
    for number in range(slots):
        entry = _entry(f"first {number}", 0)
        told = decision.arrive(entry, 0.0)
        assert isinstance(told, Begin)
        calls.append(Call(entry, told, 0.0))
    return decision, calls


def _lower(decision: Decision, now: float) -> None:
    """As in a surge: the bar stands below those who had something."""
    bar = decision._levels["quick"].bar
    bar.cut = VISITORS + ASKERS
    for _ in range(60):  # more than there is room for
        bar.came(VISITORS, 1_000)
    decision.tick(now)
    assert bar.cut <= VISITORS + ASKERS


def test_who_came_before_the_surge_leaves_the_line_when_the_bar_goes_down() -> None:
    decision, _ = _full()
    had = _entry("had", 3)
    assert decision.arrive(had, 0.1) == 0
    for number in range(5):
        decision.arrive(_entry(f"new {number}", 0), 0.1)
    decision.waited_for = True
    _lower(decision, 1.5)
    told = decision.hopeless(1.5)
    assert [entry for entry, _ in told] == [had]
    assert isinstance(told[0][1], NoRoom)
    assert told[0][1].position >= 1
    assert decision.hopeless(1.5) == []
    assert decision.load(1.5).levels["quick"].waiting == 5


def test_nobody_leaves_the_line_where_nobody_waits_late() -> None:
    decision, _ = _full()
    for number in range(6):
        decision.arrive(_entry(f"had {number}", 3), 0.1)
    _lower(decision, 1.5)
    assert decision.hopeless(1.5) == []


def test_who_had_much_leaves_a_free_slot_to_those_who_wait_late() -> None:
    decision = Decision({"m": 2})
    decision.waited_for = True
    assert isinstance(decision.arrive(_entry("some", MUCH - 1), 0.0), Begin)
    with pytest.raises(NoRoom):
        decision.arrive(_entry("much", MUCH), 0.0)
    decision.waited_for = False
    assert isinstance(decision.arrive(_entry("much", MUCH), 0.0), Begin)


def test_what_goes_on_with_an_answer_leaves_nothing_to_anybody() -> None:
    decision = Decision({"m": 1})
    decision.waited_for = True
    entry = _entry("much", MUCH)
    entry.urgent = True
    assert isinstance(decision.arrive(entry, 0.0), Begin)


def test_seven_answers_are_much() -> None:
    decision = Decision({"m": 9})
    bands = []
    for number in range(9):
        bands.append(decision.shares.band("heavy", float(number)))
        entry = _entry("heavy", 0)
        begin = decision.arrive(entry, float(number))
        assert isinstance(begin, Begin)
    assert [had_much(VISITORS + band * ASKERS) for band in bands] == [False] * 7 + [True] * 2


def test_answers_that_end_well_are_counted_until_one_fails() -> None:
    decision, calls = _full(3)
    for call in calls[:2]:
        decision.ended(call, 4.0, used=Tokens(miss=800, output=200))
    vacancy = decision.vacancy(("m",), 4.0)
    assert (vacancy.well, vacancy.free) == (2, 2)
    assert 0 < vacancy.turn < 5
    decision.ended(calls[2], 5.0, trouble="cut")
    assert decision.vacancy(("m",), 5.0).well == 0
