"""The commands of both READMEs, run as they stand in a fresh home."""

import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
READMES = ("README.md", "README.zh.md")

WAIT = """
for try in $(seq 100); do
  curl -sf http://127.0.0.1:{port}/readyz >/dev/null && break; sleep 0.1
done
"""


def blocks(readme: str) -> list[str]:
    """The bodies of the ```console blocks."""
    text = (ROOT / readme).read_text(encoding="utf-8")
    return re.findall(r"```console\n(.*?)```", text, re.DOTALL)


def script(block: str, port: int) -> tuple[str, list[str]]:
    """A block as a shell script, and the lines that it must print (“…” stands for any)."""
    commands, shown = ["trap 'kill ${server:-} 2>/dev/null || true' EXIT"], []
    for line in block.replace("8321", str(port)).splitlines():
        if not line.startswith("$ "):
            shown.append(line)
        elif line.endswith("&"):
            commands += [line[2:], "server=$!", WAIT.format(port=port)]
        else:
            commands.append(line[2:].replace("curl -s ", "curl -sS --fail-with-body "))
    return "\n".join(commands), [line for line in shown if line.strip(" …")]


@pytest.mark.parametrize("readme", READMES)
def test_commands_run_and_print_what_is_shown(readme: str, tmp_path: Path) -> None:
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = {
        **os.environ,
        "DENGMI_HOME": str(tmp_path / "home"),
        "LC_ALL": "C.UTF-8",
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }
    for block in blocks(readme):
        commands, shown = script(block, port)
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", commands],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, (commands, done.stdout, done.stderr)
        for line in shown:
            assert line in done.stdout.splitlines(), (line, done.stdout)


@pytest.mark.parametrize("readme", READMES)
def test_first_screen_has_the_two_commands_and_a_quoted_answer(readme: str) -> None:
    top = "\n".join((ROOT / readme).read_text(encoding="utf-8").splitlines()[:40])
    assert "make run" in top
    assert "make test" in top
    assert "$ dengmi ask" in top
    assert re.search(r"^  \[1\] ", top, re.MULTILINE)


@pytest.mark.parametrize("readme", READMES)
def test_links_lead_somewhere(readme: str) -> None:
    text = (ROOT / readme).read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#:]+)\)", text):
        assert (ROOT / target).exists(), target
