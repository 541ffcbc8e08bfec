"""Scripts about settings that operators change."""

from collections.abc import Sequence
from typing import Any

from dengmi.core.edits import Edit
from dengmi.store.jsons import from_json, to_json
from dengmi.store.steps import Work, every, many


def listed() -> Work[tuple[Edit, ...]]:
    """Every edit, oldest first."""
    rows = yield from every("edits")
    return tuple(
        Edit(table=table, name=name, key=key, value=from_json(value, Any), at=at, by=by)
        for table, name, key, value, at, by in rows
    )


def change(put: Sequence[Edit], gone: Sequence[Edit]) -> Work[None]:
    """Keep some and forget others."""
    where = [{"part": each.table, "name": each.name, "key": each.key} for each in gone]
    yield from many("edit_delete", where)
    yield from many(
        "edit_put",
        [
            {
                "part": each.table,
                "name": each.name,
                "key": each.key,
                "value": to_json(each.value),
                "at": float(each.at),
                "operator": each.by,
            }
            for each in put
        ],
    )
