"""Finds near-duplicates when an article is written.

Articles that are alike form a group. A group keeps the sketch of its first article and that
sketch's bands: runs of 5 places, 12 of them. Two sketches of likeness 0.8 share at least one band
with probability 1 - (1 - 0.8^5)^12 = 0.991, of 0.9 with 0.99999 (Leskovec, Rajaraman and Ullman,
Mining of Massive Datasets, section 3.4), so a new article finds its group by lookup.
"""

import struct
import zlib
from collections import defaultdict
from collections.abc import Mapping, Sequence

from dengmi.core.sketches import ALIKE, alike
from dengmi.store.steps import Work, every, many, run

PLACES, MOST_BANDS = 5, 12

Sketch = tuple[int, ...]


def bands(desk: str, sketch: Sketch) -> list[int]:
    """The bands of a sketch, as numbers that also stand for the desk and the band's place.

    A CRC-32 is enough: what shares a band by chance is compared in full afterwards.
    """
    packed = pack(sketch)
    seed = zlib.crc32(desk.encode())
    size = 4 * PLACES
    return [
        (place << 32) | zlib.crc32(packed[place * size : (place + 1) * size], seed)
        for place in range(min(MOST_BANDS, len(sketch) // PLACES))
    ]


def pack(sketch: Sketch) -> bytes:
    """A sketch as it is stored."""
    return struct.pack(f"<{len(sketch)}I", *sketch)


def unpack(raw: bytes) -> Sketch:
    """The sketch that `pack` packed."""
    return struct.unpack(f"<{len(raw) // 4}I", raw)


def group(desk: str, sketches: Sequence[Sketch]) -> Work[list[int | None]]:
    """The group of each sketch, in order; a sketch like none before founds one.

    None for sketches too short to compare.
    """
    banded = [bands(desk, sketch) for sketch in sketches]
    by_band, founders = yield from _candidates(desk, {band for each in banded for band in each})
    founded: dict[int, list[int]] = {}
    groups: list[int | None] = []
    last = yield from _last_group()
    for sketch, own_bands in zip(sketches, banded, strict=True):
        if not own_bands:
            groups.append(None)
            continue
        near = {found for band in own_bands for found in by_band.get(band, ())}
        likeness = [(alike(founders[each], sketch), -each) for each in near]
        best = max(likeness, default=(0.0, 0))
        if best[0] >= ALIKE:
            groups.append(-best[1])
            continue
        number = last + len(founded) + 1
        founded[number] = own_bands
        founders[number] = sketch
        for band in own_bands:
            by_band[band].append(number)
        groups.append(number)
    yield from _keep(desk, founded, founders)
    return groups


def forget_empty(groups: Sequence[int]) -> Work[None]:
    """Forget those of these groups that have no article any more."""
    if not groups:
        return
    rows = yield from every("reposts_empty", ids=sorted(set(groups)))
    gone = [
        {"band": band, "repost": number}
        for number, desk, sketch in rows
        for band in bands(desk, unpack(sketch))
    ]
    yield from many("band_delete", gone)
    if rows:
        yield from run("reposts_delete", ids=[row[0] for row in rows])


def _candidates(
    desk: str, wanted: set[int]
) -> Work[tuple[defaultdict[int, list[int]], dict[int, Sketch]]]:
    """(groups by band, founding sketch by group) of every group that shares one of the bands."""
    by_band: defaultdict[int, list[int]] = defaultdict(list)
    founders: dict[int, Sketch] = {}
    if not wanted:
        return by_band, founders
    found = yield from every("bands_found", bands=sorted(wanted))
    if not found:
        return by_band, founders
    rows = yield from every("reposts", ids=sorted({row[1] for row in found}))
    founders = {number: unpack(sketch) for number, where, sketch in rows if where == desk}
    for band, number in found:
        if number in founders:
            by_band[band].append(number)
    return by_band, founders


def _last_group() -> Work[int]:
    rows = yield from every("tally", articles=0, changes=0, reposts=0)
    last: int = rows[0][2]
    return last


def _keep(
    desk: str, founded: Mapping[int, Sequence[int]], founders: Mapping[int, Sketch]
) -> Work[None]:
    """Store new groups: their bands by number, and their sketches among all `founders`."""
    if not founded:
        return
    yield from run("tally", articles=0, changes=0, reposts=len(founded))
    yield from many(
        "repost_insert",
        [{"id": each, "desk": desk, "sketch": pack(founders[each])} for each in founded],
    )
    # In the table's own order, which is the quickest way in.
    pairs = sorted((band, each) for each, own in founded.items() for band in own)
    yield from many("band_insert", [{"band": band, "repost": each} for band, each in pairs])
