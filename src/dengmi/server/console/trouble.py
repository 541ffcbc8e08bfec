"""What went wrong, as a page of the console."""

from starlette.responses import Response

from dengmi.core.errors import DengmiError
from dengmi.server.console.frame import HOME, empty, page
from dengmi.server.console.visit import Visit
from dengmi.server.problems import Refusal, detail, problem, title
from dengmi.server.ui.markup import el


def trouble(visit: Visit, error: DengmiError) -> Response:
    """The page of an error; a problem document for a script."""
    if "text/html" not in visit.request.headers.get("accept", "text/html"):
        return problem(error, visit.lang)
    status = error.http_status if isinstance(error, Refusal) else error.status
    back = el("a", visit.say("con_back"), class_="button", href=HOME)
    return page(
        visit,
        title(status, visit.lang),
        empty(detail(error, visit.lang), back),
        status=status,
        headers=dict(error.headers) if isinstance(error, Refusal) else None,
    )
