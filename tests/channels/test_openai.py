"""Desks as models, asked by the official client of the API over real HTTP."""

import asyncio
import json
import time
from collections.abc import Iterator
from typing import Any

import httpx
import openai
import pytest
from openai.types.chat import ChatCompletion

from tests.channels.conftest import KEY
from tests.commands import Served, serving

LIBRARY = "https://library.example/about?a=1&b=%282%29"
OPENS = "When does the library open?"


@pytest.fixture(scope="module")
def client(served: Served) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{served.address}/v1", api_key=KEY, max_retries=0) as one:
        yield one


def ask(client: openai.OpenAI, model: str, *words: str, **more: Any) -> ChatCompletion:
    """The completion; `words` are turns of the asker and of the assistant."""
    roles = ("user", "assistant")
    messages = [{"role": roles[at % 2], "content": text} for at, text in enumerate(words)]
    made: ChatCompletion = client.chat.completions.create(model=model, messages=messages, **more)
    return made


def text_of(completion: ChatCompletion) -> str:
    content = completion.choices[0].message.content
    assert content is not None
    return content


def test_models_are_desks_and_their_levels(client: openai.OpenAI) -> None:
    names = [model.id for model in client.models.list()]
    assert names[:4] == ["town", "town:quote", "town:quick", "town:deep"]
    assert "staff" in names  # who has a key is told of private desks
    assert client.models.retrieve("town:deep").owned_by == "dengmi"
    with pytest.raises(openai.NotFoundError) as caught:
        client.models.retrieve("twon")
    assert caught.value.code == "model_not_found"


def test_quotes_are_the_text_where_no_model_writes(client: openai.OpenAI) -> None:
    made = ask(client, "town:quote", OPENS)
    message = made.choices[0].message
    assert message.content is not None
    assert message.content.startswith(
        f"The library opens at nine on weekdays and closes at six. [1]({LIBRARY})"
    )
    assert f"1. [The town library]({LIBRARY}) · Ada Byron · 2026-03-01" in message.content
    assert made.usage is not None
    assert made.usage.total_tokens == 0
    assert message.annotations
    for one in message.annotations:
        cited = one.url_citation
        marked = message.content[cited.start_index : cited.end_index]
        assert (marked, cited.url, cited.title) == (f"[1]({LIBRARY})", LIBRARY, "The town library")


def test_a_written_answer_has_usage_thinking_and_the_sentence(client: openai.OpenAI) -> None:
    made = ask(client, "town:deep", OPENS)
    message = made.choices[0].message
    assert made.choices[0].finish_reason == "stop"
    assert made.model_extra is not None
    assert made.model_extra["dengmi"]["level"] == "deep"
    assert "“The library opens at nine on weekdays and closes at six.”" in text_of(made)
    page = httpx.get(made.model_extra["dengmi"]["page"])
    assert page.status_code == 200
    fresh = ask(client, "town:deep", "Please tell me: how many books may a reader borrow?")
    assert fresh.usage is not None
    assert fresh.usage.prompt_tokens > 0
    assert fresh.usage.completion_tokens > 0
    extra = message.model_extra or {}
    assert made.model_extra["dengmi"]["reused"] or "opening hours" in extra["reasoning_content"]


def test_thinking_is_not_told_to_who_declines_it(client: openai.OpenAI) -> None:
    asked = "At what hour does the library open on weekdays?"
    with client.chat.completions.stream(
        model="town:deep",
        messages=[{"role": "user", "content": asked}],
        reasoning_effort="none",
    ) as stream:
        told = [event.chunk for event in stream if event.type == "chunk"]
    assert all("reasoning_content" not in str(chunk.model_dump()) for chunk in told)


def test_a_stream_only_appends_and_ends_with_annotations_and_usage(client: openai.OpenAI) -> None:
    asked = "How many books may a reader borrow at the same time?"
    with client.chat.completions.stream(
        model="town",
        messages=[{"role": "user", "content": asked}],
        stream_options={"include_usage": True},
    ) as stream:
        pieces = [event.delta for event in stream if event.type == "content.delta"]
        made = stream.get_final_completion()
    message = made.choices[0].message
    assert message.content == "".join(pieces)
    assert len(pieces) > 1
    assert message.content.startswith("Readers ask this often. [?] A reader may borrow twelve")
    assert message.annotations is not None
    marks = [
        message.content[one.url_citation.start_index : one.url_citation.end_index]
        for one in message.annotations
    ]
    assert marks == [f"[1]({LIBRARY})", f"[2]({LIBRARY})"]
    assert made.usage is not None
    assert made.usage.completion_tokens > 0
    assert made.choices[0].finish_reason == "stop"


def test_a_model_that_fails_leaves_nothing_that_has_to_be_taken_back(client: openai.OpenAI) -> None:
    content = text_of(ask(client, "town", "How many seats has the lantern room?"))
    assert content.count("The lantern room on the second floor has forty seats.") == 1
    assert "\n\n---\n\n*" in content  # a quiet word on what happened, below the line


async def test_the_asynchronous_client(served: Served) -> None:
    async with openai.AsyncOpenAI(base_url=f"{served.address}/v1", api_key=KEY) as client:
        whole, stream = await asyncio.gather(
            client.chat.completions.create(
                model="town:quote", messages=[{"role": "user", "content": "博物馆每周几闭馆？"}]
            ),
            client.chat.completions.create(
                model="town:quote", messages=[{"role": "user", "content": OPENS}], stream=True
            ),
        )
        assert "博物馆每周一闭馆" in text_of(whole)
        pieces = [each.choices[0].delta.content or "" async for each in stream]
        assert "".join(pieces).startswith("The library opens at nine")


