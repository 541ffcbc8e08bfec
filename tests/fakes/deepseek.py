"""A stand-in for the DeepSeek API that keeps its documented rules, as a real HTTP server.

Rules (api-docs.deepseek.com, read in 2026-11): keys, roles and values are checked (401, 400, 422);
an empty account gets 402; more than `slots` requests in flight get 429, or wait with `: keep-alive`
where `queue` is on; thinking is on unless it is switched off, and its tokens are output; the usage
comes in the last chunk if it was asked for; the cache counts prefix units (see prefix_cache).
"""

import asyncio
import json
import re
import socket
import threading
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from dengmi.core.chat import Message
from dengmi.language.tokens import estimate_tokens
from dengmi.models.extractive import extract
from tests.fakes.prefix_cache import PrefixCache

Fault = Literal[
    "cut", "empty", "500", "503", "402", "garbage", "filter", "resource", "silent", "429"
]
MODELS = ("deepseek-flash", "deepseek-v4-pro", "deepseek-v4-flash")
THOUGHT = "The sentences have to be compared with the question. "
_PIECE = re.compile(r"\s*(?:[A-Za-z0-9.']+|.)", re.DOTALL)


@dataclass
class FakeDeepSeek:
    """The server's behaviour and what it saw.

    Attributes:
        slots: requests in flight at the most.
        queue: whether what is above waits (with keep-alive comments) instead of getting 429.
        first, per_second: seconds until the first token, tokens a second; 0 is at once.
        answer: what it answers to messages.
        faults: what goes wrong with the next requests, in order; None is nothing.
        requests: every body received.
        thinking_tokens: about how many tokens it thinks.
        at_once: tokens that come without a pause, whatever the speed.
        counts: whether its cache is looked at; loads do without.
        held: whether first tokens wait, see `hold`.
    """

    key: str = "sk-test"
    slots: int = 2500
    queue: bool = False
    first: float = 0.0
    per_second: float = 0.0
    answer: Callable[[Sequence[Message]], str] = extract
    faults: list[Fault | None] = field(default_factory=list)
    requests: list[dict[str, Any]] = field(default_factory=list)
    thinking_tokens: int = 40
    at_once: int = 0
    counts: bool = True
    keep_alive: float = 0.5
    making: float = 0.0
    held: bool = False
    served: int = 0
    running: int = 0
    most_running: int = 0
    aborted: int = 0
    now: Callable[[], float] = time.monotonic

    def __post_init__(self) -> None:
        """A cache that is empty."""
        self.cache = PrefixCache(estimate_tokens, self.now, making=self.making)

    def hold(self) -> None:
        """Let nobody have a first token, until `go_on`. Called from any thread."""
        self.held = True

    def go_on(self) -> None:
        """Answer what was held back."""
        self.held = False

    async def chat(self, request: Request) -> Response:
        """POST /chat/completions."""
        body, refused = await self._read(request)
        if refused is not None:
            return refused
        fault = self.faults.pop(0) if self.faults else None
        if fault in ("402", "500", "503", "429"):
            return _error(int(fault), {"402": "Insufficient Balance"}.get(fault, "failed"))
        if self.running >= self.slots and not self.queue:
            return _error(429, "Rate limit reached: too many requests in flight")
        if not body.get("stream"):
            return await self._whole(body)
        return StreamingResponse(self._stream(body, fault), media_type="text/event-stream")

    async def _read(self, request: Request) -> tuple[dict[str, Any], Response | None]:
        if request.headers.get("authorization") != f"Bearer {self.key}":
            return {}, _error(401, "Authentication Fails")
        try:
            body = await request.json()
        except ValueError:
            return {}, _error(400, "invalid JSON")
        self.requests.append(body)
        return body, _checked(body)

    async def _whole(self, body: dict[str, Any]) -> Response:
        text = thought = ""
        usage: dict[str, Any] = {}
        finish = "stop"
        async for delta, done, used in self._pieces(body, None):
            text += delta.get("content") or ""
            thought += delta.get("reasoning_content") or ""
            finish, usage = done or finish, used or usage
        message = {"role": "assistant", "content": text, "reasoning_content": thought or None}
        choice = {"index": 0, "message": message, "finish_reason": finish}
        return JSONResponse(
            {**_frame(body, "chat.completion"), "choices": [choice], "usage": usage}
        )

    async def _stream(self, body: dict[str, Any], fault: Fault | None) -> AsyncIterator[bytes]:
        while self.running >= self.slots:
            yield b": keep-alive\n\n"
            await asyncio.sleep(self.keep_alive)
        if fault == "silent":
            while True:
                yield b": keep-alive\n\n"
                await asyncio.sleep(self.keep_alive)
        wants_usage = (body.get("stream_options") or {}).get("include_usage")
        usage: dict[str, Any] = {}
        sent = 0
        async for delta, done, used in self._pieces(body, fault):
            usage = used or usage
            choice = {"index": 0, "delta": delta, "finish_reason": done}
            chunk = {**_frame(body, "chat.completion.chunk"), "choices": [choice]}
            yield _line({**chunk, "usage": None} if wants_usage else chunk)
            sent += 1
            if fault == "garbage" and sent == 2:
                yield b"data: {not json\n\n\xff\xfe\n\n"
            if fault == "cut" and sent == 6:
                return
        if wants_usage:
            frame = _frame(body, "chat.completion.chunk")
            yield _line({**frame, "choices": [], "usage": usage})
        yield b"data: [DONE]\n\n"

    async def _pieces(
        self, body: dict[str, Any], fault: Fault | None
    ) -> AsyncIterator[tuple[dict[str, str], str | None, dict[str, Any] | None]]:
        messages = [(each["role"], each["content"]) for each in body["messages"]]
        user = str(body.get("user_id", ""))
        hit, miss = self.cache.split(user, messages) if self.counts else (0, 100)
        thinks = (body.get("thinking") or {}).get("type", "enabled") == "enabled"
        self.running += 1
        self.most_running = max(self.most_running, self.running)
        ended = False
        try:
            await asyncio.sleep(self.first)
            while self.held:  # noqa: ASYNC110 - set by another thread
                await asyncio.sleep(0.02)
            text = self.answer([Message(role, words) for role, words in messages])
            if (body.get("response_format") or {}).get("type") == "json_object":
                text = json.dumps({"answer": text}, ensure_ascii=False)
            text = "" if fault == "empty" else text
            thought = THOUGHT * max(self.thinking_tokens // 15, 1) if thinks else ""
            left, finish = body.get("max_tokens") or (64_000 if thinks else 8_000), "stop"
            spoken: list[str] = []
            for kind, whole in (("reasoning_content", thought), ("content", text)):
                for piece in _PIECE.findall(whole):
                    left -= estimate_tokens(piece)
                    if left < 0:
                        finish = "length"
                        break
                    spoken.append(piece)
                    yield {kind: piece}, None, None
                    if self.per_second and len(spoken) > self.at_once:
                        await asyncio.sleep(estimate_tokens(piece) / self.per_second)
            finish = {"filter": "content_filter", "resource": "insufficient_system_resource"}.get(
                fault or "", finish
            )
            if self.counts:
                self.cache.note(user, messages, text)
            output = estimate_tokens("".join(spoken))
            usage = _usage(hit, miss, output, min(estimate_tokens(thought), output))
            ended = True
            self.served += 1
            yield {"content": ""}, finish, usage
        finally:
            self.running -= 1
            self.aborted += not ended

    def app(self) -> Starlette:
        """The ASGI application."""
        paths = ("/chat/completions", "/v1/chat/completions")
        return Starlette(routes=[Route(path, self.chat, methods=["POST"]) for path in paths])


class Serving:
    """Runs an application on a loopback port in a thread, until it is left."""

    def __init__(self, app: Starlette) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=2048)
        self.address = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        config = uvicorn.Config(
            app, log_level="warning", lifespan="off", timeout_graceful_shutdown=1
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [self._socket]}, daemon=True
        )

    def __enter__(self) -> "Serving":
        self._thread.start()
        while not self._server.started:
            time.sleep(0.01)
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join(10)
        self._socket.close()


