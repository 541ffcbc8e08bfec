"""Matrix accounts: which process of a server holds each, and how it meets the ladder."""

import asyncio
import logging
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING

from dengmi.core.errors import BadSettings
from dengmi.core.lock import FileLock
from dengmi.server.channels.places import links_at
from dengmi.server.context import Context
from dengmi.settings.matrix import MatrixSettings

if TYPE_CHECKING:
    from dengmi.channels.matrix.account import Account
    from dengmi.channels.matrix.client import Matrix

log = logging.getLogger(__name__)

TAKE_OVER = 1.0
"""Seconds between two looks whether the process that holds an account is gone."""


class MatrixAccounts:
    """Every account of the settings. Of the processes of a server, one holds an account: two that
    read the same messages would answer them twice.

    Raises:
        BadSettings: an account has no way in, or a part of Dengmi is not installed.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self._clients: list[Matrix] = []
        self._locks: list[FileLock] = []
        for name, wanted in context.parts.settings.matrix.items():
            _check(name, wanted)

    def start(self) -> None:
        """Begin to serve, beside everything else: a homeserver may be slow, or away."""
        for name, wanted in self._context.parts.settings.matrix.items():
            self._context.crew.keep(self._held(name, wanted), f"matrix {name}")

    async def close(self) -> None:
        """Close the connections, and let others have the accounts."""
        await asyncio.gather(*(client.close() for client in self._clients))
        for lock in self._locks:
            lock.free()

    async def _held(self, name: str, wanted: MatrixSettings) -> None:
        """Serve an account, once no other process does."""
        folder = self._context.parts.settings.home / "matrix"
        lock = FileLock(folder / f"{name}.lock")
        while not await asyncio.to_thread(lock.take):  # noqa: ASYNC110 - held by another process
            await asyncio.sleep(TAKE_OVER)
        self._locks.append(lock)
        await asyncio.to_thread(_warm)
        await self._account(name, wanted).run()

    def _account(self, name: str, wanted: MatrixSettings) -> "Account":
        from dengmi.channels.matrix.account import Account, Way
        from dengmi.channels.matrix.client import Login, Matrix
        from dengmi.channels.matrix.pace import Pace
        from dengmi.channels.matrix.rendering import Style
        from dengmi.channels.matrix.replies import Replies
        from dengmi.channels.matrix.speaking import Speaking

        parts = self._context.parts
        login = Login(
            homeserver=wanted.homeserver,
            user=wanted.user,
            token=wanted.token,
            password=wanted.password,
            device=wanted.device,
        )
        folder = parts.settings.home / "matrix" / name
        client = Matrix(login, folder, encrypted=wanted.encryption)
        self._clients.append(client)
        public = parts.settings.server.public_url.rstrip("/")
        style = Style(links_at(public) if public else None)
        pace = Pace(wanted.rate, wanted.burst)
        speaking = Speaking(client, pace, parts.clock, "m.notice" if wanted.notice else "m.text")
        account = Account(
            Way(
                name=name,
                desk=wanted.desk,
                level=wanted.level,
                language=wanted.language,
                allow=wanted.allow,
                rooms=wanted.rooms,
                command=wanted.command,
                threads=wanted.threads,
                welcome=wanted.welcome,
                backlog=wanted.backlog,
            ),
            client,
            speaking=speaking,
            replies=Replies(parts.ladder, parts.store, speaking, style, every=wanted.every),
            answering=parts.ladder,
            store=parts.store,
            resolve=parts.desks.resolve,
            clock=parts.clock,
            start=self._context.crew.start,
            pace=self._context.callers.pace,
        )
        if parts.late is not None:
            parts.late.hand_to(account)
        return account


def _warm() -> None:
    """Half a second of imports, which the first questions over HTTP need not wait for."""
    import_module("dengmi.channels.matrix.client")
    from dengmi.channels.matrix.rendering import warm

    warm()


def _check(name: str, wanted: MatrixSettings) -> None:
    """Refuse what could never be served. Raises BadSettings."""
    extra = "matrix-e2e" if wanted.encryption else "matrix"
    if find_spec("nio") is None or (wanted.encryption and find_spec("vodozemac") is None):
        raise BadSettings("matrix_extra_missing", name=name, extra=extra)
    if not (wanted.token or wanted.password):
        raise BadSettings("matrix_login_missing", name=name)
