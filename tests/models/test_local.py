"""llama.cpp in this process, on a tiny model made on the spot: real weights, real tokenizer."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from dengmi.core.chat import ChatRequest, Ended, Message, Said, Thought
from dengmi.core.errors import ModelFailed
from dengmi.models.local import LocalModel
from dengmi.settings.options import ModelSettings

pytest.importorskip("xllamacpp", reason="llama.cpp (xllamacpp) is not installed")
pytest.importorskip("gguf", reason="gguf is not installed")

MESSAGES = (Message("system", "Answer."), Message("user", "What is on the bridge?"))


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from tests.fakes.gguf_model import make

    return make(tmp_path_factory.mktemp("gguf") / "tiny.gguf")


@pytest.fixture
async def model(tiny: Path, tmp_path: Path) -> AsyncIterator[LocalModel]:
    settings = ModelSettings(kind="local", model=str(tiny), context=2048, slots=2)
    model = LocalModel("tiny", settings, tmp_path)
    yield model
    await model.close()


async def _all(model: LocalModel, **fields: object) -> list:
    made: dict[str, object] = {"messages": MESSAGES, "max_tokens": 20, "temperature": 0.0}
    return [piece async for piece in model.chat(ChatRequest(**(made | fields)))]


async def test_pieces_stream_and_tokens_are_counted(model: LocalModel) -> None:
    pieces = await _all(model)
    end = pieces[-1]
    assert isinstance(end, Ended)
    assert (end.ending, end.counted, end.tokens.output) == ("length", True, 20)
    assert end.tokens.miss > 20
    assert end.version.startswith("tiny")
    assert len(pieces) > 5
    assert all(isinstance(piece, Said | Thought) for piece in pieces[:-1])


async def test_the_same_beginning_is_found_in_the_cache(model: LocalModel) -> None:
    first = (await _all(model))[-1].tokens
    again = (await _all(model))[-1].tokens
    assert again.hit > first.hit
    assert again.hit + again.miss == first.hit + first.miss


async def test_no_tag_of_the_thinking_is_ever_said(model: LocalModel) -> None:
    pieces: list = []
    try:
        request = ChatRequest(messages=MESSAGES, max_tokens=200, thinking=True, temperature=0.0)
        async for piece in model.chat(request):
            pieces.append(piece)
    except ModelFailed as error:
        assert error.trouble == "empty"
    said = "".join(piece.text for piece in pieces if isinstance(piece, Said))
    assert "<think>" not in said
    assert "</think>" not in said


async def test_leaving_early_leaves_the_model_usable(model: LocalModel) -> None:
    pieces = model.chat(ChatRequest(messages=MESSAGES, max_tokens=500))
    async for _ in pieces:
        break
    await pieces.aclose()
    assert isinstance((await _all(model))[-1], Ended)


async def test_a_file_that_is_not_there_or_no_model_says_what_to_do(tmp_path: Path) -> None:
    gone = LocalModel("own", ModelSettings(kind="local", model="gone.gguf"), tmp_path)
    with pytest.raises(ModelFailed) as caught:
        await _all(gone)
    assert caught.value.trouble == "missing"
    assert "dengmi models pull" in str(caught.value)
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(b"GGUF but not really")
    model = LocalModel("own", ModelSettings(kind="local", model=str(broken)), tmp_path)
    with pytest.raises(ModelFailed) as caught:
        await _all(model)
    assert caught.value.trouble == "missing"


async def test_it_is_idle_once_its_calls_have_ended(model: LocalModel) -> None:
    await model.idle()
    calls = model.chat(ChatRequest(messages=MESSAGES, max_tokens=20, temperature=0.0))
    await anext(calls)
    idle = asyncio.create_task(model.idle())
    await asyncio.sleep(0)
    assert not idle.done()
    await calls.aclose()
    await idle
