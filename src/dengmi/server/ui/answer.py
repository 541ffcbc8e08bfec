"""The lasting page of one answer, for its asker and for everyone who has the link."""

import dataclasses

from starlette.requests import Request
from starlette.responses import Response

from dengmi.core.errors import NotFound
from dengmi.core.records import Answer, Question
from dengmi.server.bodies import clean
from dengmi.server.channels.places import base_of
from dengmi.server.context import Context
from dengmi.server.later import later
from dengmi.server.stream import event_stream
from dengmi.server.ui.ask import CONVERSATION, short, stands, thread_of
from dengmi.server.ui.card import answer_card, turn
from dengmi.server.ui.live import after_of, lines, live_card, reload_alone
from dengmi.server.ui.overview import Overview, frame_of
from dengmi.server.ui.page import TAGS, Frame, page
from dengmi.server.ui.preview import files, head_of, printed
from dengmi.server.ui.shared import Shared, check_readable
from dengmi.server.ui.turns import Turns


class AnswerPage:
    """Shows one answer, with no word of who asked or of what was said before."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._parts = context.parts
        self._overview = Overview(context.parts, context.pictures)
        self._turns = Turns(context.parts)

    async def show(self, request: Request) -> Response:
        """The answer, or the better one that came later; while it is being written, what there is
        of it."""
        found, shared = await self._found(request)
        if isinstance(found, Question):
            return await self._live(request, found, shared)
        standing = await self._parts.waits.standing(found)
        answer = standing.answer
        frame = await self._frame(request, answer.desk, shared)
        asker = await self._context.askers.known(request)
        frame = await self._turns.own(frame, asker, answer)
        frame = dataclasses.replace(frame, thread=(answer.id,))
        base = base_of(request, self._parts.settings)
        card = answer_card(frame, answer, standing, own=bool(frame.conversation))
        turns = [turn(answer.question, [card, printed(frame, answer, base)])]
        return page(
            request,
            frame,
            f"{short(answer.question)} · {frame.name}",
            thread_of(frame, turns, None),
            index=shared.index,
            extra=head_of(frame, answer, base),
        )

    async def card(self, request: Request) -> Response:
        """The answer as a picture, tall to forward, or wide (?shape=wide) for previews."""
        found, shared = await self._found(request)
        if isinstance(found, Question):
            raise NotFound("answer_unknown", answer=found.id)
        answer = (await self._parts.waits.standing(found)).answer
        frame = await self._frame(request, answer.desk, shared)
        frame = dataclasses.replace(frame, lang=answer.lang if answer.lang in TAGS else frame.lang)
        shape = "wide" if request.query_params.get("shape") == "wide" else "tall"
        base = base_of(request, self._parts.settings)
        await self._context.callers.admit(request)
        picture = await self._context.pictures.picture(frame, answer, base, shape)
        headers = {"cache-control": f"{'public' if shared.open else 'private'}, max-age=600"}
        if not shared.index:
            headers["x-robots-tag"] = "noindex"
        return Response(picture, media_type="image/png", headers=headers)

    async def events(self, request: Request) -> Response:
        """The rest of an answer that is being written, or how it stands with one that waits."""
        found, shared = await self._found(request)
        frame = await self._frame(request, found.desk, shared)
        if isinstance(found, Question):
            said = request.headers.get("last-event-id") or request.query_params.get("after", "")
            return event_stream(lines(self._context, frame, found, after_of(said)))
        frame = await self._turns.own(frame, await self._context.askers.known(request), found)
        if CONVERSATION.fullmatch(asked := clean(request.query_params.get("c", ""))):
            frame = dataclasses.replace(frame, conversation=asked)
        return later(self._parts.waits.follow(found), lambda standing: stands(frame, standing))

    async def _live(self, request: Request, question: Question, shared: Shared) -> Response:
        frame = await self._frame(request, question.desk, shared)
        told = await self._context.along.so_far(question.id)
        turns = [turn(question.text, live_card(frame, question, told))]
        title = f"{short(question.text)} · {frame.name}"
        extra = [*files(), reload_alone()]
        return page(request, frame, title, thread_of(frame, turns, None), extra=extra)

    async def _found(self, request: Request) -> tuple[Answer | Question, Shared]:
        """What a path names, if it may be read: an answer, or a question that has none yet."""
        name = clean(request.path_params["answer_id"])[:100]
        parts = self._parts
        found: Answer | Question | None = await parts.store.answer(name)
        if found is None:
            found = parts.ladder.audience.question(name) or await parts.store.question(name)
        if found is None or (isinstance(found, Question) and found.state == "failed"):
            raise NotFound("answer_unknown", answer=name[:60])
        asker = await self._context.askers.known(request)
        return found, await check_readable(request, parts, found, asker)

    async def _frame(self, request: Request, desk: str, shared: Shared) -> Frame:
        frame = await frame_of(self._overview, request, desk)
        return dataclasses.replace(frame, shared=shared.open, priced=shared.price, own=shared.own)
