"""Getting into the console: who may open what, and what is refused."""

import re

import httpx
import pytest

from dengmi.core.operators import ROLES, AccessKey
from dengmi.server.console.console import PAGES
from dengmi.server.console.door import COOKIE, hashed
from dengmi.server.console.first import first_link
from dengmi.server.parts import Parts
from tests.http.conftest import client_of
from tests.http.entering import WORDS, csrf, enter, other, sign_in


async def test_the_first_link_makes_an_owner_once(parts: Parts, client: httpx.AsyncClient) -> None:
    assert "dengmi operators link" in (await client.get("/console/sign-in")).text
    link = await first_link(parts.store)
    assert link == await first_link(parts.store)
    reply = await enter(client, link, "Mei")
    assert (reply.status_code, reply.headers["location"]) == (303, "/console")
    cookie = next(one for one in reply.headers.get_list("set-cookie") if COOKIE in one)
    assert "HttpOnly" in cookie
    assert "samesite=lax" in cookie.lower()
    assert "Secure" not in cookie  # this is http
    assert (await client.get("/console")).status_code == 200
    assert await first_link(parts.store) == ""
    again = await client.get(link)
    assert again.status_code == 404
    (mei,) = await parts.store.operators().operators()
    assert mei.role == "owner"
    assert mei.password.startswith("$argon2id$")


async def test_https_cookies_are_secure(parts: Parts) -> None:
    async with client_of(parts) as client:
        client.base_url = httpx.URL("https://127.0.0.1:8321")
        reply = await enter(client, await first_link(parts.store), "Mei")
        assert all("Secure" in one for one in reply.headers.get_list("set-cookie") if "=" in one
                   and "1970" not in one and "Max-Age=0" not in one)  # fmt: skip


async def test_a_bad_name_or_password_is_said(parts: Parts, client: httpx.AsyncClient) -> None:
    link = await first_link(parts.store)
    token = csrf(await client.get(link))
    good = {"csrf": token, "name": "Mei", "password": WORDS, "again": WORDS}
    for wrong, words in (
        ({"name": "<b>"}, "1 to 40 characters"),
        ({"password": "short", "again": "short"}, "10 to 256"),
        ({"again": WORDS + "!"}, "differ"),
    ):
        reply = await client.post(link, data={**good, **wrong})
        assert reply.status_code == 400
        assert words in reply.text
    assert (await client.post(link, data=good)).status_code == 303


async def test_signing_in_makes_a_new_session_each_time(owner: httpx.AsyncClient) -> None:
    before = owner.cookies[COOKIE]
    planted = httpx.AsyncClient(transport=owner._transport, base_url=owner.base_url)
    planted.cookies.set(COOKIE, "x" * 43, domain="127.0.0.1")  # a stranger's choice
    assert (await sign_in(planted, "mei")).status_code == 303
    fresh = [c.value for c in planted.cookies.jar if c.name == COOKIE and c.value != "x" * 43]
    assert fresh
    assert before not in fresh
    assert (await owner.get("/console")).status_code == 200  # the other session goes on


async def test_signing_out_ends_the_session_at_the_server(owner: httpx.AsyncClient) -> None:
    cookie = owner.cookies[COOKIE]
    token = csrf(await owner.get("/console"))
    assert (await owner.post("/console/sign-out", data={"csrf": token})).status_code == 303
    owner.cookies.set(COOKIE, cookie, domain="127.0.0.1")
    assert (await owner.get("/console")).status_code == 303


async def test_sign_in_leads_back_but_not_away(owner: httpx.AsyncClient) -> None:
    plain = httpx.AsyncClient(transport=owner._transport, base_url=owner.base_url)
    reply = await plain.get("/console/log?before=1_x")
    assert reply.headers["location"] == "/console/sign-in?to=%2Fconsole%2Flog%3Fbefore%3D1_x"
    reply = await sign_in(plain, "Mei", to="/console/log?before=1_x")
    assert reply.headers["location"] == "/console/log?before=1_x"
    for away in ("https://evil.example/console", "//evil.example", "/\\evil", "/d/walks"):
        fresh = httpx.AsyncClient(transport=owner._transport, base_url=owner.base_url)
        assert (await sign_in(fresh, "Mei", to=away)).headers["location"] == "/console"


