"""Telling events at the moment they are written.

A task that is woken for each event and each reader costs more than the event: with thousands of
readers of one answer, whoever writes it calls those who hear it.
"""

from collections.abc import Callable

from dengmi.answer.audience import Audience, Stage
from dengmi.answer.seen import Seen
from dengmi.core.events import Event, Thinking

Hear = Callable[[Event], None]


def heard_by(
    hear: Hear | None, seen: Seen, audience: Audience, stage: Stage, *, thinking: bool
) -> Hear | None:
    """Tells an event that is heard to all whom it concerns; None where nobody hears any.

    Args:
        hear: whoever asked.
        seen: what is counted of the question; `stage` where others listen along.
        thinking: whether the model's thinking is told too.
    """
    if hear is None:
        return None

    def heard(event: Event) -> None:
        seen.hear(event)
        audience.hear(stage, event)
        if thinking or not isinstance(event, Thinking):
            hear(event)

    return heard
