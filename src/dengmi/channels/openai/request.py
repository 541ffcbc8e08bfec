"""Reads a request for a chat completion: what is asked, how, and what was said before."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from dengmi.channels.openai.chores import chore_of, done, talk_of
from dengmi.channels.openai.failures import BadChat
from dengmi.channels.openai.messages import Said, asked, conversation, read_messages
from dengmi.core.plain import clean


@dataclass(frozen=True, slots=True, kw_only=True)
class Chat:
    """A request.

    Attributes:
        model: the name of the model, as sent.
        question: the last question; "" where `done` is the reply.
        turns: what was said before, oldest first.
        done: the reply to a chore, for which nothing is searched.
        after: the conversation that follow-up questions are wanted for, if that is the chore.
        stream: whether the reply comes in pieces; `usage` whether its end tells the usage.
        asker: the program's id of the person who asks.
        thinking: whether the model's thinking may be told.
    """

    model: str
    question: str = ""
    turns: tuple[Said, ...] = ()
    done: str = ""
    after: tuple[Said, ...] = ()
    stream: bool = False
    usage: bool = False
    asker: str = ""
    thinking: bool = True


def read_chat(raw: bytes) -> Chat:
    """The request in a body. Fields that mean nothing here are left alone.

    Raises:
        BadChat: it is no request, nothing is asked, it wants what cannot be given, or it is a
            chore of a program that is not known.
    """
    table = _table(raw)
    messages = read_messages(table.get("messages"))
    made = Chat(
        model=clean(_text(table, "model")).strip(),
        stream=table.get("stream") is True,
        usage=_inner(table, "stream_options").get("include_usage") is True,
        asker=_asker(table),
        thinking=_thinking(table),
    )
    chore = chore_of(messages)
    as_json = _inner(table, "response_format").get("type", "text") != "text"
    if as_json and chore is None:
        raise BadChat("chat_json_unknown", "response_format")
    _refuse(table)
    if chore is not None:
        after = talk_of(messages) if chore.kind == "follow_ups" else ()
        return replace(made, done=done(chore, messages, as_json=as_json), after=after)
    last, turns = conversation(messages)
    for path, kind in last.other:
        raise BadChat("chat_part_unknown", path, kind=kind)
    return replace(made, question=asked(last.text), turns=turns)


def _table(raw: bytes) -> Mapping[str, Any]:
    try:
        table = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        reason = str(error)[:200] if isinstance(error, msgspec.DecodeError) else "UTF-8"
        raise BadChat("json_bad", "", reason=reason) from None
    except RecursionError:
        raise BadChat("json_deep", "") from None
    if not isinstance(table, dict):
        raise BadChat("field_not_object", "")
    return table


def _refuse(table: Mapping[str, Any]) -> None:
    """Say plainly what a desk cannot do, where ignoring it would surprise."""
    many = table.get("n")
    if many is not None and many != 1:
        raise BadChat("chat_n", "n")
    for name in ("tool_choice", "function_call"):
        choice = table.get(name)
        if choice == "required" or isinstance(choice, dict):
            raise BadChat("chat_tools", name)


def _asker(table: Mapping[str, Any]) -> str:
    for name in ("user", "safety_identifier"):
        value = table.get(name)
        if isinstance(value, str) and value.strip():
            return clean(value).strip()[:200]
    return ""


def _thinking(table: Mapping[str, Any]) -> bool:
    """Whether thinking may be told, in the words of several vendors."""
    reasoning, thinking = _inner(table, "reasoning"), _inner(table, "thinking")
    template = _inner(table, "chat_template_kwargs")
    off = (
        table.get("reasoning_effort") == "none",
        reasoning.get("effort") == "none",
        reasoning.get("exclude") is True,
        reasoning.get("enabled") is False,
        thinking.get("type") == "disabled",
        table.get("include_reasoning") is False,
        table.get("enable_thinking") is False,
        template.get("enable_thinking") is False,
    )
    return not any(off)


def _text(table: Mapping[str, Any], name: str) -> str:
    value = table.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise BadChat("field_not_text", name, most=200)
    return value


def _inner(table: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = table.get(name)
    return value if isinstance(value, dict) else {}
