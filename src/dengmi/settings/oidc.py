"""The options of signing in with an account elsewhere, by OpenID Connect."""

from collections.abc import Mapping
from typing import Annotated

from msgspec import Meta

from dengmi.settings.masked import Masked

Values = tuple[str, ...]


class OidcSettings(Masked, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A provider of accounts. Without an issuer nobody signs in that way."""

    issuer: Annotated[
        str,
        Meta(
            pattern=r"^(https?://[^\s?#]+)?$",
            description="address of the provider of accounts, as it names itself; empty: none",
        ),
    ] = ""
    client_id: Annotated[str, Meta(description="what the provider calls this installation")] = ""
    client_secret: Annotated[
        str,
        Meta(
            description="the secret the provider gave for it, or env:NAME; empty: a public client",
            extra={"secret": True},
        ),
    ] = ""
    title: Annotated[
        str, Meta(max_length=40, description="what the sign-in is called on buttons")
    ] = "OpenID"
    scopes: Annotated[
        Values, Meta(description="what the provider is asked to tell, beside openid")
    ] = ("profile", "email")
    askers: Annotated[bool, Meta(description="whether askers of the web page may sign in")] = True
    role_claim: Annotated[
        str,
        Meta(
            description="what the provider tells that decides on roles at the console, such as "
            "groups or realm_access.roles; empty: no operator signs in that way"
        ),
    ] = ""
    owner: Annotated[Values, Meta(description="values of role_claim that make an owner")] = ()
    editor: Annotated[Values, Meta(description="values of role_claim that make an editor")] = ()
    viewer: Annotated[Values, Meta(description="values of role_claim that make a viewer")] = ()
    plan_claim: Annotated[
        str, Meta(description="what the provider tells that decides on an asker's plan")
    ] = ""
    plan_values: Annotated[
        Mapping[str, str],
        Meta(description="the plan for each value of plan_claim; the first that fits counts"),
    ] = {}
