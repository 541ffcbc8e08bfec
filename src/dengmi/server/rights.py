"""Who may do what over HTTP beside the operator of `access`: keys made in the console, and those
who are signed in there. Neither may name files of the server."""

import hashlib
from typing import TYPE_CHECKING, Literal

from starlette.requests import Request

from dengmi.core.clock import Clock
from dengmi.core.ports import Store
from dengmi.server.access import check_operator
from dengmi.server.problems import Refusal
from dengmi.settings.options import ServerSettings

if TYPE_CHECKING:
    from dengmi.core.operators import AccessKey, Scope
    from dengmi.server.console.door import Door

PREFIX = "dengmi_"
"""How the secrets of made keys begin, so that all others need no look into the store."""

FRESH = 2.0
"""Seconds that a key is believed to be as it was; one that is removed works no longer than that."""

SESSION = "dengmi_session"
"""The cookie of an operator who is signed in."""

_MOST = 1_000

Power = Literal["whole", "part"]
"""What an operator may: "whole" where it is the holder of the operator's token or this computer,
"part" where it is a key or a session, which may not name files of the server."""


class MadeKeys:
    """Keys made in the console, the last ones remembered for a moment."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._seen: dict[str, tuple[float, AccessKey | None]] = {}

    async def find(self, given: bytes | None, scope: "Scope") -> str | None:
        """The name of the key that a bearer token is; None where it is no made key.

        Raises:
            Refusal: 401, a made key that is not known (any more); 403, it may not do this.
        """
        if given is None or not given.startswith(PREFIX.encode()):
            return None
        key = await self._key(hashlib.sha256(given).hexdigest())
        if key is None:
            raise Refusal("key_unknown", 401, headers={"WWW-Authenticate": "Bearer"})
        if scope not in key.scopes:
            raise Refusal("key_scope", 403, key=key.name, scope=scope)
        return key.name

    async def _key(self, key_id: str) -> "AccessKey | None":
        now = self._clock.steady()
        until, key = self._seen.get(key_id, (0.0, None))
        if now >= until:
            key = await self._store.operators().access_key(key_id, self._clock.now())
            if len(self._seen) >= _MOST:
                self._seen.clear()
            self._seen[key_id] = (now + FRESH, key)
        return key


class Rights:
    """Lets operators pass.

    Args:
        made: keys made in the console.
    """

    def __init__(
        self, settings: ServerSettings, store: Store, clock: Clock, made: MadeKeys
    ) -> None:
        self._settings = settings
        self._store = store
        self._clock = clock
        self._made = made
        self._door: Door | None = None

    async def check(self, request: Request, scope: Literal["read", "operate"]) -> Power:
        """Let an operator pass: as `access.check_operator` says, with a made key that has the
        scope, or signed in with a role that has it. A change takes the header x-csrf-token of the
        session too.

        Raises:
            Refusal: 401 or 403.
        """
        try:
            check_operator(request, self._settings)
        except Refusal:
            if await self._made.find(bearer(request), scope) is not None:
                return "part"
            if SESSION in request.cookies and await self._is_signed_in(request, scope):
                return "part"
            raise
        return "whole"

    async def _is_signed_in(self, request: Request, scope: str) -> bool:
        from dengmi.server.console.door import HEADER, Door

        if self._door is None:
            self._door = Door(self._store.operators(), self._clock, self._settings)
        visitor = await self._door.visitor(request)
        if visitor is None or not visitor.may("editor" if scope == "operate" else "viewer"):
            return False
        if request.method not in ("GET", "HEAD"):
            self._door.check(request, visitor, request.headers.get(HEADER, ""))
        return True


def bearer(request: Request) -> bytes | None:
    """What a request carries as a bearer token; None for nothing."""
    kind, _, given = request.headers.get("authorization", "").partition(" ")
    return given.strip().encode() if kind.lower() == "bearer" else None
