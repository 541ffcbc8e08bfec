"""One Matrix account: listens to its rooms, and has what it is asked answered.

The token of what was read is kept only after every question in it is written down together with
the reply that it is owed, so that whatever ends the process, nothing is lost and nothing is
answered twice.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from dengmi.channels.matrix.asking import Asking
from dengmi.channels.matrix.errors import MatrixFailed
from dengmi.channels.matrix.forgetting import Forgetting
from dengmi.channels.matrix.heard import Event, Heard, Sealed
from dengmi.channels.matrix.messages import Me, Message, inviter, said_at
from dengmi.channels.matrix.reactions import Reactions
from dengmi.channels.matrix.replies import Replies
from dengmi.channels.matrix.rooms import KnownRooms
from dengmi.channels.matrix.speaking import Speaking
from dengmi.channels.matrix.way import Client, Kept, Start, Way
from dengmi.core.clock import Clock
from dengmi.core.errors import DengmiError
from dengmi.core.ports import Answering
from dengmi.core.records import Answer, Question
from dengmi.language.texts import text

log = logging.getLogger(__name__)

MOST_MISSED = 2_000
"""Events of one room that are read again after the account was away."""

KEY_WAIT = 20.0
"""Seconds that the key of an encrypted message may take to come."""

_LONGEST_PAUSE = 60.0


class Account:
    """Serves one account. `channel` is its name in questions.

    Args:
        speaking: says what it says.
        replies: makes the answers.
        resolve: gives the desk of a name, or of none.
        start: runs something in the background, under a name.
        pace: seconds that an asker must wait before the next question; 0 for none.
    """

    def __init__(
        self,
        way: Way,
        client: Client,
        *,
        speaking: Speaking,
        replies: Replies,
        answering: Answering,
        store: Kept,
        resolve: Callable[[str | None], Awaitable[str]],
        clock: Clock,
        start: Start,
        pace: Callable[[str], float] = lambda _: 0.0,
    ) -> None:
        self.channel = f"matrix:{way.name}"
        self._way = way
        self._client = client
        self._replies = replies
        self._store = store
        self._clock = clock
        self._start = start
        self._rooms = KnownRooms(way, client, speaking, start, self._before)
        self._forgetting = Forgetting(self.channel, store, client)
        self._reactions = Reactions(self.channel, store, clock)
        self._asking = Asking(
            way,
            Me(user=client.user),
            rooms=self._rooms,
            speaking=speaking,
            replies=replies,
            forgetting=self._forgetting,
            answering=answering,
            store=store,
            resolve=resolve,
            clock=clock,
            start=start,
            pace=pace,
        )
        self._sealed: dict[str, tuple[Sealed, float]] = {}
        self._ready = False

    async def run(self) -> None:
        """Listen until cancelled, whatever the server does meanwhile."""
        pause = 1.0
        while True:
            try:
                await self._client.open()
                self._asking.me = Me(user=self._client.user, name=await self._client.name())
                self._asking.recover()
                self._rooms.invited(await self._client.invited())
                since = await self._store.cursor(self.channel)
                while True:
                    since = await self._hear(since)
                    pause = 1.0
            except MatrixFailed as error:
                log.warning("matrix %s: %s", self._way.name, error)
                pause = max(pause, error.retry_after)
            except DengmiError as error:  # the store is away, say
                log.warning("matrix %s: %s", self._way.name, error)
            except Exception:  # a fault of ours, or an answer that no server should give
                log.exception("matrix %s failed", self._way.name)
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)

    async def serve(self) -> None:
        """Finish what an earlier process left, over and over until cancelled; what is new is
        delivered (see `given`)."""
        while True:
            self._asking.recover()
            try:
                await self._prepare()
                self._rooms.invited(await self._client.invited(), given=True)
            except MatrixFailed as error:
                log.warning("matrix %s: %s", self._way.name, error)
            await asyncio.sleep(_LONGEST_PAUSE)

    async def given(self, events: Sequence[tuple[str, Event]]) -> None:
        """Take events that the homeserver delivers, each with its room.

        Raises:
            DengmiError: they have to be delivered again; what was taken is known then.
        """
        await self._prepare()
        for room, event in events:
            if event.get("type") != "m.room.member":
                await self._take(room, event)
                continue
            await self._member(room, event)
            if by := inviter([event], self._client.user):
                self._rooms.invited({room: by}, given=True)

    async def _prepare(self) -> None:
        if not self._ready:
            await self._client.open()
            self._asking.me = Me(user=self._client.user, name=await self._client.name())
            self._ready = True

    async def _before(self, room: str) -> None:
        """Take what was said in a room just before the account came, which is not delivered."""
        await self._rooms.welcome(room)
        events, _ = await self._client.earlier(room, "", "")
        oldest = self._clock.now() - self._way.backlog
        for event in reversed(events):
            if not isinstance(event, Sealed):
                await self._take(room, event, oldest)

    async def push(self, question: Question, answer: Answer, key: str) -> None:
        """Send the better answer of a question that waited for it (core.ports.Push). Raises
        MatrixFailed where it may be tried again."""
        await self._replies.late(question, answer, key)

    async def _hear(self, since: str) -> str:
        """Take in what is new, and note how far that is; the token of it."""
        began = self._clock.now()
        synced = await self._client.sync(since)
        self._rooms.invited(synced.invited)
        for heard in synced.rooms:
            await self._room(heard, since, began)
        await self._unseal()
        # A message that waits for its key would be lost with this process.
        if synced.token != since and not self._sealed:
            await self._store.put_cursor(self.channel, synced.token)
        return synced.token

    async def _room(self, heard: Heard, since: str, began: float) -> None:
        events = heard.events
        oldest = 0.0 if since else began - self._way.backlog
        if heard.came is not None:
            oldest = max(oldest, heard.came - self._way.backlog)
        if heard.limited and heard.earlier and since:
            missed = await self._missed(heard.room, heard.earlier, since, oldest)
            events = [*missed, *events]
        await self._rooms.welcome(heard.room)
        for event in events:
            if isinstance(event, Sealed):
                known = event.id in self._sealed or event.sender == self._client.user
                if not known and event.at >= oldest:
                    self._sealed[event.id] = (event, self._clock.steady() + KEY_WAIT)
                    self._start(self._client.ask_for_key(event), "asking for a key")
            elif event.get("type") == "m.room.member":
                await self._member(heard.room, event)
            else:
                await self._take(heard.room, event, oldest)

    async def _member(self, room: str, event: Event) -> None:
        self._rooms.changed(room)
        await self._forgetting.changed(room, event)

    async def _take(self, room: str, event: Event, oldest: float = 0.0) -> None:
        """As `take`; an event that we stumble over must not stop all that come behind it."""
        try:
            await self._reactions.take(event)
            await self._asking.take(room, event, oldest)
        except DengmiError:
            raise
        except Exception:
            log.exception("matrix %s: event %s", self._way.name, event.get("event_id"))

    async def _missed(self, room: str, start: str, end: str, oldest: float) -> list[Event | Sealed]:
        """What came between two tokens and not before a time, the oldest first."""
        found: list[Event | Sealed] = []
        while start and start != end and len(found) < MOST_MISSED:
            page, start = await self._client.earlier(room, start, end)
            found += page
            last = page[-1] if page else None
            if last is None or (last.at if isinstance(last, Sealed) else said_at(last)) < oldest:
                break
        return found[::-1]

    async def _unseal(self) -> None:
        """Take messages whose keys have come; say so where one never does."""
        now = self._clock.steady()
        for name, (sealed, until) in list(self._sealed.items()):
            event = self._client.unsealed(sealed)
            if event is None and now < until:
                continue
            del self._sealed[name]
            if event is not None:
                await self._take(sealed.room, event)
                continue
            may = self._rooms.may_ask(sealed.sender)
            if may and await self._rooms.is_direct(sealed.room):
                message = Message(room=sealed.room, id=name, sender=sealed.sender, text="")
                self._asking.say(message, text("matrix_unreadable", self._way.language))
