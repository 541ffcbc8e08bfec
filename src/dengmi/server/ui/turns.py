"""The turns of a thread: of a conversation that is kept, or of answers that an address names."""

import dataclasses
from collections.abc import Sequence

from dengmi.core.records import Answer, Exchange
from dengmi.server.bodies import clean
from dengmi.server.parts import Parts
from dengmi.server.ui.card import answer_card, lost_card, turn
from dengmi.server.ui.markup import Html
from dengmi.server.ui.page import Frame

LONGEST_THREAD = 20
"""Answers that one page shows; older ones keep their own address."""


class Turns:
    """Looks turns up."""

    def __init__(self, parts: Parts) -> None:
        self._store = parts.store
        self._waits = parts.waits

    async def conversation(self, frame: Frame, before: float) -> Sequence[Exchange]:
        """The last exchanges of the frame's conversation before a time, oldest first."""
        if not frame.asker or not frame.conversation:
            return ()
        return await self._store.turns(
            frame.desk.name, frame.asker, frame.conversation, before, LONGEST_THREAD
        )

    async def named(self, ids: Sequence[str]) -> list[Answer]:
        """The answers of these ids, in order; those not kept any more are left out."""
        found = []
        for answer_id in dict.fromkeys(ids[-LONGEST_THREAD:]):
            answer = await self._store.answer(clean(answer_id)[:100])
            if answer is not None and answer.id == answer_id:
                found.append(answer)
        return found

    async def shown(
        self, frame: Frame, exchanges: Sequence[Exchange], named: Sequence[Answer] = ()
    ) -> tuple[list[Html], tuple[str, ...]]:
        """(turns, ids of their answers): answers of elsewhere first, then the conversation."""
        own = {each.answer.id for each in exchanges if each.answer}
        questions = {each.question.id for each in exchanges}
        pairs: list[tuple[str, Answer | None]] = [
            (answer.question, answer)
            for answer in named
            if answer.id not in own and answer.question_id not in questions
        ]
        pairs += [(each.question.text, each.answer) for each in exchanges]
        answers = [answer for _, answer in pairs if answer]
        frame = await self.with_thumbs(frame, [answer.id for answer in answers])
        turns, thread = [], []
        for question, answer in pairs[-LONGEST_THREAD:]:
            if answer is None:
                turns.append(turn(question, lost_card(frame, question)))
                continue
            standing = await self._waits.standing(answer)
            card = answer_card(frame, standing.answer, standing)
            turns.append(turn(question, card))
            thread.append(standing.answer.id)
        return turns, tuple(thread)

    async def with_thumbs(self, frame: Frame, ids: Sequence[str]) -> Frame:
        """The frame with what its asker thinks of these answers."""
        if not frame.asker or not ids:
            return frame
        given = await self._store.thumbs(frame.asker, ids)
        return dataclasses.replace(frame, thumbs=given)
