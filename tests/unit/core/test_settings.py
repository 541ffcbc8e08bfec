"""Settings: the file, the variables, and what is said about a mistake."""

from pathlib import Path

import pytest

from dengmi.core.errors import BadSettings
from dengmi.language.texts import text
from dengmi.settings.load import load_settings, user_language
from dengmi.settings.options import Settings, option_rows


def _load(home: Path, toml: str = "", **environ: str) -> Settings:
    home.mkdir(exist_ok=True)
    (home / "dengmi.toml").write_text(toml, encoding="utf-8")
    return load_settings(home, environ)


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    settings = load_settings(tmp_path, {})
    assert settings.home == tmp_path
    assert settings.server.port == 8321
    assert settings.store_address == str(tmp_path / "dengmi.sqlite")


def test_the_home_comes_from_the_variable(tmp_path: Path) -> None:
    assert load_settings(None, {"DENGMI_HOME": str(tmp_path / "x")}).home == tmp_path / "x"


def test_variables_win_over_the_file(tmp_path: Path) -> None:
    settings = _load(
        tmp_path,
        "[server]\nport = 1\nhost = 'a'\n[desks.food]\ntitle = '城南小食'",
        DENGMI_SERVER_PORT="2",
        DENGMI_FETCH_ALLOW_NETWORKS="10.0.0.0/8, 192.168.0.0/16",
    )
    assert (settings.server.host, settings.server.port) == ("a", 2)
    assert settings.fetch.allow_networks == ("10.0.0.0/8", "192.168.0.0/16")
    assert settings.desks["food"].title == "城南小食"


@pytest.mark.parametrize(
    ("toml", "key", "near"),
    [
        ("[server]\nprot = 1", "server.prot", "server.port"),
        ("[sever]\nport = 1", "sever", "server"),
        ("[desks.food]\ntitel = 'x'", "desks.food.titel", "desks.food.title"),
    ],
)
def test_an_unknown_key_is_refused_with_the_nearest(
    tmp_path: Path, toml: str, key: str, near: str
) -> None:
    with pytest.raises(BadSettings) as caught:
        _load(tmp_path, toml)
    assert caught.value.params == {"key": key, "near": near}


def test_a_misspelt_variable_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadSettings) as caught:
        _load(tmp_path, DENGMI_SERVER_PROT="1")
    assert caught.value.params["near"] == "DENGMI_SERVER_PORT"


def test_variables_of_a_container_platform_are_left_alone(tmp_path: Path) -> None:
    _load(tmp_path, DENGMI_PORT="tcp://10.0.0.1:80", DENGMI_SERVICE_HOST="10.0.0.1")


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ("[server]\nport = 'x'", "“server.port” takes a whole number"),
        ("[server]\nport = 70000", "“server.port” must be ≤ 65535"),
        ("[fetch]\ndelay = 'x'", "“fetch.delay” takes a number"),
        ("[fetch]\nallow_networks = 3", "“fetch.allow_networks” takes a list"),
        ("[desks.a]\npublic = 'x'", "public” is either true or false"),
        ("[store]\nurl = 'mysql://localhost/a'", "“store.url” takes an address such as postgresql"),
        ("language = 'fr'", "language"),
        ("server = 3", "server"),
    ],
)
def test_a_bad_value_names_its_key(tmp_path: Path, toml: str, said: str) -> None:
    with pytest.raises(BadSettings) as caught:
        _load(tmp_path, toml)
    assert said in text(caught.value.code, "en", **caught.value.params)


def test_broken_toml_names_the_file(tmp_path: Path) -> None:
    with pytest.raises(BadSettings) as caught:
        _load(tmp_path, "a = [")
    assert caught.value.code == "settings_not_toml"
    assert str(tmp_path) in str(caught.value.params["path"])


def test_every_option_has_a_meaning() -> None:
    rows = {key: meaning for key, meaning, _, _ in option_rows()}
    assert "desks.NAME.title" in rows
    assert all(rows.values())


def test_the_terminal_language() -> None:
    assert user_language(None, {"LANG": "zh_CN.UTF-8"}) == "zh"
    assert user_language(None, {"LANG": "zh_CN.UTF-8", "LC_ALL": "en_GB"}) == "en"
    assert user_language(Settings(language="zh"), {"LANG": "en"}) == "zh"
    assert user_language(None, {}) == "en"


def test_secrets_are_masked_when_settings_are_printed(tmp_path: Path) -> None:
    settings = _load(tmp_path, "[server]\nadmin_token = 'tell-no-one'")
    assert "tell-no-one" not in repr(settings)
    assert settings.server.admin_token == "tell-no-one"
