"""Settings changed in the console, and channels set up and tested there."""

import asyncio
import re
from collections.abc import AsyncIterator
from html import unescape
from pathlib import Path

import httpx
import pytest

from dengmi.channels.registry import Finding
from dengmi.core.records import Question
from dengmi.server.keeping import forget_old
from dengmi.server.parts import Parts
from dengmi.server.tuning import take_edits
from dengmi.settings.load import load_settings
from dengmi.wire import open_parts
from tests.http.conftest import client_of, scripted
from tests.http.entering import csrf, other

SETTINGS = """
[server]
public_url = "http://127.0.0.1:8321"

[models.try]
kind = "scripted"
model = "script.toml"
price = { currency = "CNY", hit = 0.02, miss = 1, output = 4 }

[models.other]
kind = "openai"
model = "x"
base_url = "http://127.0.0.1:1/v1"
api_key = "the-key-of-the-model"

[levels]
quick = ["try"]

[desks.walks]
voice = "Short and dry."
daily_budget = "¥5"

[wechat.acme]
app_id = "wx1"
token = "a-token-of-wechat"

[wecom.robot]
kind = "robot"
key = "the-key-of-the-robot"
"""
SCRIPT = """
[[answer]]
match = "close"
text = "The lantern walk closes on the seventeenth [1.1]. Painters from abroad admire it [1.1]."
"""
CLOSES = "When does the lantern walk close?"
DESK = "/console/desk?desk=walks"


@pytest.fixture
async def parts(tmp_path: Path) -> AsyncIterator[Parts]:
    async with scripted(tmp_path, SETTINGS, SCRIPT) as opened:
        yield opened


def boxes(page: httpx.Response, section: str, name: str = "walks") -> dict[str, str]:
    """What the form of a section holds, as a browser would send it."""
    form = next(
        one
        for one in re.findall(rf'<form method="post" action="/console/desk/{section}".*?</form>',
                              page.text, re.DOTALL)
        if f'name="name" value="{name}"' in one and 'name="seen"' in one
    )  # fmt: skip
    found = {}
    for tag in re.findall(r"<input[^>]*>", form):
        said = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if said.get("type") != "checkbox" or " checked" in tag:
            found[said["name"]] = unescape(said.get("value", ""))
    for key, words in re.findall(r'<textarea name="(\w+)"[^>]*>(.*?)</textarea>', form, re.DOTALL):
        found[key] = unescape(words)
    for key, options in re.findall(r'<select name="(\w+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', options)
        found[key] = unescape(chosen[1]) if chosen else ""
    return found


async def save(client: httpx.AsyncClient, section: str, name: str = "walks", **changed: object):
    """Fill the form in as a person does, and send it; None unticks a box."""
    given = boxes(await client.get(DESK), section, name) | changed
    data = {key: value for key, value in given.items() if value is not None}
    return await client.post(f"/console/desk/{section}", data=data)


async def ask(client: httpx.AsyncClient, words: str = CLOSES) -> dict:
    reply = await client.post("/api/v1/answers", json={"question": words})
    assert reply.status_code == 200, reply.text
    return reply.json()


async def test_a_saved_voice_holds_at_once_and_is_taken_back(owner, parts: Parts) -> None:
    await ask(owner)
    assert (await ask(owner))["reused"]
    reply = await save(owner, "voice", voice="Long\r\nand warm.", examples="When?\n\n 几点？ ")
    assert (reply.status_code, reply.headers["location"]) == (
        303, "/console/desk?desk=walks&said=set#voice",
    )  # fmt: skip
    assert parts.settings.desks["walks"].voice == "Long\nand warm."
    assert not (await ask(owner))["reused"]  # in another voice it is another answer
    page = (await owner.get(DESK)).text
    assert page.count(">set here<") == 2
    assert "in dengmi.toml: Short and dry." in page
    front = (await owner.get("/d/walks")).text
    assert "When?" in front
    assert "几点？" not in front
    log = (await owner.get("/console/log?csv=1")).text
    assert "desks.walks.voice" in log
    form = boxes(await owner.get(DESK), "voice")
    back = {key: form[key] for key in ("csrf", "name", "desk")} | {"back": "voice"}
    reply = await owner.post("/console/desk/voice", data=back)
    assert reply.headers["location"].endswith("said=set_back#voice")
    assert parts.settings.desks["walks"].voice == "Short and dry."
    assert [each.path for each in await parts.store.edits()] == ["desks.walks.examples"]
    assert "took a setting back" in (await owner.get("/console/log?csv=1")).text
    reply = await owner.post("/console/desk/voice", data=back | {"back": "keep_days"})
    assert reply.status_code == 404


