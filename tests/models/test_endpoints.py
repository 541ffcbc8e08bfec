"""The adapter against other servers than DeepSeek's, good and bad, over real HTTP."""

import asyncio
import json
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from dengmi.core.chat import ChatRequest, Ended, Message, Piece, Said, Thought, Waiting
from dengmi.core.errors import ModelFailed
from dengmi.models.openai import OpenAiModel
from dengmi.settings.options import ModelSettings
from tests.fakes.deepseek import Serving

Answer = Callable[[dict[str, Any]], Response]


class Server:
    """Answers as it is told to, and remembers what was asked."""

    def __init__(self) -> None:
        self.owner = ""
        self.answer: Answer = lambda body: _streamed([_say("Yes.", "stop"), "[DONE]"])
        self.bodies: list[dict[str, Any]] = []
        self.listings = 0
        self.ports: set[int] = set()

    async def chat(self, request: Request) -> Response:
        assert request.client is not None
        self.ports.add(request.client.port)
        self.bodies.append(await request.json())
        return self.answer(self.bodies[-1])

    async def models(self, request: Request) -> Response:
        self.listings += 1
        if not self.owner:
            return JSONResponse({"detail": "Not Found"}, 404)
        return JSONResponse({"object": "list", "data": [{"id": "m", "owned_by": self.owner}]})


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def address(server: Server) -> Iterator[str]:
    routes = [
        Route("/v1/chat/completions", server.chat, methods=["POST"]),
        Route("/v1/models", server.models),
    ]
    with Serving(Starlette(routes=routes)) as serving:
        yield f"{serving.address}/v1"


def _say(text: str, finish: str | None = None, **delta: str) -> str:
    choice = {"index": 0, "delta": {"content": text, **delta}, "finish_reason": finish}
    return json.dumps({"model": "m", "choices": [choice]})


def _streamed(events: Sequence[str | float]) -> Response:
    async def lines() -> AsyncIterator[bytes]:
        for event in events:
            if isinstance(event, float):
                await asyncio.sleep(event)
            elif event.startswith(":"):
                yield f"{event}\n\n".encode()
            else:
                yield f"data: {event}\n\n".encode()

    return StreamingResponse(lines(), media_type="text/event-stream; charset=utf-8")


def _model(address: str, **fields: object) -> OpenAiModel:
    made: dict[str, object] = {"kind": "openai", "model": "m", "base_url": address, "first": 2.0}
    return OpenAiModel("own", ModelSettings(**(made | {"between": 2.0} | fields)))


async def _asked(model: OpenAiModel, **fields: object) -> list[Piece]:
    made: dict[str, object] = {"messages": (Message("user", "Why?"),), "max_tokens": 50}
    return [piece async for piece in model.chat(ChatRequest(**(made | fields)))]


async def _failed(model: OpenAiModel, **fields: object) -> ModelFailed:
    with pytest.raises(ModelFailed) as caught:
        await _asked(model, **fields)
    return caught.value


def _said(pieces: Sequence[Piece]) -> list[str]:
    return [piece.text for piece in pieces if isinstance(piece, Said)]


def _thought(pieces: Sequence[Piece]) -> str:
    return "".join(piece.text for piece in pieces if isinstance(piece, Thought))


@asynccontextmanager
async def _closing(model: OpenAiModel) -> AsyncIterator[OpenAiModel]:
    try:
        yield model
    finally:
        await model.close()


Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def _raw(handler: Handler) -> AsyncIterator[str]:
    """A server of bare connections; the address of it."""
    running: list[asyncio.Future[None]] = []

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await handler(reader, writer)
        writer.close()
        await writer.wait_closed()

    def begin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        running.append(asyncio.ensure_future(connected(reader, writer)))

    listening = await asyncio.start_server(begin, "127.0.0.1", 0)
    async with listening:
        yield f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/v1"
        await asyncio.gather(*running)


async def test_a_server_is_asked_once_what_it_is(address: str, server: Server) -> None:
    server.owner = "vllm"
    async with _closing(_model(address)) as model:
        await asyncio.gather(*(_asked(model) for _ in range(5)))
    assert server.listings == 1
    switched = {"enable_thinking": False, "thinking": False}
    assert [body["chat_template_kwargs"] for body in server.bodies] == [switched] * 5
    async with _closing(_model(address, profile="ollama")) as model:
        await _asked(model)
    assert server.listings == 1


