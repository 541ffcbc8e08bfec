"""Every failure over HTTP as a problem document (RFC 9457), in the caller's language."""

import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from dengmi.core.errors import DengmiError
from dengmi.core.events import Notice
from dengmi.core.ids import new_id
from dengmi.language.texts import catalogue, text
from dengmi.server.negotiate import api_language

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"

BY_STATUS: Mapping[int, str] = {
    400: "request_bad",
    404: "path_unknown",
    405: "method_not_allowed",
    413: "body_too_large",
    415: "media_type_wrong",
}
"""The code of a failure that only has a status."""

INSIDE = ("index_unusable",)
"""Errors of the server's own parts, beside those that name its database."""

LONGEST_PATH = 200
"""Characters of a path that an error says back."""


class Refusal(DengmiError):
    """A request the server does not serve, with its own status.

    Args:
        code: key of the text in the catalogue.
        status: HTTP status.
        fields: what is wrong with which field of the body, as (field, code, params).
        headers: sent along, such as Allow.
    """

    def __init__(
        self,
        code: str,
        status: int,
        *,
        fields: "Sequence[FieldProblem]" = (),
        headers: Mapping[str, str] | None = None,
        **params: str | int | float,
    ) -> None:
        super().__init__(code, **params)
        self.http_status = status
        self.fields = fields
        self.headers = headers or {}


class FieldProblem(msgspec.Struct, frozen=True):
    """What is wrong with one field: its path in the body, a code, and what fills the text."""

    field: str
    code: str
    params: Mapping[str, str | int | float] = {}


def problem(error: DengmiError, lang: str) -> Response:
    """The response to an error: type, title, status, detail, code, and fields where some fit."""
    if isinstance(error, Refusal):
        status, fields, headers = error.http_status, error.fields, dict(error.headers)
    else:
        status, fields, headers = error.status, (), {}
    shape: dict[str, object] = {
        "type": f"urn:dengmi:{error.code}",
        "title": title(status, lang),
        "status": status,
        "detail": detail(error, lang),
        "code": error.code,
    }
    if fields:
        shape["fields"] = [
            {"field": one.field, "code": one.code, "detail": text(one.code, lang, **one.params)}
            for one in fields
        ]
    headers["content-language"] = lang
    return Response(
        msgspec.json.encode(shape), status_code=status, headers=headers, media_type=MEDIA_TYPE
    )


def title(status: int, lang: str) -> str:
    """What a status means, in a few words."""
    key = f"problem_{status}"
    return text(key, lang) if key in catalogue() else HTTPStatus(status).phrase


def detail(error: DengmiError, lang: str) -> str:
    """The text of an error. One without a text still says that something went wrong; where the
    server keeps its things, and why that failed, is for its log alone."""
    if error.code in INSIDE or (error.code.startswith("store_") and "where" in error.params):
        log.error("%s", text(error.code, "en", **error.params))
        return text("store_away", lang)
    if error.code in catalogue():
        return text(error.code, lang, **error.params)
    return text("unexpected", lang, reference=error.code)


def notice_text(notice: Notice, lang: str) -> str:
    """The text of a notice; its code where the catalogue has none."""
    if notice.code in catalogue():
        return text(notice.code, lang, **notice.params)
    return notice.code


def from_http(request: Request, error: HTTPException) -> Refusal:
    """The refusal that stands for a status the router raised."""
    code = BY_STATUS.get(error.status_code, "request_bad")
    allowed = (error.headers or {}).get("Allow", "")
    return Refusal(
        code,
        error.status_code,
        headers=error.headers,
        path=_shown(request.url.path),
        method=request.method,
        allowed=allowed,
    )


def _shown(path: str) -> str:
    """A path as it is said back: whoever sends 60 kB of it knows what it was."""
    return path if len(path) <= LONGEST_PATH else f"{path[:LONGEST_PATH]}…"


def unexpected() -> DengmiError:
    """The error that stands for a fault of ours: a reference and no more."""
    return DengmiError("unexpected", reference=new_id("e"))


def api_problem(request: Request, error: DengmiError) -> Response:
    """The response to an error of the API."""
    return problem(error, api_language(request))
