"""Conversations that are found again, on both databases."""

import pytest

from dengmi.core.records import Citation, Head, Question
from tests.contract.given import answer


def _question(name: str, at: float, **fields: object) -> Question:
    made: dict[str, object] = {
        "id": name, "desk": "guide", "text": f"{name}?", "asker": "w_ann", "conversation": "c_1",
        "channel": "web", "asked_at": at, "lang": "en",
    }  # fmt: skip
    return Question(**(made | fields))


async def _talk(store) -> None:
    """Ann has two conversations, Bob one, and somebody without a name one more."""
    for question in (
        _question("q1", 1.0),
        _question("q2", 5.0),
        _question("q3", 3.0, conversation="c_2", desk="other"),
        _question("q4", 4.0, asker="w_bob", conversation="c_3"),
        _question("q5", 6.0, asker="", conversation="c_4"),
    ):
        await store.record_question(question)
        await store.finish_question(answer(f"a_{question.id}", question.id))


async def test_an_asker_finds_the_conversations_again_newest_first(store) -> None:
    await _talk(store)
    found = await store.conversations("w_ann", 9.0, 10)
    assert [(each.id, each.desk, each.opening, each.questions) for each in found] == [
        ("c_1", "guide", "q1?", 2),
        ("c_2", "other", "q3?", 1),
    ]
    assert (found[0].began, found[0].last) == (1.0, 5.0)
    assert [each.id for each in await store.conversations("w_ann", 5.0, 10)] == ["c_2"]
    assert len(await store.conversations("w_ann", 9.0, 1)) == 1
    assert await store.conversations("", 9.0, 10) == ()


async def test_a_conversation_is_its_askers_alone(store) -> None:
    await _talk(store)
    one = await store.conversation("w_ann", "c_1")
    assert one is not None
    assert (one.opening, one.questions, one.last) == ("q1?", 2, 5.0)
    assert await store.conversation("w_bob", "c_1") is None
    assert await store.conversation("", "c_4") is None
    assert await store.conversation_of("w_ann", "a_q2") == "c_1"
    assert await store.conversation_of("w_bob", "a_q2") == ""
    assert await store.conversation_of("", "a_q5") == ""
    assert not await store.rename_conversation("w_bob", "c_1", "Mine", 7.0)
    assert await store.forget_conversation("w_bob", "c_1") == 0
    assert await store.conversation("w_ann", "c_1") is not None


async def test_a_name_is_given_changed_and_taken_back(store) -> None:
    await _talk(store)
    for title in ("Lanterns", "Lanterns\x00 in Fuzhou", ""):
        assert await store.rename_conversation("w_ann", "c_1", title, 7.0)
        one = await store.conversation("w_ann", "c_1")
        assert one and one.title == title.replace("\x00", "\ufffd")
        assert (await store.conversations("w_ann", 9.0, 9))[0].title == one.title


async def test_what_was_said_comes_once_with_its_newest_answer(store) -> None:
    await _talk(store)
    await store.finish_question(answer("a_better", "q2", created_at=99.0, text="Better."))
    said = await store.said("w_ann", 10)
    assert [each.question for each in said] == ["q2?", "q3?", "q1?"]
    assert said[0].answer == "Better."
    assert len(await store.said("w_ann", 1)) == 1
    assert await store.said("", 10) == ()


async def test_a_deleted_conversation_leaves_nothing_behind(store) -> None:
    await _talk(store)
    await store.rename_conversation("w_ann", "c_1", "Lanterns", 7.0)
    await store.put_thumb("a_q1", "w_bob", True, 1.0)
    assert await store.forget_conversation("w_ann", "c_1") == 2
    assert await store.answer("a_q1") is None
    assert await store.conversation("w_ann", "c_1") is None
    assert [each.id for each in await store.conversations("w_ann", 9.0, 9)] == ["c_2"]
    await store.record_question(_question("q9", 9.0))
    one = await store.conversation("w_ann", "c_1")
    assert one and one.title == ""
    await store.forget_asker("w_ann")
    assert await store.conversations("w_ann", 99.0, 9) == ()
    assert len(await store.conversations("w_bob", 99.0, 9)) == 1


async def test_thumbs_given_are_told(store) -> None:
    await _talk(store)
    await store.put_thumb("a_q1", "w_ann", True, 1.0)
    await store.put_thumb("a_q4", "w_ann", False, 1.0)
    assert await store.thumbs("w_ann", ["a_q1", "a_q2", "a_q4"]) == {"a_q1": True, "a_q4": False}
    assert await store.thumbs("w_ann", []) == {}


async def test_articles_cited_lately_are_counted_once_an_answer(store) -> None:
    def cite(n: int, pk: int) -> Citation:
        head = Head(pk=pk, id=f"d{pk}", desk="guide", source_id="s", title="T")
        return Citation(n=n, head=head, passage_id="p", first=1, last=1, quote="x")

    for n, pks in enumerate(((7, 7, 8), (7,), (9,))):
        await store.record_question(_question(f"q{n}", float(n)))
        cited = tuple(cite(i + 1, pk) for i, pk in enumerate(pks))
        await store.finish_question(answer(f"a{n}", f"q{n}", created_at=10.0 * n, citations=cited))
    assert await store.cited_lately("guide", 0.0, 10) == {7: 2, 8: 1, 9: 1}
    assert await store.cited_lately("guide", 15.0, 10) == {9: 1}
    assert await store.cited_lately("guide", 0.0, 1) == {9: 1}
    assert await store.cited_lately("other", 0.0, 10) == {}


@pytest.mark.parametrize("used_by", ["", "w_bob"])
async def test_a_link_takes_the_history_to_another_device_once(store, used_by: str) -> None:
    await _talk(store)
    await store.rename_conversation("w_bob", "c_3", "Bob’s", 7.0)
    await store.keep_handover("k1", "w_ann", 100.0, 50.0)
    assert await store.take_handover("k2", used_by, 60.0) == ""
    assert await store.take_handover("k1", used_by, 60.0) == "w_ann"
    assert await store.take_handover("k1", used_by, 60.0) == ""
    ids = {each.id: each.title for each in await store.conversations("w_ann", 99.0, 9)}
    moved = {"c_3": "Bob’s"} if used_by else {}
    assert ids == {"c_1": "", "c_2": "", **moved}


async def test_a_link_whose_time_is_over_leads_nowhere(store) -> None:
    await _talk(store)
    await store.keep_handover("k1", "w_ann", 100.0, 50.0)
    assert await store.take_handover("k1", "w_bob", 100.0) == ""
    await store.keep_handover("k2", "w_ann", 300.0, 200.0)
    await store.forget_asker("w_ann")
    assert await store.take_handover("k2", "w_bob", 201.0) == ""
