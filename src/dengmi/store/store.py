"""The store: every method of `dengmi.core.ports.Store`, the same for both databases.

The work itself is in the scripts of this room, one file per noun; here each gets its transaction.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dengmi.core.clock import Clock
from dengmi.core.inbox import Census
from dengmi.core.outcomes import Outcome
from dengmi.core.ports import Locks
from dengmi.core.records import (
    Answer,
    Article,
    Change,
    Desk,
    Exchange,
    Head,
    Known,
    Passage,
    Prepared,
    Question,
    Source,
    SourceKind,
)
from dengmi.core.reuses import Reusable, ReuseState
from dengmi.core.together import Together
from dengmi.store import (
    articles,
    conversations,
    desks,
    inbox,
    notes,
    reading,
    replies,
    reuses,
    secrets,
    sources,
)
from dengmi.store.charging import SqlCharges
from dengmi.store.connector import Connector
from dengmi.store.editing import SqlEdits
from dengmi.store.firsts import SqlFirsts
from dengmi.store.histories import SqlHistories
from dengmi.store.line import SqlLine
from dengmi.store.outgoing import SqlOutgoing
from dengmi.store.replying import SqlReplies
from dengmi.store.watched import Watched

if TYPE_CHECKING:
    from dengmi.core.accounts import Accounts
    from dengmi.core.operators import Operators
    from dengmi.core.review import Review

TRIED_FOR = 1.0
"""Seconds that what a try found is believed: whoever looks often does not write often."""

TRIED_WITH = "0" * 65_536
"""About as much as a long answer with its passages needs: a few bytes find room on a disk that is
full to everything else."""


class SqlStore(SqlCharges, SqlLine, SqlEdits, SqlFirsts, SqlHistories, SqlOutgoing, SqlReplies):
    """Everything that is kept, behind a connector. Raises only DengmiErrors."""

    def __init__(self, connector: Connector, clock: Clock) -> None:
        SqlCharges.__init__(self)
        SqlLine.__init__(self)
        SqlOutgoing.__init__(self)
        self._watched = Watched(connector)
        self._db = self._watched
        self._clock = clock
        self._tried = -TRIED_FOR
        self._applied: Sequence[str] | None = None
        self._record = Together(self._record_all, direct=True)
        self._finish = Together(self._finish_all)
        self._passages = Together(self._all_passages, lanes=2, direct=True)
        self._reusables = Together(self._all_reusables, lanes=2, direct=True)
        self._turns = Together(self._all_turns, lanes=2, direct=True)

    async def open(self) -> None:
        """Connect and bring the schema up to date. Raises Unavailable or BadSettings."""
        self._applied = await self._db.open()

    async def close(self) -> None:
        """Finish what was begun and let go. Closing twice does no harm."""
        for calls in (
            self._record,
            self._finish,
            self._wait,
            self._passages,
            self._turns,
            self._note,
            self._reserve,
            self._settle,
            self._give,
        ):
            await calls.drain()
        await self._db.close()
        self._applied = None

    async def migrate(self) -> Sequence[str]:
        """Bring the schema up to date, opening the store if it is not open; the names of the
        migrations that were applied when it was opened."""
        if self._applied is None:
            await self.open()
        return tuple(self._applied or ())

    def locks(self) -> Locks | None:
        """Locks that all have in common who use this store; None where they are on one machine."""
        return self._db.locks()

    async def check_writes(self) -> None:
        """Raise Unavailable where the last write found the database full or away, and so does a
        try. Without a failure behind it, it costs nothing."""
        failed = self._watched.failed
        if failed is None:
            return
        if self._clock.steady() - self._tried < TRIED_FOR:
            raise failed
        self._tried = self._clock.steady()
        for value in (TRIED_WITH, ""):
            await self._db.write(replies.put_cursor, "try", value)

    async def snapshot(self, path: Path) -> int:
        """Write everything, as of one moment, into a fresh SQLite file; the change it stands at."""
        from dengmi.store import snapshot

        await self._db.copy_out(path)
        return await snapshot.change_of(path)

    async def load_snapshot(self, path: Path) -> None:
        """Fill this empty store from a snapshot. Raises Conflict when it is not empty."""
        from dengmi.store import snapshot

        await snapshot.load(path, self._db)

    # -- passages and changes

    async def passages(self, ids: Sequence[str]) -> Mapping[str, tuple[Head, Passage]]:
        """The passages of these ids with their articles; unknown ids are simply not there."""
        return await self._passages(ids) if ids else {}

    async def last_change(self) -> int:
        """The newest sequence number; 0 for an empty store."""
        return await self._db.read(reading.last_change)

    async def changes(self, after: int, limit: int) -> Sequence[Change]:
        """The changes after a number, oldest first, only the newest one of each article."""
        return await self._db.read(reading.changes, after, limit)

    async def article_passages(
        self, article_pks: Sequence[int]
    ) -> Mapping[int, tuple[Head, tuple[Passage, ...]]]:
        """Every passage of these articles, as they are now."""
        return await self._db.read(reading.article_passages, article_pks)

    # -- questions and answers

    async def record_question(self, question: Question) -> tuple[Question, bool]:
        """Write it down, or find it: (the question as kept, whether it is new)."""
        return await self._record(question)

    async def finish_question(self, answer: Answer, again: Reusable | None = None) -> None:
        """Store the answer and the question's final state, once per answer id; with it that the
        answer may serve again. Raises NotFound."""
        await self._finish((answer, again))

    async def fail_question(self, question_id: str, code: str) -> None:
        """Give the question the final state "failed", unless it has one."""
        await self._db.write(inbox.fail, question_id, code)

    async def claim_questions(self, owner: str, known: Census) -> Sequence[Question]:
        """Take over questions that no living process works on, oldest first."""
        return await self._db.write(inbox.claim, owner, known)

    async def question(self, question_id: str) -> Question | None:
        """A question by its id."""
        return await self._db.read(inbox.question_of, question_id)

    async def leave_questions(self, owner: str) -> None:
        """Whoever comes may take over what a process that ends has not answered."""
        await self._db.write(inbox.leave, owner)

    async def answer(self, answer_id: str) -> Answer | None:
        """A stored answer, by its own id or, the newest one, by its question's."""
        return await self._db.read(inbox.answer_of, answer_id)

    async def unanswered(self, desk: str, limit: int = 50) -> Sequence[Question]:
        """The newest questions that the desk's articles did not answer."""
        return await self._db.read(inbox.unanswered, desk, limit)

    # -- conversations

    async def turns(
        self, desk: str, asker: str, conversation: str, before: float, limit: int
    ) -> Sequence[Exchange]:
        """The last turns of one asker's conversation asked before a time, oldest first."""
        return await self._turns((desk, asker, conversation, before, limit))

    async def put_thumb(self, answer_id: str, asker: str, up: bool | None, at: float) -> None:
        """An asker's thumb on an answer; None takes it back. Raises NotFound."""
        await self._db.write(conversations.put_thumb, answer_id, asker, up, at)

    async def forget_asker(self, asker: str) -> int:
        """Delete an asker's questions, answers and thumbs; how many questions went."""
        return await self._db.write(conversations.forget, asker)

    # -- answers that may serve again

    async def keep_reusable(self, reusable: Reusable) -> None:
        """Note an answer; one that is there already keeps its state."""
        await self._db.write(reuses.keep, reusable)

    async def reusables(self, key: str, limit: int) -> Sequence[tuple[Reusable, Answer]]:
        """The answers of a key that are not void, pinned ones first, then the newest."""
        return await self._reusables((key, limit))

    async def set_reuse(self, answer_id: str, state: ReuseState, reason: str = "") -> bool:
        """Pin an answer, make it live again or void; False when it was never reusable."""
        return await self._db.write(reuses.set_state, answer_id, state, reason)

    # -- desks, sources, articles

    async def desks(self) -> Sequence[Desk]:
        """Every desk, oldest first."""
        return await self._db.read(desks.all_desks)

    async def desks_with_sources(self) -> frozenset[str]:
        """The names of the desks that have sources."""
        return await self._db.read(desks.with_sources)

    async def ensure_desk(self, name: str, title: str = "") -> Desk:
        """The desk of that name, made if needed; a title that is given is taken over."""
        return await self._db.write(desks.ensure, name, title, self._clock.now())

    async def add_source(
        self, desk: str, kind: SourceKind, address: str, options: Mapping[str, object]
    ) -> Source:
        """The source of that desk, kind and address, options renewed. Raises NotFound."""
        now = self._clock.now()
        return await self._db.write(sources.add, desk, kind, address, options, now)

    async def sources(self, desk: str | None = None) -> Sequence[Source]:
        """The sources of a desk, or of all, oldest first."""
        return await self._db.read(sources.listed, desk)

    async def source(self, source_id: str) -> Source | None:
        """A source by its id."""
        return await self._db.read(sources.one, source_id)

    async def remove_source(self, source_id: str) -> int:
        """Remove a source with its articles; how many articles went."""
        return await self._db.write_alone(sources.remove, source_id)

    async def mark_synced(self, source_id: str, at: float) -> None:
        """Note when a source was last synced."""
        await self._db.write(sources.mark_synced, source_id, at)

    async def note_outcome(self, source_id: str, outcome: Outcome) -> None:
        """Keep how the last sync of a source ended; nothing where the source is gone."""
        await self._db.write(sources.note_outcome, source_id, outcome)

    async def known(self, source_id: str) -> Mapping[str, Known]:
        """By key, what is stored of a source."""
        return await self._db.read(articles.known, source_id)

    async def put_articles(self, source: Source, batch: Sequence[Prepared]) -> None:
        """Insert or replace these articles in one transaction; of a key given twice, the last.

        Raises NotFound when the source was removed meanwhile.
        """
        await self._db.write_alone(articles.put, source, batch, self._clock.now())

    async def touch_articles(self, source_id: str, marks: Mapping[str, tuple[str, str]]) -> None:
        """Renew (etag, modified) of unchanged articles, by key. No change is recorded."""
        await self._db.write_alone(articles.touch, source_id, marks)

    async def remove_articles(self, source_id: str, keys: Iterable[str]) -> int:
        """Remove articles by key; how many went."""
        return await self._db.write_alone(articles.remove, source_id, list(keys))

    async def article(self, article_id: str, desk: str | None = None) -> Article | None:
        """An article by its public id; without a desk, the oldest desk that has it."""
        return await self._db.read(reading.article, article_id, desk)

    async def articles(
        self, desk: str | None = None, source_id: str | None = None, limit: int = 50, after: int = 0
    ) -> Sequence[Head]:
        """Articles in order of `pk`, those above `after`."""
        return await self._db.read(reading.articles, desk, source_id, limit, after)

    async def counts(self) -> Mapping[str, int]:
        """Rows by table name."""
        return await self._db.read(reading.counts)

    # -- for operators

    async def secret(self, name: str) -> str:
        """The store's own secret of a name, made when it is first asked for."""
        return await self._db.write(secrets.secret, name)

    def operators(self) -> "Operators":
        """What is kept of operators."""
        from dengmi.store.office import SqlOperators

        return SqlOperators(self._db)

    def accounts(self) -> "Accounts":
        """Whose accounts at a provider of sign-in are."""
        from dengmi.store.office import SqlAccounts

        return SqlAccounts(self._db)

    def review(self) -> "Review":
        """What operators look through."""
        from dengmi.store.reviewing import SqlReview

        return SqlReview(self._db)

    # -- notes

    async def put_note(self, note_id: str, kind: str, value: Mapping[str, object]) -> None:
        """Keep a value under an id, in place of what is there."""
        await self._db.write(notes.put, note_id, kind, value, self._clock.now())

    async def take_note(self, note_id: str) -> Mapping[str, Any] | None:
        """Take a value away; None where there is none, or another one took it."""
        return await self._db.write(notes.take, note_id)

    async def notes(self, kind: str) -> Mapping[str, Mapping[str, Any]]:
        """Every value of a kind, by its id."""
        return await self._db.read(notes.of_kind, kind)

    async def _record_all(self, questions: Sequence[Question]) -> Sequence[tuple[Question, bool]]:
        return await self._db.write(inbox.record, questions)

    async def _finish_all(
        self, ended: Sequence[tuple[Answer, Reusable | None]]
    ) -> Sequence[Exception | None]:
        kept = [again for _, again in ended if again is not None]
        return await self._db.write(inbox.finish, [answer for answer, _ in ended], kept)

    async def _all_reusables(
        self, wanted: Sequence[tuple[str, int]]
    ) -> Sequence[Sequence[tuple[Reusable, Answer]]]:
        return await self._db.read(reuses.of_keys, wanted)

    async def _all_turns(
        self, asked: Sequence[tuple[str, str, str, float, int]]
    ) -> Sequence[Sequence[Exchange]]:
        return await self._db.read(conversations.all_turns, asked)

    async def _all_passages(
        self, asked: Sequence[Sequence[str]]
    ) -> Sequence[Mapping[str, tuple[Head, Passage]]]:
        """The passages of several questions, read at once."""
        ids = list(dict.fromkeys(chain.from_iterable(asked)))
        there = await self._db.read(reading.passages, ids)
        return [{each: there[each] for each in wanted if each in there} for wanted in asked]
