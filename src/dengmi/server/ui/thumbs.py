"""Thumbs from the web page."""

from urllib.parse import parse_qs, quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dengmi.server.askers import check_own_page
from dengmi.server.bodies import clean, read
from dengmi.server.context import Context
from dengmi.server.ui.links import answer_path, conversation_path

_UP = {"yes": True, "no": False}


class Thumbs:
    """Takes what askers think of answers."""

    def __init__(self, context: Context) -> None:
        self._parts = context.parts
        self._callers = context.callers
        self._askers = context.askers

    async def put(self, request: Request) -> Response:
        """A thumb up ("yes"), down ("no") or taken back (""); nothing of nobody known.

        Raises:
            Refusal: 403, another site sends it; 429, they come too fast.
        """
        check_own_page(request)
        await self._callers.admit(request)
        asker = await self._askers.known(request)
        form = parse_qs((await read(request)).decode("utf-8", "replace"), keep_blank_values=True)
        answer_id = clean(request.path_params["answer_id"])
        if asker:
            up = _UP.get(form.get("up", [""])[-1])
            await self._parts.store.put_thumb(answer_id, asker, up, self._parts.clock.now())
        conversation = await self._parts.store.conversation_of(asker, answer_id) if asker else ""
        path = conversation_path(conversation) if conversation else answer_path(answer_id)
        return RedirectResponse(f"{path}#{quote(answer_id, safe='')}", 303)
