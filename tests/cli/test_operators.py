"""`dengmi operators`, and the link that `dengmi serve` prints."""

import asyncio
import urllib.request
from pathlib import Path

import pytest

from dengmi.core.operators import AccessKey, Invite, Operator
from dengmi.store.open import open_store
from tests.cli.test_serve import serving
from tests.commands import Command


@pytest.mark.parametrize("workers", [(), ("--workers", "2")], ids=["one", "two"])
def test_serve_prints_a_link_while_there_is_no_operator(
    start_in, dengmi: Command, home: Path, workers: tuple[str, ...]
) -> None:
    with serving(start_in, home, *workers) as (process, address):
        line = process.stdout.readline().decode()
        link = line.split(": ")[-1].strip()
        assert link.startswith(f"{address}/console/join/")
        with urllib.request.urlopen(link, timeout=20) as page:
            assert b"Who are you?" in page.read()
        assert "no operators yet" in dengmi("operators").out
        made = dengmi("operators", "link")
        assert f" {address}/console/join/" in made.out
        assert made.err == ""
    later = dengmi("operators", "link")
    assert " http://127.0.0.1:8321/console/join/" in later.out
    assert "No server of this home is running" in later.err


def test_links_and_lists(dengmi: Command) -> None:
    assert dengmi("operators", "--json").json == {"operators": []}
    made = dengmi("operators", "link")
    assert made.status == 0
    assert "http://127.0.0.1:8321/console/join/" in made.out
    assert dengmi("operators", "link", "--role", "viewer", "--json").json["link"] != made.out
    nobody = dengmi("operators", "link", "Nobody")
    assert nobody.status == 2
    assert "There is no operator “Nobody”" in nobody.err
    assert dengmi("operators", "link", "--role", "king").status == 2


def test_a_removed_operators_keys_are_not_forgotten(dengmi: Command, home: Path) -> None:
    """Nothing happens until it is said what becomes of them."""
    dengmi("operators")  # makes the store
    asyncio.run(_peopled(home))
    undecided = dengmi("operators", "remove", "bo")
    assert undecided.status == 2
    assert "made keys that would go on working: app, site" in undecided.err
    kept = dengmi("operators", "remove", "Bo", "--no-keys")
    assert "The keys app, site go on working." in kept.out
    gone = dengmi("operators", "remove", "Cy", "--keys", "--json").json
    assert gone == {"removed": "Cy", "keys": ["feed"], "keys_removed": True}
    assert [each["name"] for each in dengmi("operators", "--json").json["operators"]] == ["Mei"]
    assert asyncio.run(_keys(home)) == ["app", "site", "mine"]
    last = dengmi("operators", "remove", "Mei", "--keys")
    assert last.status != 0  # the last owner
    assert asyncio.run(_keys(home)) == ["app", "site", "mine"]


async def _peopled(home: Path) -> None:
    store = open_store(str(home / "dengmi.sqlite"))
    await store.open()
    people = store.operators()
    for number, name in enumerate(("Mei", "Bo", "Cy")):
        person = Operator(id=name, name=name, role="owner", password="x", made_at=number)
        await people.put_invite(Invite(id=name, role="owner", until=1e12))
        await people.join(person, name, 1.0)
    for number, (name, by) in enumerate(
        (("app", "Bo"), ("site", "Bo"), ("feed", "Cy"), ("mine", "Mei"))
    ):
        key = AccessKey(id=name, name=name, scopes=("ask",), made_by=by, made_at=number)
        await people.put_key(key)
    await store.close()


async def _keys(home: Path) -> list[str]:
    store = open_store(str(home / "dengmi.sqlite"))
    await store.open()
    names = [key.name for key in await store.operators().access_keys()]
    await store.close()
    return names
