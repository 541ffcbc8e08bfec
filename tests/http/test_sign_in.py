"""Signing in with an account elsewhere, against a provider over HTTP."""

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from dengmi.server.parts import Parts
from dengmi.settings.options import Settings
from dengmi.wire import open_parts
from tests.http.conftest import client_of, fill, settings_of, write_articles
from tests.http.provider import CLIENT, SECRET, Provider, running

pytest.importorskip("jwt", reason="the extra oidc is not installed")

TOML = """
[oidc]
issuer = "{issuer}"
client_id = "{client}"
client_secret = "env:SIGN_IN"
title = "Lantern ID"
role_claim = "realm.roles"
owner = ["bosses"]
editor = ["writers", "7"]
plan_claim = "groups"
plan_values = {{ friends = "friend" }}

[plans.friend]
questions = 3
"""

Claims = dict[str, Any]


@pytest.fixture(scope="module")
def reached() -> Iterator[Provider]:
    with running() as provider:
        yield provider


@pytest.fixture
def provider(reached: Provider) -> Provider:
    reached.reset()
    return reached


@pytest.fixture
def settings(tmp_path: Path, provider: Provider) -> Settings:
    home = tmp_path / "home"
    home.mkdir()
    text = TOML.format(issuer=provider.issuer, client=CLIENT)
    (home / "dengmi.toml").write_text(text, encoding="utf-8")
    return settings_of(home, SIGN_IN=SECRET)


@pytest.fixture
async def parts(tmp_path: Path, settings: Settings) -> AsyncIterator[Parts]:
    async with open_parts(settings) as opened:
        await fill(opened, write_articles(tmp_path / "articles"))
        yield opened


async def back_at(client: httpx.AsyncClient, path: str = "/sign-in") -> str:
    """The address at which a browser comes back from the provider."""
    left = await client.get(path)
    assert left.status_code == 303, left.text
    async with httpx.AsyncClient(trust_env=False) as browser:
        sent = await browser.get(left.headers["location"])
    assert sent.status_code == 302, sent.text
    return sent.headers["location"]


async def sign_in(client: httpx.AsyncClient, path: str = "/sign-in") -> httpx.Response:
    return await client.get(await back_at(client, path))


def another(client: httpx.AsyncClient) -> httpx.AsyncClient:
    """Another browser of the same application."""
    return httpx.AsyncClient(transport=client._transport, base_url=client.base_url)


async def ask(client: httpx.AsyncClient, words: str) -> None:
    await client.get("/")
    reply = await client.post("/", data={"q": words, "c": "c_" + "a" * 16})
    assert "event: done" in reply.text


def name_of(client: httpx.AsyncClient) -> str:
    return client.cookies["asker"].partition(".")[0]


async def test_what_a_browser_asked_goes_along_to_every_device(
    client: httpx.AsyncClient, provider: Provider
) -> None:
    await ask(client, "When does the lantern walk close?")
    first = name_of(client)
    assert "Sign in with Lantern ID" in (await client.get("/history")).text
    reply = await sign_in(client)
    assert (reply.status_code, reply.headers["location"]) == (303, "/history")
    assert name_of(client) == first  # nothing had to move
    page = (await client.get("/history")).text
    assert "You are signed in with Lantern ID" in page
    async with another(client) as phone:
        await ask(phone, "How many parking places are there?")
        assert name_of(phone) != first
        await sign_in(phone)
        assert name_of(phone) == first
        for each in (phone, client):
            listed = (await each.get("/history")).text
            assert "When does the lantern walk close?" in listed
            assert "How many parking places" in listed or "2 questions" in listed
        out = await phone.post("/sign-out")
        assert out.status_code == 303
        assert "lantern walk close" not in (await phone.get("/history")).text
    assert "lantern walk close" in (await client.get("/history")).text


async def test_a_second_account_takes_nothing_of_the_first(
    client: httpx.AsyncClient, provider: Provider
) -> None:
    await ask(client, "When does the lantern walk close?")
    await sign_in(client)
    ann = name_of(client)
    provider.person = {"sub": "bob"}
    await sign_in(client)  # on the same browser, without signing out
    assert name_of(client) != ann
    assert "lantern walk close" not in (await client.get("/history")).text
    provider.person = {"sub": "ann"}
    await sign_in(client)
    assert name_of(client) == ann
    assert "lantern walk close" in (await client.get("/history")).text


async def test_deleting_everything_forgets_the_account(
    client: httpx.AsyncClient, parts: Parts
) -> None:
    await ask(client, "When does the lantern walk close?")
    await sign_in(client)
    name = name_of(client)
    assert await parts.store.accounts().plan(name) == ""
    await client.post("/history/forget")
    assert await parts.store.accounts().plan(name) is None
    await sign_in(client)
    assert name_of(client) != name


