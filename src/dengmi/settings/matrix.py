"""The options of Matrix accounts."""

from typing import Annotated, Literal

from msgspec import Meta

from dengmi.settings.account import AccountSettings


class MatrixSettings(AccountSettings, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One Matrix account. Rates are Synapse's defaults as of 2026-11."""

    homeserver: Annotated[
        str, Meta(pattern="^https?://", description="address of the account's homeserver")
    ]
    user: Annotated[
        str, Meta(pattern="^@[^:]+:.+$", description="the account, such as @town:example.org")
    ]
    token: Annotated[str, Meta(description="access token, or env:NAME", extra={"secret": True})] = (
        ""
    )
    hs_token: Annotated[
        str,
        Meta(
            description="token with which the homeserver delivers, or env:NAME; makes the account "
            "an appservice, and token its as_token",
            extra={"secret": True},
        ),
    ] = ""
    password: Annotated[
        str,
        Meta(description="password, or env:NAME, where there is no token", extra={"secret": True}),
    ] = ""
    device: Annotated[
        str, Meta(description="name of its device; empty: one that the server gives")
    ] = ""
    language: Annotated[
        Literal["zh", "en"], Meta(description="language where nobody has spoken yet")
    ] = "en"
    allow: Annotated[
        tuple[str, ...],
        Meta(
            description="who may ask and invite: servers (example.org), users (@ada:example.org) "
            "or * for all; empty: users of its own server"
        ),
    ] = ()
    rooms: Annotated[
        Literal["mention", "command", "all", "none"],
        Meta(
            description="what is answered in rooms: mention, what mentions it, the command, and "
            "what follows in the threads of its answers; command, only that; all; none. Direct "
            "chats are always answered"
        ),
    ] = "mention"
    command: Annotated[
        str, Meta(pattern=r"^\S*$", description="word that begins a question in a room")
    ] = "!ask"
    forget: Annotated[
        str,
        Meta(
            pattern=r"^\S*$",
            description="word with which people have what they asked deleted; empty: none",
        ),
    ] = "!forget"
    threads: Annotated[
        bool, Meta(description="whether answers in rooms stand in threads of their questions")
    ] = True
    welcome: Annotated[
        str, Meta(max_length=600, description="text in new direct chats; empty: a built-in one")
    ] = ""
    notice: Annotated[
        bool,
        Meta(description="send notices (m.notice), as bots should; false: ordinary messages"),
    ] = True
    encryption: Annotated[
        bool, Meta(description="read and write encrypted messages; takes the extra matrix-e2e")
    ] = False
    rate: Annotated[
        Annotated[float, Meta(ge=0)],
        Meta(description="messages and edits a second that the server takes; 0: no limit"),
    ] = 0.2
    burst: Annotated[
        Annotated[int, Meta(ge=2)], Meta(description="messages and edits that it takes at once")
    ] = 10
    every: Annotated[
        Annotated[float, Meta(ge=0.5, le=60)],
        Meta(description="least seconds between two edits of one answer while it is written"),
    ] = 2.0
    backlog: Annotated[
        Annotated[float, Meta(ge=0)],
        Meta(
            description="seconds before its first start, or before it came into a room, from "
            "which questions are still answered"
        ),
    ] = 300.0
