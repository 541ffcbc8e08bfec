"""What operators look through, on both databases."""

import pytest

from dengmi.core.charges import Charge
from dengmi.core.late import Late
from dengmi.core.outcomes import Missed, Outcome
from dengmi.core.pins import Pin
from dengmi.core.records import Claim, Question
from dengmi.core.reuses import Reusable
from dengmi.core.review import Wanted
from tests.contract.given import answer


async def ask(store, name: str, at: float, **fields: object) -> None:
    made: dict[str, object] = {
        "id": f"q{name}", "desk": "guide", "text": f"{name}?", "asker": "ann", "asked_at": at,
        "channel": "web", "lang": "en",
    }  # fmt: skip
    await store.record_question(Question(**(made | fields)))


async def tell(store, name: str, **fields: object) -> None:
    made: dict[str, object] = {"created_at": 100.0}
    await store.finish_question(answer(f"a{name}", f"q{name}", **(made | fields)))


def ids(found) -> list[str]:
    return [each.question.id for each in found]


@pytest.fixture
async def filled(store):
    """Five questions of two desks, one of a measurement."""
    await ask(store, "1", 1.0, text="Where is the 100% Bridge?")
    await ask(store, "2", 2.0, text="老茶厂在哪里？", channel="wechat:acme")
    await ask(store, "3", 3.0, desk="other")
    await ask(store, "4", 4.0)
    await ask(store, "5", 5.0, channel="eval")
    await tell(store, "1", level="quick", claims=(Claim(start=0, end=3, verdict="unsupported"),))
    await tell(store, "2", grounded=False)
    await tell(store, "3", level="deep", reused=True)
    await tell(store, "5", grounded=False)
    return store.review()


async def test_questions_come_newest_first_page_by_page(filled) -> None:
    first = await filled.asked(Wanted(limit=3))
    assert ids(first) == ["q4", "q3", "q2"]
    last = first[-1].question
    assert ids(await filled.asked(Wanted(before=(last.asked_at, last.id)))) == ["q1"]
    assert first[0].answer_id == ""
    assert (first[1].level, first[1].reused) == ("deep", True)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"text": "100%"}, ["q1"]),
        ({"text": "bridge"}, ["q1"]),
        ({"text": "_"}, []),
        ({"text": "茶厂"}, ["q2"]),
        ({"desk": "other"}, ["q3"]),
        ({"level": "quick"}, ["q1"]),
        ({"level": "reuse"}, ["q3"]),
        ({"level": "deep"}, []),
        ({"channel": "wechat:acme"}, ["q2"]),
        ({"state": "unanswered"}, ["q2"]),
        ({"state": "asked"}, ["q4"]),
        ({"verdict": "unsupported"}, ["q1"]),
        ({"since": 2.0, "until": 4.0}, ["q3", "q2"]),
        ({"poor": True}, ["q3", "q2", "q1"]),
        ({"thumb": "down"}, ["q3"]),
        ({"thumb": "up"}, ["q1"]),
        ({"pinned": True}, ["q2"]),
    ],
    ids=str,
)
async def test_questions_are_found_by_what_is_wanted(store, filled, wanted, expected) -> None:
    await store.put_thumb("a3", "bob", False, 6.0)
    await store.put_thumb("a1", "bob", True, 6.0)
    await store.pin_answer(Pin(answer_id="a2", key="k", asked="老茶厂在哪里？"))
    assert ids(await filled.asked(Wanted(**wanted))) == expected


async def test_the_newest_answer_counts(store, filled) -> None:
    await tell(store, "1")  # once only
    later = answer("a1b", "q1", level="deep", created_at=200.0)
    await store.finish_question(later)
    await store.put_thumb("a1b", "bob", True, 1.0)
    (found,) = await filled.asked(Wanted(text="bridge"))
    assert (found.answer_id, found.level, found.ups, found.verdicts) == ("a1b", "deep", 1, {})
    life = await filled.life("a1")
    assert life is not None
    assert [each.id for each in life.answers] == ["a1", "a1b"]
    assert (life.ups, life.downs, life.reuse) == (1, 0, None)
    assert await filled.life("nothing") is None
    assert await filled.channels() == ("web", "wechat:acme")


async def test_a_life_has_its_lines(store, filled) -> None:
    await store.reserve_charge(Charge(id="c1", question_id="q1", desk="guide", level="quick"))
    await store.reserve_charge(Charge(id="c2", question_id="q2", desk="guide", level="quick"))
    life = await filled.life("q1")
    assert life is not None
    assert [each.id for each in life.charges] == ["c1"]


async def test_tallies(store, filled) -> None:
    counted = await filled.questions_by("", 0.0, 10.0, 2.0)
    assert [(each.begin, each.channel, each.count) for each in counted] == [
        (0.0, "web", 1), (2.0, "web", 1), (2.0, "wechat:acme", 1), (4.0, "web", 1),
    ]  # fmt: skip
    assert sum(each.count for each in await filled.questions_by("other", 0.0, 10.0, 2.0)) == 1
    made = await filled.answers_by("", 0.0, 1000.0, 900.0)
    assert {(each.level, each.reused, each.grounded, each.count) for each in made} == {
        ("quick", False, True, 1), ("quote", False, False, 1), ("deep", True, True, 1),
    }  # fmt: skip
    for who, up in (("x", True), ("y", True), ("z", False)):
        await store.put_thumb("a1", who, up, 50.0)
    assert await filled.thumbs("", 0.0, 60.0) == (2, 1)
    assert await filled.thumbs("other", 0.0, 60.0) == (0, 0)


