"""The options of WeCom: bots and applications that people write to."""

from typing import Annotated, Literal

from msgspec import Meta

from dengmi.settings.masked import Masked


class WeComSettings(Masked, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One way into WeCom. Limits are the platform's as of 2026-11."""

    kind: Annotated[
        Literal["bot", "app"],
        Meta(description="bot: an AI bot that calls this server; app: a self-built application"),
    ]
    token: Annotated[
        str,
        Meta(description="token of the callback (bot, app), or env:NAME", extra={"secret": True}),
    ] = ""
    aes_key: Annotated[
        str,
        Meta(
            description="EncodingAESKey of the callback, 43 characters, or env:NAME",
            extra={"secret": True},
        ),
    ] = ""
    old_aes_key: Annotated[
        str,
        Meta(
            description="the EncodingAESKey before, read as well while it is being changed",
            extra={"secret": True},
        ),
    ] = ""
    corp_id: Annotated[str, Meta(description="id of the company (app)")] = ""
    agent_id: Annotated[
        Annotated[int, Meta(ge=0)], Meta(description="AgentId of the application (app)")
    ] = 0
    secret: Annotated[
        str,
        Meta(
            description="Secret of the application or bot (app), or env:NAME",
            extra={"secret": True},
        ),
    ] = ""
    called: Annotated[
        str,
        Meta(description="name of the bot, left out of what people say to it in groups"),
    ] = ""
    desk: Annotated[str, Meta(description="desk that answers; empty: the default one")] = ""
    level: Annotated[
        Literal["auto", "quote", "quick", "deep"], Meta(description="level that is asked for")
    ] = "auto"
    welcome: Annotated[
        str, Meta(max_length=600, description="text for who comes in; empty: a built-in one")
    ] = ""
    language: Annotated[
        Literal["zh", "en"], Meta(description="language where nobody has spoken yet")
    ] = "zh"
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
    skew: Annotated[
        Annotated[float, Meta(gt=0)],
        Meta(description="most seconds that the platform's clock may differ from this one"),
    ] = 600.0
    max_bytes: Annotated[
        Annotated[int, Meta(ge=600, le=20_480)] | None,
        Meta(description="most bytes of one message; not set: 20,480 for bots, 2,048 for others"),
    ] = None
    messages: Annotated[
        Annotated[int, Meta(ge=1, le=5)],
        Meta(description="most messages of one written answer (app)"),
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
