"""An answer as an operator wants it: cut into sentences and checked against the passages that it
stood on, as a model's draft is, but without leaving anything out."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from dengmi.answer.check.judge import Judgement
from dengmi.answer.quoting import NEAREST, not_answered
from dengmi.answer.write.citing import MARK, Checked, Citing, Weighed
from dengmi.answer.write.draft import Draft
from dengmi.answer.write.shown import Shown, in_order
from dengmi.core.ids import new_id
from dengmi.core.records import Answer, Cost, Head, Passage
from dengmi.core.review import OPERATOR

_REFERENCE = re.compile(rf" ?(?:\[\d+\]|{re.escape(MARK)})")

Found = Mapping[str, tuple[Head, Passage]]


def plain(answer: Answer) -> str:
    """The words of an answer without the numbers of its citations, to be written anew."""
    return _REFERENCE.sub("", answer.text).strip()


def stood_on(answer: Answer) -> Sequence[str]:
    """The ids of the passages that an answer stood on: what the model was shown, and what it
    cites."""
    return tuple(dict.fromkeys((*answer.evidence, *(one.passage_id for one in answer.citations))))


def corrected(answer: Answer, text: str, found: Found, now: float) -> Answer:
    """The answer in an operator's words, with the citations that bear them out.

    Args:
        answer: the one it takes the place of.
        text: the words; sentences may cite as models do ([1.2]), but need not: what bears them out
            is looked for.
        found: the passages the answer stood on, as far as they still exist.
        now: Unix seconds.
    """
    citing = Citing(Shown(tuple(in_order(stood_on(answer), found))), "mark")
    checked = list(_checked(citing, text))
    return replace(
        _by_operator(answer, now),
        text="".join(one.text for one in checked),
        claims=tuple(one.claim for one in checked),
        citations=tuple(citation for one in checked for citation in one.citations),
        grounded=True,
    )


def declined(answer: Answer, now: float) -> Answer:
    """The word that the articles do not answer it, in the place of an answer; what it cited is
    nearest."""
    heads = {one.head.pk: one.head for one in answer.citations}
    nearest = tuple(heads.values())[:NEAREST]
    return replace(
        _by_operator(answer, now),
        text=not_answered(nearest, answer.lang),
        claims=(),
        citations=(),
        nearest=nearest,
        evidence=tuple(stood_on(answer)),
        grounded=False,
    )


def _by_operator(answer: Answer, now: float) -> Answer:
    """An answer as one that an operator gives: anew, and without cost."""
    return replace(
        answer,
        id=new_id("a"),
        reused=False,
        origin="",
        model=OPERATOR,
        cost=Cost(currency=answer.cost.currency),
        usage={},
        took_ms=0.0,
        created_at=now,
    )


def _checked(citing: Citing, text: str) -> Iterator[Checked]:
    draft = Draft()
    for sentence in (*draft.feed(text), *draft.end()):
        kept = citing.settle(_kept(citing.weigh(sentence)))
        if kept is not None:
            yield kept


def _kept(weighed: Weighed) -> Weighed:
    """A sentence that articles speak against is marked, not left out: an operator wrote it."""
    found = weighed.found
    if found is None or found.verdict != "unsupported":
        return weighed
    return replace(weighed, found=Judgement("unsupported", found.score, ("words",)))