async def test_what_is_as_it_was_is_no_edit(owner, parts: Parts) -> None:
    reply = await save(owner, "voice")
    assert "said=set_same" in reply.headers["location"]
    await save(owner, "limits", daily_budget="¥9")
    (edit,) = await parts.store.edits()
    assert (edit.path, edit.value, edit.by) == ("desks.walks.daily_budget", "¥9", "Mei")
    await save(owner, "limits", daily_budget="¥5")  # what dengmi.toml says
    assert list(await parts.store.edits()) == []


@pytest.mark.parametrize(
    ("section", "name", "changed", "said", "words"),
    [
        (
            "voice",
            "walks",
            {"voice": "x" * 4001},
            "4000 characters at the most",
            "最多 4000 个字符",
        ),
        ("limits", "walks", {"daily_budget": "a <b>lot</b>"}, "daily_budget", "daily_budget"),
        ("limits", "walks", {"time_zone": "Mars/Olympus"}, "time_zone", "time_zone"),
        ("limits", "walks", {"keep_days": "soon"}, "whole number", "整数"),
        ("answers", "walks", {"check": "never"}, "does not take “never”", "不接受“never”"),
        ("sharing", "walks", {"origins": "no site"}, "origins", "origins"),
        ("levels", "", {"deep_0": "none"}, "none", "none"),
        ("plan", "visitor", {"questions": "-1"}, "≥ 0", "≥ 0"),
    ],
    ids=lambda value: value if isinstance(value, str) and value.isascii() else "",
)
async def test_bad_values_are_said_beside_the_box_and_stay(
    owner, parts: Parts, section, name, changed, said, words
) -> None:
    reply = await save(owner, section, name, **changed)
    assert reply.status_code == 400
    ((key, typed),) = changed.items()
    wrong = re.search(r'<p class="wrong" role="alert" id="[^"]*">(.*?)</p>', reply.text)
    assert wrong and said in unescape(wrong[1])
    assert 'aria-invalid="true"' in reply.text or section == "levels"
    if section not in ("levels", "answers"):  # a list cannot hold what is not in it
        assert boxes(reply, section, name)[key] == typed
    assert "<b>lot" not in reply.text
    assert list(await parts.store.edits()) == []
    chinese = await owner.post(
        f"/console/desk/{section}",
        data=boxes(await owner.get(DESK), section, name) | changed,
        headers={"accept-language": "zh"},
    )
    wrong = re.search(r'<p class="wrong" role="alert" id="[^"]*">(.*?)</p>', chinese.text)
    assert wrong and words in unescape(wrong[1])


async def test_budget_public_and_days_hold_without_a_restart(owner, parts: Parts) -> None:
    asked = await save(owner, "limits", daily_budget="¥0.000001", keep_days="1")
    assert "cannot be brought back" in asked.text
    assert list(await parts.store.edits()) == []
    await save(owner, "limits", daily_budget="¥0.000001", keep_days="1", sure="1")
    assert (await save(owner, "limits", keep_days="2")).status_code == 303  # deletes nothing more
    await save(owner, "limits", keep_days="1", sure="1")
    page = (await owner.get("/console")).text
    assert "¥0.00" in page
    answer = await ask(owner)
    assert answer["level"] == "quote"
    assert "budget" in str(answer["notices"])
    old = Question(id="q_old", desk="walks", text="Old?", channel="web", asked_at=1000.0)
    await parts.store.record_question(old)
    await parts.store.fail_question("q_old", "x")
    assert await forget_old(parts) == 1
    hall = {"query": CLOSES, "desk": "*"}
    assert (await owner.post("/api/v1/search", json=hall)).json()["hits"]
    await save(owner, "answers", public=None, check="drop")
    assert not (await owner.post("/api/v1/search", json=hall)).json()["hits"]
    assert parts.settings.desks["walks"].check == "drop"
    await save(owner, "sharing", share=None)
    fresh = await ask(owner, "Where to park?")
    reply = await owner.get(f"/a/{fresh['id']}", headers={"x-forwarded-for": "203.0.113.9"})
    assert reply.status_code == 404


