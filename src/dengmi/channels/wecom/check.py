"""Whether a channel of WeCom works: what it lacks, and what the platform says."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from pathlib import Path
from typing import Any

from dengmi.channels.callback import called_back
from dengmi.channels.registry import Finding, lacking
from dengmi.channels.tencent import Envelope, signature
from dengmi.channels.wecom.client import WeCom, WeComFailed
from dengmi.core.clock import Clock
from dengmi.core.errors import BadSettings, DengmiError
from dengmi.core.lock import FileLock
from dengmi.language.texts import catalogue
from dengmi.settings.wecom import WeComSettings

NEEDED: Mapping[str, Sequence[str]] = {
    "bot": ("token", "aes_key"),
    "bot-socket": ("bot_id", "secret"),
    "app": ("corp_id", "agent_id", "secret", "token", "aes_key"),
    "kf": ("corp_id", "secret", "token", "aes_key"),
    "robot": ("key",),
}
"""What each kind cannot do without."""

CALLED = ("bot", "app", "kf")
"""Kinds that the platform calls."""

_ECHO = "dengmi"


def missing(settings: WeComSettings) -> Sequence[str]:
    """The keys without which it cannot work."""
    return [key for key in NEEDED[settings.kind] if not getattr(settings, key)]


def fault(name: str, settings: WeComSettings) -> BadSettings | None:
    """Why it cannot be opened."""
    if settings.kind in CALLED:
        try:
            envelope_of(settings)
        except BadSettings as error:
            return error
    return lacking("wecom", name, missing(settings))


def place(name: str, settings: WeComSettings) -> str:
    """The path that the platform calls; "" where none is called."""
    return f"/wecom/{name}" if settings.kind in CALLED else ""


def kind(settings: WeComSettings) -> str:
    """What it is."""
    return settings.kind


async def check(
    name: str, settings: WeComSettings, *, public: str, home: Path, clock: Clock
) -> Sequence[Finding]:
    """Call the platform once, and say how it fares."""
    found: list[Finding] = []
    if settings.kind in CALLED:
        try:
            envelope = envelope_of(settings)
        except BadSettings as error:
            return [Finding("fail", error.code, error.params)]
        path = place(name, settings)
        found.append(await called_back(public, path, _query(envelope, clock), _ECHO))
    if settings.kind == "bot-socket":
        found.append(await _line(name, settings, home))
        return found
    ask = _ASKS.get(settings.kind)
    if ask is None:
        return found
    client = WeCom(settings.api, clock, settings.corp_id, settings.secret)
    try:
        return [*found, await ask(client, settings)]
    except WeComFailed as error:
        return [*found, failed(error)]
    finally:
        await client.close()


def envelope_of(settings: WeComSettings) -> Envelope:
    """The envelope of its callbacks. Raises BadSettings."""
    receiver = "" if settings.kind == "bot" else settings.corp_id
    return Envelope(settings.token, (settings.aes_key, settings.old_aes_key), receiver)


def failed(error: WeComFailed) -> Finding:
    """What a refusal means, and what to do."""
    key = f"wecom_code_{error.errcode}"
    known = key if key in catalogue() else error.code
    return Finding("fail", known, error.params)


def _query(envelope: Envelope, clock: Clock) -> Mapping[str, str]:
    """What the platform would ask to see whether this is the server."""
    stamp, nonce = str(int(clock.now())), "1"
    assert envelope.key is not None
    sealed = envelope.seal(_ECHO.encode(), envelope.key)
    signed = signature(envelope.token, stamp, nonce, sealed)
    return {"msg_signature": signed, "timestamp": stamp, "nonce": nonce, "echostr": sealed}


async def _app(client: WeCom, settings: WeComSettings) -> Finding:
    said = await client.get("/cgi-bin/agent/get", {"agentid": str(settings.agent_id)})
    return Finding("ok", "channels_found", {"what": str(said.get("name", settings.agent_id))})


async def _kf(client: WeCom, _: WeComSettings) -> Finding:
    said = await client.call("/cgi-bin/kf/account/list", {"offset": 0, "limit": 100})
    accounts = said.get("account_list")
    names = [str(each.get("name", "")) for each in accounts] if isinstance(accounts, list) else []
    if not names:
        return Finding("warn", "channels_kf_none")
    return Finding("ok", "channels_found", {"what": ", ".join(names)})


async def _robot(client: WeCom, settings: WeComSettings) -> Finding:
    from dengmi.language.texts import text

    await client.tell(settings.key, text("channels_robot_hello", settings.language))
    return Finding("ok", "channels_robot_told")


async def _line(name: str, settings: WeComSettings, home: Path) -> Finding:
    """Whether the bot may connect. A line that the server holds is left alone: a second one would
    take it away."""
    try:
        from dengmi.channels.wecom.line import try_once
    except ImportError:
        return Finding("fail", "channels_extra", {"extra": "wecom"})
    lock = FileLock(home / "lines" / f"{name}.lock")
    if not await asyncio.to_thread(lock.take):
        return Finding("ok", "channels_line_held")
    try:
        await try_once(settings.socket, settings.bot_id, settings.secret)
    except WeComFailed as error:
        return failed(error)
    except DengmiError as error:
        return Finding("fail", error.code, error.params)
    finally:
        lock.free()
    return Finding("ok", "channels_line_open")


_ASKS: Mapping[str, Callable[[WeCom, WeComSettings], Coroutine[Any, Any, Finding]]] = {
    "app": _app,
    "kf": _kf,
    "robot": _robot,
}
