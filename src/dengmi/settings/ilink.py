"""The options of WeChat iLink: a person's own WeChat."""

from typing import Annotated

from msgspec import Meta

from dengmi.settings.account import AccountSettings


class ILinkSettings(AccountSettings, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One person's WeChat. Limits are the platform's as of 2026-11."""

    token: Annotated[
        str,
        Meta(
            description="the bot's token, which `dengmi ilink` gets, or env:NAME",
            extra={"secret": True},
        ),
    ] = ""
    api: Annotated[
        str, Meta(pattern="^https?://", description="address of the platform's interface")
    ] = "https://ilinkai.weixin.qq.com"
    allow: Annotated[
        tuple[str, ...],
        Meta(description="people who may ask (…@im.wechat); empty: whoever writes to the bot"),
    ] = ()
    hold: Annotated[
        Annotated[float, Meta(ge=0, le=30)],
        Meta(description="seconds until quotes are sent where an answer takes longer"),
    ] = 2.0
    max_bytes: Annotated[
        Annotated[int, Meta(ge=600, le=20_000)],
        Meta(description="most bytes of one message; the platform cuts at 2,000 characters"),
    ] = 2_000
    messages: Annotated[
        Annotated[int, Meta(ge=1, le=10)], Meta(description="most messages of one answer")
    ] = 4
