"""Models behind an endpoint that speaks the OpenAI chat API: DeepSeek, vLLM, SGLang, llama.cpp,
Ollama and others. What they do differently is in `profiles`."""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator
from typing import TYPE_CHECKING

from dengmi.core.chat import ChatRequest, Ended, Piece, Said, Thought, Waiting
from dengmi.core.errors import ModelFailed, Trouble
from dengmi.core.records import Tokens
from dengmi.language.tokens import estimate_tokens
from dengmi.models.payload import OVERLOADED, body_of, chunk_of, ending_of
from dengmi.models.profiles import profile_of
from dengmi.models.sse import Comment, LineTooLong, read_events
from dengmi.models.thinking import ThinkSplitter
from dengmi.settings.load import DEEPSEEK
from dengmi.settings.options import ModelSettings

if TYPE_CHECKING:
    import httpx

CONNECT = 10.0
"""Seconds to connect."""

_LONGEST_REASON = 200
_LONGEST_BODY = 20_000

_TROUBLES: dict[int, Trouble] = {
    400: "request",
    401: "key",
    402: "funds",
    403: "key",
    404: "request",
    408: "slow",
    413: "request",
    422: "request",
    429: "busy",
}


class OpenAiModel:
    """One model behind an endpoint. At most `slots` requests are in flight; others wait here."""

    def __init__(self, name: str, settings: ModelSettings) -> None:
        self.name = name
        self._settings = settings
        base = settings.base_url or (DEEPSEEK if settings.kind == "deepseek" else "")
        self._address = f"{base.rstrip('/')}/chat/completions"
        self._profile = profile_of(settings.profile, base, settings.kind)
        self._slots = asyncio.Semaphore(settings.slots)
        self._client: httpx.AsyncClient | None = None

    async def chat(self, request: ChatRequest) -> AsyncGenerator[Piece, None]:
        """The pieces of one answer (see core.chat.ChatModel). Raises ModelFailed."""
        async with self._slots:
            stream = _Stream(self.name, request)
            async for piece in self._pieces(stream, request):
                yield piece

    async def close(self) -> None:
        """Close the connections."""
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    async def _pieces(self, stream: "_Stream", request: ChatRequest) -> AsyncIterator[Piece]:
        client = await self._connected()
        import httpx

        asker = request.asker if self._settings.send_asker else ""
        body = body_of(_with_asker(request, asker), self._settings.model, self._profile)
        try:
            async with client.stream(
                "POST", self._address, json=body, headers=self._headers(), timeout=self._timeout()
            ) as response:
                if response.status_code != 200:
                    raise await self._refused(response)
                async for piece in self._read(response, stream):
                    yield piece
        except httpx.TimeoutException:
            raise ModelFailed("slow", self.name) from None
        except (httpx.RemoteProtocolError, httpx.ReadError):
            trouble: Trouble = "cut" if stream.began else "down"
            raise ModelFailed(trouble, self.name, reason="connection lost") from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise ModelFailed("down", self.name, reason=_reason(error)) from None

    async def _read(self, response: "httpx.Response", stream: "_Stream") -> AsyncIterator[Piece]:
        """The pieces of a response that came through. Waiting ends with `first`, whatever
        signs of life the endpoint gives; later pieces may be `between` apart."""
        began = time.monotonic()
        events = read_events(response.aiter_bytes())
        try:
            while True:
                left = self._settings.between
                if not stream.began:
                    left = self._settings.first - (time.monotonic() - began)
                async with asyncio.timeout(max(left, 0.0)):
                    event = await anext(events, None)
                if event is None:
                    break
                if isinstance(event, Comment):
                    if not stream.began:
                        yield Waiting(time.monotonic() - began)
                    continue
                for piece in stream.take(event.text):
                    yield piece
                if stream.done:
                    break
            for piece in stream.end():
                yield piece
        except TimeoutError:
            raise ModelFailed("slow", self.name) from None
        except LineTooLong:
            raise ModelFailed("down", self.name, reason="not an event stream") from None
        finally:
            await events.aclose()

    async def _connected(self) -> "httpx.AsyncClient":
        """Made in a thread: importing the library and reading certificates takes a while."""
        if self._client is None:
            made = await asyncio.to_thread(_client, self._settings.slots)
            if self._client is None:
                self._client = made
        return self._client

    def _headers(self) -> dict[str, str]:
        headers = {"Accept": "text/event-stream"}
        if self._settings.api_key:
            headers["Authorization"] = f"Bearer {self._settings.api_key}"
        return headers

    def _timeout(self) -> "httpx.Timeout":
        import httpx

        longest = max(self._settings.first, self._settings.between) + 1
        return httpx.Timeout(longest, connect=CONNECT, pool=self._settings.first)

    async def _refused(self, response: "httpx.Response") -> ModelFailed:
        trouble = _TROUBLES.get(response.status_code, "down")
        after = response.headers.get("retry-after", "")
        reason = f"HTTP {response.status_code} {await _message(response)}".strip()
        key = self._settings.api_key
        return ModelFailed(
            trouble,
            self.name,
            retry_after=float(after) if after.isdecimal() else None,
            reason=reason.replace(key, "•••") if key else reason,
        )


