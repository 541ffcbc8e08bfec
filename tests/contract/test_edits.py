"""Settings that operators change, kept."""

from dengmi.core.edits import Edit
from dengmi.store.store import SqlStore


async def test_edits_are_kept_replaced_and_forgotten(store: SqlStore) -> None:
    voice = Edit(table="desks", name="茶", key="voice", value="Kurz, “bitte”.", at=1.0, by="Mei")
    days = Edit(table="desks", name="茶", key="keep_days", value=30, at=2.0, by="Mei")
    quick = Edit(table="levels", key="quick", value=["a", "b"], at=3.0, by="Bo")
    none = Edit(table="plans", name="club", key="questions", value=None, at=4.0)
    await store.change_edits([none, quick, days, voice], [])
    assert list(await store.edits()) == [voice, days, quick, none]
    again = Edit(table="desks", name="茶", key="voice", value="Lang.", at=5.0, by="Bo")
    await store.change_edits([again], [days, Edit(table="levels", key="deep")])
    assert list(await store.edits()) == [quick, none, again]
    assert (quick.path, again.path) == ("levels.quick", "desks.茶.voice")
