"""Holds the long connection of an AI bot: in one process of the server, and in another one when
that is gone."""

from dengmi.channels.budget import SendBudget
from dengmi.channels.wecom.linebot import LineBot
from dengmi.channels.wecom.markdown import Paper
from dengmi.channels.wecom.talk import Parts as TalkParts
from dengmi.channels.wecom.talk import Way
from dengmi.server.channels.alone import alone
from dengmi.server.parts import Parts
from dengmi.settings.wecom import WeComSettings


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
        sends = SendBudget(((wanted.per_minute, 60.0), (wanted.per_hour, 3_600.0)))
        self._parts = parts
        self._wanted = wanted
        self._bot = LineBot(way, talk, paper, sends)
        self.channel = self._bot.channel
        # One connection of a bot lives: two processes would take it from each other.
        self._lock = parts.settings.home / "lines" / f"{name}.lock"

    async def hold(self) -> None:
        """Hold the line until cancelled, or until the bot is connected elsewhere."""
        from dengmi.channels.wecom.line import Line

        async with alone(self._lock):
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
