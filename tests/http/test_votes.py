"""Whose thumb counts over HTTP, and that a request's key is looked up once."""

from hashlib import sha256
from pathlib import Path

import httpx
import pytest

from dengmi.core.operators import AccessKey, Scope
from dengmi.server import rights
from dengmi.server.parts import Parts
from dengmi.server.rights import MadeKeys
from tests.http.conftest import client_of, scripted
from tests.http.test_problems import check

SETTINGS = """
[limits]
address_rate = 0.05
address_burst = 4

[models.try]
kind = "scripted"
model = "script.toml"

[keys.app]
key = "secret-of-the-app"
"""
SCRIPT = """
[[answer]]
match = "parking"
text = "It has only twelve parking places. [1.1]"
"""
ASKED = "How many parking places has the old tea factory?"
KEY = {"authorization": "Bearer secret-of-the-app"}


async def written(client: httpx.AsyncClient) -> tuple[str, bool]:
    """Ask with the key: the answer's id, and whether it serves again."""
    reply = await client.post("/api/v1/answers", json={"question": ASKED}, headers=KEY)
    shape = reply.json()
    assert shape["level"] != "quote", shape
    return str(shape["id"]), bool(shape["reused"])


async def down(client: httpx.AsyncClient, answer: str, asker: str = "", **headers: str) -> int:
    body = {"up": False, "asker": asker}
    path = f"/api/v1/answers/{answer}/thumb"
    return (await client.put(path, json=body, headers=headers)).status_code


async def test_names_without_a_key_are_one_vote_an_address(tmp_path: Path) -> None:
    async with (
        scripted(tmp_path, SETTINGS, SCRIPT) as parts,
        client_of(parts, "203.0.113.7") as one,
        client_of(parts, "203.0.113.8") as other,
    ):
        answer, _ = await written(one)
        for name in ("ann", "bob", "cat"):
            assert await down(one, answer, name) == 200
        assert (await written(one))[1]
        assert await down(other, answer) == 200
        assert not (await written(one))[1]
        for _ in range(2):  # thumbs count among what comes from an address
            last = await down(one, answer)
        assert last == 429


@pytest.mark.parametrize("who", ["key", "operator"])
async def test_one_thumb_of_somebody_known_is_enough(tmp_path: Path, who: str) -> None:
    peer = "127.0.0.1" if who == "operator" else "203.0.113.7"
    async with scripted(tmp_path, SETTINGS, SCRIPT) as parts, client_of(parts, peer) as client:
        answer, _ = await written(client)
        assert (await written(client))[1]
        assert await down(client, answer, **(KEY if who == "key" else {})) == 200
        assert not (await written(client))[1]


async def test_a_key_is_looked_up_once_a_request(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = rights.PREFIX + "of-the-tests"
    looks: list[bytes | None] = []
    find = MadeKeys.find

    async def counted(self: MadeKeys, given: bytes | None, scope: Scope) -> str | None:
        looks.append(given)
        return await find(self, given, scope)

    monkeypatch.setattr(MadeKeys, "find", counted)
    made = AccessKey(id=sha256(secret.encode()).hexdigest(), name="made", scopes=("ask",))
    await parts.store.operators().put_key(made)
    asked = {"question": ASKED, "asker": "ann"}
    async with client_of(parts, "203.0.113.7") as client:
        bearer = {"authorization": f"Bearer {secret}"}
        reply = await client.post("/api/v1/answers", json=asked, headers=bearer)
        assert reply.status_code == 200
        assert looks == [secret.encode()]
        answer = await parts.store.answer(reply.json()["id"])
        assert answer is not None
        question = await parts.store.question(answer.question_id)
        assert question is not None
        assert (question.payer, question.asker) == ("made:ann", "made:ann")
        wrong = {"authorization": f"Bearer {secret}s"}
        refused = await client.post("/api/v1/answers", json=asked, headers=wrong)
        check(refused, 401, "key_unknown")
