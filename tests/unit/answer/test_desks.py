"""Which desks are named to who asks at one that is not there."""

from collections.abc import Collection, Sequence

import pytest

from dengmi.answer.desks import Desks
from dengmi.core.errors import NotFound
from dengmi.core.records import HALL, Desk
from dengmi.settings.desks import DeskSettings

PRIVATE = {"board": DeskSettings(public=False), "guide": DeskSettings(title="The guide")}


class Shelf:
    """The desks of an installation, all with sources."""

    def __init__(self, *names: str) -> None:
        self._names = names

    async def desks(self) -> Sequence[Desk]:
        return [Desk(name=name) for name in self._names]

    async def desks_with_sources(self) -> Collection[str]:
        return self._names


async def test_a_private_desk_answers_who_knows_its_name_and_is_named_to_nobody() -> None:
    desks = Desks(Shelf("guide", "board", "news"), settings=PRIVATE)  # type: ignore[arg-type]
    with pytest.raises(NotFound) as caught:
        await desks.resolve("nope")
    assert (caught.value.code, caught.value.params["known"]) == ("desk_unknown", "guide, news")
    with pytest.raises(NotFound) as caught:
        await desks.resolve(None)
    assert (caught.value.code, caught.value.params["known"]) == ("desk_several", "guide, news")
    assert await desks.resolve("board") == "board"


async def test_a_channel_asks_the_hall_where_nobody_said_which_of_several_desks() -> None:
    one = Desks(Shelf("guide"))  # type: ignore[arg-type]
    assert await one.for_channel(None) == "guide"
    several = Desks(Shelf("guide", "board", "news"), settings=PRIVATE)  # type: ignore[arg-type]
    for _ in range(2):  # the second time without a look
        assert await several.for_channel(None) == HALL
    assert await several.for_channel("news") == "news"
    with pytest.raises(NotFound):
        await several.for_channel("nope")
    assert await Desks(Shelf("a", "b"), default="b").for_channel(None) == "b"  # type: ignore[arg-type]


async def test_where_all_are_private_none_is_named() -> None:
    desks = Desks(Shelf("board"), settings=PRIVATE)  # type: ignore[arg-type]
    with pytest.raises(NotFound) as caught:
        await desks.resolve("nope")
    assert (caught.value.code, caught.value.params["known"]) == ("desk_unknown", "–")
