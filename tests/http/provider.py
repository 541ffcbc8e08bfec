"""A provider of accounts for the tests, over HTTP. It keeps the rules of RFC 6749, RFC 7636 and
OpenID Connect Core for what it is asked; its tokens are made with another library than the one that
reads them."""

import hashlib
import json
import secrets
import threading
import time
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey

CLIENT, SECRET = "dengmi-test", "se:cret/€"
BACK = "http://127.0.0.1:8321/sign-in/back"


class Provider:
    """Who signs in is `person`. `twist` changes the claims of a token, `signed` how it is made.
    `tells` is what it tells at its userinfo address, `allowed` where browsers may go back to."""

    def __init__(self) -> None:
        self.issuer = ""
        self.reset()

    def reset(self) -> None:
        """Everything as usual."""
        self.person: dict[str, Any] = {"sub": "ann", "name": "Ann Li", "groups": []}
        self.key = ECKey.generate_key("P-256", {"kid": "k1", "use": "sig", "alg": "ES256"})
        self.published = [self.key]
        self.codes: dict[str, dict[str, str]] = {}
        self.twist: Callable[[dict[str, Any]], object] = lambda claims: None
        self.signed: Callable[[dict[str, Any]], str] = self.sign
        self.about: dict[str, Any] = {}
        self.asked: list[str] = []
        self.refuses = ""
        self.tells: dict[str, Any] = {}
        self.allowed = {BACK}
        self.tokens: set[str] = set()

    def sign(self, claims: dict[str, Any]) -> str:
        """A token."""
        return jwt.encode({"alg": "ES256", "kid": self.key.kid}, claims, self.key)

    def authorize(self, query: dict[str, str]) -> str | None:
        """Where the browser goes; None where the request is not in order."""
        fits = (
            query.get("response_type") == "code"
            and query.get("client_id") == CLIENT
            and query.get("redirect_uri") in self.allowed
            and "openid" in query.get("scope", "").split()
            and query.get("code_challenge_method") == "S256"
            and len(query.get("code_challenge", "")) == 43
            and query.get("state")
        )
        if not fits:
            return None
        back = {"state": query["state"], "iss": self.issuer}
        if self.refuses:
            return f"{query['redirect_uri']}?{urlencode(back | {'error': self.refuses})}"
        code = secrets.token_urlsafe(16)
        self.codes[code] = query
        return f"{query['redirect_uri']}?{urlencode(back | {'code': code})}"

    def token(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        """The reply to a code; each is good once."""
        name, _, secret = b64decode(authorization.removeprefix("Basic ")).decode().partition(":")
        if (unquote(name), unquote(secret)) != (CLIENT, SECRET):
            return 401, {"error": "invalid_client"}
        asked = self.codes.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        proof = urlsafe_b64encode(digest).rstrip(b"=").decode()
        if (
            asked is None
            or form.get("grant_type") != "authorization_code"
            or form.get("redirect_uri") != asked["redirect_uri"]
            or proof != asked["code_challenge"]
        ):
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300}
        claims |= {"nonce": asked["nonce"]} | self.person
        self.twist(claims)
        access = secrets.token_urlsafe(16)
        self.tokens.add(access)
        signed = self.signed(claims)
        return 200, {"access_token": access, "token_type": "Bearer", "id_token": signed}

    def userinfo(self, authorization: str) -> tuple[int, dict[str, Any]]:
        """What it tells of whose access token that is."""
        if authorization.removeprefix("Bearer ") not in self.tokens:
            return 401, {"error": "invalid_token"}
        return 200, {"sub": self.person["sub"]} | self.tells

    def discovery(self) -> dict[str, Any]:
        """What it says of itself."""
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "authorization_response_iss_parameter_supported": True,
        } | self.about


@contextmanager
def running() -> Iterator[Provider]:
    """A provider that can be reached."""
    provider = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            provider.asked.append(parts.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            if parts.path == "/.well-known/openid-configuration":
                self.reply(200, provider.discovery())
            elif parts.path == "/keys":
                keys = [key.as_dict(private=False) for key in provider.published]
                self.reply(200, {"keys": keys})
            elif parts.path == "/userinfo":
                self.reply(*provider.userinfo(self.headers.get("authorization", "")))
            elif parts.path == "/end" and query.get("client_id") == CLIENT:
                self.page("<h1>Sign out of Lantern ID?</h1>")
            elif parts.path == "/authorize" and (to := provider.authorize(query)):
                self.send_response(302)
                self.send_header("location", to)
                self.end_headers()
            else:
                self.reply(400, {"error": "invalid_request"})

        def do_POST(self) -> None:
            provider.asked.append(self.path)
            raw = self.rfile.read(int(self.headers["content-length"])).decode()
            form = {name: values[0] for name, values in parse_qs(raw).items()}
            self.reply(*provider.token(form, self.headers.get("authorization", "")))

        def reply(self, status: int, body: dict[str, Any]) -> None:
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        def page(self, body: str) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/html; charset=utf-8")
            self.end_headers()
            head = '<!doctype html><html lang="en"><title>Lantern ID</title>'
            self.wfile.write(f"{head}<link rel=icon href=data:,>{body}".encode())

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        provider.issuer = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield provider
        finally:
            server.shutdown()
            thread.join()
