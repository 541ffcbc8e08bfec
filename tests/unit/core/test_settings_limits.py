"""Budgets, plans and keys in the settings."""

from pathlib import Path

import pytest

from dengmi.core.errors import BadSettings
from dengmi.core.records import Cost
from dengmi.language.texts import text
from dengmi.settings.load import load_settings
from dengmi.settings.money import money
from dengmi.settings.options import Settings


def _load(home: Path, toml: str, **environ: str) -> Settings:
    (home / "dengmi.toml").write_text(toml, encoding="utf-8")
    return load_settings(home, environ)


@pytest.mark.parametrize(
    ("words", "currency", "micros"),
    [
        ("¥20", "CNY", 20_000_000),
        ("￥ 20", "CNY", 20_000_000),
        ("20元", "CNY", 20_000_000),
        ("0.5 CNY", "CNY", 500_000),
        ("$0.000001", "USD", 1),
        ("USD 1,250.75", "USD", 1_250_750_000),
        ("€3", "EUR", 3_000_000),
        ("¥0", "CNY", 0),
    ],
)
def test_amounts(words: str, currency: str, micros: int) -> None:
    assert money(words, "k") == Cost(currency=currency, micros=micros)


@pytest.mark.parametrize("words", ["20", "¥", "¥-1", "¥20 CNY", "twenty", "¥1.2345678", "¥1e3"])
def test_what_is_no_amount_is_refused(words: str) -> None:
    with pytest.raises(BadSettings) as caught:
        money(words, "desks.a.daily_budget")
    assert caught.value.params == {"key": "desks.a.daily_budget"}


def test_no_amount_is_no_limit() -> None:
    assert money(" ", "k") is None


def test_all_of_it_is_read(tmp_path: Path) -> None:
    settings = _load(
        tmp_path,
        """
        time_zone = "Asia/Shanghai"
        [rates]
        EUR = 8.2
        [server]
        trusted_proxies = ["10.0.0.0/8"]
        [limits]
        address_rate = 5
        [desks.guide]
        daily_budget = "¥20"
        time_zone = "Europe/Berlin"
        [plans.visitor]
        questions = 20
        [plans.paid]
        money = "€1"
        askers = ["app:ann"]
        [keys.app]
        key = "env:APP_KEY"
        plan = "paid"
        """,
        APP_KEY="hush-hush ",
    )
    assert settings.keys["app"].key == "hush-hush"
    assert settings.plans["visitor"].questions == 20
    assert settings.plans["visitor"].tokens is None
    assert settings.limits.address_rate == 5.0
    assert "hush-hush" not in repr(settings)


@pytest.mark.parametrize(
    ("toml", "code"),
    [
        ("[desks.a]\ndaily_budget = '20'", "setting_not_money"),
        ("[plans.a]\nmoney = 'x'", "setting_not_money"),
        ("[desks.a]\ndaily_budget = '€20'", "setting_rate_missing"),
        ("[desks.a]\ntime_zone = 'Asia/Nowhere'", "setting_not_zone"),
        ("time_zone = '../etc/passwd'", "setting_not_zone"),
        ("default_plan = 'gold'", "setting_plan_unknown"),
        ("[keys.a]\nkey = 'x'\nplan = 'gold'", "setting_plan_unknown"),
        ("[keys.wechat]\nkey = 'x'", "setting_key_name"),
        ("[keys.'a:b']\nkey = 'x'", "setting_key_name"),
        ("[keys.a]\nkey = 'x'\n[keys.b]\nkey = 'x'", "setting_keys_same"),
        ("[plans.a]\naskers = ['x:y']\n[plans.b]\naskers = ['x:y']", "setting_asker_twice"),
        ("[server]\ntrusted_proxies = ['proxy']", "setting_not_network"),
        ("[plans.a]\nquestions = -1", "setting_out_of_range"),
        ("[plans.a]\nquestion = 1", "setting_unknown"),
        (
            "[desks.a]\ndaily_budget = '¥1'\n[models.m]\nkind = 'scripted'\n"
            "[models.m.price]\ncurrency = 'GBP'\nmiss = 1",
            "setting_rate_missing",
        ),
    ],
)
def test_a_mistake_is_said(tmp_path: Path, toml: str, code: str) -> None:
    with pytest.raises(BadSettings) as caught:
        _load(tmp_path, toml)
    assert caught.value.code == code
    for lang in ("en", "zh"):
        assert "{" not in text(code, lang, **caught.value.params)


def test_a_key_without_its_variable_is_empty(tmp_path: Path) -> None:
    assert _load(tmp_path, "[keys.a]\nkey = 'env:NONE'").keys["a"].key == ""
