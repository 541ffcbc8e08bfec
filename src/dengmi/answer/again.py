"""An answer that serves another question than the one it was written for."""

from collections.abc import Sequence
from dataclasses import replace

from dengmi.answer.paid import full_of, paid, usage
from dengmi.core.charges import Charge
from dengmi.core.ids import stable_id
from dengmi.core.rates import Rates
from dengmi.core.records import Answer, Question


def served_again(
    earlier: Answer,
    question: Question,
    standalone: str,
    *,
    kind: str,
    now: float,
    took_ms: float,
    spent: Sequence[Charge] = (),
    rates: Rates | None = None,
) -> Answer:
    """An earlier answer as the answer to a question.

    Args:
        standalone: the question completed from its conversation.
        kind: which of its answers this is; the same gives the same id.
        now: the time (Unix seconds); `took_ms` the milliseconds since the question began.
        spent: what completing the question cost: all that this answer does.
        rates: what its currency is worth in that of the earlier answer; None: it is the same.
    """
    full = full_of(earlier)
    return replace(
        earlier,
        id=stable_id("an", question.id, kind),
        question_id=question.id,
        question=question.text,
        standalone=standalone if standalone != question.text else "",
        wanted=question.wanted,
        reused=True,
        origin=earlier.id,
        cost=paid(spent, full.currency, rates or Rates()),
        full_cost=full,
        usage=usage(spent),
        took_ms=took_ms,
        created_at=now,
    )
