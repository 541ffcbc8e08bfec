"""What callers name for themselves, some of them by counting: the key of a question that is sent
twice (the header Idempotency-Key), and a conversation. What one calls "1" is not what another does.
"""

from starlette.requests import Request

from dengmi.core.ids import stable_id


def once(request: Request, payer: str, asker: str) -> str:
    """What tells a question apart from all others of its desk and channel; "" without the header.

    With another caller's key one would get the other's answer.

    Args:
        payer: whose quota the question counts against; it is another one for each key and address.
        asker: who asks, as kept with the question.
    """
    key = request.headers.get("idempotency-key", "")
    return f"{stable_id('i', payer, asker, key)}:{key[:100]}" if key else ""


def own_conversation(named: str, payer: str, asker: str) -> str:
    """The id under which a conversation is kept. Of an asker whom a key or operator names it is
    the one that was given, since questions of another asker do not belong to it anyway; who is
    nobody, or just says a name, is told apart by key or address.

    Args:
        payer, asker: as for `once`.
    """
    return stable_id("c", payer, named) if named and payer and payer != asker else named
