"""Has group robots of WeCom tell operators what they should hear: a budget that is nearly spent, or
spent."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

from dengmi.channels.budget import SendBudget
from dengmi.channels.links import defused
from dengmi.channels.parts import shortened
from dengmi.channels.wecom.client import WeCom, WeComFailed
from dengmi.core.errors import DengmiError
from dengmi.core.limits import Alert
from dengmi.language.money import amounts
from dengmi.language.texts import text
from dengmi.server.channels.alone import alone
from dengmi.server.context import Context
from dengmi.settings.wecom import WeComSettings

log = logging.getLogger(__name__)

EVERY = 15.0
"""Seconds between two looks at what operators should hear."""

SINCE = 86_400.0
"""Seconds after which nobody need hear something any more."""

ENDING = 5.0
"""Seconds that a server which ends waits for what is being told."""

MOST_BYTES = 4_096
PER_MINUTE = 20
"""What the platform takes of one robot (2026-11)."""


class Robot:
    """One group robot. `channel` names it in the log and in what is kept."""

    def __init__(self, context: Context, name: str, wanted: WeComSettings, client: WeCom) -> None:
        self.channel = f"wecom:{name}"
        self._context = context
        self._parts = context.parts
        self._wanted = wanted
        self._client = client
        self._sends = SendBudget(((PER_MINUTE, 60.0),))
        self._place = f"lines/{name}"

    async def tell(self) -> None:
        """Tell what there is until cancelled; each thing once."""
        await alone(self._context, self._place, self._tell)

    async def _tell(self) -> None:
        while True:
            try:
                await self.look()
            except DengmiError as error:  # the store is away, say
                log.warning("%s: %s", self.channel, error)
            await asyncio.sleep(EVERY)

    async def look(self) -> None:
        """Tell what is new; at the very first look there is nothing yet."""
        if self._note not in await self._parts.store.notes(self.channel):
            await self._passed(self._parts.clock.now(), [])
        kept = (await self._parts.store.notes(self.channel)).get(self._note, {})
        now = self._parts.clock.now()
        since, told = max(float(kept.get("since", now)), now - SINCE), list(kept.get("told", ()))
        for alert in await self._parts.store.alerts(since):
            if alert.id in told:
                continue
            wait = self._sends.wait("", self._parts.clock.steady())
            if wait:
                await asyncio.sleep(wait)
            told.append(alert.id)
            try:
                await _whole(self._told(alert, since, told[-200:]))
            except WeComFailed as error:
                log.warning("%s: refused (%d)", self.channel, error.errcode)
                return

    async def _told(self, alert: Alert, since: float, told: list[str]) -> None:
        said = text(alert.code, self._wanted.language, **amounts(alert.params))
        self._sends.take("", self._parts.clock.steady())
        await self._client.tell(self._wanted.key, shortened(defused(said), MOST_BYTES))
        await self._passed(since, told)

    async def _passed(self, since: float, told: list[str]) -> None:
        await self._parts.store.put_note(self._note, self.channel, {"since": since, "told": told})

    @property
    def _note(self) -> str:
        return f"{self.channel}:told"


async def _whole(work: Coroutine[Any, Any, None]) -> None:
    """Do what is not to be left half done when the server ends: what was told is noted, or it would
    be told again."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task}, timeout=ENDING)
        raise
