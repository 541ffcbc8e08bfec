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
