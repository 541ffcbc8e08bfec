"""The header Idempotency-Key: a question that is sent twice is asked once."""

from starlette.requests import Request

from dengmi.core.ids import stable_id


def once(request: Request, payer: str, asker: str) -> str:
    """What tells a question apart from all others of its desk and channel; "" without the header.

    Callers choose their keys for themselves, some of them by counting: the key of one caller is not
    that of another, or each would get the answers of the other.

    Args:
        payer: whose quota the question counts against; it is another one for each key and address.
        asker: who asks, as kept with the question.
    """
    key = request.headers.get("idempotency-key", "")
    return f"{stable_id('i', payer, asker, key)}:{key[:100]}" if key else ""
