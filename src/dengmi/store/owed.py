"""Deliveries as their columns."""

from dataclasses import asdict

from dengmi.core.deliveries import Delivery
from dengmi.core.records import Question
from dengmi.store.clean import clean


def of_question(question: Question) -> dict[str, object]:
    """What a channel owes who asked a new question."""
    owed = Delivery(
        id=question.id, question_id=question.id, channel=question.channel, due=question.owed_at
    )
    return columns(owed, question.asked_at)


def columns(delivery: Delivery, now: float) -> dict[str, object]:
    """A delivery as it is written at a time."""
    return {
        **asdict(delivery),
        "channel": clean(delivery.channel),
        "due": float(delivery.due),
        "lease": float(delivery.lease),
        "at": float(now),
    }
