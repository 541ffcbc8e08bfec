"""A server of its own, with a model that plays a script, for the programs that speak to it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

KEY = "sk-a-key-of-the-tests"
CLOSED = {"DENGMI_CHANNELS_OPEN": "false"}
"""Settings of a server that nobody asks without a key."""

LIBRARY = """---
title: The town library
author: Ada Byron
date: 2026-03-01
url: https://library.example/about?a=1&b=(2)
---
# The town library

The library opens at nine on weekdays and closes at six.
A reader may borrow twelve books at the same time.
Books are lent for four weeks.
The lantern room on the second floor has forty seats.
"""

FILMS = """---
title: Questions of readers
---
# Questions of readers

## How many films may a reader borrow?

A reader may borrow three films at the same time, for one week.

## Where are films returned?

Films are returned at the desk beside the northern entrance.
"""

MUSEUM = """---
title: 博物馆参观须知
date: 2025-01-15
---
# 博物馆参观须知

博物馆每周一闭馆，其他日子上午九点开放。
学生凭学生证可以免费参观博物馆。
"""

STAFF = """---
title: The night shift
---
# The night shift

The night shift of the library begins at eleven and ends at five.
"""

SCRIPT = r'''
[[answer]]
match = "how many books"
text = """Readers ask this often. A reader may borrow twelve books at the same time. [1.2] \
They are lent for four weeks. [1.3]"""

[[answer]]
match = "library open"
thinking = "The opening hours stand in the first sentence."
text = "The library opens at nine on weekdays and closes at six. [1.1]"

[[answer]]
match = "lantern room"
text = "The lantern room on the second floor has forty seats. [1.4] The library opens at nine"
fail = "cut"
after = 60

[[answer]]
match = "lent"
text = "Books are lent for four weeks. [1.3]"
first = 30
'''

SETTINGS = """
default_desk = "town"

[models.try]
kind = "scripted"
model = "script.toml"
price = { currency = "CNY", hit = 0.02, miss = 1, output = 4 }

[desks.town]
title = "Town hall"

[desks.staff]
public = false

[keys.tests]
key = "sk-a-key-of-the-tests"
"""


@dataclass(frozen=True)
class Served:
    """A running server and its home."""

    address: str
    home: Path

    def environment(self) -> dict[str, str]:
        """The variables of a command in this home."""
        return environment(self.home)


def environment(home: Path) -> dict[str, str]:
    """The variables of a command in a home."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DENGMI_")}
    return {**kept, "DENGMI_HOME": str(home), "LC_ALL": "C.UTF-8"}


def fill(root: Path) -> Path:
    """A home with the desks “town” and “staff”."""
    home = root / "home"
    home.mkdir()
    (home / "dengmi.toml").write_text(SETTINGS, encoding="utf-8")
    (home / "script.toml").write_text(SCRIPT, encoding="utf-8")
    for desk, texts in {"town": (LIBRARY, MUSEUM, FILMS), "staff": (STAFF,)}.items():
        folder = root / desk
        folder.mkdir()
        for place, text in enumerate(texts):
            (folder / f"{place}.md").write_text(text, encoding="utf-8")
        command = [sys.executable, "-m", "dengmi", "add", str(folder), "--desk", desk]
        subprocess.run(command, env=environment(home), check=True, capture_output=True)
    return home


@contextmanager
def serving(home: Path, *args: str, **variables: str) -> Iterator[Served]:
    """A real `dengmi serve` on a home."""
    command = [sys.executable, "-m", "dengmi", "serve", "--port", "0", *args]
    environ = {**environment(home), **variables}
    with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        line = server.stdout.readline()
        assert " at " in line, line
        try:
            yield Served(line.split(" at ")[1].split()[0], home)
        finally:
            server.terminate()
            server.wait(20)


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home that the servers of these tests share."""
    return fill(tmp_path_factory.mktemp("channels"))


@pytest.fixture(scope="session")
def served(filled: Path) -> Iterator[Served]:
    """A server that asks for a key."""
    with serving(filled, **CLOSED) as running:
        yield running
