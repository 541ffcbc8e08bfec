"""`dengmi migrate`, `backup`, `restore` and `doctor`."""

import sqlite3
from pathlib import Path


def test_migrate_names_what_it_applied(dengmi) -> None:
    first = dengmi("migrate")
    assert first.status == 0
    assert "applied 0001" in first.out
    assert dengmi("migrate").out == "The database is up to date.\n"
    assert dengmi("migrate", lang="zh_CN.UTF-8").out == "数据库已是最新。\n"


def test_backup_and_restore_give_the_same_hits(run_in, filled: Path, tmp_path: Path) -> None:
    file, fresh = tmp_path / "all.dengmi", tmp_path / "fresh"
    written = run_in(filled, "backup", str(file))
    assert written.status == 0
    assert str(file) in written.out
    restored = run_in(fresh, "restore", str(file))
    assert restored.status == 0
    assert "Restored 4 articles" in restored.out
    for words in ("library books", "博物馆 学生"):
        before = run_in(filled, "search", words, "--json").json["hits"]
        after = run_in(fresh, "search", words, "--json").json["hits"]
        assert before == after


def test_backup_never_overwrites(run_in, filled: Path, tmp_path: Path) -> None:
    file = tmp_path / "all.dengmi"
    file.write_text("precious")
    outcome = run_in(filled, "backup", str(file))
    assert outcome.status == 1
    assert "exists already" in outcome.err
    assert file.read_text() == "precious"


def test_restore_refuses_a_home_in_use(dengmi, articles: Path, tmp_path: Path) -> None:
    dengmi("add", str(articles))
    file = tmp_path / "all.dengmi"
    dengmi("backup", str(file))
    outcome = dengmi("restore", str(file))
    assert outcome.status == 1
    assert "Traceback" not in outcome.err
    assert len(dengmi("search", "library", "--json").json["hits"]) > 0


def test_restore_refuses_what_is_no_backup(dengmi, tmp_path: Path) -> None:
    file = tmp_path / "letter.txt"
    file.write_text("Dear reader")
    outcome = dengmi("restore", str(file))
    assert outcome.status == 2
    assert "Traceback" not in outcome.err
    assert dengmi("restore", str(tmp_path / "nowhere")).status == 2


def test_doctor_on_a_healthy_home(asking) -> None:
    outcome = asking("doctor")
    assert outcome.status == 0
    assert "articles: 4" in outcome.out
    assert "fail" not in outcome.out
    shape = asking("doctor", "--json").json
    assert shape["ok"] is True
    assert {check["state"] for check in shape["checks"]} <= {"ok", "off"}
    assert "4 篇文章" in asking("doctor", lang="zh_CN.UTF-8").out


def test_doctor_on_nothing(dengmi, home: Path) -> None:
    outcome = dengmi("doctor")
    assert outcome.status == 0
    assert "does not exist yet" in outcome.out
    assert not home.exists()


def test_doctor_fails_on_bad_settings_and_damage(dengmi, home: Path) -> None:
    home.mkdir()
    (home / "dengmi.sqlite").write_bytes(b"this is no database " * 100)
    outcome = dengmi("doctor")
    assert outcome.status == 1
    assert "fail" in outcome.out
    assert "Traceback" not in outcome.err
    (home / "dengmi.toml").write_text("nonsense = 1\n")
    outcome = dengmi("doctor", "--json")
    assert outcome.status == 1
    assert outcome.json["ok"] is False


def test_doctor_looks_at_every_page_of_the_database(dengmi, home: Path) -> None:
    dengmi("migrate")
    file = home / "dengmi.sqlite"
    connection = sqlite3.connect(file)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    size = connection.execute("PRAGMA page_size").fetchone()[0]
    rows = "SELECT rootpage FROM sqlite_schema WHERE name = 'deliveries'"  # nobody reads it here
    page = connection.execute(rows).fetchone()[0]
    connection.close()
    assert dengmi("doctor").status == 0
    whole, at = file.read_bytes(), (page - 1) * size
    file.write_bytes(whole[:at] + b"\xff" * size + whole[at + size :])
    outcome = dengmi("doctor")
    assert outcome.status == 1
    assert "is damaged" in outcome.out
    assert "Traceback" not in outcome.err


def test_doctor_names_what_a_channel_lacks(dengmi, home: Path) -> None:
    home.mkdir()
    (home / "dengmi.toml").write_text('[wechat.news]\napp_id = "wx1"\ntoken = "t"\npush = true\n')
    outcome = dengmi("doctor")
    assert outcome.status == 1
    assert "wechat.news.secret is empty" in outcome.out


def test_doctor_names_a_channel_whose_desk_is_not_there(dengmi, home: Path) -> None:
    dengmi("migrate")
    (home / "dengmi.toml").write_text('[ilink.mine]\ntoken = "t"\ndesk = "magazin"\n')
    outcome = dengmi("doctor")
    assert outcome.status == 1
    assert "ilink.mine.desk names the desk “magazin”" in outcome.out


def test_doctor_hides_the_password(dengmi, home: Path) -> None:
    home.mkdir()
    (home / "dengmi.toml").write_text('[store]\nurl = "postgresql://me:hush@127.0.0.1:1/x"\n')
    outcome = dengmi("doctor")
    assert outcome.status == 1
    assert "hush" not in outcome.out + outcome.err
