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

from dengmi.channels.registry import Finding
from dengmi.core.clock import Clock
from dengmi.settings.matrix import MatrixSettings

_PATIENCE = 15.0


def missing(settings: MatrixSettings) -> Sequence[str]:
    """The keys without which it cannot work."""
    if settings.token or (settings.password and not settings.hs_token):
        return []
    return ["token"] if settings.hs_token else ["password"]


def place(name: str, settings: MatrixSettings) -> str:
    """The path that the homeserver calls; "" where none is called."""
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
