"""The small parts of the index folder: state, lock, and the index of words on its own."""

from pathlib import Path

import pytest

from dengmi.core.lock import FileLock
from dengmi.core.records import Head, Passage, Sentence
from dengmi.search.index.lexical import Damaged, Limits, Reader, Writer, usable, version
from dengmi.search.index.state import State, read_state, stamp, write_state

ALL = Limits()


def article(pk: int, text: str, desk: str = "d") -> tuple[Head, tuple[Passage, ...]]:
    head = Head(
        pk=pk, id=f"a_{pk}", desk=desk, source_id="s", title="", published=f"2024-01-{pk:02}"
    )
    whole = (Sentence(n=1, start=0, end=len(text)),)
    return head, (Passage(id=f"p_{pk}", n=1, text=text, sentences=whole),)


def put(folder: Path, *articles: tuple[Head, tuple[Passage, ...]], make: bool = True) -> None:
    writer = Writer(folder, make)
    writer.put([head.pk for head, _ in articles], {each[0].pk: each for each in articles})
    writer.commit()
    writer.close()


def ids(reader: Reader, *terms: str, limits: Limits = ALL) -> list[str]:
    return sorted(one.passage_id for one in reader.search(dict.fromkeys(terms, 1.0), limits, 9))


def test_state_survives_and_bad_ones_are_none(tmp_path: Path) -> None:
    assert read_state(tmp_path) is stamp(tmp_path) is None
    state = State(version=version(), seq=7, folder="words-1")
    write_state(tmp_path, state)
    assert read_state(tmp_path) == state
    before = stamp(tmp_path)
    write_state(tmp_path, state)
    assert stamp(tmp_path) != before
    for bad in ("", "[]", "{}", '{"version": "1", "seq": 1, "folder": "../words-1"}', "\0"):
        (tmp_path / "state.json").write_text(bad)
        assert read_state(tmp_path) is None


def test_one_holder_at_a_time(tmp_path: Path) -> None:
    with FileLock(tmp_path / "deep" / "lock") as one, FileLock(tmp_path / "deep" / "lock") as other:
        assert one.take()
        assert not other.take()
        one.free()
        assert other.take()
    assert FileLock(tmp_path / "deep" / "lock").take()


def test_articles_are_replaced_and_removed(tmp_path: Path) -> None:
    put(tmp_path / "w", article(1, "old apple"), article(2, "old pear"))
    reader = Reader(tmp_path / "w")
    assert ids(reader, "old") == ["p_1", "p_2"]
    writer = Writer(tmp_path / "w", make=False)
    writer.put([1, 2], {1: article(1, "new apple")})
    assert ids(reader, "old") == ["p_1", "p_2"]
    writer.commit()
    writer.close()
    reader.refresh()
    assert ids(reader, "old", "pear") == []
    assert ids(reader, "new") == ["p_1"]
    assert reader.passages == 1


def test_uncommitted_work_is_forgotten(tmp_path: Path) -> None:
    put(tmp_path / "w", article(1, "kept"))
    writer = Writer(tmp_path / "w", make=False)
    writer.put([2], {2: article(2, "lost")})
    writer.close()
    assert ids(Reader(tmp_path / "w"), "kept", "lost") == ["p_1"]


def test_limits(tmp_path: Path) -> None:
    put(tmp_path / "w", article(1, "word"), article(2, "word", "e"), article(3, "word"))
    reader = Reader(tmp_path / "w")
    assert ids(reader, "word") == ["p_1", "p_2", "p_3"]
    assert ids(reader, "word", limits=Limits(desk="d")) == ["p_1", "p_3"]
    assert ids(reader, "word", limits=Limits(desk="nobody")) == []
    assert ids(reader, "word", limits=Limits(source_id="t")) == []
    assert ids(reader, "word", limits=Limits(since=20240102)) == ["p_2", "p_3"]
    assert ids(reader, "word", limits=Limits(until=20240102)) == ["p_1", "p_2"]
    assert ids(reader, "other") == []
    assert reader.search({}, ALL, 9) == []


def test_rare_terms_weigh_more(tmp_path: Path) -> None:
    put(tmp_path / "w", article(1, "both rare"), article(2, "both"), article(3, "both"))
    weights = Reader(tmp_path / "w").weights({"both": 1.0, "rare": 1.0, "absent": 0.5})
    assert 0 < weights["both"] < weights["rare"]
    assert weights["absent"] > 0


@pytest.mark.parametrize("harm", ["cut", "gone", "empty"])
def test_a_damaged_index_is_not_usable(tmp_path: Path, harm: str) -> None:
    put(tmp_path / "w", article(1, "word"))
    assert usable(tmp_path / "w")
    for file in (tmp_path / "w").iterdir():
        if file.suffix in (".idx", ".term", ".store"):
            held = file.read_bytes()
            # Never cut in place: opening an index starts a thread that may have the file mapped,
            # and reading beyond the new end of a mapped file kills the process.
            file.unlink()
            if harm != "gone":
                file.write_bytes(held[:-9] if harm == "cut" else b"")
    assert not usable(tmp_path / "w")
    with pytest.raises(Damaged):
        Reader(tmp_path / "w")
