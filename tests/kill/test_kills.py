"""The benchmark of kills under load in short: `python benchmarks/kills.py` kills 200 times."""

import asyncio
import os
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("DENGMI_TEST_DATA") or ROOT.parent / "shared" / "data")


@pytest.mark.slow
@pytest.mark.skipif(
    not (DATA / "squad").is_dir(), reason=f"no evaluation data at {DATA}: set DENGMI_TEST_DATA"
)
async def test_nothing_is_lost_or_double_after_kills_under_load(tmp_path: Path) -> None:
    command = [str(ROOT / "benchmarks" / "kills.py"), "--kills", "4", "--least", "0.6"]
    command += ["--most", "1.8", "--keep", str(tmp_path)]
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *command,
        env={**os.environ, "DENGMI_TEST_DATA": str(DATA)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    told = said.decode()
    assert process.returncode == 0, told
    found = re.search(r"4 kills in \d+ s: (\d+) questions kept, (\d+) heard of", told)
    assert found and int(found[1]) > 0 and int(found[2]) > 0, told
