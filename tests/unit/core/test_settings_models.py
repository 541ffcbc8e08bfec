"""Settings of models: what is filled in, and what is refused."""

from pathlib import Path

import pytest

from dengmi.core.errors import BadSettings
from dengmi.settings.load import load_settings
from dengmi.settings.options import option_rows


def _load(home: Path, toml: str = "", **environ: str):
    (home / "dengmi.toml").write_text(toml, encoding="utf-8")
    return load_settings(home, environ)


def test_a_deepseek_key_alone_gives_both_levels(tmp_path: Path) -> None:
    settings = _load(tmp_path, DEEPSEEK_API_KEY="sk-1")
    assert settings.levels.quick == ("flash",)
    assert settings.levels.deep == ("pro", "flash")
    assert settings.models["pro"].api_key == "sk-1"
    assert "sk-1" not in repr(settings)


def test_without_a_key_no_level_is_offered(tmp_path: Path) -> None:
    settings = _load(tmp_path)
    assert settings.models == {}
    assert settings.levels.quick == settings.levels.deep == ()


def test_models_without_levels_serve_every_level(tmp_path: Path) -> None:
    settings = _load(tmp_path, "[models.own]\nkind = 'openai'\nmodel = 'm'", DEEPSEEK_API_KEY="x")
    assert list(settings.models) == ["own"]
    assert settings.levels.quick == settings.levels.deep == ("own",)


def test_a_level_that_is_not_named_is_not_offered(tmp_path: Path) -> None:
    toml = "[models.own]\nkind = 'openai'\napi_key = 'env:K'\n[levels]\nquick = ['own']"
    settings = _load(tmp_path, toml, K="secret ")
    assert (settings.levels.quick, settings.levels.deep) == (("own",), ())
    assert settings.models["own"].api_key == "secret"


def test_a_variable_that_is_not_there_leaves_the_key_empty(tmp_path: Path) -> None:
    settings = _load(tmp_path, "[models.own]\nkind = 'openai'\napi_key = 'env:K'")
    assert settings.models["own"].api_key == ""


def test_a_level_cannot_name_an_unknown_model(tmp_path: Path) -> None:
    with pytest.raises(BadSettings) as caught:
        _load(tmp_path, "[models.own]\nkind = 'openai'\n[levels]\nquick = ['flash']")
    assert caught.value.code == "setting_model_unknown"
    assert caught.value.params == {"key": "levels.quick", "model": "flash", "known": "own"}


def test_the_judge_must_be_a_known_model(tmp_path: Path) -> None:
    own = "[models.own]\nkind = 'openai'\n[levels]\nquick = ['own']\njudge = "
    assert _load(tmp_path, f"{own}'own'").levels.judge == "own"
    with pytest.raises(BadSettings) as caught:
        _load(tmp_path, f"{own}'flash'")
    assert caught.value.params == {"key": "levels.judge", "model": "flash", "known": "own"}


def test_an_unknown_key_of_a_model_is_refused_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(BadSettings) as caught:
        _load(tmp_path, "[models.own]\nkind = 'openai'\nbase_ulr = 'x'")
    assert caught.value.params == {"key": "models.own.base_ulr", "near": "models.own.base_url"}


_LEAST = {
    "wechat": {"app_id": "wx1", "token": "t"},
    "wecom": {"kind": "bot"},
    "matrix": {"homeserver": "https://example.org", "user": "@a:example.org"},
    "models": {"kind": "openai"},
}
"""What a table needs beside its secrets."""


def test_every_secret_can_be_named_by_a_variable(tmp_path: Path) -> None:
    secrets = [key.split(".") for key, _, _, secret in option_rows() if secret and "NAME" in key]
    assert ["ilink", "NAME", "token"] in secrets
    for table, _, key in secrets:
        held = _LEAST.get(table, {}) | {key: "env:HELD"}
        toml = f"[{table}.own]\n" + "".join(f"{name} = '{value}'\n" for name, value in held.items())
        settings = _load(tmp_path, toml, HELD="k" * 32)
        assert getattr(getattr(settings, table)["own"], key) == "k" * 32, (table, key)
