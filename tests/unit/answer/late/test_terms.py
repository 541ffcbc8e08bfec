"""Who waits for a better answer, and when one that failed is tried again."""

import pytest

from dengmi.answer.late.terms import LONGEST, Terms, entry, tried_again, waits, whose
from dengmi.core.records import Question


def question(**fields: str) -> Question:
    return Question(**{"id": "q_1", "desk": "guide", "text": "What?", "channel": "web"} | fields)


@pytest.mark.parametrize(
    ("level", "got", "cause", "channel", "expected"),
    [
        ("quick", "quote", "no_room", "web", True),
        ("deep", "quote", "model_failed", "rest", True),
        ("deep", "quick", "no_room", "rest", True),
        ("quick", "quick", "no_room", "web", False),  # the next model had room
        ("quick", "quote", "answer_unchecked", "web", False),
        ("quick", "quote", "", "web", False),
        ("quick", "quote", "no_room", "cli", False),
        ("quick", "quote", "model_failed", "eval", False),
    ],
)
def test_who_waits(level: str, got: str, cause: str, channel: str, expected: bool) -> None:
    assert waits(question(channel=channel), level, got, cause) is expected


def test_an_asker_is_known_by_name_or_conversation() -> None:
    assert whose(question(asker="u1")) == whose(question(id="q_2", asker="u1", conversation="c"))
    assert whose(question(conversation="c1")) == whose(question(id="q_2", conversation="c1"))
    assert whose(question(asker="u1")) != whose(question(asker="u1", desk="news"))
    assert whose(question(asker="u1")) != whose(question(asker="u1", channel="rest"))
    assert whose(question()) == "q_1"
    assert whose(question()) != whose(question(id="q_2"))


def test_a_wait_has_an_end() -> None:
    late = entry(question(asker="u1"), "deep", "no_room", 50.0, Terms(longest=60.0))
    assert (late.since, late.until, late.level, late.cause) == (50.0, 110.0, "deep", "no_room")
    assert (late.state, late.owner, late.tries) == ("waiting", "", 0)


def test_each_failure_is_followed_by_a_longer_pause() -> None:
    pauses = [tried_again(tries, 100.0) - 100.0 for tries in range(1, 20)]
    assert pauses == sorted(pauses)
    assert 0 < pauses[0] < pauses[1] < pauses[2]
    assert pauses[-1] == LONGEST
    assert tried_again(10_000, 0.0) == LONGEST
