"""Written answers in the terminal: ask, models, cost, eval, with a model that plays a script."""

import asyncio
import csv
import io
from datetime import UTC, datetime
from pathlib import Path

from dengmi.core.edits import Edit
from dengmi.store.open import open_store
from tests.cli.conftest import SETTINGS
from tests.commands import Command

SCRIPT = """
[[answer]]
match = "borrow"
text = "A reader may borrow twelve books at the same time. [1.1] It costs 99 euros. [1.1]"
"""
ASKED = "How many books may a reader borrow?"


def test_a_written_answer_shows_its_sentences(desk: Command) -> None:
    said = desk("ask", ASKED)
    assert said.status == 0, said.err
    assert "A reader may borrow twelve books at the same time. [1]" in said.out
    assert "99 euros" not in said.out
    assert "[1] A reader may borrow twelve books" in said.out
    assert "quick" in said.out
    again = desk("ask", "--json", ASKED).json
    assert (again["reused"], again["cost"]["micros"]) == (True, 0)
    assert again["full_cost"]["micros"] > 0
    assert again["claims"][0]["verdict"] == "supported"
    quoted = desk("ask", "--level", "quote", "--json", ASKED).json
    assert (quoted["level"], quoted["claims"]) == ("quote", [])


def test_a_desk_may_have_a_model_look_again(desk: Command, home: Path) -> None:
    free = "A reader may borrow twelve books at the same time. [1.1] Bookworms are welcome. [1.1]"
    (home / "script.toml").write_text(f'[[answer]]\ntext = "{free}"\n')
    (home / "judge.toml").write_text('[[answer]]\ntext = \'{"1": "yes"}\'\n')
    built_in = desk("ask", "--json", ASKED).json
    assert [claim["verdict"] for claim in built_in["claims"]] == ["supported", "unsupported"]
    judge = '[models.second]\nkind = "scripted"\nmodel = "judge.toml"\n'
    levels = '[levels]\nquick = ["try"]\njudge = "second"\n[desks.main]\njudge = "model"\n'
    (home / "dengmi.toml").write_text(SETTINGS + judge + levels)
    looked = desk("ask", "--json", ASKED).json
    assert not looked["reused"]
    assert [claim["verdict"] for claim in looked["claims"]] == ["supported", "supported"]
    rows = desk("cost", "--json", "--by", "model").json["rows"]
    assert {row["key"]: row["calls"] for row in rows} == {"try": 2, "second": 1}


def test_what_it_cost_and_saved(desk: Command) -> None:
    assert "nothing was spent" in desk("cost").out
    for _ in range(3):
        desk("ask", ASKED)
    (row,) = desk("cost", "--json", "--by", "level").json["rows"]
    assert (row["key"], row["answers"], row["calls"]) == ("quick", 3, 1)
    assert row["micros"] > 0
    assert row["reuse"] == 2 * row["micros"]
    assert row["full"] == row["micros"] + row["cache"] + row["reuse"]
    rows = list(csv.reader(io.StringIO(desk("cost", "--csv").out)))
    assert rows[0][0] == "day"
    assert int(rows[1][rows[0].index("micros")]) == row["micros"]
    assert "¥" in desk("cost").out
    assert desk("cost", "--since", "2999-01-01", "--json").json["rows"] == []
    today = datetime.now(UTC).date().isoformat()
    (row,) = desk("cost", "--utc", "--since", today, "--until", today, "--json").json["rows"]
    assert (row["key"], row["answers"]) == (today, 3)
    for day in ("soon", "9999-12-31"):
        bad = desk("cost", "--until", day)
        assert bad.status == 2
        assert day in bad.err


