"""The stand-in for DeepSeek under the official OpenAI client, which DeepSeek's guide tells to use:
what our own adapter is tested against must not only suit our own adapter."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import openai
import pytest

from tests.fakes.deepseek import FakeDeepSeek

SYSTEM = {"role": "system", "content": "Answer from the numbered sentences only. " * 12}
ASKED = {
    "role": "user",
    "content": "Articles:\n\n# Tower\n[1.1] The tower has 312 steps.\n\n"
    "Question: How many steps has the tower?",
}
OFF = {"thinking": {"type": "disabled"}}


@pytest.fixture
async def client(address: str, no_blocking: object) -> AsyncIterator[openai.AsyncOpenAI]:
    made = await asyncio.to_thread(
        openai.AsyncOpenAI, base_url=address, api_key="sk-test", max_retries=0, timeout=10
    )
    async with made:
        yield made


async def _whole(client: openai.AsyncOpenAI, *messages: dict[str, str], **fields: Any) -> Any:
    made: dict[str, Any] = {"model": "deepseek-flash", "max_tokens": 900, "extra_body": OFF}
    prompt = messages or (SYSTEM, ASKED)
    return await client.chat.completions.create(messages=prompt, **made | fields)


async def test_an_answer_in_one_piece(client: openai.AsyncOpenAI) -> None:
    answer = await _whole(client)
    (choice,) = answer.choices
    assert choice.message.content == "The tower has 312 steps. [1.1]"
    assert choice.finish_reason == "stop"
    usage = answer.usage
    assert usage.prompt_tokens + usage.completion_tokens == usage.total_tokens
    assert usage.prompt_cache_hit_tokens + usage.prompt_cache_miss_tokens == usage.prompt_tokens
    assert usage.prompt_tokens_details.cached_tokens == usage.prompt_cache_hit_tokens == 0
    assert usage.completion_tokens_details.reasoning_tokens == 0


async def test_thinking_is_on_unless_switched_off(client: openai.AsyncOpenAI) -> None:
    answer = await _whole(client, extra_body=None)
    assert answer.choices[0].message.reasoning_content
    assert answer.usage.completion_tokens_details.reasoning_tokens > 20
    assert answer.usage.completion_tokens > (await _whole(client)).usage.completion_tokens


async def test_streams_tell_their_usage_last_and_only_when_asked(
    client: openai.AsyncOpenAI,
) -> None:
    stream = await _whole(client, stream=True, stream_options={"include_usage": True})
    chunks = [chunk async for chunk in stream]
    assert [chunk.usage is not None for chunk in chunks] == [False] * (len(chunks) - 1) + [True]
    assert chunks[-1].choices == []
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks[:-1])
    assert text == "The tower has 312 steps. [1.1]"
    assert chunks[-2].choices[0].finish_reason == "stop"
    silent = [chunk async for chunk in await _whole(client, stream=True)]
    assert all(chunk.usage is None for chunk in silent)


async def test_thinking_streams_before_the_answer_in_its_own_field(
    client: openai.AsyncOpenAI,
) -> None:
    stream = await _whole(client, stream=True, extra_body={"thinking": {"type": "enabled"}})
    deltas = [chunk.choices[0].delta async for chunk in stream]
    kinds = ["thought" if getattr(d, "reasoning_content", None) else "said" for d in deltas]
    assert kinds == sorted(kinds, reverse=True)
    assert set(kinds) == {"thought", "said"}


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"model": "deepseek-chat"}, openai.BadRequestError),
        ({"max_tokens": 0}, openai.BadRequestError),
        ({"temperature": 2.5}, openai.BadRequestError),
        ({"response_format": {"type": "json_object"}}, openai.BadRequestError),
        ({"extra_body": {"user_id": "李雷", **OFF}}, openai.BadRequestError),
        ({"extra_body": {"thinking": {"type": "sometimes"}}}, openai.BadRequestError),
    ],
)
async def test_values_out_of_bounds_are_refused(
    client: openai.AsyncOpenAI, fields: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        await _whole(client, **fields)


async def test_roles_it_does_not_know_are_refused(client: openai.AsyncOpenAI) -> None:
    with pytest.raises(openai.UnprocessableEntityError):
        await _whole(client, {"role": "developer", "content": "Be brief."}, ASKED)


async def test_tools_and_thinking_need_the_earlier_thinking_back(
    client: openai.AsyncOpenAI,
) -> None:
    parameters: dict[str, Any] = {"type": "object", "properties": {}}
    tools = [{"type": "function", "function": {"name": "look", "parameters": parameters}}]
    messages = (SYSTEM, ASKED, {"role": "assistant", "content": "312."}, ASKED)
    with pytest.raises(openai.BadRequestError, match="reasoning_content"):
        await _whole(client, *messages, tools=tools, extra_body=None)
    assert await _whole(client, *messages, tools=tools)
    assert await _whole(client, *messages, extra_body=None)


async def test_another_key_an_empty_account_and_too_many_at_once(
    client: openai.AsyncOpenAI, fake: FakeDeepSeek
) -> None:
    stranger = client.with_options(api_key="sk-other")
    with pytest.raises(openai.AuthenticationError):
        await _whole(stranger)
    fake.faults.append("402")
    with pytest.raises(openai.APIStatusError) as caught:
        await _whole(client)
    assert caught.value.status_code == 402
    fake.slots, fake.first = 2, 0.3
    results = await asyncio.gather(*(_whole(client) for _ in range(5)), return_exceptions=True)
    assert sum(isinstance(each, openai.RateLimitError) for each in results) == 3


async def test_max_completion_tokens_is_ignored(client: openai.AsyncOpenAI) -> None:
    answer = await _whole(client, max_tokens=None, max_completion_tokens=2)
    assert answer.choices[0].finish_reason == "stop"
    assert (await _whole(client, max_tokens=2)).choices[0].finish_reason == "length"


async def test_json_is_given_where_it_is_asked_for(client: openai.AsyncOpenAI) -> None:
    asked = {"role": "user", "content": ASKED["content"] + "\nAnswer as json."}
    answer = await _whole(client, SYSTEM, asked, response_format={"type": "json_object"})
    assert answer.choices[0].message.content.startswith('{"answer": ')


async def test_a_conversation_that_grows_is_found_in_the_cache(
    client: openai.AsyncOpenAI,
) -> None:
    first = await _whole(client)
    said = {"role": "assistant", "content": first.choices[0].message.content}
    further = {"role": "user", "content": "Question: Why?"}
    second = await _whole(client, SYSTEM, ASKED, said, further)
    assert second.usage.prompt_cache_hit_tokens > first.usage.prompt_tokens
    other = await _whole(client, extra_body={**OFF, "user_id": "somebody"})
    assert other.usage.prompt_cache_hit_tokens == 0


async def test_a_shared_beginning_is_found_from_the_third_request_on(
    client: openai.AsyncOpenAI,
) -> None:
    hits = [
        (await _whole(client, SYSTEM, {"role": "user", "content": words})).usage
        for words in ("Question: Who was it?", "Question: Where?", "Question: When?")
    ]
    found = [usage.prompt_cache_hit_tokens for usage in hits]
    assert found[:2] == [0, 0]
    assert found[2] > 0.8 * hits[2].prompt_tokens


async def test_a_unit_is_found_only_when_it_is_made(
    client: openai.AsyncOpenAI, fake: FakeDeepSeek
) -> None:
    at = [0.0]
    fake.making, fake.now = 5.0, lambda: at[0]
    fake.__post_init__()
    found = []
    for seconds in (0.0, 4.0, 6.0):
        at[0] = seconds
        found.append((await _whole(client)).usage.prompt_cache_hit_tokens > 0)
    assert found == [False, False, True]
