"""Models that operators add over dengmi.toml: what may be said of them, and what they come to."""

from pathlib import Path

import pytest

from dengmi.core.edits import Edit
from dengmi.settings.added import added_model, edit_of_model, variable_of
from dengmi.settings.load import load_settings
from dengmi.settings.overlay import applied
from dengmi.settings.tuned import Tuned

TOML = """
[models.flash]
kind = "openai"
model = "x"
base_url = "https://api.example.org/v1"
api_key = "env:FLASH_API_KEY"

[levels]
quick = ["flash"]

[reranking]
kind = "openai"
model = "r"
base_url = "https://rank.example.org/v1"
api_key = "env:RANK_API_KEY"

[oidc]
issuer = "https://login.example.org"
client_id = "dengmi"
client_secret = "env:LOGIN_API_KEY"
"""
OWN = {"kind": "openai", "model": "m", "base_url": "http://127.0.0.1:8000/v1"}


@pytest.fixture
def written(tmp_path: Path):
    (tmp_path / "dengmi.toml").write_text(TOML, encoding="utf-8")
    return load_settings(tmp_path, {})


def test_a_model_comes_before_the_levels_that_name_it(written, monkeypatch) -> None:
    monkeypatch.setenv("OWN_API_KEY", " sk-1 ")
    quick = Edit(table="levels", key="quick", value=["own", "flash"], at=1.0)
    own = edit_of_model("own", OWN | {"api_key": "env:OWN_API_KEY", "slots": 3})
    made = applied(written, [quick, own])
    assert not made.refused
    assert made.settings.levels.quick == ("own", "flash")
    assert made.settings.models["own"].api_key == "sk-1"
    assert "sk-1" not in repr(made.settings)
    assert variable_of(own.value) == "OWN_API_KEY"
    tuned = Tuned(written, [quick, own])
    assert list(tuned.settings.models) == ["flash", "own"]
    assert tuned.take([quick])  # the model is gone: its level is as it is written
    assert list(tuned.refused) == ["levels.quick"]
    assert tuned.settings.levels.quick == ("flash",)
    assert list(tuned.settings.models) == ["flash"]


@pytest.mark.parametrize(
    ("variable", "address", "goes"),
    [
        ("OWN_API_KEY", "https://anywhere.example/v1", True),
        ("FLASH_API_KEY", "https://api.example.org/v2", True),
        ("FLASH_API_KEY", "https://anywhere.example/v1", False),
        ("FLASH_API_KEY", "https://rank.example.org/v1", False),
        ("RANK_API_KEY", "https://rank.example.org/v1", True),
        ("LOGIN_API_KEY", "https://login.example.org/v1", False),
        ("OPENAI_API_KEY", "https://api.openai.com/v1", True),
        ("OPENAI_API_KEY", "https://api.openai.com.evil.example/v1", False),
        ("DEEPSEEK_API_KEY", "https://api.deepseek.com/v1", True),
        ("DEEPSEEK_API_KEY", "https://api.deepseek.com@evil.example/v1", False),
        ("PATH", "https://api.openai.com/v1", False),
        ("HOME_API_KEY\n", "https://api.openai.com/v1", False),
    ],
)
def test_where_a_variable_may_be_sent(written, variable: str, address: str, goes: bool) -> None:
    edit = edit_of_model("own", OWN | {"base_url": address, "api_key": f"env:{variable}"})
    assert bool(applied(written, [edit]).refused) != goes


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("flash", OWN, "model_in_file"),
        ("a b", OWN, "model_name_bad"),
        ("own", "text", "setting_not_here"),
        ("own", OWN | {"send_asker": True}, "setting_not_here"),
        ("own", {"kind": "scripted", "model": "x"}, "setting_not_here"),
        ("own", {"kind": "deepseek", "model": "m", "base_url": "http://x"}, "model_own_address"),
        ("own", {"kind": "local", "model": "a.gguf", "api_key": "env:A_API_KEY"},
         "model_only_file"),
        ("own", {"model": "m"}, "setting_bad"),
        ("own", OWN | {"slots": 0}, "setting_out_of_range"),
        ("own", OWN | {"price": {"currency": "yen"}}, "setting_not_currency"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_alone(written, name: str, value: object, code: str) -> None:
    good = edit_of_model("good", OWN)
    made = applied(written, [edit_of_model(name, value), good])
    assert [each.code for each in made.refused.values()] == [code]
    assert "good" in made.settings.models


def test_a_file_is_one_of_the_home(written) -> None:
    assert added_model(written, "own", {"kind": "local", "model": "r1.gguf"}).model == "r1.gguf"