class _Stream:
    """What has come of one answer so far."""

    def __init__(self, name: str, request: ChatRequest) -> None:
        self._name = name
        self._request = request
        self._splitter = ThinkSplitter()
        self._finish = ""
        self._tokens: Tokens | None = None
        self._version = ""
        self._thought: list[str] = []
        self._said: list[str] = []
        self.began = False
        self.done = False

    def take(self, data: str) -> list[Piece]:
        """The pieces of one event. Lines that are no JSON are passed over."""
        if data.strip() == "[DONE]":
            self.done = True
            return []
        chunk = chunk_of(data)
        if chunk is None:
            return []
        if chunk.error:
            raise ModelFailed("down", self._name, reason=chunk.error[:_LONGEST_REASON])
        self._finish = chunk.finish or self._finish
        self._tokens = chunk.tokens or self._tokens
        self._version = chunk.version or self._version
        pieces: list[Piece] = [Thought(chunk.thought)] if chunk.thought else []
        pieces += self._splitter.feed(chunk.text)
        return self._noted(pieces)

    def end(self) -> list[Piece]:
        """The last pieces. Raises ModelFailed where the answer is not whole."""
        pieces = self._noted(list(self._splitter.end()))
        if self._finish == OVERLOADED:
            raise ModelFailed("busy", self._name)
        if not self._finish and not self.done:
            trouble: Trouble = "cut" if self.began else "down"
            raise ModelFailed(trouble, self._name, reason="the stream ended early")
        if not "".join(self._said).strip() and ending_of(self._finish) == "stop":
            raise ModelFailed("empty", self._name)
        counted = self._tokens is not None
        tokens = self._tokens if self._tokens is not None else self._estimated()
        return [*pieces, Ended(ending_of(self._finish), tokens, self._version, counted)]

    def _noted(self, pieces: list[Piece]) -> list[Piece]:
        for piece in pieces:
            self.began = True
            if isinstance(piece, Thought):
                self._thought.append(piece.text)
            elif isinstance(piece, Said):
                self._said.append(piece.text)
        return pieces

    def _estimated(self) -> Tokens:
        thought = estimate_tokens("".join(self._thought))
        return Tokens(
            miss=sum(estimate_tokens(each.text) for each in self._request.messages),
            output=thought + estimate_tokens("".join(self._said)),
            reasoning=thought,
        )


def _client(slots: int) -> "httpx.AsyncClient":
    import httpx

    limits = httpx.Limits(max_connections=slots + 8, max_keepalive_connections=slots)
    return httpx.AsyncClient(limits=limits, follow_redirects=False)


def _with_asker(request: ChatRequest, asker: str) -> ChatRequest:
    if request.asker == asker:
        return request
    from dataclasses import replace

    return replace(request, asker=asker)


async def _message(response: "httpx.Response") -> str:
    """The first words of an error's body: its message, or its text."""
    raw = b""
    async for part in response.aiter_bytes():
        raw += part
        if len(raw) > _LONGEST_BODY:
            break
    text = raw[:_LONGEST_BODY].decode("utf-8", "replace")
    chunk = chunk_of(text)
    return " ".join((chunk.error if chunk and chunk.error else text).split())[:_LONGEST_REASON]


def _reason(error: Exception) -> str:
    return " ".join((str(error) or type(error).__name__).split())[:_LONGEST_REASON]
