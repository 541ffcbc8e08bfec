"""Whoever leaves while a call is being paid for leaves no open line behind, on both databases."""

import asyncio
from dataclasses import replace

import pytest

from dengmi.core.charges import Charge
from dengmi.core.limits import Span
from dengmi.core.together import QUIET
from dengmi.store.store import SqlStore

LINE = Charge(
    id="c0", question_id="q0", desk="guide", level="quick", at=1_000.0, reserved=90, held=70,
    payer="ann",
)  # fmt: skip
SPAN = Span(holder="desk", name="guide", since=0.0, until=9_000.0)


async def _left(store: SqlStore, n: int, rounds: int) -> None:
    """Begin to reserve, and leave after so many rounds of the event loop; who has its line by then
    closes it."""
    line = replace(LINE, id=f"c{n}", question_id=f"q{n}")
    reserving = asyncio.create_task(store.reserve_charge(line))
    for _ in range(rounds):
        await asyncio.sleep(0)
    reserving.cancel()
    (got,) = await asyncio.gather(reserving, return_exceptions=True)
    if not isinstance(got, BaseException):
        await store.settle_charge(replace(line, state="settled"))


@pytest.mark.parametrize("quiet", [True, False], ids=["quiet", "busy"])
async def test_who_leaves_while_reserving_leaves_nothing_open(store: SqlStore, quiet: bool) -> None:
    if quiet:  # who asks then makes the call itself
        for n in range(QUIET):
            await store.reserve_charge(replace(LINE, id=f"before{n}", state="reserved"))
            await store.settle_charge(replace(LINE, id=f"before{n}", state="settled"))
    for n in range(24):
        await _left(store, n, n % 6)
    assert await store.open_charges(2_000.0) == ()
    (used,) = await store.used([SPAN])
    assert (used.questions, used.tokens, used.money.get("CNY", 0)) == (0, 0, 0)


async def test_who_leaves_among_others_takes_nothing_from_them(store: SqlStore) -> None:
    lines = [replace(LINE, id=f"c{n}", question_id=f"q{n}") for n in range(9)]
    asked = [asyncio.create_task(store.reserve_charge(line)) for line in lines]
    await asyncio.sleep(0)
    for each in asked[::2]:
        each.cancel()
    await asyncio.gather(*asked, return_exceptions=True)
    assert {each.id for each in await store.open_charges(2_000.0)} == {"c1", "c3", "c5", "c7"}
    (used,) = await store.used([SPAN])
    assert (used.questions, used.money["CNY"]) == (4, 360)
