"""Every failure is a problem document, in the caller's language, without a stack trace."""

import json
from pathlib import Path

import httpx
import pytest

from dengmi.core.errors import Unavailable
from dengmi.server.parts import Parts
from dengmi.server.problems import problem
from dengmi.wire import open_parts
from tests.http.conftest import client_of, settings_of

JSON = {"content-type": "application/json"}
DEEP = b'{"question":' + b"[" * 30_000 + b"]" * 30_000 + b"}"

BAD_BODIES = [
    (b"", 400, "json_bad"),
    (b"{", 400, "json_bad"),
    (b'{"question":"\xff\xfe"}', 400, "json_bad"),
    (b'{"question":"\\ud800"}', 400, "json_bad"),
    (DEEP, 400, "json_deep"),
    (b"[" * 60_000, 400, "json_deep"),
    (b"[]", 422, "fields_bad"),
    (b"{}", 422, "fields_bad"),
    (b'{"question":5}', 422, "fields_bad"),
    (b'{"question":null}', 422, "fields_bad"),
    (b'{"question":"?","level":"top"}', 422, "fields_bad"),
    (b'{"question":"?","desk":["a"]}', 422, "fields_bad"),
    (b'{"question":"   "}', 400, "question_empty"),
    (b'{"question":"\\u0000"}', 400, "question_empty"),
    (json.dumps({"question": "a" * 2_001}).encode(), 400, "question_too_long"),
    (json.dumps({"question": "a" * 70_000}).encode(), 413, "body_too_large"),
]


def check(reply: httpx.Response, status: int, code: str) -> dict[str, object]:
    assert reply.status_code == status, reply.text
    assert reply.headers["content-type"] == "application/problem+json"
    shape = reply.json()
    assert set(shape) >= {"type", "title", "status", "detail", "code"}
    assert (shape["status"], shape["code"]) == (status, code)
    assert "Traceback" not in reply.text
    assert "{" not in shape["detail"]
    return dict(shape)


@pytest.mark.parametrize(("body", "status", "code"), BAD_BODIES)
async def test_bad_bodies(client: httpx.AsyncClient, body: bytes, status: int, code: str) -> None:
    check(await client.post("/api/v1/answers", content=body, headers=JSON), status, code)


async def test_every_field_at_fault_is_named(client: httpx.AsyncClient) -> None:
    body = {"limti": 3, "limit": 0, "desk": 7, "colour": "red"}
    reply = await client.post("/api/v1/search", json=body)
    shape = check(reply, 422, "fields_bad")
    fields = {row["field"]: row for row in shape["fields"]}  # type: ignore[attr-defined]
    assert set(fields) == {"limti", "limit", "desk", "colour", "query"}
    assert "limit" in fields["limti"]["detail"]
    assert "50" in fields["limit"]["detail"]
    assert fields["query"]["code"] == "field_missing"


@pytest.mark.parametrize("kind", ["", "text/plain", "application/x-www-form-urlencoded"])
async def test_only_json_is_taken(client: httpx.AsyncClient, kind: str) -> None:
    reply = await client.post(
        "/api/v1/answers", content=b'{"question":"?"}', headers={"content-type": kind}
    )
    check(reply, 415, "media_type_wrong")


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/api/v1/nothing", "path_unknown"),
        ("/api/v1/answers/an_none", "answer_unknown"),
        ("/api/v1/answers/%00", "answer_unknown"),
        ("/api/v1/articles/none", "article_unknown"),
        ("/api/v1/articles/a%2Fb%00c", "article_unknown"),
        ("/api/v1/articles/none?desk=nope", "desk_unknown"),
        ("/api/v1/desks/nope/sources", "desk_unknown"),
        ("/api/v1/desks/%00/sources", "desk_unknown"),
    ],
)
async def test_what_is_not_there(client: httpx.AsyncClient, path: str, code: str) -> None:
    check(await client.get(path), 404, code)


async def test_a_wrong_method_names_the_right_ones(client: httpx.AsyncClient) -> None:
    reply = await client.put("/api/v1/answers", json={})
    shape = check(reply, 405, "method_not_allowed")
    assert "POST" in str(shape["detail"])
    assert "POST" in reply.headers["allow"]


async def test_the_language_of_the_caller(client: httpx.AsyncClient) -> None:
    reply = await client.post(
        "/api/v1/answers", json={}, headers={"accept-language": "zh-CN,zh;q=0.9,en;q=0.5"}
    )
    shape = check(reply, 422, "fields_bad")
    assert shape["title"] == "内容无法使用"
    assert reply.headers["content-language"] == "zh"


async def test_a_fault_of_ours_shows_no_trace(parts: Parts, client: httpx.AsyncClient) -> None:
    await parts.store.close()
    reply = await client.post("/api/v1/answers", json={"question": "Is anybody there?"})
    assert reply.status_code in (500, 503)
    assert reply.headers["content-type"] == "application/problem+json"
    assert "Traceback" not in reply.text
    assert "sqlite" not in reply.text.lower()


@pytest.mark.parametrize("path", ["/", "/articles/x", "/api/v1/desks"])
async def test_a_foreign_name_that_leads_here_is_refused(
    client: httpx.AsyncClient, path: str
) -> None:
    for host in ("evil.example", "evil.example:8321", "localhost.evil.example", "127.0.0.1.nip.io"):
        reply = await client.get(path, headers={"host": host})
        assert reply.status_code == 421
    for host in ("localhost:1", "127.0.0.1", "[::1]:8321", "192.0.2.1", "dengmi.localhost"):
        reply = await client.get(path, headers={"host": host})
        assert reply.status_code != 421


async def test_the_public_name_is_let_in(tmp_path: Path) -> None:
    settings = settings_of(tmp_path / "home", DENGMI_SERVER_PUBLIC_URL="https://ask.example.org/")
    async with open_parts(settings) as parts, client_of(parts) as client:
        for host, status in (("ask.example.org", 200), ("other.example.org", 421)):
            assert (await client.get("/", headers={"host": host})).status_code == status


async def test_a_long_path_is_not_said_back_whole(client: httpx.AsyncClient) -> None:
    shape = check(await client.get("/" + "a" * 50_000), 404, "path_unknown")
    assert len(str(shape["detail"])) < 400


@pytest.mark.parametrize("code", ["store_full", "store_unreachable", "store_cannot_open"])
def test_where_the_server_keeps_its_things_is_for_its_log(
    code: str, caplog: pytest.LogCaptureFixture
) -> None:
    error = Unavailable(code, where="/srv/home/dengmi.sqlite", reason="disk 7")
    told = json.loads(bytes(problem(error, "zh").body))
    assert (told["status"], told["code"]) == (503, code)
    assert "数据库" in told["detail"]
    assert "/srv" not in str(told)
    assert "/srv/home/dengmi.sqlite" in caplog.text
    assert "disk 7" in caplog.text
