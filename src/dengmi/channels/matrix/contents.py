"""Contents of messages that the account sends (m.room.message). Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from dengmi.channels.parts import shortened

Content = Mapping[str, object]

MOST = 40_000
"""Bytes of a content. An event may have 65,536; encrypting makes it a third larger, and the server
adds its own fields."""

_FALLBACK = 600
"""Bytes of the text that an edit shows to programs that know no edits."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A message as text and as HTML."""

    text: str
    html: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a reply belongs.

    Attributes:
        asked: id of the message that is answered.
        thread: id of the message that the thread hangs on; "" for none.
        sender: who asked.
    """

    room: str
    asked: str
    thread: str = ""
    sender: str = ""


def message(drawn: Drawn, place: Place, kind: str, *, call: bool = False) -> Content:
    """A new message, as a reply in its thread.

    Args:
        kind: "m.notice" or "m.text".
        call: whether whoever asked is called by it.
    """
    relation: dict[str, object] = {}
    if place.asked:
        relation["m.in_reply_to"] = {"event_id": place.asked}
    if place.thread:
        relation |= {"rel_type": "m.thread", "event_id": place.thread, "is_falling_back": True}
    return {
        **_drawn(drawn, kind),
        "m.mentions": {"user_ids": [place.sender]} if call and place.sender else {},
        **({"m.relates_to": relation} if relation else {}),
    }


def edit(drawn: Drawn, sent: str, kind: str) -> Content:
    """What replaces a message that was sent. Its thread stays that of the message."""
    return {
        "msgtype": kind,
        "body": shortened(f"* {drawn.text}", _FALLBACK),
        "m.mentions": {},
        "m.new_content": {**_drawn(drawn, kind), "m.mentions": {}},
        "m.relates_to": {"rel_type": "m.replace", "event_id": sent},
    }


def fits(drawn: Drawn) -> bool:
    """Whether a message can be sent."""
    return len(msgspec.json.encode(_drawn(drawn, "m.notice"))) <= MOST


def _drawn(drawn: Drawn, kind: str) -> dict[str, object]:
    return {
        "msgtype": kind,
        "body": drawn.text,
        "format": "org.matrix.custom.html",
        "formatted_body": drawn.html,
    }
