"""The page as an app on a home screen: its manifest (W3C App Manifest), its service worker, and
what is shown without a network."""

from collections.abc import Sequence
from functools import cache

from starlette.requests import Request
from starlette.responses import Response

from dengmi.server.context import Context
from dengmi.server.replies import json_reply
from dengmi.server.ui.markup import el, icon
from dengmi.server.ui.overview import Overview, frame_of
from dengmi.server.ui.page import TAGS, page
from dengmi.server.ui.static import asset, assets, version

FILES = ("asker.css", "ask.js", "lantern.svg")
"""What the service worker keeps: the files of the asker's pages."""

_ICONS = (("icon-192.png", "192x192", "any"), ("icon-512.png", "512x512", "maskable"))


class Installed:
    """Serves what makes the page an app."""

    def __init__(self, context: Context) -> None:
        self._overview = Overview(context.parts)

    async def manifest(self, request: Request) -> Response:
        """What the app is called and how it looks."""
        frame = await frame_of(self._overview, request, await self._overview.default())
        reply = json_reply(
            {
                "id": "/",
                "name": frame.name,
                "short_name": frame.name[:12],
                "lang": TAGS[frame.lang],
                "start_url": "/",
                "scope": "/",
                "display": "standalone",
                "background_color": "#faf7f2",
                "theme_color": "#faf7f2",
                "icons": [_icon(*each) for each in (*_ICONS, ("lantern.svg", "any", "any"))],
                "shortcuts": [{"name": frame.say("ui_history"), "url": "/history"}],
            }
        )
        reply.headers["content-type"] = "application/manifest+json"
        return reply

    async def worker(self, request: Request) -> Response:  # noqa: ARG002
        """The service worker, which knows the addresses of the files of this version."""
        return Response(
            _worker(),
            media_type="text/javascript",
            headers={"cache-control": "no-cache"},
        )

    async def offline(self, request: Request) -> Response:
        """What is shown where the server cannot be reached."""
        frame = await frame_of(self._overview, request, await self._overview.default())
        again = el("p", el("a", frame.say("ui_offline_again"), class_="chip", href="/"))
        body = el(
            "div",
            icon("lantern"),
            el("h1", frame.say("ui_offline_title")),
            el("p", frame.say("ui_offline_text")),
            again,
            class_="welcome",
        )
        return page(request, frame, frame.say("ui_offline_title"), body)


def _icon(name: str, sizes: str, purpose: str) -> dict[str, str]:
    kind = "image/png" if name.endswith("png") else "image/svg+xml"
    return {"src": asset(name), "sizes": sizes, "type": kind, "purpose": purpose}


@cache
def _worker() -> bytes:
    script = assets()["sw.js"].decode("utf-8")
    files: Sequence[str] = [asset(name) for name in FILES]
    return script.replace("@version@", version()).replace("@files@", " ".join(files)).encode()
