"""The adapter against an endpoint that keeps DeepSeek's rules, over real HTTP."""

import asyncio
import socket

import pytest

from dengmi.core.charges import Tokens
from dengmi.core.chat import ChatRequest, Ended, Message, Said, Thought, Waiting
from dengmi.core.errors import ModelFailed
from dengmi.models.openai import OpenAiModel
from dengmi.settings.options import ModelSettings
from tests.fakes.deepseek import FakeDeepSeek

PROMPT = (
    "Articles:\n\n# Bridges\n[1.1] The south bridge is 90 metres long.\n\n"
    "Question: How long is the south bridge?"
)
MESSAGES = (Message("system", "Answer from the sentences. " * 12), Message("user", PROMPT))


def _model(address: str, **fields: object) -> OpenAiModel:
    made: dict[str, object] = {
        "kind": "deepseek", "model": "deepseek-flash", "base_url": address, "api_key": "sk-test",
        "first": 2.0, "between": 2.0,
    }  # fmt: skip
    return OpenAiModel("flash", ModelSettings(**(made | fields)))


async def _all(model: OpenAiModel, **fields: object) -> list:
    made: dict[str, object] = {"messages": MESSAGES, "max_tokens": 400}
    try:
        return [piece async for piece in model.chat(ChatRequest(**(made | fields)))]
    finally:
        await model.close()


def _said(pieces: list) -> str:
    return "".join(piece.text for piece in pieces if isinstance(piece, Said))


async def test_an_answer_streams_and_ends_with_its_usage(address: str) -> None:
    pieces = await _all(_model(address))
    assert _said(pieces) == "The south bridge is 90 metres long. [1.1]"
    assert not any(isinstance(piece, Thought) for piece in pieces)
    end = pieces[-1]
    assert isinstance(end, Ended)
    assert end.ending == "stop"
    assert end.counted
    assert end.tokens.miss > 50
    assert end.tokens.output > 5
    assert end.version == "deepseek-flash fp_fake"


async def test_thinking_and_most_tokens_are_always_told(address: str, fake: FakeDeepSeek) -> None:
    await _all(_model(address))
    pieces = await _all(_model(address), thinking=True, effort="low", temperature=0.5)
    off, on = fake.requests
    assert off["thinking"] == {"type": "disabled"}
    assert on["thinking"] == {"type": "enabled"}
    assert on["reasoning_effort"] == "low"
    assert off["max_tokens"] == on["max_tokens"] == 400
    assert "temperature" not in on
    assert any(isinstance(piece, Thought) for piece in pieces)
    assert "compared" not in _said(pieces)
    assert pieces[-1].tokens.reasoning > 0


async def test_the_same_prompt_is_found_in_the_cache(address: str) -> None:
    await _all(_model(address))
    pieces = await _all(_model(address))
    assert pieces[-1].tokens.hit > 50
    assert pieces[-1].tokens.miss < 5


async def test_the_asker_is_sent_only_where_that_is_wished(
    address: str, fake: FakeDeepSeek
) -> None:
    await _all(_model(address), asker="ann")
    await _all(_model(address, send_asker=True), asker="ann")
    assert ["user_id" in body for body in fake.requests] == [False, True]


@pytest.mark.parametrize(
    ("fault", "trouble"),
    [
        ("402", "funds"), ("429", "busy"), ("500", "down"), ("503", "down"), ("cut", "cut"),
        ("empty", "empty"), ("resource", "busy"), ("silent", "slow"),
    ],
)  # fmt: skip
async def test_what_goes_wrong_is_told_apart(
    address: str, fake: FakeDeepSeek, fault, trouble: str
) -> None:
    fake.faults.append(fault)
    with pytest.raises(ModelFailed) as caught:
        await _all(_model(address, first=0.8))
    assert caught.value.trouble == trouble


@pytest.mark.parametrize(
    ("fault", "used"), [("402", Tokens()), ("429", Tokens()), ("503", Tokens()), ("silent", None)]
)
async def test_a_refusal_takes_nothing_and_silence_may(
    address: str, fake: FakeDeepSeek, fault, used: Tokens | None
) -> None:
    fake.faults.append(fault)
    sent: list[bool] = []
    with pytest.raises(ModelFailed) as caught:
        await _all(_model(address, first=0.3), sent=lambda: sent.append(True))
    assert (caught.value.used, sent) == (used, [True])


async def test_lines_that_are_no_json_are_passed_over(address: str, fake: FakeDeepSeek) -> None:
    fake.faults.append("garbage")
    assert _said(await _all(_model(address))).endswith("long. [1.1]")


async def test_a_filtered_answer_says_so(address: str, fake: FakeDeepSeek) -> None:
    fake.faults.append("filter")
    assert (await _all(_model(address)))[-1].ending == "filtered"


async def test_a_refused_key_is_never_repeated(address: str) -> None:
    with pytest.raises(ModelFailed) as caught:
        await _all(_model(address, api_key="sk-secret-123"))
    assert caught.value.trouble == "key"
    assert "secret" not in str(caught.value)


async def test_nobody_at_the_address() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        unused_tcp_port = free.getsockname()[1]
    sent: list[bool] = []
    with pytest.raises(ModelFailed) as caught:
        await _all(_model(f"http://127.0.0.1:{unused_tcp_port}"), sent=lambda: sent.append(True))
    assert (caught.value.trouble, sent) == ("down", [])


async def test_most_tokens_end_an_answer(address: str) -> None:
    assert (await _all(_model(address), max_tokens=4))[-1].ending == "length"


async def test_waiting_at_the_endpoint_is_told(address: str, fake: FakeDeepSeek) -> None:
    fake.slots, fake.queue, fake.keep_alive, fake.per_second = 1, True, 0.05, 60
    first, second = await asyncio.gather(_all(_model(address)), _all(_model(address)))
    waited = [p for p in (*first, *second) if isinstance(p, Waiting)]
    assert waited
    assert waited[-1].seconds > waited[0].seconds >= 0
    assert _said(first) == _said(second)


async def test_no_more_than_its_slots_are_in_flight(address: str, fake: FakeDeepSeek) -> None:
    fake.first = 0.05
    model = _model(address, slots=3)

    async def one() -> None:
        request = ChatRequest(messages=MESSAGES, max_tokens=50)
        assert [piece async for piece in model.chat(request)]

    await asyncio.gather(*(one() for _ in range(12)))
    await model.close()
    assert fake.most_running == 3


async def test_leaving_early_ends_the_request(address: str, fake: FakeDeepSeek) -> None:
    fake.per_second = 20
    model = _model(address)
    pieces = model.chat(ChatRequest(messages=MESSAGES, max_tokens=400))
    async for piece in pieces:
        if isinstance(piece, Said):
            break
    await pieces.aclose()
    await model.close()
    for _ in range(100):
        if fake.aborted:
            break
        await asyncio.sleep(0.02)
    assert (fake.aborted, fake.running) == (1, 0)


async def test_usage_is_estimated_where_none_is_told(address: str) -> None:
    pieces = await _all(_model(address, profile="deepseek"))
    told: Tokens = pieces[-1].tokens
    assert told.hit + told.miss > 0
