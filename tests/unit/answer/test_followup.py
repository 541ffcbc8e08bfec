"""Questions completed from their conversation."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dengmi.answer.followup import LONGEST, Turn, standalone

DATA = Path(__file__).resolve().parents[2] / "data"
CASES = [
    json.loads(line)
    for lang in ("en", "zh")
    for line in (DATA / f"followups_{lang}.jsonl").read_text("utf-8").splitlines()
]
ALONE = [case for case in CASES if case.get("same")]
LEAN = [case for case in CASES if not case.get("same")]


def turns_of(case: dict) -> list[Turn]:
    return [Turn(question, answer) for question, answer in case["turns"]]


def made(case: dict) -> str:
    return standalone(case["ask"], turns_of(case)).text


@pytest.mark.parametrize("case", ALONE, ids=lambda case: case["ask"])
def test_a_question_that_stands_alone_is_left_alone(case: dict) -> None:
    got = standalone(case["ask"], turns_of(case))
    assert (got.text, got.changed, got.sure) == (case["ask"], False, True)


def test_most_own_conversations_are_completed() -> None:
    done = [c for c in LEAN if all(word.lower() in made(c).lower() for word in c["has"])]
    assert len(done) >= 0.8 * len(LEAN)


def test_nothing_that_was_exchanged_is_left() -> None:
    for case in LEAN:
        got = standalone(case["ask"], turns_of(case))
        if got.changed and got.sure:
            left = [word for word in case.get("lacks", ()) if word.lower() in got.text.lower()]
            assert not left, got.text


TOWER = [Turn("How high is the Linmen clock tower?", "It is 38 metres high.")]
PLANS = [
    Turn("How much does plan A cost?", "10 euros."),
    Turn("How much does plan B cost?", "15 euros."),
]
SIGHTS = [Turn("Which museums are in Linmen?", "1. The Silk Museum. 2. The Tea Museum.")]
VISITORS = [Turn("How many visitors did Lakeside have in 2023?", "420,000.")]
POOL = [Turn("Is the pool open?", "Yes.")]


@pytest.mark.parametrize(
    ("turns", "asked", "expected"),
    [
        (TOWER, "Who built it?", "Who built the Linmen clock tower?"),
        (TOWER, "And its architect?", "What about the Linmen clock tower's architect?"),
        (TOWER, "How do I get there?", "How do I get to the Linmen clock tower?"),
        (TOWER, "What is the height of Mount Orrin?", "What is the height of Mount Orrin?"),
        (TOWER, "Is it safe to drink the water?", "Is it safe to drink the water?"),
        (TOWER, "它是谁建的？", "the Linmen clock tower是谁建的？"),
        (VISITORS, "and in 2024?", "How many visitors did Lakeside have in 2024?"),
        (VISITORS, "What about Riverside?", "How many visitors did Riverside have in 2023?"),
        (PLANS, "Which one is better?", "Which one is better, plan A or plan B?"),
        (SIGHTS, "When does the second one open?", "When does The Tea Museum open?"),
        ([Turn("灯谜是什么？")], "How much is it?", "How much is 灯谜?"),
        (POOL, "Since when?", "Since when is the pool open?"),
    ],
)
def test_it_reads_as_people_would_ask_it(turns: list[Turn], asked: str, expected: str) -> None:
    assert standalone(asked, turns).text == expected


def test_what_leans_on_nothing_known_is_unsure() -> None:
    got = standalone("How does the third one work?", TOWER)
    assert not got.sure
    assert "clock tower" in got.text


def test_without_a_conversation_nothing_changes() -> None:
    for case in CASES:
        got = standalone(case["ask"], [])
        assert (got.text, got.changed, got.sure) == (case["ask"], False, True)


def test_what_was_completed_is_whole() -> None:
    """Asked again after the same conversation, a completed question is left as it is."""
    again = [(made(case), standalone(made(case), turns_of(case)).text) for case in CASES]
    assert [pair for pair in again if pair[0] != pair[1]] == []


_SIGNS = [
    *"它他这那其个呢吗？?,。. '’[]()\\*\n",
    "the",
    "one",
    "ones",
    "that",
    "its",
    "2024年",
    "第",
]
_PIECES = st.lists(
    st.sampled_from([word for case in CASES for word in case["ask"].split()] + _SIGNS), max_size=12
)
_TEXTS = st.one_of(st.text(max_size=80), _PIECES.map(" ".join), _PIECES.map("".join))


@settings(max_examples=300, deadline=None)
@given(_TEXTS, st.lists(st.builds(Turn, _TEXTS, _TEXTS), max_size=3))
def test_any_text_gives_a_bounded_question(asked: str, turns: list[Turn]) -> None:
    got = standalone(asked, turns)
    assert len(got.text) <= max(LONGEST, len(asked))
    assert got.changed or got.text == asked
    if asked.strip():
        assert got.text.strip()
    if not turns:
        assert not got.changed
