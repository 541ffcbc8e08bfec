"""What people and the platform send to an account."""

from collections.abc import Mapping
from dataclasses import dataclass

from dengmi.channels.errors import Malformed
from dengmi.channels.wechat.body import Fields, text_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One delivery, decoded.

    Attributes:
        account: the account's original id (gh_…), the sender of replies.
        sender: the openid of whom it is from.
        kind: "text", "voice", "event", …, in lower case.
        text: what was said; of a voice message, what the platform recognised; "" otherwise.
        event: name of the event in lower case, and its `key`.
        menu: the id of the link that was tapped to say this; "" where it was typed.
        dedup: the same for every delivery of one message.
        person: of whom an event tells, where that is not the sender; "" otherwise.
        published: whether an event tells that articles were published.
    """

    account: str
    sender: str
    kind: str
    text: str = ""
    event: str = ""
    key: str = ""
    menu: str = ""
    dedup: str = ""
    person: str = ""
    published: bool = False


def read_message(fields: Fields) -> Message:
    """A message from its fields. Raises Malformed where no one could be answered."""
    account, sender = text_of(fields, "ToUserName"), text_of(fields, "FromUserName")
    kind = text_of(fields, "MsgType").lower()
    if not (account and sender and kind):
        raise Malformed("fields")
    event, key = text_of(fields, "Event").lower(), text_of(fields, "EventKey")
    said = {"text": "Content", "voice": "Recognition"}.get(kind, "")
    # Events have no number; time, name and key tell them apart. The sender belongs to it: nobody
    # gets the answer of another, whatever the number.
    number = text_of(fields, "MsgId") or f"{text_of(fields, 'CreateTime')}:{event}:{key}"
    return Message(
        account=account,
        sender=sender,
        kind=kind,
        text=text_of(fields, said).strip() if said else "",
        event=event if kind == "event" else "",
        key=key,
        menu=text_of(fields, "bizmsgmenuid"),
        dedup=f"{sender}:{number}",
        person=text_of(fields, "OpenID") if kind == "event" else "",
        published=event == "publishjobfinish" and _published(fields),
    )


def handing_over(message: Message, now: float) -> Fields:
    """The fields of a reply that hands the sender over to the platform's customer service."""
    return {
        "ToUserName": message.sender,
        "FromUserName": message.account,
        "CreateTime": int(now),
        "MsgType": "transfer_customer_service",
    }


def by_menu(dedup: str) -> bool:
    """Whether the message of a key was the tap on an entry of the account's menu."""
    return ":click:" in dedup


def text_reply(message: Message, text: str, now: float) -> Fields:
    """The fields of a reply. An empty text would show the user an error, so it must not be."""
    assert text
    return {
        "ToUserName": message.sender,
        "FromUserName": message.account,
        "CreateTime": int(now),
        "MsgType": "text",
        "Content": text,
    }


def _published(fields: Fields) -> bool:
    """Whether it went well: status 0."""
    told = fields.get("PublishEventInfo")
    return isinstance(told, Mapping) and text_of(told, "publish_status") == "0"
