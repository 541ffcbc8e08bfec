"""The chat completions API in this process: what the official client does not show."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace

import httpx
import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dengmi.core.errors import Unavailable
from dengmi.core.events import Event
from dengmi.core.records import Exchange, Question
from dengmi.server.channels import openai
from dengmi.server.parts import Parts
from dengmi.settings.channels import ChannelSettings
from dengmi.settings.desks import KeySettings
from dengmi.settings.tuned import Tuned
from tests.http.conftest import client_of

CHAT = "/v1/chat/completions"
ASKED = {"messages": [{"role": "user", "content": "When does the lantern walk close?"}]}


def with_channels(parts: Parts, **channels: object) -> Parts:
    """The parts with these settings of channels."""
    made = msgspec.convert(channels, ChannelSettings)
    return replace(parts, tuned=Tuned(msgspec.structs.replace(parts.settings, channels=made)))


async def test_without_a_model_the_usual_desk_answers(client: httpx.AsyncClient) -> None:
    reply = (await client.post(CHAT, json=ASKED)).json()
    assert reply["model"] == "walks"
    assert "closes on the seventeenth" in reply["choices"][0]["message"]["content"]
    assert reply["object"] == "chat.completion"


async def test_without_models_a_desk_has_no_levels(client: httpx.AsyncClient) -> None:
    names = [one["id"] for one in (await client.get("/v1/models")).json()["data"]]
    assert sorted(names) == ["*", "empty", "walks"]
    for name in ("*", "*:quote", "walks:deep"):
        reply = await client.post(CHAT, json={**ASKED, "model": name})
        assert reply.status_code == 200
        assert "seventeenth" in reply.text
    lowered = (await client.post(CHAT, json={**ASKED, "model": "walks:deep"})).json()
    assert lowered["dengmi"]["level"] == "quote"
    assert "\n---\n" in lowered["choices"][0]["message"]["content"]


async def test_the_bytes_of_a_stream(client: httpx.AsyncClient) -> None:
    body = {**ASKED, "stream": True, "stream_options": {"include_usage": True}}
    reply = await client.post(CHAT, json=body)
    assert reply.headers["content-type"].startswith("text/event-stream")
    blocks = reply.text.split("\n\n")
    assert blocks.pop() == ""
    assert blocks.pop() == "data: [DONE]"
    chunks = [json.loads(block.removeprefix("data: ")) for block in blocks]
    assert chunks[0]["choices"][0]["delta"] == {"role": "assistant", "content": ""}
    assert (chunks[-1]["choices"], chunks[-1]["usage"]["total_tokens"]) == ([], 0)
    assert chunks[-2]["choices"][0]["finish_reason"] == "stop"
    assert chunks[-2]["choices"][0]["delta"] == {}
    whole = (await client.post(CHAT, json=ASKED)).json()["choices"][0]["message"]
    said = "".join(c["choices"][0]["delta"].get("content", "") for c in chunks if c["choices"])
    assert said == whole["content"]
    assert len({chunk["id"] for chunk in chunks}) == 1


async def test_silence_is_filled_with_comments(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(openai, "KEEP_ALIVE", 0.02)
    slow = replace(parts, ladder=_Slow(parts))
    async with client_of(slow) as client:
        reply = await client.post(CHAT, json={**ASKED, "stream": True})
    assert reply.text.count(": keep-alive\n\n") >= 2
    assert "seventeenth" in reply.text


async def test_a_failure_in_the_middle_is_told(parts: Parts) -> None:
    broken = replace(parts, search=_Broken())
    async with client_of(replace(parts, ladder=_Failing(broken))) as client:
        streamed = await client.post(CHAT, json={**ASKED, "stream": True})
        last = json.loads(streamed.text.strip().split("\n\n")[-1].removeprefix("data: "))
        assert last["error"]["code"] == "unexpected"
        assert last["error"]["type"] == "server_error"
        whole = await client.post(CHAT, json=ASKED)
        assert whole.status_code == 500
        assert whole.json()["error"]["message"]


async def test_errors_have_one_shape_whatever_went_wrong(client: httpx.AsyncClient) -> None:
    js = {"content-type": "application/json"}
    for reply, status, code in (
        (await client.post(CHAT, content=b"{", headers=js), 400, "json_bad"),
        (await client.post(CHAT, content=b"[]", headers=js), 400, "field_not_object"),
        (
            await client.post(CHAT, content=b"a" * (4 << 20) + b"b", headers=js),
            413,
            "body_too_large",
        ),
        (await client.post(CHAT, content=b"{}"), 415, "media_type_wrong"),
        (await client.get(CHAT), 405, "method_not_allowed"),
        (await client.post("/v1/responses", json={}), 404, "path_unknown"),
        (await client.get("/v1/models/none"), 404, "model_not_found"),
        (await client.post(CHAT, json={**ASKED, "model": "walk"}), 404, "model_not_found"),
    ):
        error = reply.json()["error"]
        assert (reply.status_code, error["code"]) == (status, code), reply.text
        assert set(error) == {"message", "type", "param", "code"}
        assert error["message"]
    chinese = await client.post(
        CHAT, json={**ASKED, "n": 3}, headers={"accept-language": "zh", "accept": "text/html"}
    )
    assert "一个问题" in chinese.json()["error"]["message"]


async def test_keys(parts: Parts) -> None:
    closed = with_channels(parts, open=False)
    keys = {"app": KeySettings(key="one"), "other": KeySettings(key="两")}
    closed = replace(closed, tuned=Tuned(msgspec.structs.replace(closed.settings, keys=keys)))
    async with client_of(closed) as client:
        for sent, status in (
            ("Bearer one", 200),
            ("bearer one", 200),
            ("Bearer two", 401),
            ("one", 401),
            ("", 401),
        ):
            reply = await client.get("/v1/models", headers={"authorization": sent})
            assert reply.status_code == status, sent
        odd = await client.get("/v1/models", headers={"authorization": "Bearer 两".encode()})
        assert odd.status_code in (200, 401)
        refused = await client.post(CHAT, json=ASKED)
        assert refused.status_code == 401
        assert refused.json()["error"]["code"] == "invalid_api_key"
        assert refused.headers["www-authenticate"] == "Bearer"
        assert (await client.get("/healthz")).status_code == 200


async def test_switched_off(parts: Parts) -> None:
    async with client_of(with_channels(parts, openai={"enabled": False})) as client:
        reply = await client.post(CHAT, json=ASKED)
        assert reply.status_code == 404
        assert "channels.openai.enabled" in reply.json()["error"]["message"]


async def test_pages_of_other_sites_only_where_allowed(parts: Parts) -> None:
    site = "https://chat.example"
    ahead = {
        "origin": site,
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,content-type",
    }
    async with client_of(parts) as client:
        assert (
            "access-control-allow-origin" not in (await client.options(CHAT, headers=ahead)).headers
        )
    async with client_of(with_channels(parts, origins=[site])) as client:
        reply = await client.options(CHAT, headers=ahead)
        assert reply.status_code == 200
        assert reply.headers["access-control-allow-origin"] == site
        asked = await client.post(CHAT, json=ASKED, headers={"origin": site})
        assert asked.headers["access-control-allow-origin"] == site
        wrong = await client.post(CHAT, json={}, headers={"origin": site})
        assert wrong.headers["access-control-allow-origin"] == site
        other = await client.post(CHAT, json=ASKED, headers={"origin": "https://evil.example"})
        assert "access-control-allow-origin" not in other.headers
        rest = await client.get("/api/v1/desks", headers={"origin": site})
        assert "access-control-allow-origin" not in rest.headers


async def test_the_asker_is_who_the_program_says(parts: Parts) -> None:
    seen = _Seen(parts)
    async with client_of(replace(parts, ladder=seen)) as client:
        await client.post(CHAT, json={**ASKED, "user": "u1"})
        await client.post(CHAT, json=ASKED, headers={"x-openwebui-user-id": "u2"})
        await client.post(CHAT, json=ASKED, headers={"idempotency-key": "once"})
    assert [(one.asker, one.dedup, one.channel) for one in seen.questions] == [
        ("openai:u1", "", "openai"),
        ("openai:u2", "", "openai"),
        ("", seen.questions[2].dedup, "openai"),
    ]
    assert seen.questions[2].dedup.endswith(":once")


async def test_turns_that_were_answered_here_are_found_again(parts: Parts) -> None:
    seen = _Seen(parts)
    async with client_of(replace(parts, ladder=seen)) as client:
        first = (await client.post(CHAT, json=ASKED)).json()["choices"][0]["message"]["content"]
        more = [
            *ASKED["messages"],
            {"role": "assistant", "content": first},
            {"role": "user", "content": "And when does it open?"},
        ]
        second = await client.post(CHAT, json={"messages": more})
        assert "thirteenth" in second.json()["choices"][0]["message"]["content"]
        (known,) = seen.turns[-1]
        assert known.answer is not None
        assert known.answer.citations
        more[1] = {"role": "assistant", "content": "It never closes."}
        await client.post(CHAT, json={"messages": more})
        (sent,) = seen.turns[-1]
        assert sent.answer is not None
        assert (sent.answer.text, sent.answer.citations) == ("It never closes.", ())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
MESSAGE = st.fixed_dictionaries(
    {
        "role": st.sampled_from(["user", "assistant", "system"]) | JSON,
        "content": st.text() | st.just("When does the lantern walk close?") | JSON,
    }
)
BODY = st.fixed_dictionaries(
    {"messages": st.lists(MESSAGE, max_size=4) | JSON},
    optional={
        "model": st.sampled_from(["walks", "*", "walks:deep", "empty:quote"]) | JSON,
        "stream": st.booleans() | JSON,
        "user": st.text() | JSON,
        "n": JSON,
        "response_format": JSON,
        "stream_options": JSON,
    },
)


def test_whatever_is_sent_no_reply_is_a_fault_of_ours(served: str) -> None:
    """A real server: JSON that is nearly right, and bytes that are nothing."""
    headers = {"content-type": "application/json"}
    with httpx.Client(base_url=served, timeout=20) as client:

        @given(body=BODY.map(msgspec.json.encode) | st.binary(max_size=100))
        @settings(
            max_examples=150,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        def check(body: bytes) -> None:
            reply = client.post(CHAT, content=body, headers=headers)
            assert reply.status_code in (200, 400, 404), reply.text
            if reply.status_code != 200:
                assert reply.json()["error"]["message"]
            assert '"unexpected"' not in reply.text

        check()


class _Seen:
    """A ladder that notes what it is asked."""

    def __init__(self, parts: Parts) -> None:
        self._ladder = parts.ladder
        self.audience = parts.ladder.audience
        self.questions: list[Question] = []
        self.turns: list[Sequence[Exchange]] = []

    async def accept(self, question: Question) -> Question:
        self.questions.append(question)
        return await self._ladder.accept(question)

    async def run(
        self,
        question: Question,
        *,
        thinking: bool = False,
        turns: Sequence[Exchange] | None = None,
        hear: Callable[[Event], None] | None = None,
    ) -> AsyncIterator[Event]:
        self.turns.append(turns or ())
        async for event in self._ladder.run(question, thinking=thinking, turns=turns, hear=hear):
            yield event

    async def resume(self) -> int:
        return 0


class _Slow(_Seen):
    async def run(self, question: Question, **more: object) -> AsyncIterator[Event]:  # type: ignore[override]
        await asyncio.sleep(0.15)
        async for event in super().run(question, **more):  # type: ignore[arg-type]
            yield event


class _Failing(_Seen):
    """A ladder whose search is gone."""

    def __init__(self, parts: Parts) -> None:
        super().__init__(parts)
        from dengmi.answer.ladder import Ladder

        self._ladder = Ladder(parts.store, parts.search, parts.clock)


class _Broken:
    async def search(self, query: object) -> None:
        raise RuntimeError("the index is gone")

    async def catch_up(self) -> int:
        raise Unavailable("index_not_ready")
