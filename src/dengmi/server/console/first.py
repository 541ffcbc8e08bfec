"""The link with which the first operator gets in. It imports nothing of the pages: every start of a
server asks for it."""

from dengmi.core.ports import Store


async def first_token(store: Store) -> str:
    """What the link to the first operator holds: the same until there is an operator."""
    return await store.secret("console")


async def first_link(store: Store) -> str:
    """The path of that link; "" where there is an operator already."""
    if await store.operators().has_operators():
        return ""
    return f"/console/join/{await first_token(store)}"
