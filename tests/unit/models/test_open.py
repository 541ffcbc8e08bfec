"""The models of an installation follow its settings; what is under way ends first."""

import asyncio
from pathlib import Path

import pytest

from dengmi.models import open as opening
from dengmi.models.open import Models
from dengmi.settings.options import ModelSettings, PriceSettings

ONE = ModelSettings(kind="openai", model="m", base_url="http://127.0.0.1:1/v1")
OTHER = ModelSettings(kind="openai", model="n", base_url="http://127.0.0.1:1/v1")


class Played:
    """A model whose calls last until told; `log` is what became of it."""

    def __init__(self, name: str, settings: ModelSettings) -> None:
        self.name = name
        self.settings = settings
        self.free = asyncio.Event()
        self.closed = asyncio.Event()

    async def idle(self) -> None:
        await self.free.wait()

    async def close(self) -> None:
        self.closed.set()


@pytest.fixture
def models(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Models:
    monkeypatch.setattr(opening, "open_model", lambda name, settings, _: Played(name, settings))
    return Models({"a": ONE}, tmp_path)


async def test_another_model_takes_the_place_of_one_that_closes_when_it_is_idle(models) -> None:
    first = models.get("a")
    models.become({"a": ONE, "b": OTHER})
    assert models.get("a") is first
    models.become({"a": OTHER})
    second = models.get("a")
    assert (second.settings, second is first) == (OTHER, False)
    await asyncio.sleep(0)
    assert not first.closed.is_set()
    first.free.set()
    await first.closed.wait()
    assert not second.closed.is_set()
    await models.close()
    assert second.closed.is_set()


async def test_a_price_makes_no_other_model_and_one_that_is_gone_is_made_once_more(models) -> None:
    first = models.get("a")
    models.become({"a": ModelSettings(kind="openai", model="m", base_url=ONE.base_url,
                                      price=PriceSettings(miss=1.0))})  # fmt: skip
    assert models.get("a") is first
    models.become({})
    await asyncio.sleep(0)
    again = models.get("a")  # for an answer that began with it
    assert again is not first
    models.become({"b": OTHER})
    await models.close()  # ends the wait of both
    assert first.closed.is_set()
    assert again.closed.is_set()
