"""Names for things: random ids for what happens once, hashed ids for what must stay the same."""

import base64
import hashlib
import os


def new_id(prefix: str) -> str:
    """A fresh id such as "q_5k3…": 80 random bits, lower case, safe in addresses."""
    return f"{prefix}_{_letters(os.urandom(10))}"


def stable_id(prefix: str, *parts: str) -> str:
    """The same id for the same parts, on every machine: 80 bits of BLAKE2b."""
    digest = hashlib.blake2b(digest_size=10)
    for part in parts:
        raw = part.encode("utf-8", "surrogatepass")
        digest.update(len(raw).to_bytes(8, "big"))
        digest.update(raw)
    return f"{prefix}_{_letters(digest.digest())}"


def content_hash(*parts: str) -> str:
    """128 bits of BLAKE2b over the parts, as hex: the version of a text."""
    digest = hashlib.blake2b(digest_size=16)
    for part in parts:
        raw = part.encode("utf-8", "surrogatepass")
        digest.update(len(raw).to_bytes(8, "big"))
        digest.update(raw)
    return digest.hexdigest()


def _letters(raw: bytes) -> str:
    return base64.b32encode(raw).decode("ascii").lower().rstrip("=")
