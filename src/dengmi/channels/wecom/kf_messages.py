"""What customers and the platform leave for WeChat Customer Service (微信客服), as `kf/sync_msg`
gives it.

Source: the vendor's developer documentation, "WeChat Customer Service, receiving messages", as of
2026-11. The callback only says that there is something.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dengmi.channels.wechat.body import Fields, text_of

CUSTOMER = 3
"""Where a message of a person is from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KfMessage:
    """One message, decoded.

    Attributes:
        account: the open_kfid it was left at; customer: the external_userid it is of.
        number: the same whenever it is given again.
        at: when it was sent (Unix seconds).
        origin: CUSTOMER, or another number.
        kind: "text", "image", …, "event".
        text: what was said; "" otherwise.
        event: name of an event; code: what its welcome is said with; fault: why a message of ours
            did not arrive.
    """

    account: str
    customer: str
    number: str
    at: float
    origin: int
    kind: str
    text: str = ""
    event: str = ""
    code: str = ""
    fault: str = ""

    @property
    def who(self) -> str:
        """The customer at this account."""
        return f"{self.account}/{self.customer}"


@dataclass(frozen=True, slots=True)
class Page:
    """One page of messages. `more`: whether another one follows."""

    messages: Sequence[KfMessage]
    cursor: str
    more: bool


def read_page(said: Mapping[str, Any], account: str) -> Page:
    """A page as `kf/sync_msg` gave it; what cannot be read in it is left out."""
    items = said.get("msg_list")
    messages = [
        message
        for item in (items if isinstance(items, list) else ())
        if isinstance(item, Mapping) and (message := _message(item, account)) is not None
    ]
    return Page(messages, text_of(said, "next_cursor"), said.get("has_more") in (1, True))


def _message(item: Fields, account: str) -> KfMessage | None:
    number, kind = text_of(item, "msgid"), text_of(item, "msgtype").lower()
    event = _inner(item, "event")
    customer = text_of(item, "external_userid") or text_of(event, "external_userid")
    if not (number and kind):
        return None
    return KfMessage(
        account=text_of(item, "open_kfid") or text_of(event, "open_kfid") or account,
        customer=customer,
        number=number,
        at=_number(item, "send_time"),
        origin=int(_number(item, "origin")),
        kind=kind,
        text=text_of(_inner(item, "text"), "content").strip() if kind == "text" else "",
        event=text_of(event, "event_type") if kind == "event" else "",
        code=text_of(event, "welcome_code"),
        fault=text_of(event, "fail_type"),
    )


def _inner(fields: Fields, name: str) -> Fields:
    value = fields.get(name)
    return value if isinstance(value, Mapping) else {}


def _number(fields: Fields, name: str) -> float:
    value = fields.get(name)
    known = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if known and abs(value) < 1e12 else 0.0  # type: ignore[arg-type]