async def test_outlays_by_channel(store, filled) -> None:
    for n, channel in enumerate(("web", "web", "mcp")):
        charge = Charge(id=f"c{n}", question_id=f"q{n}", desk="guide", level="quick", at=5.0,
                        channel=channel, reserved=7)  # fmt: skip
        await store.reserve_charge(charge)
    found = await filled.outlays_by_channel("guide", 0.0, 9.0)
    assert [(channel, each.lines, each.reserved) for channel, each in found] == [
        ("mcp", 1, 7), ("web", 2, 14),
    ]  # fmt: skip


async def test_outlays_by_group(store, filled) -> None:
    for n, payer in enumerate(
        ("web:ann", "web:bob", "shop:ann", "shop:eve", "app", "@1", "@2", "")
    ):
        charge = Charge(id=f"c{n}", question_id=f"q{n}", desk="guide", level="quick", at=5.0,
                        payer=payer, reserved=7)  # fmt: skip
        await store.reserve_charge(charge)
    found = await filled.outlays_by_group("guide", 0.0, 9.0, ["shop:eve", "gone:x"])
    assert {who: (each.lines, each.reserved) for who, each in found} == {
        "": (1, 7), "@": (2, 14), "app": (1, 7), "shop:": (1, 7), "shop:eve": (1, 7),
        "web:": (2, 14),
    }  # fmt: skip
    assert await filled.outlays_by_group("other", 0.0, 9.0, []) == ()


async def test_a_correction_takes_the_place_of_an_answer(store, filled) -> None:
    right = answer("a1c", "q1", text="Under the bridge.", created_at=300.0, model="operator")
    pin = Pin(answer_id="a1c", key="k1", asked="Where?", at=300.0, by="Mei")
    assert not await filled.correct("zz", right, pin)
    assert await store.answer("a1c") is None
    await store.keep_reusable(Reusable(answer_id="a1", key="k", desk="guide", basis={"x": 1}))
    assert await filled.correct("a1", right, pin)
    assert await store.answer("a1c") == right
    assert await store.pinned("k1") == ((pin, right),)
    (serving,) = await store.reusables("k", 9)
    assert (serving[0].answer_id, serving[0].state) == ("a1c", "pinned")
    assert serving[0].basis == {"x": 1}
    life = await filled.life("q1")
    assert life is not None
    assert life.reuse is not None
    assert life.reuse.answer_id == "a1c"


async def test_a_person_is_all_that_is_kept(store, filled) -> None:
    await store.put_thumb("a1", "ann", True, 7.0)
    person = await filled.person("ann")
    assert [(q.id, len(found)) for q, found in person.questions][:2] == [("q1", 1), ("q2", 1)]
    assert person.thumbs == (("a1", True, 7.0),)
    assert (await filled.person("")).questions == ()


async def test_old_questions_go_but_not_what_is_held(store, filled) -> None:
    await store.keep_reusable(Reusable(answer_id="a1", key="k", desk="guide", basis={}))
    await store.set_reuse("a1", "pinned", "operator")
    await store.reserve_charge(
        Charge(id="c1", question_id="q2", desk="guide", level="quick", asker="ann")
    )
    wait = Late(question_id="q6", level="deep", channel="web", whose="x", cause="y", since=0.0,
                until=999.0)  # fmt: skip
    await ask(store, "6", 0.5)
    await store.finish_waiting(answer("a6", "q6"), wait, 9, 9)
    assert await filled.forget_before("guide", 100.0, 1) == 1
    assert await filled.forget_before("guide", 100.0, 100) == 1  # of the measurement
    assert await filled.forget_before("guide", 100.0, 100) == 0
    assert ids(await filled.asked(Wanted())) == ["q4", "q3", "q1", "q6"]
    (line,) = await store.charges()
    assert (line.asker, line.question_id) == ("", "q2")


async def test_what_conversations_were_called_goes_with_them(store, filled) -> None:
    await ask(store, "7", 0.6, conversation="c7")
    await tell(store, "7")
    await store.rename_conversation("ann", "c7", "The bridge", 5.0)
    assert (await filled.person("ann")).names == (("c7", "The bridge", 5.0),)
    assert await filled.forget_before("guide", 0.7, 100) == 1
    assert (await filled.person("ann")).names == ()


async def test_how_syncs_ended_is_kept_while_there_is_the_source(store, filled) -> None:
    await store.ensure_desk("guide")
    kept = await store.add_source("guide", "folder", "/articles", {})
    missed = Missed(key="a.pdf", code="file_unreadable", params={"name": "a.pdf", "reason": "x"})
    first = Outcome(at=5.0, added=2, failed=1, missed=(missed,))
    await store.note_outcome(kept.id, first)
    await store.note_outcome("s_gone", first)
    assert await filled.outcomes() == {kept.id: first}
    later = Outcome(at=6.0, error=Missed(key="", code="path_missing"))
    await store.note_outcome(kept.id, later)
    assert await filled.outcomes() == {kept.id: later}
    await store.remove_source(kept.id)
    assert await filled.outcomes() == {}
