"""Every path and who answers it."""

from collections.abc import Sequence

from starlette.routing import BaseRoute, Route

from dengmi.server.channels.mcp import PATH as MCP
from dengmi.server.channels.mcp import Mcp
from dengmi.server.channels.openai import PREFIX as CHAT
from dengmi.server.channels.openai import OpenAI
from dengmi.server.channels.ways import Way
from dengmi.server.console.lazy import LazyConsole
from dengmi.server.context import Context
from dengmi.server.oidc.way import Way as SignIn
from dengmi.server.rest.answers import Answers
from dengmi.server.rest.budgets import Budgets
from dengmi.server.rest.health import Health
from dengmi.server.rest.loading import Loading
from dengmi.server.rest.openapi import PREFIX, openapi
from dengmi.server.rest.reading import Reading
from dengmi.server.rest.sources import Sources
from dengmi.server.ui.answer import AnswerPage
from dengmi.server.ui.article import ArticlePage
from dengmi.server.ui.ask import AskPage
from dengmi.server.ui.citation import Citations
from dengmi.server.ui.conversation import ConversationActs
from dengmi.server.ui.find import FindPage
from dengmi.server.ui.handover import Handover
from dengmi.server.ui.history import HistoryPage
from dengmi.server.ui.installed import Installed
from dengmi.server.ui.static import Static
from dengmi.server.ui.thumbs import Thumbs
from dengmi.server.widget.lazy import LazyWidget


def routes(context: Context, ways: Sequence[Way] = ()) -> Sequence[BaseRoute]:
    """All of them; the busiest come first: they are tried in this order.

    Args:
        ways: the channels that platforms call.
    """
    return [
        *(route for way in ways for route in way.routes()),
        *_api(context),
        *_channels(context),
        *_pages(context),
        *_asker(context),
        *SignIn(context).routes(),
        *_watching(context),
    ]


def _api(context: Context) -> Sequence[BaseRoute]:
    answers, reading, sources = Answers(context), Reading(context), Sources(context)
    api = PREFIX
    return [
        Route(f"{api}/answers", answers.ask, methods=["POST"]),
        Route(f"{api}/search", reading.search, methods=["POST"]),
        Route(f"{api}/answers/{{answer_id}}", answers.get, methods=["GET"]),
        Route(f"{api}/answers/{{answer_id}}/events", answers.events, methods=["GET"]),
        Route(f"{api}/answers/{{answer_id}}/pending", answers.withdraw, methods=["DELETE"]),
        Route(f"{api}/answers/{{answer_id}}/thumb", answers.thumb, methods=["PUT"]),
        Route(f"{api}/answers/{{answer_id}}/reuse", answers.reuse, methods=["PUT"]),
        Route(f"{api}/articles/{{article_id:path}}", reading.article, methods=["GET"]),
        Route(f"{api}/budgets", Budgets(context).list, methods=["GET"]),
        Route(f"{api}/desks", reading.desks, methods=["GET"]),
        Route(f"{api}/desks/{{desk}}/sources", sources.list, methods=["GET"]),
        Route(f"{api}/desks/{{desk}}/sources", sources.add, methods=["POST"]),
        Route(f"{api}/desks/{{desk}}/sources/{{source_id}}", sources.remove, methods=["DELETE"]),
        Route(f"{api}/desks/{{desk}}/sources/{{source_id}}/sync", sources.sync, methods=["POST"]),
        Route(f"{api}/load", Loading(context).load, methods=["GET"]),
        Route(f"{api}/openapi.json", openapi, methods=["GET"]),
    ]


def _channels(context: Context) -> Sequence[BaseRoute]:
    chat, mcp = OpenAI(context), Mcp(context)
    widget = LazyWidget(context).answer
    return [
        Route(f"{CHAT}/chat/completions", chat.complete, methods=["POST"]),
        Route(f"{CHAT}/models", chat.models, methods=["GET"]),
        Route(f"{CHAT}/models/{{model}}", chat.model, methods=["GET"]),
        Route(MCP, mcp, methods=["POST"]),
        Route(f"{MCP}/{{desk}}", mcp, methods=["POST"]),
        Route("/widget.js", widget, methods=["GET"]),
        Route("/widget", widget, methods=["GET"]),
        Route("/widget/{rest:path}", widget, methods=["GET", "POST", "OPTIONS"]),
    ]


def _pages(context: Context) -> Sequence[BaseRoute]:
    page, answer, article = AskPage(context), AnswerPage(context), ArticlePage(context)
    installed, static = Installed(context), Static()
    console = LazyConsole(context)
    return [
        Route("/", page.show, methods=["GET"]),
        Route("/", page.ask, methods=["POST"]),
        Route("/d/{desk}", page.show, methods=["GET"]),
        Route("/d/{desk}", page.ask, methods=["POST"]),
        Route("/a/{answer_id}", answer.show, methods=["GET"]),
        Route("/a/{answer_id}/events", answer.events, methods=["GET"]),
        Route("/a/{answer_id}/card.png", answer.card, methods=["GET"]),
        Route("/a/{answer_id}/withdraw", page.withdraw, methods=["POST"]),
        Route("/a/{answer_id}/stop", page.stop, methods=["POST"]),
        Route("/c/{conversation}", page.conversation, methods=["GET"]),
        Route("/manifest.webmanifest", installed.manifest, methods=["GET"]),
        Route("/sw.js", installed.worker, methods=["GET"]),
        Route("/offline", installed.offline, methods=["GET"]),
        Route("/articles/{article_id:path}", article.show, methods=["GET"]),
        Route("/static/{version}/{name}", static.file, methods=["GET"]),
        Route("/favicon.ico", static.favicon, methods=["GET"]),
        Route("/robots.txt", static.robots, methods=["GET"]),
        Route("/console", console),
        Route("/console/{rest:path}", console),
    ]


def _asker(context: Context) -> Sequence[BaseRoute]:
    """What is one asker's own."""
    acts, history, handover = ConversationActs(context), HistoryPage(context), Handover(context)
    return [
        Route("/a/{answer_id}/thumb", Thumbs(context).put, methods=["POST"]),
        Route("/a/{answer_id}/citations/{n}", Citations(context).show, methods=["GET"]),
        Route("/search", FindPage(context).show, methods=["GET"]),
        Route("/c/{conversation}/title", acts.rename, methods=["POST"]),
        Route("/c/{conversation}/delete", acts.delete, methods=["POST"]),
        Route("/c/{conversation}/{kind}", acts.export, methods=["GET"]),
        Route("/history", history.show, methods=["GET"]),
        Route("/history/forget", history.forget, methods=["POST"]),
        Route("/history/move", handover.offer, methods=["GET"]),
        Route("/history/move", handover.make, methods=["POST"]),
        Route("/history/join/{token}", handover.ask, methods=["GET"]),
        Route("/history/join/{token}", handover.join, methods=["POST"]),
        Route("/history/{kind}", history.export, methods=["GET"]),
    ]


def _watching(context: Context) -> Sequence[BaseRoute]:
    health = Health(context)
    return [
        Route("/openapi.json", openapi, methods=["GET"]),
        Route("/healthz", health.healthz, methods=["GET"]),
        Route("/readyz", health.readyz, methods=["GET"]),
        Route("/metrics", health.metrics, methods=["GET"]),
    ]
