"""One Matrix account: listens to its rooms, and has what it is asked answered.

The token of what was read is kept only after every question in it is written down together with
the reply that it is owed, so that whatever ends the process, nothing is lost and nothing is
answered twice.
"""

import asyncio
import logging
import math
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Protocol

from dengmi.channels.matrix.contents import Place
from dengmi.channels.matrix.errors import MatrixFailed
from dengmi.channels.matrix.heard import Event, Heard, Sealed, Synced
from dengmi.channels.matrix.messages import (
    Me,
    Message,
    Rooms,
    allowed,
    asked,
    inviter,
    read_message,
    said_at,
)
from dengmi.channels.matrix.rendering import said
from dengmi.channels.matrix.replies import Replies, begun
from dengmi.channels.matrix.speaking import Sender, Speaking
from dengmi.core.clock import Clock
from dengmi.core.errors import BadInput, DengmiError, NotFound
from dengmi.core.ids import new_id, stable_id
from dengmi.core.ports import Answering
from dengmi.core.records import Answer, Question, Wanted
from dengmi.core.replies import KeptReplies
from dengmi.language.detect import language_of
from dengmi.language.texts import text

log = logging.getLogger(__name__)

RECOVERY = 0.5
"""Seconds between two looks for the answers to questions that an earlier process left."""

MOST_MISSED = 2_000
"""Events of one room that are read again after the account was away."""

KEY_WAIT = 20.0
"""Seconds that the key of an encrypted message may take to come."""

_LONGEST_PAUSE = 60.0


