"""What people say in Matrix rooms, and whether it is said to the account. Pure.

Events are whatever their senders made of them: every field may be missing or of another kind.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import unquote

from dengmi.core.plain import clean

Rooms = Literal["mention", "command", "all", "none"]
"""What is answered in rooms: what mentions the account, only the command, all, or nothing."""

_SAID = ("m.text", "m.image", "m.audio", "m.video", "m.file", "m.location")
"""Kinds that people send. `m.notice` is what other bots say, and is never answered."""

_THUMBS = {"\U0001f44d": True, "\U0001f44e": False}
"""Keys of reactions that count, whatever the colour of the hand."""

_LATEST = 10**15
"""Milliseconds; no sender's clock is that far ahead."""

_PILL = re.compile(r"matrix\.to/#/((?:@|%40)[^\"'?<>\s]+)")
_GAP = re.compile(r"[\s:,;：，、]+")
_CALL = re.compile(r"\s*[:,：，][\s:,：，]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message.

    Attributes:
        id: the event's id, the same however often it is delivered.
        text: what was said; "" of pictures and the like.
        thread: id of the message that its thread hangs on; "" outside of threads.
        mentioned: who is mentioned, as the sender's program says; None where it does not.
        pills: who is linked to in the formatted text.
        at: when it was said, as the sender's server says (Unix seconds).
    """

    room: str
    id: str
    sender: str
    text: str
    thread: str = ""
    mentioned: frozenset[str] | None = None
    pills: frozenset[str] = frozenset()
    at: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Me:
    """The account: its whole user id, and the name that people see."""

    user: str
    name: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """What it may be called by, the longest first."""
        local = self.user[1:].split(":", 1)[0]
        found = {self.user, self.name, f"@{self.name}", f"@{local}", local} - {"", "@"}
        return tuple(sorted(found, key=len, reverse=True))


@dataclass(frozen=True, slots=True)
class Reaction:
    """A thumb that somebody gave a message. `to` is the message, `id` the reaction's own id."""

    id: str
    sender: str
    to: str
    up: bool


def reacted(event: object) -> Reaction | None:
    """A thumb up or down; None for other events and other reactions."""
    fields = _table(event)
    relation = _table(_table(fields.get("content")).get("m.relates_to"))
    found = [fields.get("event_id"), fields.get("sender"), relation.get("event_id")]
    key = relation.get("key")
    if fields.get("type") != "m.reaction" or relation.get("rel_type") != "m.annotation":
        return None
    if not (isinstance(key, str) and key[:1] in _THUMBS):
        return None
    name, sender, to = (each if isinstance(each, str) else "" for each in found)
    return Reaction(name, sender, to, _THUMBS[key[:1]]) if name and sender and to else None


def redacted(event: object) -> str:
    """The id of the event that an event takes back; "" for others. Where it stands has changed with
    the versions of rooms."""
    fields = _table(event)
    if fields.get("type") != "m.room.redaction":
        return ""
    found = _table(fields.get("content")).get("redacts") or fields.get("redacts")
    return found if isinstance(found, str) else ""


def read_message(room: str, event: object) -> Message | None:
    """A message that somebody sent; None for other events, edits, and what other bots say.

    Args:
        event: as it comes in JSON, decrypted where it was encrypted.
    """
    fields = _table(event)
    content = _table(fields.get("content"))
    kind, body = content.get("msgtype"), content.get("body")
    sender, name = fields.get("sender"), fields.get("event_id")
    if fields.get("type") != "m.room.message" or kind not in _SAID or not isinstance(body, str):
        return None
    if not (isinstance(sender, str) and isinstance(name, str) and sender and name):
        return None
    relation = _table(content.get("m.relates_to"))
    if relation.get("rel_type") == "m.replace":
        return None
    root = relation.get("event_id") if relation.get("rel_type") == "m.thread" else ""
    return Message(
        room=room,
        id=name,
        sender=sender,
        text=_said(body, "m.in_reply_to" in relation) if kind == "m.text" else "",
        thread=root if isinstance(root, str) else "",
        mentioned=_mentioned(content),
        pills=_pills(content.get("formatted_body")),
        at=said_at(fields),
    )


def said_at(event: object) -> float:
    """When an event was sent, as its sender's server says (Unix seconds); 0 for unknown."""
    stamp = _table(event).get("origin_server_ts")
    return stamp / 1000 if isinstance(stamp, int) and abs(stamp) < _LATEST else 0.0


def asked(
    message: Message, me: Me, *, rooms: Rooms, command: str, direct: bool, followed: bool
) -> str | None:
    """The question in a message; None where it is not said to the account.

    Args:
        direct: whether nobody else is in the room.
        followed: whether the account has answered in the message's thread.
    """
    word, _, rest = message.text.partition(" ")
    if command and word.strip().lower() == command.lower():
        return None if rooms == "none" and not direct else rest.strip()
    called = mentions(message, me)
    if direct:
        return without_name(message.text, me, sure=called)
    if rooms in ("command", "none"):
        return None
    if called:
        return without_name(message.text, me, sure=True)
    if rooms == "all" or (followed and not (message.mentioned or message.pills)):
        return message.text
    return None


def mentions(message: Message, me: Me) -> bool:
    """Whether a message mentions the account. Where the sender's program says whom it mentions,
    nothing else counts."""
    if message.mentioned is not None:
        return me.user in message.mentioned
    if me.user in message.pills or me.user in message.text:
        return True
    return without_name(message.text, me) != message.text and not message.pills


def without_name(said: str, me: Me, *, sure: bool = False) -> str:
    """What was said without the account's name before or behind it.

    Args:
        sure: whether it is known that the account is called; otherwise a name without @ counts
            only where a colon or a comma follows, as it may be a word of the question.
    """
    low = said.lower()
    for name in me.names:
        if low.startswith(name.lower()):
            rest = said[len(name) :]
            gap = (_GAP if sure or name.startswith("@") else _CALL).match(rest)
            if gap or not rest:
                return rest[gap.end() if gap else 0 :].strip()
        if name.startswith("@") and low.endswith(name.lower()):
            return said[: -len(name)].strip().rstrip(",，")
    return said


def joined_at(event: object, user: str) -> float | None:
    """When a user came into a room, if an event says so; None for others, and for changes of the
    name of somebody who was there."""
    fields = _table(event)
    if fields.get("type") != "m.room.member" or fields.get("state_key") != user:
        return None
    before = _table(_table(fields.get("unsigned")).get("prev_content")).get("membership")
    if _table(fields.get("content")).get("membership") != "join" or before == "join":
        return None
    return said_at(fields)


def leaver(event: object) -> str:
    """Who left a room of their own will, if an event says so; "" for others."""
    fields = _table(event)
    who = fields.get("state_key")
    if fields.get("type") != "m.room.member" or fields.get("sender") != who:
        return ""
    said = _table(fields.get("content")).get("membership")
    return who if said == "leave" and isinstance(who, str) else ""


def inviter(events: object, user: str) -> str:
    """Who invites a user, by the stripped state of an invitation; "" where it does not say."""
    for event in events if isinstance(events, list) else ():
        fields = _table(event)
        said = _table(fields.get("content")).get("membership")
        if fields.get("type") == "m.room.member" and fields.get("state_key") == user:
            sender = fields.get("sender")
            if said == "invite" and isinstance(sender, str):
                return sender
    return ""


def allowed(user: str, patterns: tuple[str, ...], home: str) -> bool:
    """Whether a user may ask and invite.

    Args:
        patterns: user ids, names of servers, or * for all; nothing: those of `home`.
        home: the account's own server.
    """
    server = user.partition(":")[2]
    if not patterns:
        return server == home
    return any(each in ("*", user) or each == server for each in patterns)


def _said(body: str, reply: bool) -> str:
    """The text without the quotation that older programs put in front of a reply."""
    if reply and body.startswith("> "):
        quoted, gap, rest = body.partition("\n\n")
        if gap and all(line.startswith(">") for line in quoted.split("\n")):
            body = rest
    return clean(body).strip()


def _mentioned(content: Mapping[str, object]) -> frozenset[str] | None:
    if not isinstance(content.get("m.mentions"), Mapping):
        return None
    users = _table(content["m.mentions"]).get("user_ids")
    listed = users if isinstance(users, list) else []
    return frozenset(each for each in listed if isinstance(each, str))


def _pills(formatted: object) -> frozenset[str]:
    if not isinstance(formatted, str):
        return frozenset()
    return frozenset(unquote(found) for found in _PILL.findall(formatted))


def _table(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}
