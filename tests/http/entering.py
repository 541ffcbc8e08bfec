"""How an operator gets into the console."""

import re

import httpx

from dengmi.core.operators import Invite
from dengmi.server.console.door import hashed
from dengmi.server.parts import Parts

WORDS = "a lantern over the bridge"


def csrf(page: httpx.Response) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', page.text)
    assert found, page.text
    return found[1]


async def enter(client: httpx.AsyncClient, link: str, name: str) -> httpx.Response:
    """Use a link up; the reply to it."""
    token = csrf(await client.get(link))
    given = {"csrf": token, "name": name, "password": WORDS, "again": WORDS}
    return await client.post(link, data=given)


async def sign_in(client: httpx.AsyncClient, name: str, password: str = WORDS, **more: str):
    token = csrf(await client.get("/console/sign-in"))
    given = {"csrf": token, "name": name, "password": password, **more}
    return await client.post("/console/sign-in", data=given)


async def other(parts: Parts, owner: httpx.AsyncClient, role: str) -> httpx.AsyncClient:
    """Another client of the same application, signed in with a role."""
    client = httpx.AsyncClient(transport=owner._transport, base_url=owner.base_url)
    invite = Invite(id=hashed(f"token-of-{role}"), role=role, until=1e12)  # type: ignore[arg-type]
    await parts.store.operators().put_invite(invite)
    assert (await enter(client, f"/console/join/token-of-{role}", role)).status_code == 303
    return client
