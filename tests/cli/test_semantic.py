"""Searching by meaning in the terminal, with an endpoint over real HTTP."""

from pathlib import Path

import pytest

from tests.fakes.meanings import FakeMeanings, address, fake

__all__ = ["address", "fake"]  # fixtures

pytest.importorskip("usearch", reason="the extra `vectors` is not installed")

QUESTION = "the cellar"
"""No article says cellar; one says garage."""


def write(home: Path, address: str, model: str = "fake", more: str = "") -> None:
    home.mkdir(exist_ok=True)
    (home / "dengmi.toml").write_text(
        f'[embedding]\nkind = "openai"\nbase_url = "{address}"\nmodel = "{model}"\n'
        f"deadline = 5.0\n{more}"
    )


def first(outcome) -> str:
    hits = outcome.json["hits"]
    return hits[0]["title"] if hits else ""


def test_add_embed_search_doctor(
    dengmi, home: Path, articles: Path, address: str, fake: FakeMeanings
) -> None:
    write(home, address)
    added = dengmi("add", str(articles))
    assert added.status == 0
    assert "Vectors: 0 of 4 passages" in added.err
    assert not fake.texts, "adding waits for no vector"
    assert first(dengmi("search", "garage", "--json")) == "Parking at the museum"
    assert first(dengmi("search", QUESTION, "--json")) == ""
    doctor = dengmi("doctor")
    assert "0 of 4 passages; words alone answer" in doctor.out
    made = dengmi("models", "embed", "--json")
    assert made.json["vectors"]["complete"] is True
    assert len(fake.texts) == 4
    assert first(dengmi("search", QUESTION, "--json")) == "Parking at the museum"
    assert "vectors of openai:fake: all 4 passages" in dengmi("doctor").out
    again = dengmi("models", "embed")
    assert (again.status, again.out) == (0, "The vectors of openai:fake are complete: 4.\n")
    (articles / "parking.md").write_text("# Parking at the museum\n\nThe garage is closed now.\n")
    shape = dengmi("add", str(articles), "--json").json["vectors"]
    assert (shape["complete"], shape["made"], shape["passages"]) == (False, 4, 4)


def test_another_model_keeps_the_old_vectors_until_its_own_are_there(
    dengmi, home: Path, articles: Path, address: str, fake: FakeMeanings
) -> None:
    write(home, address)
    dengmi("add", str(articles))
    dengmi("models", "embed")
    write(home, address, "other")
    assert first(dengmi("search", QUESTION, "--json")) == "Parking at the museum"
    assert fake.models == ["fake"] * 5, "the question was asked of the model of the old vectors"
    assert "those of openai:fake answer" in dengmi("doctor").out
    dengmi("models", "embed")
    assert first(dengmi("search", QUESTION, "--json")) == "Parking at the museum"
    assert fake.models[5:] == ["other"] * 5


def test_a_dead_endpoint_leaves_words(dengmi, home: Path, articles: Path, address: str) -> None:
    write(home, address)
    dengmi("add", str(articles))
    dengmi("models", "embed")
    write(home, "http://127.0.0.1:9/v1")
    assert first(dengmi("search", "garage", "--json")) == "Parking at the museum"
    tried = dengmi("models", "test", "--json")
    assert tried.status == 1
    assert tried.json["embedding"]["trouble"] == "down"
    asked = dengmi("ask", "How many places for cars has the garage?")
    assert "ninety" in asked.out


def test_models_are_listed_and_tried(dengmi, home: Path, address: str, fake: FakeMeanings) -> None:
    more = f'[reranking]\nkind = "openai"\nbase_url = "{address}"\nmodel = "order"\n'
    write(home, address, more=more)
    listed = dengmi("models", "--json").json["models"]
    assert [(row["name"], row["model"]) for row in listed] == [
        ("embedding", "fake"),
        ("reranking", "order"),
    ]
    tried = dengmi("models", "test", "--json").json
    assert tried["embedding"]["dimensions"] == 256
    assert tried["embedding"]["works"] is tried["reranking"]["works"] is True
    assert set(tried["embedding"]["finds"]) == {"en", "zh"}
    shown = dengmi("models", "test", "reranking")
    assert shown.status == 0
    assert "embedding" not in shown.out
    assert fake.reranked > 0
    fake.status = 401
    refused = dengmi("models", "test", lang="zh_CN.UTF-8")
    assert refused.status == 1
    assert "api_key" in refused.out


def test_what_is_missing_is_said(dengmi, home: Path, articles: Path) -> None:
    dengmi("add", str(articles))
    none = dengmi("models", "embed")
    assert none.status == 2
    assert "[embedding]" in none.err
    (home / "dengmi.toml").write_text('[embedding]\nkind = "openai"\n')
    assert "embedding.base_url" in dengmi("search", "garage").err
    (home / "dengmi.toml").write_text('[embedding]\nkind = "fastembed"\nmodel = "/nowhere"\n')
    tried = dengmi("models", "test")
    assert tried.status == 1
    assert "dengmi[semantic]" in tried.out or "/nowhere" in tried.out
    assert first(dengmi("search", "garage", "--json")) == "Parking at the museum"
