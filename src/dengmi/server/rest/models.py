"""The shapes of the REST API: requests are decoded into them, responses are described by them.
Those of sources are in `source_models`."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from dengmi.server.bodies import LIMIT

Level = Literal["reuse", "quote", "quick", "deep", "research"]
Wanted = Literal["auto", "reuse", "quote", "quick", "deep", "research"]
Verdict = Literal["supported", "partial", "unsupported"]
Name = Annotated[str, Meta(max_length=200)]
Day = Annotated[
    str,
    Meta(
        pattern=r"^[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?$",
        description="A year, a month or a day: 2025, 2025-03 or 2025-03-09.",
    ),
]
Long = Annotated[str, Meta(max_length=LIMIT)]
Range = tuple[int, int]

DeskField = Annotated[
    Name | None,
    Meta(description="Desk to ask; `*` is the hall (every public desk). Default: the only desk."),
]


class Request(Struct, forbid_unknown_fields=True, kw_only=True):
    """Bodies that are sent: a field nobody knows is refused, not overlooked."""


class SearchRequest(Request):
    """What to look for."""

    query: Annotated[Long, Meta(description="Words or a question.", examples=["add articles"])]
    desk: DeskField = None
    limit: Annotated[int, Meta(ge=1, le=50, description="Most passages to give back.")] = 10
    source: Annotated[
        Name | None, Meta(description="Id of a source: only its articles are searched.")
    ] = None
    since: Annotated[Day | None, Meta(description="Only articles of this day or later.")] = None
    until: Annotated[Day | None, Meta(description="Only articles of this day or earlier.")] = None


class AnswerRequest(Request):
    """A question."""

    question: Annotated[
        Long,
        Meta(
            description="The question, in Chinese or English.",
            examples=["How do I add articles?"],
        ),
    ]
    desk: DeskField = None
    level: Annotated[
        Wanted,
        Meta(description="Highest level wanted. What is not to be had now becomes a lower one."),
    ] = "auto"
    conversation: Annotated[
        Name,
        Meta(description="Your id of the conversation: an asker's questions in it follow on."),
    ] = ""
    asker: Annotated[Name, Meta(description="Your id of the person who asks.")] = ""
    thinking: Annotated[
        bool, Meta(description="Whether the event stream tells the model's thinking too.")
    ] = False


class ThumbRequest(Request):
    """What an asker thinks of an answer."""

    up: Annotated[bool | None, Meta(description="Up, down, or null to take it back.")]
    asker: Annotated[Name, Meta(description="Your id of the person.")] = ""


class ThumbResponse(Struct, kw_only=True):
    """The thumb as it is kept."""

    up: bool | None


class ReuseRequest(Request):
    """Whether an answer may serve again."""

    state: Annotated[
        Literal["live", "pinned", "void"],
        Meta(
            description="`pinned`: for the same question, whatever the articles say by now; "
            "`live`: while they say the same; `void`: never."
        ),
    ]


class ReuseResponse(Struct, kw_only=True):
    """The state as it is kept."""

    state: Literal["live", "pinned", "void"]


class HeadFields(Struct, kw_only=True):
    """What names an article."""

    article_id: str
    desk: str
    title: str
    url: str
    author: str
    published: Annotated[str | None, Meta(description="ISO 8601 date or time, if known.")]
    lang: str
    addresses: Annotated[
        list[str], Meta(description="Every address the same text is published at.")
    ] = []


class HitSentence(Struct, kw_only=True):
    """One sentence of a passage found."""

    n: Annotated[int, Meta(description="Number inside the passage, from 1.")]
    text: str
    match: Annotated[list[Range], Meta(description="[start, end] of matched words, in characters.")]


class SearchHit(HeadFields, kw_only=True):
    """One passage found."""

    rank: int
    score: float
    source_id: str
    passage_id: str
    headings: list[str]
    text: str
    sentences: list[HitSentence]


class SearchResponse(Struct, kw_only=True):
    """Passages found, the best first."""

    hits: list[SearchHit]
    took_ms: float


class CitationShape(HeadFields, kw_only=True):
    """Where a quote stands: article, passage, sentences `first` to `last`."""

    n: int
    passage_id: str
    first: int
    last: int
    quote: Annotated[str, Meta(description="The exact text of these sentences.")]
    match: Annotated[list[Range], Meta(description="[start, end] of matched words in the quote.")]
    verdict: Annotated[
        Verdict | None,
        Meta(
            description="Of the first sentence that cites it; null where the desk does not check."
        ),
    ]


class ClaimShape(Struct, kw_only=True):
    """One sentence of a written answer."""

    start: Annotated[int, Meta(description="Its place in `text`, in characters.")]
    end: int
    cited: Annotated[list[int], Meta(description="Numbers of the citations it rests on.")]
    verdict: Annotated[
        Verdict | None, Meta(description="Null where there is nothing to check, or no check.")
    ]


class CostShape(Struct, kw_only=True):
    """Money in millionths of the currency unit."""

    currency: str
    micros: int


class PendingShape(Struct, kw_only=True):
    """A better answer is waited for."""

    level: Annotated[Level, Meta(description="The level that is waited for.")]
    position: Annotated[int, Meta(description="Place in the line; the next one has 1.")]
    wait: Annotated[int, Meta(description="Seconds until it is there, about.")]
    until: Annotated[float, Meta(description="Unix time at which the wait ends without one.")]


class NoticeShape(Struct, kw_only=True):
    """A quiet word beside an answer, such as why it is a quote."""

    code: Annotated[str, Meta(description="Such as budget_spent, quota_spent, no_room.")]
    text: Annotated[str, Meta(description="In the language of Accept-Language.")]
    params: Annotated[
        dict[str, str | float],
        Meta(
            description="What fills the text; `until` is when a limit counts anew (Unix seconds)."
        ),
    ]


class BudgetShape(Struct, kw_only=True):
    """How much of a desk's budget of today is used. Money in millionths of the currency."""

    desk: str
    currency: str
    used: Annotated[int, Meta(description="Settled, or held by calls under way.")]
    most: int
    share: Annotated[float, Meta(description="From 0 to 1.")]
    since: Annotated[float, Meta(description="When the day began (Unix seconds).")]
    until: Annotated[float, Meta(description="When it starts anew (Unix seconds).")]
    zone: str