def test_a_budget_is_shown_and_kept(desk: Command, home: Path) -> None:
    (home / "dengmi.toml").write_text(SETTINGS + '[desks.main]\ndaily_budget = "¥1000"\n')
    desk("ask", ASKED)
    (use,) = desk("cost", "--json").json["budgets"]
    assert (use["desk"], use["currency"], use["most"]) == ("main", "CNY", 1_000_000_000)
    (row,) = desk("cost", "--json", "--by", "desk").json["rows"]
    assert use["used"] == row["micros"] > 0
    assert desk("cost", "--json", "--desk", "main").json["budgets"] == [use]
    assert "budget of “main” today: ¥" in desk("cost").out
    assert "of ¥1,000.00 (0%); it starts anew at midnight" in desk("doctor").out
    (home / "dengmi.toml").write_text(
        SETTINGS + '[desks.main]\ndaily_budget = "¥0"\ntime_zone = "Asia/Shanghai"\n'
    )
    spent = desk("ask", "--level", "quick", "How long does a loan last?")
    assert (spent.status, "four weeks" in spent.out) == (0, True)
    assert "starts anew at midnight (Asia/Shanghai), in about" in spent.err
    again = desk("ask", "--json", ASKED)
    assert (again.json["reused"], again.err) == (True, "")
    said = desk("doctor", "--lang", "zh").out
    assert "“main”的预算已用完" in said
    assert desk("doctor").status == 0
    (home / "dengmi.toml").write_text(SETTINGS + '[desks.main]\ndaily_budget = "20"\n')
    bad = desk("ask", ASKED)
    assert bad.status == 2
    assert "desks.main.daily_budget" in bad.err


def test_what_is_set_in_the_console_holds_here_too(desk: Command, home: Path) -> None:
    async def change(*edits: Edit) -> None:
        store = open_store(str(home / "dengmi.sqlite"))
        await store.open()
        await store.change_edits(edits, [])
        await store.close()

    budget = Edit(table="desks", name="main", key="daily_budget", value="¥0", by="Mei")
    gone = Edit(table="levels", key="deep", value=["gone"], by="Mei")
    asyncio.run(change(budget, gone))
    spent = desk("ask", "--json", ASKED)
    assert (spent.json["level"], spent.status) == ("quote", 0)
    said = desk("doctor").out
    assert "Set in the console, over what dengmi.toml says: desks.main.daily_budget." in said
    assert "levels.deep was set in the console, but does not hold any more" in said


def test_models_are_listed_and_tried(desk: Command, home: Path) -> None:
    assert "scripted" in desk("models").out
    (model,) = desk("models", "test", "--json").json["models"]
    assert [call["works"] for call in model["calls"]] == [True, True, True]
    assert model["calls"][1]["tokens"]["hit"] > 0
    assert model["calls"][0]["cost"]["micros"] > 0
    assert desk("models", "test").status == 0
    unknown = desk("models", "test", "nobody")
    assert unknown.status == 2
    assert "try" in unknown.err
    (home / "script.toml").write_text("[[answer]]\nfail = 'down'\n")
    down = desk("models", "test")
    assert down.status == 1
    assert "does not answer" in down.out
    (home / "dengmi.toml").write_text("")
    none = desk("models", "test")
    assert none.status == 2
    assert "DEEPSEEK_API_KEY" in none.err


def test_a_model_that_is_not_there_leaves_the_quotes(desk: Command, home: Path) -> None:
    (home / "dengmi.toml").write_text(
        "[models.gone]\nkind = 'openai'\nbase_url = 'http://127.0.0.1:9/v1'\nmodel = 'x'\n"
    )
    said = desk("ask", ASKED)
    assert said.status == 0
    assert "twelve books" in said.out
    assert "gone" in said.err
    assert "“dengmi models test” tells why." in said.err
    tried = desk("models", "test", lang="zh_CN.UTF-8")
    assert tried.status == 1
    assert tried.out.splitlines()[0] == "gone  x"
    assert "不思考：模型 gone 没有响应（127.0.0.1:9 上没有服务在监听）" in tried.out
    assert all(line == line.rstrip() for line in tried.out.splitlines())


def test_what_a_model_lacks_is_told_when_it_fails(desk: Command, home: Path) -> None:
    (home / "dengmi.toml").write_text("[models.own]\nkind = 'openai'\nmodel = 'x'\n")
    assert "“models.own.base_url” is empty" in desk("models", "test").out


def test_days_without_answers_and_days_turned_round(desk: Command) -> None:
    desk("ask", ASKED)
    none = desk("cost", "--until", "2020-01-01")
    assert "in these days" in none.out
    turned = desk("cost", "--since", "2026-02-01", "--until", "2026-01-01")
    assert (turned.status, turned.out) == (2, "")
    assert "is after" in turned.err
