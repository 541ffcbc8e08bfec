"""Where the server of a home says it listens."""

from pathlib import Path

from dengmi.cli.listening import reached, told
from dengmi.settings.load import load_settings


def test_only_a_server_that_lives_is_believed(tmp_path: Path) -> None:
    settings = load_settings(tmp_path, {"DENGMI_SERVER_PORT": "9000"})
    assert reached(settings).address == "http://127.0.0.1:9000"
    with told(tmp_path, "http://127.0.0.1:4000"):
        assert reached(settings).running
        with told(tmp_path, "http://127.0.0.1:5000"):  # another server of the same home
            assert reached(settings).address == "http://127.0.0.1:4000"
        assert reached(settings).address == "http://127.0.0.1:4000"
    left = reached(settings)
    assert (left.address, left.running) == ("http://127.0.0.1:9000", False)


def test_a_home_that_cannot_be_written_hinders_nobody(tmp_path: Path) -> None:
    home = tmp_path / "file"
    home.write_text("", encoding="utf-8")
    with told(home, "http://127.0.0.1:4000"):
        assert not reached(load_settings(tmp_path, {})).running
