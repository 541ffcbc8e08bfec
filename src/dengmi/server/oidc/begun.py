"""What is remembered between leaving for the provider and coming back: one cookie, and no row.

The cookie holds the state of the sign-in with a signature. The nonce and the secret of PKCE
(RFC 7636) are made from the state with a secret of the store, so that a browser cannot be made to
carry those of another one.
"""

import hmac
import re
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal

Purpose = Literal["asker", "operator"]

COOKIE = "dengmi_sign_in"

PATIENCE = 600
"""Seconds that signing in may take."""

_VALUE = re.compile(r"([\w-]{43})\.(asker|operator)\.(\d{1,12})\.([\w-]{43})")


@dataclass(frozen=True, slots=True)
class Begun:
    """A sign-in that was begun. Times are whole Unix seconds."""

    secret: str
    state: str
    purpose: Purpose
    at: int

    @property
    def nonce(self) -> str:
        """What the id token must say."""
        return _made(self.secret, f"nonce {self.state}")

    @property
    def verifier(self) -> str:
        """The secret of PKCE."""
        return _made(self.secret, f"verifier {self.state}")

    @property
    def challenge(self) -> str:
        """What the provider is told of it (S256)."""
        return _words(sha256(self.verifier.encode()).digest())

    @property
    def cookie(self) -> str:
        """What the browser keeps."""
        return f"{self._said}.{_made(self.secret, self._said)}"

    @property
    def _said(self) -> str:
        return f"{self.state}.{self.purpose}.{self.at}"


def begin(secret: str, purpose: Purpose, now: float) -> Begun:
    """A new one."""
    return Begun(secret, secrets.token_urlsafe(32), purpose, int(now))


def begun(secret: str, cookie: str, state: str, now: float) -> Begun | None:
    """The one that a cookie tells of; None where that is forged, over, or of another state."""
    found = _VALUE.fullmatch(cookie)
    if found is None:
        return None
    purpose: Purpose = "operator" if found[2] == "operator" else "asker"
    one = Begun(secret, found[1], purpose, int(found[3]))
    fits = hmac.compare_digest(one.cookie, cookie)
    same = hmac.compare_digest(one.state.encode(), state.encode())
    return one if fits and same and 0 <= now - one.at <= PATIENCE else None


def _made(secret: str, words: str) -> str:
    return _words(hmac.new(secret.encode(), words.encode(), sha256).digest())


def _words(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()
