"""Failures as pages, for those who came with a browser."""

from starlette.requests import Request
from starlette.responses import Response

from dengmi.core.errors import DengmiError
from dengmi.server.context import Context
from dengmi.server.problems import Refusal, detail, title
from dengmi.server.ui.markup import el, icon
from dengmi.server.ui.page import DeskView, Frame, page, page_language


def error_page(request: Request, error: DengmiError, context: Context) -> Response:
    """A page that says what is wrong and leads on. It looks nothing up: that might fail again."""
    settings = context.parts.settings
    frame = Frame(
        lang=page_language(request, settings.language),
        desk=DeskView("", "", 0, None),
        desks=(),
        default="",
        now=context.parts.clock.now(),
        max_chars=settings.ask.max_chars,
    )
    status = error.http_status if isinstance(error, Refusal) else error.status
    is_lost = status == 404
    words = frame.say("ui_lost_text") if error.code == "path_unknown" else detail(error, frame.lang)
    heading = frame.say("ui_lost_title") if is_lost else title(status, frame.lang)
    body = el(
        "div",
        icon("lantern"),
        el("h1", heading),
        el("p", words),
        el("p", el("a", frame.say("ui_to_front"), class_="chip", href="/")),
        class_="welcome",
    )
    headers = error.headers if isinstance(error, Refusal) else None
    return page(request, frame, heading, body, status=status, headers=headers)