async def test_levels_hold_at_once_and_after_a_start(owner, parts: Parts) -> None:
    assert (await ask(owner))["level"] == "quick"
    reply = await save(owner, "levels", "", quick_0="other", quick_1="try")
    assert "said=set#levels" in reply.headers["location"]
    assert parts.settings.levels.quick == ("other", "try")
    page = (await owner.get(DESK)).text
    assert "the-key-of-the-model" not in page
    assert (await ask(owner))["level"] == "quick"  # where one is down, the next one answers
    home = parts.settings.home
    settings = await asyncio.to_thread(load_settings, home, {})
    async with open_parts(settings) as again:
        assert again.settings.levels.quick == ("other", "try")
    await save(owner, "levels", "", quick_0="", quick_1="")
    assert (await ask(owner))["level"] == "quote"
    data = (await owner.get("/v1/models")).json()["data"]
    assert not any(each["id"].endswith(":quick") for each in data)


async def test_quotas_of_plans(owner, parts: Parts) -> None:
    await save(owner, "plan", "visitor", questions="0", rank="member")
    assert parts.settings.plans["visitor"].questions == 0
    stranger = {"x-forwarded-for": "203.0.113.9"}
    reply = await owner.post("/api/v1/answers", json={"question": CLOSES}, headers=stranger)
    assert reply.json()["level"] == "quote"
    assert (await ask(owner))["level"] == "quick"  # this computer has no quota
    given = boxes(await owner.get(DESK), "plan", "visitor") | {"name": "unknown"}
    assert (await owner.post("/console/desk/plan", data=given)).status_code == 404


async def test_two_operators_do_not_write_over_each_other(owner, parts: Parts) -> None:
    editor = await other(parts, owner, "editor")
    form = boxes(await editor.get(DESK), "voice")
    await save(owner, "voice", voice="Mine.")
    reply = await editor.post("/console/desk/voice", data=form | {"voice": "Theirs."})
    assert reply.status_code == 409
    assert "Somebody changed these settings" in reply.text
    again = boxes(reply, "voice")
    assert again["voice"] == "Theirs."
    assert (await editor.post("/console/desk/voice", data=again)).status_code == 303
    assert parts.settings.desks["walks"].voice == "Theirs."


async def test_another_process_follows(owner, parts: Parts) -> None:
    settings = await asyncio.to_thread(load_settings, parts.settings.home, {})
    async with open_parts(settings) as neighbour:
        await save(owner, "voice", voice="Heard everywhere.")
        assert neighbour.settings.desks["walks"].voice == "Short and dry."
        await take_edits(neighbour)
        assert neighbour.settings.desks["walks"].voice == "Heard everywhere."


async def test_an_edit_that_holds_no_longer_is_said_and_ignored(owner, parts: Parts) -> None:
    await save(owner, "levels", "", quick_0="other", quick_1="")
    file = parts.settings.home / "dengmi.toml"
    less = SETTINGS.replace("[models.other]", "[models.third]")
    await asyncio.to_thread(file.write_text, less, "utf-8")
    settings = await asyncio.to_thread(load_settings, parts.settings.home, {})
    async with open_parts(settings) as again, client_of(again) as client:
        assert again.settings.levels.quick == ("try",)
        client.cookies = owner.cookies
        page = (await client.get(DESK)).text
        assert "does not hold any more" in page
        assert "other" in page


async def test_roles(owner, parts: Parts) -> None:
    editor, viewer = await other(parts, owner, "editor"), await other(parts, owner, "viewer")
    page = (await editor.get(DESK)).text
    assert 'action="/console/desk/voice"' in page
    assert 'action="/console/desk/limits"' not in page
    assert "¥5" in page
    page = (await viewer.get(DESK)).text
    assert 'action="/console/desk/' not in page
    assert "Short and dry." in page
    page = (await viewer.get("/console/channels")).text
    assert "wechat.acme" in page
    assert "/console/channels/test" not in page
    assert "a-token-of-wechat" not in page
    token = csrf(await owner.get(DESK))
    unknown = {"csrf": token, "name": "nowhere", "seen": ""}
    assert (await owner.post("/console/desk/voice", data=unknown)).status_code == 404


