"""The options of WeChat Official Accounts."""

from typing import Annotated

from msgspec import Meta

from dengmi.settings.account import SealedSettings


class WeChatSettings(SealedSettings, frozen=True, forbid_unknown_fields=True, kw_only=True):
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
    hold: Annotated[
        Annotated[float, Meta(gt=0, le=10)],
        Meta(description="seconds that one delivery may wait for its reply"),
    ] = 3.9
    whole: Annotated[
        Annotated[float, Meta(gt=0, le=60)],
        Meta(description="seconds after the first delivery until the last one must be answered"),
    ] = 14.0
    deliveries: Annotated[
        Annotated[int, Meta(ge=1, le=10)],
        Meta(description="how often the platform delivers a message"),
    ] = 3
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
