"""Settings of the desks, and of those who ask them: plans and keys."""

from collections.abc import Mapping
from typing import Annotated, Literal

from msgspec import Meta

from dengmi.settings.channels import Site
from dengmi.settings.live import Those
from dengmi.settings.masked import Masked


class DeskSettings(Masked, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One desk."""

    title: Annotated[str, Meta(description="name shown to askers")] = ""
    greeting: Annotated[
        str,
        Meta(
            max_length=400,
            description="what the web page says under the desk's name, and what greetings are "
            "answered with; empty: the usual words",
        ),
    ] = ""
    examples: Annotated[
        tuple[Annotated[str, Meta(max_length=200)], ...],
        Meta(
            description="questions that the web page and greetings offer as examples; empty: such "
            "as the articles answer"
        ),
    ] = ()
    public: Annotated[bool, Meta(description="whether the hall (desk *) includes it")] = True
    voice: Annotated[
        str,
        Meta(max_length=4_000, description="how the desk speaks, in a few sentences to the model"),
    ] = ""
    language: Annotated[
        Literal["", "zh", "en"],
        Meta(description="language of written answers, zh or en; empty: that of the question"),
    ] = ""
    check: Annotated[
        Literal["drop", "mark", "off"],
        Meta(description="what happens to sentences that no article supports: drop, mark or off"),
    ] = "mark"
    judge: Annotated[
        Literal["built-in", "model", "nli"],
        Meta(
            description="who takes a second look at sentences: built-in; model, one that writes; "
            "or nli, the one of nli.model"
        ),
    ] = "built-in"
    daily_budget: Annotated[
        str,
        Meta(
            description="money a day for written answers, such as ¥20 or $3; then quotes and "
            "reused answers; empty: no limit"
        ),
    ] = ""
    time_zone: Annotated[
        str,
        Meta(description="where the desk's day begins, such as Asia/Shanghai; empty: time_zone"),
    ] = ""
    keep_days: Annotated[
        Annotated[int, Meta(ge=0)],
        Meta(description="days that questions and answers are kept; 0: until they are deleted"),
    ] = 0
    share: Annotated[
        bool, Meta(description="whether anyone with the link may read an answer of this desk")
    ] = True
    share_price: Annotated[bool, Meta(description="whether shared answers say what they cost")] = (
        False
    )
    share_index: Annotated[
        bool, Meta(description="whether search engines may list shared answers")
    ] = False
    origins: Annotated[
        tuple[Site, ...],
        Meta(description="sites that may show this desk's widget, beside channels.widget.origins"),
    ] = ()


USUAL_PLAN = "visitor"
"""The plan of those who have no other; without limits unless the settings have a plan so called."""


class PlanSettings(Masked, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What one asker may use a day; quotes and reused answers are always free."""

    questions: Annotated[
        Annotated[int, Meta(ge=0)] | None,
        Meta(description="questions a day that a model answers; without it, no limit"),
    ] = None
    tokens: Annotated[
        Annotated[int, Meta(ge=0)] | None,
        Meta(description="tokens a day, of prompts and answers; without it, no limit"),
    ] = None
    money: Annotated[str, Meta(description="money a day, such as ¥1 or $0.2; empty: no limit")] = ""
    rank: Annotated[
        Literal["paid", "member", "visitor"],
        Meta(description="whose turn is first where not all can be answered: paid, then member"),
    ] = "visitor"
    askers: Annotated[
        tuple[str, ...],
        Meta(description="who has this plan, as “key:asker” or “channel:asker”"),
    ] = ()


class KeySettings(Masked, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One secret with which a program may ask for its askers over HTTP."""

    key: Annotated[
        str,
        Meta(
            description="the secret, sent as a bearer token, or env:NAME for a variable",
            extra={"secret": True},
        ),
    ] = ""
    plan: Annotated[str, Meta(description="plan of its askers; empty: the usual one")] = ""
    rate: Annotated[
        Annotated[float, Meta(ge=0)],
        Meta(description="questions and searches a second under this key, 0: no limit"),
    ] = 100.0


def private_of(desks: Mapping[str, DeskSettings]) -> Those:
    """The desks that the hall leaves out, as they are now."""
    return Those(desks, lambda desk: not desk.public)
