"""What a reader does with one of the own conversations: name it, take it along, delete it."""

from urllib.parse import parse_qs, urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dengmi.core.errors import NotFound
from dengmi.core.history import Conversation
from dengmi.server.askers import check_own_page
from dengmi.server.bodies import clean, read
from dengmi.server.context import Context
from dengmi.server.ui.export import EXPORTS, NAMES, Exporter, attachment
from dengmi.server.ui.links import conversation_path
from dengmi.server.ui.markup import Html, el, icon
from dengmi.server.ui.overview import Overview, frame_of
from dengmi.server.ui.page import Frame

LONGEST_TITLE = 120
"""Characters of a name that a reader gives."""


def title_of(conversation: Conversation) -> str:
    """What a conversation is called: its name, else its first question."""
    return conversation.title or conversation.opening


def bar(frame: Frame, conversation: Conversation, before: float | None) -> Html:
    """What stands above a conversation; `before` leads to what was said earlier, None: nothing."""
    path = conversation_path(conversation.id)
    earlier = None
    if before is not None:
        to = f"{path}?{urlencode({'before': repr(before)})}"
        earlier = el("a", frame.say("ui_earlier"), class_="earlier", href=to)
    menu = el(
        "details",
        el("summary", icon("more"), aria_label=frame.say("ui_conversation")),
        el("div", _rename(frame, conversation), _take(frame, conversation), _delete(frame, path)),
        class_="more",
    )
    name = el("h1", title_of(conversation))
    return el("div", el("div", name, menu, class_="bar"), earlier, class_="talk")


def _rename(frame: Frame, conversation: Conversation) -> Html:
    field = el(
        "input",
        name="title",
        value=conversation.title,
        placeholder=conversation.opening[:LONGEST_TITLE],
        maxlength=LONGEST_TITLE,
        autocomplete="off",
    )
    return el(
        "form",
        el("label", frame.say("ui_rename"), field),
        el("button", frame.say("ui_save")),
        class_="line",
        method="post",
        action=conversation_path(conversation.id, "title"),
    )


def _take(frame: Frame, conversation: Conversation) -> Html:
    links = [
        el("a", frame.say(words), href=conversation_path(conversation.id, kind))
        for kind, words in NAMES.items()
    ]
    return el("p", [el("span", link) for link in links], class_="row")


def _delete(frame: Frame, path: str) -> Html:
    """Deleting takes two steps, the second of which says what happens."""
    return el(
        "details",
        el("summary", frame.say("ui_delete")),
        el(
            "form",
            el("p", frame.say("ui_delete_what")),
            el("button", frame.say("ui_delete_now"), class_="grave"),
            method="post",
            action=f"{path}/delete",
        ),
        class_="sure",
    )


class ConversationActs:
    """Serves the forms and links above."""

    def __init__(self, context: Context) -> None:
        self._parts = context.parts
        self._askers = context.askers
        self._overview = Overview(context.parts)

    async def rename(self, request: Request) -> Response:
        """Give a conversation a name; an empty one takes it back."""
        asker, name = await self._own(request)
        form = parse_qs((await read(request)).decode("utf-8", "replace"))
        title = " ".join(clean(" ".join(form.get("title", []))).split())[:LONGEST_TITLE]
        now = self._parts.clock.now()
        if not await self._parts.store.rename_conversation(asker, name, title, now):
            raise NotFound("conversation_unknown")
        return RedirectResponse(conversation_path(name), 303)

    async def delete(self, request: Request) -> Response:
        """Delete a conversation with its answers."""
        asker, name = await self._own(request)
        if not await self._parts.store.forget_conversation(asker, name):
            raise NotFound("conversation_unknown")
        return RedirectResponse("/history", 303)

    async def export(self, request: Request) -> Response:
        """A conversation as a file."""
        kind = request.path_params["kind"]
        name = clean(request.path_params["conversation"])[:100]
        asker = await self._askers.known(request)
        found = await self._parts.store.conversation(asker, name)
        if found is None or kind not in EXPORTS:
            raise NotFound("conversation_unknown")
        frame = await frame_of(self._overview, request, found.desk)
        exporter = Exporter(self._parts, request, frame, asker)
        body = "".join([piece async for piece in exporter.pieces([found], kind)])
        return attachment(body, kind, title_of(found))

    async def _own(self, request: Request) -> tuple[str, str]:
        """(the asker, the id of the conversation that the path names)."""
        check_own_page(request)
        asker = await self._askers.known(request)
        if not asker:
            raise NotFound("conversation_unknown")
        return asker, clean(request.path_params["conversation"])[:100]
