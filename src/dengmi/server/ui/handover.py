"""A history on another device: a link, as words and as a picture to photograph, that works once."""

from collections.abc import Iterator

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dengmi.core.errors import NotFound
from dengmi.core.ids import new_id, stable_id
from dengmi.server.askers import check_own_page
from dengmi.server.bodies import clean
from dengmi.server.context import Context
from dengmi.server.ui.markup import Child, Html, el, icon
from dengmi.server.ui.overview import Overview, frame_of
from dengmi.server.ui.page import Frame, page

MINUTES = 10
"""How long a link may be used."""


class Handover:
    """Makes such links and takes them."""

    def __init__(self, context: Context) -> None:
        self._parts = context.parts
        self._askers = context.askers
        self._overview = Overview(context.parts)

    async def offer(self, request: Request) -> Response:
        """What it is, and the button that makes a link."""
        frame = await self._frame(request)
        asker = await self._askers.known(request)
        make = el("form", el("button", frame.say("ui_move_make"), class_="chip"), method="post")
        return self._page(
            request,
            frame,
            el("p", frame.say("ui_move_what", minutes=MINUTES)),
            make if asker else el("p", frame.say("ui_history_empty")),
        )

    async def make(self, request: Request) -> Response:
        """A fresh link. The store keeps only a hash of it."""
        check_own_page(request)
        asker = await self._askers.known(request)
        if not asker:
            return RedirectResponse("/history/move", 303)
        token, now = new_id("m") + new_id("m")[2:], self._parts.clock.now()
        key = stable_id("h", token)
        await self._parts.store.keep_handover(key, asker, now + 60 * MINUTES, now)
        public = self._parts.settings.server.public_url or str(request.base_url)
        address = f"{public.rstrip('/')}/history/join/{token}"
        frame = await self._frame(request)
        return self._page(
            request,
            frame,
            el("p", frame.say("ui_move_open", minutes=MINUTES)),
            _picture(address, frame.say("ui_move_code")),
            el("p", el("code", address), class_="address"),
        )

    async def ask(self, request: Request) -> Response:
        """On the other device: asks before anything happens, since whoever made the link will see
        what is asked here."""
        frame = await self._frame(request)
        known = await self._askers.known(request)
        return self._page(
            request,
            frame,
            el("p", frame.say("ui_join_what")),
            el("p", frame.say("ui_join_along")) if known else None,
            el("form", el("button", frame.say("ui_join_now"), class_="chip"), method="post"),
        )

    async def join(self, request: Request) -> Response:
        """Take the link: this browser's conversations go along."""
        check_own_page(request)
        key = stable_id("h", clean(request.path_params["token"])[:100])
        known = await self._askers.known(request)
        asker = await self._parts.store.take_handover(key, known, self._parts.clock.now())
        if not asker:
            raise NotFound("handover_unknown")
        response = RedirectResponse("/history", 303)
        await self._askers.keep(request, response, asker)
        return response

    async def _frame(self, request: Request) -> Frame:
        return await frame_of(self._overview, request, await self._overview.default())

    def _page(self, request: Request, frame: Frame, *parts: Child) -> Response:
        title = frame.say("ui_move")
        body = el("div", icon("history"), el("h1", title), parts, class_="welcome")
        headers = {"cache-control": "no-store"}
        return page(request, frame, f"{title} · {frame.name}", body, headers=headers)


def _picture(address: str, label: str) -> Html:
    """The address as a QR code (ISO/IEC 18004)."""
    import segno

    rows = [list(row) for row in segno.make(address, error="m", micro=False).matrix]
    size = len(rows)
    return el(
        "svg",
        el("path", d="".join(_strokes(rows)), stroke="#000"),
        viewBox=f"-4 -4.5 {size + 8} {size + 8}",
        class_="code",
        role="img",
        aria_label=label,
    )


def _strokes(rows: list[list[int]]) -> Iterator[str]:
    """One stroke for each dark square, the neighbours of a row together."""
    for y, row in enumerate(rows):
        x = 0
        while x < len(row):
            end = x
            while end < len(row) and row[end]:
                end += 1
            if end > x:
                yield f"M{x} {y}h{end - x}"
            x = end + 1
