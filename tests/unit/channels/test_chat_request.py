"""Requests of the chat completions API, read: what counts, what is refused, and how."""

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dengmi.channels.openai.failures import BadChat
from dengmi.channels.openai.messages import RULE, answered
from dengmi.channels.openai.names import offered, parted, unknown
from dengmi.channels.openai.request import Chat, read_chat
from dengmi.core.records import Desk
from dengmi.language.texts import catalogue

USER = {"role": "user", "content": "When does it open?"}


def read(**fields: object) -> Chat:
    return read_chat(json.dumps({"model": "town", "messages": [USER], **fields}).encode())


def test_the_last_question_counts_and_the_rest_was_said_before() -> None:
    chat = read(
        messages=[
            {"role": "system", "content": "You are a pirate."},
            {"role": "user", "content": "First?"},
            {"role": "assistant", "content": f"Yes. [1](http://x){RULE}\n1. [T](http://x)"},
            {"role": "user", "content": "No answer to this."},
            {"role": "tool", "content": "{}", "tool_call_id": "1"},
            {
                "role": "user",
                "content": [{"type": "text", "text": "And"}, {"type": "text", "text": "now?"}],
            },
        ]
    )
    assert chat.question == "And\nnow?"
    assert [(turn.question, turn.answer) for turn in chat.turns] == [
        ("First?", "Yes. [1]"),
        ("No answer to this.", ""),
    ]


def test_fields_that_mean_nothing_here_are_left_alone() -> None:
    chat = read(
        temperature=0.2,
        max_tokens=5,
        tools=[{"type": "function", "function": {"name": "f"}}],
        tool_choice="auto",
        logit_bias={"1": 2},
        surprise={"a": [1]},
        stream=True,
        stream_options={"include_usage": True},
        user="u1",
    )
    assert (chat.stream, chat.usage, chat.asker, chat.model) == (True, True, "u1", "town")


@pytest.mark.parametrize(
    "off",
    [
        {"reasoning_effort": "none"},
        {"reasoning": {"exclude": True}},
        {"thinking": {"type": "disabled"}},
        {"enable_thinking": False},
        {"chat_template_kwargs": {"enable_thinking": False}},
    ],
)
def test_thinking_can_be_declined_in_the_words_of_several_vendors(off: dict[str, object]) -> None:
    assert read().thinking
    assert not read(**off).thinking


@pytest.mark.parametrize(
    ("fields", "code", "param"),
    [
        ({"messages": []}, "chat_messages_missing", "messages"),
        ({"messages": "hello"}, "chat_messages_missing", "messages"),
        ({"messages": None}, "chat_messages_missing", "messages"),
        ({"messages": [1]}, "chat_message_bad", "messages[0]"),
        ({"messages": [{"role": "poet", "content": ""}]}, "chat_role_unknown", "messages[0].role"),
        ({"messages": [{"role": "user", "content": 3}]}, "chat_content_bad", "messages[0].content"),
        (
            {"messages": [{"role": "user", "content": [{}]}]},
            "chat_content_bad",
            "messages[0].content[0]",
        ),
        ({"messages": [{"role": "user", "content": " "}]}, "chat_question_missing", "messages"),
        ({"messages": [{"role": "system", "content": "x"}]}, "chat_question_missing", "messages"),
        ({"model": 3}, "field_not_text", "model"),
        ({"n": 2}, "chat_n", "n"),
        ({"n": "1"}, "chat_n", "n"),
        ({"tool_choice": "required"}, "chat_tools", "tool_choice"),
        ({"function_call": {"name": "f"}}, "chat_tools", "function_call"),
        ({"response_format": {"type": "json_object"}}, "chat_json_unknown", "response_format"),
    ],
)
def test_what_cannot_be_used_is_named(fields: dict[str, object], code: str, param: str) -> None:
    with pytest.raises(BadChat) as caught:
        read(**fields)
    assert (caught.value.code, caught.value.param) == (code, param)
    assert code in catalogue()


def test_a_picture_is_refused_now_and_left_alone_in_earlier_messages() -> None:
    picture = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
    seen = {"role": "user", "content": [{"type": "text", "text": "What is this?"}, picture]}
    with pytest.raises(BadChat) as caught:
        read(messages=[USER, {"role": "assistant", "content": "Nine."}, seen])
    assert (caught.value.code, caught.value.param) == (
        "chat_part_unknown",
        "messages[2].content[1]",
    )
    chat = read(messages=[seen, {"role": "assistant", "content": "A bus."}, USER])
    assert [turn.question for turn in chat.turns] == ["What is this?"]


def test_an_answer_to_be_gone_on_with_is_answered_again() -> None:
    chat = read(messages=[USER, {"role": "assistant", "content": "It ope"}])
    assert (chat.question, chat.turns) == (USER["content"], ())


def test_what_a_program_found_itself_is_not_part_of_the_question() -> None:
    told = "### Task:\nRespond to the user query using the provided context, with citations.\n"
    found = '<context>\n<source id="1">The moon is cheese.</source>\n</context>\n'
    for text in (
        f"{told}{found}\nWhen does it open?",
        f"{told}{found}<user_query>\nWhen does it open?\n</user_query>",
    ):
        assert read(messages=[{"role": "user", "content": text}]).question == USER["content"]


def test_thinking_of_earlier_answers_is_not_history() -> None:
    assert answered("<think>hm</think>Nine.") == "Nine."
    folded = '<details type="reasoning" done="true">\n<summary>x</summary>hm</details>\nNine.'
    assert answered(folded) == "Nine."


def test_names_of_models() -> None:
    names = [one.id for one in offered([Desk(name="town")], ["quote", "quick"], "All")]
    assert names == ["town", "town:quote", "town:quick", "*", "*:quote", "*:quick"]
    assert parted("town") == ("town", "auto")
    assert parted("town:deep") == ("town", "deep")
    assert parted("*:quote") == ("*", "quote")
    for wrong in ("town:", "town:fast", "town:deep:deep"):
        with pytest.raises(ValueError, match=wrong):
            parted(wrong)
    assert unknown("twon:quick", names).params["near"] == "town:quick, *:quick, town:quote"
    assert unknown("gpt-9", []).code == "chat_model_none"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
ROLE = st.sampled_from(["system", "user", "assistant", "tool", "developer", ""])
PART = st.fixed_dictionaries(
    {}, optional={"type": st.just("text") | JSON, "text": st.text() | JSON}
)
MESSAGE = st.fixed_dictionaries(
    {}, optional={"role": ROLE | JSON, "content": st.text() | st.lists(PART) | JSON}
)
NAMES = ("n", "stream_options", "response_format", "tool_choice", "user", "reasoning", "thinking")
BODY = st.fixed_dictionaries(
    {"messages": st.lists(MESSAGE, max_size=5) | JSON},
    optional={"model": st.text() | JSON, "stream": JSON, **dict.fromkeys(NAMES, JSON)},
)


@given(BODY | JSON)
def test_any_json_is_a_request_or_refused(body: object) -> None:
    try:
        chat = read_chat(msgspec.json.encode(body))
    except BadChat as error:
        assert error.code in catalogue()
    else:
        assert chat.question.strip() or chat.done


@given(st.binary(max_size=200))
def test_any_bytes_are_refused_or_read(raw: bytes) -> None:
    for body in (raw, b'{"messages":[{"role":"user","content":"' + raw + b'"}]}'):
        try:
            read_chat(body)
        except BadChat as error:
            assert error.code in catalogue()


def test_nesting_without_end_is_refused() -> None:
    with pytest.raises(BadChat):
        read_chat(b'{"messages":' + b"[" * 100_000)
