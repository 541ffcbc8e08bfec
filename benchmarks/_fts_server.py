"""The peer of http_quotes.py: SQLite FTS5 behind the same HTTP server.

It answers POST /answers {"question": …} with the three best passages by BM25, over the same terms
as Dengmi. It chooses no sentence, knows no doubt and records nothing.
    BENCH_FTS=FILE uvicorn _fts_server:app
"""

import os
import sqlite3

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dengmi.language.words import terms

FIND = "SELECT text, bm25(t) FROM t WHERE t MATCH ? ORDER BY rank LIMIT 3"


def words(text: str) -> list[str]:
    """Terms as FTS5 takes them whatever they hold."""
    return [f"x{term.encode().hex()}" for term in terms(text)]


def fill(path: str, passages: list[str]) -> None:
    """Make the file."""
    base = sqlite3.connect(path)
    base.execute("CREATE VIRTUAL TABLE t USING fts5(terms, text UNINDEXED)")
    rows = ((" ".join(words(each)), each) for each in passages)
    base.executemany("INSERT INTO t(terms, text) VALUES (?, ?)", rows)
    base.commit()
    base.close()


def app() -> Starlette:
    """The application over the file named by BENCH_FTS."""
    base = sqlite3.connect(os.environ["BENCH_FTS"])

    async def answer(request: Request) -> Response:
        question = msgspec.json.decode(await request.body())["question"]
        match = " OR ".join(dict.fromkeys(words(question)))
        hits = [{"text": text, "score": -score} for text, score in base.execute(FIND, (match,))]
        return Response(msgspec.json.encode({"hits": hits}), media_type="application/json")

    return Starlette(routes=[Route("/answers", answer, methods=["POST"])])
