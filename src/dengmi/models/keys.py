"""The key of an endpoint: it goes into a header, and into no message."""

from dengmi.core.errors import ModelFailed

_LONGEST_REASON = 200


def bearer(key: str, name: str) -> dict[str, str]:
    """The header that a key is sent in; none for "". A key that no header can hold is refused here,
    since the errors of a library would repeat it.

    Args:
        name: what messages call the model.

    Raises:
        ModelFailed: no header can hold it.
    """
    if not (key.isascii() and key.isprintable()):
        raise ModelFailed("key", name)
    return {"Authorization": f"Bearer {key}"} if key else {}


def without_key(reason: str, key: str) -> str:
    """What an endpoint or a library said, on one short line that does not hold the key."""
    line = " ".join(reason.split())
    return (line.replace(key, "•••") if key else line)[:_LONGEST_REASON]
