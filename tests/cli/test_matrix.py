"""`dengmi matrix`: the registration of an account as an appservice."""

from pathlib import Path

TABLE = '[matrix.town]\nhomeserver = "https://hs.example"\nuser = "@town:example.org"\n'


def settings(home: Path, more: str = "") -> None:
    home.mkdir(exist_ok=True)
    (home / "dengmi.toml").write_text(TABLE + more, encoding="utf-8")


def test_the_registration_is_printed(dengmi, home: Path) -> None:
    settings(home, 'token = "a"\nhs_token = "h"\n[server]\npublic_url = "https://ask.example/"\n')
    outcome = dengmi("matrix", "town")
    assert outcome.status == 0
    assert 'url: "https://ask.example/matrix/town"\nas_token: "a"\nhs_token: "h"\n' in outcome.out
    outcome = dengmi("matrix", "town", "--url", "http://127.0.0.1:8321")
    assert 'url: "http://127.0.0.1:8321/matrix/town"\n' in outcome.out


def test_what_is_missing_is_said(dengmi, home: Path) -> None:
    settings(home)
    outcome = dengmi("matrix", "town")
    assert outcome.status == 2
    assert 'hs_token = "' in outcome.err
    assert dengmi("matrix", "nobody").status == 2
    settings(home, 'token = "a"\nhs_token = "h"\n')
    outcome = dengmi("matrix", "town")
    assert outcome.status == 2
    assert "--url" in outcome.err
