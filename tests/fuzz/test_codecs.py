"""A short run of the fuzzer; a long one is started by hand (see `codecs.py`)."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
SECONDS = 4


@pytest.mark.slow
def test_codecs_bear_what_libfuzzer_finds(tmp_path: Path) -> None:
    if importlib.util.find_spec("atheris") is None:
        pytest.skip("atheris is not installed")
    command = [sys.executable, str(HERE / "codecs.py"), f"-max_total_time={SECONDS}", "-seed=1"]
    environ = {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"}
    done = subprocess.run(
        command,
        check=False,
        cwd=tmp_path,
        env={**environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert "Done " in done.stderr
