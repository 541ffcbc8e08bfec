"""Every operation of the REST API in words and types; the OpenAPI description is made of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from msgspec import Struct

from dengmi.server.rest.loading import LoadResponse
from dengmi.server.rest.models import (
    AnswerRequest,
    AnswerResponse,
    ArticleResponse,
    BudgetsResponse,
    DesksResponse,
    ReuseRequest,
    ReuseResponse,
    SearchRequest,
    SearchResponse,
    ThumbRequest,
    ThumbResponse,
)
from dengmi.server.rest.source_models import (
    RemovedResponse,
    SourceRequest,
    SourceShape,
    SourcesResponse,
)

DESK = "Name of a desk."


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One method of one path. `failures` are the statuses of its problem documents."""

    method: str
    path: str
    id: str
    summary: str
    text: str
    reply: type[Struct]
    body: type[Struct] | None = None
    status: int = 200
    path_texts: Mapping[str, str] = field(default_factory=dict)
    query_texts: Mapping[str, str] = field(default_factory=dict)
    header_texts: Mapping[str, str] = field(default_factory=dict)
    failures: tuple[int, ...] = ()
    streams: bool = False
    operator: bool = False


BODY_FAILURES = (400, 404, 413, 415, 422)

ASKING_FAILURES = (400, 401, 404, 413, 415, 422, 429)
"""Of what callers are counted for: a key that is not known, too many in a short time."""

