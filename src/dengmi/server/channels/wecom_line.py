"""Holds the long connection of an AI bot: in one process of the server, and in another one when
that is gone."""

import asyncio
import logging

from dengmi.channels.budget import Sends
from dengmi.channels.wecom.linebot import LineBot
from dengmi.channels.wecom.markdown import Paper
from dengmi.channels.wecom.talk import Parts as TalkParts
from dengmi.channels.wecom.talk import Way
from dengmi.core.lock import FileLock
from dengmi.server.parts import Parts
from dengmi.settings.wecom import WeComSettings

log = logging.getLogger(__name__)

EVERY = 5.0
"""Seconds between two looks whether the line is free."""


class LineKeeper:
    """One bot's line. `channel` is its name in questions."""

    def __init__(
        self,
        parts: Parts,
        *,
        name: str,
        wanted: WeComSettings,
        way: Way,
        talk: TalkParts,
        paper: Paper,
    ) -> None:
        sends = Sends(((wanted.per_minute, 60.0), (wanted.per_hour, 3_600.0)))
        self._parts = parts
        self._wanted = wanted
        self._bot = LineBot(way, talk, paper, sends, parts.store.pending_questions)
        self.channel = self._bot.channel
        # One connection of a bot lives: two processes would take it from each other.
        self._lock = FileLock(parts.settings.home / "lines" / f"{name}.lock")

    async def hold(self) -> None:
        """Hold the line until cancelled, or until the bot is connected elsewhere."""
        from dengmi.channels.wecom.line import Line

        while not await asyncio.to_thread(self._lock.take):  # noqa: ASYNC110 - a process, not a task
            await asyncio.sleep(EVERY)
        try:
            wanted = self._wanted
            line = Line(
                wanted.socket,
                wanted.bot_id,
                wanted.secret,
                hear=self._bot.hear,
                ready=self._bot.ready,
            )
            self._bot.over(line)
            if self._parts.late is not None:
                self._parts.late.hand_to(self._bot)
            await line.run()
        finally:
            self._lock.free()