async def test_wrong_passwords_are_alike_slow_down_and_are_noted(
    parts: Parts, owner: httpx.AsyncClient
) -> None:
    plain = httpx.AsyncClient(transport=owner._transport, base_url=owner.base_url)
    nobody = await sign_in(plain, "nobody", "wrong password")
    wrong = await sign_in(plain, "Mei", "wrong password")
    assert nobody.status_code == wrong.status_code == 401
    assert "Name or password is wrong" in nobody.text
    statuses = [(await sign_in(plain, "Mei", "wrong password")).status_code for _ in range(6)]
    assert statuses[-1] == 429
    assert (await sign_in(plain, "Mei")).status_code == 429  # not even with the right one
    deeds = await parts.store.operators().deeds(limit=50)
    assert [deed.code for deed in deeds].count("sign_in_failed") == 2 + statuses.count(401)
    assert {deed.subject for deed in deeds if deed.code == "sign_in_failed"} == {"", "Mei"}
    by_id = (await parts.store.operators().operators())[0].id
    assert (await sign_in(plain, by_id)).status_code in (401, 429)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: f"{page.method} {page.path or '/'}")
async def test_nobody_gets_in_unsigned(client: httpx.AsyncClient, page) -> None:
    path = "/console" + re.sub(r"\{.*?\}", "x", page.path)
    reply = await client.request(page.method, path, headers={"accept": "text/html"})
    if page.role is None:
        assert reply.status_code in (200, 403, 404)
    elif page.method == "GET":
        assert reply.headers["location"].startswith("/console/sign-in")
    else:
        assert reply.status_code == 401


@pytest.mark.parametrize("role", ROLES)
async def test_roles_and_tokens(parts: Parts, owner: httpx.AsyncClient, role: str) -> None:
    """Every page by every role: below the role 403, and no change without the token."""
    client = await other(parts, owner, role)
    for page in PAGES:
        if page.role is None:
            continue
        path = "/console" + re.sub(r"\{.*?\}", "x", page.path)
        reply = await client.request(page.method, path, headers={"accept": "text/html"})
        may = ROLES.index(role) >= ROLES.index(page.role)
        if not may or page.method == "POST":
            assert reply.status_code == 403, (page, reply.status_code)
        else:
            assert reply.status_code in (200, 400, 404), (page, reply.status_code)
            assert "require-trusted-types-for 'script'" in str(reply.headers)
            assert "no-store" in reply.headers["cache-control"]


async def test_forms_of_other_sites_change_nothing(owner: httpx.AsyncClient) -> None:
    token = csrf(await owner.get("/console/operators"))
    given = {"csrf": token, "role": "owner"}
    for headers in (
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ):
        reply = await owner.post("/console/operators/invite", data=given, headers=headers)
        assert reply.status_code == 403, headers
    for wrong in ("", "x", token + "x"):
        reply = await owner.post("/console/operators/invite", data={**given, "csrf": wrong})
        assert reply.status_code == 403
    fine = {"origin": "http://127.0.0.1:8321", "sec-fetch-site": "same-origin"}
    reply = await owner.post("/console/operators/invite", data=given, headers=fine)
    assert reply.status_code == 200
    assert "/console/join/" in reply.text


