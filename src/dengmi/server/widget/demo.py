"""A page of our own that shows the widget, and the tag that puts it on another site."""

from starlette.requests import Request
from starlette.responses import Response

from dengmi.core.records import HALL
from dengmi.language.texts import text
from dengmi.server.negotiate import language
from dengmi.server.ui.markup import el, icon
from dengmi.server.ui.overview import Overview
from dengmi.server.ui.page import TAGS
from dengmi.server.ui.static import asset


async def demo(request: Request, overview: Overview, base: str) -> Response:
    """The page; ?desk= chooses the desk."""
    lang = language(request)
    names = {view.name: view.title for view in await overview.desks()}
    wanted = request.query_params.get("desk", "")
    desk = wanted if wanted in names or wanted == HALL else await overview.default()
    tag = f'<script src="{base}/widget.js" data-desk="{desk}" async></script>'
    main = el(
        "main",
        el("div", icon("lantern"), el("h1", text("widget_demo_title", lang)), class_="welcome"),
        el("p", text("widget_demo_tag", lang)),
        el("pre", el("code", tag)),
        el("p", text("widget_demo_origins", lang)),
        el("pre", el("code", '[channels.widget]\norigins = ["https://www.example.org"]')),
        el("p", el("button", text("widget_demo_try", lang), class_="chip", data_dengmi_open=True)),
    )
    head = el(
        "head",
        el("meta", charset="utf-8"),
        el("meta", name="viewport", content="width=device-width,initial-scale=1"),
        el("meta", name="color-scheme", content="light dark"),
        el("meta", name="robots", content="noindex"),
        el("title", text("widget_demo_title", lang)),
        el("link", rel="icon", type="image/svg+xml", href=asset("lantern.svg")),
        el("link", rel="stylesheet", href=asset("app.css")),
        el("script", src="/widget.js", data_desk=desk, data_lang=lang, async_=True),
    )
    tagged = TAGS.get(lang, lang)
    whole = "<!doctype html>" + el("html", head, el("body", main), lang=tagged)
    headers = {"content-language": tagged, "cache-control": "private, no-cache"}
    return Response(whole.encode("utf-8", "replace"), media_type="text/html", headers=headers)
