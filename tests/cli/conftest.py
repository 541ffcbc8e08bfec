"""The real command in a process of its own, and a small desk to ask."""

import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.commands import DENGMI, Command, Outcome, environment, run

ARTICLES = {
    "hours.md": """---
title: Opening hours of the library
date: 2025-03-31
url: https://library.example/hours
---

# Opening hours of the library

The library opens at nine in the morning and closes at eight in the evening.
On Sundays the library stays closed for the whole day.
Lost reading cards are replaced at the front desk for two euros.
""",
    "loans.md": """---
title: Borrowing books
date: 2024-11-02
url: https://library.example/loans
---

# Borrowing books

A reader may borrow twelve books at the same time.
Every loan lasts four weeks and can be renewed twice on the internet.
Late books cost twenty cents for each day.
""",
    "parking.md": """# Parking at the museum

The underground garage below the museum has ninety places for cars.
Bicycles are parked in the courtyard behind the northern entrance.
""",
    "zh/博物馆.md": """---
title: 博物馆参观须知
date: 2025-01-15
---

# 博物馆参观须知

博物馆每周一闭馆，其他日子上午九点开放。
学生凭学生证可以免费参观博物馆。
馆内禁止使用闪光灯拍照。
""",
}


SETTINGS = """
[models.try]
kind = "scripted"
model = "script.toml"
price = { currency = "CNY", hit = 0.02, miss = 1, output = 4 }
"""
"""Settings of a home with a model that plays a script."""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home that does not exist yet."""
    return tmp_path / "home"


@pytest.fixture
def dengmi(home: Path) -> Command:
    """The command in an empty home."""

    def command(*args: str, **options: Any) -> Outcome:
        return run(home, *args, **options)

    return command


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    """A folder of articles that a test may change."""
    return write_articles(tmp_path / "articles")


@pytest.fixture
def desk(request: pytest.FixtureRequest, dengmi: Command, home: Path, articles: Path) -> Command:
    """The command in a home with the articles and a model that plays the test file's SCRIPT."""
    home.mkdir(exist_ok=True)
    (home / "dengmi.toml").write_text(SETTINGS)
    (home / "script.toml").write_text(request.module.SCRIPT)
    assert dengmi("add", str(articles)).status == 0
    return dengmi


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the articles at the desk "main". Tests only read it."""
    home = tmp_path_factory.mktemp("filled") / "home"
    folder = write_articles(home.parent / "articles")
    outcome = run(home, "add", str(folder))
    assert outcome.status == 0, outcome
    return home


@pytest.fixture
def asking(filled: Path) -> Command:
    """The command in the home with articles."""

    def command(*args: str, **options: Any) -> Outcome:
        return run(filled, *args, **options)

    return command


def write_articles(folder: Path) -> Path:
    """Write the articles into a folder."""
    for name, text in ARTICLES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def run_in() -> Command:
    """The command in any home, to its end."""
    return run


@pytest.fixture(scope="session")
def start_in() -> Callable[..., subprocess.Popen[bytes]]:
    """The command in any home, still running, with both outputs piped. It heeds Ctrl-C even where
    the tests run in the background of a shell, which has its children ignore it."""

    def start(home: Path, *args: str) -> subprocess.Popen[bytes]:
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            return subprocess.Popen(
                [*DENGMI, *args],
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=environment(home, PYTHONWARNINGS="error"),
            )
        finally:
            signal.signal(signal.SIGINT, before)

    return start
