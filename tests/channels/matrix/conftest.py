"""A real Synapse with a desk in it, and people who write to the desk over plain HTTP."""

import base64
import hashlib
import hmac
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from dengmi.channels.matrix.appservice import Registration
from tests.channels.conftest import LIBRARY, MUSEUM
from tests.commands import add, home_of

SECRET = "a-secret-of-the-tests"
SERVER = "town.test"
WAIT = 60.0
"""Most seconds for anything to happen; a busy machine is slow."""

SCRIPT = r'''
[[answer]]
match = "how many books"
text = """Readers ask this often. A reader may borrow twelve books at the same time. [1.2] \
They are lent for four weeks. [1.3]"""
first = 1.0
per_second = 8

[[answer]]
match = "forty seats|lantern room"
text = "The lantern room on the second floor has forty seats. [1.4]"

[[answer]]
match = "lent"
text = "Books are lent for four weeks. [1.3]"
first = 3.0
'''

CONFIG = """
server_name: "{server}"
public_baseurl: "http://127.0.0.1:{port}/"
report_stats: false
pid_file: "{folder}/pid"
signing_key_path: "{folder}/signing.key"
media_store_path: "{folder}/media"
log_config: "{folder}/log.yaml"
database: {{name: sqlite3, args: {{database: "{folder}/hs.db"}}}}
listeners:
  - port: {port}
    type: http
    tls: false
    bind_addresses: ["127.0.0.1"]
    resources: [{{names: [client], compress: false}}]
trusted_key_servers: []
suppress_key_server_warning: true
federation_domain_whitelist: []
url_preview_enabled: false
presence: {{enabled: false}}
enable_registration: false
registration_shared_secret: "{secret}"
macaroon_secret_key: "x"
form_secret: "y"
{more}
{limits}
"""

LOG = """
version: 1
formatters: {{plain: {{format: "%(asctime)s %(levelname)s %(name)s %(message)s"}}}}
handlers: {{file: {{class: logging.FileHandler, filename: "{folder}/log", formatter: plain}}}}
root: {{level: WARNING, handlers: [file]}}
disable_existing_loggers: false
"""

_FREE = "{per_second: 1000, burst_count: 1000}"
LIMITS = "\n".join(
    [
        f"rc_message: {_FREE}",
        f"rc_login: {{address: {_FREE}, account: {_FREE}, failed_attempts: {_FREE}}}",
        f"rc_joins: {{local: {_FREE}, remote: {_FREE}}}",
        f"rc_joins_per_room: {_FREE}",
        f"rc_invites: {{per_room: {_FREE}, per_user: {_FREE}, per_issuer: {_FREE}}}",
        f"rc_room_creation: {_FREE}",
    ]
)


@dataclass
class Person:
    """Somebody with an account, who reads and writes as a plain client does."""

    http: httpx.Client
    user: str
    token: str
    device: str
    since: str = ""
    heard: list[dict[str, Any]] = field(default_factory=list)

    def call(self, method: str, path: str, body: object = None, **query: str) -> Any:
        reply = self.http.request(
            method,
            f"/_matrix/client/v3/{path}",
            json=body,
            params=query,
            headers={"Authorization": f"Bearer {self.token}"},
        )
        assert reply.status_code == 200, reply.text
        return reply.json()

    def room(self, *invited: "Person | str", direct: bool = False, **more: object) -> str:
        """A new room with others in it."""
        users = [each if isinstance(each, str) else each.user for each in invited]
        body = {"invite": users, "is_direct": direct, "preset": "private_chat", **more}
        return str(self.call("POST", "createRoom", body)["room_id"])

    def say(self, room: str, text: str, **content: object) -> str:
        """Say something; the id of the message."""
        body = {"msgtype": "m.text", "body": text, **content}
        path = f"rooms/{quote(room)}/send/m.room.message/{secrets.token_hex(8)}"
        return str(self.call("PUT", path, body)["event_id"])

    def sync(self, wait: float = 0.0) -> Mapping[str, Any]:
        """Take in what is new; messages are kept, oldest first, with their room."""
        query = {"timeout": str(int(wait * 1000)), **({"since": self.since} if self.since else {})}
        found = self.call("GET", "sync", **query)
        self.since = found["next_batch"]
        for room, info in found.get("rooms", {}).get("join", {}).items():
            for event in info["timeline"]["events"]:
                self.heard.append({**event, "room_id": room})
            for event in info["ephemeral"]["events"]:
                self.heard.append({**event, "room_id": room})
        return found

    def until(self, wanted: Callable[[], Any], seconds: float = WAIT) -> Any:
        """Sync until something is true; what it gives."""
        end = time.monotonic() + seconds
        while not (found := wanted()):
            assert time.monotonic() < end, json.dumps(self.heard[-6:], indent=1)
            self.sync(1.0)
        return found

    def messages(self, room: str, of: str = "") -> list[dict[str, Any]]:
        """The messages of a room so far, but for edits; of one sender, where that is given."""
        return [
            each
            for each in self.heard
            if each["room_id"] == room
            and each["type"] == "m.room.message"
            and (not of or each["sender"] == of)
            and each["content"].get("m.relates_to", {}).get("rel_type") != "m.replace"
        ]

    def edits(self, event_id: str) -> list[dict[str, Any]]:
        """What replaced a message, one after the other."""
        return [
            each["content"]["m.new_content"]
            for each in self.heard
            if each.get("content", {}).get("m.relates_to", {}).get("rel_type") == "m.replace"
            and each["content"]["m.relates_to"]["event_id"] == event_id
        ]

    def shown(self, event: dict[str, Any]) -> dict[str, Any]:
        """What a message says now."""
        return [event["content"], *self.edits(event["event_id"])][-1]

    def answer(self, room: str, bot: str, words: str, *, seconds: float = WAIT) -> dict[str, Any]:
        """Wait until a message of the account says something; the message."""

        def said() -> dict[str, Any] | None:
            found = [e for e in self.messages(room, bot) if words in self.shown(e)["body"]]
            return found[-1] if found else None

        found: dict[str, Any] = self.until(said, seconds)
        return found

    def members(self, room: str) -> int:
        """How many are in a room now."""
        return len(self.call("GET", f"rooms/{quote(room)}/joined_members")["joined"])

    def reads(self, room: str) -> list[dict[str, Any]]:
        """Every event of a room as the server has it, oldest first."""
        found = self.call("GET", f"rooms/{quote(room)}/messages", dir="b", limit="100")
        events: list[dict[str, Any]] = found["chunk"][::-1]
        return events


