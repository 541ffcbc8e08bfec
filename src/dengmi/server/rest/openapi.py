"""The OpenAPI 3.1 description of the REST API, made from `operations.OPERATIONS`."""

from collections.abc import Iterable
from functools import cache
from http import HTTPStatus

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from dengmi import __version__
from dengmi.server.problems import MEDIA_TYPE
from dengmi.server.rest.models import ProblemResponse
from dengmi.server.rest.operations import OPERATIONS, Operation

PREFIX = "/api/v1"

Json = dict[str, object]


async def openapi(request: Request) -> Response:  # noqa: ARG001
    """GET /openapi.json"""
    return Response(_encoded(), media_type="application/json")


def description(operations: Iterable[Operation] = OPERATIONS) -> Json:
    """The whole description as a JSON value."""
    operations = tuple(operations)
    paths: dict[str, dict[str, Json]] = {}
    for one in operations:
        paths.setdefault(PREFIX + one.path, {})[one.method.lower()] = _operation(one)
    types = {kind for one in operations for kind in (one.reply, one.body) if kind is not None}
    ordered = sorted(types, key=lambda kind: kind.__name__)
    _, schemas = msgspec.json.schema_components([*ordered, ProblemResponse], ref_template=_REF)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Dengmi",
            "version": __version__,
            "description": (
                "Answers made of exact sentences of your articles. Programs that speak OpenAI's "
                "chat completions API find desks as models at `/v1`; programs that speak MCP find "
                "tools at `/mcp`."
            ),
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"operator": {"type": "http", "scheme": "bearer"}},
        },
    }


_REF = "#/components/schemas/{name}"


@cache
def _encoded() -> bytes:
    return msgspec.json.encode(description())


def _operation(one: Operation) -> Json:
    shape: Json = {
        "operationId": one.id,
        "summary": one.summary,
        "description": one.text,
        "parameters": list(_parameters(one)),
        "responses": _responses(one),
    }
    if one.body is not None:
        content = {"application/json": {"schema": _ref(one.body)}}
        shape["requestBody"] = {"required": True, "content": content}
    if one.operator:
        shape["security"] = [{"operator": []}, {}]
    return shape


def _parameters(one: Operation) -> Iterable[Json]:
    rows = (
        ("path", one.path_texts, True),
        ("query", one.query_texts, False),
        ("header", one.header_texts, False),
    )
    for place, texts, required in rows:
        for name, text in texts.items():
            schema: Json = {"type": "string"}
            if required:
                schema["minLength"] = 1
            yield {
                "name": name,
                "in": place,
                "required": required,
                "description": text,
                "schema": schema,
            }


def _responses(one: Operation) -> Json:
    content: Json = {"application/json": {"schema": _ref(one.reply)}}
    if one.streams:
        content["text/event-stream"] = {"schema": {"type": "string"}}
    shape: Json = {str(one.status): {"description": "As wished.", "content": content}}
    for status in one.failures:
        shape[str(status)] = {
            "description": HTTPStatus(status).phrase,
            "content": {MEDIA_TYPE: {"schema": _ref(ProblemResponse)}},
        }
    shape["default"] = {
        "description": "A failure.",
        "content": {MEDIA_TYPE: {"schema": _ref(ProblemResponse)}},
    }
    return shape


def _ref(kind: type[msgspec.Struct]) -> Json:
    return {"$ref": _REF.format(name=kind.__name__)}
