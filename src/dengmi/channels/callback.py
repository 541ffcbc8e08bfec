"""Asks the own server, at the address that a platform is given, what the platform would ask."""

from collections.abc import Mapping

from dengmi.channels.registry import Finding

PATIENCE = 5.0
"""Seconds that a platform waits for a reply."""


async def called_back(public: str, path: str, query: Mapping[str, str], echo: str) -> Finding:
    """Whether the callback address answers as it should.

    Args:
        public: the address of this server as its readers know it; "" where there is none.
        query: what the platform would ask with.
        echo: what it would want to hear.
    """
    if not public:
        return Finding("fail", "channels_no_public", {"path": path})
    import httpx

    address = public.rstrip("/") + path
    try:
        async with httpx.AsyncClient(timeout=PATIENCE, trust_env=False) as client:
            reply = await client.get(address, params=query)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        reason = type(error).__name__
        return Finding("fail", "channels_away", {"address": address, "reason": reason})
    if reply.status_code == 200 and reply.text == echo:
        return Finding("ok", "channels_called_back", {"address": address})
    return Finding("fail", "channels_strange", {"address": address, "status": reply.status_code})
