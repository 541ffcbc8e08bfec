"""`dengmi operators`, and the link that `dengmi serve` prints."""

import urllib.request
from pathlib import Path

import pytest

from tests.cli.test_serve import serving
from tests.commands import Command


@pytest.mark.parametrize("workers", [(), ("--workers", "2")], ids=["one", "two"])
def test_serve_prints_a_link_while_there_is_no_operator(
    start_in, dengmi: Command, home: Path, workers: tuple[str, ...]
) -> None:
    with serving(start_in, home, *workers) as (process, address):
        line = process.stdout.readline().decode()
        link = line.split(": ")[-1].strip()
        assert link.startswith(f"{address}/console/join/")
        with urllib.request.urlopen(link, timeout=20) as page:
            assert b"Who are you?" in page.read()
        assert "no operators yet" in dengmi("operators").out


def test_links_and_lists(dengmi: Command) -> None:
    assert dengmi("operators", "--json").json == {"operators": []}
    made = dengmi("operators", "link")
    assert made.status == 0
    assert "http://127.0.0.1:8321/console/join/" in made.out
    assert dengmi("operators", "link", "--role", "viewer", "--json").json["link"] != made.out
    nobody = dengmi("operators", "link", "Nobody")
    assert nobody.status == 2
    assert "There is no operator “Nobody”" in nobody.err
    assert dengmi("operators", "link", "--role", "king").status == 2
