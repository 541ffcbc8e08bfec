"""HTTP requests as the endpoints of the benchmarks read them."""

import re
from typing import NamedTuple

_LENGTH = re.compile(rb"(?i)\r\ncontent-length: *(\d+)")


class Request(NamedTuple):
    """A request that came whole; `rest` is what stands behind it."""

    method: str
    path: str
    body: bytes
    rest: bytes


def request_in(read: bytes) -> Request | None:
    """The first request in what has been read; None where it is not whole yet."""
    head, found, body = read.partition(b"\r\n\r\n")
    length = _LENGTH.search(head)
    size = int(length[1]) if length else 0
    if not found or len(body) < size:
        return None
    method, path, _ = head.split(b"\r\n", 1)[0].decode().split(" ")
    return Request(method, path, body[:size], body[size:])
