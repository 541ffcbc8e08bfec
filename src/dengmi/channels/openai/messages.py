"""The messages of a chat: the text in them, and what each side said."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dengmi.channels.openai.failures import BadChat
from dengmi.core.plain import clean

ROLES = ("system", "developer", "user", "assistant", "tool", "function")

RULE = "\n\n---\n"
"""Parts an answer from what stands below it; programs send it back with the conversation."""

_LINKED = re.compile(r"\[(\d{1,3})\]\([^)\s]*\)")
_THOUGHT = re.compile(
    r"<think(?:ing)?>.*?</think(?:ing)?>|<details type=\"reasoning\".*?</details>", re.DOTALL
)
_ESCAPED = re.compile(r"\\(?=[(:<])")
_WRAPPED = re.compile(r"\A\s*#+ Task:.*</context>\s*(?P<rest>.*)\Z", re.DOTALL)
_QUERY = re.compile(r"<user_query>(.*?)</user_query>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Message:
    """One message: who, what, and what was in it that is no text (such as "image_url")."""

    role: str
    text: str
    other: tuple[tuple[str, str], ...] = ()
    """(path of the part, its type)."""


@dataclass(frozen=True, slots=True)
class Said:
    """An earlier question with its answer; "" where there was none."""

    question: str
    answer: str = ""


def read_messages(raw: Any) -> list[Message]:
    """The messages of a request. Raises BadChat."""
    if not isinstance(raw, Sequence) or isinstance(raw, str) or not raw:
        raise BadChat("chat_messages_missing", "messages")
    return [_message(each, f"messages[{place}]") for place, each in enumerate(raw)]


def _message(raw: Any, path: str) -> Message:
    if not isinstance(raw, Mapping):
        raise BadChat("chat_message_bad", path)
    role = raw.get("role")
    if role not in ROLES:
        raise BadChat("chat_role_unknown", f"{path}.role", roles=", ".join(ROLES))
    content = raw.get("content")
    if content is None:
        return Message(role, "")
    if isinstance(content, str):
        return Message(role, clean(content))
    if not isinstance(content, Sequence):
        raise BadChat("chat_content_bad", f"{path}.content")
    texts: list[str] = []
    other: list[tuple[str, str]] = []
    for place, part in enumerate(content):
        where = f"{path}.content[{place}]"
        if isinstance(part, str):
            texts.append(part)
            continue
        if not isinstance(part, Mapping) or not isinstance(part.get("type"), str):
            raise BadChat("chat_content_bad", where)
        words = part.get("text", part.get("refusal"))
        if isinstance(words, str):
            texts.append(words)
        else:
            other.append((where, clean(part["type"])[:40]))
    return Message(role, clean("\n".join(texts)), tuple(other))


def conversation(messages: Sequence[Message]) -> tuple[Message, tuple[Said, ...]]:
    """(the last question, what was said before it, oldest first).

    System messages are no part of it: a desk speaks with its own voice, and from its articles.

    Raises:
        BadChat: nobody asks anything.
    """
    said: list[Said] = []
    last: Message | None = None
    for message in messages:
        if message.role == "user" and (message.text.strip() or message.other):
            if last is not None:
                said.append(Said(asked(last.text)))
            last = message
        elif message.role == "assistant" and last is not None and message.text.strip():
            said.append(Said(asked(last.text), answered(message.text)))
            last = None
    if last is None:
        if not said or not messages[-1].role == "assistant":
            raise BadChat("chat_question_missing", "messages")
        # A program that wants the last answer gone on with gets its question answered again.
        again = said.pop()
        last = Message("user", again.question)
    return last, tuple(each for each in said if each.question)


def asked(text: str) -> str:
    """The words of the asker. Programs that search files themselves put what they found around
    them; the articles of the desk stay the only source."""
    query = _QUERY.findall(text)
    if query and query[-1].strip():
        return str(query[-1]).strip()
    wrapped = _WRAPPED.match(text)
    return (wrapped and wrapped["rest"].strip()) or text.strip()


def answered(text: str) -> str:
    """An earlier answer as it was written: without links, thinking and what stands below it."""
    bare = _THOUGHT.sub("", text)
    bare = bare[: bare.rfind(RULE)] if RULE in bare else bare
    return _ESCAPED.sub("", _LINKED.sub(r"[\1]", bare)).strip()
