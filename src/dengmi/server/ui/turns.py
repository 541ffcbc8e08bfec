"""The turns of a thread: of a conversation that is kept, or of answers that an address names."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from starlette.requests import Request

from dengmi.core.errors import NotFound
from dengmi.core.records import Answer, Exchange
from dengmi.server.bodies import clean
from dengmi.server.parts import Parts
from dengmi.server.ui.card import answer_card, lost_card, turn
from dengmi.server.ui.links import answer_path
from dengmi.server.ui.markup import Html
from dengmi.server.ui.page import Frame
from dengmi.server.ui.shared import Shared, check_readable, shared_answer

LONGEST_THREAD = 20
"""Answers that one page shows; older ones keep their own address."""

_Row = tuple[str, Answer | None, Shared | None, str]
"""(question, its answer, what may be shown of it, None: everything, it is the asker's own; where it
is seen while it is being written, "" for nowhere)."""


class Turns:
    """Looks turns up."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._store = parts.store
        self._waits = parts.waits

    async def conversation(self, frame: Frame, before: float) -> Sequence[Exchange]:
        """The last exchanges of the frame's conversation before a time, oldest first."""
        if not frame.asker or not frame.conversation:
            return ()
        return await self._store.turns(
            frame.desk.name, frame.asker, frame.conversation, before, LONGEST_THREAD
        )

    async def named(
        self, request: Request, asker: str, ids: Sequence[str]
    ) -> list[tuple[Answer, Shared]]:
        """The answers of these ids, in order, each with what may be shown of it; those not kept any
        more, or not shared with who asks for them, are left out."""
        found = []
        for answer_id in dict.fromkeys(ids[-LONGEST_THREAD:]):
            answer = await self._store.answer(clean(answer_id)[:100])
            if answer is not None and answer.id == answer_id:
                with suppress(NotFound):
                    shared = await check_readable(request, self._parts, answer, asker)
                    found.append((answer, shared))
        return found

    async def shown(
        self,
        frame: Frame,
        exchanges: Sequence[Exchange],
        named: Sequence[tuple[Answer, Shared]] = (),
    ) -> tuple[list[Html], tuple[str, ...]]:
        """(turns, ids of their answers): answers of elsewhere first, then the conversation."""
        own = {each.answer.id for each in exchanges if each.answer}
        questions = {each.question.id for each in exchanges}
        rows: list[_Row] = [
            (answer.question, answer, shared, "")
            for answer, shared in named
            if answer.id not in own and answer.question_id not in questions
        ]
        rows += [(each.question.text, each.answer, None, _live(each)) for each in exchanges]
        frame = await self.with_thumbs(frame, [answer.id for _, answer, _, _ in rows if answer])
        turns, thread = [], []
        for question, answer, shared, live in rows[-LONGEST_THREAD:]:
            if answer is None:
                turns.append(turn(question, lost_card(frame, question, live)))
                continue
            standing = await self._waits.standing(answer)
            holds = shared or replace(
                shared_answer(self._parts.settings, standing.answer), price=True, own=True
            )
            seen = replace(frame, shared=holds.open, priced=holds.price, own=holds.own)
            own_card = answer_card(seen, standing.answer, standing, own=holds.own)
            turns.append(turn(question, own_card))
            thread.append(standing.answer.id)
        return turns, tuple(thread)

    async def own(self, frame: Frame, asker: str, answer: Answer) -> Frame:
        """The frame of one answer's page with who looks, and with the conversation to go on with
        where the answer is that asker's own."""
        conversation = await self._store.conversation_of(asker, answer.id) if asker else ""
        frame = replace(frame, asker=asker, conversation=conversation)
        return await self.with_thumbs(frame, [answer.id])

    async def with_thumbs(self, frame: Frame, ids: Sequence[str]) -> Frame:
        """The frame with what its asker thinks of these answers."""
        if not frame.asker or not ids:
            return frame
        given = await self._store.thumbs(frame.asker, ids)
        return replace(frame, thumbs=given)


def _live(exchange: Exchange) -> str:
    question = exchange.question
    return answer_path(question.id) if question.state == "asked" else ""
