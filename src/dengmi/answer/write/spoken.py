"""What a model says, as a generator that can be closed before its end."""

from collections.abc import AsyncGenerator

from dengmi.core.chat import ChatModel, ChatRequest, Piece


async def spoken(model: ChatModel, request: ChatRequest) -> AsyncGenerator[Piece, None]:
    """A model's pieces; closing it ends the request at the endpoint."""
    pieces = model.chat(request)
    try:
        async for piece in pieces:
            yield piece
    finally:
        close = getattr(pieces, "aclose", None)
        if close is not None:
            await close()
