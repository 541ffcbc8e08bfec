"""Calls of the client-server API (v3), by matrix-nio. The only module that knows that library."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiohttp
import nio  # type: ignore[import-untyped]

from dengmi.channels.matrix.contents import Content
from dengmi.channels.matrix.errors import LOGGED_OUT, MatrixFailed
from dengmi.channels.matrix.heard import Event, Heard, Sealed, Synced
from dengmi.channels.matrix.messages import inviter, joined_at, said_at

log = logging.getLogger(__name__)

LONG_POLL = 30.0
"""Seconds that the server may wait for something new."""

_PATIENCE = 20.0
_FIRST = 300.0
"""Seconds that the first sync may take, in which a server has much to gather."""

_SEEN = (
    "m.room.message",
    "m.room.encrypted",
    "m.room.member",
    "m.room.encryption",
    "m.reaction",
    "m.room.redaction",
)
_NOTHING: Mapping[str, object] = {"types": []}
_FILTER: dict[str, object] = {
    "room": {
        "timeline": {"limit": 50, "types": list(_SEEN)},
        "state": {
            "types": ["m.room.member", "m.room.encryption"],
            "lazy_load_members": True,
        },
        "ephemeral": _NOTHING,
        "account_data": _NOTHING,
    },
    "presence": _NOTHING,
    "account_data": _NOTHING,
}
_INVITES: dict[str, object] = {
    **_FILTER,
    "room": {"timeline": {"limit": 1, "types": []}, "state": _NOTHING, "ephemeral": _NOTHING},
}
"""Only the invitations."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """How an account gets in: with a token, that of an appservice too, or with a password and the
    name of its device."""

    homeserver: str
    user: str
    token: str = ""
    password: str = ""
    device: str = ""
    appservice: bool = False


class Matrix:
    """One account.

    Args:
        folder: where its session is kept, and its keys where it encrypts.
        encrypted: whether it reads and writes encrypted messages.
    """

    def __init__(self, login: Login, folder: Path, *, encrypted: bool = False) -> None:
        self._login = login
        self._folder = folder
        self._encrypted = encrypted
        self._session = folder / "session.json"
        self._first = True
        self._nio = nio.AsyncClient(
            login.homeserver.rstrip("/"),
            login.user,
            device_id=login.device or None,
            store_path=str(folder) if encrypted else "",
            config=nio.AsyncClientConfig(
                max_limit_exceeded=0,  # waiting is ours: it must hold everything back
                max_timeouts=0,
                request_timeout=_PATIENCE,
                encryption_enabled=encrypted,
                store_sync_tokens=False,
            ),
        )

    @property
    def user(self) -> str:
        """The account's user id."""
        return self._login.user

    async def open(self) -> None:
        """Get in, with the session there is where it still holds. Raises MatrixFailed."""
        self._first = True
        await asyncio.to_thread(self._folder.mkdir, parents=True, exist_ok=True)
        if self._login.token:
            if self._login.appservice:
                await self._register()
            await self._enter(self._login.token)
            return
        kept = await asyncio.to_thread(_read, self._session)
        if kept.get("user") == self.user and kept.get("token"):
            try:
                await self._enter(kept["token"])
            except MatrixFailed as error:
                if error.errcode not in LOGGED_OUT:
                    raise
            else:
                return
        self._nio.access_token = ""
        self._nio.device_id = self._login.device or kept.get("device") or None
        entered = await self._call(self._nio.login(self._login.password, "Dengmi"))
        made = {"user": self.user, "device": entered.device_id, "token": entered.access_token}
        await asyncio.to_thread(_write, self._session, made)

    async def close(self) -> None:
        """Close the connections."""
        await self._nio.close()

    async def name(self) -> str:
        """The name that people see; "" where there is none."""
        try:
            found = await self._call(self._nio.get_displayname(self.user))
        except MatrixFailed:
            return ""
        return found.displayname or ""

    async def sync(self, since: str, wait: float = LONG_POLL) -> Synced:
        """What is new since a token, waiting for it; with "", the last of every room.

        Raises MatrixFailed.
        """
        client = self._nio
        client.next_batch = since
        # Rooms that the library has not heard of it would write to unencrypted.
        full = True if self._first and self._encrypted and since else None
        timeout = 0 if self._first else int(wait * 1000)
        syncing = client.sync(timeout, _FILTER, since or None, full)
        found = await self._call(asyncio.wait_for(syncing, _FIRST))
        self._first = False
        if self._encrypted:
            await self._keys()
        return Synced(
            found.next_batch,
            [self._heard(room, info) for room, info in found.rooms.join.items()],
            {
                room: inviter([_source(each) for each in info.invite_state], self.user)
                for room, info in found.rooms.invite.items()
            },
        )

    async def invited(self) -> Mapping[str, str]:
        """Who invites to which room, of all invitations that wait. Raises MatrixFailed."""
        found = await self._raw(
            "GET", f"/_matrix/client/v3/sync?timeout=0&filter={quote(json.dumps(_INVITES))}"
        )
        rooms = found.get("rooms", {}).get("invite", {})
        return {
            room: inviter(info.get("invite_state", {}).get("events"), self.user)
            for room, info in rooms.items()
        }

    async def earlier(
        self, room: str, start: str, end: str
    ) -> tuple[Sequence[Event | Sealed], str]:
        """A page of what came before a token and after another, the newest first, and the token
        of the next page; "" where there is none. With "" from the newest on. Raises
        MatrixFailed."""
        only = {"types": list(_SEEN)}
        found = await self._call(
            self._nio.room_messages(
                room, start or None, end or None, nio.MessageDirection.back, 100, only
            )
        )
        return [self._event(room, each) for each in found.chunk], found.end or ""

    def unsealed(self, sealed: Sealed) -> Event | None:
        """The event, where its key has come."""
        try:
            opened = self._nio.decrypt_event(sealed.raw)
        except nio.EncryptionError:
            return None
        return _source(opened)

    async def ask_for_key(self, sealed: Sealed) -> None:
        """Ask the sender's devices for a key that has not come. Fails silently."""
        try:
            await self._call(self._nio.request_room_key(sealed.raw))
        except (MatrixFailed, nio.LocalProtocolError) as error:
            log.debug("no key was asked for: %s", error)

    async def send(self, room: str, content: Content, transaction: str) -> str:
        """Send a message; its id. With the same transaction it is sent once. Raises
        MatrixFailed."""
        sending = self._nio.room_send(
            room,
            "m.room.message",
            dict(content),
            tx_id=transaction,
            ignore_unverified_devices=True,
        )
        try:
            return str((await self._call(sending)).event_id)
        except (nio.LocalProtocolError, nio.SendRetryError) as error:
            # The library knows no such room: before the first sync it may come, then not.
            raise MatrixFailed("", str(error), status=0 if self._first else 403) from None

    async def typing(self, room: str, on: bool, seconds: float) -> None:
        """Show that an answer is being written, or that it is not any more. Raises
        MatrixFailed."""
        await self._call(self._nio.room_typing(room, on, int(seconds * 1000)))

    async def join(self, room: str) -> None:
        """Accept an invitation. Raises MatrixFailed."""
        await self._call(self._nio.join(room))

    async def leave(self, room: str) -> None:
        """Leave a room, or decline its invitation. Raises MatrixFailed."""
        await self._call(self._nio.room_leave(room))

    async def members(self, room: str) -> int:
        """How many are in a room or invited to it, the account too; those who are only invited
        are counted where few are in it. Raises MatrixFailed."""
        joined = len((await self._call(self._nio.joined_members(room))).members)
        if joined > 2:
            return joined
        path = f"/_matrix/client/v3/rooms/{quote(room, safe='')}/members?not_membership=leave"
        chunk = (await self._raw("GET", path)).get("chunk", [])
        return sum(each["content"].get("membership") in ("join", "invite") for each in chunk)

    async def _register(self) -> None:
        """An appservice makes its own account."""
        self._nio.access_token = self._login.token
        local = self.user[1:].partition(":")[0]
        body = {"type": "m.login.application_service", "username": local, "inhibit_login": True}
        try:
            await self._raw("POST", "/_matrix/client/v3/register", body)
        except MatrixFailed as error:
            if error.errcode != "M_USER_IN_USE":
                raise

    async def _enter(self, token: str) -> None:
        self._nio.access_token = token
        known = await self._call(self._nio.whoami())
        if known.user_id != self.user:
            raise MatrixFailed("", f"the token is that of {known.user_id}", status=403)
        self._nio.user_id, self._nio.device_id = self.user, known.device_id or ""
        if self._encrypted:
            self._nio.load_store()

    async def _keys(self) -> None:
        """What an account that encrypts owes its server and its readers after every sync."""
        client = self._nio
        await client.send_to_device_messages()
        if client.should_upload_keys:
            await self._call(client.keys_upload())
        if client.should_query_keys:
            await self._call(client.keys_query())
        if client.should_claim_keys:
            await self._call(client.keys_claim(client.get_users_for_key_claiming()))

    def _heard(self, room: str, info: Any) -> Heard:
        events = [self._event(room, each) for each in info.timeline.events]
        state = [_source(each) for each in info.state]
        came = [
            at
            for each in (*state, *events)
            if not isinstance(each, Sealed) and (at := joined_at(each, self.user)) is not None
        ]
        return Heard(
            room,
            events,
            bool(info.timeline.limited),
            info.timeline.prev_batch or "",
            max(came, default=None),
        )

    def _event(self, room: str, event: Any) -> Event | Sealed:
        if isinstance(event, nio.MegolmEvent):
            event.room_id = event.room_id or room
            return Sealed(room, event.event_id, event.sender, said_at(event.source), event)
        return _source(event)

    async def _raw(
        self, method: str, path: str, body: Mapping[str, object] | None = None
    ) -> dict[str, Any]:
        """A call that the library has no words for."""
        headers = {"Authorization": f"Bearer {self._nio.access_token}"}

        async def made() -> Any:
            data = None if body is None else json.dumps(body)
            reply = await self._nio.send(method, path, data, headers)
            return reply.status, await reply.read()

        status, raw = await _reached(made)
        try:
            said = json.loads(raw)
        except ValueError:
            said = None
        if not isinstance(said, dict):
            raise MatrixFailed("", "no JSON", status=status)
        if status != 200:
            raise MatrixFailed(
                str(said.get("errcode", "")),
                str(said.get("error", "")),
                status=status,
                retry_after=said.get("retry_after_ms", 0) / 1000,
            )
        return said

    async def _call(self, call: Awaitable[Any]) -> Any:
        async def made() -> Any:
            return await call

        found = await _reached(made)
        if isinstance(found, nio.ErrorResponse):
            transport = found.transport_response
            raise MatrixFailed(
                found.status_code or "",
                found.message or "",
                status=transport.status if transport is not None else 0,
                retry_after=(found.retry_after_ms or 0) / 1000,
            )
        return found


async def _reached(made: Callable[[], Awaitable[Any]]) -> Any:
    try:
        return await made()
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise MatrixFailed("", type(error).__name__) from error


def _source(event: Any) -> Event:
    source = getattr(event, "source", None)
    if not isinstance(source, dict):
        return {}
    if "content" not in source and hasattr(event, "content"):  # taken out of invitations
        return {**source, "content": event.content}
    return source


def _read(path: Path) -> dict[str, str]:
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {k: v for k, v in said.items() if isinstance(v, str)} if isinstance(said, dict) else {}


def _write(path: Path, session: Mapping[str, str]) -> None:
    """Write a session so that only its owner can read it."""
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_text(json.dumps(session), encoding="utf-8")
