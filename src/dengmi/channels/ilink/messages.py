"""What the platform hands over, and what is sent, as the vendor's plugin describes it (2026-11)."""

from collections.abc import Mapping
from dataclasses import dataclass

from dengmi.channels.errors import Malformed

USER, BOT = 1, 2
FINISHED = 2
TEXT, VOICE = 1, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One message of a person.

    Attributes:
        id: the same whenever it is handed over again.
        sender: the person.
        text: what was said; of a voice message, what the platform recognised; "" otherwise.
        context: goes back with each message that follows.
    """

    id: str
    sender: str
    text: str
    context: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Updates:
    """What came since the last call. `cursor` is for the next; `wait` is how many seconds that may
    take, 0 where the platform does not say."""

    said: tuple[Said, ...]
    cursor: str
    wait: float = 0.0


def read_updates(body: Mapping[str, object], before: str) -> Updates:
    """What came, from the body of a reply. What is not of a person, or cannot be read, is left out.

    Args:
        before: the cursor that was sent; it stands where the reply names none.

    Raises:
        Malformed: there is no list of messages.
    """
    found = body.get("msgs") or []
    if not isinstance(found, list):
        raise Malformed("msgs")
    said = [_said(each) for each in found if isinstance(each, dict)]
    cursor = body.get("get_updates_buf")
    wait = body.get("longpolling_timeout_ms")
    return Updates(
        said=tuple(each for each in said if each is not None),
        cursor=cursor if isinstance(cursor, str) and cursor else before,
        wait=wait / 1000 if isinstance(wait, int) and 0 < wait <= 120_000 else 0.0,
    )


def _said(message: Mapping[str, object]) -> Said | None:
    sender, context = _text(message.get("from_user_id")), _text(message.get("context_token"))
    name = _text(message.get("message_id")) or _text(message.get("seq"))
    if message.get("message_type", USER) != USER or not (sender and name):
        return None
    return Said(id=name, sender=sender, text=_words(message.get("item_list")), context=context)


def _words(items: object) -> str:
    words = []
    for item in items if isinstance(items, list) else ():
        if not isinstance(item, dict):
            continue
        field = {TEXT: "text_item", VOICE: "voice_item"}.get(item.get("type", 0))
        inner = item.get(field) if field else None
        if isinstance(inner, dict):
            words.append(_text(inner.get("text")))
    return "\n".join(filter(None, words)).strip()


def text_message(to: str, words: str, context: str, name: str) -> dict[str, object]:
    """A message of text. `name` is the sender's own key of it."""
    return {
        "to_user_id": to,
        "client_id": name,
        "message_type": BOT,
        "message_state": FINISHED,
        "context_token": context,
        "item_list": [{"type": TEXT, "text_item": {"text": words}}],
    }


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""
