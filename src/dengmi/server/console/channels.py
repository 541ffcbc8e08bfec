"""Channels: the ways in with their addresses, how each account stands, and a test for each."""

import asyncio
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import msgspec
from msgspec import Struct
from starlette.responses import Response

from dengmi.channels.registry import Finding, check_of, faults, tables, tested
from dengmi.core.errors import BadSettings, DengmiError, NotFound
from dengmi.server.channels.places import base_of
from dengmi.server.console.frame import HOME, card, form, page, with_query
from dengmi.server.console.visit import Visit
from dengmi.server.problems import Refusal, detail
from dengmi.server.ui.links import desk_path
from dengmi.server.ui.markup import Child, Html, el
from dengmi.settings.masked import meaning_of

HERE = f"{HOME}/channels"

PATIENCE = 30.0
"""Seconds that a test may take; each call of a platform has a shorter patience of its own."""

BADGES = {"ok": ("good", "con_test_ok"), "warn": ("warm", "con_test_warn"),
          "fail": ("bad", "con_test_fail")}  # fmt: skip
"""How the state of something is shown."""


class WayIn(NamedTuple):
    """One way in: its name, its address, whether it is on."""

    words: str
    address: str
    is_on: bool


async def show(visit: Visit) -> Response:
    """The page."""
    return await _page(visit)


async def test(visit: Visit) -> Response:
    """Call a channel's platform once, and show what came of it. Raises NotFound, Refusal."""
    settings = visit.office.parts.settings
    wanted = visit.form.get("channel", "")
    there = {".".join(both): both for both in tables(settings)}
    if wanted not in there:
        known = ", ".join(there) or "–"
        raise NotFound("channels_unknown", channel=wanted[:80], known=known)
    clock = visit.office.parts.clock
    wait = visit.office.tests.take(wanted, clock.steady())
    if wait:
        raise Refusal("console_too_many", 429, seconds=max(1, round(wait)))
    try:
        async with asyncio.timeout(PATIENCE):
            findings = await tested(settings, *there[wanted], clock)
    except TimeoutError:
        findings = [Finding("fail", "con_test_late", {"seconds": int(PATIENCE)})]
    except DengmiError as error:
        findings = [Finding("fail", error.code, error.params)]
    worst = max((each.state for each in findings), key=list(BADGES).index, default="ok")
    await visit.note("channel_tested", wanted, state=worst)
    return await _page(visit, wanted, findings)


async def _page(visit: Visit, channel: str = "", findings: Sequence[Finding] = ()) -> Response:
    settings = visit.office.parts.settings
    why = await asyncio.to_thread(faults, settings)
    rows = [
        _account(visit, both, each, why.get(both), findings if ".".join(both) == channel else ())
        for both, each in tables(settings).items()
    ]
    more = None
    if visit.me.may("editor"):
        from dengmi.server.console.guided import kinds

        more = card(
            el("h2", visit.say("con_channel_more")),
            el("p", visit.say("con_channel_more_lead"), class_="soft"),
            el("ul", [el("li", each) for each in kinds(visit)], class_="kinds"),
        )
    none = el("p", visit.say("con_channel_none"), class_="soft")
    return page(
        visit,
        visit.say("con_channels"),
        card(el("h2", visit.say("con_channel_accounts")),
             el("ul", rows, class_="rows") if rows else none),
        more,
        _always(visit),
        at=HERE,
        lead=visit.say("con_channels_lead"),
    )  # fmt: skip


def _account(
    visit: Visit,
    both: tuple[str, str],
    wanted: Struct,
    fault: BadSettings | None,
    findings: Sequence[Finding],
) -> Html:
    """One account: where its platform calls, which desk answers, what it lacks, and its test."""
    table, name = both
    check = check_of(table)
    missing = check.missing(wanted)
    words = detail(fault, visit.lang) if fault else ""
    if missing and fault and fault.code == "channel_secret_missing":
        words = visit.say("con_channel_lacks", keys=", ".join(missing))
    badge = el("span", visit.say("con_channel_incomplete" if fault else "con_channel_complete"),
               class_="badge bad" if fault else "badge good")  # fmt: skip
    path = check.place(name, wanted)
    facts = [
        visit.say("con_channel_desk", desk=getattr(wanted, "desk", "") or visit.say("con_usual")),
        visit.say("con_channel_secrets", keys=", ".join(_secrets(wanted)) or "–"),
        words,
    ]
    about = el(
        "div",
        el("b", f"{table}.{name}"),
        el("small", visit.known(f"con_kind_{table}_{_plain(check.kind(wanted))}",
                                visit.say(f"con_kind_{table}"))),
        el("small", " · ".join(filter(None, facts))),
        address(visit, path) if path else None,
    )  # fmt: skip
    act = None
    if visit.me.may("editor"):
        button = el("button", visit.say("con_test"), class_="button",
                    aria_label=visit.say("con_test_label", channel=f"{table}.{name}"))  # fmt: skip
        named = el("input", type="hidden", name="channel", value=f"{table}.{name}")
        act = form(visit, f"{HERE}/test", named, button)
    lines = el("ul", [_finding(visit, each) for each in findings])
    told = el("div", lines, class_="findings", role="status")
    return el("li", about, el("div", badge, act, class_="acts-row"), told if findings else None)


