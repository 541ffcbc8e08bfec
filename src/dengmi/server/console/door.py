"""Who is at the console: sessions, the token that every form carries, and how often a password may
be tried.

A cookie holds a random value and the store its hash, so that nobody gets in with a copy of the
store. A session begins anew with every sign-in, ends when it was not used for half a day, and in
any case after two weeks.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import Literal

from starlette.requests import Request
from starlette.responses import Response

from dengmi.core.clock import Clock
from dengmi.core.operators import ROLES, Operator, Operators, Role, Session
from dengmi.gate.bucket import Buckets
from dengmi.server.addresses import Proxies, household
from dengmi.server.problems import Refusal
from dengmi.server.rights import SESSION
from dengmi.settings.options import ServerSettings

COOKIE = SESSION
FORM_COOKIE = "dengmi_form"
HEADER = "x-csrf-token"
LIVE = "x-dengmi-live"

IDLE = 12 * 3600.0
"""Seconds without use after which a session is over."""

LONGEST = 14 * 86_400.0
"""Seconds after which a session is over however much it was used."""

SELDOM = 300.0
"""Seconds between two notes that a session was used."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """An operator who is signed in."""

    operator: Operator
    session: Session

    def may(self, role: Role) -> bool:
        """Whether the operator's role allows what takes this one."""
        return ROLES.index(self.operator.role) >= ROLES.index(role)


def hashed(secret: str) -> str:
    """What the store keeps of a random value of ours."""
    return hashlib.sha256(secret.encode()).hexdigest()


class Door:
    """Lets operators in.

    Args:
        people: what is kept of them.
    """

    def __init__(self, people: Operators, clock: Clock, settings: ServerSettings) -> None:
        self._people = people
        self._clock = clock
        self._settings = settings
        self._proxies = Proxies(settings.trusted_proxies)
        # Five tries at once and one in 20 s; of one name from anywhere, and of one address at any
        # name, more: a stranger must not be able to keep an operator out, nor try many names.
        self._pairs = Buckets(1 / 20, 5)
        self._names = Buckets(1 / 2, 100)
        self._addresses = Buckets(1 / 5, 20)
        self._noted = Buckets(1 / 60, 10)

    async def visitor(self, request: Request) -> Visitor | None:
        """Who sent a request; None for nobody who is signed in."""
        given = request.cookies.get(COOKIE, "")
        if not 20 <= len(given) <= 100:
            return None
        now = self._clock.now()
        found = await self._people.session(hashed(given), now)
        if found is None:
            return None
        session, operator = found
        # A page that is drawn anew by itself says nothing of whether somebody is there.
        if now - session.seen_at > SELDOM and LIVE not in request.headers:
            until = min(now + IDLE, session.made_at + LONGEST)
            await self._people.keep_session(session.id, now, until)
        return Visitor(operator, session)

    async def begin(self, request: Request, response: Response, operator: Operator) -> None:
        """Sign an operator in: a new session, whatever cookie came along, which ends there."""
        before = request.cookies.get(COOKIE, "")
        if before:
            await self._people.end_session(hashed(before[:100]))
        secret, now = secrets.token_urlsafe(32), self._clock.now()
        await self._people.begin_session(
            Session(
                id=hashed(secret),
                operator=operator.id,
                csrf=secrets.token_urlsafe(24),
                made_at=now,
                seen_at=now,
                until=now + IDLE,
            )
        )
        self._set(request, response, COOKIE, secret, same_site="lax", seconds=int(LONGEST))
        response.delete_cookie(FORM_COOKIE, path="/console")

    async def end(self, response: Response, visitor: Visitor) -> None:
        """Sign out."""
        await self._people.end_session(visitor.session.id)
        response.delete_cookie(COOKIE)

    def check(self, request: Request, visitor: Visitor, given: str) -> None:
        """Refuse a change that does not come from a page of this session.

        Args:
            given: the token of the form, or of the header `x-csrf-token`.

        Raises:
            Refusal: 403.
        """
        self.check_site(request)
        if not hmac.compare_digest(given.encode(), visitor.session.csrf.encode()):
            raise Refusal("console_form_old", 403)

    def check_site(self, request: Request) -> None:
        """Refuse what a page of another site has a browser send. Raises Refusal: 403."""
        origin = request.headers.get("origin")
        public = self._settings.public_url.partition("://")[2].rstrip("/")
        own = (request.headers.get("host", ""), public)
        foreign = origin is not None and origin.partition("://")[2] not in filter(None, own)
        if foreign or request.headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
            raise Refusal("console_form_old", 403)

    def form_token(self, request: Request) -> str:
        """The token of forms that come before there is a session: the one of the cookie, or new."""
        given = request.cookies.get(FORM_COOKIE, "")
        return given if 20 <= len(given) <= 60 else secrets.token_urlsafe(24)

    def give_form_token(self, request: Request, response: Response, token: str) -> None:
        """Have the browser send the token back along with the form."""
        self._set(
            request, response, FORM_COOKIE, token, same_site="strict", seconds=3600, path="/console"
        )

    def check_form_token(self, request: Request, given: str) -> None:
        """Refuse a form before there is a session that is not ours. Raises Refusal: 403."""
        self.check_site(request)
        kept = request.cookies.get(FORM_COOKIE, "")
        if not kept or not hmac.compare_digest(given.encode(), kept.encode()):
            raise Refusal("console_form_old", 403)

    def take_try(self, request: Request, name: str) -> None:
        """Count a try at a password.

        Raises:
            Refusal: 429, there were too many.
        """
        address, now = self._address(request), self._clock.steady()
        key = hashed(name.casefold())
        wait = max(
            self._addresses.take(address, now),
            self._pairs.take(f"{address} {key}", now),
            self._names.take(key, now),
        )
        if wait > 0:
            seconds = int(wait) + 1
            headers = {"Retry-After": str(seconds)}
            raise Refusal("console_too_many", 429, headers=headers, seconds=seconds)

    def is_news(self, request: Request) -> bool:
        """Whether a wrong password is worth a line of the log: not one for each of thousands."""
        return self._noted.take(self._address(request), self._clock.steady()) == 0

    def _address(self, request: Request) -> str:
        peer = request.client.host if request.client else ""
        return household(self._proxies.caller(peer, request.headers.getlist("x-forwarded-for")))

    def _set(
        self,
        request: Request,
        response: Response,
        name: str,
        value: str,
        *,
        same_site: Literal["lax", "strict"],
        seconds: int,
        path: str = "/",
    ) -> None:
        public = self._settings.public_url.lower().startswith("https://")
        response.set_cookie(
            name,
            value,
            max_age=seconds,
            path=path,
            secure=public or request.url.scheme == "https",
            httponly=True,
            samesite=same_site,
        )
