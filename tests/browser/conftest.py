"""A real browser on a real server."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Error, sync_playwright

from tests.http.conftest import write_articles


@pytest.fixture(autouse=True)
def no_blocking() -> None:
    """The browser is driven without an event loop of ours: nothing to guard here."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, from $CHROMIUM or the usual places. Its driver keeps an event loop running, so it
    ends with the module: tests of other modules start loops of their own."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("no Chromium here: install the package “chromium” or set CHROMIUM to its path")
    options = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with sync_playwright() as player:
        try:
            opened = player.chromium.launch(executable_path=path, args=options)
        except Error as error:
            pytest.skip(f"{path} does not start: {error.message.splitlines()[0]}")
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real `dengmi serve` with the articles in."""
    root = tmp_path_factory.mktemp("site")
    folder = write_articles(root / "articles")
    yield from running(root / "home", folder, root / "hostile.jsonl")


def running(home: Path, *addresses: Path) -> Iterator[str]:
    """A server over these articles, until the test has ended."""
    environ = {
        **{name: value for name, value in os.environ.items() if not name.startswith("DENGMI_")},
        "DENGMI_HOME": str(home),
    }
    for address in addresses:
        command = [sys.executable, "-m", "dengmi", "add", str(address), "--desk", "walks"]
        subprocess.run(command, env=environ, check=True, capture_output=True)
    command = [sys.executable, "-m", "dengmi", "serve", "--port", "0"]
    with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        yield server.stdout.readline().split(" at ")[1].split()[0]
        server.terminate()
        server.wait(20)
