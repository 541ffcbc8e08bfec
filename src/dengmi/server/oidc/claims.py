"""What an id token says, once it is certain that the provider says it (OpenID Connect Core 1.0,
3.1.3.7), and what that means here."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import jwt

from dengmi.core.errors import DengmiError, Unavailable
from dengmi.core.ids import content_hash
from dengmi.core.operators import ROLES, Role
from dengmi.server.oidc.begun import Purpose
from dengmi.server.oidc.provider import Provider
from dengmi.server.problems import Refusal
from dengmi.settings.oidc import OidcSettings

log = logging.getLogger(__name__)

_RSA = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512")
ALGORITHMS = (*_RSA, "ES256", "ES384", "ES512")
"""Signatures by a key that only the provider has: neither none nor a shared secret."""

LEEWAY = 60.0
"""Seconds that clocks may differ."""

LONGEST = 30_000
"""Characters of a token."""

_NAMES = ("name", "preferred_username", "email")
_NEEDED = ("exp", "iat", "iss", "aud", "sub")


async def claims_of(
    token: str, provider: Provider, settings: OidcSettings, nonce: str
) -> Mapping[str, Any]:
    """What a token says. Raises Refusal where the provider does not say it, or not for this
    sign-in; Unavailable where its keys cannot be had."""
    try:
        head = jwt.get_unverified_header(token[:LONGEST])
        algorithm, kid = head.get("alg"), head.get("kid")
        if algorithm not in ALGORITHMS:
            raise jwt.InvalidAlgorithmError(f"signed with {algorithm!r}")
        said = _verified(token, await provider.keys(kid), str(algorithm), settings)
        _check(said, settings, nonce)
    except (jwt.PyJWTError, ValueError, TypeError) as error:
        log.warning("an id token is refused: %r", error)
        raise Refusal("oidc_untrue", 403) from None
    return said


def _verified(
    token: str, keys: Sequence[Mapping[str, Any]], algorithm: str, settings: OidcSettings
) -> Mapping[str, Any]:
    """Raises jwt.PyJWTError."""
    wrong: jwt.PyJWTError = jwt.InvalidKeyError("none of the provider's keys fits")
    for each in keys:
        if each.get("alg", algorithm) != algorithm:
            continue
        try:
            key = jwt.PyJWK(dict(each), algorithm)
            return jwt.decode(
                token,
                key,
                algorithms=[algorithm],
                audience=settings.client_id,
                issuer=settings.issuer,
                leeway=LEEWAY,
                options={"require": list(_NEEDED)},
            )
        except (jwt.InvalidSignatureError, jwt.PyJWKError, jwt.InvalidKeyError) as error:
            wrong = error  # without a `kid` it may be another one
    raise wrong


def _check(said: Mapping[str, Any], settings: OidcSettings, nonce: str) -> None:
    """Raises ValueError."""
    if said.get("nonce") != nonce:
        raise ValueError("it is of another sign-in")
    many = isinstance(said["aud"], list) and len(said["aud"]) > 1
    if (many or "azp" in said) and said.get("azp") != settings.client_id:
        raise ValueError("it was made for another client")
    if not isinstance(said["sub"], str) or not said["sub"]:
        raise ValueError("it names nobody")


def lacks(said: Mapping[str, Any], purpose: Purpose, settings: OidcSettings) -> bool:
    """Whether the token does not say what decides on the role or the plan."""
    claim = settings.role_claim if purpose == "operator" else settings.plan_claim
    return bool(claim) and _found(said, claim) is None


def joined(said: Mapping[str, Any], more: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the token says and, beside that, what the provider tells of the same person. Raises
    Refusal: it tells of somebody else (OpenID Connect Core 1.0, 5.3.2)."""
    if not more:
        return said
    if more.get("sub") != said["sub"]:
        log.warning("userinfo is refused: it tells of somebody else")
        raise Refusal("oidc_untrue", 403)
    # An address and whether it was verified belong together: both from one place.
    pair = {"email", "email_verified"} if "email" not in said else set()
    return {**more, **{name: value for name, value in said.items() if name not in pair}}


def key_of(said: Mapping[str, Any], purpose: Purpose, settings: OidcSettings) -> str:
    """The name under which the account is kept."""
    return content_hash(purpose, settings.issuer, said["sub"])


def role_of(said: Mapping[str, Any], settings: OidcSettings) -> Role | None:
    """The highest role that the account gives at the console."""
    if not settings.role_claim:
        return None
    told = set(_values(said, settings.role_claim))
    given: Mapping[Role, tuple[str, ...]] = {
        "viewer": settings.viewer,
        "editor": settings.editor,
        "owner": settings.owner,
    }
    return next((role for role in reversed(ROLES) if told.intersection(given[role])), None)


def plan_of(said: Mapping[str, Any], settings: OidcSettings) -> str:
    """The plan that the account gives an asker; "" for none."""
    told = set(_values(said, settings.plan_claim)) if settings.plan_claim else set()
    return next((plan for value, plan in settings.plan_values.items() if value in told), "")


def name_of(said: Mapping[str, Any]) -> str:
    """What to call the operator."""
    for each in _NAMES:
        name = " ".join(str(said.get(each) or "").split())
        name = "".join(mark for mark in name if mark.isprintable() and mark not in "<>&\"'")
        if name:
            return name
    return str(said["sub"])[:12]


def _values(said: Mapping[str, Any], claim: str) -> Iterator[str]:
    """The values of a claim. An address of mail counts only where the provider says that it was
    looked after."""
    if claim == "email" and said.get("email_verified") is not True:
        return
    found = _found(said, claim)
    for value in found if isinstance(found, list) else [found]:
        if isinstance(value, str | int) and not isinstance(value, bool):
            yield str(value)


def _found(said: Mapping[str, Any], claim: str) -> Any:
    """What a claim holds, whose name may be a path with dots; None where there is nothing."""
    found: Any = said.get(claim)
    if found is None:
        found = said
        for part in claim.split("."):
            found = found.get(part) if isinstance(found, Mapping) else None
    return found


def told_wrong(error: str) -> DengmiError:
    """What the provider's refusal means (RFC 6749, 4.1.2.1)."""
    if error == "access_denied":
        return Refusal("oidc_denied", 403)
    log.warning("signing in elsewhere: the provider answers %s", error[:100])
    return Unavailable("oidc_failed")
