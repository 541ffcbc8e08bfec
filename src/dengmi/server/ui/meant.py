"""Whether somebody at a page of ours asks, or a browser is made to by a page of elsewhere: a
question costs money, and counts against its reader."""

from starlette.requests import Request

from dengmi.server.askers import OURS, is_own_page
from dengmi.server.problems import Refusal


def is_meant(request: Request) -> bool:
    """Whether an address with a question in it was gone to: not by a browser that looks ahead, by
    a check of the address, nor as a picture, a frame or a script in a page of another site."""
    headers = request.headers
    ahead = headers.get("sec-purpose", "") + headers.get("purpose", "")
    gone_to = headers.get("sec-fetch-dest", "document") == "document"
    ours = headers.get("sec-fetch-site", "none") in OURS
    return request.method == "GET" and "prefetch" not in ahead and (gone_to or ours)


def check_asked_here(request: Request, public_url: str) -> None:
    """Refuse a question that a page of another site sends.

    Args:
        public_url: the address that readers use, which a proxy may hide from this server.

    Raises:
        Refusal: 403.
    """
    if not is_own_page(request, public_url):
        raise Refusal("asked_elsewhere", 403)
