"""Models behind an endpoint that speaks the OpenAI chat API: DeepSeek, vLLM, SGLang, llama.cpp,
Ollama and others. What they do differently is in `profiles`."""

import asyncio
import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing

from dengmi.core.charges import Tokens
from dengmi.core.chat import ChatRequest, Piece
from dengmi.core.errors import ModelFailed, Trouble
from dengmi.models.connection import Connection, Reply, Unreachable
from dengmi.models.hearing import Hearing
from dengmi.models.http1 import Lost
from dengmi.models.keys import bearer, without_key
from dengmi.models.payload import body_of, chunk_of, trouble_of, wait_of
from dengmi.models.profiles import Profile, always_thinks, profile_in, profile_of
from dengmi.models.sse import LONGEST, TooLong
from dengmi.models.stream import AnswerStream
from dengmi.models.thinking import Start
from dengmi.settings.load import DEEPSEEK
from dengmi.settings.options import ModelSettings

_PATH = "/chat/completions"
_LONGEST_BODY = 20_000
_LISTING = 2.0
"""Most seconds for asking a server what it is."""
_LAST = 0.5
"""Most seconds for the end of a response after `[DONE]`: read to its end, its connection serves
the next request."""


class OpenAiModel:
    """One model behind an endpoint. At most `slots` requests are in flight; others wait here.

    Nothing is tried again here, apart from a connection that had been closed unnoticed: the next
    model of the level is the second try.
    """

    def __init__(self, name: str, settings: ModelSettings) -> None:
        self.name = name
        self._settings = settings
        base = settings.base_url or (DEEPSEEK if settings.kind == "deepseek" else "")
        self._base = base.rstrip("/").removesuffix(_PATH)
        self._profile = profile_of(settings.profile, self._base, settings.kind)
        self._profiling = asyncio.Lock()
        self._starts: dict[bool, Start] = {}
        self._slots = asyncio.Semaphore(settings.slots)
        self._connection = Connection(settings.slots)

    async def chat(self, request: ChatRequest) -> AsyncGenerator[Piece, None]:
        """The pieces of one answer (see core.chat.ChatModel). Raises ModelFailed."""
        async with self._slots, aclosing(self._pieces(request)) as pieces:
            async for piece in pieces:
                yield piece

    async def close(self) -> None:
        """Close the connections."""
        await self._connection.close()

    async def _pieces(self, request: ChatRequest) -> AsyncGenerator[Piece, None]:
        headers = {"Accept": "text/event-stream", **bearer(self._settings.api_key, self.name)}
        sent = time.monotonic()
        stream: AnswerStream | None = None
        try:
            async with asyncio.timeout(self._settings.first):
                profile = await self._profiled(headers)
                stream = AnswerStream(
                    self.name, request, self._start(profile, request.thinking), apart=profile.apart
                )
                model, send_asker = self._settings.model, self._settings.send_asker
                body = body_of(request, model, profile, send_asker=send_asker)
                address = f"{self._base}{_PATH}"
                reply = await self._connection.post(address, body, headers, request.sent)
            try:
                if reply.status != 200:
                    raise await self._refused(reply)
                async with aclosing(self._read(reply, stream, request, sent)) as pieces:
                    async for piece in pieces:
                        yield piece
                self._starts[request.thinking] = stream.found
            finally:
                reply.close()
        except ModelFailed as error:
            raise self._masked(error) from None
        except TimeoutError:
            raise ModelFailed("slow", self.name) from None
        except Lost:
            trouble: Trouble = "cut" if stream is not None and stream.began else "down"
            raise ModelFailed(trouble, self.name, reason="connection lost") from None
        except TooLong:
            raise ModelFailed("down", self.name, reason="not an event stream") from None
        except Unreachable as error:
            raise self._masked(ModelFailed("down", self.name, reason=str(error))) from None

    async def _read(
        self, reply: Reply, stream: AnswerStream, request: ChatRequest, sent: float
    ) -> AsyncGenerator[Piece, None]:
        """The pieces of a response that came through. Waiting ends `first` after the request was
        sent, whatever signs of life the endpoint gives; later tokens may be `between` apart."""
        if reply.header("content-type").startswith("application/json"):
            async with asyncio.timeout_at(_loop_time(sent + self._settings.first)):
                whole = await _body(reply, LONGEST)
            stream.done = True
            for piece in (*stream.take(whole.decode("utf-8", "replace")), *stream.end()):
                yield piece
            return
        between = self._settings.between
        heard = Hearing(
            reply, stream, request, sent=sent, first=self._settings.first, between=between
        )
        while True:
            for piece in heard.pieces():
                yield piece
            if stream.done:
                await _finish(reply)
                break
            try:
                going = await reply.more()
            except (Lost, TimeoutError):
                for piece in heard.rest():
                    yield piece
                raise
            if not going:
                break
        for piece in heard.rest():
            yield piece
        for piece in stream.end():
            yield piece

    def _start(self, profile: Profile, thinking: bool) -> Start:
        """What the text of this model begins with: as it turned out the last time. Where nothing
        is known and it may be thinking, the first answer is held back until that is clear."""
        usual: Start = "answer"
        if not profile.apart and (thinking or always_thinks(self._settings.model)):
            usual = "unsure"
        return self._starts.get(thinking, usual)

    async def _profiled(self, headers: Mapping[str, str]) -> Profile:
        """The profile; where address and settings do not tell it, the server is asked once."""
        if self._profile is not None:
            return self._profile
        async with self._profiling:
            if self._profile is None:
                self._profile = profile_in(await self._listing(headers))
            return self._profile

    async def _listing(self, headers: Mapping[str, str]) -> str:
        """The beginning of the server's list of models, "" where it gives none."""
        try:
            async with asyncio.timeout(_LISTING):
                reply = await self._connection.get(f"{self._base}/models", headers)
                try:
                    if reply.status == 200:
                        return (await _body(reply, _LONGEST_BODY)).decode("utf-8", "replace")
                finally:
                    reply.close()
        except (TimeoutError, Lost):
            pass
        return ""

    async def _refused(self, reply: Reply) -> ModelFailed:
        text = (await _body(reply, _LONGEST_BODY)).decode("utf-8", "replace")
        chunk = chunk_of(text)
        message = chunk.error if chunk and chunk.error else text
        error = ModelFailed(
            trouble_of(reply.status),
            self.name,
            retry_after=wait_of(reply.header("retry-after"), time.time()),
            reason=f"HTTP {reply.status} {message}",
        )
        error.used = Tokens()  # nobody takes money for a refusal
        return error

    def _masked(self, error: ModelFailed) -> ModelFailed:
        if "reason" in error.params:
            reason = str(error.params["reason"])
            error.params["reason"] = without_key(reason, self._settings.api_key)
        return error


async def _body(reply: Reply, most: int) -> bytes:
    """The first bytes of a response."""
    raw = b""
    while len(raw) <= most and (part := await reply.read()):
        raw += part
    return raw[:most]


async def _finish(reply: Reply) -> None:
    """Read what little comes after the last event."""
    try:
        reply.wait_until(asyncio.get_running_loop().time() + _LAST)
        while await reply.more():
            pass
    except (TimeoutError, Lost):
        pass


def _loop_time(monotonic: float) -> float:
    """A time of the monotonic clock as the event loop counts it."""
    return asyncio.get_running_loop().time() + monotonic - time.monotonic()
