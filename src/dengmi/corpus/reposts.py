"""Finding the same text published twice: sketches whose equal entries tell how alike two texts are.

A sketch is a MinHash of the text's shingles: four characters in a row for Han text, three words in
a row otherwise. One hash of each shingle chooses one of 64 places and competes for the smallest
value there (one-permutation hashing, Li, Owen, Zhang 2012); empty places borrow from the next
filled one, shifted by the distance (Shrivastava, Li 2014). The share of equal entries estimates
the share of common shingles (Jaccard).
"""

import re
from zlib import crc32

SIZE = 64
SHORTEST = 80
"""Characters. Shorter texts have no sketch: they look alike by chance."""

LONGEST = 20_000
"""Characters looked at; the start of a long text is enough to know it again."""

_NOT_WORDS = re.compile(r"[\W_]+")
_HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff\u3040-\u30ff]+")
_GOLDEN = 0x9E3779B1


def sketch(text: str) -> tuple[int, ...]:
    """64 unsigned 32-bit numbers, to be compared place by place; () for a text that is too short.

    Letters' case, punctuation and spaces do not matter.
    """
    if len(text) < SHORTEST:
        return ()
    hashes = _shingles(text[:LONGEST].lower())
    if len(hashes) < SIZE // 4:
        return ()
    # The last one written wins, so from large to small leaves the smallest of each place.
    places = {value & 63: value for value in sorted(hashes, reverse=True)}
    if len(places) == SIZE:
        return tuple(map(places.__getitem__, range(SIZE)))
    return _filled(places)


def _shingles(text: str) -> set[int]:
    start = text[:1000]
    if sum(map(len, _HAN.findall(start))) * 4 >= len(start):
        # Two bytes a character make a shingle a plain slice of eight bytes.
        raw = _NOT_WORDS.sub("", text).encode("utf-16-le", "surrogatepass")
        return {crc32(raw[at : at + 8]) for at in range(0, len(raw) - 6, 2)}
    words = [word.encode("utf-8", "surrogatepass") for word in _NOT_WORDS.split(text) if word]
    return {crc32(b" ".join(three)) for three in zip(words, words[1:], words[2:], strict=False)}


def _filled(places: dict[int, int]) -> tuple[int, ...]:
    row = []
    for place in range(SIZE):
        distance = 0
        while (value := places.get((place + distance) & 63)) is None:
            distance += 1
        row.append((value + distance * _GOLDEN) & 0xFFFFFFFF)
    return tuple(row)
