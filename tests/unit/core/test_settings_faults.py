"""What is said of a value that cannot be used: the setting by its whole name, and what it takes."""

from pathlib import Path

import pytest

from dengmi.core.errors import BadSettings
from dengmi.language.texts import text
from dengmi.settings.lacking import lacking
from dengmi.settings.load import load_settings


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ("[wecom.b]\nkind = 'x'", "“wecom.b.kind” takes one of: bot, bot-socket, "),
        (
            "[desks.main]\ncheck = 'never'",
            "“desks.main.check” takes one of: drop, mark, off; “never” is",
        ),
        ("language = 'fr'", "“language” takes one of: en, zh; “fr” is"),
        ("[desks.a]\n[desks.'新闻']\ncheck = 'x'", "“desks.新闻.check” takes one of"),
        ("[plans.p]\nquestions = 'many'", "“plans.p.questions” takes a whole number"),
        ("[plans.p]\nquestions = -1", "“plans.p.questions” must be ≥ 0."),
        ("[models.a]\nkind = 'foo'", "“models.a.kind” takes one of: deepseek, openai"),
        ("[models.a]\nmodel = 'foo'", "“models.a.kind” is missing"),
        ("[models.a]\nkind='openai'\nbase_url='localhost:80'", "begins with http:// or https://"),
        ("[server]\npublic_url = 'ask.example.org'", "“server.public_url” takes an address that"),
        ("[matrix.m]\nhomeserver = 'x'\nuser = '@a:b'", "“matrix.m.homeserver” takes an address"),
        ("[matrix.m]\nhomeserver = 'http://x'\nuser = 'a'", "“matrix.m.user” takes a Matrix acc"),
        ("[channels.widget]\norigins = ['x.org']", "takes a site such as https://www.example.org"),
        ("[desks.main]\ntitle = 3", "“desks.main.title” takes a text in quotation marks"),
        ("server = 3", "“server” is a section: write [server]"),
        ("[desks]\nmain = 3", "“desks.main” is a section: write [desks.main]"),
    ],
)
def test_the_message_names_the_setting_and_what_it_takes(
    tmp_path: Path, toml: str, said: str
) -> None:
    (tmp_path / "dengmi.toml").write_text(toml, encoding="utf-8")
    with pytest.raises(BadSettings) as caught:
        load_settings(tmp_path, {})
    for language in ("en", "zh"):
        told = text(caught.value.code, language, **caught.value.params)
        assert "Expected" not in told
        assert "[...]" not in told
        assert language == "zh" or said in told


def test_the_secret_of_the_server_may_stand_in_a_variable(tmp_path: Path) -> None:
    (tmp_path / "dengmi.toml").write_text("[server]\nadmin_token = 'env:TOKEN_OF_MINE'")
    assert load_settings(tmp_path, {"TOKEN_OF_MINE": "s3"}).server.admin_token == "s3"
    assert load_settings(tmp_path, {}).server.admin_token == ""


def test_variables_that_are_not_set_and_models_without_an_address_are_told(tmp_path: Path) -> None:
    (tmp_path / "dengmi.toml").write_text(
        "[models.own]\nkind = 'openai'\napi_key = 'env:OWN_KEY'\n"
        "[keys.app]\nkey = 'env:APP_KEY'\n[desks.a]\ntitle = 'env: a desk'"
    )
    environ = {"APP_KEY": "x"}
    told = list(lacking(load_settings(tmp_path, environ), environ))
    assert [(each.code, each.params["key"]) for each in told] == [
        ("setting_variable_missing", "models.own.api_key"),
        ("setting_needed", "models.own.base_url"),
    ]
