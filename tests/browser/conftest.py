"""A real browser on a real server."""

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Error, sync_playwright

from tests.commands import add, serving
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
    home, folder = root / "home", write_articles(root / "articles")
    add(home, folder, root / "hostile.jsonl", desk="walks")
    with serving(home) as server:
        yield server.address
