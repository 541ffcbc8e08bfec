"""`dengmi askers`: what is kept of somebody who asked, and how to delete it."""

import asyncio
from pathlib import Path

from dengmi.core.records import Question
from dengmi.settings.load import load_settings
from dengmi.wire import open_parts
from tests.commands import Command

ADA = "matrix:town:@ada:example.org"


def ask(home: Path, *askers: str) -> None:
    """Questions of people, as a channel writes them down."""

    async def asked() -> None:
        async with open_parts(load_settings(home, {})) as parts:
            for number, asker in enumerate(askers):
                question = Question(
                    id="", desk="walks", text=f"When, {number}?", asker=asker, channel="matrix:town"
                )
                async for _ in parts.ladder.ask(question):
                    pass

    asyncio.run(asked())


def test_an_asker_is_shown_and_deleted(dengmi: Command, home: Path) -> None:
    ask(home, ADA, ADA, "matrix:town:@bob:example.org")
    shown = dengmi("askers", "show", ADA)
    assert f"{ADA}: 2 questions, 0 thumbs" in shown.out
    assert "When, 1?" in shown.out
    kept = dengmi("askers", "show", ADA, "--json").json
    assert [one["text"] for one, _ in kept["questions"]] == ["When, 0?", "When, 1?"]
    assert dengmi("askers", "delete", ADA, "--json").json == {"questions": 2}
    assert "0 questions deleted" in dengmi("askers", "delete", ADA).out
    assert dengmi("askers", "show", ADA, "--json").json["questions"] == []
    bob = dengmi("askers", "show", "matrix:town:@bob:example.org")
    assert "1 questions" in bob.out
    assert dengmi("askers", "delete", " ").status == 2
