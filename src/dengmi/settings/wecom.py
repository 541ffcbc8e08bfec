"""The options of WeCom: bots, applications and customer service accounts that people write to."""

from typing import Annotated, Literal

from msgspec import Meta

from dengmi.settings.account import SealedSettings


class WeComSettings(SealedSettings, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One way into WeCom. Limits are the platform's as of 2026-11."""

    kind: Annotated[
        Literal["bot", "bot-socket", "app", "kf", "robot"],
        Meta(
            description="bot: an AI bot that calls this server; bot-socket: one that this server "
            "connects to; app: a self-built application; kf: WeChat Customer Service; robot: a "
            "group robot that tells operators"
        ),
    ]
    token: Annotated[
        str,
        Meta(
            description="token of the callback (bot, app, kf), or env:NAME", extra={"secret": True}
        ),
    ] = ""
    aes_key: Annotated[
        str,
        Meta(
            description="EncodingAESKey of the callback, 43 characters, or env:NAME",
            extra={"secret": True},
        ),
    ] = ""
    corp_id: Annotated[str, Meta(description="id of the company (app, kf)")] = ""
    agent_id: Annotated[
        Annotated[int, Meta(ge=0)], Meta(description="AgentId of the application (app)")
    ] = 0
    bot_id: Annotated[str, Meta(description="id of the AI bot (bot-socket)")] = ""
    secret: Annotated[
        str,
        Meta(
            description="Secret of the application or bot (app, kf, bot-socket), or env:NAME",
            extra={"secret": True},
        ),
    ] = ""
    key: Annotated[
        str,
        Meta(
            description="key at the end of the robot's webhook address (robot), or env:NAME",
            extra={"secret": True},
        ),
    ] = ""
    called: Annotated[
        str,
        Meta(description="name of the bot, left out of what people say to it in groups"),
    ] = ""
    hold: Annotated[
        Annotated[float, Meta(gt=0, le=4.5)],
        Meta(description="seconds that the first reply may wait for something to read"),
    ] = 1.0
    close: Annotated[
        Annotated[float, Meta(gt=0, le=600)],
        Meta(
            description="seconds after which a message that is still being written is closed; the "
            "platform ends it at 360"
        ),
    ] = 330.0
    refresh: Annotated[
        Annotated[float, Meta(gt=0, le=60)],
        Meta(description="seconds between two updates of a message (bot-socket)"),
    ] = 2.5
    max_bytes: Annotated[
        Annotated[int, Meta(ge=600, le=20_480)] | None,
        Meta(description="most bytes of one message; not set: 20,480 for bots, 2,048 for others"),
    ] = None
    messages: Annotated[
        Annotated[int, Meta(ge=1, le=5)],
        Meta(description="most messages of one written answer (app, kf)"),
    ] = 4
    per_minute: Annotated[
        Annotated[int, Meta(ge=1)],
        Meta(description="most messages a minute to one person, chat or group"),
    ] = 30
    per_hour: Annotated[
        Annotated[int, Meta(ge=1)],
        Meta(description="most messages an hour to one person, chat or group"),
    ] = 1_000
    api: Annotated[
        str, Meta(pattern="^https?://", description="address of the platform's interface")
    ] = "https://qyapi.weixin.qq.com"
    socket: Annotated[
        str, Meta(pattern="^wss?://", description="address that is connected to (bot-socket)")
    ] = "wss://openws.work.weixin.qq.com"