async def test_the_plan_of_an_account_pays(
    client: httpx.AsyncClient, parts: Parts, provider: Provider
) -> None:
    provider.person = {"sub": "ann", "groups": ["others", "friends"]}
    await client.get("/")
    await sign_in(client)
    await ask(client, "When does the lantern walk close?")
    (kept,) = [one async for one in _questions(parts, name_of(client))]
    assert kept == f"plan.friend:{name_of(client)}"


async def _questions(parts: Parts, asker: str) -> AsyncIterator[str]:
    for said in await parts.store.conversations(asker, 1e12, 9):
        turns = await parts.store.turns(said.desk, asker, said.id, 1e12, 9)
        for turn in turns:
            yield turn.question.payer


FORGED: dict[str, Callable[[Claims], object]] = {
    "another nonce": lambda said: said.update(nonce="x" * 43),
    "no nonce": lambda said: said.pop("nonce"),
    "over": lambda said: said.update(exp=said["iat"] - 600),
    "never over": lambda said: said.pop("exp"),
    "from the future": lambda said: said.update(nbf=said["iat"] + 600),
    "another audience": lambda said: said.update(aud="other"),
    "two audiences": lambda said: said.update(aud=[CLIENT, "other"]),
    "another client": lambda said: said.update(azp="other"),
    "another issuer": lambda said: said.update(iss="http://127.0.0.1:1"),
    "nobody": lambda said: said.update(sub=""),
    "a number": lambda said: said.update(sub=7),
}


async def test_a_token_that_is_not_for_this_sign_in(
    client: httpx.AsyncClient, provider: Provider
) -> None:
    for how, make in FORGED.items():
        provider.twist = make
        reply = await sign_in(client)
        assert reply.status_code == 403, how
        assert "could not be verified" in reply.text
        assert "asker" not in reply.cookies
    provider.twist = lambda said: said.update(aud=[CLIENT, "other"], azp=CLIENT)
    assert (await sign_in(client)).status_code == 303


def _unsigned(said: Claims) -> str:
    import jwt

    return jwt.encode(said, None, algorithm="none")


async def test_tokens_that_the_provider_did_not_sign(
    client: httpx.AsyncClient, provider: Provider
) -> None:
    from joserfc import jwt
    from joserfc.jwk import ECKey, OctKey

    forger = ECKey.generate_key("P-256", {"kid": "k1"})
    shared = OctKey.import_key(SECRET * 4)
    makes: list[Callable[[Claims], str]] = [
        _unsigned,
        lambda said: jwt.encode({"alg": "ES256", "kid": "k1"}, said, forger),
        lambda said: jwt.encode({"alg": "ES256"}, said, forger),
        lambda said: jwt.encode({"alg": "HS256", "kid": "k1"}, said, shared),
        lambda said: provider.sign(said)[:-6] + "AAAAAA",
        lambda said: "no token at all",
        lambda said: "",
    ]
    for make in makes:
        provider.signed = make
        reply = await sign_in(client)
        assert reply.status_code == 403, reply.text
        assert "asker" not in reply.cookies
    assert provider.asked.count("/keys") == 1  # forgeries with a known key cost no look


async def test_a_key_that_changes_is_looked_up(
    client: httpx.AsyncClient, provider: Provider
) -> None:
    from joserfc.jwk import ECKey

    assert (await sign_in(client)).status_code == 303
    provider.key = ECKey.generate_key("P-256", {"kid": "k2", "use": "sig", "alg": "ES256"})
    provider.published = [provider.key]
    assert (await sign_in(client)).status_code == 303
    old, provider.key = provider.key, ECKey.generate_key("P-256", {"kid": "k3", "use": "sig"})
    provider.published = [old]  # made by whoever has not told it
    for _ in range(5):
        assert (await sign_in(client)).status_code == 403
    assert provider.asked.count("/keys") <= 4


@pytest.mark.parametrize("algorithm", ["RS256", "PS256"])
async def test_signatures_of_other_kinds(
    client: httpx.AsyncClient, provider: Provider, algorithm: str
) -> None:
    from joserfc import jwt
    from joserfc.jwk import RSAKey

    key = RSAKey.generate_key(2048, {"kid": "k9", "use": "sig"})
    provider.published = [provider.key, key]
    head = {"alg": algorithm, "kid": "k9"}
    provider.signed = lambda said: jwt.encode(head, said, key, algorithms=[algorithm])
    assert (await sign_in(client)).status_code == 303


