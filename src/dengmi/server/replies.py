"""JSON responses."""

import msgspec
from starlette.responses import Response

_encoder = msgspec.json.Encoder()


def json_reply(shape: object, status: int = 200) -> Response:
    """A value as JSON, never kept by caches."""
    return Response(
        _encoder.encode(shape),
        status_code=status,
        headers={"cache-control": "no-store"},
        media_type="application/json",
    )
