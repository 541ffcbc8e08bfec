"""What is sent to endpoints and read from them, profile by profile."""

import json
from email.utils import formatdate
from typing import get_args, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dengmi.core.charges import Tokens
from dengmi.core.chat import ChatRequest, Ended, Message, Said, Thought
from dengmi.core.errors import ModelFailed
from dengmi.models.payload import any_chunk, body_of, chunk_of, tokens_of, trouble_of, wait_of
from dengmi.models.profiles import PROFILES, always_thinks, profile_in, profile_of
from dengmi.models.stream import AnswerStream
from dengmi.settings.options import ModelSettings

ASKED = {"messages": (Message("user", "Why?"),), "max_tokens": 99}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["choices", "delta", "content", "usage", "prompt_tokens", "error",
                             "message", "reasoning", "prompt_tokens_details", "code", "model"]),
            inner, max_size=4,
        )
    ),
    max_leaves=12,
)  # fmt: skip


def _body(profile: str, *, send_asker: bool = False, **fields: object) -> dict[str, object]:
    request = ChatRequest(**(ASKED | fields))
    return body_of(request, "m", PROFILES[profile], send_asker=send_asker)


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("thinking", [False, True])
def test_most_tokens_and_usage_are_always_asked_for(profile: str, thinking: bool) -> None:
    body = _body(profile, thinking=thinking)
    limits = {name: body[name] for name in ("max_tokens", "max_completion_tokens") if name in body}
    assert list(limits.values()) == [99]
    assert body["stream"] is True
    assert body["stream_options"] == {"include_usage": True}
    json.dumps(body)


def test_thinking_is_switched_in_the_words_of_each() -> None:
    assert _body("deepseek")["thinking"] == {"type": "disabled"}
    assert "reasoning_effort" not in _body("deepseek")
    on = _body("deepseek", thinking=True, effort="max")
    assert (on["thinking"], on["reasoning_effort"]) == ({"type": "enabled"}, "max")
    for server in ("vllm", "sglang", "llama.cpp"):
        for thinking in (False, True):
            told = _body(server, thinking=thinking)["chat_template_kwargs"]
            assert told == {"enable_thinking": thinking, "thinking": thinking}
    assert _body("ollama")["reasoning_effort"] == "none"
    assert "reasoning_effort" not in _body("ollama", thinking=True)
    for name in ("openai", "generic"):
        for thinking in (False, True):
            assert not {"thinking", "reasoning_effort", "chat_template_kwargs"} & set(
                _body(name, thinking=thinking)
            )


def test_a_temperature_is_sent_only_where_it_is_taken() -> None:
    sent = {
        (name, thinking): "temperature" in _body(name, thinking=thinking, temperature=0.0)
        for name in PROFILES
        for thinking in (False, True)
    }
    kept = {("openai", False), ("openai", True), ("deepseek", True)}
    assert {pair for pair, there in sent.items() if not there} == kept


def test_the_asker_is_named_to_deepseek_alone_and_under_an_alias() -> None:
    assert "user_id" not in _body("deepseek", asker="wx:李雷")
    assert "user_id" not in _body("vllm", asker="wx:李雷", send_asker=True)
    assert "user_id" not in _body("deepseek", send_asker=True)
    alias = _body("deepseek", asker="wx:李雷", send_asker=True)["user_id"]
    assert alias == _body("deepseek", asker="wx:李雷", send_asker=True)["user_id"]
    assert alias != _body("deepseek", asker="wx:韩梅梅", send_asker=True)["user_id"]
    assert isinstance(alias, str)
    assert alias.isascii()
    assert alias.isalnum()


def test_json_is_asked_for_where_it_is_wished() -> None:
    assert "response_format" not in _body("deepseek")
    assert _body("deepseek", json=True)["response_format"] == {"type": "json_object"}


def test_profiles_of_the_settings_are_those_that_exist() -> None:
    hint = get_type_hints(ModelSettings, include_extras=False)["profile"]
    assert set(get_args(hint)) == {"", *PROFILES}