@dataclass
class Homeserver:
    """A running Synapse, which has an appservice at a port."""

    address: str
    folder: Path
    http: httpx.Client
    service: Registration
    port: int

    def person(self, name: str, *, admin: bool = False) -> Person:
        """A new account; one of the same name on every call is another one."""
        path, name = "/_synapse/admin/v1/register", f"{name}{secrets.token_hex(3)}"
        nonce = self.http.get(path).json()["nonce"]
        said = [nonce, name, "pass", "admin" if admin else "notadmin"]
        mac = hmac.new(SECRET.encode(), "\0".join(said).encode(), hashlib.sha1).hexdigest()
        body = {"nonce": nonce, "username": name, "password": "pass", "admin": admin, "mac": mac}
        made = self.http.post(path, json=body)
        assert made.status_code == 200, made.text
        got = made.json()
        return Person(self.http, got["user_id"], got["access_token"], got["device_id"])


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as sock:
        port: int = sock.getsockname()[1]
        return port


@contextmanager
def synapse(folder: Path) -> Iterator[Homeserver]:
    """A homeserver of its own, until it is left."""
    port, ours = free_port(), free_port()
    folder.mkdir(parents=True, exist_ok=True)
    service = Registration(
        name="service",
        url=f"http://127.0.0.1:{ours}/matrix/service",
        user=f"@service:{SERVER}",
        token=secrets.token_hex(8),
        hs_token=secrets.token_hex(8),
    )
    (folder / "service.yaml").write_text(service.yaml(), encoding="utf-8")
    more = f'app_service_config_files: ["{folder}/service.yaml"]'
    values = {"server": SERVER, "port": port, "folder": folder, "secret": SECRET}
    config = CONFIG.format(**values, more=more, limits=LIMITS)
    (folder / "homeserver.yaml").write_text(config, encoding="utf-8")
    (folder / "log.yaml").write_text(LOG.format(folder=folder), encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "synapse.app.homeserver",
        "-c",
        str(folder / "homeserver.yaml"),
    ]
    environ = {k: v for k, v in os.environ.items() if k != "PYTHONWARNINGS"}
    # Its own option for making a key takes as long as its start.
    key = base64.b64encode(secrets.token_bytes(32)).decode().rstrip("=")
    (folder / "signing.key").write_text(f"ed25519 a_tests {key}\n", encoding="ascii")
    with (folder / "out").open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out, env=environ)
    address = f"http://127.0.0.1:{port}"
    try:
        with httpx.Client(base_url=address, timeout=40, trust_env=False) as http:
            end = time.monotonic() + 60
            while True:
                assert process.poll() is None, (folder / "out").read_text()
                try:
                    if http.get("/_matrix/client/versions").status_code == 200:
                        break
                except httpx.HTTPError:
                    pass
                assert time.monotonic() < end, "Synapse does not start"
                time.sleep(0.1)
            yield Homeserver(address, folder, http, service, ours)
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture(scope="session")
def homeserver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Homeserver]:
    """One Synapse for all tests of a process."""
    if find_spec("synapse") is None or find_spec("nio") is None:
        pytest.skip("matrix-synapse and matrix-nio are not installed")
    with synapse(tmp_path_factory.mktemp("synapse")) as running:
        yield running


SETTINGS = """
default_desk = "town"
language = "en"

[models.try]
kind = "scripted"
model = "script.toml"

"""


@pytest.fixture(scope="session")
def stocked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with articles, to be copied."""
    root = tmp_path_factory.mktemp("stocked")
    home = home_of(root, "", SCRIPT)
    folder = root / "town"
    folder.mkdir()
    for place, text in enumerate((LIBRARY, MUSEUM)):
        (folder / f"{place}.md").write_text(text, encoding="utf-8")
    add(home, folder, desk="town")
    return home


def account(name: str, homeserver: Homeserver, bot: Person, **more: object) -> str:
    """The table of an account."""
    values = {
        "homeserver": homeserver.address,
        "user": bot.user,
        "token": bot.token,
        "rate": 0,
        "every": 0.5,
        **more,
    }
    lines = [f"{key} = {json.dumps(value)}" for key, value in values.items() if value is not None]
    return "\n".join([f"[matrix.{name}]", *lines, ""])


def configured(stocked: Path, home: Path, *accounts: str) -> Path:
    """A home whose desk has accounts."""
    shutil.copytree(stocked, home)
    (home / "dengmi.toml").write_text("\n".join([SETTINGS, *accounts]), encoding="utf-8")
    return home
