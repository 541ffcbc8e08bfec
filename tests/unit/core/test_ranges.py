"""Locks of places in a file: who has one, and what ends it."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dengmi.core.ranges import MOST_SIGNS, PLACES, RangeLocks

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the locks are those of Linux")

CHILD = """
import sys
from pathlib import Path
from dengmi.core.ranges import RangeLocks
locks = RangeLocks(Path(sys.argv[1]))
print(locks.take(7, 40_000), flush=True)
sys.stdin.read()
"""


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Callable[[], RangeLocks]]:
    """Opens the file, each time anew."""
    made: list[RangeLocks] = []

    def more() -> RangeLocks:
        made.append(RangeLocks(tmp_path / "places"))
        return made[-1]

    yield more
    for each in made:
        each.close()


def test_a_place_has_one_holder_whose_sign_the_others_read(
    opened: Callable[[], RangeLocks],
) -> None:
    one, other = opened(), opened()
    for place, sign in ((0, 1), (7, 4_321), (PLACES - 1, MOST_SIGNS - 1)):
        assert one.take(place, sign) == 0
        assert other.take(place, 9) == sign
    assert other.take(8, 9) == 0
    assert one.take(8, 2) == 9
    one.free(7)
    assert other.take(7, 9) == 0
    one.free(8)  # not its own
    assert one.take(8, 2) == 9


def test_who_closes_lets_go_of_everything(opened: Callable[[], RangeLocks]) -> None:
    one, other = opened(), opened()
    assert one.take(1, 5) == one.take(2, 5) == 0
    one.close()
    one.free(1)
    assert other.take(1, 6) == other.take(2, 6) == 0
    with pytest.raises(OSError, match="closed"):
        one.take(1, 5)


def test_the_end_of_a_process_lets_go(opened: Callable[[], RangeLocks], tmp_path: Path) -> None:
    command = [sys.executable, "-c", CHILD, str(tmp_path / "places")]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "0\n"
        own = opened()
        assert own.take(7, 3) == 40_000
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
        assert own.take(7, 3) == 0