async def test_only_what_this_browser_began_comes_back_and_only_once(
    client: httpx.AsyncClient, provider: Provider
) -> None:
    back = await back_at(client)
    async with another(client) as victim:
        assert (await victim.get(back)).status_code == 400
        await victim.get("/sign-in")
        assert (await victim.get(back)).status_code == 400  # another state
    assert (await client.get(back.replace("state=", "state=x"))).status_code == 400
    kept = dict(client.cookies)
    assert (await client.get(back)).status_code == 303
    again = await client.get(back)
    assert again.status_code == 400  # the cookie is gone
    async with another(client) as thief:
        thief.cookies.update(kept)
        used = await thief.get(back)
        assert used.status_code == 503  # the code is used up
    mixed = (await back_at(client)).replace("iss=http", "iss=https")
    assert (await client.get(mixed)).status_code == 403
    unsaid = (await back_at(client)).replace("iss=", "was=")
    assert (await client.get(unsaid)).status_code == 403


async def test_a_stolen_code_is_worth_nothing_in_another_browser(
    client: httpx.AsyncClient, provider: Provider
) -> None:
    code = (await back_at(client)).partition("code=")[2]
    async with another(client) as thief:
        own = await back_at(thief)
        reply = await thief.get(f"{own.partition('code=')[0]}code={code}")
        assert reply.status_code == 503  # PKCE
        assert "asker" not in thief.cookies


async def test_what_the_provider_refuses_or_cannot(
    client: httpx.AsyncClient, provider: Provider
) -> None:
    provider.refuses = "access_denied"
    reply = await sign_in(client)
    assert reply.status_code == 403
    assert "Nothing has changed" in reply.text
    provider.refuses = "temporarily_unavailable"
    assert (await sign_in(client)).status_code == 503


async def test_a_provider_that_says_what_cannot_be(
    client: httpx.AsyncClient, provider: Provider
) -> None:
    for about in (
        {"issuer": "http://127.0.0.1:1"},
        {"token_endpoint": "http://id.example.org/token"},
        {"jwks_uri": 7},
    ):
        provider.about = about
        assert (await client.get("/sign-in")).status_code == 503
    assert (await client.get("/history")).status_code == 200
    provider.about = {}
    assert (await client.get("/sign-in")).status_code == 303


async def test_pages_of_others_begin_nothing(client: httpx.AsyncClient) -> None:
    foreign = {"sec-fetch-site": "cross-site"}
    assert (await client.get("/sign-in", headers=foreign)).status_code == 403
    assert (await client.post("/sign-out", headers=foreign)).status_code == 403


async def test_operators_get_the_role_of_their_account(
    client: httpx.AsyncClient, parts: Parts, provider: Provider
) -> None:
    assert "Sign in with Lantern ID" in (await client.get("/console/sign-in")).text
    here = "/sign-in?for=console"
    provider.person = {"sub": "mei", "name": "Mei", "realm": {"roles": ["bosses", "writers"]}}
    reply = await sign_in(client, here)
    assert (reply.status_code, reply.headers["location"]) == (303, "/console")
    assert (await client.get("/console/operators")).status_code == 200
    people = parts.store.operators()
    async with another(client) as other:
        provider.person = {"sub": "eve", "name": "Mei", "realm": {"roles": [7]}}
        await sign_in(other, here)
        assert (await other.get("/console/operators")).status_code == 403
        names = {each.name: each.role for each in await people.operators()}
        assert names == {"Mei": "owner", "Mei 2": "editor"}  # a name alone makes nobody
        provider.person = {"sub": "eve", "realm": {"roles": ["bosses"]}}
        await sign_in(other, here)
        assert (await other.get("/console/operators")).status_code == 200
        provider.person = {"sub": "eve", "name": "<b>Eve", "realm": {"roles": ["readers"]}}
        async with another(client) as third:
            refused = await sign_in(third, here)
            assert refused.status_code == 403
            assert "“bEve” has no role" in refused.text
        assert (await other.get("/console")).status_code == 303  # signed out everywhere
    deeds = [deed.code for deed in await people.deeds(limit=9)]
    assert deeds.count("signed_in_elsewhere") == 3
    assert "sign_in_failed" in deeds


async def test_a_removed_operator_comes_in_only_as_the_account_allows(
    client: httpx.AsyncClient, parts: Parts, provider: Provider
) -> None:
    people, here = parts.store.operators(), "/sign-in?for=console"
    provider.person = {"sub": "mei", "name": "Mei", "realm": {"roles": ["bosses"]}}
    await sign_in(client, here)
    provider.person = {"sub": "eve", "name": "Eve", "realm": {"roles": ["writers"]}}
    async with another(client) as other:
        await sign_in(other, here)
        eve = await people.operator("Eve")
        assert eve is not None
        assert eve.password == ""
        await people.remove_operator(eve.id)
        assert (await other.get("/console")).status_code == 303
        await sign_in(other, here)
        again = await people.operator("Eve")
        assert again is not None
        assert again.id != eve.id