async def test_channels_stand_with_their_addresses(owner) -> None:
    page = (await owner.get("/console/channels")).text
    assert "http://127.0.0.1:8321/wechat/acme" in page
    assert "secrets set: token" in page
    assert "secrets set: key" in page
    assert "a-token-of-wechat" not in page
    assert "the-key-of-the-robot" not in page


async def test_a_channel_is_tested_a_few_times(owner, parts: Parts, monkeypatch) -> None:
    async def checked(*_: object, **__: object) -> list[Finding]:
        return [Finding("ok", "channels_token"), Finding("warn", "channels_kf_none")]

    monkeypatch.setattr("dengmi.channels.wechat.check.check", checked)
    token = csrf(await owner.get("/console/channels"))
    path, given = "/console/channels/test", {"csrf": token, "channel": "wechat.acme"}
    reply = await owner.post(path, data=given)
    assert reply.status_code == 200
    assert "The platform gave an access token." in reply.text
    assert (await owner.post(path, data=given | {"channel": "wecom.x"})).status_code == 404
    assert (await owner.post(path, data=given | {"csrf": "x"})).status_code == 403
    found = [(await owner.post(path, data=given)).status_code for _ in range(3)]
    assert found == [200, 200, 429]
    assert "tested a channel" in (await owner.get("/console/log?csv=1")).text


GIVEN = {
    "wechat": {"app_id": "wx2"},
    "wechat-push": {"app_id": "wx2"},
    "wecom-bot": {"called": "灯谜"},
    "wecom-bot-socket": {"bot_id": "aib1"},
    "wecom-app": {"corp_id": "ww1", "agent_id": "1000002"},
    "wecom-kf": {"corp_id": "ww1"},
    "wecom-robot": {},
    "ilink": {},
    "matrix": {"homeserver": "https://matrix.example.org", "user": "@town:example.org"},
}


async def test_each_kind_is_set_up_step_by_step(owner, parts: Parts, tmp_path: Path) -> None:
    """What the page says to write, with the variables it names, is a channel that lacks nothing."""
    from dengmi.channels.registry import check_of, tables
    from dengmi.server.console.guided import GUIDES

    assert set(GIVEN) == set(GUIDES)
    for kind, given in GIVEN.items():
        query = {"kind": kind, "go": "1", "name": "mine", "desk": "walks", **given}
        page = await owner.get("/console/channels/new", params=query)
        assert page.status_code == 200, page.text
        lines = unescape(next(
            one for one in re.findall(r"<pre[^>]*><code>(.*?)</code>", page.text, re.DOTALL)
            if one.startswith("[")
        ))  # fmt: skip
        names = re.findall(r"env:(\w+)", lines)
        assert names
        assert all(f"<code>{name}</code>" in page.text for name in names)
        environ = dict.fromkeys(names, "s" * 43)
        settings = load_settings(tmp_path, environ, SETTINGS + lines)
        table = GUIDES[kind].table
        made = tables(settings)[table, "mine"]
        assert check_of(table).missing(made) == []
        assert made.desk == "walks"
        path = check_of(table).place("mine", made)
        assert not path or f"http://127.0.0.1:8321{path}" in page.text


async def test_a_set_up_says_what_is_wrong(owner) -> None:
    async def shown(**query: str) -> httpx.Response:
        return await owner.get("/console/channels/new", params=query)

    assert (await shown(kind="icq")).status_code == 404
    assert (await shown(kind="matrix")).status_code == 200
    bad = await shown(kind="matrix", go="1", name="town", homeserver="x", user="<i>@town</i>")
    assert bad.status_code == 400
    assert "<i>" not in bad.text
    assert 'role="alert"' in bad.text
    assert "@town" in bad.text
    taken = await shown(kind="wechat", go="1", name="acme", app_id="wx2")
    assert "There is a channel “wechat.acme” already" in taken.text
    assert (await shown(kind="wechat", go="1", name="A B", app_id="wx2")).status_code == 400
    assert "This is needed" in (await shown(kind="wechat", go="1", name="a")).text