async def test_a_server_that_does_not_say_is_told_nothing_special(
    address: str, server: Server
) -> None:
    async with _closing(_model(f"{address}/chat/completions/")) as model:
        assert _said(await _asked(model)) == ["Yes."]
    assert set(server.bodies[0]) == {
        "model", "messages", "max_tokens", "stream", "stream_options",
    }  # fmt: skip


async def test_requests_one_after_the_other_use_one_connection(
    address: str, server: Server
) -> None:
    async with _closing(_model(address)) as model:
        for _ in range(4):
            await _asked(model)
    assert len(server.ports) == 1


async def test_thinking_that_begins_inside_is_never_said(address: str, server: Server) -> None:
    events = [*map(_say, ["Let me", " see.", "</th", "ink>", "\n\nIt is", " so"])]
    server.answer = lambda body: _streamed([*events, _say(".", "stop"), "[DONE]"])
    async with _closing(_model(address)) as model:
        for _ in range(2):
            pieces = await _asked(model, thinking=True)
            assert _said(pieces) == ["It is", " so", "."]
            assert _thought(pieces) == "Let me see."
        # The second time nothing had to be held back: thinking streamed from its first word on.
        assert pieces[0] == Thought("Let me")


async def test_what_a_server_thinks_by_itself_is_known_by_the_name_of_the_model(
    address: str, server: Server
) -> None:
    server.answer = lambda body: _streamed([_say("Hm.</think>Yes.", "stop")])
    async with _closing(_model(address, model="DeepSeek-R1-Distill-Llama-8B")) as model:
        assert _said(await _asked(model)) == ["Yes."]


async def test_an_answer_that_may_be_thinking_is_held_only_once(
    address: str, server: Server
) -> None:
    server.answer = lambda body: _streamed([_say("It"), _say(" is."), _say("", "stop")])
    async with _closing(_model(address)) as model:
        assert _said(await _asked(model, thinking=True)) == ["It is."]
        assert _said(await _asked(model, thinking=True)) == ["It", " is."]
        assert _said(await _asked(model)) == ["It", " is."]


async def test_a_server_that_does_not_stream_is_read_too(address: str, server: Server) -> None:
    message = {"role": "assistant", "content": "<think>Hm.</think>Yes."}
    whole = {"choices": [{"message": message, "finish_reason": "stop"}], "model": "m"}
    server.answer = lambda body: JSONResponse(whole)
    async with _closing(_model(address)) as model:
        pieces = await _asked(model)
    assert (_thought(pieces), _said(pieces)) == ("Hm.", ["Yes."])
    assert isinstance(pieces[-1], Ended)
    assert not pieces[-1].counted
    assert pieces[-1].tokens.output > 0


@pytest.mark.parametrize(
    "events",
    [
        [": keep-alive", 0.1] * 100,
        [10.0, _say("Late.", "stop")],
        [json.dumps({"choices": [{"delta": {"role": "assistant"}}]}), 0.2] * 50,
    ],
)
async def test_signs_of_life_do_not_put_off_the_first_token(
    address: str, server: Server, events: list[str | float]
) -> None:
    server.answer = lambda body: _streamed(events)
    began = time.monotonic()
    async with _closing(_model(address, first=0.5)) as model:
        assert (await _failed(model)).trouble == "slow"
    assert time.monotonic() - began < 6.0


async def test_signs_of_life_do_not_put_off_the_next_token(address: str, server: Server) -> None:
    server.answer = lambda body: _streamed([_say("It is"), *([": keep-alive", 0.1] * 30)])
    async with _closing(_model(address, between=0.4)) as model:
        assert (await _failed(model)).trouble == "slow"


async def test_a_server_that_sends_no_head_in_time_is_given_up() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    began = time.monotonic()
    async with _raw(silent) as address, _closing(_model(address, first=0.4)) as model:
        assert (await _failed(model)).trouble == "slow"
    assert time.monotonic() - began < 6.0


