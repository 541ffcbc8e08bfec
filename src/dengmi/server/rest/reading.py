"""POST /search, GET /articles/{id} and GET /desks: what only reads."""

from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response

from dengmi.core.errors import BadInput, NotFound
from dengmi.core.records import Passage, SearchQuery
from dengmi.server.access import is_operator
from dengmi.server.bodies import clean, read_json
from dengmi.server.context import Context
from dengmi.server.finding import article_of
from dengmi.server.replies import json_reply
from dengmi.server.rest.models import SearchRequest
from dengmi.server.shapes import Json, article_json, desk_json, evidence_json


class Reading:
    """Finds passages and shows articles."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._parts = context.parts

    async def search(self, request: Request) -> Response:
        """Passages for a query."""
        body = await read_json(request, SearchRequest)
        await self._context.callers.admit(request)
        words = clean(body.query).strip()
        most = self._parts.settings.ask.max_chars
        if not words:
            raise BadInput("query_empty")
        if len(words) > most:
            raise BadInput("question_too_long", chars=len(words), most=most)
        desk = await self._parts.desks.resolve(body.desk)
        evidence = await self._parts.search.search(
            SearchQuery(
                text=words,
                desk=desk,
                limit=body.limit,
                source_id=clean(body.source) if body.source else None,
                since=body.since,
                until=body.until,
            )
        )
        return json_reply(evidence_json(evidence))

    async def article(self, request: Request) -> Response:
        """An article with its passages and their numbered sentences."""
        article_id = clean(request.path_params["article_id"])
        desk = request.query_params.get("desk")
        if desk:
            desk = await self._parts.desks.resolve(clean(desk))
        whole = bool(desk) or await self._may_know(request)
        article = await article_of(self._parts, article_id, desk, whole)
        if article is None:
            raise NotFound("article_unknown", article=article_id[:60])
        found = await self._parts.store.article_passages([article.head.pk])
        _, passages = found.get(article.head.pk, (article.head, ()))
        shape = article_json(article)
        shape["passages"] = [_passage_json(passage) for passage in passages]
        return json_reply(shape)

    async def desks(self, request: Request) -> Response:
        """Every desk; private ones are named only to who has a key, and to operators."""
        told, shapes = self._parts.settings.desks, []
        known = await self._may_know(request)
        for desk in await self._parts.store.desks():
            settings = told.get(desk.name)
            if known or settings is None or settings.public:
                title = (settings.title if settings else "") or desk.title
                shapes.append(desk_json(replace(desk, title=title)))
        return json_reply({"desks": shapes})

    async def _may_know(self, request: Request) -> bool:
        """Whether a caller may know of private desks: who has a key, and operators."""
        known = bool(await self._context.callers.key(request))
        return known or is_operator(request, self._parts.settings.server)


def _passage_json(passage: Passage) -> Json:
    return {
        "passage_id": passage.id,
        "n": passage.n,
        "headings": list(passage.headings),
        "text": passage.text,
        "sentences": [
            {"n": one.n, "text": passage.text[one.start : one.end], "kind": one.kind}
            for one in passage.sentences
        ],
    }