def _checked(body: dict[str, Any]) -> Response | None:
    """The refusal of a body that breaks a rule."""
    messages = body.get("messages")
    if body.get("model") not in MODELS:
        return _error(400, "Model Not Exist")
    if not isinstance(messages, list) or not messages:
        return _error(422, "messages: field required")
    for message in messages:
        if message.get("role") not in ("system", "user", "assistant", "tool"):
            return _error(422, f"unknown variant `{message.get('role')}`")
        if not isinstance(message.get("content"), str):
            return _error(422, "content: invalid type")
    thinking = body.get("thinking", {"type": "enabled"})
    if not isinstance(thinking, dict) or thinking.get("type") not in ("enabled", "disabled"):
        return _error(400, "thinking.type must be enabled or disabled")
    most = 1 if body.get("max_tokens") is None else body["max_tokens"]
    if not isinstance(most, int) or not 1 <= most <= 393_216:
        return _error(400, "Invalid max_tokens value, the valid range is [1, 393216]")
    if not 0 <= (body.get("temperature") or 0) <= 2:
        return _error(400, "Invalid temperature value, the valid range is [0, 2.0]")
    if not re.fullmatch(r"[a-zA-Z0-9\-_]{0,512}", str(body.get("user_id", ""))):
        return _error(400, "Invalid user_id")
    json_mode = (body.get("response_format") or {}).get("type") == "json_object"
    if json_mode and not any("json" in each["content"].lower() for each in messages):
        return _error(400, "Prompt must contain the word 'json' in some form")
    if body.get("tools") and thinking["type"] == "enabled":
        for message in messages:
            if message["role"] == "assistant" and "reasoning_content" not in message:
                return _error(
                    400,
                    "The reasoning_content in the thinking mode must be passed back to the API.",
                )
    return None


def _usage(hit: int, miss: int, output: int, reasoning: int) -> dict[str, Any]:
    return {
        "prompt_tokens": hit + miss,
        "completion_tokens": output,
        "total_tokens": hit + miss + output,
        "prompt_cache_hit_tokens": hit,
        "prompt_cache_miss_tokens": miss,
        "prompt_tokens_details": {"cached_tokens": hit},
        "completion_tokens_details": {"reasoning_tokens": reasoning},
    }


def _frame(body: dict[str, Any], kind: str) -> dict[str, Any]:
    return {
        "id": "chatcmpl-1",
        "object": kind,
        "created": 1,
        "model": body["model"],
        "system_fingerprint": "fp_fake",
    }


def _line(value: object) -> bytes:
    return b"data: " + json.dumps(value, ensure_ascii=False).encode() + b"\n\n"


def _error(status: int, message: str) -> Response:
    error = {"message": message, "type": "invalid_request_error", "param": None, "code": status}
    return JSONResponse({"error": error}, status)
