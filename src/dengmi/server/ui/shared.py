"""What those who have a link may see of a desk's answers, as the operator decided."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from starlette.requests import Request

from dengmi.core.errors import NotFound
from dengmi.core.records import HALL, Answer, Question
from dengmi.server.access import is_operator
from dengmi.server.parts import Parts
from dengmi.server.problems import Refusal
from dengmi.settings.desks import DeskSettings
from dengmi.settings.options import Settings

_USUAL = DeskSettings()


@dataclass(frozen=True, slots=True)
class Shared:
    """Whether others may read (`open`), are told the price, and whether search engines may list.
    `own`: it is the asker who asks for it."""

    open: bool
    price: bool
    index: bool
    own: bool = False


def shared_of(settings: Settings, desks: Iterable[str]) -> Shared:
    """What holds for an answer that these desks had a part in: what all of them allow."""
    every = [settings.desks.get(name, _USUAL) for name in desks]
    return Shared(
        open=all(desk.share for desk in every),
        price=all(desk.share_price for desk in every),
        index=all(desk.share_index for desk in every),
    )


def shared_answer(settings: Settings, answer: Answer) -> Shared:
    """What holds for an answer; one of the hall belongs to the desks whose articles it names."""
    heads = [*(citation.head for citation in answer.citations), *answer.nearest]
    return shared_of(settings, desks_of(answer.desk, (head.desk for head in heads)))


def desks_of(desk: str, others: Iterable[str]) -> set[str]:
    """The desks that had a part in something asked at a desk."""
    return {desk, *others} - {""} if desk == HALL else {desk}


async def check_readable(
    request: Request, parts: Parts, found: Answer | Question, asker: str = ""
) -> Shared:
    """What may be shown of an answer, or of a question that has none yet, to who asks for it.

    Where the desk does not share, only the operator reads it, and its asker, who is told the price
    too: the asker's page knows the id of the conversation.

    Args:
        asker: the name that the request's cookie carries, "" for none.

    Raises:
        NotFound: it is not shared.
    """
    settings = parts.settings
    if isinstance(found, Answer):
        shared = shared_answer(settings, found)
    else:
        shared = shared_of(settings, {found.desk})
    if await _is_own(request, parts, found, asker):
        return replace(shared, price=True, own=True)
    if not shared.open and not is_operator(request, settings.server):
        raise NotFound("answer_not_shared", answer=found.id)
    return shared


async def check_own(request: Request, parts: Parts, answer: Answer, asker: str) -> None:
    """Let the asker of an answer pass, and the operator.

    Raises:
        Refusal: 403, somebody else.
    """
    own = await _is_own(request, parts, answer, asker)
    if not own and not is_operator(request, parts.settings.server):
        raise Refusal("answer_not_own", 403)


async def _is_own(request: Request, parts: Parts, found: Answer | Question, asker: str) -> bool:
    """Whether the asker asks for it."""
    asked = request.query_params.get("c", "")
    if not asked and not asker:
        return False
    question: Question | None
    if isinstance(found, Answer):
        question = await parts.store.question(found.question_id)
    else:
        question = found
    if question is None:
        return False
    if question.asker and question.channel == "web":
        # The cookie tells; the address of a conversation, which may have been copied, does not.
        return question.asker == asker
    return bool(asked) and question.conversation == asked
