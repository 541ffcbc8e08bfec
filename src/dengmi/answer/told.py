"""A finished answer as the events that tell it."""

from collections.abc import Iterator

from dengmi.core.events import Cited, Done, Event, Found, Spent, Text
from dengmi.core.late import Pending
from dengmi.core.records import Answer, Claim


def told(answer: Answer) -> Iterator[Event]:
    """The events of an answer, up to what it cost."""
    if answer.claims:
        yield from _sentences(answer)
    elif answer.quoted:
        for citation in answer.citations:
            gap = "" if citation.n == 1 else "\n\n"
            yield Text(f"{gap}{citation.quote} [{citation.n}]")
            yield Cited(citation)
    else:
        yield Text(answer.text)
        for citation in answer.citations:
            yield Cited(citation)
    yield Spent(answer.cost, answer.usage)


def replayed(answer: Answer, pending: Pending | None = None) -> Iterator[Event]:
    """All events of an answer that is stored; `pending` where a better one is waited for."""
    yield Found(answer.question_id, answer.level, len(answer.citations), 0.0)
    yield from told(answer)
    yield Done(answer, pending)


def _sentences(answer: Answer) -> Iterator[Event]:
    """A written answer, sentence by sentence, each citation after the first text that cites it."""
    citations = {citation.n: citation for citation in answer.citations}
    at = 0
    for claim, following in zip(answer.claims, (*answer.claims[1:], None), strict=True):
        end = len(answer.text) if following is None else _break(answer.text, claim, following)
        yield Text(answer.text[at:end], claim)
        at = end
        for n in claim.cited:
            if n in citations:
                yield Cited(citations.pop(n))


def _break(text: str, claim: Claim, following: Claim) -> int:
    """Where the text of a sentence, with its numbers, ends: before the space and the list mark
    that belong to the next one."""
    between = text[claim.end : following.start]
    line = between.find("\n")
    if line >= 0:
        return claim.end + line
    cites = between.rfind("]") + 1
    return claim.end + cites if cites else claim.end
