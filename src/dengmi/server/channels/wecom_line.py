"""Holds the long connection of an AI bot: in one process of all, and in another one when that is
gone."""

import asyncio

from dengmi.channels.budget import SendBudget
from dengmi.channels.wecom.linebot import LineBot
from dengmi.channels.wecom.markdown import Paper
from dengmi.channels.wecom.talk import Parts as TalkParts
from dengmi.channels.wecom.talk import Way
from dengmi.server.channels.alone import alone
from dengmi.server.context import Context
from dengmi.settings.wecom import WeComSettings


class LineKeeper:
    """One bot's line. `channel` is its name in questions."""

    def __init__(
        self,
        context: Context,
        *,
        name: str,
        wanted: WeComSettings,
        way: Way,
        talk: TalkParts,
        paper: Paper,
    ) -> None:
        sends = SendBudget(((wanted.per_minute, 60.0), (wanted.per_hour, 3_600.0)))
        self._context = context
        self._wanted = wanted
        self._bot = LineBot(way, talk, paper, sends)
        self.channel = self._bot.channel
        self._place = f"lines/{name}"

    async def hold(self) -> None:
        """Hold the line until cancelled, once no other process does: one connection of a bot
        lives, and two would take it from each other."""
        await alone(self._context, self._place, self._run)

    async def _run(self) -> None:
        from dengmi.channels.wecom.line import Line

        wanted = self._wanted
        line = Line(
            wanted.socket,
            wanted.bot_id,
            wanted.secret,
            hear=self._bot.hear,
            ready=self._bot.ready,
        )
        self._bot.over(line)
        if (late := self._context.parts.late) is not None:
            late.hand_to(self._bot)
        await line.run()
        # The bot is connected elsewhere. Nobody here takes the connection away from there.
        await asyncio.Event().wait()
