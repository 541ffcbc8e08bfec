"""The home is its owner's."""

import os
import stat
import sys
from pathlib import Path

import pytest

from dengmi.core.home import make_home
from dengmi.settings.edit import write_text

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no modes of files there")


def test_a_fresh_home_is_its_owners_alone_and_one_that_is_there_stays(tmp_path: Path) -> None:
    before = os.umask(0o002)
    try:
        make_home(tmp_path / "a" / "home")
        write_text(tmp_path / "other" / "dengmi.toml", "default_desk = 'a'\n")
    finally:
        os.umask(before)
    for home in (tmp_path / "a" / "home", tmp_path / "other"):
        assert stat.S_IMODE(home.stat().st_mode) == 0o700
    shared = tmp_path / "shared"
    shared.mkdir(mode=0o755)
    make_home(shared)
    assert stat.S_IMODE(shared.stat().st_mode) == 0o755
