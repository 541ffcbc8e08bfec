"""Has a model write an answer and checks it sentence by sentence while it comes."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, aclosing, nullcontext
from dataclasses import dataclass, replace

from dengmi.answer.write.citing import Citing, Weighed
from dengmi.answer.write.draft import Draft, Sentenced
from dengmi.answer.write.prompt import DECLINED
from dengmi.answer.write.second import Doubt, SecondLook
from dengmi.answer.write.shown import Shown
from dengmi.answer.write.spoken import spoken
from dengmi.core.chat import ChatModel, ChatRequest, Ended, Message, Said, Thought
from dengmi.core.errors import ModelFailed
from dengmi.core.events import Cited, Notice, Text, Thinking
from dengmi.core.ports import Gate, Grant, Ledger
from dengmi.core.records import (
    Charge,
    Citation,
    Claim,
    Level,
    Policy,
    Question,
    Tokens,
    Verdict,
)
from dengmi.language.tokens import estimate_tokens

log = logging.getLogger(__name__)

PER_MESSAGE = 8
"""Tokens that an endpoint adds around each message, about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """An answer to be written.

    Attributes:
        question: whom it is for; what it costs is noted under its id.
        models: names of the models to try, in order.
        messages: the prompt; `shown` what it shows.
        thinking: whether the model thinks first.
        max_tokens: most tokens of thinking and answer.
        judge: name of the model that takes a second look at doubtful sentences; "" for none.
        calling: called when a model is about to be called.
    """

    question: Question
    level: Level
    models: tuple[str, ...]
    messages: tuple[Message, ...]
    shown: Shown
    policy: Policy
    max_tokens: int
    thinking: bool = False
    judge: str = ""
    calling: Callable[[], object] = bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What became of a task. `text` is "" where nothing could be kept or the model declined.

    Attributes:
        evidence: ids of the passages shown, in the order of their numbers.
        declined: the model found no answer in what it was shown.
        cut: the answer ended before its end.
        charges: what the calls cost, the one that wrote the answer last.
    """

    text: str = ""
    claims: tuple[Claim, ...] = ()
    citations: tuple[Citation, ...] = ()
    evidence: tuple[str, ...] = ()
    declined: bool = False
    cut: bool = False
    charges: tuple[Charge, ...] = ()


Out = Thinking | Text | Cited | Notice | Written


class Writer:
    """Writes answers.

    Args:
        model: gives the model of a name in the settings.
        ledger: reserves and settles what each call costs.
        gate: gives the slot that each call needs; None where nothing is held back.
    """

    def __init__(
        self, model: Callable[[str], ChatModel], ledger: Ledger, gate: Gate | None = None
    ) -> None:
        self._model = model
        self._ledger = ledger
        self._gate = gate
        self._second = SecondLook(model, ledger)

    async def write(self, task: Task) -> AsyncGenerator[Out, None]:
        """The events of the answer as it is written, then `Written`, last and once.

        A model that fails before a sentence of its answer was kept is followed by the next one.

        Raises:
            ModelFailed: every model failed before anything could be kept; of the last one.
        """
        charges: list[Charge] = []
        prompt = sum(estimate_tokens(each.text) + PER_MESSAGE for each in task.messages)
        for place, name in enumerate(task.models):
            attempt = _Attempt(task, prompt)
            try:
                async with aclosing(self._admitted(attempt, name, charges)) as events:
                    async for event in events:
                        yield event
            except ModelFailed as error:
                log.warning("question %s: %s", task.question.id, error)
                if attempt.kept:
                    for late in attempt.settled():
                        yield late
                    yield Notice("answer_cut", {"model": name})
                    yield attempt.written(charges, cut=True)
                    return
                if place + 1 == len(task.models):
                    raise
            else:
                yield attempt.written(charges, cut=attempt.cut)
                return

    async def _admitted(
        self, attempt: "_Attempt", name: str, charges: list[Charge]
    ) -> AsyncGenerator[Out, None]:
        """One try, in a slot of its model. Raises NoRoom before anything is spent."""
        if self._gate is None:
            slot: AbstractAsyncContextManager[Grant | None] = nullcontext()
        else:
            task = attempt.task
            expected = attempt.prompt + task.max_tokens
            slot = self._gate.admit(task.question, task.level, name, expected)
        async with slot as grant:
            before = len(charges)
            try:
                async with aclosing(self._attempt(attempt, name, charges)) as events:
                    async for event in events:
                        yield event
            finally:
                if grant is not None:
                    grant.used = sum(
                        each.tokens.hit + each.tokens.miss + each.tokens.output
                        for each in charges[before:]
                    )

    async def _attempt(
        self, attempt: "_Attempt", name: str, charges: list[Charge]
    ) -> AsyncGenerator[Out, None]:
        task = attempt.task
        request = ChatRequest(
            messages=task.messages,
            max_tokens=task.max_tokens,
            thinking=task.thinking,
            temperature=None if task.thinking else 0.0,
            asker=task.question.asker,
        )
        charge = await self._ledger.reserve(
            task.question,
            task.level,
            name,
            prompt_tokens=attempt.prompt,
            max_tokens=task.max_tokens,
        )
        ended: Ended | None = None
        begun = False
        task.calling()
        try:
            async with aclosing(spoken(self._model(name), request)) as pieces:
                async for piece in pieces:
                    begun = True
                    match piece:
                        case Thought(text):
                            attempt.thought += len(text)
                            yield Thinking(text)
                        case Said(text):
                            for event in attempt.said(text):
                                yield event
                        case Ended():
                            ended = piece
                    if attempt.declined:
                        break
            for event in attempt.rest():
                yield event
            attempt.cut = ended is not None and ended.ending == "length"
        finally:
            # Also when nobody listens any more: what was used is known no better later on.
            used = ended.tokens if ended else attempt.used() if begun else Tokens()
            settled = self._ledger.settle(charge, used, ended.version if ended else "")
            charges.append(await asyncio.shield(asyncio.ensure_future(settled)))
        await self._look_again(attempt, charges)
        for event in attempt.settled():
            yield event
        if attempt.cut:
            yield Notice("answer_long")

    async def _look_again(self, attempt: "_Attempt", charges: list[Charge]) -> None:
        """Have a model look at what is doubtful."""
        if attempt.doubts:
            task = attempt.task
            looked = await self._second.look(
                task.question, task.level, task.judge, [doubt for _, doubt in attempt.doubts]
            )
            charges.insert(0, looked.charge)  # the one that wrote the answer stays last
            attempt.turn(looked.verdicts)


class _Attempt:
    """One model's try: what it has written so far. `prompt`: tokens of its prompt, about."""

    def __init__(self, task: Task, prompt: int) -> None:
        self.task = task
        self.prompt = prompt
        self.kept: list[str] = []
        self.declined = False
        self.cut = False
        self.thought = 0
        self._heard = 0
        self._draft = Draft()
        self._citing = Citing(task.shown, task.policy)
        self._claims: list[Claim] = []
        self._citations: list[Citation] = []
        self._waiting: list[Weighed] = []
        self.doubts: list[tuple[int, Doubt]] = []
        """Places in what waits for a second look, and what is to be looked at."""

    def said(self, text: str) -> Iterator[Text | Cited]:
        """Events of the sentences that a piece completes."""
        self._heard += len(text)
        for sentence in self._draft.feed(text):
            yield from self._sentence(sentence)

    def rest(self) -> Iterator[Text | Cited]:
        """Events of what was left over when the model ended."""
        for sentence in self._draft.end():
            yield from self._sentence(sentence)

    def _sentence(self, sentence: Sentenced) -> Iterator[Text | Cited]:
        if DECLINED in sentence.text or self.declined:
            self.declined = self.declined or not (self.kept or self._waiting)
            return
        weighed = self._citing.weigh(sentence)
        doubt = self._citing.doubt(weighed) if self.task.judge else None
        if doubt is not None:
            self.doubts.append((len(self._waiting), doubt))
        if self.doubts:  # the sentences behind it wait too, to stay in order
            self._waiting.append(weighed)
            return
        yield from self._settle(weighed)

    def turn(self, verdicts: Sequence[Verdict | None]) -> None:
        """Take over what a second look found."""
        for (place, _), verdict in zip(self.doubts, verdicts, strict=True):
            weighed = self._waiting[place]
            if verdict is not None and weighed.found is not None:
                reasons = () if verdict == "supported" else ("words",)
                found = replace(weighed.found, verdict=verdict, reasons=reasons)
                self._waiting[place] = replace(weighed, found=found)

    def settled(self) -> Iterator[Text | Cited]:
        """Events of the sentences that waited."""
        waiting, self._waiting, self.doubts = self._waiting, [], []
        for weighed in waiting:
            yield from self._settle(weighed)

    def _settle(self, weighed: Weighed) -> Iterator[Text | Cited]:
        checked = self._citing.settle(weighed)
        if checked is None:
            return
        self.kept.append(checked.text)
        self._claims.append(checked.claim)
        self._citations += checked.citations
        yield Text(checked.text, checked.claim)
        for citation in checked.citations:
            yield Cited(citation)

    def used(self) -> Tokens:
        """About what was used when the endpoint could not tell."""
        thought = self.thought // 3
        return Tokens(miss=self.prompt, output=self._heard // 3 + thought, reasoning=thought)

    def written(self, charges: list[Charge], *, cut: bool) -> Written:
        """What came of it. Sentences without any fact that was borne out are no answer."""
        shown = tuple(passage.id for _, passage in self.task.shown.places)
        bare = self._citing.facts > 0 and self._citing.kept_facts == 0
        if self.declined or bare or not self._citations:
            return Written(evidence=shown, declined=self.declined, cut=cut, charges=tuple(charges))
        return Written(
            text="".join(self.kept),
            claims=tuple(self._claims),
            citations=tuple(self._citations),
            evidence=shown,
            cut=cut,
            charges=tuple(charges),
        )
