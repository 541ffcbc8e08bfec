"""An account as an appservice: the homeserver delivers what is said, and takes messages without a
limit (application service API v1). Pure but for the comparison of tokens, which takes the same time
whatever was sent."""

import hmac
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec

from dengmi.channels.errors import Malformed
from dengmi.channels.matrix.heard import Event

MOST_BYTES = 16 * 1024 * 1024
"""Of one delivery: a hundred events of 64 KiB each, and what stands around them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """What the homeserver is told of an account.

    Attributes:
        name: the account's name in the settings.
        url: where the homeserver delivers.
        user: the account, such as "@town:example.org".
        token: with which the account calls the homeserver; `hs_token` the other way round.
    """

    name: str
    url: str
    user: str
    token: str
    hs_token: str

    def yaml(self) -> str:
        """The registration as a file for the homeserver. Every value is a JSON string, which YAML
        reads as well."""
        local = self.user[1:].partition(":")[0]
        return "\n".join(
            [
                f"id: {json.dumps(f'dengmi-{self.name}')}",
                f"url: {json.dumps(self.url)}",
                f"as_token: {json.dumps(self.token)}",
                f"hs_token: {json.dumps(self.hs_token)}",
                f"sender_localpart: {json.dumps(local)}",
                "rate_limited: false",
                "namespaces:",
                "  users:",
                "    - exclusive: true",
                f"      regex: {json.dumps(re.escape(self.user))}",
                "  aliases: []",
                "  rooms: []",
                "",
            ]
        )


def is_from(hs_token: str, headers: Mapping[str, str], query: Mapping[str, str]) -> bool:
    """Whether a delivery carries the token; older homeservers put it into the address."""
    kind, _, given = headers.get("authorization", "").partition(" ")
    said = given.strip() if kind.lower() == "bearer" else query.get("access_token", "")
    return bool(hs_token) and hmac.compare_digest(said.encode(), hs_token.encode())


def events_of(body: bytes) -> Sequence[tuple[str, Event]]:
    """The events of a delivery, each with its room. Raises Malformed."""
    try:
        said = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Malformed("json") from None
    events = said.get("events") if isinstance(said, dict) else None
    if not isinstance(events, list):
        raise Malformed("events")
    return [
        (each["room_id"], each)
        for each in events
        if isinstance(each, dict) and isinstance(each.get("room_id"), str)
    ]