async def test_waiting_counts_from_the_sending_of_the_request(address: str, server: Server) -> None:
    server.answer = lambda body: _streamed([0.3, ": keep-alive", _say("Yes.", "stop")])
    async with _closing(_model(address, profile="generic")) as model:
        waited = [each.seconds for each in await _asked(model) if isinstance(each, Waiting)]
    assert waited
    assert 0.3 <= waited[0] < 2.0


async def test_a_connection_closed_unnoticed_is_opened_anew_once() -> None:
    heads: list[int] = []
    whole = json.dumps({"choices": [{"message": {"content": "Yes."}, "finish_reason": "stop"}]})

    async def closing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answers once on each connection; closes it when it is used again."""
        for use in range(2):
            try:
                head = await reader.readuntil(b"\r\n\r\n")
            except asyncio.IncompleteReadError:
                return
            length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
            await reader.readexactly(length)
            heads.append(use)
            if use == 0:
                writer.write(
                    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                    + f"Content-Length: {len(whole)}\r\n\r\n{whole}".encode()
                )
                await writer.drain()

    async with _raw(closing) as address, _closing(_model(address, profile="generic")) as model:
        assert _said(await _asked(model)) == ["Yes."]
        assert _said(await _asked(model)) == ["Yes."]
        assert heads == [0, 1, 0]


async def test_a_fresh_connection_that_breaks_is_not_tried_again() -> None:
    tries = 0

    async def breaking(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal tries
        tries += 1
        await reader.readuntil(b"\r\n\r\n")

    async with _raw(breaking) as address, _closing(_model(address, profile="generic")) as model:
        assert (await _failed(model)).trouble == "down"
    assert tries == 1


async def test_a_wait_that_is_asked_for_is_told(address: str, server: Server) -> None:
    server.answer = lambda body: JSONResponse(
        {"error": {"message": "slow down"}}, 429, headers={"Retry-After": "12"}
    )
    async with _closing(_model(address)) as model:
        failed = await _failed(model)
    assert (failed.trouble, failed.retry_after) == ("busy", 12.0)


@pytest.mark.parametrize(
    "body",
    [
        {"error": {"message": "key sk-own-1234 is wrong"}},
        {"object": "error", "message": "key sk-own-1234 is wrong"},
        {"detail": "key\n\nsk-own-1234 " + "is wrong " * 400},
    ],
)
async def test_reasons_are_short_and_hold_no_key(
    address: str, server: Server, body: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "dengmi")
    server.answer = lambda _: JSONResponse(body, 400)
    async with _closing(_model(address, api_key="sk-own-1234")) as model:
        failed = await _failed(model)
        told = f"{failed} {failed!r} {model!r} {model.__dict__}" + caplog.text
    assert failed.trouble == "request"
    assert "is wrong" in str(failed.params["reason"])
    assert len(str(failed.params["reason"])) <= 200
    assert "\n" not in str(failed.params["reason"])
    assert "sk-own" not in told


async def test_an_error_inside_of_a_stream_holds_no_key_either(
    address: str, server: Server
) -> None:
    error = json.dumps({"error": {"message": "sk-own-1234: too many", "code": 429}})
    server.answer = lambda _: _streamed([_say("It"), error])
    async with _closing(_model(address, api_key="sk-own-1234")) as model:
        failed = await _failed(model)
    assert (failed.trouble, failed.params["reason"]) == ("busy", "•••: too many")


@pytest.mark.parametrize("key", ["sk-钥匙", "sk-\nX-Other: 1", "sk-\x00"])
async def test_a_key_that_no_header_can_hold_is_refused_before_it_is_sent(
    address: str, server: Server, key: str
) -> None:
    async with _closing(_model(address, api_key=key)) as model:
        failed = await _failed(model)
    assert failed.trouble == "key"
    assert "sk-" not in f"{failed!r}"
    assert server.bodies == []


@pytest.mark.parametrize("base", ["localhost:8000", "http://", "ftp://x/v1", "http://a b/v1"])
async def test_an_address_that_is_none_is_a_failure_of_the_model(base: str) -> None:
    async with _closing(_model(base)) as model:
        assert (await _failed(model)).trouble == "down"


async def test_a_page_in_place_of_a_stream(address: str, server: Server) -> None:
    server.answer = lambda _: Response("<html>Sign in</html>", media_type="text/html")
    async with _closing(_model(address)) as model:
        assert (await _failed(model)).trouble == "down"


async def test_a_proxy_of_the_environment_is_not_asked_for_this_computer(
    address: str, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "ALL_PROXY", "http_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    async with _closing(_model(address)) as model:
        assert _said(await _asked(model)) == ["Yes."]


async def test_a_slot_is_free_again_as_soon_as_the_iterator_is_closed(
    address: str, server: Server
) -> None:
    server.answer = lambda _: _streamed([_say("It"), 30.0, _say("is", "stop")])
    async with _closing(_model(address, slots=1, profile="generic")) as model:
        pieces = model.chat(ChatRequest(messages=(Message("user", "Why?"),), max_tokens=9))
        assert await anext(pieces) == Said("It")
        await pieces.aclose()
        server.answer = lambda _: _streamed([_say("Yes.", "stop")])
        async with asyncio.timeout(20):
            assert _said(await _asked(model)) == ["Yes."]


def _mid_sentence(text: str) -> bool:
    return not text.endswith((".", "!"))


async def test_text_that_may_wait_is_given_at_the_end_of_a_sentence(
    address: str, server: Server
) -> None:
    words = ["It ", "is ", "so", ".", " And", " that", "!"]
    server.answer = lambda _: _streamed([*map(_say, words), _say("", "stop"), "[DONE]"])
    async with _closing(_model(address)) as model:
        first, *more = _said(await _asked(model, holds=_mid_sentence))
        assert first == "It "  # it tells that the answer begins, and does not wait
        assert not any(map(_mid_sentence, more))
        assert "".join(more) == "is so. And that!"
        assert "".join(_said(await _asked(model))) == "It is so. And that!"


async def test_text_that_waited_is_given_where_nothing_follows(
    address: str, server: Server
) -> None:
    async with _closing(_model(address, between=0.2)) as model:
        said: list[str] = []

        async def listen() -> None:
            made = {"messages": (Message("user", "Why?"),), "max_tokens": 50}
            async for piece in model.chat(ChatRequest(**made, holds=_mid_sentence)):
                said.extend(_said([piece]))

        for ending, trouble in ([_say("", "stop"), "[DONE]"], ""), ([5.0], "slow"), ([], "cut"):
            said.clear()
            server.answer = lambda _, ending=ending: _streamed(
                [_say("Yes,"), _say(" but"), *ending]
            )
            if trouble:
                with pytest.raises(ModelFailed) as caught:
                    await listen()
                assert caught.value.trouble == trouble
            else:
                await listen()
            assert said == ["Yes,", " but"]


async def test_an_error_comes_behind_the_text_that_waited(address: str, server: Server) -> None:
    refused = json.dumps({"error": {"message": "no more", "code": 429}})
    server.answer = lambda _: _streamed([_say("Yes,"), _say(" but"), refused])
    async with _closing(_model(address)) as model:
        said: list[str] = []
        with pytest.raises(ModelFailed) as caught:
            async for piece in model.chat(
                ChatRequest(messages=(Message("user", "Why?"),), max_tokens=9, holds=_mid_sentence)
            ):
                said.extend(_said([piece]))
    assert said == ["Yes,", " but"]
    assert caught.value.trouble == "busy"


async def test_nothing_is_lost_of_what_comes_while_nothing_is_read(
    address: str, server: Server
) -> None:
    """Behind the first sentence tokens are read a few at a time, and an endless sentence does not
    fill up the connection."""
    words = [f"{n} " for n in range(1_500)]
    long = [*words, "end."]
    server.answer = lambda _: _streamed([_say("Yes"), _say("."), *map(_say, long), "[DONE]"])
    async with _closing(_model(address)) as model:
        said = _said(await _asked(model, holds=_mid_sentence))
    assert said[0] == "Yes"
    assert not any(map(_mid_sentence, said[1:]))
    assert "".join(said) == "Yes." + "".join(long)