async def test_operators_come_change_and_go(parts: Parts, owner: httpx.AsyncClient) -> None:
    editor = await other(parts, owner, "editor")
    people = parts.store.operators()
    known = await people.operator("editor")
    assert known is not None
    token = csrf(await owner.get("/console/operators"))
    given = {"csrf": token, "operator": known.id}
    reply = await owner.post("/console/operators/role", data={**given, "role": "viewer"})
    assert reply.headers["location"] == "/console/operators?said=role"
    assert (await editor.get("/console")).status_code == 200
    shown = await owner.post("/console/operators/link", data=given)
    link = re.search(r"/console/join/[\w-]+", shown.text)
    assert link
    assert link[0] not in (await owner.get("/console/operators")).text  # once
    fresh = httpx.AsyncClient(transport=owner._transport, base_url=owner.base_url)
    assert 'value="editor" readonly' in (await fresh.get(link[0])).text
    assert (await enter(fresh, link[0], "anybody")).status_code == 303
    assert (await editor.get("/console")).status_code == 303  # signed out everywhere
    reply = await owner.post("/console/operators/remove", data=given)
    assert "All sessions of that operator end" in reply.text  # asked first
    given["sure"] = "1"
    assert (await owner.post("/console/operators/remove", data=given)).status_code == 303
    assert (await fresh.get("/console")).status_code == 303
    (mei,) = await people.operators()
    reply = await owner.post("/console/operators/remove", data={**given, "operator": mei.id})
    assert reply.status_code == 409
    assert "last owner" in reply.text
    log = (await owner.get("/console/log?csv=1")).text
    for words in ("removed an operator", "changed a role", "became an operator"):
        assert words in log
    chinese = (await owner.get("/console/log", headers={"Accept-Language": "zh"})).text
    assert "所有者" in chinese


async def test_keys_go_with_who_made_them(parts: Parts, owner: httpx.AsyncClient) -> None:
    """Named before, and gone unless the box is cleared; those of others stay."""
    people = parts.store.operators()
    for name in ("viewer", "editor"):
        gone = await other(parts, owner, name)
        for each in (f"{name}-app", f"{name}-site"):
            await people.put_key(AccessKey(id=each, name=each, scopes=("ask",), made_by=name))
        known = await people.operator(name)
        assert known is not None
        given = {"csrf": csrf(await owner.get("/console/operators")), "operator": known.id}
        asked = await owner.post("/console/operators/remove", data=given)
        assert f"{name}-app (never used)" in asked.text
        assert re.search(r'<input type="checkbox" name="keys" value="1" checked', asked.text)
        given |= {"sure": "1", "keys": "1"} if name == "editor" else {"sure": "1"}
        assert (await owner.post("/console/operators/remove", data=given)).status_code == 303
        assert (await gone.get("/console")).status_code == 303
    assert [key.name for key in await people.access_keys()] == ["viewer-app", "viewer-site"]
    assert "removed a key,editor-app" in (await owner.get("/console/log?csv=1")).text


async def test_ones_own_password(owner: httpx.AsyncClient) -> None:
    token = csrf(await owner.get("/console/password"))
    given = {
        "csrf": token,
        "now": "wrong",
        "password": "another lantern",
        "again": "another lantern",
    }
    assert (await owner.post("/console/password", data=given)).status_code == 401
    reply = await owner.post("/console/password", data={**given, "now": WORDS})
    assert reply.status_code == 303
    assert (await owner.get("/console")).status_code == 200
    plain = httpx.AsyncClient(transport=owner._transport, base_url=owner.base_url)
    assert (await sign_in(plain, "Mei")).status_code == 401
    assert (await sign_in(plain, "Mei", "another lantern")).status_code == 303


async def test_a_session_without_use_is_over(parts: Parts, owner: httpx.AsyncClient) -> None:
    people = parts.store.operators()
    session = hashed(owner.cookies[COOKIE])
    await people.keep_session(session, parts.clock.now() - 9999, parts.clock.now() + 50)
    assert (await owner.get("/console")).status_code == 200
    kept = await people.session(session, parts.clock.now() + 3600)
    assert kept is not None  # using it made it longer
    await people.keep_session(session, parts.clock.now(), parts.clock.now() - 1)
    assert (await owner.get("/console")).status_code == 303


async def test_pages_speak_both_languages(owner: httpx.AsyncClient) -> None:
    for lang, words in (("en", "Operators"), ("zh", "管理员")):
        page = await owner.get(f"/console/operators?lang={lang}")
        assert words in page.text
        assert "con_" not in page.text.replace("console", "")
