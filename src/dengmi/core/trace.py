"""Which question the running code works for, so that every line of the log can say it.

It goes along into tasks and threads that are started meanwhile (`asyncio.create_task`,
`asyncio.to_thread`). Calls made for several questions at once belong to none.
"""

from contextvars import ContextVar

_QUESTION: ContextVar[str] = ContextVar("question", default="")


def work_for(question_id: str) -> None:
    """From here on, this task works for the question of this id; "" for none."""
    _QUESTION.set(question_id)


def worked_for() -> str:
    """The id of the question that this task works for; "" where there is none."""
    return _QUESTION.get()