@pytest.mark.parametrize(
    ("address", "kind", "profile"),
    [
        ("https://api.deepseek.com", "openai", "deepseek"),
        ("https://api.deepseek.com", "deepseek", "deepseek"),
        ("https://api.openai.com/v1", "openai", "openai"),
        ("https://notopenai.com/v1", "openai", None),
        ("https://openai.com.example/v1", "openai", None),
        ("http://[::1]:8000/v1", "openai", None),
    ],
)
def test_a_profile_is_told_from_the_address(address: str, kind: str, profile: str | None) -> None:
    assert profile_of("", address, kind) is (PROFILES[profile] if profile else None)
    assert profile_of("sglang", address, kind) is PROFILES["sglang"]


@pytest.mark.parametrize(
    ("owner", "profile"),
    [("vllm", "vllm"), ("sglang", "sglang"), ("llamacpp", "llama.cpp"), ("library", "ollama"),
     ("somebody", "generic")],
)  # fmt: skip
def test_a_server_says_what_it_is(owner: str, profile: str) -> None:
    listing = json.dumps({"object": "list", "data": [{"id": "m", "owned_by": owner}]})
    assert profile_in(listing) is PROFILES[profile]
    assert profile_in("<html>") is profile_in("") is PROFILES["generic"]


def test_names_of_models_that_always_think() -> None:
    for name in ("DeepSeek-R1-Distill-Qwen-7B", "deepseek-reasoner", "QwQ-32B", "gpt-oss:20b"):
        assert always_thinks(name), name
    for name in ("deepseek-flash", "deepseek-v4-pro", "Qwen3-8B", "gemma3", "llama3.1"):
        assert not always_thinks(name), name


@given(st.text() | JSON.map(json.dumps))
def test_any_data_is_read_without_an_error(text: str) -> None:
    chunk_of(text)


DELTA = st.dictionaries(st.sampled_from(["content", "reasoning_content", "reasoning"]), JSON)
CHOICE = st.fixed_dictionaries(
    {}, optional={"delta": DELTA | JSON, "finish_reason": JSON, "message": DELTA | JSON}
)
EVENT = st.fixed_dictionaries(
    {},
    optional={"choices": st.lists(CHOICE | JSON, max_size=2) | JSON, "usage": JSON, "model": JSON}
    | {"system_fingerprint": JSON, "error": JSON},
)


@given(st.text() | JSON.map(json.dumps) | EVENT.map(json.dumps))
def test_the_quick_reader_reads_what_the_careful_one_does(text: str) -> None:
    assert chunk_of(text) == any_chunk(text)


def test_data_nested_without_end_is_passed_over() -> None:
    assert chunk_of("[" * 100_000) is None


def test_usage_in_the_words_of_others() -> None:
    openai = {
        "prompt_tokens": 10, "completion_tokens": 4, "prompt_tokens_details": {"cached_tokens": 6},
        "completion_tokens_details": {"reasoning_tokens": 9},
    }  # fmt: skip
    assert tokens_of(openai) == Tokens(hit=6, miss=4, output=4, reasoning=4)
    deepseek = {"prompt_tokens": 10, "completion_tokens": 1, "prompt_cache_hit_tokens": 12}
    assert tokens_of(deepseek) == Tokens(hit=10, miss=0, output=1)
    ollama = {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}
    assert tokens_of(ollama) == Tokens(miss=3, output=2)
    assert tokens_of({"prompt_tokens": -3, "completion_tokens": "x"}) == Tokens()
    assert tokens_of({}) is None
    assert tokens_of(None) is None


def test_waiting_that_is_asked_for() -> None:
    now = 1_795_000_000.0
    assert wait_of("7", now) == 7.0
    assert wait_of("1.5", now) == 1.5
    assert wait_of(formatdate(now + 90, usegmt=True), now) == 90.0
    assert wait_of(formatdate(now - 90, usegmt=True), now) == 0.0
    assert wait_of("-4", now) == 0.0
    assert wait_of("9" * 400, now) == wait_of("inf", now) == 3600.0
    for nonsense in ("", "soon", "nan", "٣٤ x"):
        assert wait_of(nonsense, now) is None


@given(st.text(max_size=40))
def test_any_header_is_read(header: str) -> None:
    wait = wait_of(header, 0.0)
    assert wait is None or 0 <= wait <= 3600


def test_statuses_are_told_apart() -> None:
    told = {status: trouble_of(status) for status in (400, 401, 402, 403, 404, 422, 429, 500, 503)}
    assert list(told.values()) == [
        "request", "key", "funds", "key", "request", "request", "busy", "down", "down",
    ]  # fmt: skip
    assert trouble_of(504) == "slow"
    assert trouble_of(301) == "down"


