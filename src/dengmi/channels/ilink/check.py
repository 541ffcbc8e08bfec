"""Whether a person's own WeChat works: what it lacks, and what the platform says."""

from collections.abc import Sequence
from pathlib import Path

from dengmi.channels.ilink.client import ILink, ILinkFailed
from dengmi.channels.registry import Finding
from dengmi.core.clock import Clock
from dengmi.core.errors import BadSettings
from dengmi.settings.ilink import ILinkSettings

_NOBODY = "nobody@im.wechat"


def missing(settings: ILinkSettings) -> Sequence[str]:
    """The keys without which it cannot work."""
    return [] if settings.token else ["token"]


def fault(name: str, settings: ILinkSettings) -> BadSettings | None:
    """Why it cannot be opened."""
    return None if settings.token else BadSettings("ilink_token_missing", name=name)


def place(_name: str, _settings: ILinkSettings) -> str:
    """No path is called: it is polled."""
    return ""


def kind(_settings: ILinkSettings) -> str:
    """What it is, in one word."""
    return "personal"


async def check(
    name: str,
    settings: ILinkSettings,
    *,
    public: str,  # noqa: ARG001
    home: Path,  # noqa: ARG001
    clock: Clock,  # noqa: ARG001
) -> Sequence[Finding]:
    """Call the platform once, about nobody: a poll would take messages away from the server."""
    if not settings.token:
        return [Finding("fail", "ilink_token_missing", {"name": name})]
    client = ILink(settings.api, settings.token)
    try:
        await client.typing(_NOBODY, "", on=False)
    except ILinkFailed as error:
        # Nobody has no conversation: that refusal says that the token is good.
        if error.code == "ilink_stale" or error.errcode == 0:
            return [Finding("fail", error.code, error.params)]
    finally:
        await client.close()
    return [Finding("ok", "channels_token")]