async def test_what_the_token_leaves_out_is_asked_for(
    client: httpx.AsyncClient, provider: Provider
) -> None:
    here = "/sign-in?for=console"
    provider.about = {"userinfo_endpoint": f"{provider.issuer}/userinfo"}
    provider.person = {"sub": "mei", "name": "Mei"}
    provider.tells = {"realm": {"roles": ["bosses"]}, "name": "Somebody else"}
    assert (await sign_in(client, here)).status_code == 303
    page = await client.get("/console/operators")
    assert page.status_code == 200
    assert "Mei" in page.text
    assert "Somebody else" not in page.text  # what is signed counts first
    provider.tells = {"sub": "eve", "realm": {"roles": ["bosses"]}}
    assert (await sign_in(client, here)).status_code == 403
    provider.tells = {"realm": {"roles": ["readers"]}}
    assert (await sign_in(client, here)).status_code == 403
    provider.person |= {"realm": {"roles": ["bosses"]}}
    provider.asked.clear()
    assert (await sign_in(client, here)).status_code == 303
    assert "/userinfo" not in provider.asked  # everything was there


async def test_a_plan_that_is_told_beside_the_token(
    client: httpx.AsyncClient, parts: Parts, provider: Provider
) -> None:
    provider.about = {"userinfo_endpoint": f"{provider.issuer}/userinfo"}
    provider.person = {"sub": "ann"}
    provider.tells = {"groups": ["friends"]}
    assert (await sign_in(client)).status_code == 303
    assert await parts.store.accounts().plan(name_of(client)) == "friend"


async def test_without_a_place_to_ask_it_is_as_if_nothing_were_told(
    client: httpx.AsyncClient, parts: Parts, provider: Provider
) -> None:
    provider.person = {"sub": "ann"}
    provider.tells = {"groups": ["friends"]}
    assert (await sign_in(client)).status_code == 303
    assert await parts.store.accounts().plan(name_of(client)) == ""
    assert (await sign_in(client, "/sign-in?for=console")).status_code == 403


async def test_a_place_to_ask_that_does_not_answer(
    client: httpx.AsyncClient, provider: Provider
) -> None:
    provider.about = {"userinfo_endpoint": f"{provider.issuer}/nowhere"}
    provider.person = {"sub": "ann"}
    assert (await sign_in(client)).status_code == 503
    assert "asker" not in client.cookies


async def test_signing_out_there_too(client: httpx.AsyncClient, provider: Provider) -> None:
    provider.about = {"end_session_endpoint": f"{provider.issuer}/end?realm=1"}
    await sign_in(client)
    out = await client.post("/sign-out")
    assert out.headers["location"] == "/history?out=1"
    assert "asker" not in client.cookies
    assert 'href="/sign-out/there"' in (await client.get("/history?out=1")).text
    assert "/sign-out/there" not in (await client.get("/history")).text
    there = await client.get("/sign-out/there")
    assert there.headers["location"] == f"{provider.issuer}/end?realm=1&client_id={CLIENT}"
    foreign = {"sec-fetch-site": "cross-site"}
    assert (await client.get("/sign-out/there", headers=foreign)).status_code == 403


async def test_operators_sign_out_there_too(client: httpx.AsyncClient, provider: Provider) -> None:
    provider.about = {"end_session_endpoint": f"{provider.issuer}/end"}
    provider.person = {"sub": "mei", "realm": {"roles": ["bosses"]}}
    await sign_in(client, "/sign-in?for=console")
    page = (await client.get("/console")).text
    token = page.partition('name="csrf" value="')[2].partition('"')[0]
    out = await client.post("/console/sign-out", data={"csrf": token})
    assert out.headers["location"] == "/sign-out?for=console"
    ended = await client.get(out.headers["location"])
    assert ended.headers["location"] == "/console/sign-in?out=1"
    assert 'href="/sign-out/there"' in (await client.get("/console/sign-in?out=1")).text


@pytest.mark.parametrize(
    "about", [{}, {"end_session_endpoint": None}, {"end_session_endpoint": "http://id.example.org"}]
)
async def test_where_nobody_can_be_signed_out_there(
    client: httpx.AsyncClient, provider: Provider, about: dict[str, Any]
) -> None:
    provider.about = about
    await sign_in(client)
    assert (await client.post("/sign-out")).headers["location"] == "/history"
    assert (await client.get("/sign-out/there")).headers["location"] == "/history"


async def test_without_a_provider_there_is_no_such_way(tmp_path: Path) -> None:
    async with open_parts(settings_of(tmp_path)) as plain, client_of(plain) as client:
        for path in ("/sign-in", "/sign-in/back"):
            assert (await client.get(path)).status_code == 404
        assert "/sign-in" not in (await client.get("/history")).text
