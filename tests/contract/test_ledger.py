"""The ledger's lines and reusable answers, on both databases."""

import asyncio
from dataclasses import replace

from dengmi.core.charges import Charge, Tokens
from dengmi.core.life import Life
from dengmi.core.records import Cost, Question
from dengmi.core.reuses import Reusable
from dengmi.ledger.ledger import Ledger
from dengmi.settings.options import ModelSettings, PriceSettings
from tests.contract.given import answer

PRICE = PriceSettings(currency="CNY", hit=0.02, miss=1, output=4)
MODELS = {"flash": ModelSettings(kind="openai", base_url="http://x", price=PRICE)}
QUESTION = Question(id="q1", desk="guide", text="What?", asker="ann", channel="rest")


class _Clock:
    def __init__(self) -> None:
        self.at = 1_000.0

    def now(self) -> float:
        return self.at

    def steady(self) -> float:
        return self.at


async def test_a_call_is_reserved_and_settled_once(store) -> None:
    clock = _Clock()
    ledger = Ledger(store, clock, MODELS)
    charge = await ledger.reserve(QUESTION, "quick", "flash", prompt_tokens=1000, max_tokens=500)
    assert charge.reserved == 1000 + 2000
    assert [each.id for each in await store.open_charges(2_000.0)] == [charge.id]
    settled = await ledger.settle(charge, Tokens(hit=800, miss=200, output=100), "v4")
    assert (settled.micros, settled.full_micros) == (16 + 200 + 400, 1000 + 400)
    assert not await store.settle_charge(replace(settled, micros=9))
    assert await store.charges() == (settled,)
    assert await store.open_charges(2_000.0) == ()


async def test_what_a_dead_process_left_open_counts_as_reserved(store) -> None:
    clock = _Clock()
    ledger = Ledger(store, clock, MODELS)
    charge = await ledger.reserve(QUESTION, "deep", "flash", prompt_tokens=10, max_tokens=10)
    assert await ledger.recover(1_000.0) == []
    lost = await ledger.recover(1_000.5)
    assert [(each.id, each.state, each.micros) for each in lost] == [(charge.id, "lost", 50)]
    await ledger.settle(charge, Tokens(output=1), "late")
    assert (await store.charges())[0].state == "lost"


async def test_lines_of_a_process_that_is_gone_are_closed_at_once(store, tmp_path) -> None:
    clock = _Clock()
    lives = [Life(tmp_path / "lives") for _ in range(3)]
    ledgers = [Ledger(store, clock, MODELS, life) for life in lives]
    dead, living = [
        await ledger.reserve(QUESTION, "deep", "flash", prompt_tokens=10, max_tokens=10)
        for ledger in ledgers[:2]
    ]
    assert await ledgers[2].recover(0.0) == []
    assert await ledgers[2].writing() == {QUESTION.id}
    lock = lives[0]._lock
    assert lock is not None
    await asyncio.to_thread(
        lock.free
    )  # what the operating system does for a process that is killed
    gone = await asyncio.to_thread(lives[2].gone)
    assert [each.id for each in await ledgers[2].recover(0.0, gone)] == [dead.id]
    assert [each.id for each in await store.open_charges(2_000.0)] == [living.id]
    assert await ledgers[2].recover(0.0, gone) == []
    await ledgers[1].settle(living, Tokens(output=1), "v4")
    assert await ledgers[2].writing() == set()
    for life in lives:
        await asyncio.to_thread(life.close)


async def test_lines_are_found_by_desk_and_time(store) -> None:
    for n, desk in enumerate(("guide", "news", "guide")):
        await store.reserve_charge(
            Charge(id=f"c{n}", question_id="q", desk=desk, level="quick", at=float(n))
        )
    assert [each.id for each in await store.charges(desk="guide")] == ["c0", "c2"]
    assert [each.id for each in await store.charges(since=1.0, until=2.0)] == ["c1"]


