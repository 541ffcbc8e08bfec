"""Addresses of our own pages."""

from urllib.parse import quote, urlencode, urlsplit

from dengmi.core.records import Citation, Head


def desk_path(desk: str, default: str) -> str:
    """The ask page of a desk; the default desk lives at the root."""
    return "/" if desk == default else f"/d/{quote(desk, safe='*')}"


def search_path(desk: str, default: str, words: str = "") -> str:
    """Where a desk's articles are searched without asking, for words where they are given."""
    pairs = {"desk": "" if desk == default else desk, "find": words}
    query = urlencode({name: value for name, value in pairs.items() if value})
    return f"/search?{query}" if query else "/search"


def conversation_path(conversation: str, act: str = "") -> str:
    """A conversation of the reader's own, or what is done with it."""
    return f"/c/{quote(conversation, safe='')}{act and f'/{act}'}"


def answer_path(answer_id: str) -> str:
    """The lasting address of an answer."""
    return f"/a/{quote(answer_id, safe='')}"


def citation_path(answer_id: str, number: str) -> str:
    """The sentence behind a number of an answer."""
    return f"{answer_path(answer_id)}/citations/{number}"


def picture_path(answer_id: str, shape: str = "tall") -> str:
    """An answer as a picture: "tall" to forward, "wide" for previews of links."""
    wide = "?shape=wide" if shape == "wide" else ""
    return f"{answer_path(answer_id)}/card.png{wide}"


def article_path(head: Head, answer_id: str = "") -> str:
    """An article's page; with the answer that led there, so that it can lead back."""
    return _article(head, [("a", answer_id)] if answer_id else [])


def sentence_path(citation: Citation, answer_id: str = "") -> str:
    """The quoted sentences, marked in their article."""
    span = f"{citation.first}-{citation.last}"
    query = [("p", citation.passage_id), ("s", span)]
    if answer_id:
        query.append(("a", answer_id))
    return _article(citation.head, query) + "#s"


def passage_path(head: Head, passage_id: str, sentence: int) -> str:
    """One sentence of a passage, marked in its article."""
    return _article(head, [("p", passage_id), ("s", f"{sentence}-{sentence}")]) + "#s"


def site(address: str) -> str:
    """The name of the site an address is at, as a reader says it."""
    return (urlsplit(address).hostname or address).removeprefix("www.")


def _article(head: Head, query: list[tuple[str, str]]) -> str:
    whole = urlencode([("desk", head.desk), *query])
    return f"/articles/{quote(head.id, safe='')}?{whole}"
