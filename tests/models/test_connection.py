"""Connections to an endpoint over real sockets: heads, bodies, proxies, TLS, and what breaks."""

import asyncio
import ssl
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from dengmi.models import connection as module
from dengmi.models.connection import Connection, Reply, Unreachable
from dengmi.models.http1 import MOST_WAITING, Lost

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@asynccontextmanager
async def serving(handler: Handler, context: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """A server of bare connections; its port."""
    running: set[asyncio.Future[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await handler(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.transport.abort()
            with suppress(ConnectionError, ssl.SSLError):
                await writer.wait_closed()

    def begin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        running.add(asyncio.ensure_future(connected(reader, writer)))

    listening = await asyncio.start_server(begin, "127.0.0.1", 0, ssl=context)
    async with listening:
        yield listening.sockets[0].getsockname()[1]
        for each in running:
            each.cancel()
        await asyncio.gather(*running, return_exceptions=True)


@asynccontextmanager
async def connection() -> AsyncIterator[Connection]:
    pool = Connection(4)
    try:
        yield pool
    finally:
        await pool.close()


async def whole(reply: Reply) -> bytes:
    """The body to its end; the connection is given back."""
    body = b""
    try:
        while part := await reply.read():
            body += part
    finally:
        reply.close()
    return body


async def head_of(reader: asyncio.StreamReader) -> bytes:
    """The head of a request, its body read away."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = head.lower().partition(b"content-length:")[2].split(b"\r\n")[0]
    await reader.readexactly(int(length or 0))
    return head


def saying(answer: bytes, heads: list[bytes] | None = None) -> Handler:
    """Answers every request with these bytes, one at a time in small pieces."""

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            head = await head_of(reader)
            if heads is not None:
                heads.append(head)
            for at in range(0, len(answer), 7):
                writer.write(answer[at : at + 7])
                await writer.drain()
                await asyncio.sleep(0)

    return handler


def closing(answer: bytes) -> Handler:
    """Answers once and closes."""

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await head_of(reader)
        writer.write(answer)
        writer.write_eof()
        await reader.read()

    return handler


@pytest.mark.parametrize(
    "answer",
    [
        OK,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\no\r\n1\r\nk\r\n0\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n" + OK,
        b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + OK,
    ],
)
async def test_bodies_of_every_form_leave_the_connection_for_the_next(answer: bytes) -> None:
    heads: list[bytes] = []
    async with serving(saying(answer, heads)) as port, connection() as pool:
        ports = set()
        for _ in range(3):
            reply = await pool.post(f"http://127.0.0.1:{port}/v1/chat?a=b c", {"灯": 1.5}, {})
            ports.add(id(reply._wire))
            assert reply.status == 200
            assert reply.header("link") == ""
            assert await whole(reply) == b"ok"
        assert len(ports) == 1
    assert heads[0].startswith(b"POST /v1/chat?a=b%20c HTTP/1.1\r\n")
    assert f"Host: 127.0.0.1:{port}\r\n".encode() in heads[0]


@pytest.mark.parametrize("version", [b"1.0", b"1.1"])
async def test_a_body_without_a_length_ends_with_the_connection(version: bytes) -> None:
    answer = b"HTTP/" + version + b" 200 OK\r\nConnection: close\r\n\r\nall of it"
    async with serving(closing(answer)) as port, connection() as pool:
        for _ in range(2):
            reply = await pool.get(f"http://127.0.0.1:{port}/", {})
            assert await whole(reply) == b"all of it"


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nhalf",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhal",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\nnonsense\r\n",
    ],
)
async def test_a_body_that_is_cut_off_is_no_whole_one(answer: bytes) -> None:
    async with serving(closing(answer)) as port, connection() as pool:
        reply = await pool.get(f"http://127.0.0.1:{port}/", {})
        with pytest.raises(Lost):
            await whole(reply)


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000,
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nabc",
    ],
)
async def test_what_is_no_response_is_lost(answer: bytes) -> None:
    async with serving(closing(answer)) as port, connection() as pool:
        with pytest.raises(Lost):
            await pool.get(f"http://127.0.0.1:{port}/", {})


async def test_bytes_that_nobody_asked_for_spoil_the_connection() -> None:
    async with serving(saying(OK + OK)) as port, connection() as pool:
        wires = []
        for _ in range(2):
            reply = await pool.get(f"http://127.0.0.1:{port}/", {})
            wires.append(reply._wire)
            assert await whole(reply) == b"ok"
            await asyncio.sleep(0.05)
        assert wires[0] is not wires[1]


async def test_a_reply_that_is_not_read_to_its_end_gives_up_its_connection() -> None:
    hung_up = asyncio.Event()

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await head_of(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf")
        if not await reader.read():
            hung_up.set()

    async with serving(handler) as port, connection() as pool:
        reply = await pool.get(f"http://127.0.0.1:{port}/", {})
        assert await reply.read() == b"half"
        reply.close()
        async with asyncio.timeout(20):
            await hung_up.wait()


async def test_who_reads_slowly_is_not_sent_more_than_fits() -> None:
    size = 40 * MOST_WAITING
    sent = 0

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        await head_of(reader)
        writer.write(f"HTTP/1.1 200 OK\r\nContent-Length: {size}\r\n\r\n".encode())
        while sent < size:
            writer.write(b"x" * MOST_WAITING)
            await writer.drain()
            sent += MOST_WAITING

    async with serving(handler) as port, connection() as pool:
        reply = await pool.get(f"http://127.0.0.1:{port}/", {})
        await asyncio.sleep(0.3)
        assert len(b"".join(reply._wire._body)) <= 3 * MOST_WAITING
        assert sent < size
        assert len(await whole(reply)) == size


async def test_compressed_answers_are_refused_with_a_reason() -> None:
    answer = b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 2\r\n\r\nok"
    async with serving(saying(answer)) as port, connection() as pool:
        with pytest.raises(Unreachable, match="compressed"):
            await pool.get(f"http://127.0.0.1:{port}/", {})


async def test_name_and_word_in_an_address_are_sent_as_basic_login() -> None:
    heads: list[bytes] = []
    async with serving(saying(OK, heads)) as port, connection() as pool:
        url = f"http://lan:t%20ern@127.0.0.1:{port}/"
        await whole(await pool.get(url, {}))
        await whole(await pool.get(url, {"Authorization": "Bearer own"}))
    assert b"Authorization: Basic bGFuOnQgZXJu\r\n" in heads[0]
    assert b"Basic" not in heads[1]
    assert b"lan:" not in heads[0]


async def test_nobody_there() -> None:
    async with serving(saying(OK)) as port:
        pass
    async with connection() as pool:
        with pytest.raises(Unreachable):
            await pool.get(f"http://127.0.0.1:{port}/", {})


async def test_a_host_that_does_not_answer_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    async def silent(*_: object, **__: object) -> None:
        await asyncio.sleep(30)

    monkeypatch.setattr(module, "CONNECT", 0.1)
    monkeypatch.setattr(asyncio.get_running_loop(), "create_connection", silent)
    async with connection() as pool:
        with pytest.raises(Unreachable, match="in time"):
            await pool.get("http://endpoint.example/", {})


async def test_a_proxy_of_the_environment_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    heads: list[bytes] = []
    async with serving(saying(OK, heads)) as port, connection() as pool:
        monkeypatch.setenv("http_proxy", f"http://me:word@127.0.0.1:{port}")
        monkeypatch.setenv("no_proxy", "direct.example")
        assert await whole(await pool.get("http://endpoint.example/v1", {})) == b"ok"
    assert heads[0].startswith(b"GET http://endpoint.example/v1 HTTP/1.1\r\n")
    assert b"Host: endpoint.example\r\n" in heads[0]
    assert b"Proxy-Authorization: Basic bWU6d29yZA==\r\n" in heads[0]


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for endpoint.example and 127.0.0.1 with its key, signed by itself."""
    file = tmp_path_factory.mktemp("tls") / "own.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-subj", "/CN=endpoint.example", "-keyout", f"{file}.key", "-out", str(file)),
            *("-addext", "subjectAltName=DNS:endpoint.example,IP:127.0.0.1"),
        ],
        check=True,
        capture_output=True,
    )
    file.write_text(file.read_text() + Path(f"{file}.key").read_text())
    return file


def _server_side(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


async def test_an_endpoint_with_tls(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with serving(saying(OK), _server_side(certificate)) as port:
        async with connection() as pool:
            with pytest.raises(Unreachable, match=r"(?i)certificate"):
                await pool.get(f"https://127.0.0.1:{port}/", {})
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        async with connection() as pool:
            for _ in range(2):
                reply = await pool.post(f"https://127.0.0.1:{port}/", {"a": 1}, {})
                assert await whole(reply) == b"ok"


async def test_a_tunnel_through_a_proxy(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bytes] = []
    async with serving(saying(OK), _server_side(certificate)) as port:

        async def proxy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            asked.append(await reader.readuntil(b"\r\n\r\n"))
            there, onward = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            try:
                await asyncio.gather(_carry(reader, onward), _carry(there, writer))
            finally:
                onward.transport.abort()

        async with serving(proxy) as door:
            monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{door}")
            monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
            async with connection() as pool:
                for _ in range(2):
                    reply = await pool.post("https://endpoint.example/v1", {"a": 1}, {})
                    assert await whole(reply) == b"ok"
    assert [each.split(b"\r\n")[0] for each in asked] == [b"CONNECT endpoint.example:443 HTTP/1.1"]


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(4096):
        writer.write(data)
        await writer.drain()


async def test_a_proxy_that_refuses_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    refusal = b"HTTP/1.1 407 Who are you\r\nContent-Length: 0\r\n\r\n"
    async with serving(closing(refusal)) as port, connection() as pool:
        monkeypatch.setenv("https_proxy", f"127.0.0.1:{port}")
        with pytest.raises(Unreachable, match="proxy: HTTP 407"):
            await pool.get("https://endpoint.example/v1", {})
    async with connection() as pool:
        monkeypatch.setenv("https_proxy", "socks5://127.0.0.1:9")
        with pytest.raises(Unreachable, match="proxy: not an http"):
            await pool.get("https://endpoint.example/v1", {})
