"""Whether a WeChat Official Account works: what it lacks, and what the platform says."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from dengmi.channels.callback import called_back
from dengmi.channels.registry import Finding, lacking
from dengmi.channels.tencent import Envelope, signature
from dengmi.channels.wechat.client import WeChat, WeChatFailed
from dengmi.core.clock import Clock
from dengmi.core.errors import BadSettings
from dengmi.language.texts import catalogue
from dengmi.settings.wechat import WeChatSettings

_ECHO = "dengmi"


def missing(settings: WeChatSettings) -> Sequence[str]:
    """The keys without which it cannot work."""
    needed = ("app_id", "token", "secret") if settings.push else ("app_id", "token")
    return [key for key in needed if not getattr(settings, key)]


def fault(name: str, settings: WeChatSettings) -> BadSettings | None:
    """Why it cannot be opened."""
    try:
        envelope_of(settings)
    except BadSettings as error:
        return error
    return lacking("wechat", name, missing(settings))


def envelope_of(settings: WeChatSettings) -> Envelope:
    """The envelope of its deliveries. Raises BadSettings."""
    keys = (settings.aes_key, settings.old_aes_key)
    return Envelope(settings.token, keys, settings.app_id)


def place(name: str, _: WeChatSettings) -> str:
    """The path that the platform calls."""
    return f"/wechat/{name}"


def kind(settings: WeChatSettings) -> str:
    """What it is: whether it may send messages of its own."""
    return "push" if settings.push else "reply"


async def check(
    name: str,
    settings: WeChatSettings,
    *,
    public: str,
    home: Path,  # noqa: ARG001
    clock: Clock,
) -> Sequence[Finding]:
    """Call the platform once, and say how it fares."""
    if (wrong := fault(name, settings)) is not None:
        return [Finding("fail", wrong.code, wrong.params)]
    asked = _query(settings, clock)
    found = [await called_back(public, place(name, settings), asked, _ECHO)]
    if not settings.secret:
        return [*found, Finding("ok", "channels_reply_only")]
    client = WeChat(settings.api, settings.app_id, settings.secret, clock)
    try:
        await client.token()
    except WeChatFailed as error:
        key = f"wechat_code_{error.errcode}"
        known = key if key in catalogue() else error.code
        return [*found, Finding("fail", known, error.params)]
    finally:
        await client.close()
    return [*found, Finding("ok", "channels_token")]


def _query(settings: WeChatSettings, clock: Clock) -> Mapping[str, str]:
    """What the platform would ask to see whether this is the server."""
    stamp, nonce = str(int(clock.now())), "1"
    signed = signature(settings.token, stamp, nonce)
    return {"signature": signed, "timestamp": stamp, "nonce": nonce, "echostr": _ECHO}