def _event(**delta: object) -> str:
    finish = delta.pop("finish", None)
    return json.dumps({"model": "m", "choices": [{"delta": delta, "finish_reason": finish}]})


def _stream(**fields: object) -> AnswerStream:
    return AnswerStream("flash", ChatRequest(**(ASKED | fields)))


@pytest.mark.parametrize("field", ["reasoning_content", "reasoning"])
def test_thinking_comes_in_either_field(field: str) -> None:
    stream = _stream()
    pieces = [
        *stream.take(_event(**{field: "Hm. "})),
        *stream.take(_event(content="Yes.")),
        *stream.take(_event(content="", finish="stop")),
        *stream.end(),
    ]
    assert pieces[:2] == [Thought("Hm. "), Said("Yes.")]
    end = pieces[-1]
    assert isinstance(end, Ended)
    assert not end.counted
    assert end.tokens.reasoning > 0
    assert end.tokens.output > end.tokens.reasoning


def test_thinking_is_estimated_where_usage_does_not_part_it() -> None:
    stream = _stream()
    stream.take(_event(reasoning="All of these tokens are thinking. "))
    stream.take(_event(content="Yes.", finish="stop"))
    stream.take(json.dumps({"choices": [], "usage": {"prompt_tokens": 5, "completion_tokens": 12}}))
    end = stream.end()[-1]
    assert isinstance(end, Ended)
    assert end.counted
    assert 8 <= end.tokens.reasoning <= 12


@pytest.mark.parametrize(
    ("events", "trouble"),
    [
        ([], "down"),
        ([_event(content="Yes")], "cut"),
        ([_event(role="assistant"), _event(finish="stop")], "empty"),
        ([_event(content=" \n", finish="stop")], "empty"),
        ([_event(content="Yes", finish="insufficient_system_resource")], "busy"),
        ([_event(reasoning="Hm.", finish="stop")], "empty"),
        (["[DONE]"], "empty"),
        (['{"error": {"message": "too many", "code": 429}}'], "busy"),
        (['{"error": "out of memory"}'], "down"),
    ],
)
def test_what_is_no_answer_is_told_apart(events: list[str], trouble: str) -> None:
    stream = _stream()
    with pytest.raises(ModelFailed) as caught:
        for event in events:
            stream.take(event)
        stream.end()
    assert caught.value.trouble == trouble


def test_an_answer_cut_by_its_limit_may_be_all_thinking() -> None:
    stream = _stream(thinking=True)
    stream.take(_event(reasoning="Hm. ", finish="length"))
    end = stream.end()[-1]
    assert isinstance(end, Ended)
    assert end.ending == "length"


def test_what_the_endpoint_counted_before_it_failed_is_told() -> None:
    usage = {"prompt_tokens": 50, "prompt_cache_hit_tokens": 20, "completion_tokens": 400}
    for finish in ("stop", "insufficient_system_resource"):
        stream = _stream(thinking=True)
        stream.take(_event(reasoning="Hm.", finish=finish))
        stream.take(json.dumps({"choices": [], "usage": usage}))
        with pytest.raises(ModelFailed) as caught:
            stream.end()
        used = caught.value.used
        assert used is not None
        assert (used.hit, used.miss, used.output) == (20, 30, 400)
    with pytest.raises(ModelFailed) as caught:
        _stream().end()
    assert caught.value.used is None


def test_a_sign_that_comes_in_halves_is_put_together() -> None:
    stream = _stream()
    said = [
        *stream.take(_event(content="Hi \ud83d")),
        *stream.take(_event(content="\ude00 there, \ude00 half")),
        *stream.take(_event(content=" \ud83d", finish="stop")),
        *stream.end(),
    ]
    text = "".join(piece.text for piece in said if isinstance(piece, Said))
    assert text == "Hi \U0001f600 there, \ufffd half "
    thought = _stream().take(_event(reasoning="Hm \ud83d"))
    assert thought == [Thought("Hm \ufffd")]


def test_only_the_endpoint_of_deepseek_surely_parts_thinking() -> None:
    official = profile_of("", "https://api.deepseek.com/v1", "deepseek")
    other = profile_of("", "https://gateway.example/v1", "deepseek")
    assert official is not None
    assert other is not None
    assert (official.apart, other.apart) == (True, False)
    assert other.switch == official.switch
