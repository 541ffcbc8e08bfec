"""`dengmi sources`."""

from pathlib import Path


def test_list_sync_remove(dengmi, articles: Path) -> None:
    dengmi("add", str(articles), "--desk", "library")
    listed = dengmi("sources").out
    source = dengmi("sources", "list", "--json").json["sources"][0]
    assert source["id"] in listed
    assert str(articles) in listed
    assert dengmi("sources", "--desk", "library", "--json").json["sources"] == [source]

    (articles / "new.txt").write_text("Concerts\n\nA concert is given on every first Friday.\n")
    synced = dengmi("sources", "sync", source["id"], "--json")
    assert synced.status == 0
    assert synced.json["sources"][0]["report"]["added"] == 1
    assert dengmi("sources", "sync").out.startswith("0 added, 0 changed, 5 unchanged")

    removed = dengmi("sources", "remove", source["id"])
    assert removed.status == 0
    assert "with 5 articles" in removed.out
    assert dengmi("sources", "--json").json["sources"] == []
    assert dengmi("search", "library", "--json").json["hits"] == []


def test_sources_of_an_empty_home(dengmi, home: Path) -> None:
    outcome = dengmi("sources")
    assert outcome.status == 0
    assert "dengmi add" in outcome.out
    assert not home.exists()


def test_unknown_source(asking) -> None:
    for verb in ("sync", "remove"):
        outcome = asking("sources", verb, "src_none")
        assert outcome.status == 2
        assert "src_none" in outcome.err


def test_source_that_went_away_keeps_its_articles(dengmi, articles: Path) -> None:
    dengmi("add", str(articles))
    articles.rename(articles.with_name("elsewhere"))
    outcome = dengmi("sources", "sync")
    assert outcome.status in (1, 3)
    assert "Traceback" not in outcome.err
    assert "nine in the morning" in dengmi("ask", "When does the library open?").out
