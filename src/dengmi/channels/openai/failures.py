"""What is wrong with a request, in the shape that programs of this API expect."""

from collections.abc import Mapping

from dengmi.core.errors import BadInput, DengmiError, NotFound

_TYPES: Mapping[int, str] = {
    401: "authentication_error",
    403: "permission_error",
    429: "rate_limit_error",
}
_CODES: Mapping[str, str] = {"key_wrong": "invalid_api_key"}
"""Codes that programs look for, by ours."""


class BadChat(BadInput):
    """A request that cannot be used. `param` is the path of the field at fault."""

    def __init__(self, code: str, param: str, **params: str | int | float) -> None:
        super().__init__(code, field=param, **params)
        self.param = param


class ModelUnknown(NotFound):
    """There is no model of that name."""

    param = "model"


def error_json(error: DengmiError, status: int, words: str) -> dict[str, object]:
    """An error as the body of a response, or as the last event of a stream."""
    kind = "invalid_request_error" if 400 <= status < 500 else "server_error"
    code = "model_not_found" if isinstance(error, ModelUnknown) else error.code
    return {
        "error": {
            "message": words,
            "type": _TYPES.get(status, kind),
            "param": getattr(error, "param", None),
            "code": _CODES.get(code, code),
        }
    }