class AlertShape(Struct, kw_only=True):
    """What the operator was told."""

    code: str
    text: str
    params: dict[str, str | float]
    at: float


class BudgetsResponse(Struct, kw_only=True):
    """Budgets of today, and alerts of the last three days."""

    budgets: list[BudgetShape]
    alerts: list[AlertShape]


class AnswerResponse(Struct, kw_only=True):
    """An answer. `grounded` false means: the articles do not say; `nearest` names the closest."""

    id: str
    question_id: str
    desk: str
    question: str
    level: Level
    wanted: Wanted
    text: str
    grounded: bool
    confidence: Annotated[float, Meta(description="0 to 1.")]
    citations: list[CitationShape]
    nearest: list[HeadFields]
    followups: list[str]
    standalone: Annotated[
        str,
        Meta(description="The question completed from its conversation: what was searched for."),
    ]
    claims: Annotated[
        list[ClaimShape], Meta(description="The sentences of a written answer; none for quotes.")
    ]
    reused: bool
    origin: Annotated[str, Meta(description="Id of the answer served again; empty for one's own.")]
    model: Annotated[str, Meta(description="The model that wrote it, with its version.")]
    cost: CostShape
    full_cost: Annotated[
        CostShape, Meta(description="What it would have cost without reuse, join and cache.")
    ]
    usage: dict[str, int]
    lang: str
    took_ms: float
    created_at: float
    pending: Annotated[
        PendingShape | None, Meta(description="While a better answer is waited for, else null.")
    ]
    late: Annotated[
        Literal["waiting", "answered", "expired", "withdrawn", "ended"] | None,
        Meta(
            description="How the wait for a better answer stands; `answered`: this is the better "
            "one; `ended`: there is none to be had; null: the question never waited."
        ),
    ]
    notices: Annotated[
        list[NoticeShape], Meta(description="Told once, with the answer to a question.")
    ]


class PassageSentence(Struct, kw_only=True):
    """One sentence of a passage."""

    n: int
    text: str
    kind: Literal["prose", "item", "row", "code"]


class PassageShape(Struct, kw_only=True):
    """One passage of an article."""

    passage_id: str
    n: int
    headings: list[str]
    text: str
    sentences: list[PassageSentence]


class ArticleResponse(HeadFields, kw_only=True):
    """A whole article at its current version."""

    source_id: str
    form: Literal["markdown", "text"]
    body: str
    version: int
    content_hash: str
    changed_at: float
    passages: list[PassageShape]


class DeskShape(Struct, kw_only=True):
    """A desk."""

    name: str
    title: str


class DesksResponse(Struct, kw_only=True):
    """Every desk."""

    desks: list[DeskShape]


class FieldShape(Struct, kw_only=True):
    """What is wrong with one field of the body."""

    field: str
    code: str
    detail: str


class ProblemResponse(Struct, kw_only=True):
    """A failure (RFC 9457). `code` is for programs, `detail` for people."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    fields: list[FieldShape] = []
