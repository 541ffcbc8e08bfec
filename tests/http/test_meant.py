"""Pages of elsewhere cannot make a browser ask: that would cost money, and count for its reader."""

import httpx
import pytest

from dengmi.server.parts import Parts

ELSEWHERE = [
    {"origin": "https://elsewhere.example"},
    {"origin": "null"},
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site", "origin": "http://127.0.0.1:1"},
]


async def _questions(parts: Parts) -> int:
    return (await parts.store.counts())["questions"]


@pytest.mark.parametrize("headers", ELSEWHERE, ids=["origin", "null", "cross", "neighbour"])
async def test_a_form_of_another_site_asks_nothing(
    parts: Parts, client: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    before = await _questions(parts)
    reply = await client.post("/", data={"q": "When does the walk open?"}, headers=headers)
    assert (reply.status_code, reply.json()["code"]) == (403, "asked_elsewhere")
    assert await _questions(parts) == before


@pytest.mark.parametrize("dest", ["image", "iframe", "script", "empty"])
async def test_a_picture_or_a_frame_in_another_site_asks_nothing(
    parts: Parts, client: httpx.AsyncClient, dest: str
) -> None:
    headers = {"sec-fetch-site": "cross-site", "sec-fetch-dest": dest}
    before = await _questions(parts)
    reply = await client.get("/?q=When+does+it+open", headers=headers)
    assert reply.status_code == 200
    assert await _questions(parts) == before


async def test_links_of_other_sites_and_the_own_page_ask(
    parts: Parts, client: httpx.AsyncClient
) -> None:
    before = await _questions(parts)
    link = {"sec-fetch-site": "cross-site", "sec-fetch-dest": "document"}
    await client.get("/?q=When+does+the+walk+open", headers=link)
    own = {"sec-fetch-site": "same-origin", "origin": str(client.base_url).rstrip("/")}
    reply = await client.post("/", data={"q": "When does it close?"}, headers=own)
    assert reply.status_code == 200
    plain = {"origin": str(client.base_url).rstrip("/")}  # plain http: no Sec-Fetch-Site
    assert (await client.post("/", data={"q": "And why?"}, headers=plain)).status_code == 200
    assert await _questions(parts) == before + 3