class Client(Sender, Protocol):
    """What an account needs of its homeserver."""

    @property
    def user(self) -> str: ...
    async def open(self) -> None: ...
    async def name(self) -> str: ...
    async def sync(self, since: str) -> Synced: ...
    async def invited(self) -> Mapping[str, str]: ...
    async def earlier(
        self, room: str, start: str, end: str
    ) -> tuple[Sequence[Event | Sealed], str]: ...
    def unsealed(self, sealed: Sealed) -> Event | None: ...
    async def ask_for_key(self, sealed: Sealed) -> None: ...
    async def join(self, room: str) -> None: ...
    async def leave(self, room: str) -> None: ...
    async def members(self, room: str) -> int: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How an account is served.

    Attributes:
        name: its name in the settings; its channel is "matrix:" and that.
        desk: the desk that answers.
        allow: who may ask and invite.
        rooms: what is answered in rooms; `command` is the word for it.
        threads: whether answers in rooms stand in threads.
        welcome: text in new direct chats; "" for the built-in one.
        backlog: seconds before it came that are still answered.
    """

    name: str
    desk: str
    level: Wanted = "auto"
    language: str = "en"
    allow: tuple[str, ...] = ()
    rooms: Rooms = "mention"
    command: str = "!ask"
    threads: bool = True
    welcome: str = ""
    backlog: float = 300.0


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
        store: KeptReplies,
        resolve: Callable[[str | None], Awaitable[str]],
        clock: Clock,
        start: Callable[[Coroutine[Any, Any, object], str], object],
        pace: Callable[[str], float] = lambda _: 0.0,
    ) -> None:
        self.channel = f"matrix:{way.name}"
        self._way = way
        self._client = client
        self._speaking = speaking
        self._replies = replies
        self._answering = answering
        self._store = store
        self._resolve = resolve
        self._clock = clock
        self._start = start
        self._pace = pace
        self._me = Me(user=client.user)
        self._home = client.user.partition(":")[2]
        self._direct: dict[str, bool] = {}
        self._sealed: dict[str, tuple[Sealed, float]] = {}
        self._told: set[str] = set()
        self._entered: set[str] = set()
        self._recovering = False
        self._ready = False

    async def run(self) -> None:
        """Listen until cancelled, whatever the server does meanwhile."""
        pause = 1.0
        while True:
            try:
                await self._client.open()
                self._me = Me(user=self._client.user, name=await self._client.name())
                self._recover()
                for room, by in (await self._client.invited()).items():
                    await self._invited(room, by)
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
            self._recover()
            await asyncio.sleep(_LONGEST_PAUSE)

    async def given(self, events: Sequence[tuple[str, Event]]) -> None:
        """Take events that the homeserver delivers, each with its room.

        Raises:
            DengmiError: they have to be delivered again; what was taken is known then.
        """
        if not self._ready:
            await self._client.open()
            self._me = Me(user=self._client.user, name=await self._client.name())
            self._ready = True
        for room, event in events:
            if event.get("type") != "m.room.member":
                await self.take(room, event)
                continue
            self._direct.pop(room, None)
            if by := inviter([event], self._me.user):
                await self._invited(room, by)
                await self._before(room)

    async def _before(self, room: str) -> None:
        """Take what was said in a room just before the account came, which is not delivered."""
        if room not in self._entered:
            return
        await self._welcome(room)
        events, _ = await self._client.earlier(room, "", "")
        oldest = self._clock.now() - self._way.backlog
        for event in reversed(events):
            if not isinstance(event, Sealed):
                await self.take(room, event, oldest)

    async def push(self, question: Question, answer: Answer, key: str) -> None:
        """Send the better answer of a question that waited for it (core.ports.Push). Raises
        MatrixFailed where it may be tried again."""
        await self._replies.late(question, answer, key)

    async def _hear(self, since: str) -> str:
        """Take in what is new, and note how far that is; the token of it."""
        began = self._clock.now()
        synced = await self._client.sync(since)
        for room, by in synced.invited.items():
            await self._invited(room, by)
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
        if heard.room in self._entered:
            await self._welcome(heard.room)
        for event in events:
            if isinstance(event, Sealed):
                known = event.id in self._sealed or event.sender == self._me.user
                if not known and event.at >= oldest:
                    self._sealed[event.id] = (event, self._clock.steady() + KEY_WAIT)
                    self._start(self._client.ask_for_key(event), "asking for a key")
            elif event.get("type") == "m.room.member":
                self._direct.pop(heard.room, None)
            else:
                await self.take(heard.room, event, oldest)

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
                await self.take(sealed.room, event, 0.0)
                continue
            may = allowed(sealed.sender, self._way.allow, self._home)
            if may and await self._is_direct(sealed.room):
                message = Message(room=sealed.room, id=name, sender=sealed.sender, text="")
                self._say(message, text("matrix_unreadable", self._way.language))

    async def take(self, room: str, event: Event, oldest: float = 0.0) -> None:
        """Take an event; a question in it is written down and answered.

        Args:
            oldest: what was said before is left alone.

        Raises:
            DengmiError: it could not be written down; it has to be taken again.
        """
        if event.get("type") == "m.room.encrypted":
            await self._cannot_read(room, event)
            return
        message = read_message(room, event)
        if message is None or message.sender == self._me.user or message.at < oldest:
            return
        if not allowed(message.sender, self._way.allow, self._home):
            return
        direct = await self._is_direct(room)
        words = await self._asked(message, direct)
        if words is None:
            return
        if not message.text:
            if direct:
                self._say(message, text("matrix_text_only", self._way.language))
            return
        await self._question(message, words, direct)

    async def _asked(self, message: Message, direct: bool) -> str | None:
        followed = False
        if message.thread and not direct:
            place = f"{message.room} {message.thread}"
            followed = await self._store.replied_in(self.channel, place)
        way = self._way
        return asked(
            message,
            self._me,
            rooms=way.rooms,
            command=way.command,
            direct=direct,
            followed=followed,
        )

    async def _question(self, message: Message, words: str, direct: bool) -> None:
        lang = language_of(words) or self._way.language
        asker = f"{self.channel}:{message.sender}"
        if wait := self._pace(asker):
            self._say(message, text("too_many", lang, seconds=math.ceil(wait)))
            return
        place = self._place(message, direct)
        day = datetime.fromtimestamp(self._clock.now(), UTC).date().isoformat()
        wanted = Question(
            id=new_id("q"),
            desk="",
            text=words,
            wanted=self._way.level,
            channel=self.channel,
            asker=asker,
            payer=asker,
            # Outside of threads, what was talked of on another day is no context.
            conversation=stable_id("c", self.channel, message.room, place.thread or day),
            dedup=message.id,
        )
        try:
            desk = await self._resolve(self._way.desk or None)
            kept = await self._answering.accept(replace(wanted, desk=desk))
        except (BadInput, NotFound) as error:
            self._say(message, text(error.code, lang, **error.params))
            return
        reply = await self._store.begin_reply(begun(kept, place))
        if kept.id == wanted.id:
            self._start(self._replies.make(kept, reply), f"reply to {kept.id}")
        elif not reply.done and not self._replies.going(kept.id):
            self._recover()

    def _place(self, message: Message, direct: bool) -> Place:
        thread = message.thread or (message.id if self._way.threads and not direct else "")
        return Place(room=message.room, asked=message.id, thread=thread, sender=message.sender)

    def _recover(self) -> None:
        if not self._recovering:
            self._recovering = True
            self._start(self._recovered(), f"replies of {self.channel}")

    async def _recovered(self) -> None:
        """Make the replies that an earlier process left. Their questions are answered by whoever
        takes them over (see Ladder.resume): no answer is paid for twice."""
        try:
            while True:
                waiting = False
                for question, reply in await self._store.open_replies(self.channel):
                    if self._replies.going(question.id):
                        continue
                    if question.state == "asked":
                        waiting = True
                        continue
                    making = self._replies.make(question, reply, again=True)
                    self._start(making, f"reply to {question.id}")
                if not waiting:
                    return
                await asyncio.sleep(RECOVERY)
        finally:
            self._recovering = False

    async def _invited(self, room: str, by: str) -> None:
        """Accept an invitation of somebody who may; decline any other."""
        if not by:
            log.warning("matrix %s: nobody knows who invites to %s", self._way.name, room)
            return
        try:
            if not allowed(by, self._way.allow, self._home):
                log.info("matrix %s: invitation of %s declined", self._way.name, by)
                await self._client.leave(room)
                return
            await self._client.join(room)
        except MatrixFailed as error:
            if error.final:
                log.warning("matrix %s: invitation to %s: %s", self._way.name, room, error)
                return
            raise
        self._direct.pop(room, None)
        self._entered.add(room)

    async def _welcome(self, room: str) -> None:
        """Greet whoever invited to a direct chat, once the room is known."""
        self._entered.discard(room)
        if await self._is_direct(room):
            words = self._way.welcome or text("matrix_welcome", self._way.language)
            place = Place(room=room, asked="")
            await self._speaking.may_reply(said(words), place, stable_id("t", room, "welcome"))

    async def _is_direct(self, room: str) -> bool:
        """Whether nobody but one person is in a room with the account."""
        if room not in self._direct:
            try:
                self._direct[room] = await self._client.members(room) <= 2
            except MatrixFailed as error:
                if not error.final:
                    raise
                return False  # it is not in the room any more
        return self._direct[room]

    async def _cannot_read(self, room: str, event: Event) -> None:
        """Say once in a direct chat that it is encrypted."""
        sender = event.get("sender")
        if room in self._told or not isinstance(sender, str) or sender == self._me.user:
            return
        if allowed(sender, self._way.allow, self._home) and await self._is_direct(room):
            self._told.add(room)
            message = Message(room=room, id="", sender=sender, text="")
            self._say(message, text("matrix_encrypted", self._way.language))

    def _say(self, message: Message, words: str) -> None:
        """Answer a message with a few words of our own."""
        place = self._place(message, direct=True)
        transaction = stable_id("t", message.room, message.id)
        self._start(self._said(words, place, transaction), "a word")

    async def _said(self, words: str, place: Place, transaction: str) -> None:
        try:
            await self._speaking.reply(said(words), place, transaction)
        except MatrixFailed as error:
            log.info("matrix %s: nothing could be said: %s", self._way.name, error)
