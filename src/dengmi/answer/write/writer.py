"""Has a model write an answer and checks it sentence by sentence while it comes."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, aclosing, nullcontext
from dataclasses import dataclass, field

from dengmi.answer.write.begun import Begun, Out, Task, Written
from dengmi.answer.write.draft import Sentenced
from dengmi.answer.write.second import SecondLook
from dengmi.answer.write.spoken import Ungated, spoken
from dengmi.core.charges import Charge, Tokens
from dengmi.core.chat import ChatModel, ChatRequest, Ended, Said, Thought
from dengmi.core.entailment import Entailment
from dengmi.core.errors import ModelFailed, NoRoom, OverLimit
from dengmi.core.events import Cited, Notice, Text, Thinking
from dengmi.core.gate import Gate, Grant
from dengmi.core.ports import Ledger
from dengmi.core.turns import Turns

__all__ = ["Out", "Task", "Writer", "Written"]

log = logging.getLogger(__name__)


class Writer:
    """Writes answers.

    Args:
        model: gives the model of a name in the settings.
        ledger: reserves and settles what each call costs.
        gate: gives the slot that each call needs; None where nothing is held back.
        turns: lets the first replies of others go before what a model says is read and checked.
        nli: takes the second look where a task names it as its judge.
    """

    def __init__(
        self,
        model: Callable[[str], ChatModel],
        ledger: Ledger,
        gate: Gate | None = None,
        turns: Turns | None = None,
        nli: Entailment | None = None,
    ) -> None:
        self._model = model
        self._ledger = ledger
        self._gate = gate
        self._turns = turns or Turns()
        self._second = SecondLook(model, ledger, gate=gate, nli=nli)

    async def write(self, task: Task) -> AsyncGenerator[Out, None]:
        """The events of the answer as it is written, then `Written`, last and once.

        A model that fails is followed by the next one, which goes on behind the last sentence that
        is whole. Where none is left, the sentences that are there stay, with a notice.

        Raises:
            ModelFailed: every model failed before anything could be kept; of the last one.
        """
        charges: list[Charge] = []
        begun, tries = Begun(task, self._second.asks), _Tries(task.models)
        self._second.expect(task.judge)
        while True:
            try:
                self._afford(begun, tries, charges)
                async with aclosing(self._once(begun, tries, charges)) as events:
                    async for event in events:
                        yield event
            except ModelFailed as error:
                if not isinstance(error, OverLimit | NoRoom):  # these are told, and counted
                    log.warning("question %s: %s", task.question.id, error)
                begun.broken()
                if tries.go_on(error):
                    continue
                for late in begun.settled():
                    yield late
                if not begun.kept:
                    error.spent = tuple(charges)
                    raise
                yield Notice("answer_cut", {"model": tries.model or error.model})
                yield begun.written(charges, cut=True, broken=True)
                return
            yield begun.written(charges, cut=begun.cut)
            return

    def _afford(self, begun: Begun, tries: "_Tries", charges: list[Charge]) -> None:
        """Leave out the models whose call a budget or quota did not allow a moment ago: nobody
        needs to wait for their slots. Raises OverLimit where none is left."""
        task, left = begun.task, []
        refused: OverLimit | None = None
        for name in tries.left:
            error = self._ledger.refusal(
                task.question,
                task.level,
                name,
                prompt_tokens=begun.prompt,
                max_tokens=begun.most,
                again=bool(charges),
            )
            refused = refused or error
            if error is None:
                left.append(name)
        if refused is not None and not left:
            raise refused
        tries.left = tuple(left)

    async def _once(
        self, begun: Begun, tries: "_Tries", charges: list[Charge]
    ) -> AsyncGenerator[Out, None]:
        """One try, in a slot of its model. Raises NoRoom before anything is spent."""
        async with self._slot(begun, tries) as grant:
            tries.model, tries.waited = grant.model, grant.waited
            before = len(charges)
            try:
                async with aclosing(self._call(begun, grant, charges)) as events:
                    async for event in events:
                        yield event
            finally:
                grant.used = sum((each.tokens for each in charges[before:]), Tokens())
        await self._look_again(begun, charges)
        for event in begun.settled():
            yield event
        if begun.cut:
            yield Notice("answer_long")

    def _slot(self, begun: Begun, tries: "_Tries") -> AbstractAsyncContextManager[Grant]:
        if self._gate is None:
            return nullcontext(Ungated(tries.left[0]))
        task = begun.task
        return self._gate.admit(
            task.question,
            task.level,
            tries.left,
            prompt=begun.prompt,
            most=begun.most,
            urgent=bool(begun.text),
            waited=tries.waited,
        )

    async def _call(
        self, begun: Begun, grant: Grant, charges: list[Charge]
    ) -> AsyncGenerator[Out, None]:
        task, prompt, reached = begun.task, begun.prompt, asyncio.Event()
        request = _request(begun, reached)
        charge = await self._ledger.reserve(
            task.question,
            task.level,
            grant.model,
            prompt_tokens=prompt,
            max_tokens=request.max_tokens,
        )
        ended: Ended | None = None
        told: Tokens | None = None
        task.calling()
        try:
            async with aclosing(spoken(self._model(grant.model), request)) as pieces:
                async for piece in pieces:
                    reached.set()
                    grant.heard(piece)
                    match piece:
                        case Thought(text):
                            begun.thinks(text)
                            yield Thinking(text)
                        case Said(text):
                            for sentence in begun.heard(text):
                                for event in await self._checked(begun, sentence, charges):
                                    yield event
                        case Ended():
                            ended = piece
                    if begun.done:
                        break
            for sentence in begun.rest(cut=ended is not None and ended.ending == "length"):
                for event in await self._checked(begun, sentence, charges):
                    yield event
        except ModelFailed as error:
            told = error.used
            raise
        finally:
            # Also when nobody listens any more: what was used is known no better later on. What
            # was sent is paid for, though no token of an answer ever came.
            used = ended.tokens if ended else told or begun.used(prompt if reached.is_set() else 0)
            settled = self._ledger.settle(charge, used, ended.version if ended else "")
            charges.append(await asyncio.shield(asyncio.ensure_future(settled)))

    async def _checked(
        self, begun: Begun, sentence: Sentenced, charges: list[Charge]
    ) -> list[Text | Cited]:
        """Events of the next sentence."""
        await self._turns.give_way()
        events = list(begun.checked(sentence))
        if begun.doubts and self._second.at_once(begun.task.judge):
            await self._look_again(begun, charges)
            events += begun.settled()
        return events

    async def _look_again(self, begun: Begun, charges: list[Charge]) -> None:
        """Have a model look at what waits for it."""
        if begun.doubts:
            task = begun.task
            looked = await self._second.look(
                task.question, task.level, task.judge, [doubt for _, doubt in begun.doubts]
            )
            if looked.charge is not None:
                charges.insert(0, looked.charge)  # the one that wrote the answer stays last
            begun.turn(looked.verdicts)


def _request(begun: Begun, reached: asyncio.Event) -> ChatRequest:
    """The next call; `reached` is set when it is on its way."""
    return ChatRequest(
        messages=begun.messages,
        max_tokens=begun.most,
        thinking=begun.thinking,
        temperature=None if begun.thinking else 0.0,
        asker=begun.task.question.asker,
        holds=begun.holds,
        sent=reached.set,
    )


@dataclass(slots=True)
class _Tries:
    """The models that may still be tried. `model` is the one that was asked last, `waited` the
    seconds of waiting for slots so far."""

    left: tuple[str, ...]
    model: str = ""
    waited: float = 0.0
    _again: set[str] = field(default_factory=set)

    def go_on(self, error: ModelFailed) -> bool:
        """Whether another try is left after a failure. A model that was busy gets a second one,
        behind the others."""
        model, self.model = self.model, ""
        if isinstance(error, NoRoom) or not model:
            self.model = model
            return False  # no slot, or every model is left alone
        self.left = tuple(name for name in self.left if name != model)
        if error.trouble == "busy" and model not in self._again:
            self._again.add(model)
            self.left += (model,)
        if not self.left:
            self.model = model
        return bool(self.left)
