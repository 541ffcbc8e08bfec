"""What chat programs ask a model behind their user's back: a title for the chat, tags, follow-up
questions, a summary. No article answers that, so nothing is searched: it is done here, at no cost.

The phrases are those that Open WebUI, LibreChat, Cherry Studio, NextChat, Chatbox and DeepChat
send (their sources, 2026-11). All phrases of a row must be there, so that a person who asks about
titles is not taken for a program.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from dengmi.channels.openai.failures import BadChat
from dengmi.channels.openai.messages import Message, Said, conversation
from dengmi.language.detect import language_of

Kind = Literal[
    "title", "tags", "follow_ups", "queries", "text", "prompt", "tool_calls", "emoji", "summary"
]

_EMPTY: Mapping[str, object] = {
    "tags": [],
    "follow_ups": [],
    "queries": [],
    "text": "",
    "prompt": "",
    "tool_calls": [],
}
"""What is answered as JSON where nothing is to be done."""

_PHRASES: tuple[tuple[Kind, tuple[str, ...]], ...] = (
    ("title", ("concise, 3-5 word", "title", "chat history")),
    ("title", ("5-word-or-less title", "conversation")),
    ("title", ("analyze this conversation and provide", "title")),
    ("title", ("four to five word title summarizing our conversation",)),
    ("title", ("使用四到五个字直接返回这句话的简要主题",)),
    ("title", ("summarize the given session into a title",)),
    ("title", ("总结给出的会话", "标题")),
    ("title", ("summarize the user's conversation into a title",)),
    ("title", ("将用户的会话总结为", "标题")),
    ("title", ("将用户的对话总结为", "标题")),
    ("title", ("based on the chat history, give this conversation a name",)),
    ("tags", ("broad tags categorizing the main themes of the chat history",)),
    ("follow_ups", ("suggest 3-5 relevant follow-up questions",)),
    ("queries", ("necessity of generating search queries",)),
    ("text", ("you are an autocompletion system",)),
    ("prompt", ("generate a detailed prompt for", "image generation task")),
    ("tool_calls", ("choose and return the correct tool(s)",)),
    ("emoji", ("reflect the speaker's likely facial expression",)),
    ("summary", ("summarize the discussion briefly in 200 words or less",)),
    ("summary", ("简要总结一下对话内容，用作后续的上下文提示",)),
)
_JSON = re.compile(r"\{\s*\"(title|tags|follow_ups|queries|text|prompt)\"\s*:")
_TASK = re.compile(r"\A\s*#{1,3} Task:", re.IGNORECASE)
_CONTEXT = re.compile(r"<user_query>|user query using the provided context", re.IGNORECASE)
_SAID_IN = re.compile(
    r"^(?:USER|User|user|Human|用户)[:：][ \t]*(.*?)"
    r"(?=^(?:USER|User|user|Human|ASSISTANT|Assistant|assistant|AI|用户|助手)[:：]|^</chat_history>|\Z)",
    re.DOTALL | re.MULTILINE,
)
_SPOKEN = re.compile(r"^(USER|ASSISTANT): ", re.MULTILINE)
_TALK = re.compile(r"<chat_history>\n(.*)\n</chat_history>", re.DOTALL)
_PART = re.compile(r".+?[。！？!?；;\n]|.+", re.DOTALL)
_LONGEST = 40
_LONGEST_WIDE = 18
_EMOJI = "🏮"


@dataclass(frozen=True, slots=True)
class Chore:
    """A chore. `as_json`: whether the answer is wanted as JSON."""

    kind: Kind
    as_json: bool


def chore_of(messages: Sequence[Message]) -> Chore | None:
    """What the last message, or a system message, wants done; None for a question of a person.

    Raises:
        BadChat: a chore of a kind that is not known.
    """
    if not messages:
        return None
    last = messages[-1].text
    if _CONTEXT.search(last[:2_000]):
        return None
    given = [last, *(each.text for each in messages[:-1] if each.role in ("system", "developer"))]
    for text in given:
        # An instruction of a person's own in front of a chat stays what it is: the phrases stand
        # at the beginning of what programs send.
        head = " ".join(text[:1_500].lower().split())
        for kind, phrases in _PHRASES:
            if all(phrase in head for phrase in phrases):
                return Chore(kind, _JSON.search(text) is not None or kind in _EMPTY)
    if _TASK.match(last):
        wanted = _JSON.search(last)
        if wanted is None:
            raise BadChat("chat_chore_unknown", "messages")
        return Chore(wanted[1], True)  # type: ignore[arg-type] # the pattern names kinds
    return None


def done(chore: Chore, messages: Sequence[Message], *, as_json: bool = False) -> str:
    """A chore done: the content of the reply."""
    if chore.kind in _EMPTY:
        return json.dumps({chore.kind: _EMPTY[chore.kind]})
    if chore.kind == "emoji":
        return _EMOJI
    questions = _questions(messages)
    if chore.kind == "summary":
        return "\n".join(f"- {question}" for question in questions[-6:]) or _EMOJI
    title = title_of(questions[0]) if questions else _EMOJI
    if chore.as_json or as_json:
        return json.dumps({"title": title}, ensure_ascii=False)
    return title


def talk_of(messages: Sequence[Message]) -> tuple[Said, ...]:
    """The conversation that a chore of Open WebUI quotes; its last messages, if it is long."""
    quoted = _TALK.search(messages[-1].text)
    if quoted is None:
        return ()
    _, *parts = _SPOKEN.split(quoted[1])
    spoken = [
        Message(role.lower(), text.removesuffix("\n"))
        for role, text in zip(parts[::2], parts[1::2], strict=True)
    ]
    try:
        last, turns = conversation([*spoken, Message("user", "?")])
    except BadChat:
        return ()
    return turns if last.text == "?" else ()


def title_of(question: str) -> str:
    """A question as the title of a chat."""
    words = " ".join(question.split())
    first = _PART.match(words)
    short = (first.group() if first else words).strip(" 。．.！!？?；;，,：:\"“”'")
    if language_of(short) == "zh":
        return short if len(short) <= _LONGEST_WIDE else short[: _LONGEST_WIDE - 1] + "…"
    if len(short) <= _LONGEST:
        return short or _EMOJI
    cut = short[: _LONGEST - 1]
    return (cut[: cut.rfind(" ")] if " " in cut else cut).rstrip(" ,;:") + "…"


def _questions(messages: Sequence[Message]) -> list[str]:
    """The questions of the chat that a chore is about: messages of their own, or quoted in it."""
    last = messages[-1]
    try:
        said = json.loads(last.text)
    except ValueError:
        said = None
    if isinstance(said, list):  # a list of {"role", "mainText" or "content"}
        found = [
            text
            for each in said
            if isinstance(each, dict) and each.get("role") == "user"
            for text in (each.get("mainText") or each.get("content"),)
            if isinstance(text, str)
        ]
    else:
        found = _SAID_IN.findall(last.text)
    if not found and len(messages) > 1:
        earlier = [each for each in messages[:-1] if each.role in ("user", "assistant")]
        try:
            question, turns = conversation(earlier)
        except BadChat:
            return [last.text] if last.role == "user" else []
        found = [*(turn.question for turn in turns), question.text]
    kept = [" ".join(text.split()) for text in found]
    if not any(kept) and last.role == "user" and len(messages) > 1:
        kept = [" ".join(last.text.split())]
    return [text for text in kept if text]
