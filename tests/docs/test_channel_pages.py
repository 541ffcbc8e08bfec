"""The examples of the guide's pages about channels, run as they stand."""

import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.test_readme import ROOT, script

PAGES = ("chat-programs.md", "mcp.md")
QUIET = {"PYTHONWARNINGS": "ignore"}


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("name", PAGES)
def test_examples_run(lang: str, name: str, tmp_path: Path) -> None:
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    page = (ROOT / "docs" / "guide" / lang / name).read_text(encoding="utf-8")
    (console,) = re.findall(r"```console\n(.*?)```", page, re.DOTALL)
    programs = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    assert programs
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    for place, program in enumerate(programs):
        file = tmp_path / f"{place}.py"
        file.write_text(program.replace("8321", str(port)), encoding="utf-8")
        console += f"$ python {file}\n"
    commands, _ = script(console, port)
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", commands],
        cwd=ROOT,
        env={
            **os.environ,
            **QUIET,
            "DENGMI_HOME": str(tmp_path / "home"),
            "LC_ALL": "C.UTF-8",
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        },
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, (commands, done.stdout, done.stderr)
    assert "dengmi add --kind feed https://example.org/feed.xml" in done.stdout