async def test_lines_are_added_up(store) -> None:
    made = [
        ("a", "answer", "settled", 100.0, Tokens(hit=5, miss=7, output=3, reasoning=1)),
        ("a", "answer", "settled", 899.9, Tokens(miss=7)),  # a call that gave nothing
        ("b", "answer", "settled", 200.0, Tokens(miss=1, output=1)),
        ("c", "reuse", "settled", 300.0, Tokens()),
        ("d", "answer", "reserved", 900.0, Tokens()),
        ("e", "answer", "lost", 1_900.0, Tokens()),
    ]
    for n, (question, purpose, state, at, tokens) in enumerate(made):
        await store.reserve_charge(
            Charge(
                id=f"c{n}", question_id=question, desk="guide", level="quick", purpose=purpose,
                model="flash", reserved=10, micros=2**40, full_micros=2**41, tokens=tokens,
                state=state, at=at,
            )
        )  # fmt: skip
    await store.reserve_charge(Charge(id="x", question_id="x", desk="*", level="deep", at=50.0))
    found = await store.outlays(desk="guide", stretch=900.0)
    assert [(o.begin, o.purpose, o.state, o.answers, o.lines) for o in found] == [
        (0.0, "answer", "settled", 2, 3), (0.0, "reuse", "settled", 1, 1),
        (900.0, "answer", "reserved", 0, 1), (1800.0, "answer", "lost", 0, 1),
    ]  # fmt: skip
    first = found[0]
    assert (first.reserved, first.micros, first.full_micros) == (30, 3 * 2**40, 3 * 2**41)
    assert first.tokens == Tokens(hit=5, miss=15, output=4, reasoning=1)
    assert (first.desk, first.level, first.model, first.currency) == (
        "guide", "quick", "flash", "CNY",
    )  # fmt: skip
    whole = await store.outlays()
    assert sum(outlay.lines for outlay in whole) == 7
    assert {outlay.begin for outlay in whole} == {0.0}
    assert [o.desk for o in await store.outlays(since=50.0, until=100.0)] == ["*"]
    assert await store.outlays(since=5_000.0) == ()


async def test_what_is_shared_is_noted_once(store) -> None:
    ledger = Ledger(store, _Clock(), MODELS)
    for _ in range(2):
        await ledger.shared(QUESTION, "quick", "reuse", Cost(micros=77))
    assert [(each.micros, each.full_micros) for each in await store.charges()] == [(0, 77)]


async def _kept(store, name: str, **fields: object) -> None:
    await store.record_question(replace(QUESTION, id=f"q_{name}"))
    await store.finish_question(answer(name, f"q_{name}", level="quick", **fields))
    await store.keep_reusable(
        Reusable(
            answer_id=name, key="k", desk="guide", basis={"a": [1, "二"]}, made_at=float(len(name))
        )
    )


async def test_reusable_answers_come_pinned_first_then_newest(store) -> None:
    for name in ("a", "bb", "ccc"):
        await _kept(store, name)
    assert await store.set_reuse("a", "pinned")
    assert await store.set_reuse("ccc", "void", "changed")
    assert not await store.set_reuse("zz", "pinned")
    await store.record_question(replace(QUESTION, id="q_same"))
    same = answer("same", "q_same", level="quick", reused=True, origin="bb")
    await store.finish_question(same)
    found = await store.reusables("k", 9)
    assert [(r.answer_id, r.state, r.served, a.id) for r, a in found] == [
        ("a", "pinned", 0, "a"), ("bb", "live", 1, "bb"),
    ]  # fmt: skip
    assert found[0][0].basis == {"a": [1, "二"]}
    assert await store.reusables("other", 9) == ()


async def test_a_thumb_down_ends_serving_again_unless_pinned(store) -> None:
    await _kept(store, "a")
    await _kept(store, "bb")
    await store.set_reuse("bb", "pinned")
    await store.record_question(replace(QUESTION, id="q_again"))
    await store.finish_question(answer("again", "q_again", level="quick", origin="a"))
    await store.put_thumb("a", "ann", True, 1.0)
    assert len(await store.reusables("k", 9)) == 2
    await store.put_thumb("again", "bob", False, 1.0)
    await store.put_thumb("bb", "bob", False, 1.0)
    assert [r.answer_id for r, _ in await store.reusables("k", 9)] == ["bb"]