OPERATIONS = (
    Operation(
        method="POST",
        path="/answers",
        id="ask",
        summary="Ask a question",
        text=(
            "Answers from the articles of a desk. Every citation gives the exact sentences it "
            "quotes. With `Accept: text/event-stream` the answer comes as events, each with JSON "
            "data: `found`, then any of `thinking`, `text` (to be appended), `citation`, `notice`, "
            "then `spent`, then exactly one of `done` (the whole answer) or `failed`. Where a "
            "model writes, `found` brings quotes to show meanwhile; the answer of `done` is the "
            "one that holds. Hanging up ends the writing unless others wait for it too. Comments "
            "(`: keep-alive`) fill silences. Where no model had room or none answered, the quotes "
            "are the answer and `pending` says that a better one is waited for. A budget or quota "
            "that is used up is no failure: the answer is a quote or an earlier answer then, and a "
            "notice (`budget_spent`, `quota_spent`) says when it starts anew. A program with a key "
            "of the setting `keys` sends it as a bearer token and names its `asker`. Status 429 "
            "says that the caller is too fast, and `Retry-After` how many seconds to wait."
        ),
        body=AnswerRequest,
        reply=AnswerResponse,
        header_texts={
            "Idempotency-Key": "Your key of this question: sent twice, it is asked once.",
        },
        failures=ASKING_FAILURES,
        streams=True,
    ),
    Operation(
        method="GET",
        path="/answers/{answer_id}",
        id="get_answer",
        summary="An earlier answer",
        text=(
            "By the answer's id or by its question's. While a better answer is waited for, "
            "`pending` says where it stands; once that has come, both ids give it. Of a desk that "
            "does not share its answers it takes a key."
        ),
        path_texts={"answer_id": "`id` or `question_id` of an answer."},
        reply=AnswerResponse,
        failures=(401, 404),
    ),
    Operation(
        method="GET",
        path="/answers/{answer_id}/events",
        id="follow_answer",
        summary="Wait for a better answer",
        text=(
            "Events, each with the answer that holds as JSON data: `pending` now and whenever the "
            "place in the line changes, then `done` once, with the better answer or with `late` "
            "saying why there is none. The stream ends after ten minutes at the latest: come "
            "again, nothing is missed. Comments (`: keep-alive`) fill silences."
        ),
        path_texts={"answer_id": "`id` or `question_id` of an answer."},
        reply=AnswerResponse,
        failures=(401, 404),
        streams=True,
    ),
    Operation(
        method="DELETE",
        path="/answers/{answer_id}/pending",
        id="withdraw",
        summary="Wait no longer",
        text=(
            "The answer that is there stays. Nothing happens where none is waited for. Only the "
            "program that asked may do so, and the operator."
        ),
        path_texts={"answer_id": "`id` or `question_id` of an answer."},
        reply=AnswerResponse,
        failures=(401, 403, 404),
    ),
    Operation(
        method="PUT",
        path="/answers/{answer_id}/thumb",
        id="put_thumb",
        summary="Thumb up or down",
        text="One for each asker; the last one counts. Without a key, one for each address. "
        "A thumb down ends an answer's reuse; without a key it takes two.",
        path_texts={"answer_id": "`id` of an answer."},
        body=ThumbRequest,
        reply=ThumbResponse,
        failures=BODY_FAILURES,
    ),
    Operation(
        method="PUT",
        path="/answers/{answer_id}/reuse",
        id="set_reuse",
        summary="Pin an answer, or let it serve no more",
        text="For written answers that have citations.",
        path_texts={"answer_id": "`id` of an answer."},
        body=ReuseRequest,
        reply=ReuseResponse,
        failures=(400, 401, 403, 404, 413, 415, 422),
        operator=True,
    ),
    Operation(
        method="POST",
        path="/search",
        id="search",
        summary="Find passages",
        text=(
            "The passages that fit best, each with its sentences and the words that matched; of "
            "one source or of some days only, where `source`, `since` or `until` say so."
        ),
        body=SearchRequest,
        reply=SearchResponse,
        failures=ASKING_FAILURES,
    ),
    Operation(
        method="GET",
        path="/articles/{article_id}",
        id="get_article",
        summary="An article",
        text="The whole body, and the passages with their numbered sentences.",
        path_texts={"article_id": "`article_id` of a hit or citation (percent-encoded)."},
        query_texts={"desk": "The desk to look in. Default: the first that has the article."},
        reply=ArticleResponse,
        failures=(404,),
    ),
    Operation(
        method="GET",
        path="/desks",
        id="list_desks",
        summary="Desks",
        text="Every desk of this installation; private ones only with a key, and for operators.",
        reply=DesksResponse,
        failures=(401, 403),
    ),
    Operation(
        method="GET",
        path="/budgets",
        id="list_budgets",
        summary="Budgets",
        text="How much of each desk's budget of today is used, and what was told of late.",
        reply=BudgetsResponse,
        failures=(401, 403),
        operator=True,
    ),
    Operation(
        method="GET",
        path="/desks/{desk}/sources",
        id="list_sources",
        summary="Sources of a desk",
        text="Where its articles come from, how many there are, and how the last sync went.",
        path_texts={"desk": DESK},
        reply=SourcesResponse,
        failures=(404,),
    ),
    Operation(
        method="POST",
        path="/desks/{desk}/sources",
        id="add_source",
        summary="Add a source",
        text=(
            "Remembers the source and starts its first sync in the background. The desk is made "
            "if it is not there. Poll the list of sources until `syncing` is false."
        ),
        path_texts={"desk": DESK},
        body=SourceRequest,
        reply=SourceShape,
        status=202,
        failures=(400, 401, 403, 404, 409, 413, 415, 422),
        operator=True,
    ),
    Operation(
        method="DELETE",
        path="/desks/{desk}/sources/{source_id}",
        id="remove_source",
        summary="Remove a source",
        text="Its articles go with it and disappear from answers at once.",
        path_texts={"desk": DESK, "source_id": "Id of the source."},
        reply=RemovedResponse,
        failures=(401, 403, 404, 409),
        operator=True,
    ),
    Operation(
        method="POST",
        path="/desks/{desk}/sources/{source_id}/sync",
        id="sync_source",
        summary="Sync a source",
        text="Takes over what was added, changed or removed at the source, in the background.",
        path_texts={"desk": DESK, "source_id": "Id of the source."},
        reply=SourceShape,
        status=202,
        failures=(401, 403, 404, 409),
        operator=True,
    ),
    Operation(
        method="GET",
        path="/load",
        id="get_load",
        summary="The present load",
        text=(
            "Per model: slots busy and granted, who waits, health. Per level: what was asked for "
            "and given in the last minute, how long the first reply, a model's first words and "
            "the whole took, tokens, money, and the shares of answers reused and joined. Added "
            "up over all processes of the server."
        ),
        reply=LoadResponse,
        failures=(401, 403),
        operator=True,
    ),
)
