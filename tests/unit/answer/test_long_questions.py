"""A long question costs as much as its length, not as the square of it: `ask.max_chars` may be
raised. Days and months took 10 to 25 seconds of a processor where each was compared with all."""

import time
from datetime import date

import pytest

from dengmi.answer.asked import read_question
from dengmi.language.dates import wanted_dates
from dengmi.language.words import terms

CHARS = 50_000
MOST = 4.0
"""Seconds of a processor; it counts no other process's time."""

REPEATED = {
    "days": "2024年3月5日，",
    "spans": "from 2020 to 2023 ",
    "months": "from March to May 2024 ",
    "numbers": "2024-",
    "dots": "2024....",
    "asking": "who asks what of whom and when ",
    "asking-zh": "谁在哪里问什么，",
}


@pytest.mark.parametrize("kind", sorted(REPEATED))
def test_reading_takes_its_length(kind: str) -> None:
    piece = REPEATED[kind]
    text = piece * (CHARS // len(piece))
    weights = dict.fromkeys(terms(piece), 1.0)
    began = time.process_time()
    wanted_dates(text, date(2026, 1, 1))
    read_question(text, weights)
    assert time.process_time() - began < MOST
