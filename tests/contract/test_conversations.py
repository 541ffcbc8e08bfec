"""Conversations and thumbs, on both databases."""

import pytest

from dengmi.core.errors import NotFound
from dengmi.core.records import Claim, Cost, Question
from tests.contract.given import answer


def _question(name: str, at: float, **fields: object) -> Question:
    made: dict[str, object] = {
        "id": name, "desk": "guide", "text": f"{name}?", "asker": "ann", "conversation": "c1",
        "asked_at": at, "lang": "en",
    }  # fmt: skip
    return Question(**(made | fields))


async def test_turns_come_oldest_first_with_their_newest_answers(store) -> None:
    for n in range(4):
        await store.record_question(_question(f"q{n}", float(n)))
    await store.finish_question(answer("a1", "q1"))
    await store.finish_question(answer("a2", "q2", created_at=5.0))
    await store.finish_question(answer("a2b", "q2", created_at=9.0, level="quick"))
    turns = await store.turns("guide", "ann", "c1", 3.0, 2)
    assert [each.question.id for each in turns] == ["q1", "q2"]
    assert [each.answer and each.answer.id for each in turns] == ["a1", "a2b"]
    assert (await store.turns("guide", "ann", "c1", 1.0, 9))[0].answer is None


async def test_a_conversation_opens_only_to_its_asker_at_its_desk(store) -> None:
    await store.record_question(_question("q0", 0.0))
    await store.record_question(_question("q1", 1.0, conversation=""))
    assert await store.turns("guide", "bob", "c1", 9.0, 9) == ()
    assert await store.turns("other", "ann", "c1", 9.0, 9) == ()
    assert await store.turns("guide", "ann", "", 9.0, 9) == ()


async def test_a_written_answer_comes_back_whole(store) -> None:
    await store.record_question(_question("q0", 0.0))
    written = answer(
        "a0", "q0", level="quick", standalone="What is it?", origin="a_1", model="flash v4",
        claims=(Claim(start=0, end=4, cited=(1,), verdict="partial"), Claim(start=5, end=9)),
        evidence=("p_1", "p_2"), cost=Cost(micros=5), full_cost=Cost(micros=50),
    )  # fmt: skip
    await store.finish_question(written)
    assert await store.answer("a0") == written


async def test_a_thumb_can_be_given_changed_and_taken_back(store) -> None:
    await store.record_question(_question("q0", 0.0))
    await store.finish_question(answer("a0", "q0"))
    for up in (True, False, None, None):
        await store.put_thumb("a0", "ann", up, 1.0)
    with pytest.raises(NotFound):
        await store.put_thumb("a9", "ann", True, 1.0)
