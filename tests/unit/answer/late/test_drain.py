"""The line drains without taking room from those who ask now, and slowly after a failure."""

from dengmi.answer.late.drain import LONGEST, MOST, Drain
from dengmi.core.gate import Vacancy

EMPTY = Vacancy(slots=40, free=40)


def test_one_is_tried_first_and_each_success_lets_one_more() -> None:
    drain = Drain()
    assert drain.allowed(EMPTY, 0, 0.0) == 1
    assert drain.allowed(EMPTY, 1, 0.0) == 0
    for done in range(1, 10):
        drain.well(1.0, float(done))
        assert drain.allowed(EMPTY, 0, float(done)) == done + 1
    for _ in range(200):
        drain.well(1.0, 10.0)
    assert drain.allowed(Vacancy(slots=400, free=400), 0, 10.0) == MOST


def test_those_who_ask_now_come_first() -> None:
    drain = Drain(width=40)
    assert drain.allowed(Vacancy(slots=40, free=5, waiting=1), 0, 0.0) == 0
    assert drain.allowed(Vacancy(slots=40, free=10), 0, 0.0) == 0  # a quarter stays free
    assert drain.allowed(Vacancy(slots=40, free=12), 0, 0.0) == 2
    assert drain.allowed(Vacancy(slots=1, free=1), 0, 0.0) == 1  # one slot is for both
    assert drain.allowed(Vacancy(), 0, 0.0) == 0


def test_a_failure_brings_it_back_to_one_after_a_pause() -> None:
    drain = Drain(width=30)
    drain.failed(100.0)
    drain.failed(100.1)  # began together, failed together
    assert drain.allowed(EMPTY, 0, 100.9) == 0
    assert drain.allowed(EMPTY, 0, 101.1) == 1
    pauses, now = [], 102.0
    for _ in range(12):
        drain.failed(now)
        began = now
        while not drain.allowed(EMPTY, 0, now):
            now += 0.5
        pauses.append(now - began)
    assert pauses == sorted(pauses)
    assert pauses[0] < 3.0
    assert pauses[-1] == LONGEST
    drain.well(1.0, now)
    drain.failed(now)
    assert drain.allowed(EMPTY, 0, now + 1.5) == 1  # a success makes pauses short again


def test_without_a_slot_after_all_it_pauses() -> None:
    drain = Drain(width=8)
    drain.crowded(10.0)
    assert drain.allowed(EMPTY, 0, 10.5) == 0
    assert drain.allowed(EMPTY, 0, 11.5) == 8


def test_few_slots_stay_free_where_they_come_free_by_themselves() -> None:
    drain = Drain(width=40)
    assert drain.allowed(Vacancy(slots=40, free=10, turn=0.2), 0, 0.0) == 9
    assert drain.allowed(Vacancy(slots=40, free=10, turn=2.0), 0, 0.0) == 6
    assert drain.allowed(Vacancy(slots=40, free=12, turn=60.0), 0, 0.0) == 2


def test_answers_that_were_asked_for_now_say_as_well_that_a_model_is_well() -> None:
    drain = Drain()
    assert drain.allowed(Vacancy(slots=40, free=40, well=7), 2, 0.0) == 5
    drain.failed(1.0)
    assert drain.allowed(Vacancy(slots=40, free=40), 0, 3.0) == 1
    assert drain.allowed(Vacancy(slots=400, free=400, well=1_000), 0, 3.0) == MOST


def test_the_wait_grows_with_the_place_and_with_the_standstill() -> None:
    drain = Drain()
    assert drain.wait(1, 0.0) < drain.wait(5, 0.0)
    drain.allowed(Vacancy(), 0, 0.0)  # nothing is to be had from now on
    assert drain.wait(1, 300.0) >= 300.0
    drain.well(2.0, 400.0)
    assert drain.wait(1, 400.0) < 10.0


def test_the_wait_follows_how_fast_the_line_moved() -> None:
    drain = Drain(width=20)
    for second in range(0, 60, 6):
        drain.well(30.0, float(second))
    assert 50 <= drain.wait(10, 60.0) <= 70
