"""The records that travel through Dengmi: what is stored, searched and answered.

All are immutable. Times are Unix seconds (UTC, float); dates of articles are ISO 8601 text,
because many articles only tell a day. Offsets count Python characters (code points).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

SourceKind = Literal["folder", "page", "site", "feed", "jsonl", "wechat"]
Form = Literal["markdown", "text"]
SentenceKind = Literal["prose", "item", "row", "code"]
Level = Literal["reuse", "quote", "quick", "deep", "research"]
Wanted = Literal["auto", "reuse", "quote", "quick", "deep", "research"]
Verdict = Literal["supported", "partial", "unsupported"]
Policy = Literal["drop", "mark", "off"]  # what is done with sentences that are not supported
QuestionState = Literal["asked", "answered", "unanswered", "failed"]

HALL = "*"
"""The desk name that means: every public desk together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """One assistant: its sources, voice, channels and budget."""

    name: str
    title: str = ""
    created_at: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where articles come from. `address` is an absolute path or an http(s) address."""

    id: str
    desk: str
    kind: SourceKind
    address: str
    options: Mapping[str, object] = field(default_factory=dict)
    added_at: float = 0.0
    synced_at: float | None = None
    articles: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An article as a source delivered it, before it is stored.

    `key` identifies the article inside its source (relative path, address, JSONL id).
    `id` is the public id the source asked for, if any. `etag` and `modified` are the
    validators of the HTTP answer (or the file's mtime and size) that let the next sync skip it.
    """

    key: str
    title: str
    body: str
    form: Form = "markdown"
    id: str | None = None
    url: str = ""
    author: str = ""
    published: str | None = None
    lang: str = ""
    etag: str = ""
    modified: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """One numbered sentence of a passage: `passage.text[start:end]`. `n` counts from 1."""

    n: int
    start: int
    end: int
    kind: SentenceKind = "prose"


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A stretch of an article small enough to retrieve and to prompt with.

    `text` is plain text: the article's blocks from number `block` on, the first one entered at
    character `offset` of that block, joined by newlines. `headings` is the path of headings
    above it. `id` follows from the desk, the article and the text, so it survives a re-sync of
    unchanged text.
    """

    id: str
    n: int
    text: str
    sentences: tuple[Sentence, ...]
    headings: tuple[str, ...] = ()
    block: int = 0
    offset: int = 0

    def first_of_run(self, n: int) -> int:
        """Where the unbroken run of sentences of one kind begins that sentence n (from 1) is in:
        the first item of its list, the first row of its table."""
        kind = self.sentences[n - 1].kind
        while n > 1 and self.sentences[n - 2].kind == kind:
            n -= 1
        return n

    def quote(self, first: int, last: int | None = None) -> str:
        """The exact text of sentence `first`, or of `first` to `last`, both counted from 1."""
        end = self.sentences[(last or first) - 1].end
        return self.text[self.sentences[first - 1].start : end]


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What names an article beside a quote. `pk` is internal, `id` public.

    `addresses` holds every address the same text is published at (reposts), its own first.
    Articles of one desk with the same `repost_group` are near-duplicates; 0 means not compared.
    """

    pk: int
    id: str
    desk: str
    source_id: str
    title: str
    url: str = ""
    author: str = ""
    published: str | None = None
    lang: str = ""
    addresses: tuple[str, ...] = ()
    repost_group: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One published text, at the version that is current."""

    head: Head
    body: str
    form: Form
    content_hash: str
    version: int
    changed_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A draft with everything derived from it: ready to be written in one transaction.

    `sketch` is the near-duplicate sketch (see corpus.reposts); empty for very short texts.
    """

    draft: Draft
    content_hash: str
    passages: tuple[Passage, ...]
    sketch: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the store already has of one key of a source."""

    article_id: str
    content_hash: str
    etag: str = ""
    modified: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One step of the store's change sequence, which derived indexes follow."""

    seq: int
    article_pk: int
    gone: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchQuery:
    """What to look for. `since`/`until` bound the article's date (ISO, inclusive). `marked`:
    whether hits say where the matched words stand, which costs more than finding them."""

    text: str
    desk: str
    limit: int = 10
    source_id: str | None = None
    since: str | None = None
    until: str | None = None
    marked: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A passage found, with its article. `marks[i]` holds the (start, end) ranges of the matched
    words of sentence i+1, counted from that sentence's own start."""

    rank: int
    score: float
    head: Head
    passage: Passage
    marks: tuple[tuple[tuple[int, int], ...], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """The ranked passages a question retrieves now.

    `weights` gives every distinct term of the question its inverse document frequency; `ideal`
    is the score a passage holding every term would reach. `seq` is the change the index stood at.
    """

    query: SearchQuery
    hits: tuple[Hit, ...]
    weights: Mapping[str, float]
    ideal: float
    seq: int
    took_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """Claim → article, passage, sentences `first` to `last`; `quote` is their exact text and
    `marks` the matched ranges inside it. `verdict` is that of the first claim that cites it, None
    where the desk does not check."""

    n: int
    head: Head
    passage_id: str
    first: int
    last: int
    quote: str
    verdict: Verdict | None = "supported"
    marks: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One thing one asker asked at one desk through one channel.

    `dedup` is the channel's own key of the message: the same key is the same question. `payer` is
    whose quota it counts against, as the channel knows for sure; "" where nobody's. The rest
    is not kept: `deadline` is when an answer must begin for anyone to want it (Unix seconds, 0 for
    none), `background` says that nobody waits for it just now, `owner` is the process that took it
    up, which is written down and not read back. `owed_at` is when its channel owes the answer as a
    message of its own (Unix seconds, 0 for never), which is written down as a delivery.
    """

    id: str
    desk: str
    text: str
    wanted: Wanted = "auto"
    channel: str = "rest"
    asker: str = ""
    conversation: str = ""
    dedup: str = ""
    lang: str = ""
    asked_at: float = 0.0
    state: QuestionState = "asked"
    payer: str = ""
    deadline: float = 0.0
    background: bool = False
    owner: str = ""
    owed_at: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Money in millionths of the currency unit: never a float."""

    currency: str = "CNY"
    micros: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One sentence of an answer: `answer.text[start:end]`, without the numbers that cite.

    `cited` are the numbers of its citations. `verdict` is None where the sentence states nothing
    that could be checked (a lead-in, a question) or where the desk does not check.
    """

    start: int
    end: int
    cited: tuple[int, ...] = ()
    verdict: Verdict | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a question got. `nearest` names articles when `grounded` is false.

    Attributes:
        question: as it was asked.
        standalone: the question that was searched for, completed from the conversation.
        claims: the sentences of a written answer, in order; empty for quotes.
        evidence: ids of the passages the model was shown, in the order it saw them.
        origin: the answer that this one serves again; "" for one of its own.
        cost: what it cost; `full_cost` what it would have cost with no reuse, join or cache.
        model: name and version of the model that wrote it, such as "flash DeepSeek-V4.1".
    """

    id: str
    question_id: str
    desk: str
    question: str
    level: Level
    wanted: Wanted
    text: str
    grounded: bool
    confidence: float
    citations: tuple[Citation, ...] = ()
    nearest: tuple[Head, ...] = ()
    followups: tuple[str, ...] = ()
    reused: bool = False
    standalone: str = ""
    claims: tuple[Claim, ...] = ()
    evidence: tuple[str, ...] = ()
    origin: str = ""
    model: str = ""
    cost: Cost = Cost()
    full_cost: Cost = Cost()
    usage: Mapping[str, int] = field(default_factory=dict)
    took_ms: float = 0.0
    created_at: float = 0.0
    lang: str = ""

    @property
    def quoted(self) -> bool:
        """Whether it is sentences of articles and nothing else."""
        return self.grounded and self.level == "quote" and bool(self.citations)

    @property
    def greets(self) -> bool:
        """Whether it answers a greeting: with nothing of the articles, which were not asked."""
        return self.grounded and self.level == "quote" and not self.citations


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A question of a conversation with its newest answer, if it has one."""

    question: Question
    answer: Answer | None
