"""What an account says, against a homeserver that counts: each thing once, in its turn."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from heapq import heappop, heappush
from itertools import count
from types import SimpleNamespace

import pytest

from dengmi.channels.matrix.account import Account
from dengmi.channels.matrix.contents import Content, Place
from dengmi.channels.matrix.errors import MatrixFailed
from dengmi.channels.matrix.heard import Event, Heard, Sealed, Synced
from dengmi.channels.matrix.pace import Pace
from dengmi.channels.matrix.rendering import Style, said, warm
from dengmi.channels.matrix.replies import Replies, begun
from dengmi.channels.matrix.speaking import Speaking
from dengmi.channels.matrix.way import Way
from dengmi.core.clock import SystemClock
from dengmi.core.events import Cited, Done, Found, Text
from dengmi.core.events import Event as Told
from dengmi.core.records import Answer, Citation, Claim, Head, Question
from dengmi.core.replies import Reply


@pytest.fixture(autouse=True, scope="module")
def warmed() -> None:
    warm()


PLACE = Place(room="!r:x", asked="$1", sender="@ada:x")
HEAD = Head(pk=1, id="a", desk="d", source_id="s", title="T", url="https://example.org/a")
CITED = Citation(n=1, head=HEAD, passage_id="p", first=1, last=1, quote="It opens at nine.")


@dataclass
class Server:
    """A homeserver of one room: a bucket of messages that drips, transactions sent once."""

    burst: int = 1_000
    per_second: float = 1_000.0
    user: str = "@town:x"
    sent: list[tuple[str, Content]] = field(default_factory=list)
    known: dict[str, str] = field(default_factory=dict)
    refused: int = 0
    closed: bool = False
    away: int = 0
    typing_now: bool = False
    pages: dict[str, tuple[Sequence[Event], str]] = field(default_factory=dict)
    came: list[Synced] = field(default_factory=list)
    people: int = 2
    stuck: bool = False
    joined: list[str] = field(default_factory=list)
    time: Callable[[], float] | None = None
    _left: float = 0.0
    _at: float = -1e9

    async def send(self, room: str, content: Content, transaction: str) -> str:
        if self.away:
            self.away -= 1
            raise MatrixFailed("", "ServerDisconnectedError")
        if self.closed:
            raise MatrixFailed("M_FORBIDDEN", "not in the room", status=403)
        if transaction in self.known:
            return self.known[transaction]
        now = self.time() if self.time else asyncio.get_running_loop().time()
        self._left = min(self.burst, self._left + (now - self._at) * self.per_second)
        self._at = now
        if self._left < 1:
            self.refused += 1
            wait = (1 - self._left) / self.per_second
            raise MatrixFailed("M_LIMIT_EXCEEDED", "slower", status=429, retry_after=wait)
        self._left -= 1
        self.known[transaction] = f"$s{len(self.sent)}"
        self.sent.append((transaction, content))
        return self.known[transaction]

    async def typing(self, room: str, on: bool, seconds: float) -> None:
        self.typing_now = on

    async def open(self) -> None: ...

    async def name(self) -> str:
        return "Town"

    async def invited(self) -> Mapping[str, str]:
        return {}

    async def sync(self, since: str) -> Synced:
        if not self.came:
            await asyncio.Event().wait()
        return self.came.pop(0)

    async def earlier(
        self, room: str, start: str, end: str
    ) -> tuple[Sequence[Event | Sealed], str]:
        return self.pages.pop(start, ([], ""))

    def unsealed(self, sealed: Sealed) -> Event | None:
        return None

    async def ask_for_key(self, sealed: Sealed) -> None: ...
    async def join(self, room: str) -> None:
        if self.stuck:
            await asyncio.Event().wait()
        self.joined.append(room)

    async def leave(self, room: str) -> None: ...

    async def members(self, room: str) -> int:
        return self.people


class Ladder:
    """Answers everything, the second half of an answer a little later; counts how often."""

    def __init__(self, pause: float = 0.0) -> None:
        self.pause = pause
        self.accepted: dict[str, Question] = {}
        self.ran: list[str] = []

    async def accept(self, question: Question) -> Question:
        return self.accepted.setdefault(question.dedup, question)

    async def run(
        self, question: Question, *, thinking: bool = False
    ) -> AsyncGenerator[Told, None]:
        self.ran.append(question.id)
        yield Found(question.id, "quick", 1, 0.0, (CITED,))
        await asyncio.sleep(self.pause)
        yield Text("It opens at nine. [1]", Claim(start=0, end=17, cited=(1,)))
        yield Cited(CITED)
        await asyncio.sleep(self.pause)
        yield Done(
            Answer(
                id=f"a{question.id}", question_id=question.id, desk="d", question=question.text,
                level="quick", wanted="auto", text="It opens at nine. [1] Come early.", lang="en",
                grounded=True, confidence=1.0, citations=(CITED,),
            )
        )  # fmt: skip


class Book:
    """Keeps replies in memory."""

    def __init__(self) -> None:
        self.replies: dict[str, Reply] = {}
        self.questions: dict[str, Question] = {}
        self.cursors: dict[str, str] = {}

    async def cursor(self, name: str) -> str:
        return self.cursors.get(name, "")

    async def put_cursor(self, name: str, value: str) -> None:
        self.cursors[name] = value

    async def begin_reply(self, reply: Reply) -> Reply:
        return self.replies.setdefault(reply.question_id, reply)

    async def sent_reply(self, question_id: str, sent: str) -> None:
        self.replies[question_id] = replace(self.replies[question_id], sent=sent)

    async def end_reply(self, question_id: str) -> None:
        self.replies[question_id] = replace(self.replies[question_id], done=True)

    async def reply_to(self, question_id: str) -> Reply | None:
        return self.replies.get(question_id)

    async def open_replies(self, channel: str) -> Sequence[tuple[Question, Reply]]:
        return [(self.questions[k], r) for k, r in self.replies.items() if not r.done]

    async def replied_in(self, channel: str, place: str) -> bool:
        return any(each.place == place for each in self.replies.values())


def speaking(server: Server, rate: float = 0.0, burst: int = 10) -> Speaking:
    return Speaking(server, Pace(rate, burst), SystemClock(), "m.notice")


def question(name: str, text: str = "When does it open?") -> Question:
    return Question(
        id=name, desk="d", text=text, channel="matrix:t", asker="matrix:t:@ada:x", dedup=f"${name}"
    )


def shown(server: Server) -> list[str]:
    """What was said, one after the other, edits as what they show."""
    return [str(c.get("m.new_content", c)["body"]) for _, c in server.sent]  # type: ignore[index]


async def replied(server: Server, ladder: Ladder, **more: bool) -> Book:
    book, asked = Book(), question("q1")
    replies = Replies(ladder, book, speaking(server), Style(), every=0.05)
    reply = await book.begin_reply(begun(asked, PLACE))
    await replies.make(asked, reply, **more)
    return book


async def test_an_answer_that_is_quick_is_one_message() -> None:
    server = Server()
    book = await replied(server, Ladder())
    assert [transaction for transaction, _ in server.sent] == ["q1.0"]
    assert shown(server)[0].startswith("It opens at nine. [1] Come early.\n\nSources\n")
    assert book.replies["q1"] == Reply(
        question_id="q1", channel="matrix:t", place="!r:x", sent="$s0", done=True
    )
    assert not server.typing_now


async def test_a_slow_one_shows_quotes_then_grows_and_ends_whole() -> None:
    server = Server()
    await replied(server, Ladder(pause=0.6))
    first, *edits, last = shown(server)
    assert first.startswith("From the articles")
    assert edits == ["It opens at nine. [1] …"]
    assert last.startswith("It opens at nine. [1] Come early.")
    assert server.sent[-1][0] == "q1.end"
    assert server.sent[-1][1]["m.relates_to"] == {"rel_type": "m.replace", "event_id": "$s0"}


async def test_what_was_said_by_a_process_that_died_is_not_said_twice() -> None:
    server = Server()
    await server.send("!r:x", {"body": "From the articles"}, "q1.0")
    await replied(server, Ladder(), again=True)
    assert [transaction for transaction, _ in server.sent] == ["q1.0", "q1.end"]
    assert shown(server)[-1].startswith("It opens at nine. [1] Come early.")


async def test_a_server_that_says_slower_gets_every_answer_in_the_end() -> None:
    server = Server(burst=2, per_second=20.0)
    book = Book()
    replies = Replies(Ladder(pause=0.05), book, speaking(server), Style(), every=0.5)
    asked = [question(f"q{n}") for n in range(12)]
    begins = [await book.begin_reply(begun(each, PLACE)) for each in asked]
    await asyncio.gather(*map(replies.make, asked, begins))
    assert server.refused
    assert sorted(transaction for transaction, _ in server.sent) == sorted(
        f"{each.id}.0" for each in asked
    )
    assert all(each.done for each in book.replies.values())


class Quick(SystemClock):
    """Time that passes when somebody sleeps: who wakes first moves it on."""

    def __init__(self) -> None:
        self.at = 0.0
        self._sleeping: list[tuple[float, int, asyncio.Future[None]]] = []
        self._nth = count()

    def steady(self) -> float:
        return self.at

    async def sleep(self, seconds: float) -> None:
        woken = asyncio.get_running_loop().create_future()
        heappush(self._sleeping, (self.at + max(seconds, 1e-6), next(self._nth), woken))
        await woken

    async def pass_until(self, done: "asyncio.Future[Sequence[str]]") -> None:
        while not done.done():
            if self._sleeping:
                self.at, _, woken = heappop(self._sleeping)
                woken.set_result(None)
            for _ in range(5):  # whoever woke says what it has to say
                await asyncio.sleep(0)


async def test_with_an_own_rate_the_server_never_has_to_say_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = Quick()
    server = Server(burst=2, per_second=40.0, time=clock.steady)
    talking = Speaking(server, Pace(40.0, 2), clock, "m.notice")
    monkeypatch.setattr(
        "dengmi.channels.matrix.speaking.asyncio", SimpleNamespace(sleep=clock.sleep)
    )
    saying = asyncio.gather(*(talking.reply(said(str(n)), PLACE, f"t{n}") for n in range(8)))
    await clock.pass_until(saying)
    assert len(server.sent) == 8
    assert server.refused <= 1  # at the very border
    assert clock.at >= 6 / 40.0


async def test_a_room_that_is_closed_ends_the_reply_and_a_server_that_is_away_does_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("dengmi.channels.matrix.speaking._FIRST_PAUSE", 0.01)
    book = await replied(Server(closed=True), Ladder())
    assert book.replies["q1"].done
    server = Server(away=2)
    await replied(server, Ladder())
    assert len(server.sent) == 1


async def test_a_later_answer_is_a_message_that_calls_who_asked() -> None:
    server, book = Server(), Book()
    replies = Replies(Ladder(), book, speaking(server), Style(), every=1.0)
    asked = question("q1")
    await book.begin_reply(begun(asked, replace(PLACE, thread="$root")))
    done = [each async for each in Ladder().run(asked) if isinstance(each, Done)].pop()
    await replies.late(asked, done.answer, "a2")
    await replies.late(asked, done.answer, "a2")
    ((transaction, content),) = server.sent
    assert transaction == "a2"
    assert content["m.mentions"] == {"user_ids": ["@ada:x"]}
    assert content["m.relates_to"]["event_id"] == "$root"  # type: ignore[index]
    assert "“When does it open?”" in shown(server)[0]


def event(number: int, text: str = "When does it open?") -> Event:
    return {
        "type": "m.room.message",
        "event_id": f"${number}",
        "sender": "@ada:x",
        "origin_server_ts": (1_000 + number) * 1_000,
        "content": {"msgtype": "m.text", "body": text},
    }


async def listened(
    server: Server, book: Book, ladder: Ladder, *, wait: bool = True, **way: object
) -> None:
    """An account that hears all that comes, until there is no more and all is answered."""
    tasks: set[asyncio.Task[object]] = set()

    def start(work, name: str) -> object:
        task = asyncio.ensure_future(work)
        tasks.add(task)
        task.add_done_callback(tasks.discard)
        return task

    talking = speaking(server)

    async def resolve(_: str | None) -> str:
        return "d"

    account = Account(
        Way(name="t", desk="d", **way),  # type: ignore[arg-type]
        server,
        speaking=talking,
        replies=Replies(ladder, book, talking, Style(), every=1.0),
        answering=ladder,
        store=book,
        resolve=resolve,
        clock=SystemClock(),
        start=start,
    )
    running = asyncio.create_task(account.run())
    async with asyncio.timeout(10):
        while server.came:  # noqa: ASYNC110 - the account takes them one by one
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.05)
        while tasks and wait:
            await asyncio.gather(*tasks)
    for task in tasks:
        task.cancel()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_what_came_while_it_was_away_is_read_page_by_page() -> None:
    server, book, ladder = Server(), Book(), Ladder()
    book.cursors["matrix:t"] = "s1"
    server.pages = {"p3": ([event(4), event(3)], "p2"), "p2": ([event(2)], "")}
    server.came = [Synced("s9", [Heard("!r:x", [event(5)], limited=True, earlier="p3")])]
    await listened(server, book, ladder)
    assert [each.dedup for each in ladder.accepted.values()] == ["$2", "$3", "$4", "$5"]
    assert len(server.sent) == 4
    assert book.cursors["matrix:t"] == "s9"


async def test_what_was_said_long_before_it_came_is_left_alone() -> None:
    server, book, ladder = Server(), Book(), Ladder()
    book.cursors["matrix:t"] = "s1"
    came = 1_000.0 + 400
    old = Heard("!r:x", [event(1), event(350), event(401)], came=came)
    server.came = [Synced("s2", [old])]
    await listened(server, book, ladder)
    assert list(ladder.accepted) == ["$350", "$401"]
    server.came, book.cursors = [Synced("s3", [Heard("!r:x", [event(500)])])], {}
    await listened(server, book, ladder)  # a first start, far later than that
    assert list(ladder.accepted) == ["$350", "$401"]


async def test_a_message_delivered_again_is_answered_once() -> None:
    server, book, ladder = Server(), Book(), Ladder()
    book.cursors["matrix:t"] = "s1"
    again = Heard("!r:x", [event(1)])
    server.came = [Synced("s2", [again]), Synced("s3", [again])]
    await listened(server, book, ladder)
    server.came = [Synced("s4", [again])]
    await listened(server, book, ladder)
    assert len(ladder.ran) == len(server.sent) == 1


async def test_a_reply_that_another_process_left_is_made() -> None:
    server, book, ladder = Server(), Book(), Ladder()
    book.cursors["matrix:t"] = "s1"
    asked = replace(question("q1"), state="answered")
    book.questions["q1"] = asked
    await book.begin_reply(begun(asked, PLACE))
    server.came = [Synced("s2")]
    await listened(server, book, ladder)
    assert [transaction for transaction, _ in server.sent] == ["q1.0", "q1.end"]


async def test_pictures_strangers_and_encrypted_rooms() -> None:
    server, book, ladder = Server(), Book(), Ladder()
    book.cursors["matrix:t"] = "s1"
    picture = {**event(1, "photo.jpg"), "content": {"msgtype": "m.image", "body": "photo.jpg"}}
    stranger = {**event(2), "sender": "@eve:else.example"}
    sealed = {**event(3), "type": "m.room.encrypted", "content": {"algorithm": "m.megolm"}}
    own = {**event(4), "sender": "@town:x"}
    server.came = [Synced("s2", [Heard("!r:x", [picture, stranger, sealed, sealed, own])])]
    await listened(server, book, ladder)
    assert not ladder.accepted
    assert sorted(each[:11] for each in shown(server)) == ["I read text", "This room i"]


async def test_an_invitation_to_a_room_that_does_not_answer_stops_nothing() -> None:
    server, book, ladder = Server(stuck=True), Book(), Ladder()
    book.cursors["matrix:t"] = "s1"
    server.came = [
        Synced("s2", [Heard("!r:x", [event(1)])], {"!far:else": "@ada:x", "!r2:x": "@eve:else"})
    ]
    await listened(server, book, ladder, wait=False)
    assert len(server.sent) == 1
    assert book.cursors["matrix:t"] == "s2"


async def test_an_event_that_we_stumble_over_stops_nothing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    server, book, ladder = Server(), Book(), Ladder()
    book.cursors["matrix:t"] = "s1"
    accept = ladder.accept

    async def stumbling(question: Question) -> Question:
        if question.dedup == "$1":
            raise RuntimeError("a fault of ours")
        return await accept(question)

    monkeypatch.setattr(ladder, "accept", stumbling)
    server.came = [Synced("s2", [Heard("!r:x", [event(1), event(2)])])]
    await listened(server, book, ladder)
    assert list(ladder.accepted) == ["$2"]
    assert book.cursors["matrix:t"] == "s2"
    assert "event $1" in caplog.text
