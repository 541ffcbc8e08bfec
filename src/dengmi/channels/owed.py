"""What channels decide alike about an answer that they send as a message of its own."""

from dengmi.channels.parts import shortened
from dengmi.core.deliveries import Delivery
from dengmi.core.records import Answer, Question
from dengmi.language.texts import text

LONG = 60.0
"""Seconds after which an answer names its question: people ask other things meanwhile."""


def is_read(answer: Answer, delivery: Delivery) -> bool:
    """Whether the quotes that the asker has read are all there is; a better answer may come
    later, as a delivery of its own."""
    return bool(answer.level == "quote" and delivery.shown and not delivery.answer_id)


def lead(question: Question, answer: Answer, delivery: Delivery) -> str:
    """What stands before an answer: which question it is to, where that is long ago; else ""."""
    if delivery.answer_id or answer.created_at - question.asked_at > LONG:
        return text("wechat_late", answer.lang, question=shortened(question.text, 120))
    return ""
