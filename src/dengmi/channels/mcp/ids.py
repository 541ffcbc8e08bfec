"""Ids of articles as programs see them: one word that says all, wherever it is sent back."""

import base64
import binascii

from dengmi.core.plain import clean
from dengmi.core.records import Head


def id_of(head: Head) -> str:
    """The id of an article, with its desk in it."""
    raw = f"{head.desk}/{head.id}".encode("utf-8", "surrogatepass")
    return base64.urlsafe_b64encode(raw).decode("ascii").rstrip("=")


def parted(said: str) -> tuple[str, str] | None:
    """(desk, article id) of such an id; None for what is none."""
    padded = said.strip() + "=" * (-len(said.strip()) % 4)
    try:
        raw = base64.b64decode(padded, altchars=b"-_", validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        return None
    desk, slash, article = raw.partition("/")
    if not slash or not desk or not article or clean(raw) != raw:
        return None
    return desk, article
