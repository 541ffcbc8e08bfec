"""What was said before, as the model saw it."""

import re
from collections.abc import Mapping, Sequence

from dengmi.answer.write.prompt import Past
from dengmi.answer.write.shown import Shown, in_order
from dengmi.core.chat import DECLINED
from dengmi.core.records import Answer, Exchange, Head, Passage

_CITED = re.compile(r"\[(\d{1,3})\]")


def passages_of(turns: Sequence[Exchange]) -> list[str]:
    """Ids of the passages that earlier turns showed."""
    return list(
        dict.fromkeys(each for turn in turns if turn.answer for each in _shown_in(turn.answer))
    )


def past_of(
    turns: Sequence[Exchange], found: Mapping[str, tuple[Head, Passage]]
) -> tuple[list[Past], Shown]:
    """Earlier turns for the prompt, oldest first, and everything they showed.

    A passage that is gone by now is left out: nothing is answered from it any more.
    """
    past: list[Past] = []
    shown = Shown()
    for turn in turns:
        if turn.answer is None:
            continue
        first = len(shown.places) + 1
        shown = shown.more(in_order(_shown_in(turn.answer), found))
        past.append(
            Past(
                shown=shown,
                first=first,
                question=turn.answer.standalone or turn.answer.question,
                level=turn.answer.level,
                lang=turn.answer.lang,
                answer=_as_written(turn.answer, shown) if turn.answer.grounded else DECLINED,
            )
        )
    return past, shown


def _shown_in(answer: Answer) -> Sequence[str]:
    return answer.evidence or [citation.passage_id for citation in answer.citations]


def _as_written(answer: Answer, shown: Shown) -> str:
    """The text with the numbers that the model gave: [1] is [3.2] again."""
    numbers = {}
    for citation in answer.citations:
        p = shown.number_of(citation.passage_id)
        if p is not None:
            places = range(citation.first, citation.last + 1)
            numbers[str(citation.n)] = "".join(f"[{p}.{s}]" for s in places)
    return _CITED.sub(lambda found: numbers.get(found[1], ""), answer.text)