def test_a_follow_up_is_understood_from_the_messages(client: openai.OpenAI) -> None:
    first = text_of(ask(client, "town:quote", OPENS))
    alone = ask(client, "town:quote", "And when does it close?")
    told = ask(client, "town:quote", OPENS, first, "And when does it close?")
    assert told.model_extra is not None
    stored = httpx.get(
        f"{str(client.base_url).removesuffix('/v1/')}/api/v1/answers/"
        f"{told.model_extra['dengmi']['answer_id']}"
    ).json()
    assert "library" in stored["standalone"].lower()
    assert "closes at six" in text_of(told)
    assert alone.model_extra is not None


def test_errors_are_those_of_the_client(served: Served, client: openai.OpenAI) -> None:
    with openai.OpenAI(base_url=f"{served.address}/v1", api_key="wrong") as stranger:
        with pytest.raises(openai.AuthenticationError) as refused:
            ask(stranger, "town", OPENS)
        assert refused.value.code == "invalid_api_key"
    with pytest.raises(openai.NotFoundError) as unknown:
        ask(client, "town:depp", OPENS)
    assert (unknown.value.code, unknown.value.param) == ("model_not_found", "model")
    assert "town:deep" in unknown.value.message
    with pytest.raises(openai.BadRequestError) as many:
        ask(client, "town", OPENS, n=2)
    assert (many.value.code, many.value.param) == ("chat_n", "n")
    with pytest.raises(openai.BadRequestError) as long:
        ask(client, "town", "why " * 1_000)
    assert long.value.code == "question_too_long"
    with pytest.raises(openai.NotFoundError) as elsewhere:
        client.embeddings.create(model="town", input="x")
    assert elsewhere.value.code == "path_unknown"


def test_a_title_costs_nothing_and_asks_nothing(client: openai.OpenAI) -> None:
    told = "Provide a concise, 5-word-or-less title for the conversation.\n\nConversation:\n"
    made = ask(client, "town", f"{told}User: {OPENS}\nAI: At nine.")
    assert text_of(made) == "When does the library open"
    assert made.model_extra is not None
    assert "dengmi" not in made.model_extra
    with client.chat.completions.stream(
        model="town", messages=[{"role": "user", "content": f"{told}User: {OPENS}\nAI: At nine."}]
    ) as stream:
        assert text_of(stream.get_final_completion()) == "When does the library open"


def test_who_hangs_up_leaves_the_model(served: Served) -> None:
    """The reader goes while the model is silent: the quotes are the answer, at once."""
    body = {
        "model": "town",
        "stream": True,
        "messages": [{"role": "user", "content": "For how long are books lent?"}],
    }
    headers = {"authorization": f"Bearer {KEY}"}
    url = f"{served.address}/v1/chat/completions"
    with httpx.stream("POST", url, json=body, headers=headers, timeout=10) as reply:
        first = next(reply.iter_lines())
    question = first.split('"chatcmpl-')[1].split('"')[0]
    for _ in range(50):
        found = httpx.get(f"{served.address}/api/v1/answers/{question}")
        if found.status_code == 200:
            break
        time.sleep(0.1)
    assert found.json()["level"] == "quote"
    assert "four weeks" in found.json()["text"]


def test_who_hangs_up_on_a_whole_answer_leaves_the_model_too(served: Served) -> None:
    words = "Tell me, for how long are books lent to readers?"
    body = {"model": "town", "messages": [{"role": "user", "content": words}]}
    headers = {"authorization": f"Bearer {KEY}", "idempotency-key": "hung-up"}
    url = f"{served.address}/v1/chat/completions"
    with pytest.raises(httpx.ReadTimeout):
        httpx.post(url, json=body, headers=headers, timeout=2)
    time.sleep(2)
    again = httpx.post(url, json=body, headers=headers, timeout=25)
    assert again.json()["dengmi"]["level"] == "quote"
    assert "four weeks" in again.text


def test_open_webui_gets_the_follow_ups_of_its_answer(client: openai.OpenAI) -> None:
    asked = "How many books may a reader borrow?"
    made = ask(client, "town", asked)
    assert made.model_extra is not None
    suggested = made.model_extra["dengmi"]["followups"]
    told = (
        "### Task:\nSuggest 3-5 relevant follow-up questions or prompts\n### Chat History:\n"
        f"<chat_history>\nUSER: {asked}\nASSISTANT: {text_of(made)}\n</chat_history>"
    )
    assert json.loads(text_of(ask(client, "town", told))) == {"follow_ups": suggested}
    assert suggested
    other = told.replace("How many", "How few")
    assert json.loads(text_of(ask(client, "town", other))) == {"follow_ups": []}


def test_without_keys_everybody_asks_and_private_desks_are_not_named(filled: Any) -> None:
    settings = {"DENGMI_CHANNELS_OPENAI_LINKS": "page", "DENGMI_CHANNELS_OPENAI_SOURCES": "false"}
    with (
        serving(filled, "--workers", "2", **settings) as served,
        openai.OpenAI(base_url=f"{served.address}/v1", api_key="anything") as client,
    ):
        names = [model.id for model in client.models.list()]
        assert "town" in names
        assert not [name for name in names if name.startswith("staff")]
        assert "eleven" in text_of(ask(client, "staff:quote", "When does the night shift begin?"))
        content = text_of(ask(client, "town:quote", OPENS))
        page = content.rpartition("(")[2].rstrip(")")
        assert content.endswith(f"[1]({page})")
        assert page.startswith(served.address)
        shown = httpx.get(page)
        assert shown.status_code == 200
        assert "closes at six" in shown.text