def _finding(visit: Visit, finding: Finding) -> Html:
    colour, words = BADGES[finding.state]
    badge = el("span", visit.say(words), class_=f"badge {colour}")
    said = visit.say(finding.key, **finding.params)
    return el("li", badge, el("span", said))


def _secrets(wanted: Struct) -> Iterator[str]:
    """The names of the secrets that are set."""
    for each in msgspec.structs.fields(wanted):
        if meaning_of(each.type)[1] and getattr(wanted, each.name):
            yield each.encode_name


def address(visit: Visit, path: str) -> Html:
    """An address to paste at a platform, or what it takes that there is one."""
    public = visit.office.parts.settings.server.public_url.rstrip("/")
    if not public:
        return el("small", visit.say("channels_no_public", path=path), class_="hint")
    whole = public + path
    copy = el("button", visit.say("con_copy"), type="button", class_="plain", data_copy=whole,
              data_done=visit.say("con_copied"), hidden=True,
              aria_label=visit.say("con_copy_label", what=whole))  # fmt: skip
    return el("small", visit.say("con_channel_paste"), " ", el("code", whole), " ", copy)


async def ways_in(visit: Visit, name: str) -> Sequence[WayIn]:
    """The ways in to a desk. Accounts that name no desk are those of the usual one."""
    settings = visit.office.parts.settings
    base, own = base_of(visit.request, settings), settings.channels
    usual = await visit.office.overview.default()
    found = [
        WayIn(visit.say("con_channel_page"), f"{base}{desk_path(name, '')}", True),
        WayIn(visit.say("con_channel_rest"), f"{base}/api/v1/answers", True),
        WayIn(visit.say("con_channel_openai"), f"{base}/v1", own.openai.enabled),
        WayIn(visit.say("con_channel_mcp"), f"{base}/mcp/{name}", own.mcp.enabled),
        WayIn(visit.say("con_channel_widget"), f"{base}/widget.js", own.widget.enabled),
    ]
    for (table, account), each in tables(settings).items():
        if (getattr(each, "desk", "") or usual) == name:
            kind = visit.say(f"con_kind_{table}")
            words = visit.say("con_channel_account", kind=kind, name=account)
            check = check_of(table)
            path, is_on = check.place(account, each), check.fault(account, each) is None
            found.append(WayIn(words, base + path if path else f"{table}.{account}", is_on))
    return found


def _always(visit: Visit) -> Html:
    """The ways in that take no account."""
    settings = visit.office.parts.settings
    base, own = base_of(visit.request, settings), settings.channels
    rows = (
        WayIn(visit.say("con_channel_page"), f"{base}/", True),
        WayIn(visit.say("con_channel_rest"), f"{base}/api/v1/answers", True),
        WayIn(visit.say("con_channel_openai"), f"{base}/v1", own.openai.enabled),
        WayIn(visit.say("con_channel_mcp"), f"{base}/mcp", own.mcp.enabled),
        WayIn(visit.say("con_channel_widget"), f"{base}/widget.js", own.widget.enabled),
    )
    inside = [
        el("li", el("div", el("b", each.words), el("small", each.address)),
           on_off(visit, is_on=each.is_on))
        for each in rows
    ]  # fmt: skip
    return card(el("h2", visit.say("con_channel_always")), el("ul", inside, class_="rows"))


def on_off(visit: Visit, *, is_on: bool) -> Html:
    """Whether something is on."""
    words = visit.say("con_on" if is_on else "con_off")
    return el("span", words, class_="badge good" if is_on else "badge")


def guide_link(kind: str, words: str) -> Child:
    """The way to the set-up of a kind."""
    return el("a", words, class_="button", href=with_query(f"{HERE}/new", kind=kind))


def _plain(kind: str) -> str:
    return kind.replace("-", "_")
