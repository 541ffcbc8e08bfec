"""Scripts about what channels owe."""

from collections.abc import Sequence

from dengmi.core.deliveries import Delivery, DeliveryState
from dengmi.core.records import Answer, Question
from dengmi.store.inbox import as_answer, as_question
from dengmi.store.owed import columns
from dengmi.store.steps import Row, Work, every, first, many, run


def owe(deliveries: Sequence[Delivery]) -> Work[None]:
    """Note some; those that are noted already stay as they are."""
    yield from many("deliveries_insert", [columns(each, 0.0) for each in deliveries])


def claim(
    owner: str,
    channels: Sequence[str],
    now: float,
    lease: float,
    *,
    most: int,
    ids: Sequence[str] | None,
) -> Work[list[tuple[Question, Answer | None, Delivery]]]:
    """Take those that may be sent now, with their questions and answers."""
    params: dict[str, object] = {"owner": owner, "channels": list(channels), "most": most}
    params |= {"now": float(now), "lease": float(lease)}
    if ids is None:
        rows = yield from every("deliveries_claim", **params)
    else:
        rows = yield from every("deliveries_claim_these", ids=list(ids), **params)
    taken = sorted(map(_as_delivery, rows), key=lambda each: (each.due, each.id))
    if not taken:
        return []
    asked = [each.question_id for each in taken]
    questions = {
        row[0]: as_question(row) for row in (yield from every("questions_some", ids=asked))
    }
    found = yield from every(
        "answers_first",
        ids=[each.answer_id for each in taken if each.answer_id],
        questions=[each.question_id for each in taken if not each.answer_id],
    )
    answers = {row[0]: as_answer(row) for row in found}
    newest_first = sorted(answers.values(), key=lambda each: (each.created_at, each.id))[::-1]
    firsts = {each.question_id: each for each in newest_first}
    return [
        (
            questions[each.question_id],
            answers.get(each.answer_id) if each.answer_id else firsts.get(each.question_id),
            each,
        )
        for each in taken
    ]


def one(delivery_id: str) -> Work[Delivery | None]:
    """One by its id."""
    row = yield from first("delivery", id=delivery_id)
    return None if row is None else _as_delivery(row)


def step(delivery: Delivery, now: float) -> Work[bool]:
    """Note how far one has come that is held."""
    row = yield from first(
        "delivery_step",
        parts=delivery.parts,
        begun=delivery.begun,
        sent=delivery.sent,
        lease=float(delivery.lease),
        at=float(now),
        **_held(delivery),
    )
    return row is not None


def let_go(delivery: Delivery, state: DeliveryState, due: float) -> Work[bool]:
    """Let one go that is held."""
    row = yield from first("delivery_let_go", state=state, due=float(due), **_held(delivery))
    return row is not None


def free(owners: Sequence[str]) -> Work[None]:
    """What processes that are gone held may be taken."""
    yield from run("deliveries_free", owners=list(owners))


def follow(delivery_id: str, due: float, shown: bool) -> Work[None]:
    """The asker was told that the answer follows."""
    yield from run("delivery_follows", id=delivery_id, due=float(due), shown=shown)


def give(ids: Sequence[str], now: float) -> Work[list[bool]]:
    """These go out in reply to the asker's message; for each whether it may."""
    yield from run("deliveries_given", ids=list(ids), now=float(now))
    away = {row[0] for row in (yield from every("deliveries_away", ids=list(ids)))}
    return [each not in away for each in ids]


def since(asker: str, besides: str) -> Work[int]:
    """How many messages an asker was sent since they last asked."""
    row = yield from first("messages_since", asker=asker, besides=besides)
    return int(row[0]) if row else 0


def _held(delivery: Delivery) -> dict[str, object]:
    """What names one that is held."""
    return {"id": delivery.id, "owner": delivery.owner, "tries": delivery.tries}


def _as_delivery(row: Row) -> Delivery:
    id_, question_id, channel, state, due, shown, parts, begun, sent, tries = row[:10]
    owner, lease, answer_id = row[10:]
    return Delivery(
        id=id_,
        question_id=question_id,
        channel=channel,
        state=state,
        due=due,
        shown=bool(shown),
        parts=parts,
        begun=begun,
        sent=sent,
        tries=tries,
        owner=owner,
        lease=lease,
        answer_id=answer_id,
    )
