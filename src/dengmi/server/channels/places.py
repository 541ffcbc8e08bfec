"""Addresses of our pages, as who asks over a channel has to know them: whole."""

from starlette.requests import Request

from dengmi.channels.links import Links, Where
from dengmi.server.ui.links import answer_path, article_path, sentence_path
from dengmi.settings.options import Settings


def links_of(request: Request, settings: Settings) -> Links:
    """Makes the links in the answers to a request."""
    return links_at(base_of(request, settings), settings.channels.openai.links)


def links_at(base: str, where: Where = "original") -> Links:
    """Makes links for readers who know this server under an address."""
    return Links(base=base, page=sentence_path, whole=article_path, where=where)


def base_of(request: Request, settings: Settings) -> str:
    """The address of this server as its readers know it, without a slash at its end."""
    return (settings.server.public_url or str(request.base_url)).rstrip("/")


def page_of(links: Links, answer_id: str) -> str:
    """The lasting address of an answer."""
    return links.base + answer_path(answer_id)
