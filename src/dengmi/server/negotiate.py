"""Which language and which form a caller wants."""

from starlette.requests import Request

from dengmi.language.texts import languages

COOKIE = "lang"


def language(request: Request) -> str:
    """The language of what this caller reads: ?lang=, the cookie, the installation, the browser.

    Only names of the catalogue come out ("en", "zh").
    """
    chosen = known(request.query_params.get("lang")) or known(request.cookies.get(COOKIE))
    if chosen:
        return chosen
    return accepted(request.headers.get("accept-language", "")) or languages()[0]


def api_language(request: Request) -> str:
    """The language of errors and notices of the API: Accept-Language alone decides."""
    return accepted(request.headers.get("accept-language", "")) or languages()[0]


def known(tag: str | None) -> str | None:
    """The catalogue's language of a tag such as "zh-Hant"; None when it has none."""
    name = (tag or "").strip()[:2].lower()
    return name if name in languages() else None


def accepted(header: str) -> str | None:
    """The best language of an Accept-Language header (RFC 9110, section 12.5.4)."""
    best, weight = None, 0.0
    for part in header[:1_000].split(","):
        tag, _, params = part.partition(";")
        name = known(tag)
        if name is None:
            continue
        quality = _quality(params)
        if quality > weight:
            best, weight = name, quality
    return best


def _quality(params: str) -> float:
    name, _, value = params.strip().partition("=")
    if name.strip().lower() != "q":
        return 1.0
    try:
        return min(1.0, max(0.0, float(value)))
    except ValueError:
        return 0.0


def wants_stream(request: Request) -> bool:
    """Whether the answer should come as typed events."""
    return "text/event-stream" in request.headers.get("accept", "")
