"""What was sent is paid for, though no token of an answer ever came."""

import asyncio
from collections.abc import AsyncGenerator

import pytest

from dengmi.answer.write.spoken import Aside
from dengmi.answer.write.writer import Writer
from dengmi.core.charges import Tokens
from dengmi.core.chat import ChatRequest, Message, Piece
from dengmi.core.clock import SystemClock
from dengmi.core.errors import ModelFailed, Trouble
from dengmi.core.records import Question
from dengmi.language.tokens import estimate_tokens
from dengmi.ledger.ledger import Ledger
from dengmi.models.scripted import Line, Script, ScriptedModel
from tests.unit.answer.write.test_writer import TOWER, Lines, _task, ready  # noqa: F401


class _Silent:
    """Says nothing, whether the request reaches it or not."""

    name = "one"

    def __init__(self, *, sends: bool) -> None:
        self._sends = sends
        self.asked = asyncio.Event()

    async def chat(self, request: ChatRequest) -> AsyncGenerator[Piece, None]:
        if self._sends:
            request.sent()
        self.asked.set()
        await asyncio.Event().wait()
        yield  # type: ignore[misc]

    async def close(self) -> None:
        """Nothing."""


@pytest.mark.parametrize("sends", [True, False], ids=["sent", "not sent"])
async def test_a_call_that_its_asker_left_costs_its_prompt_once_it_is_sent(sends: bool) -> None:
    lines, model = Lines(), _Silent(sends=sends)
    ledger = Ledger(lines, SystemClock(), {})  # type: ignore[arg-type]
    task = _task(TOWER, "one")

    async def write() -> None:
        async for _ in Writer(lambda _: model, ledger).write(task):
            pass

    writing = asyncio.create_task(write())
    async with asyncio.timeout(20):
        await model.asked.wait()
        writing.cancel()
        await asyncio.wait({writing})
    (line,) = lines.kept.values()
    assert line.state == "settled"
    assert line.tokens.output == 0
    told = sum(estimate_tokens(message.text) for message in task.messages)
    assert told <= line.tokens.miss <= told + 30 if sends else line.tokens == Tokens()


@pytest.mark.parametrize(("trouble", "paid"), [("slow", True), ("cut", True), ("busy", False)])
async def test_what_is_refused_costs_nothing(trouble: Trouble, paid: bool) -> None:
    lines = Lines()
    model = ScriptedModel("one", Script([Line(fail=trouble)]))
    ledger = Ledger(lines, SystemClock(), {})  # type: ignore[arg-type]
    with pytest.raises(ModelFailed) as caught:
        async for _ in Writer(lambda _: model, ledger).write(_task(TOWER, "one")):
            pass
    assert all(bool(line.tokens.miss) is paid for line in lines.kept.values())
    assert all(bool(line.tokens.miss) is paid for line in caught.value.spent)


@pytest.mark.parametrize("sends", [True, False], ids=["sent", "not sent"])
async def test_a_small_call_that_is_late_costs_its_prompt_once_it_is_sent(sends: bool) -> None:
    ledger = Ledger(Lines(), SystemClock(), {})  # type: ignore[arg-type]
    aside = Aside(lambda _: _Silent(sends=sends), ledger, 0.02)
    request = ChatRequest(messages=(Message("user", "Complete this."),), max_tokens=50)
    question = Question(id="q", desk="d", text="And then?")
    said, charge = await aside.ask(question, "quick", "one", request, "rewrite")
    assert said is None
    assert charge is not None
    prompt = estimate_tokens("Complete this.") if sends else 0
    assert charge.tokens == Tokens(miss=prompt)
