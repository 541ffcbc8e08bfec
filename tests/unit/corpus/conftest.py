"""A corpus of its own, and a real web server on loopback whose pages a test lays out by hand."""

import threading
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from dengmi.core.clock import SystemClock
from dengmi.core.errors import Unreadable
from dengmi.corpus.corpus import Corpus
from dengmi.corpus.extract.child import Reader
from dengmi.search.searcher import Searcher
from dengmi.settings.options import Settings
from dengmi.store.open import open_store
from dengmi.store.store import SqlStore

Bench = tuple[Corpus, SqlStore]


@dataclass
class Page:
    """What the server answers at a path."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


Answer = Page | Callable[[BaseHTTPRequestHandler], Page | None]


class Web:
    """Pages by path; `seen` records (path, headers) of every request."""

    def __init__(self) -> None:
        self.pages: dict[str, Answer] = {}
        self.seen: list[tuple[str, Mapping[str, str]]] = []
        web = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                web.seen.append((self.path, dict(self.headers.items())))
                answer = web.pages.get(self.path, Page(b"nothing here", 404))
                page = answer if isinstance(answer, Page) else answer(self)
                if page is None:  # the test has answered by itself
                    self.close_connection = True
                    return
                self.send_response(page.status)
                headers = {"Content-Type": "text/html; charset=utf-8"} | dict(page.headers)
                if "Transfer-Encoding" not in headers:
                    headers.setdefault("Content-Length", str(len(page.body)))
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(page.body)

            def log_message(self, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()

    @property
    def port(self) -> int:
        return self.server.server_address[1]

    def at(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def put(self, path: str, body: str | bytes, status: int = 200, **headers: str) -> str:
        raw = body.encode() if isinstance(body, str) else body
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.pages[path] = Page(raw, status, named)
        return self.at(path)

    def paths(self) -> list[str]:
        return [path for path, _ in self.seen]

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def web() -> Iterator[Web]:
    server = Web()
    yield server
    server.close()


@pytest.fixture
def other_web() -> Iterator[Web]:
    server = Web()
    yield server
    server.close()


@asynccontextmanager
async def corpus_of(settings: Settings) -> AsyncIterator[Bench]:
    """A corpus over a store and an index of their own, and the store."""
    settings.home.mkdir()
    store = open_store(settings.store_address)
    await store.open()
    search = Searcher(store, settings.index_folder, SystemClock())
    await search.open()
    yield Corpus(store, search, settings, SystemClock()), store
    await search.close()
    await store.close()


def fails(reader: Reader, path: Path) -> str:
    """The code with which a file is refused."""
    with pytest.raises(Unreadable) as caught:
        reader.read(path)
    return caught.value.code
