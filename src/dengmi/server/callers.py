"""Who asks over HTTP: whose quota a question counts against, and whether it comes too fast.

A program with a key speaks for its askers; whoever else asks is told apart by the network address.
An address is never kept: its name is made from it, a secret of the store and the day.
"""

import hmac
import logging
import math

from starlette.requests import Request

from dengmi.core.clock import Clock
from dengmi.core.ids import stable_id
from dengmi.core.ports import Store
from dengmi.gate.bucket import Buckets
from dengmi.server.access import is_operator
from dengmi.server.addresses import Proxies, household
from dengmi.server.problems import Refusal
from dengmi.server.rights import MadeKeys, bearer
from dengmi.settings.options import Settings

log = logging.getLogger(__name__)

_DAY = 86_400.0

_KEPT = "key_name"
"""Under which name a request's state keeps what `Callers` found."""

MADE_RATE = 100.0
"""Questions and searches a second under one key made in the console, as usual for other keys."""


class Callers:
    """Lets callers in, one after the other.

    Args:
        store: keeps the secret under which addresses are named.
        made: keys made in the console.
    """

    def __init__(
        self, settings: Settings, store: Store, clock: Clock, made: MadeKeys | None = None
    ) -> None:
        self._settings = settings
        self._made = made or MadeKeys(store, clock)
        self._store = store
        self._clock = clock
        self._proxies = Proxies(settings.server.trusted_proxies)
        limits = settings.limits
        self._addresses = Buckets(limits.address_rate, limits.address_burst)
        self._askers = Buckets(limits.asker_rate, limits.asker_burst)
        self._keys = {
            name: Buckets(key.rate, max(1, math.ceil(10 * key.rate)))
            for name, key in settings.keys.items()
        }
        self._made_rate = Buckets(MADE_RATE, math.ceil(10 * MADE_RATE))
        self._secret = ""
        self._warned = False

    async def key(self, request: Request) -> str:
        """The name of the key that a request carries; "" for none.

        Raises:
            Refusal: 401, it carries one that is not known; 403, one that may not ask.
        """
        name = await self._carried(request)
        if bearer(request) is None or not self._settings.keys:
            return name
        if not name and not is_operator(request, self._settings.server):
            raise Refusal("key_unknown", 401, headers={"WWW-Authenticate": "Bearer"})
        return name

    async def program(self, request: Request) -> str:
        """As `key`, at the faces for programs (/v1 and /mcp): where `channels.open` is off, nobody
        gets in without one, not even on this computer.

        Raises:
            Refusal: 401.
        """
        if self._settings.channels.open:
            return await self.key(request)
        name = await self._carried(request)
        if not name:
            raise Refusal("key_wrong", 401, headers={"WWW-Authenticate": "Bearer"})
        return name

    async def _carried(self, request: Request) -> str:
        """The name of the key that a request carries; "" for none, or one that is not known. Who
        may ask, who pays and whose asker it is all need it: it is looked up once a request."""
        kept: str | None = getattr(request.state, _KEPT, None)
        if kept is None:
            given = bearer(request)
            kept = ""
            if given is not None:
                kept = self._named_by(given) or await self._made.find(given, "ask") or ""
            setattr(request.state, _KEPT, kept)
        return kept

    def _named_by(self, given: bytes) -> str:
        """The name of a key; "" for one that is not known."""
        fits = [
            name
            for name, key in self._settings.keys.items()
            if key.key and hmac.compare_digest(given, key.key.encode())
        ]
        return fits[0] if fits else ""

    async def admit(self, request: Request, asker: str = "", channel: str = "rest") -> str:
        """The payer of what a request asks, once it may: "key:asker", "key", "channel:asker" of an
        operator, "@…" for an address, or "" for nobody.

        Args:
            asker: who asks, as the caller says; only believed of a key or of an operator.

        Raises:
            Refusal: 429, it comes too fast; 401, its key is not known.
        """
        key = await self.key(request)
        now = self._clock.steady()
        if key:
            payer = f"{key}:{asker}" if asker else key
            waits = self._keys.get(key, self._made_rate).take(key, now)
            _refuse(waits or (self._askers.take(payer, now) if asker else 0.0))
            return payer
        if is_operator(request, self._settings.server):
            return f"{channel}:{asker}" if asker else ""
        address = self._address(request)
        if self._proxies.trusts(address):
            return ""  # this computer, or a proxy that does not say for whom it asks
        address = household(address)
        _refuse(self._addresses.take(address, now))
        return await self._named(address)

    async def asker(self, request: Request, named: str, channel: str = "rest") -> str:
        """The name under which an asker whom a program names is kept: "key:named", "channel:named"
        without a key, "" for nobody. So no program names another one's askers, nor those of the
        page or of a chat, and reads or adds to what they said. Raises Refusal as `key` does."""
        return f"{await self.key(request) or channel}:{named}" if named else ""

    async def voter(self, request: Request, named: str) -> str:
        """The name under which a thumb of a program's asker is kept: as `asker` with a key or of an
        operator; of anybody else the address, whatever name is given: names cost nothing.

        Raises:
            Refusal: as `admit` does, and a thumb counts as a question there.
        """
        payer = await self.admit(request, named)
        return payer or ("rest" if is_operator(request, self._settings.server) else "")

    def pace(self, payer: str) -> float:
        """Seconds that an asker whom a channel knows must wait before the next question; 0 where
        it may be asked now, and it counts then."""
        return self._askers.take(payer, self._clock.steady())

    def _address(self, request: Request) -> str:
        peer = request.client.host if request.client else ""
        forwarded = request.headers.getlist("x-forwarded-for")
        found = self._proxies.caller(peer, forwarded)
        if forwarded and not self._warned and not self._proxies.trusts(peer):
            self._warned = True
            log.warning(
                "requests come through %s, which server.trusted_proxies does not name: its readers "
                "count as one address",
                peer,
            )
        return found

    async def _named(self, address: str) -> str:
        """The name of an address on this day."""
        if not self._secret:
            self._secret = await self._store.secret("addresses")
        day = str(int(self._clock.now() // _DAY))
        return stable_id("@", self._secret, day, address)


def _refuse(wait: float) -> None:
    if wait > 0:
        seconds = max(1, math.ceil(wait))
        raise Refusal("too_many", 429, headers={"Retry-After": str(seconds)}, seconds=seconds)
