"""Which processes are alive, told by locks that real processes hold."""

import subprocess
import sys
from pathlib import Path

from dengmi.core.life import Life
from dengmi.core.lock import FileLock

HOLDER = """
import sys
from pathlib import Path
from dengmi.core.life import Life
life = Life(Path(sys.argv[1]))
print(life.name(), flush=True)
sys.stdin.readline()
"""


def begin(folder: Path) -> tuple[subprocess.Popen[str], str]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    return process, process.stdout.readline().strip()


def test_a_killed_process_is_gone_and_a_living_one_is_not(tmp_path: Path) -> None:
    folder = tmp_path / "lives"
    dead, dead_name = begin(folder)
    living, living_name = begin(folder)
    own = Life(folder)
    try:
        assert own.gone() == set()
        dead.kill()
        dead.communicate()
        assert len({own.name(), dead_name, living_name}) == 3
        assert own.gone() == {dead_name}
        assert own.gone() == {dead_name}, "until it is buried"
        own.bury([dead_name])
        assert own.gone() == set()
        assert living_name in {path.name for path in folder.iterdir()}
    finally:
        living.kill()
        living.communicate()
    assert own.gone() == {living_name}


def test_who_ends_with_a_word_leaves_nothing(tmp_path: Path) -> None:
    life = Life(tmp_path / "lives")
    first = life.name()
    assert life.name() == first
    life.close()
    life.close()
    assert list((tmp_path / "lives").iterdir()) == []
    assert life.name() not in ("", first)


def test_without_a_folder_nobody_is_known(tmp_path: Path) -> None:
    (tmp_path / "lives").write_text("a file is in the way")
    life = Life(tmp_path / "lives")
    assert life.name() == ""
    assert life.gone() == set()
    life.close()


def test_two_never_take_over_from_the_same_one(tmp_path: Path) -> None:
    folder = tmp_path / "lives"
    dead, first, second = Life(folder), Life(folder), Life(folder)
    name = dead.name()
    assert dead._lock is not None
    dead._lock.free()
    assert first.gone() == {name}
    assert second.gone() == set()
    assert name not in first.alive()
    first.close()  # without having buried it
    assert second.gone() == {name}
    second.bury([name])
    assert list(folder.iterdir()) == []


def test_who_is_just_beginning_is_not_buried_alive(tmp_path: Path) -> None:
    """Its file is there before its lock: whoever finds it so keeps it from taking that name."""
    folder = tmp_path / "lives"
    other = Life(folder)
    beginning = FileLock(folder / "life_new")
    folder.mkdir()
    (folder / "life_new").touch()
    assert other.gone() == {"life_new"}
    assert not beginning.take()
    other.bury(["life_new"])
    assert not (folder / "life_new").exists()
