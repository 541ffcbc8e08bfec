"""Whether a Matrix account works: what it lacks, and what its homeserver says. Nothing is logged in
and nothing is said."""

import asyncio
import json
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
"""Whether a Matrix account works: what it lacks, and what its homeserver says.

Source: the Matrix specification, client-server API: "account/whoami", "login", "ping".
"""

from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from dengmi.channels.registry import Finding
from dengmi.core.clock import Clock
from dengmi.settings.matrix import MatrixSettings

_PATIENCE = 15.0
PATIENCE = 10.0
"""Seconds that a homeserver may take."""

_V3 = "/_matrix/client/v3"
_PING = "/_matrix/client/v1/appservice/dengmi-{name}/ping"


def missing(settings: MatrixSettings) -> Sequence[str]:
    """The keys without which it cannot work."""
    if settings.token or (settings.password and not settings.hs_token):
        return []
    return ["token"] if settings.hs_token else ["password"]


def place(name: str, settings: MatrixSettings) -> str:
    """The path that the homeserver calls; "" where none is called."""
    return [] if settings.token or (settings.password and not settings.hs_token) else ["token"]


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
    home: Path,
    clock: Clock,  # noqa: ARG001
) -> Sequence[Finding]:
    """Call the homeserver, and say how it fares."""
    found = _extras(settings)
    token = settings.token or await asyncio.to_thread(_kept, home / "matrix" / name, settings.user)
    base = settings.homeserver.rstrip("/")
    async with httpx.AsyncClient(base_url=base, timeout=_PATIENCE, trust_env=False) as http:
        try:
            if token:
                found.append(await _who(http, token, settings.user))
            else:
                found.append(await _login(http))
            if settings.hs_token:
                found.append(await _ping(http, name, token))
        except httpx.HTTPError as error:
            said = {"homeserver": base, "reason": type(error).__name__}
            found.append(Finding("fail", "matrix_unreachable", said))
    return found


def _extras(settings: MatrixSettings) -> list[Finding]:
    if find_spec("nio") is None:
        return [Finding("fail", "channels_extra", {"extra": "matrix"})]
    if settings.encryption and find_spec("vodozemac") is None:
        return [Finding("fail", "channels_extra", {"extra": "matrix-e2e"})]
    return []


def _kept(folder: Path, user: str) -> str:
    """The token of the session that the server keeps; "" where there is none."""
    try:
        said = json.loads((folder / "session.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return ""
    good = isinstance(said, dict) and said.get("user") == user
    return str(said.get("token", "")) if good else ""


async def _who(http: httpx.AsyncClient, token: str, user: str) -> Finding:
    """Whether the token is that of the account."""
    status, said = await _got(http, "GET", "account/whoami", token)
    if status != 200:
        return _refused(status, said)
    if said.get("user_id") != user:
        return Finding("fail", "matrix_other_user", {"user": str(said.get("user_id"))[:200]})
    return Finding("ok", "channels_found", {"what": user})


async def _login(http: httpx.AsyncClient) -> Finding:
    """Whether the homeserver takes passwords."""
    status, said = await _got(http, "GET", "login")
    if status != 200:
        return _refused(status, said)
    flows = said.get("flows")
    ways = [each.get("type") for each in flows if isinstance(each, dict)] if flows else []
    if "m.login.password" not in ways:
        return Finding("fail", "matrix_no_password")
    return Finding("ok", "matrix_takes_password")


async def _ping(http: httpx.AsyncClient, name: str, token: str) -> Finding:
    """Whether the homeserver reaches this server."""
    path = f"appservice/{quote(f'dengmi-{name}', safe='')}/ping"
    status, said = await _got(http, "POST", path, token, version="v1")
    return Finding("ok", "matrix_reaches") if status == 200 else _refused(status, said)


async def _got(
    http: httpx.AsyncClient, method: str, path: str, token: str = "", version: str = "v3"
) -> tuple[int, dict[str, Any]]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    body: dict[str, str] | None = {} if method == "POST" else None
    address = f"/_matrix/client/{version}/{path}"
    reply = await http.request(method, address, headers=headers, json=body)
    try:
        said = reply.json()
    except ValueError:
        said = {}
    return reply.status_code, said if isinstance(said, dict) else {}


def _refused(status: int, said: dict[str, Any]) -> Finding:
    code, reason = str(said.get("errcode") or status), str(said.get("error", ""))[:200]
    return Finding("fail", "matrix_refused", {"errcode": code, "reason": reason})
    home: Path,  # noqa: ARG001
    clock: Clock,  # noqa: ARG001
) -> Sequence[Finding]:
    """Ask the homeserver once whose token it is; with a password, whether it takes passwords.
    Nobody is logged in for that: each time would make another device."""
    extra = "matrix-e2e" if settings.encryption else "matrix"
    if find_spec("nio") is None or (settings.encryption and find_spec("vodozemac") is None):
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
