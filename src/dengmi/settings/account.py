"""What accounts that people write to have in common, whatever the platform."""

from typing import Annotated, Literal

from msgspec import Meta

from dengmi.settings.masked import Masked


class AccountSettings(Masked, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One account that people write to."""

    desk: Annotated[str, Meta(description="desk that answers; empty: the default one")] = ""
    level: Annotated[
        Literal["auto", "quote", "quick", "deep"], Meta(description="level that is asked for")
    ] = "auto"
    language: Annotated[
        Literal["zh", "en"], Meta(description="language where nobody has spoken yet")
    ] = "zh"


class SealedSettings(AccountSettings, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One account of WeChat or WeCom, whose platforms sign and seal what they deliver."""

    old_aes_key: Annotated[
        str,
        Meta(
            description="the EncodingAESKey before, read as well while it is being changed",
            extra={"secret": True},
        ),
    ] = ""
    welcome: Annotated[
        str, Meta(max_length=600, description="text for who comes in; empty: a built-in one")
    ] = ""
    person: Annotated[
        tuple[str, ...],
        Meta(
            description="words with which somebody asks for a person (accounts of WeChat, kf): "
            "such a message is handed to the platform's customer service; empty: none"
        ),
    ] = ()
    skew: Annotated[
        Annotated[float, Meta(gt=0)],
        Meta(description="most seconds that the platform's clock may differ from this one"),
    ] = 600.0
