"""Names for things: random ids for what happens once, hashed ids for what must stay the same."""

import hashlib
import os
from collections.abc import Sequence
from itertools import product


def new_id(prefix: str) -> str:
    """A fresh id such as "q_5k3…": 80 random bits, lower case, safe in addresses."""
    return f"{prefix}_{_letters(_random())}"


def stable_id(prefix: str, *parts: str) -> str:
    """The same id for the same parts, on every machine: 80 bits of BLAKE2b."""
    digest = hashlib.blake2b(_framed(parts), digest_size=10)
    return f"{prefix}_{_letters(digest.digest())}"


def content_hash(*parts: str) -> str:
    """128 bits of BLAKE2b over the parts, as hex: the version of a text."""
    return hashlib.blake2b(_framed(parts), digest_size=16).hexdigest()


def _framed(parts: Sequence[str]) -> bytes:
    """The parts, each behind its length."""
    raw = [part.encode("utf-8", "surrogatepass") for part in parts]
    return b"".join([piece for each in raw for piece in (len(each).to_bytes(8, "big"), each)])


def _random() -> bytes:
    """Ten bytes of a stock of random ones: asking the system lets go of the interpreter, which
    other threads then hold for a while, so it is asked once for many ids. A process has a stock of
    its own, also one that began as a copy of another."""
    global _stock  # noqa: PLW0603 - nothing else has to do with it
    process, left = _stock
    if process == os.getpid():
        try:
            return left.pop()
        except IndexError:  # used up, by this thread or another
            pass
    whole = os.urandom(10 * _AT_ONCE)
    first, *more = (whole[at : at + 10] for at in range(0, len(whole), 10))
    _stock = os.getpid(), more
    return first


_AT_ONCE = 64
"""Ids for which random bytes are asked for at once."""

_stock: tuple[int, list[bytes]] = (0, [])
"""Whose it is, and what is left of it. Threads share it: taking from its end is one step."""


_PAIRS = tuple(map("".join, product("abcdefghijklmnopqrstuvwxyz234567", repeat=2)))
"""What ten bits are in base 32 (RFC 4648), in lower case."""


def _letters(raw: bytes) -> str:
    """Ten bytes in base 32; half the time that `base64` takes."""
    bits = int.from_bytes(raw, "big")
    return "".join([_PAIRS[bits >> at & 1023] for at in range(70, -1, -10)])
