"""The provider of accounts: where it does what (OpenID Connect Discovery 1.0), the exchange of a
code for an id token, the keys that such tokens are signed with, what it tells beside the token, and
where it signs people out."""

import asyncio
import logging
from base64 import b64encode
from collections.abc import Mapping
from typing import Any, TypeVar
from urllib.parse import quote, urlencode, urlsplit

import httpx
import msgspec

from dengmi.core.clock import Clock
from dengmi.core.errors import Unavailable
from dengmi.gate.bucket import Buckets
from dengmi.server.oidc.begun import Begun
from dengmi.settings.oidc import OidcSettings

T = TypeVar("T")

log = logging.getLogger(__name__)

FRESH = 3600.0
"""Seconds that what the provider says of itself, and its keys, are believed without a look."""

MOST = 1_000_000
"""Bytes of one reply."""

_PATIENCE = 10.0
_BRIEF = 3.0  # signing out waits for the provider no longer
_OWN = ("127.0.0.1", "localhost", "::1")


class About(msgspec.Struct, frozen=True):
    """What a provider says of itself."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)
    authorization_response_iss_parameter_supported: bool = False
    userinfo_endpoint: str | None = None
    end_session_endpoint: str | None = None


class Tokens(msgspec.Struct, frozen=True):
    """What a code is good for; the access token is only used to ask the provider itself."""

    id_token: str
    access_token: str = ""


class _Keys(msgspec.Struct, frozen=True):
    keys: tuple[dict[str, Any], ...]


class Provider:
    """Speaks with the provider of the settings. Whatever goes wrong there is Unavailable; the log
    says what."""

    def __init__(self, settings: OidcSettings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._about: tuple[float, About] | None = None
        self._keys: tuple[float, tuple[Mapping[str, Any], ...]] = (0.0, ())
        self._one = asyncio.Lock()
        # A token with a key that is not known yet is worth a look, but not one for each forgery.
        self._looks = Buckets(1 / 10, 3)

    async def about(self) -> About:
        """What it says of itself. Raises Unavailable."""
        now = self._clock.steady()
        if self._about is None or now - self._about[0] > FRESH:
            issuer = self._settings.issuer
            address = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
            about = await self._asked(About, "GET", address)
            if about.issuer != issuer:
                raise _failed(f"{address} is of another issuer: {about.issuer[:200]}")
            for each in (about.authorization_endpoint, about.token_endpoint, about.jwks_uri):
                _check(each)
            self._about = (now, about)
        return self._about[1]

    async def address(self, begun: Begun, back: str) -> str:
        """Where the browser signs in. Raises Unavailable."""
        about = await self.about()
        query = {
            "response_type": "code",
            "client_id": self._settings.client_id,
            "redirect_uri": back,
            "scope": " ".join(dict.fromkeys(("openid", *self._settings.scopes))),
            "state": begun.state,
            "nonce": begun.nonce,
            "code_challenge": begun.challenge,
            "code_challenge_method": "S256",
        }
        join = "&" if urlsplit(about.authorization_endpoint).query else "?"
        return f"{about.authorization_endpoint}{join}{urlencode(query)}"

    async def tokens(self, code: str, begun: Begun, back: str) -> Tokens:
        """The tokens for a code. Raises Unavailable."""
        about, settings = await self.about(), self._settings
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": back,
            "code_verifier": begun.verifier,
        }
        headers = {}
        if not settings.client_secret:
            form["client_id"] = settings.client_id
        elif "client_secret_basic" in about.token_endpoint_auth_methods_supported:
            # RFC 6749, 2.3.1: both are encoded like the values of a form first.
            pair = f"{quote(settings.client_id, '')}:{quote(settings.client_secret, '')}"
            headers["authorization"] = f"Basic {b64encode(pair.encode()).decode()}"
        else:
            form |= {"client_id": settings.client_id, "client_secret": settings.client_secret}
        return await self._asked(Tokens, "POST", about.token_endpoint, form, headers)

    async def userinfo(self, token: str) -> Mapping[str, Any]:
        """What it tells of whose access token that is (OpenID Connect Core 1.0, 5.3); nothing
        where it does not tell. Raises Unavailable."""
        address = (await self.about()).userinfo_endpoint
        if not address or not token:
            return {}
        headers = {"authorization": f"Bearer {token}"}
        return await self._asked(dict[str, Any], "GET", address, headers=headers)

    async def end(self) -> str:
        """Where the browser signs out there (OpenID Connect RP-Initiated Logout 1.0); "" where it
        offers none or cannot be reached. No id token is kept, so the provider asks whether it is
        meant, and no address to come back to is named, which would have to be registered."""
        try:
            async with asyncio.timeout(_BRIEF):
                address = (await self.about()).end_session_endpoint or ""
            if address:
                _check(address)
        except (TimeoutError, Unavailable):
            return ""
        if not address:
            return ""
        join = "&" if urlsplit(address).query else "?"
        return f"{address}{join}{urlencode({'client_id': self._settings.client_id})}"

    async def keys(self, kid: str | None) -> tuple[Mapping[str, Any], ...]:
        """The keys that may have signed a token, those of its `kid`; looked up again where there
        is none, since providers change them. Raises Unavailable."""
        async with self._one:
            now = self._clock.steady()
            at, known = self._keys
            fitting = _fitting(known, kid)
            if (not fitting or now - at > FRESH) and self._looks.take("keys", now) == 0:
                about = await self.about()
                known = (await self._asked(_Keys, "GET", about.jwks_uri)).keys
                self._keys = (now, known)
                fitting = _fitting(known, kid)
            return fitting

    async def _asked(
        self,
        kind: type[T],
        method: str,
        address: str,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> T:
        _check(address)
        raw = bytearray()
        try:
            async with (
                httpx.AsyncClient(timeout=_PATIENCE, trust_env=False) as http,
                http.stream(method, address, data=form, headers=headers) as reply,
            ):
                async for piece in reply.aiter_bytes():
                    raw += piece
                    if len(raw) > MOST:
                        raise _failed(f"{address} says more than {MOST} bytes")
        except httpx.HTTPError as error:
            raise _failed(f"{address}: {error!r}") from None
        if reply.status_code != 200:
            said = bytes(raw[:200]).decode("utf-8", "replace")
            raise _failed(f"{address} answers {reply.status_code}: {said!r}")
        try:
            return msgspec.json.decode(bytes(raw), type=kind)
        except msgspec.DecodeError as error:
            raise _failed(f"{address}: {error}") from None


def _fitting(keys: tuple[Mapping[str, Any], ...], kid: str | None) -> tuple[Mapping[str, Any], ...]:
    signing = [key for key in keys if key.get("use", "sig") == "sig"]
    return tuple(key for key in signing if kid is None or key.get("kid") == kid)


def _check(address: str) -> None:
    """Nothing of this goes over an open line, except to this computer. Raises Unavailable."""
    parts = urlsplit(address)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _OWN):
        raise _failed(f"{address[:200]} is not https")


def _failed(reason: str) -> Unavailable:
    log.warning("signing in elsewhere: %s", reason)
    return Unavailable("oidc_failed")
