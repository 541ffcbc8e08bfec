"""The endpoint of the tests as a server that benchmarks start: see tests/fakes/deepseek.py."""

import re
from collections.abc import Sequence

import uvicorn
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from dengmi.core.chat import Message
from tests.fakes.deepseek import FakeDeepSeek

_FIRST = re.compile(r"\[(\d+\.\d+)\] (.+)")


def _answer(messages: Sequence[Message]) -> str:
    """The first sentence of the prompt, then some more words: next to no work for the endpoint."""
    found = _FIRST.search(messages[-1].text)
    first = f"{found[2]} [{found[1]}]" if found else "Nothing."
    return f"{first}\n\n{'That is what the articles say about it. ' * 4}"


def run(port: int, first: float) -> None:
    """Serve until stopped; GET /speed changes how fast it answers."""
    fake = FakeDeepSeek(first=first, per_second=60, at_once=60, counts=False, answer=_answer)

    async def speed(request: Request) -> JSONResponse:
        if request.query_params:
            fake.first = float(request.query_params["first"])
            fake.per_second = float(request.query_params["per_second"])
        return JSONResponse({"served": fake.served, "running": fake.running})

    app = fake.app()
    app.router.routes.append(Route("/speed", speed))
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning")
