"""One Matrix account, two servers on one PostgreSQL database, each with a home of its own: one of
them serves it, and the other takes over when that one is killed."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.channels.matrix.conftest import SETTINGS, Homeserver, Person, account
from tests.channels.matrix.test_matrix import replied
from tests.commands import add, serving
from tests.postgres import server

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    """The address of an empty database."""
    with server() as running:
        yield running.address("postgres")


@pytest.fixture
def homes(
    homeserver: Homeserver, bot: Person, stocked: Path, database: str, tmp_path: Path
) -> list[Path]:
    """Two homes with the same account on the same database, and articles in that."""
    store = f'[store]\nurl = "{database}"\nshared = true\n'
    made = []
    for name in ("one", "other"):
        home = tmp_path / name
        home.mkdir()
        shutil.copy(stocked / "script.toml", home / "script.toml")
        tables = [SETTINGS, store, account("town", homeserver, bot)]
        (home / "dengmi.toml").write_text("\n".join(tables), encoding="utf-8")
        made.append(home)
    add(made[0], stocked.parent / "town", desk="town")
    return made


@pytest.fixture
def bot(homeserver: Homeserver) -> Person:
    return homeserver.person("town")


def test_the_other_server_takes_over_and_nobody_is_answered_twice(
    homeserver: Homeserver, bot: Person, homes: list[Path]
) -> None:
    ada = homeserver.person("ada")

    def of(asked: str) -> list[dict[str, Any]]:
        """The replies to a message."""
        return [each for each in ada.messages(room, bot.user) if replied(each) == asked]

    with serving(homes[0]) as one:
        room = ada.room(bot, direct=True)
        first = ada.say(room, "How many seats does the lantern room have?")
        ada.until(lambda: of(first))
        with serving(homes[1]):
            second = ada.say(room, "For how long are books lent?")
            ada.answer(room, bot.user, "while the answer is being written")
            one.kill()
            third = ada.say(room, "几点开门，博物馆？")
            ada.answer(room, bot.user, "九点")
            ada.until(lambda: "four weeks" in ada.shown(of(second)[0])["body"])
            ada.sync(1.0)
    assert [len(of(asked)) for asked in (first, second, third)] == [1, 1, 1]
