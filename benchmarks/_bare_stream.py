"""The least that a stream can be: an ASGI application that sends events of the size of a sentence
of an answer, one after the other, to each of those who opened it, at times of their own.

    uvicorn --app-dir benchmarks _bare_stream:app
"""

import asyncio
import json
import time
from typing import Any
from urllib.parse import parse_qs

FILL = "x" * 420


async def app(scope: Any, receive: Any, send: Any) -> None:
    """Every path streams; the query says how many `events`, and one `every` so many seconds."""
    if scope["type"] != "http":
        return
    if scope["method"] == "GET":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"ok"})
        return
    while (await receive()).get("more_body"):
        pass
    asked = parse_qs(scope["query_string"].decode())
    many, every = int(asked["events"][0]), float(asked["every"][0])
    headers = [(b"content-type", b"text/event-stream")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    due = time.time()
    for _ in range(many):
        due += every
        await asyncio.sleep(max(0.0, due - time.time()))
        data = json.dumps({"due": due, "text": FILL}).encode()
        body = b"event: text\ndata: " + data + b"\n\n"
        await send({"type": "http.response.body", "body": body, "more_body": True})
    await send({"type": "http.response.body", "body": b"event: done\ndata: {}\n\n"})
