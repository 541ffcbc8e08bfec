"""What is looked for before the careful expressions is never missing where these find something."""

import json
from pathlib import Path

import pytest

from dengmi.answer.check import amounts, manner, signs, states
from dengmi.answer.check.facts import plain

PLANTED = Path(__file__).parents[3] / "data" / "planted.jsonl"
TEXTS = frozenset(
    plain(text)
    for line in PLANTED.read_text("utf-8").splitlines()[::7]
    for row in [json.loads(line)]
    for text in (row["claim"], *row["article"])
)


def test_what_may_deny_is_in_every_negation() -> None:
    found = [text for text in TEXTS if signs.NEGATION.search(text)]
    assert len(found) > 100
    assert all(signs.MAY_DENY.search(text) for text in found)


def test_signs_of_a_state_are_in_every_english_text_that_tells_of_one() -> None:
    english = [text for text in TEXTS if text.isascii()]
    found = [
        text
        for text in english
        if any(each.told.search(text) or each.label.search(text) for each in states.STATES)
    ]
    assert len(found) > 20
    assert all(states._TELLS.search(text) for text in found)


@pytest.mark.parametrize(
    ("gate", "careful", "more"),
    [
        (amounts._HAS_HALF, amounts._MIXED, ["an hour and a half", "三个半小时"]),
        (amounts._HAS_SHARE, amounts._SHARES, ["one in every three", "a tenth", "减半"]),
        (amounts._HAS_TIMES, amounts._TIMES, ["a hat trick", "doubling", "翻番", "梅开二度"]),
    ],
    ids=["mixed", "shares", "times"],
)
def test_signs_of_shares_and_multiples(gate, careful, more) -> None:  # type: ignore[no-untyped-def]
    found = [text for text in (*TEXTS, *more) if careful.search(text)]
    assert len(found) >= len(more)
    assert set(more) <= set(found)
    assert all(gate.search(text) for text in found)


def test_classes_of_small_words_are_counted_as_in_the_whole_text() -> None:
    more = ["so that we don't pay any more", "as big as", "anymore", "it fell", "the oldest hasn't"]
    for text in (*TEXTS, *more):
        whole = tuple(len(pattern.findall(text)) for pattern in manner._PATTERNS)
        assert manner._counts(text) == whole
