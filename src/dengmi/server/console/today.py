"""Today: how it stands."""

from starlette.responses import Response

from dengmi.server.console.frame import HOME, page
from dengmi.server.console.visit import Visit


async def show(visit: Visit) -> Response:
    """The page."""
    return page(visit, visit.say("con_today"), at=HOME)
