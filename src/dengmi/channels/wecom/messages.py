"""What people and the platform send to an AI bot, over callbacks and over the long connection.

Source: the vendor's developer documentation, "AI bot", as of 2026-11.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dengmi.channels.errors import Malformed
from dengmi.channels.wechat.body import Fields, text_of

MOST_URL = 4_096
"""Characters of the longest address of ours that is kept."""

_CALLED = re.compile(r"(?:@\S{1,40}\s+)+")


@dataclass(frozen=True, slots=True, kw_only=True)
class BotMessage:
    """One delivery, decoded.

    Attributes:
        kind: "text", "voice", "mixed", …, "event", or "stream": the platform asks how far the
            answer `stream` is.
        sender: the userid of whom it is from; it may be missing in what the platform asks itself.
        text: what was said, or quoted where nothing was said beside; of a voice message, its
            transcript; "" otherwise.
        chat: id of the group; "" in a single chat.
        number: the same for every delivery of one message.
        response_url: where the answer may be sent once, within an hour; "" for none.
        event: name of an event.
        thumb: (id of the reply, whether it is good; None: taken back) of a feedback.
    """

    kind: str
    sender: str = ""
    text: str = ""
    chat: str = ""
    number: str = ""
    response_url: str = ""
    stream: str = ""
    event: str = ""
    thumb: tuple[str, bool | None] | None = None

    @property
    def dedup(self) -> str:
        """The same for every delivery of one message, and for no other person's."""
        return f"{self.sender}:{self.number}"


def read_bot(fields: Fields, called: str = "") -> BotMessage:
    """A message from its fields.

    Args:
        called: the name of the bot, which people put before what they say in groups.

    Raises:
        Malformed: nobody could be answered.
    """
    kind = text_of(fields, "msgtype").lower()
    sender = text_of(_inner(fields, "from"), "userid")
    if kind == "stream":
        stream = text_of(_inner(fields, "stream"), "id")
        if not stream:
            raise Malformed("fields")
        return BotMessage(kind=kind, sender=sender, stream=stream)
    number = text_of(fields, "msgid")
    if not (kind and sender and number):
        raise Malformed("fields")
    chat = text_of(fields, "chatid") if text_of(fields, "chattype") == "group" else ""
    said = _said(fields, kind).strip()
    said = _without_name(said, called) if chat else said
    event = _inner(fields, "event")
    address = text_of(fields, "response_url")
    return BotMessage(
        kind=kind,
        sender=sender,
        text=said or _quoted(fields),
        chat=chat,
        number=number,
        response_url=address if len(address) <= MOST_URL else "",
        event=text_of(event, "eventtype") if kind == "event" else "",
        thumb=_thumb(_inner(event, "feedback_event")),
    )


def _said(fields: Fields, kind: str) -> str:
    """The words in a message."""
    if kind in ("text", "voice"):
        return text_of(_inner(fields, kind), "content")
    if kind != "mixed":
        return ""
    items = _inner(fields, "mixed").get("msg_item")
    texts = [
        text_of(_inner(item, "text"), "content")
        for item in (items if isinstance(items, list) else ())
        if isinstance(item, Mapping)
    ]
    return "\n".join(text for text in texts if text)


def _quoted(fields: Fields) -> str:
    """The words that a message quotes, where it says nothing beside: to call the bot at what
    somebody said is to ask that."""
    quote = _inner(fields, "quote")
    return _said(quote, text_of(quote, "msgtype").lower()).strip()


def _without_name(said: str, called: str) -> str:
    """What was said in a group, without the name of whom it was said to."""
    said = said.strip().replace("\u2005", " ")
    name = f"@{called}"
    if called and said.startswith(name):
        return said[len(name) :].strip()
    if called and said.endswith(name):
        return said[: -len(name)].strip()
    found = _CALLED.match(said)
    return said[found.end() :].strip() if found else said


def _thumb(feedback: Fields) -> tuple[str, bool | None] | None:
    """Type 1 is good, 2 bad, 3 taken back."""
    which, kind = text_of(feedback, "id"), text_of(feedback, "type")
    if not which or kind not in ("1", "2", "3"):
        return None
    return which, {"1": True, "2": False, "3": None}[kind]


def _inner(fields: Any, name: str) -> Fields:
    value = fields.get(name)
    return value if isinstance(value, Mapping) else {}
