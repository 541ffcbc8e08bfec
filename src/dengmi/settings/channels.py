"""The options of channels: how each account that people write to is served."""

from typing import Annotated, Literal

from msgspec import Meta

from dengmi.settings.masked import Masked


class OpenAISettings(Masked, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How desks answer programs that speak OpenAI's API."""

    enabled: Annotated[bool, Meta(description="whether /v1 answers at all")] = True
    sources: Annotated[
        bool, Meta(description="whether the quoted sentences are listed below each answer")
    ] = True
    links: Annotated[
        Literal["original", "page", "none"],
        Meta(
            description="where the numbers in an answer lead: original, the article where it was "
            "published; page, the sentence marked in Dengmi's own page; none, nowhere"
        ),
    ] = "original"
    thinking: Annotated[
        bool, Meta(description="whether the thinking of the level deep is told to who asks for it")
    ] = True


class McpSettings(Masked, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How desks answer programs that speak MCP."""

    enabled: Annotated[bool, Meta(description="whether /mcp answers at all")] = True


Site = Annotated[str, Meta(pattern=r"^(\*|https?://[^/\s]+)$")]
"""A site as browsers name it: scheme, host, and the port where it is not the usual one."""


class WidgetSettings(Masked, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The box to ask in on pages of other sites."""

    enabled: Annotated[bool, Meta(description="whether /widget.js is served at all")] = True
    origins: Annotated[
        tuple[Site, ...],
        Meta(
            description="sites that may show the widget of every desk, such as "
            "https://www.example.org, or * for all"
        ),
    ] = ()


class ChannelSettings(Masked, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The ways in beside the web page and the REST API."""

    open: Annotated[
        bool,
        Meta(description="whether programs without a key of keys.NAME may call /v1 and /mcp"),
    ] = True
    origins: Annotated[
        tuple[str, ...],
        Meta(
            description="sites whose pages may call /v1 and /mcp from a browser, such as "
            "https://chat.example.org, or * for all"
        ),
    ] = ()
    openai: OpenAISettings = OpenAISettings()
    mcp: McpSettings = McpSettings()
    widget: WidgetSettings = WidgetSettings()


class WeChatSettings(Masked, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One WeChat Official Account. Limits are the platform's as of 2026-11."""

    app_id: Annotated[str, Meta(description="the account's AppID (wx…)")]
    token: Annotated[
        str,
        Meta(description="token of the server configuration, or env:NAME", extra={"secret": True}),
    ]
    aes_key: Annotated[
        str,
        Meta(
            description="EncodingAESKey, 43 characters, or env:NAME; empty: plaintext mode",
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
    secret: Annotated[
        str,
        Meta(description="AppSecret, or env:NAME; needed where push is on", extra={"secret": True}),
    ] = ""
    push: Annotated[
        bool,
        Meta(
            description="whether the account may send customer-service messages (verified "
            "accounts): the written answer then follows as a message of its own"
        ),
    ] = False
    desk: Annotated[str, Meta(description="desk that answers; empty: the default one")] = ""
    level: Annotated[
        Literal["auto", "quote", "quick", "deep"], Meta(description="level that is asked for")
    ] = "auto"
    welcome: Annotated[
        str, Meta(max_length=600, description="text for new followers; empty: a built-in one")
    ] = ""
    language: Annotated[
        Literal["zh", "en"], Meta(description="language where nobody has spoken yet")
    ] = "zh"
    hold: Annotated[
        Annotated[float, Meta(gt=0, le=10)],
        Meta(description="seconds that one delivery may wait for its reply"),
    ] = 4.2
    whole: Annotated[
        Annotated[float, Meta(gt=0, le=60)],
        Meta(description="seconds after the first delivery until the last one must be answered"),
    ] = 14.0
    deliveries: Annotated[
        Annotated[int, Meta(ge=1, le=10)],
        Meta(description="how often the platform delivers a message"),
    ] = 3
    skew: Annotated[
        Annotated[float, Meta(gt=0)],
        Meta(description="most seconds that the platform's clock may differ from this one"),
    ] = 600.0
    max_bytes: Annotated[
        Annotated[int, Meta(ge=600, le=20_000)],
        Meta(description="most bytes of one message"),
    ] = 2_048
    messages: Annotated[
        Annotated[int, Meta(ge=1, le=5)],
        Meta(description="most messages of one written answer"),
    ] = 4
    quota: Annotated[
        Annotated[int, Meta(ge=1, le=100)],
        Meta(description="messages that the platform lets follow one message of a reader"),
    ] = 5
    list_calls: Annotated[
        Annotated[int, Meta(ge=1)],
        Meta(
            description="how often a day the account's published articles are listed, 20 at a "
            "time; the platform allows 100"
        ),
    ] = 90
    label: Annotated[
        bool, Meta(description="mark messages as written by a machine, as rules in China ask")
    ] = True
    api: Annotated[
        str, Meta(pattern="^https?://", description="address of the platform's interface")
    ] = "https://api.weixin.qq.com"
