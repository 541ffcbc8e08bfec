"""Whether a Matrix account works: what it lacks, and what its homeserver says.

Source: the Matrix specification, client-server API: "account/whoami", "login", "ping".
"""

from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from dengmi.channels.registry import Finding
from dengmi.core.clock import Clock
from dengmi.core.errors import BadSettings
from dengmi.settings.matrix import MatrixSettings

PATIENCE = 10.0
"""Seconds that a homeserver may take."""

_V3 = "/_matrix/client/v3"
_PING = "/_matrix/client/v1/appservice/dengmi-{name}/ping"


def missing(settings: MatrixSettings) -> Sequence[str]:
    """The keys without which it cannot work."""
    return [] if settings.token or (settings.password and not settings.hs_token) else ["token"]


def fault(name: str, settings: MatrixSettings) -> BadSettings | None:
    """Why it cannot be opened."""
    if extra := _lacked(settings):
        return BadSettings("matrix_extra_missing", name=name, extra=extra)
    if settings.hs_token and settings.encryption:
        return BadSettings("matrix_appservice_sealed", name=name)
    return BadSettings("matrix_login_missing", name=name) if missing(settings) else None


def place(name: str, settings: MatrixSettings) -> str:
    """The path that the homeserver delivers to; "" where the account fetches by itself."""
    return f"/matrix/{name}" if settings.hs_token else ""


def kind(settings: MatrixSettings) -> str:
    """What it is."""
    return "appservice" if settings.hs_token else "account"


async def check(
    name: str,
    settings: MatrixSettings,
    *,
    public: str,  # noqa: ARG001
    home: Path,  # noqa: ARG001
    clock: Clock,  # noqa: ARG001
) -> Sequence[Finding]:
    """Ask the homeserver once whose token it is; with a password, whether it takes passwords.
    Nobody is logged in for that: each time would make another device."""
    if extra := _lacked(settings):
        return [Finding("fail", "channels_extra", {"extra": extra})]
    if settings.token:
        query = {"user_id": settings.user} if settings.hs_token else {}
        said = await _asked(settings, f"{_V3}/account/whoami", query)
        found = said if isinstance(said, Finding) else _whose(said, settings.user)
        if not settings.hs_token or found.state != "ok":
            return [found]
        reached = await _asked(settings, _PING.format(name=name), {}, method="POST")
        ok = Finding("ok", "channels_matrix_reaches")
        return [found, ok if not isinstance(reached, Finding) else _unreached(reached)]
    said = await _asked(settings, f"{_V3}/login", {})
    return [said if isinstance(said, Finding) else _flows(said, settings.homeserver)]


def _lacked(settings: MatrixSettings) -> str:
    """The extra that it takes and that is not installed; "" where all is here."""
    if find_spec("nio") is None or (settings.encryption and find_spec("vodozemac") is None):
        return "matrix-e2e" if settings.encryption else "matrix"
    return ""


async def _asked(
    settings: MatrixSettings, path: str, query: Mapping[str, str], method: str = "GET"
) -> Mapping[str, Any] | Finding:
    """What the homeserver says, or what went wrong."""
    import httpx

    headers = {"authorization": f"Bearer {settings.token}"} if settings.token else {}
    address = settings.homeserver.rstrip("/") + path
    try:
        async with httpx.AsyncClient(timeout=PATIENCE, trust_env=False) as client:
            body: dict[str, str] | None = {} if method == "POST" else None
            reply = await client.request(method, address, params=query, headers=headers, json=body)
            said = reply.json()
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        params = {"server": settings.homeserver, "reason": type(error).__name__}
        return Finding("fail", "channels_matrix_away", params)
    if reply.status_code in (401, 403):
        return Finding("fail", "channels_matrix_token", {"user": settings.user})
    if reply.status_code != 200 or not isinstance(said, dict):
        params = {"server": settings.homeserver, "reason": f"HTTP {reply.status_code}"}
        return Finding("fail", "channels_matrix_away", params)
    return said


def _unreached(finding: Finding) -> Finding:
    """The homeserver could not call this server, or does not know it."""
    return Finding(
        "fail", "channels_matrix_unreached", {"reason": finding.params.get("reason", "")}
    )


def _whose(said: Mapping[str, Any], user: str) -> Finding:
    whose = str(said.get("user_id", ""))
    if whose != user:
        return Finding("fail", "channels_matrix_other", {"user": user, "other": whose})
    return Finding("ok", "channels_found", {"what": whose})


def _flows(said: Mapping[str, Any], server: str) -> Finding:
    flows = said.get("flows")
    kinds = [
        each.get("type")
        for each in (flows if isinstance(flows, list) else ())
        if isinstance(each, Mapping)
    ]
    if "m.login.password" not in kinds:
        return Finding("fail", "channels_matrix_no_passwords", {"server": server})
    return Finding("ok", "channels_matrix_passwords", {"server": server})
