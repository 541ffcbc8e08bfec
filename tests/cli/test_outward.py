"""Where strangers may look like the operator, that is said."""

from pathlib import Path

import pytest

from dengmi.cli.outward import unguarded
from dengmi.settings.load import load_settings

ACCOUNT = '[wechat.news]\napp_id = "wx1"\ntoken = "t"\n'
PUBLIC = '[server]\npublic_url = "https://ask.example.org"\n'
TOKEN = '[server]\nadmin_token = "secret"\n'


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("", ""),
        (ACCOUNT, "wechat.news"),
        (ACCOUNT + PUBLIC, ""),
        (ACCOUNT + TOKEN, ""),
        ('[wecom.ours]\nkind = "robot"\nkey = "k"\n', ""),
        ('[desks.main]\norigins = ["https://www.example.org"]\n', "desks.main.origins"),
        ('[channels.widget]\norigins = ["*"]\n', "channels.widget.origins"),
        ('[channels.widget]\norigins = ["*"]\n' + PUBLIC, ""),
        ('[ilink.mine]\ntoken = "t"\n', ""),
    ],
    ids=["nothing", "wechat", "address", "token", "robot", "desk", "widget", "both", "polled"],
)
def test_what_brings_strangers_is_named(tmp_path: Path, text: str, key: str) -> None:
    (tmp_path / "dengmi.toml").write_text(text)
    assert unguarded(load_settings(home=tmp_path, environ={})) == key


def test_doctor_asks_for_the_public_address(dengmi, home: Path) -> None:
    home.mkdir()
    (home / "dengmi.toml").write_text(ACCOUNT)
    assert "wechat.news lets people of elsewhere reach this server" in dengmi("doctor").out
    (home / "dengmi.toml").write_text(ACCOUNT + PUBLIC)
    assert "lets people" not in dengmi("doctor").out


def test_doctor_names_a_proxy_that_was_found_out(dengmi, home: Path) -> None:
    home.mkdir()
    (home / "proxied").write_text("ask.example.org\n")
    said = dengmi("doctor").out
    assert "readers reach this server as ask.example.org" in said
    assert str(home / "proxied") in said
