"""What a question means in its conversation."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dengmi.answer.follow.turns import Standalone, Turn
from dengmi.answer.followup import standalone
from dengmi.answer.private import told_still
from dengmi.core.charges import Charge
from dengmi.core.ports import Conversations
from dengmi.core.records import Exchange, Level, Question
from dengmi.language.greeting import greeting_of

if TYPE_CHECKING:  # what writes answers is imported where a model is configured, by `wire`
    from dengmi.answer.upper import Upper


@dataclass(frozen=True, slots=True)
class Understood:
    """A question with what its conversation adds to it, and the calls that took."""

    meant: Standalone
    turns: Sequence[Exchange] = ()
    spent: tuple[Charge, ...] = ()


class Understanding:
    """Completes questions from their conversations.

    Args:
        store: keeps what was said.
        history: earlier questions of a conversation that are looked at; 0: none.
        private: desks of which the hall tells nothing, as they are now.
    """

    def __init__(self, store: Conversations, history: int, private: Collection[str] = ()) -> None:
        self._store = store
        self._history = history
        self._private = private

    async def of(
        self,
        question: Question,
        level: Level,
        upper: "Upper | None",
        turns: Sequence[Exchange] | None = None,
    ) -> Understood:
        """The question completed by rules, and where they cannot and the level has a model, by
        that.

        Args:
            upper: the levels that use a model; None where there is none.
            turns: what was said before, oldest first; by default the store tells.
        """
        before = question.conversation if turns is None else turns
        if not self._history or not before:
            return Understood(Standalone(question.text))
        if turns is None:
            turns = await self._store.turns(
                question.desk,
                question.asker,
                question.conversation,
                question.asked_at,
                self._history,
            )
        # "Thanks" is answered, and what follows is asked of what went before it.
        turns = [each for each in turns if not greeting_of(each.question.text)]
        turns = [told_still(question.desk, each, self._private) for each in turns[-self._history :]]
        if not turns:
            return Understood(Standalone(question.text))
        said = [_turn(each) for each in turns]
        # In a thread: the first follow-up imports the rules.
        meant = await asyncio.to_thread(standalone, question.text, said)
        if meant.sure or upper is None or level == "quote":
            return Understood(meant, turns)
        meant, spent = await upper.rewritten(question, level, meant, said)
        return Understood(meant, turns, spent)


def _turn(exchange: Exchange) -> Turn:
    answer = exchange.answer
    if answer is None:
        return Turn(exchange.question.text, lang=exchange.question.lang)
    titles = tuple(dict.fromkeys(citation.head.title for citation in answer.citations))
    return Turn(answer.standalone or answer.question, answer.text, titles, answer.lang)
