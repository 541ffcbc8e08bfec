"""What is said after signing out, where the account elsewhere may still be signed in."""

from starlette.requests import Request

from dengmi.language.texts import text
from dengmi.server.oidc.way import OUT, THERE
from dengmi.server.ui.markup import Html, el
from dengmi.settings.oidc import OidcSettings


def still_there(request: Request, settings: OidcSettings, lang: str) -> Html | None:
    """The word with the link to sign out at the provider; nothing on other occasions."""
    if request.url.query != OUT:
        return None
    link = el(
        "a", text("oidc_sign_out_there", lang, title=settings.title), href=THERE, rel="nofollow"
    )
    return el("p", text("oidc_still_there", lang, title=settings.title), " ", link, role="status")
